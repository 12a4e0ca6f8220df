//! Room for new sessions: dead ones become tombstones, and what was remembered long enough is forgotten.
//!
//! No pass holds a lock for longer than a few sessions take.

use std::sync::atomic::Ordering;

use super::{
    super::{Claim, Cursor, Reclaim, StoreError, Sweep, Swept, TOMBSTONE_KEPT_MS},
    MemoryStore,
    id_hash::shard_of,
    locks::{SHARD_BITS, SHARDS},
    room::bytes_of,
};
use crate::{clock::MAX_SKEW_MS, token::RecordId};

/// One call looks at so many pages at most, beside one for every session that it may end.
pub(super) const PAGES: usize = SHARDS;
/// So many sessions end under one lock: requests for others of the shard wait that long.
const TOGETHER: usize = 8;
/// A create looks at one page, and forgets so many tombstones and superseded tokens at most: as a rule more than it adds.
const FORGET: usize = 8;
/// A sweep forgets at least so many of each kind in each shard, if there are so many.
const FORGET_AT_LEAST: usize = 16;
/// A create that finds the store full stops looking for room when it has found so much.
const ROOM: usize = 256;
/// A lease that ran out: the next [`reclaim`](crate::store::Store::reclaim) has the claim.
const NOBODYS: u64 = 0;

impl MemoryStore {
    pub(super) fn sweep_now(&self, sweep: Sweep) -> Swept {
        let Sweep { due, at_most, lease, now } = sweep;
        let (claims, more) = self.bury_dead(due, now, at_most, at_most.saturating_add(PAGES), lease);
        let forgot_all = self.forget(now, at_most);
        Swept {
            ended: claims.len(),
            next: (more || !forgot_all).then_some(Cursor([0; 16])),
            claims: if lease.is_some() { claims } else { Vec::new() },
        }
    }

    /// A little of it with every new session: more than one session can leave behind. What somebody wants to hear of is
    /// left to the sweeper.
    pub(super) fn reclaim_a_little(&self, now: u64) {
        let shard = self.cursor.fetch_add(1, Ordering::Relaxed);
        self.forget_in(shard, now, FORGET);
        if !self.is_heard(now) {
            self.bury_page(shard, now.saturating_sub(MAX_SKEW_MS), now, TOGETHER, None);
        }
    }

    /// The store is full: looks everywhere for room. If somebody listens, the ends wait for the sweeper to hand them on.
    pub(super) fn reclaim_room(&self, now: u64) {
        if self.room.is_full_of_claims() {
            return;
        }
        let lease = self.is_heard(now).then_some(NOBODYS);
        // Clocks of several callers differ: what is dead by one is buried when it is dead by all.
        self.bury_dead(now.saturating_sub(MAX_SKEW_MS), now, ROOM, usize::MAX, lease);
    }

    /// Ends the dead, and says whether there may be more.
    fn bury_dead(
        &self,
        due: u64,
        now: u64,
        at_most: usize,
        mut pages: usize,
        lease: Option<u64>,
    ) -> (Vec<Claim>, bool) {
        let mut claims = Vec::new();
        let mut shard = self.cursor.load(Ordering::Relaxed);
        // A page here, a page there: a request that waits for a shard gets it before this comes by again.
        let mut in_vain = 0;
        while claims.len() < at_most && pages > 0 && in_vain < SHARDS {
            match self.bury_page(shard, due, now, TOGETHER.min(at_most - claims.len()), lease) {
                Some(dead) => {
                    claims.extend(dead);
                    pages -= 1;
                    in_vain = 0;
                }
                None => in_vain += 1,
            }
            shard = shard.wrapping_add(1);
        }
        self.cursor.store(shard, Ordering::Relaxed);
        let stopped = in_vain < SHARDS;
        let more = |shard| self.records.read(shard).is_ok_and(|records| records.may_be_dead(due));
        (claims, stopped && (0..SHARDS).any(more))
    }

    /// Looks at one page of a shard; `None` if nothing there can have died.
    fn bury_page(&self, shard: usize, due: u64, now: u64, at_most: usize, lease: Option<u64>) -> Option<Vec<Claim>> {
        // A broken shard is as good as an empty one; whoever asks for its records is told.
        let dead = self.records.write(shard % SHARDS).ok()?.bury_dead(due, now, at_most, lease, &self.tokens)?;
        self.let_go(&dead, lease.is_some());
        Some(dead)
    }

    /// These records are no longer live: gives back their room, and takes them out of their users' sets.
    pub(super) fn let_go(&self, dead: &[Claim], claimed: bool) {
        self.room.give(dead.len());
        self.give_data(dead, claimed);
        for Claim { session, .. } in dead {
            self.unlist(session);
        }
    }

    /// What these held is free, unless it waits for a hook.
    pub(super) fn give_data(&self, dead: &[Claim], claimed: bool) {
        if claimed {
            self.room.add_claims(dead.len());
        } else {
            self.room.give_bytes(dead.iter().map(|claim| bytes_of(&claim.session.data)).sum());
        }
    }

    pub(super) fn reclaim_now(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        let mut claims = Vec::new();
        let mut broken = None;
        let begin = self.cursor.fetch_add(1, Ordering::Relaxed);
        for shard in (0..SHARDS).map(|shard| shard.wrapping_add(begin) % SHARDS) {
            let at_most = reclaim.at_most.saturating_sub(claims.len());
            let due = || Ok(at_most > 0 && self.records.read(shard)?.claims.any_due(reclaim.now));
            let lease = || Ok(self.records.write(shard)?.claims.reclaim(Reclaim { at_most, ..reclaim }));
            match due().and_then(|due| if due { lease() } else { Ok(Vec::new()) }) {
                Ok(some) => claims.extend(some),
                Err(error) => broken = Some(error),
            }
        }
        // Those that were found are leased to the caller, who must have them.
        match broken {
            Some(error) if claims.is_empty() => Err(error),
            _ => Ok(claims),
        }
    }

    pub(super) fn settle_now(&self, ends: &[RecordId]) -> Result<(), StoreError> {
        let mut settled = Ok(());
        for end in ends {
            match self.records.write(shard_of(end, SHARD_BITS)) {
                Ok(mut records) => self.give_claim(records.claims.settle(end).as_ref()),
                Err(error) => settled = Err(error),
            }
        }
        settled
    }

    fn give_claim(&self, claim: Option<&Claim>) {
        if let Some(claim) = claim {
            self.room.give_claims(1, bytes_of(&claim.session.data));
        }
    }

    /// `false` if there is more to forget.
    fn forget(&self, now: u64, at_most: usize) -> bool {
        let each = at_most.div_ceil(SHARDS).max(FORGET_AT_LEAST);
        let left = (0..SHARDS).filter(|shard| !self.forget_in(*shard, now, each)).count();
        left == 0
    }

    /// Forgets so many of each kind at most; `false` if there is more.
    fn forget_in(&self, shard: usize, now: u64, at_most: usize) -> bool {
        let shard = shard % SHARDS;
        let users = match self.users.write_shard(shard) {
            Ok(mut users) => users.forget(now, at_most, || self.users.next_generation()),
            Err(_) => false,
        };
        let ended = repeat(at_most, || Ok(self.records.write(shard)?.past.forget_ended(now, &self.tokens)));
        let superseded = repeat(at_most, || self.forget_superseded(shard, now));
        let claims = repeat(at_most, || {
            let forgotten = self.records.write(shard)?.claims.forget(now);
            self.give_claim(forgotten.as_ref());
            Ok(forgotten.is_some())
        });
        !users && ended && superseded && claims
    }

    /// Forgets one superseded token, unless its successor was given a longer life meanwhile; `false` if there is none.
    fn forget_superseded(&self, shard: usize, now: u64) -> Result<bool, StoreError> {
        let Some((token, superseded)) = self.records.read(shard)?.past.superseded_until(now) else {
            return Ok(false);
        };
        let home = shard_of(&superseded.by, SHARD_BITS);
        let until = self.records.read(home)?.get(&superseded.by).map(|session| session.expiry.absolute_at);
        let until = until.filter(|until| *until > now);
        self.records.write(shard)?.past.keep_superseded(token, until, &self.tokens);
        Ok(true)
    }

    /// Somebody listens for ends at that time.
    pub(super) fn hear(&self, lease: Option<u64>, now: u64) {
        // Mostly somebody said so a moment ago: no need to take the cache line from everybody else.
        if lease.is_some() && self.heard.load(Ordering::Relaxed) < now {
            self.heard.fetch_max(now, Ordering::Relaxed);
        }
    }

    /// Whether somebody listens for ends: who did within a day does.
    fn is_heard(&self, now: u64) -> bool {
        let heard = self.heard.load(Ordering::Relaxed);
        heard > 0 && now < heard.saturating_add(TOMBSTONE_KEPT_MS)
    }
}

/// Does it again while it finds something, at most so often; `false` if it stopped because of that. One lock for each: in
/// between, requests pass.
fn repeat(at_most: usize, once: impl Fn() -> Result<bool, StoreError>) -> bool {
    for _ in 0..at_most {
        match once() {
            Ok(true) => {}
            Ok(false) | Err(_) => return true,
        }
    }
    false
}
