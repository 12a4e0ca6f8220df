//! Ends that a hook is to hear of, with the sessions as they were, until somebody says that it has.

use std::collections::{BTreeSet, HashMap};

use super::{
    super::{CLAIM_KEPT_MS, Claim, Reclaim},
    id_hash::IdHash,
};
use crate::token::RecordId;

#[derive(Debug)]
struct Kept {
    claim: Claim,
    /// Until when it is somebody's.
    lease: u64,
}

/// The claims of a share of the records.
#[derive(Debug, Default)]
pub(super) struct Claims {
    kept: HashMap<RecordId, Kept, IdHash>,
    leases: BTreeSet<(u64, RecordId)>,
    ends: BTreeSet<(u64, RecordId)>,
}

impl Claims {
    pub(super) fn has(&self, end: &RecordId) -> bool {
        self.kept.contains_key(end)
    }

    /// A record ends once, and its id is not given again before: there is no other claim of its id.
    pub(super) fn keep(&mut self, claim: Claim, lease: u64) {
        let id = claim.session.id;
        self.leases.insert((lease, id));
        self.ends.insert((claim.at, id));
        self.kept.insert(id, Kept { claim, lease });
    }

    pub(super) fn any_due(&self, now: u64) -> bool {
        self.leases.first().is_some_and(|(lease, _)| *lease <= now)
    }

    /// Leases out those that nobody has.
    pub(super) fn reclaim(&mut self, reclaim: Reclaim) -> Vec<Claim> {
        let due = self.leases.iter().take_while(|(lease, _)| *lease <= reclaim.now).take(reclaim.at_most);
        let due: Vec<_> = due.copied().collect();
        let mut claims = Vec::with_capacity(due.len());
        for old in due {
            let Some(kept) = self.kept.get_mut(&old.1) else { continue };
            kept.lease = reclaim.lease;
            claims.push(kept.claim.clone());
            self.leases.remove(&old);
            self.leases.insert((reclaim.lease, old.1));
        }
        claims
    }

    pub(super) fn settle(&mut self, end: &RecordId) -> Option<Claim> {
        let Kept { claim, lease } = self.kept.remove(end)?;
        self.leases.remove(&(lease, *end));
        self.ends.remove(&(claim.at, *end));
        Some(claim)
    }

    /// Forgets a claim that nobody settled in time; `None` if there is none.
    pub(super) fn forget(&mut self, now: u64) -> Option<Claim> {
        let (at, end) = *self.ends.first()?;
        if now < at.saturating_add(CLAIM_KEPT_MS) {
            return None;
        }
        self.settle(&end)
    }
}
