//! Faults of `sweep` and `reset_everyone`, and of stores that take a time for something else.

use std::{collections::HashMap, sync::Mutex};

use session_policy::{
    store::{
        ByUser, Commit, Committed, Create, Created, Cursor, End, EndReason, Ended, Load, Loaded, Reclaim,
        ResetEveryone, Rotate, Rotated, Store, Sweep, Swept, conformance::ModelStore,
    },
    token::RecordId,
};

use super::{
    Fault, Row, broken,
    wrapper::{Answer, others_come_between},
};

pub(super) fn all() -> Vec<Row> {
    vec![
        broken::<SweepsWithoutHook>("swept sessions leave no claim"),
        broken::<SweepsLate>("the deadline itself is alive for the sweeper"),
        broken::<SweepsByCreation>("the sweeper goes by the deadline that a session was created with"),
        broken::<SweepsByNow>("the sweeper goes by the time and not by what is due"),
        broken::<SweepsForIdleness>("everything swept was idle"),
        broken::<SweepsWithoutBound>("a sweep has no bound"),
        broken::<SweepsOnce>("a sweep stops after the first batch"),
        broken::<SweepsTwice>("two sweepers hand out the same claims"),
        broken::<ForgetsEarly>("a sweep forgets tombstones and superseded tokens a day too early"),
        broken::<ForgetsNothing>("claims that nobody settles are kept for ever"),
        broken::<ResetsOneBatch>("everybody's end stops after the first batch"),
        broken::<ResetsFromTheStart>("everybody's end begins anew with each batch"),
        broken::<ResetsThoseSignedIn>("everybody's end raises no generation"),
        broken::<KeepsSeconds>("times are kept in whole seconds"),
        broken::<KeepsSignedTimes>("times are kept in 63 bits"),
    ]
}

#[derive(Debug, Default)]
struct SweepsWithoutHook;
impl Fault for SweepsWithoutHook {
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        model.sweep(Sweep { lease: None, ..sweep }).await
    }
}

#[derive(Debug, Default)]
struct SweepsLate;
impl Fault for SweepsLate {
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        model.sweep(Sweep { due: sweep.due.saturating_sub(1), ..sweep }).await
    }
}

#[derive(Debug, Default)]
struct SweepsByCreation(Mutex<HashMap<RecordId, u64>>);
impl Fault for SweepsByCreation {
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        let deadline = create.record.expiry.deadline(create.record.header.last_seen);
        self.0.lock().unwrap().insert(create.record.id, deadline);
        model.create(create).await
    }
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        let Sweep { due, lease, now, .. } = sweep;
        let dead: Vec<_> =
            self.0.lock().unwrap().iter().filter(|(_, deadline)| **deadline <= due).map(|(id, _)| *id).collect();
        let mut swept = model.sweep(sweep).await?;
        for record in dead {
            let end = End { record, reason: EndReason::Idle, if_unseen_since: None, lease, now };
            if swept.ended < sweep.at_most
                && let Ended::Done(claim) = model.end(end).await?
            {
                swept.ended += 1;
                swept.claims.extend(lease.is_some().then_some(*claim));
            }
        }
        Ok(swept)
    }
}

#[derive(Debug, Default)]
struct SweepsByNow;
impl Fault for SweepsByNow {
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        model.sweep(Sweep { due: sweep.now, ..sweep }).await
    }
}

#[derive(Debug, Default)]
struct SweepsForIdleness;
impl Fault for SweepsForIdleness {
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        let mut swept = model.sweep(sweep).await?;
        for claim in &mut swept.claims {
            claim.reason = EndReason::Idle;
        }
        Ok(swept)
    }
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        Ok(match model.load(load).await? {
            Loaded::Ended(EndReason::Absolute) => Loaded::Ended(EndReason::Idle),
            loaded => loaded,
        })
    }
}

#[derive(Debug, Default)]
struct SweepsWithoutBound;
impl Fault for SweepsWithoutBound {
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        model.sweep(Sweep { at_most: usize::MAX, ..sweep }).await
    }
}

#[derive(Debug, Default)]
struct SweepsOnce;
impl Fault for SweepsOnce {
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        Ok(Swept { next: None, ..model.sweep(sweep).await? })
    }
}

#[derive(Debug, Default)]
struct SweepsTwice;
impl Fault for SweepsTwice {
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        let (Some(lease), at_most) = (sweep.lease, sweep.at_most) else { return model.sweep(sweep).await };
        // Leased to nobody, and found by whoever looks next.
        let swept = model.sweep(Sweep { lease: Some(0), ..sweep }).await?;
        others_come_between().await;
        let claims = model.reclaim(Reclaim { at_most, lease: 0, now: 0 }).await?;
        others_come_between().await;
        model.reclaim(Reclaim { at_most, lease, now: 0 }).await?;
        Ok(Swept { ended: claims.len(), claims, next: swept.next })
    }
}

#[derive(Debug, Default)]
struct ForgetsEarly;
impl Fault for ForgetsEarly {
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        model.sweep(Sweep { now: sweep.now.saturating_add(24 * 3_600_000), ..sweep }).await
    }
}

#[derive(Debug, Default)]
struct ForgetsNothing;
impl Fault for ForgetsNothing {
    async fn sweep(&self, model: &ModelStore, sweep: Sweep) -> Answer<Swept> {
        // What is swept is swept now; what is to be forgotten has time.
        let (due, now) = (sweep.due, sweep.now.min(1_800_000_000_000 + 2 * 86_400_000));
        model.sweep(Sweep { due, now, ..sweep }).await
    }
}

#[derive(Debug, Default)]
struct ResetsOneBatch;
impl Fault for ResetsOneBatch {
    async fn reset_everyone(&self, model: &ModelStore, reset: ResetEveryone) -> Answer<Swept> {
        Ok(Swept { next: None, ..model.reset_everyone(reset).await? })
    }
}

#[derive(Debug, Default)]
struct ResetsFromTheStart;
impl Fault for ResetsFromTheStart {
    async fn reset_everyone(&self, model: &ModelStore, reset: ResetEveryone) -> Answer<Swept> {
        model.reset_everyone(ResetEveryone { after: None, ..reset }).await
    }
}

#[derive(Debug, Default)]
struct ResetsThoseSignedIn;
impl Fault for ResetsThoseSignedIn {
    async fn reset_everyone(&self, model: &ModelStore, reset: ResetEveryone) -> Answer<Swept> {
        let first = Cursor([0; 16]);
        model.reset_everyone(ResetEveryone { after: reset.after.or(Some(first)), ..reset }).await
    }
}

#[derive(Debug, Default)]
struct KeepsSeconds;
impl Fault for KeepsSeconds {
    async fn create(&self, model: &ModelStore, mut create: Create) -> Answer<Created> {
        create.record.expiry.absolute_at -= create.record.expiry.absolute_at % 1000;
        model.create(create).await
    }
}

#[derive(Debug, Default)]
struct KeepsSignedTimes;
impl Fault for KeepsSignedTimes {
    async fn create(&self, model: &ModelStore, mut create: Create) -> Answer<Created> {
        create.record.expiry.absolute_at = create.record.expiry.absolute_at.min(i64::MAX as u64);
        model.create(create).await
    }
    async fn rotate(&self, model: &ModelStore, mut rotate: Rotate) -> Answer<Rotated> {
        rotate.expiry.absolute_at = rotate.expiry.absolute_at.min(i64::MAX as u64);
        model.rotate(rotate).await
    }
    async fn commit(&self, model: &ModelStore, mut commit: Commit) -> Answer<Committed> {
        if let Some((expiry, _)) = &mut commit.expiry {
            expiry.absolute_at = expiry.absolute_at.min(i64::MAX as u64);
        }
        model.commit(commit).await
    }
}
