//! Faults of `commit`: sessions that come back, writes that are lost, resets that are undone.

use std::{collections::HashMap, sync::Mutex};

use session_policy::{
    store::{Commit, Committed, Create, DataChange, Load, Loaded, Snapshot, Store, conformance::ModelStore},
    token::TokenId,
};

use super::{
    Fault, Row, broken,
    wrapper::{Answer, anonymous, find, others_come_between},
};

pub(super) fn all() -> Vec<Row> {
    vec![
        broken::<Upserts>("a write to a record that is not there creates it"),
        broken::<TouchResurrects>("a late stamp brings an ended session back"),
        broken::<TakesLateStamps>("a late stamp undoes what a re-authentication reset"),
        broken::<TakesLateExpiries>("a late expiry undoes that of a re-authentication"),
        broken::<WritesTheWholeRecord>("the last writer of a record wins, all keys of it"),
        broken::<TrustsHints>("what the caller saw is taken for what is there"),
        broken::<IgnoresVersions>("a write does not look at the version"),
        broken::<ConflictsByHalf>("a conflict keeps the rest of the commit"),
        broken::<CountsLate>("the answer does not count the failed attempt that it reports"),
        broken::<CutsKeys>("keys end at a NUL"),
        broken::<CutsValues>("values end after 16000 bytes"),
    ]
}

#[derive(Debug, Default)]
struct Upserts;
impl Fault for Upserts {
    async fn commit(&self, model: &ModelStore, commit: Commit) -> Answer<Committed> {
        let committed = model.commit(commit.clone()).await?;
        if committed != Committed::Gone {
            return Ok(committed);
        }
        let mut token = TokenId([7; 32]);
        token.0[..16].copy_from_slice(&commit.record.0);
        let record = anonymous(commit.record, commit.now);
        let create = Create { token, record, generation: None, supersede: None, lease: None, now: commit.now };
        model.create(create).await?;
        model.commit(commit).await
    }
}

#[derive(Debug, Default)]
struct TouchResurrects(Mutex<HashMap<TokenId, Snapshot>>);
impl Fault for TouchResurrects {
    async fn commit(&self, model: &ModelStore, commit: Commit) -> Answer<Committed> {
        let (stamp, seen, now) = (commit.stamp, commit.seen.clone(), commit.now);
        let committed = model.commit(commit).await?;
        if let (Committed::Gone, Some(_), Some(seen)) = (committed, stamp, seen)
            && let Loaded::Ended(_) = model.load(Load { token: seen.line.current, now }).await?
        {
            self.0.lock().unwrap().insert(seen.line.current, *seen);
        }
        Ok(committed)
    }
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        let back = self.0.lock().unwrap().get(&load.token).cloned();
        match back {
            Some(session) => Ok(Loaded::Live(session)),
            None => model.load(load).await,
        }
    }
}

#[derive(Debug, Default)]
struct TakesLateStamps;
impl Fault for TakesLateStamps {
    async fn commit(&self, model: &ModelStore, mut commit: Commit) -> Answer<Committed> {
        if let (Some(stamp), Some(session)) = (&mut commit.stamp, find(model, commit.record).await?) {
            stamp.epoch = session.header.epoch;
        }
        model.commit(commit).await
    }
}

#[derive(Debug, Default)]
struct TakesLateExpiries;
impl Fault for TakesLateExpiries {
    async fn commit(&self, model: &ModelStore, mut commit: Commit) -> Answer<Committed> {
        if let (Some((_, epoch)), Some(session)) = (&mut commit.expiry, find(model, commit.record).await?) {
            *epoch = session.header.epoch;
        }
        model.commit(commit).await
    }
}

/// The changes that write `base` with `changes` over whatever is there.
fn whole(base: &Snapshot, there: &Snapshot, changes: &[DataChange]) -> Vec<DataChange> {
    let gone = there.data.keys().filter(|key| !base.data.contains_key(*key));
    let gone = gone.map(|key| DataChange { key: key.clone(), value: None });
    let kept = base.data.iter().map(|(key, value)| DataChange { key: key.clone(), value: Some(value.clone()) });
    gone.chain(kept).chain(changes.iter().cloned()).collect()
}

#[derive(Debug, Default)]
struct WritesTheWholeRecord;
impl Fault for WritesTheWholeRecord {
    async fn commit(&self, model: &ModelStore, mut commit: Commit) -> Answer<Committed> {
        if let Some(base) = find(model, commit.record).await?
            && !commit.data.is_empty()
        {
            others_come_between().await;
            if let Some(there) = find(model, commit.record).await? {
                commit.data = whole(&base, &there, &commit.data);
            }
        }
        model.commit(commit).await
    }
}

#[derive(Debug, Default)]
struct TrustsHints;
impl Fault for TrustsHints {
    async fn commit(&self, model: &ModelStore, mut commit: Commit) -> Answer<Committed> {
        if let (Some(base), Some(there)) = (&commit.seen, find(model, commit.record).await?) {
            commit.data = whole(base, &there, &commit.data);
        }
        model.commit(commit).await
    }
}

#[derive(Debug, Default)]
struct IgnoresVersions;
impl Fault for IgnoresVersions {
    async fn commit(&self, model: &ModelStore, commit: Commit) -> Answer<Committed> {
        model.commit(Commit { if_version: None, ..commit }).await
    }
}

#[derive(Debug, Default)]
struct ConflictsByHalf;
impl Fault for ConflictsByHalf {
    async fn commit(&self, model: &ModelStore, commit: Commit) -> Answer<Committed> {
        let committed = model.commit(commit.clone()).await?;
        if committed == Committed::Conflict {
            model.commit(Commit { if_version: None, data: Vec::new(), ..commit }).await?;
        }
        Ok(committed)
    }
}

#[derive(Debug, Default)]
struct CountsLate;
impl Fault for CountsLate {
    async fn commit(&self, model: &ModelStore, commit: Commit) -> Answer<Committed> {
        let counts = u8::from(commit.count_failure);
        Ok(match model.commit(commit).await? {
            Committed::Done { failed, rotated } => Committed::Done { failed: failed.saturating_sub(counts), rotated },
            other => other,
        })
    }
}

#[derive(Debug, Default)]
struct CutsKeys;
impl Fault for CutsKeys {
    async fn commit(&self, model: &ModelStore, mut commit: Commit) -> Answer<Committed> {
        for change in &mut commit.data {
            change.key = change.key.split('\0').next().unwrap_or_default().into();
        }
        model.commit(commit).await
    }
}

#[derive(Debug, Default)]
struct CutsValues;
impl Fault for CutsValues {
    async fn commit(&self, model: &ModelStore, mut commit: Commit) -> Answer<Committed> {
        for value in commit.data.iter_mut().filter_map(|change| change.value.as_mut()) {
            *value = value[..value.len().min(16_000)].into();
        }
        model.commit(commit).await
    }
}
