//! Activity that is not in the file yet.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    store::{Commit, Snapshot, Stamp},
    token::RecordId,
};

/// Stamps by record, merged; each is in the file a few seconds later.
///
/// A stamp is merged by maximum, so adding one to a record twice is adding it once: whoever reads takes the stamp first and
/// the record afterwards, and whoever writes forgets the stamp only once the record is in the file. So nobody misses one.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<HashMap<RecordId, Waiting>>);

/// What waits for one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    stamp: Stamp,
    /// How many stamps it is made of: each is a change of its own.
    stamps: u64,
}

impl Pending {
    fn map(&self) -> MutexGuard<'_, HashMap<RecordId, Waiting>> {
        // Plain data: whole also after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is the first one that waits.
    pub(super) fn add(&self, id: RecordId, stamp: Stamp) -> bool {
        let mut map = self.map();
        let is_first = map.is_empty();
        let waiting = map.entry(id).or_insert(Waiting { stamp, stamps: 0 });
        waiting.stamps += 1;
        // Of an earlier authentication, it no longer counts.
        if stamp.epoch == waiting.stamp.epoch {
            waiting.stamp.seen = waiting.stamp.seen.max(stamp.seen);
            waiting.stamp.gap = waiting.stamp.gap.max(stamp.gap);
        } else if stamp.epoch > waiting.stamp.epoch {
            waiting.stamp = stamp;
        }
        is_first
    }

    pub(super) fn get(&self, id: &RecordId) -> Option<Waiting> {
        self.map().get(id).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.map().is_empty()
    }

    pub(super) fn all(&self) -> Vec<(RecordId, Waiting)> {
        self.map().iter().map(|(id, waiting)| (*id, *waiting)).collect()
    }

    /// These are in the file, or their session is gone. What came in meanwhile stays.
    pub(super) fn forget(&self, written: &[(RecordId, Waiting)]) {
        let mut map = self.map();
        for (id, waiting) in written {
            if map.get(id) == Some(waiting) {
                map.remove(id);
            }
        }
    }
}

impl Waiting {
    /// Merges it into the session as it stands in the file.
    pub(super) fn merge_into(self, session: &mut Snapshot) {
        if self.is_in(session) {
            return;
        }
        let rev = session.rev;
        // Without a version to compare there is no conflict.
        let _merged = session.merge(&Commit { stamp: Some(self.stamp), ..Commit::of(session.id, self.stamp.seen) });
        session.rev = rev.wrapping_add(self.stamps);
    }

    /// Whether the session has it already, or has been authenticated since.
    pub(super) fn is_in(self, session: &Snapshot) -> bool {
        let (stamp, header) = (self.stamp, &session.header);
        stamp.epoch != header.epoch || (stamp.seen <= header.last_seen && stamp.gap <= header.longest_gap)
    }
}
