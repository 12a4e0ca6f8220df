//! What was read a moment ago, for the creation that may follow: it saves that one a look. Never more than a hint: whatever
//! is decided by it, the script holds against what is there.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::store::Snapshot;

/// So many at most; the oldest goes first. Between two steps of one login there are not many others.
const ENTRIES: usize = 1024;

/// And so large together: 4 MiB, some ten thousand sessions.
const BYTES: usize = 4 * 1024 * 1024;

/// As it is kept here: what a creation is decided by, and nothing else of what the session holds.
pub(super) fn without_data(session: Snapshot) -> Snapshot {
    Snapshot { data: Arc::default(), ..session }
}

/// The latest values, each for one use.
pub(super) struct Recent<K, V>(Mutex<Kept<K, V>>);

struct Kept<K, V> {
    last: u64,
    places: HashMap<K, u64>,
    by_age: BTreeMap<u64, Entry<K, V>>,
    bytes: usize,
}

struct Entry<K, V> {
    key: K,
    value: V,
    bytes: usize,
}

impl<K, V> fmt::Debug for Recent<K, V> {
    /// Not what it holds: that is somebody's session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent").finish_non_exhaustive()
    }
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Kept { last: 0, places: HashMap::new(), by_age: BTreeMap::new(), bytes: 0 }))
    }
}

impl<K: Clone + Eq + Hash, V> Recent<K, V> {
    /// In place of what was kept under this key.
    pub(super) fn keep(&self, key: K, value: V, bytes: usize) {
        let mut kept = self.kept();
        kept.take(&key);
        kept.last += 1;
        kept.bytes += bytes;
        let place = kept.last;
        kept.places.insert(key.clone(), place);
        kept.by_age.insert(place, Entry { key, value, bytes });
        while kept.by_age.len() > ENTRIES || kept.bytes > BYTES {
            let Some((_, oldest)) = kept.by_age.pop_first() else { break };
            kept.places.remove(&oldest.key);
            kept.bytes -= oldest.bytes;
        }
    }

    /// What was kept under this key; it is kept no more.
    pub(super) fn take(&self, key: &K) -> Option<V> {
        self.kept().take(key)
    }

    fn kept(&self) -> MutexGuard<'_, Kept<K, V>> {
        // A hint is worth no panic, and wrong it may be anyhow.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Kept<K, V> {
    fn take(&mut self, key: &K) -> Option<V> {
        let place = self.places.remove(key)?;
        let entry = self.by_age.remove(&place)?;
        self.bytes -= entry.bytes;
        Some(entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_one_use_and_the_latest() {
        let recent = Recent::default();
        recent.keep("alice", 1, 10);
        recent.keep("alice", 2, 10);
        recent.keep("bob", 3, 10);
        assert_eq!(recent.take(&"alice"), Some(2));
        assert_eq!(recent.take(&"alice"), None);
        assert_eq!(recent.take(&"bob"), Some(3));
        let kept = recent.kept();
        assert_eq!((kept.places.len(), kept.by_age.len(), kept.bytes), (0, 0, 0));
    }

    #[test]
    fn so_many_and_so_large_and_no_more() {
        let recent = Recent::default();
        for n in 0..=ENTRIES {
            recent.keep(n, n, 1);
        }
        assert_eq!((recent.take(&0), recent.take(&1), recent.take(&ENTRIES)), (None, Some(1), Some(ENTRIES)));
        recent.keep(5_000, 0, BYTES - 1);
        recent.keep(5_001, 0, 1);
        let kept = recent.kept();
        assert_eq!((kept.places.len(), kept.by_age.len(), kept.bytes), (2, 2, BYTES));
        drop(kept);
        // What is larger than all of it leaves nothing behind.
        recent.keep(5_002, 0, BYTES + 1);
        let kept = recent.kept();
        assert_eq!((kept.places.len(), kept.by_age.len(), kept.bytes), (0, 0, 0));
    }
}
