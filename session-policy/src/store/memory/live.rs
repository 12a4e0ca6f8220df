//! One live record, and what a change does to it. Plain functions: no locks, no maps.

use std::sync::Arc;

use super::super::{Commit, DataChange, EndReason, Entries, Expiry, Header, Identity, Record, Rotate, Snapshot, Stamp};
use crate::{
    policy::Level,
    token::{RecordId, TokenId},
};

/// A live record and its current token: one slot, so that a look-up touches one place.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) token: TokenId,
    pub(super) id: RecordId,
    pub(super) version: u64,
    pub(super) header: Header,
    pub(super) expiry: Expiry,
    pub(super) identity: Arc<Identity>,
    pub(super) data: Arc<Entries>,
}

impl Live {
    pub(super) fn new(token: TokenId, record: Record) -> Self {
        let Record { id, header, identity, data, expiry } = record;
        Self { token, id, version: 0, header, expiry, identity, data }
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            id: self.id,
            version: self.version,
            header: self.header,
            identity: Arc::clone(&self.identity),
            data: Arc::clone(&self.data),
            expiry: self.expiry,
        }
    }

    /// The instant from which it is dead.
    pub(super) fn deadline(&self) -> u64 {
        self.expiry.deadline(self.header.last_seen)
    }

    /// Why it dies at its deadline: by the one that comes first; the absolute end if both come at once.
    pub(super) fn overdue(&self) -> EndReason {
        if self.deadline() < self.expiry.absolute_at { EndReason::Idle } else { EndReason::Absolute }
    }

    pub(super) fn signed_in(&self) -> bool {
        self.header.level > Level::Anonymous
    }

    /// Merges. The caller has checked the version.
    pub(super) fn commit(&mut self, commit: Commit) {
        if let Some(stamp) = commit.stamp {
            merge_stamp(&mut self.header, stamp);
        }
        if merge_data(&mut self.data, commit.data) {
            self.version = self.version.saturating_add(1);
        }
        if commit.mark_step_up {
            self.header.step_up = true;
        }
        if commit.count_failure {
            self.header.failed = self.header.failed.saturating_add(1);
        }
        if let Some(challenge) = commit.challenge {
            self.header.challenge = challenge;
        }
        if let Some(expiry) = commit.expiry {
            self.expiry = expiry;
        }
    }

    /// Takes the new token. The caller has checked that the old one is current.
    pub(super) fn rotate(&mut self, rotate: Rotate) {
        let old = self.header;
        let mut new = rotate.header;
        new.created = old.created;
        new.last_seen = new.last_seen.max(old.last_seen);
        // Without an authentication in between, what parallel requests wrote since the caller loaded the record still holds.
        if new.epoch == old.epoch {
            new.longest_gap = new.longest_gap.max(old.longest_gap);
            new.step_up |= old.step_up;
            new.failed = new.failed.max(old.failed);
        }
        self.token = rotate.to;
        self.header = new;
        self.expiry = rotate.expiry;
        self.identity = rotate.identity;
        merge_data(&mut self.data, rotate.data);
        self.version = self.version.saturating_add(1);
    }
}

fn merge_stamp(header: &mut Header, stamp: Stamp) {
    // An authentication began anew: a gap before it no longer counts, and a request before it was not its activity.
    if stamp.epoch == header.epoch {
        header.last_seen = header.last_seen.max(stamp.seen);
        header.longest_gap = header.longest_gap.max(stamp.gap);
    }
}

/// Whether anything changed.
fn merge_data(data: &mut Arc<Entries>, changes: Vec<DataChange>) -> bool {
    let mut changed = false;
    for DataChange { key, value } in changes {
        if data.get(&*key) == value.as_ref() {
            continue;
        }
        changed = true;
        let data = Arc::make_mut(data);
        match value {
            Some(value) => data.insert(key, value),
            None => data.remove(&*key),
        };
    }
    changed
}
