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
    super::{Generation, StoreError, UserId},
    TOMBSTONE_MS,
    id_hash::IdHash,
    locks::{SHARDS, Shards},
};
use crate::token::RecordId;

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
    /// When the generation rose; it is forgotten no earlier than [`TOMBSTONE_MS`] later.
    reset_at: u64,
    sessions: Ids,
}

impl User {
    fn idle(&self, now: u64) -> bool {
        matches!(self.sessions, Ids::None)
            && (self.generation == Generation::default() || self.reset_at.saturating_add(TOMBSTONE_MS) <= now)
    }
}

/// A share of the users.
#[derive(Debug, Default)]
pub(super) struct UserShard {
    users: HashMap<UserId, User>,
    /// Users with a generation and perhaps without sessions, to look at again later.
    resets: VecDeque<(u64, UserId)>,
}

impl UserShard {
    pub(super) fn generation(&self, user: &UserId) -> Generation {
        self.users.get(user).map(|user| user.generation).unwrap_or_default()
    }

    pub(super) fn sessions(&self, user: &UserId) -> Vec<RecordId> {
        self.users.get(user).map(|user| user.sessions.list()).unwrap_or_default()
    }

    pub(super) fn add(&mut self, user: UserId, id: RecordId) {
        self.users.entry(user).or_default().sessions.add(id);
    }

    pub(super) fn remove(&mut self, user: &UserId, id: &RecordId, now: u64) {
        let Some(entry) = self.users.get_mut(user) else { return };
        entry.sessions.remove(id);
        if entry.idle(now) {
            self.users.remove(user);
        } else if matches!(entry.sessions, Ids::None) {
            self.resets.push_back((entry.reset_at, user.clone()));
        }
    }

    pub(super) fn reset(&mut self, user: &UserId, generation: Generation, now: u64) {
        let entry = self.users.entry(user.clone()).or_default();
        entry.generation = generation;
        entry.reset_at = now;
        self.resets.push_back((now, user.clone()));
    }

    /// Forgets at most `at_most` generations whose time is up.
    pub(super) fn forget(&mut self, now: u64, at_most: usize) {
        for _ in 0..at_most {
            match self.resets.front() {
                Some((reset_at, _)) if reset_at.saturating_add(TOMBSTONE_MS) <= now => {}
                _ => return,
            }
            let Some((_, user)) = self.resets.pop_front() else { return };
            if self.users.get(&user).is_some_and(|entry| entry.idle(now)) {
                self.users.remove(&user);
            }
        }
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
        Self { shards: Shards::new(UserShard::default), hash: RandomState::new(), generation: AtomicU64::new(0) }
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

    pub(super) fn next_generation(&self) -> Generation {
        Generation(self.generation.fetch_add(1, Ordering::Relaxed).saturating_add(1))
    }
}
