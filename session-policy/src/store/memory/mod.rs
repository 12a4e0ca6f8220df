//! The in-memory store.
//!
//! A token leads to a shard, and that shard knows everything about it: a live record, a tombstone, or a successor. The
//! rest is index: a user leads to records, a record to its slot.

mod id_hash;
mod live;
mod locks;
mod past;
mod reclaim;
mod shard;
mod slots;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "this is how a test fails")]
mod tests;
mod tokens;
mod users;

use std::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering},
};

use self::{
    id_hash::shard_of,
    live::Live,
    locks::{SHARD_BITS, SHARDS, Shards},
    past::Gone,
    shard::Shard,
    tokens::Tokens,
    users::Users,
};
use super::{
    ByUser, Commit, Committed, Create, Created, End, Ended, Generation, Loaded, Record, Reset, Rotate, Rotated,
    Snapshot, Store, StoreError, Supersede, UserId,
};
use crate::token::{RecordId, TokenId};

/// How long a tombstone, and the generation of a user without sessions, is kept: 24 hours.
const TOMBSTONE_MS: u64 = 24 * 60 * 60 * 1000;
/// A superseded token is followed through so many logins at most.
const SUCCESSORS: usize = 32;
/// The fewest ended and the fewest superseded tokens that a shard may remember, however small the store.
const PAST_AT_LEAST: usize = 64;

/// One place in so many is kept for signed-in users: anybody can open anonymous sessions, and a flood of them must not keep
/// users from signing in.
const KEPT_FOR_USERS: usize = 8;

/// Keeps sessions in this process's memory: they end with it, and no other process sees them.
///
/// - Exact: every stamp of activity is taken, so no session outlives its idle time by a touch interval.
/// - Bounded: 1 000 000 live sessions unless [`with_capacity`](Self::with_capacity) says otherwise. A full store refuses
///   new sessions; it never drops a live one. Dead ones are reclaimed as new ones come. An eighth of the room is kept for
///   signed-in users, so that anonymous sessions alone cannot fill it.
/// - Why a session ended is told for 24 hours; by what a token was superseded, until the successor's absolute end. Of each
///   kind at most as many are remembered as there may be live sessions, but at least 4 096; beyond that, a share of the
///   store (1/64) forgets first what it would forget next.
/// - Concurrent: no operation waits for anything but short locks, and the futures never pend.
///
/// ```
/// use session_policy::{
///     store::{Loaded, MemoryStore, Store},
///     token::TokenId,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), session_policy::store::StoreError> {
/// let store = MemoryStore::with_capacity(10_000);
/// assert!(store.exact_stamps());
/// assert!(matches!(store.load(TokenId([0; 32])).await?, Loaded::Unknown));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Every operation fails for the part of the store in which a thread panicked: what it left half done is not trusted.
pub struct MemoryStore {
    users: Users,
    records: Shards<Shard>,
    tokens: Tokens,
    live: AtomicUsize,
    most: usize,
    /// Where the next look for dead sessions begins.
    cursor: AtomicUsize,
}

impl MemoryStore {
    /// An empty store for 1 000 000 live sessions: at about 300 to 600 bytes for a session without data (measured; the larger
    /// figure with a user and at a million), what a small server can spare.
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
            records: Shards::new(|| Shard::new(past)),
            tokens: Tokens::new(),
            live: AtomicUsize::new(0),
            most: max_live_sessions,
            cursor: AtomicUsize::new(0),
        }
    }

    /// How many sessions it holds that have not ended; a few may be dead and not yet reclaimed.
    #[must_use]
    pub fn live_sessions(&self) -> usize {
        self.live.load(Ordering::Relaxed)
    }

    /// How many live sessions there may be; for a session of nobody in particular, without what is kept for users.
    const fn room(&self, signed_in: bool) -> usize {
        if signed_in { self.most } else { self.most - self.most / KEPT_FOR_USERS }
    }

    fn take_room(&self, signed_in: bool) -> bool {
        let most = self.room(signed_in);
        let more = |live| if live < most { Some(live + 1) } else { None };
        self.live.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// Takes a record out of a user's set, unless it is live and that user's (again).
    fn unlist_of(&self, user: &UserId, record: &RecordId, now: u64) {
        let Ok(mut users) = self.users.write(user) else { return };
        let Ok(records) = self.records.read(shard_of(record, SHARD_BITS)) else { return };
        if records.snapshot_of(record, user).is_none() {
            users.remove(user, record, now);
        }
    }

    fn create_now(&self, create: Create) -> Result<Created, StoreError> {
        let Create { token, record, generation, supersede, now } = create;
        self.reclaim_a_little(now);
        if self.live_sessions() >= self.room(record.identity.user.is_some()) {
            self.reclaim_room(now);
        }
        let id = record.id;
        let (created, succeeded) = match record.identity.user.clone() {
            None => self.place(token, record, supersede, now)?,
            Some(user) => {
                let mut users = self.users.write(&user)?;
                if generation.is_some_and(|expected| expected != users.generation(&user)) {
                    return Ok(Created::Reset);
                }
                let placed = self.place(token, record, supersede, now)?;
                if placed.0 == Created::Done {
                    users.add(user, id);
                }
                placed
            }
        };
        if let Some(succeeded) = succeeded {
            self.unlist(&succeeded, now);
        }
        Ok(created)
    }

    /// Keeps a new record and supersedes the presented token, under the locks of both. Hands back what was live.
    fn place(
        &self,
        token: TokenId,
        record: Record,
        supersede: Option<Supersede>,
        now: u64,
    ) -> Result<(Created, Option<Live>), StoreError> {
        let (id, until) = (record.id, record.expiry.absolute_at);
        let signed_in = record.identity.user.is_some();
        let near = shard_of(&id, SHARD_BITS);
        let presented = match supersede {
            Some(Supersede { token }) => self.tokens.find(&token)?.map(|place| (token, place)),
            None => None,
        };
        let mut shards = self.records.write_two(near, presented.map_or(near, |(_, place)| place.shard()))?;
        // A login takes the place of the session it supersedes: it needs no further room.
        let swap = presented.is_some_and(|(token, place)| shards.far().is_current(&token, place.slot()));
        let created = shards.near().create(near, token, record, &self.tokens, || swap || self.take_room(signed_in))?;
        let succeeded = match presented {
            Some((token, place)) if created == Created::Done => {
                shards.far().succeed(token, place.slot(), id, now, until, &self.tokens)
            }
            _ => None,
        };
        Ok((created, succeeded))
    }

    fn load_now(&self, token: &TokenId) -> Result<Loaded, StoreError> {
        let Some(place) = self.tokens.find(token)? else { return Ok(Loaded::Unknown) };
        let loaded = self.records.read(place.shard())?.load(token, place.slot());
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
        Ok(self.records.write(shard_of(&commit.record, SHARD_BITS))?.commit(commit))
    }

    fn rotate_now(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        let (record, now) = (rotate.record, rotate.now);
        let user = rotate.identity.user.clone();
        // Held until the record is in the set: a reset of the user sees it, or comes before.
        let mut users = match &user {
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
        let (rotated, was) = self.records.write(shard)?.rotate(shard, rotate, &self.tokens)?;
        let Some(was) = was.filter(|was| was.user != user) else { return Ok(rotated) };
        if let (Some(users), Some(user)) = (users.as_mut(), user) {
            users.add(user, record);
        }
        drop(users);
        if let Some(was) = &was.user {
            self.unlist_of(was, &record, now);
        }
        Ok(rotated)
    }

    fn end_now(&self, end: End) -> Result<Ended, StoreError> {
        let (ended, live) = self.records.write(shard_of(&end.record, SHARD_BITS))?.end(&end, &self.tokens);
        self.let_go(live.as_slice(), end.now);
        Ok(ended)
    }

    fn of_user_now(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        let users = self.users.read(user)?;
        let mut found = Vec::new();
        for id in users.sessions(user) {
            found.extend(self.records.read(shard_of(&id, SHARD_BITS))?.snapshot_of(&id, user));
        }
        found.sort_unstable_by_key(|session| (session.header.created, session.id));
        Ok(found)
    }

    fn reset_user_now(&self, reset: Reset) -> Result<usize, StoreError> {
        let Reset { user, except, reason, now } = reset;
        let mut users = self.users.write(&user)?;
        users.reset(&user, self.users.next_generation(), now);
        let mut dead = Vec::new();
        let mut broken = None;
        for record in users.sessions(&user) {
            if except == Some(record) {
                continue;
            }
            // A broken shard does not save the sessions in the others.
            match self.records.write(shard_of(&record, SHARD_BITS)) {
                Ok(mut records) if records.snapshot_of(&record, &user).is_some() => {
                    let end = End { record, reason, if_unseen_since: None, now };
                    dead.extend(records.end(&end, &self.tokens).1);
                }
                Ok(_) => {}
                Err(error) => broken = Some(error),
            }
        }
        drop(users);
        self.let_go(&dead, now);
        broken.map_or(Ok(dead.len()), Err)
    }
}

impl Store for MemoryStore {
    async fn create(&self, create: Create) -> Result<Created, StoreError> {
        self.create_now(create)
    }

    async fn load(&self, token: TokenId) -> Result<Loaded, StoreError> {
        self.load_now(&token)
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.commit_now(commit)
    }

    async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        self.rotate_now(rotate)
    }

    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        self.end_now(end)
    }

    fn exact_stamps(&self) -> bool {
        true
    }
}

impl ByUser for MemoryStore {
    async fn generation(&self, user: &UserId) -> Result<Generation, StoreError> {
        Ok(self.users.read(user)?.generation(user))
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        self.of_user_now(user)
    }

    async fn reset_user(&self, reset: Reset) -> Result<usize, StoreError> {
        self.reset_user_now(reset)
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
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}
