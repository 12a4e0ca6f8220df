//! Room for new sessions: dead ones become tombstones, and what was remembered long enough is forgotten.
//!
//! No pass holds a lock for longer than one page of records takes.

use std::sync::atomic::Ordering;

use super::{
    MemoryStore,
    live::Live,
    locks::{SHARD_BITS, SHARDS},
};
use crate::{clock::MAX_SKEW_MS, store::StoreError};

/// A sweep looks at so many pages at most, beside one for every session that it may end.
const PAGES: usize = SHARDS;
/// A create looks at one page, and forgets so many tombstones and superseded tokens at most: more than it can add.
const FORGET: usize = 4;
/// A create that finds the store full stops looking for room when it has found so much.
const ROOM: usize = 256;

impl MemoryStore {
    /// Ends sessions that have been dead for more than 10 seconds (the skew that clocks are allowed), at most `at_most` of
    /// them, and returns how many. They become tombstones for the deadline that came first: `Idle` or `Absolute`. Also
    /// forgets tombstones and superseded tokens whose time is up.
    ///
    /// Nobody needs to call this for the store to stay bounded: every new session reclaims a few dead ones, and their slots
    /// are used again. It is for ending the dead, and freeing their data, also in quiet times: say 1 000 every second or so.
    /// The work of one call is bounded by `at_most` (some microseconds for each), and no lock is held for longer than a look
    /// at 32 sessions. The next call goes on where this one stopped; there may be more to do although one call ended none.
    /// `now` is in UTC milliseconds.
    ///
    /// ```
    /// let store = session_policy::store::MemoryStore::new();
    /// assert_eq!(store.sweep(1_700_000_000_000, 1_000), 0);
    /// ```
    pub fn sweep(&self, now: u64, at_most: usize) -> usize {
        let ended = self.bury_dead(now, at_most, at_most.saturating_add(PAGES));
        self.forget(now, at_most);
        ended
    }

    /// A little of it with every new session: more than one session can leave behind.
    pub(super) fn reclaim_a_little(&self, now: u64) {
        let shard = self.cursor.fetch_add(1, Ordering::Relaxed);
        self.forget_in(shard, now, FORGET);
        self.bury_page(shard, now, usize::MAX);
    }

    /// The store is full: looks everywhere for room.
    pub(super) fn reclaim_room(&self, now: u64) {
        self.bury_dead(now, ROOM, usize::MAX);
    }

    fn bury_dead(&self, now: u64, at_most: usize, mut pages: usize) -> usize {
        let mut ended = 0;
        for _ in 0..SHARDS {
            let shard = self.cursor.fetch_add(1, Ordering::Relaxed);
            while ended < at_most && pages > 0 {
                let Some(dead) = self.bury_page(shard, now, at_most - ended) else { break };
                ended += dead;
                pages -= 1;
            }
        }
        ended
    }

    /// Looks at one page of a shard; `None` if nothing there can have died.
    fn bury_page(&self, shard: usize, now: u64, at_most: usize) -> Option<usize> {
        // Clocks of several callers differ: what is dead by one is buried when it is dead by all.
        let by = now.checked_sub(MAX_SKEW_MS)?;
        // A broken shard is as good as an empty one; whoever asks for its records is told.
        let dead = self.records.write(shard % SHARDS).ok()?.bury_dead(by, now, at_most, &self.tokens)?;
        self.let_go(&dead, now);
        Some(dead.len())
    }

    /// Gives back the room of records that are no longer live.
    pub(super) fn let_go(&self, dead: &[Live], now: u64) {
        self.live.fetch_sub(dead.len(), Ordering::Relaxed);
        for live in dead {
            self.unlist(live, now);
        }
    }

    /// Takes a record out of its user's set.
    pub(super) fn unlist(&self, live: &Live, now: u64) {
        if let Some(user) = &live.identity.user {
            self.unlist_of(user, &live.id, now);
        }
    }

    fn forget(&self, now: u64, at_most: usize) {
        let each = at_most.div_ceil(SHARDS);
        for shard in 0..SHARDS {
            self.forget_in(shard, now, each);
        }
    }

    fn forget_in(&self, shard: usize, now: u64, at_most: usize) {
        let shard = shard % SHARDS;
        if let Ok(mut users) = self.users.write_shard(shard) {
            users.forget(now, at_most);
        }
        repeat(at_most, || Ok(self.records.write(shard)?.past.forget_ended(now, &self.tokens)));
        repeat(at_most, || self.forget_superseded(shard, now));
    }

    /// Forgets one superseded token, unless its successor was given a longer life meanwhile; `false` if there is none.
    fn forget_superseded(&self, shard: usize, now: u64) -> Result<bool, StoreError> {
        let Some((token, superseded)) = self.records.read(shard)?.past.superseded_until(now) else {
            return Ok(false);
        };
        let home = super::id_hash::shard_of(&superseded.by, SHARD_BITS);
        let until = self.records.read(home)?.get(&superseded.by).map(|live| live.expiry.absolute_at);
        let until = until.filter(|until| *until > now);
        self.records.write(shard)?.past.keep_superseded(token, until, &self.tokens);
        Ok(true)
    }
}

/// Does it again while it finds something, at most so often. One lock for each: in between, requests pass.
fn repeat(at_most: usize, once: impl Fn() -> Result<bool, StoreError>) {
    for _ in 0..at_most {
        match once() {
            Ok(true) => {}
            Ok(false) | Err(_) => return,
        }
    }
}
