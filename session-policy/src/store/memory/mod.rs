//! The in-memory store.
//!
//! A token leads to a shard, and that shard knows everything about it: a live record, a tombstone, or a successor. The
//! rest is index: a user leads to records, a record to its slot.

mod by_user;
mod claims;
mod create;
mod id_hash;
mod locks;
mod past;
mod reclaim;
mod room;
mod shard;
mod slots;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "this is how a test fails")]
mod tests;
mod tokens;
mod users;

use std::{
    fmt,
    sync::atomic::{AtomicU64, AtomicUsize},
};

use self::{
    id_hash::shard_of,
    locks::{SHARD_BITS, SHARDS, Shards},
    past::Gone,
    room::Room,
    shard::Shard,
    tokens::Tokens,
    users::Users,
};
use super::{
    Admit, ByUser, Capabilities, Claim, ClockReport, Clocks, Commit, Committed, Create, Created, End, Ended,
    Generation, Load, Loaded, Reclaim, Reset, ResetEveryone, Rotate, Rotated, SessionLimit, SetRole, Snapshot, Store,
    StoreError, Sweep, Swept, UserId,
};
use crate::token::RecordId;

/// A superseded token is followed through so many logins at most.
const SUCCESSORS: usize = 32;
/// The fewest ended and the fewest superseded tokens that a shard may remember, however small the store.
const PAST_AT_LEAST: usize = 64;

/// Keeps sessions in this process's memory: they end with it, and no other process sees them.
///
/// - Exact: every stamp of activity is taken, so no session outlives its idle time by a touch interval.
/// - Bounded: 1 000 000 live sessions unless [`with_capacity`](Self::with_capacity) says otherwise, and 4 KiB of data for
///   each of them on average, 1 MiB at least, unless [`with_data_capacity`](Self::with_data_capacity) does. A full store
///   refuses new sessions, and commits that write more data, with an error; it never drops a live session. Dead ones are
///   reclaimed as new ones come. An eighth of the room is kept for signed-in users, so that anonymous sessions alone cannot
///   fill it.
/// - Why a session ended is told for 24 hours; by what a token was superseded, until the successor's absolute end. Of each
///   kind at most as many are remembered as there may be live sessions, but at least 4 096; beyond that, a share of the
///   store (1/64) forgets first what it would forget next.
/// - Ends that somebody listens for are never lost: once an operation came with a lease, dead sessions are left to
///   [`sweep`](Store::sweep) for the next 24 hours, and if a full store needs their room, [`reclaim`](Store::reclaim) hands
///   on their claims. Claims keep their data until they are settled, for 7 days at most. With as many of them as there may be
///   live sessions (but at least 4 096), the store is full.
/// - Concurrent: no operation waits for anything but short locks, and the futures never pend.
///
/// ```
/// use session_policy::{
///     store::{Load, Loaded, MemoryStore, Store},
///     token::TokenId,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), session_policy::store::StoreError> {
/// let store = MemoryStore::with_capacity(10_000);
/// assert!(store.exact_stamps());
/// let nobody = Load { token: TokenId([0; 32]), now: 1_700_000_000_000 };
/// assert!(matches!(store.load(nobody).await?, Loaded::Unknown));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Every operation fails for the part of the store in which a thread panicked: what it left half done is not trusted.
/// [`commit`](Store::commit) and [`rotate`](Store::rotate) fail if they write data that there is no room for, and change
/// nothing then.
pub struct MemoryStore {
    users: Users,
    records: Shards<Shard>,
    tokens: Tokens,
    clocks: Clocks,
    room: Room,
    /// Where the next look for dead sessions begins.
    cursor: AtomicUsize,
    /// The latest time of a caller who listened for ends; 0 if nobody ever did.
    heard: AtomicU64,
}

impl MemoryStore {
    /// An empty store for 1 000 000 live sessions: at about 500 bytes for an anonymous session and 700 for a user's, both
    /// without data, what a small server can spare; one with data takes about 300 bytes more, and what
    /// [`with_data_capacity`](Self::with_data_capacity) counts. (Measured, with a million: `tests/bench/memory`.)
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(1_000_000)
    }

    /// An empty store for so many live sessions. Takes memory for the sessions that are there, not for those that may come.
    #[must_use]
    pub fn with_capacity(max_live_sessions: usize) -> Self {
        let past = max_live_sessions.div_ceil(SHARDS).max(PAST_AT_LEAST);
        Self {
            users: Users::new(),
            records: Shards::new(|shard| Shard::new(shard, past)),
            tokens: Tokens::new(),
            clocks: Clocks::default(),
            room: Room::new(max_live_sessions),
            cursor: AtomicUsize::new(0),
            heard: AtomicU64::new(0),
        }
    }

    /// Room for so many bytes of data in all, that of ended sessions included while a hook is still to hear of them. An entry
    /// counts with its key, its value, and 128 bytes for what keeps them.
    ///
    /// ```
    /// use session_policy::store::MemoryStore;
    /// let store = MemoryStore::with_capacity(10_000).with_data_capacity(64 * 1024 * 1024);
    /// assert_eq!(store.data_bytes(), 0);
    /// ```
    #[must_use]
    pub const fn with_data_capacity(mut self, max_bytes: usize) -> Self {
        self.room.set_bytes(max_bytes);
        self
    }

    /// How many sessions it holds that have not ended; a few may be dead and not yet reclaimed.
    #[must_use]
    pub fn live_sessions(&self) -> usize {
        self.room.live()
    }

    /// How many bytes of data it holds, as [`with_data_capacity`](Self::with_data_capacity) counts them.
    #[must_use]
    pub fn data_bytes(&self) -> usize {
        self.room.bytes()
    }

    /// Takes a record that is no longer live out of its user's set.
    fn unlist(&self, session: &Snapshot) {
        if let Some(user) = &session.identity.user {
            self.unlist_of(user, &session.id);
        }
    }

    /// Takes a record out of a user's set, unless it is live and that user's (again).
    fn unlist_of(&self, user: &UserId, record: &RecordId) {
        let Ok(mut users) = self.users.write(user) else { return };
        let Ok(records) = self.records.read(shard_of(record, SHARD_BITS)) else { return };
        if records.get_of(record, user).is_none() {
            users.remove(user, record);
        }
    }

    fn load_now(&self, load: &Load) -> Result<Loaded, StoreError> {
        let Some(place) = self.tokens.find(&load.token)? else { return Ok(Loaded::Unknown) };
        let loaded = self.records.read(place.shard())?.load(load, place.slot());
        let loaded = match loaded {
            Some(loaded) => loaded,
            None => self.records.write(place.shard())?.present(load, place.slot(), &self.tokens),
        };
        let Loaded::Superseded(mut superseded) = loaded else { return Ok(loaded) };
        // A login may have superseded the successor in its turn: who replays the token means whoever holds the last one.
        for _ in 0..SUCCESSORS {
            let shard = self.records.read(shard_of(&superseded.by, SHARD_BITS))?;
            let Some(Gone::SucceededBy(next)) = shard.past.record(&superseded.by) else { break };
            superseded.by = next;
        }
        Ok(Loaded::Superseded(superseded))
    }

    fn commit_now(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.records.write(shard_of(&commit.record, SHARD_BITS))?.commit(commit, &self.tokens, &self.room)
    }

    fn rotate_now(&self, rotate: &Rotate) -> Result<Rotated, StoreError> {
        let record = rotate.record;
        let user = rotate.identity.user.as_ref();
        // Held until the record is in the set: a reset of the user sees it, or comes before.
        let mut users = match user {
            Some(user) => {
                let users = self.users.write(user)?;
                if rotate.generation.is_some_and(|expected| expected != users.generation(user)) {
                    return Ok(Rotated::Reset);
                }
                Some(users)
            }
            None => None,
        };
        let shard = shard_of(&record, SHARD_BITS);
        let (rotated, was) = self.records.write(shard)?.rotate(rotate, &self.tokens, &self.room)?;
        let Some(was) = was.filter(|was| was.user.as_ref() != user) else { return Ok(rotated) };
        if let (Some(users), Some(user)) = (users.as_mut(), user) {
            users.add(user.clone(), record);
        }
        drop(users);
        if let Some(was) = &was.user {
            self.unlist_of(was, &record);
        }
        Ok(rotated)
    }

    fn end_now(&self, end: &End) -> Result<Ended, StoreError> {
        self.hear(end.lease, end.now);
        let ended = self.records.write(shard_of(&end.record, SHARD_BITS))?.end(end, &self.tokens);
        if let Ended::Done(claim) = &ended {
            self.let_go(std::slice::from_ref(claim), end.lease.is_some());
        }
        Ok(ended)
    }
}

impl Store for MemoryStore {
    async fn create(&self, create: Create) -> Result<Created, StoreError> {
        self.create_now(&create, None)
    }

    async fn load(&self, load: Load) -> Result<Loaded, StoreError> {
        self.load_now(&load)
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.commit_now(commit)
    }

    async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        self.rotate_now(&rotate)
    }

    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        self.end_now(&end)
    }

    async fn sweep(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        self.hear(sweep.lease, sweep.now);
        Ok(self.sweep_now(sweep))
    }

    async fn reclaim(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        self.hear(Some(reclaim.lease), reclaim.now);
        self.reclaim_now(reclaim)
    }

    async fn settle(&self, ends: Vec<RecordId>) -> Result<(), StoreError> {
        self.settle_now(&ends)
    }

    async fn report_clock(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        Ok(self.clocks.report(report))
    }

    fn clocks(&self) -> Option<&Clocks> {
        Some(&self.clocks)
    }

    fn capabilities(&self) -> Capabilities<'_> {
        Capabilities::none().by_user(self).admit(self)
    }

    fn exact_stamps(&self) -> bool {
        true
    }

    fn is_shared(&self) -> bool {
        false
    }
}

impl ByUser for MemoryStore {
    async fn generation(&self, user: &UserId) -> Result<Generation, StoreError> {
        Ok(self.users.read(user)?.generation(user))
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        self.of_user_now(user)
    }

    async fn reset_user(&self, reset: Reset) -> Result<Swept, StoreError> {
        self.reset_user_now(reset)
    }

    async fn reset_everyone(&self, reset: ResetEveryone) -> Result<Swept, StoreError> {
        Ok(self.reset_everyone_now(&reset))
    }

    async fn set_role(&self, set: SetRole) -> Result<usize, StoreError> {
        self.set_role_now(&set)
    }
}

impl Admit for MemoryStore {
    async fn admit(&self, create: Create, limit: SessionLimit) -> Result<Created, StoreError> {
        self.create_now(&create, Some(limit))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither ids nor data: a store is printed into logs.
        f.debug_struct("MemoryStore")
            .field("live_sessions", &self.live_sessions())
            .field("most", &self.room.most())
            .finish_non_exhaustive()
    }
}
