//! How much the store holds, and how much it may hold: sessions, bytes of data, claims.
//!
//! Whoever adds takes the room first; whoever removes gives it back afterwards. So the counts may be too high for a moment,
//! never too low.

use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering::Relaxed};

use super::super::{DataChange, Entries, Snapshot, StoreError};

/// One place in so many is kept for signed-in users: anybody can open anonymous sessions, and a flood of them must not keep
/// users from signing in.
const KEPT_FOR_USERS: usize = 8;
/// Data for each session that there is room for, unless said otherwise.
const BYTES_EACH: usize = 4 * 1024;
/// The least room for data, unless said otherwise: a small store holds a few of the largest records, too.
const BYTES_AT_LEAST: usize = 1024 * 1024;
/// What an entry costs beside its key and its value: two pairs of pointers in a map that is at least half full (64), two
/// counts for each of key and value (32), and what an allocator rounds up by (32).
const ENTRY: usize = 128;
/// The least number of claims that there is room for.
const CLAIMS_AT_LEAST: usize = 4096;

/// The room of a store.
#[derive(Debug)]
pub(super) struct Room {
    live: AtomicUsize,
    bytes: AtomicUsize,
    /// Whoever settles a claim may be quicker than whoever counts it: below zero for a moment.
    claims: AtomicIsize,
    most: usize,
    most_bytes: usize,
    most_claims: isize,
}

/// What a new session takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    pub(super) signed_in: bool,
    pub(super) bytes: usize,
}

impl Room {
    pub(super) fn new(most: usize) -> Self {
        Self {
            live: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            claims: AtomicIsize::new(0),
            most,
            most_bytes: most.saturating_mul(BYTES_EACH).max(BYTES_AT_LEAST),
            most_claims: isize::try_from(most.max(CLAIMS_AT_LEAST)).unwrap_or(isize::MAX),
        }
    }

    pub(super) const fn set_bytes(&mut self, most: usize) {
        self.most_bytes = most;
    }

    pub(super) const fn most(&self) -> usize {
        self.most
    }

    pub(super) fn live(&self) -> usize {
        self.live.load(Relaxed)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// Whether there seems to be room.
    pub(super) fn has(&self, need: Need) -> bool {
        self.live() < share(self.most, need.signed_in)
            && self.bytes().saturating_add(need.bytes) <= share(self.most_bytes, need.signed_in)
            && !self.is_full_of_claims()
    }

    /// A claim takes memory until it is settled. Each was a live session once: if no session comes while there are too many,
    /// there will not be many more.
    pub(super) fn is_full_of_claims(&self) -> bool {
        self.claims.load(Relaxed) >= self.most_claims
    }

    /// Takes room for a session. `instead` of others that go now: it needs no place of its own, and `freed` of its bytes were
    /// theirs.
    pub(super) fn take(&self, need: Need, instead: bool, freed: usize) -> bool {
        if self.is_full_of_claims() || !self.take_bytes(need, freed) {
            return false;
        }
        let most = share(self.most, need.signed_in);
        let more = |live| if live < most { Some(live + 1) } else { None };
        if instead || self.live.fetch_update(Relaxed, Relaxed, more).is_ok() {
            return true;
        }
        self.give_bytes(need.bytes);
        false
    }

    fn take_bytes(&self, need: Need, freed: usize) -> bool {
        let most = share(self.most_bytes, need.signed_in).saturating_add(freed);
        let more = |bytes: usize| bytes.checked_add(need.bytes).filter(|sum| need.bytes == 0 || *sum <= most);
        self.bytes.fetch_update(Relaxed, Relaxed, more).is_ok()
    }

    /// These places are free again.
    pub(super) fn give(&self, sessions: usize) {
        self.live.fetch_sub(sessions, Relaxed);
    }

    /// A place is taken although there may be none: whoever was to make room had gone already.
    pub(super) fn take_anyway(&self) {
        self.live.fetch_add(1, Relaxed);
    }

    pub(super) fn give_bytes(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Relaxed);
    }

    /// So many claims were added.
    pub(super) fn add_claims(&self, claims: usize) {
        self.claims.fetch_add(signed(claims), Relaxed);
    }

    /// These claims and their data are gone.
    pub(super) fn give_claims(&self, claims: usize, bytes: usize) {
        self.claims.fetch_sub(signed(claims), Relaxed);
        self.give_bytes(bytes);
    }

    /// Changes a session if there is room for the entries that the change writes.
    ///
    /// The room of what they replace counts, that of what the change removes does not yet.
    pub(super) fn write<T>(
        &self,
        session: &mut Snapshot,
        signed_in: bool,
        data: &[DataChange],
        change: impl FnOnce(&mut Snapshot) -> T,
    ) -> Result<T, StoreError> {
        if data.is_empty() {
            return Ok(change(session));
        }
        let before = bytes_of(&session.data);
        let most = growth(&session.data, data);
        if !self.take_bytes(Need { signed_in, bytes: most }, 0) {
            return Err(StoreError::new("the in-memory store is full: there is no room for more data"));
        }
        let answer = change(session);
        self.give_bytes((before + most).saturating_sub(bytes_of(&session.data)));
        Ok(answer)
    }
}

/// What a session's data takes.
pub(super) fn bytes_of(data: &Entries) -> usize {
    data.iter().map(|(key, value)| entry(key, value)).sum()
}

fn entry(key: &str, value: &[u8]) -> usize {
    ENTRY + key.len() + value.len()
}

/// By how much these changes let data grow at most.
fn growth(data: &Entries, changes: &[DataChange]) -> usize {
    let written = changes.iter().filter_map(|change| Some((&change.key, change.value.as_ref()?)));
    written
        .map(|(key, value)| entry(key, value).saturating_sub(data.get(key).map_or(0, |old| entry(key, old))))
        .fold(0, usize::saturating_add)
}

/// What of a limit is for sessions of this kind.
const fn share(most: usize, signed_in: bool) -> usize {
    if signed_in { most } else { most - most / KEPT_FOR_USERS }
}

fn signed(count: usize) -> isize {
    isize::try_from(count).unwrap_or(isize::MAX)
}
