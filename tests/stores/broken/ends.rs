//! Faults of `end`, `reclaim` and `settle`: hooks that are lost or run twice, holders who are not told.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use session_policy::{
    store::{Claim, End, EndReason, Ended, Load, Loaded, Reclaim, Store, conformance::ModelStore},
    token::RecordId,
};

use super::{
    Fault, Row, broken,
    wrapper::{Answer, others_come_between},
};

pub(super) fn all() -> Vec<Row> {
    vec![
        broken::<LeavesNoTombstone>("an end leaves no tombstone"),
        broken::<ChangesReasons>("the last reason wins"),
        broken::<EndsWhatWasSeen>("an end does not look for later activity"),
        broken::<EndsAreUnknown>("an end is not remembered by record"),
        broken::<LosesHooks>("an end with a lease keeps no claim"),
        broken::<KeepsNoData>("a claim is kept without the data"),
        broken::<LosesCancelledHooks>("a cancelled end keeps no claim"),
        broken::<LeasesForEver>("a claim whose holder died is never handed on"),
        broken::<LeasesForNothing>("a claim is handed on before its lease is over"),
        broken::<HandsOutTwice>("a claim is read, and then leased"),
        broken::<HandsOutTooMany>("a batch of claims has no bound"),
        broken::<SettlesNothing>("a settled claim comes again"),
        broken::<SettlesEverything>("settling one claim settles all"),
    ]
}

#[derive(Debug, Default)]
struct LeavesNoTombstone;
impl Fault for LeavesNoTombstone {
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        Ok(match model.load(load).await? {
            Loaded::Ended(_) => Loaded::Unknown,
            loaded => loaded,
        })
    }
}

#[derive(Debug, Default)]
struct ChangesReasons(Mutex<HashMap<RecordId, EndReason>>);
impl Fault for ChangesReasons {
    async fn end(&self, model: &ModelStore, end: End) -> Answer<Ended> {
        let before = self.0.lock().unwrap().insert(end.record, end.reason);
        Ok(match (model.end(end).await?, before) {
            (Ended::Already(_), Some(reason)) => Ended::Already(reason),
            (ended, _) => ended,
        })
    }
}

#[derive(Debug, Default)]
struct EndsWhatWasSeen;
impl Fault for EndsWhatWasSeen {
    async fn end(&self, model: &ModelStore, end: End) -> Answer<Ended> {
        model.end(End { if_unseen_since: None, ..end }).await
    }
}

#[derive(Debug, Default)]
struct EndsAreUnknown;
impl Fault for EndsAreUnknown {
    async fn end(&self, model: &ModelStore, end: End) -> Answer<Ended> {
        Ok(match model.end(end).await? {
            Ended::Already(_) => Ended::Unknown,
            ended => ended,
        })
    }
}

#[derive(Debug, Default)]
struct LosesHooks;
impl Fault for LosesHooks {
    async fn end(&self, model: &ModelStore, end: End) -> Answer<Ended> {
        model.end(End { lease: None, ..end }).await
    }
}

#[derive(Debug, Default)]
struct KeepsNoData;
impl Fault for KeepsNoData {
    async fn reclaim(&self, model: &ModelStore, reclaim: Reclaim) -> Answer<Vec<Claim>> {
        let mut claims = model.reclaim(reclaim).await?;
        for claim in &mut claims {
            claim.session.data = Default::default();
        }
        Ok(claims)
    }
}

/// Ends whose claims are about to be kept.
#[derive(Debug, Default)]
struct LosesCancelledHooks(Mutex<HashSet<RecordId>>);
impl Fault for LosesCancelledHooks {
    async fn end(&self, model: &ModelStore, end: End) -> Answer<Ended> {
        let ended = model.end(end).await?;
        if let Ended::Done(_) = &ended {
            self.0.lock().unwrap().insert(end.record);
            others_come_between().await;
            self.0.lock().unwrap().remove(&end.record);
        }
        Ok(ended)
    }
    async fn reclaim(&self, model: &ModelStore, reclaim: Reclaim) -> Answer<Vec<Claim>> {
        let mut claims = model.reclaim(reclaim).await?;
        let lost = self.0.lock().unwrap();
        claims.retain(|claim| !lost.contains(&claim.session.id));
        Ok(claims)
    }
}

#[derive(Debug, Default)]
struct LeasesForEver;
impl Fault for LeasesForEver {
    async fn reclaim(&self, _: &ModelStore, _: Reclaim) -> Answer<Vec<Claim>> {
        Ok(Vec::new())
    }
}

#[derive(Debug, Default)]
struct LeasesForNothing;
impl Fault for LeasesForNothing {
    async fn reclaim(&self, model: &ModelStore, reclaim: Reclaim) -> Answer<Vec<Claim>> {
        model.reclaim(Reclaim { now: reclaim.now.saturating_add(1), ..reclaim }).await
    }
}

#[derive(Debug, Default)]
struct HandsOutTwice;
impl Fault for HandsOutTwice {
    async fn reclaim(&self, model: &ModelStore, reclaim: Reclaim) -> Answer<Vec<Claim>> {
        let claims = model.reclaim(Reclaim { lease: reclaim.now, ..reclaim }).await?;
        others_come_between().await;
        model.reclaim(reclaim).await?;
        Ok(claims)
    }
}

#[derive(Debug, Default)]
struct HandsOutTooMany;
impl Fault for HandsOutTooMany {
    async fn reclaim(&self, model: &ModelStore, reclaim: Reclaim) -> Answer<Vec<Claim>> {
        model.reclaim(Reclaim { at_most: usize::MAX, ..reclaim }).await
    }
}

#[derive(Debug, Default)]
struct SettlesNothing;
impl Fault for SettlesNothing {
    async fn settle(&self, _: &ModelStore, _: Vec<RecordId>) -> Answer<()> {
        Ok(())
    }
}

#[derive(Debug, Default)]
struct SettlesEverything;
impl Fault for SettlesEverything {
    async fn settle(&self, model: &ModelStore, ends: Vec<RecordId>) -> Answer<()> {
        if ends.is_empty() {
            return Ok(());
        }
        let (at_most, lease, now) = (usize::MAX, u64::MAX, u64::MAX);
        let claims = model.reclaim(Reclaim { at_most, lease, now }).await?;
        model.settle(claims.iter().map(|claim| claim.session.id).collect()).await
    }
}
