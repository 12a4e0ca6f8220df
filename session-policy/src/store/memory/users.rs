//! The sessions and the generation of every user.
//!
//! A user's set names every live session of the user, and for a moment perhaps one that has just died: whoever reads it
//! asks the record. Sessions enter while the user's shard is locked, so that a reset sees all of them or comes before.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::{
        RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    super::{Generation, StoreError, TOMBSTONE_KEPT_MS, UserId},
    id_hash::IdHash,
    locks::{SHARDS, Shards},
};
use crate::token::RecordId;

/// How long after a reset a generation of a user's own is forgotten at the latest if there are no sessions: 48 hours.
const TOGETHER_MS: u64 = 2 * TOMBSTONE_KEPT_MS;

/// Sessions of one user: nearly always one.
#[derive(Debug, Default)]
enum Ids {
    #[default]
    None,
    One(RecordId),
    Many(HashSet<RecordId, IdHash>),
}

impl Ids {
    fn add(&mut self, id: RecordId) {
        match self {
            Self::None => *self = Self::One(id),
            Self::One(one) if *one == id => {}
            Self::One(one) => *self = Self::Many([*one, id].into_iter().collect()),
            Self::Many(many) => {
                many.insert(id);
            }
        }
    }

    fn remove(&mut self, id: &RecordId) {
        match self {
            Self::One(one) if one == id => *self = Self::None,
            Self::None | Self::One(_) => {}
            Self::Many(many) => {
                many.remove(id);
                if many.len() <= 1 {
                    *self = many.iter().next().map_or(Self::None, |one| Self::One(*one));
                }
            }
        }
    }

    const fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }

    fn list(&self) -> Vec<RecordId> {
        match self {
            Self::None => Vec::new(),
            Self::One(one) => vec![*one],
            Self::Many(many) => many.iter().copied().collect(),
        }
    }
}

#[derive(Debug, Default)]
struct User {
    generation: Generation,
    /// When the generation rose.
    reset_at: u64,
    /// Whether it waits in [`UserShard::resets`].
    queued: bool,
    sessions: Ids,
}

/// A share of the users.
#[derive(Debug, Default)]
pub(super) struct UserShard {
    users: HashMap<UserId, User>,
    /// Of users without one of their own, and the least of everybody: it rises with [`raise_all`](Self::raise_all), and when
    /// generations are forgotten. So one that once was never comes again.
    least: Generation,
    /// Users with a generation of their own and perhaps without sessions, to look at again later.
    resets: VecDeque<(u64, UserId)>,
}

impl UserShard {
    pub(super) fn generation(&self, user: &UserId) -> Generation {
        self.users.get(user).map_or(self.least, |user| Generation(user.generation.0.max(self.least.0)))
    }

    pub(super) fn sessions(&self, user: &UserId) -> Vec<RecordId> {
        self.users.get(user).map(|user| user.sessions.list()).unwrap_or_default()
    }

    #[cfg(test)]
    pub(super) fn knows(&self, user: &UserId) -> bool {
        self.users.contains_key(user)
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.resets.len()
    }

    pub(super) fn add(&mut self, user: UserId, id: RecordId) {
        self.users.entry(user).or_default().sessions.add(id);
    }

    pub(super) fn remove(&mut self, user: &UserId, id: &RecordId) {
        let Some(entry) = self.users.get_mut(user) else { return };
        entry.sessions.remove(id);
        if !entry.sessions.is_empty() {
            return;
        }
        if entry.generation.0 <= self.least.0 {
            self.users.remove(user);
        } else if !std::mem::replace(&mut entry.queued, true) {
            self.resets.push_back((entry.reset_at, user.clone()));
        }
    }

    pub(super) fn reset(&mut self, user: &UserId, generation: Generation, now: u64) {
        let entry = self.users.entry(user.clone()).or_default();
        entry.generation = generation;
        entry.reset_at = now;
        if !std::mem::replace(&mut entry.queued, true) {
            self.resets.push_back((now, user.clone()));
        }
    }

    /// Everybody has at least this generation from now on.
    pub(super) fn raise_all(&mut self, generation: Generation) {
        // Two may come at once.
        self.least = Generation(self.least.0.max(generation.0));
    }

    /// Forgets at most `at_most` generations whose time is up. Whether it stopped because of that.
    ///
    /// To forget one of a user's own is to raise everybody's, and a login that is under way then must begin again. So those
    /// that could be forgotten wait until one of them has waited for [`TOGETHER_MS`], and go together.
    pub(super) fn forget(&mut self, now: u64, at_most: usize, next: impl Fn() -> Generation) -> bool {
        for _ in 0..at_most {
            match self.resets.front() {
                Some((at, _)) if at.saturating_add(TOMBSTONE_KEPT_MS) <= now => {}
                _ => return false,
            }
            let Some((_, user)) = self.resets.pop_front() else { return false };
            let Some(entry) = self.users.get_mut(&user) else { continue };
            let up = entry.reset_at.saturating_add(TOMBSTONE_KEPT_MS) <= now;
            if up && !entry.sessions.is_empty() {
                entry.queued = false;
                continue;
            }
            if up && entry.generation.0 > self.least.0 && entry.reset_at.saturating_add(TOGETHER_MS) <= now {
                self.least = next();
            }
            if up && entry.generation.0 <= self.least.0 {
                self.users.remove(&user);
                continue;
            }
            let at = entry.reset_at;
            if up {
                self.resets.push_front((at, user));
                return false;
            }
            self.resets.push_back((at, user));
        }
        true
    }
}

/// All users.
#[derive(Debug)]
pub(super) struct Users {
    shards: Shards<UserShard>,
    // Users choose their names, so the shards are keyed like a `HashMap`.
    hash: RandomState,
    /// The last generation handed out. One count for all users: a forgotten user's never comes again.
    generation: AtomicU64,
}

impl Users {
    pub(super) fn new() -> Self {
        Self { shards: Shards::new(|_| UserShard::default()), hash: RandomState::new(), generation: AtomicU64::new(0) }
    }

    fn shard_of(&self, user: &UserId) -> usize {
        let shards = u64::try_from(SHARDS).unwrap_or(u64::MAX);
        usize::try_from(self.hash.hash_one(user) % shards).unwrap_or_default()
    }

    pub(super) fn read(&self, user: &UserId) -> Result<RwLockReadGuard<'_, UserShard>, StoreError> {
        self.shards.read(self.shard_of(user))
    }

    pub(super) fn write(&self, user: &UserId) -> Result<RwLockWriteGuard<'_, UserShard>, StoreError> {
        self.shards.write(self.shard_of(user))
    }

    pub(super) fn write_shard(&self, shard: usize) -> Result<RwLockWriteGuard<'_, UserShard>, StoreError> {
        self.shards.write(shard)
    }

    /// Everybody's generation rises: for each user in one operation.
    pub(super) fn raise_all(&self) {
        let generation = self.next_generation();
        for shard in 0..SHARDS {
            // Nobody of a broken shard signs in any more.
            if let Ok(mut users) = self.shards.write(shard) {
                users.raise_all(generation);
            }
        }
    }

    pub(super) fn next_generation(&self) -> Generation {
        Generation(self.generation.fetch_add(1, Ordering::Relaxed).saturating_add(1))
    }
}
