//! The locks. Each is held for a few look-ups and never across an await.
//!
//! **Order**: a user shard, then record shards by rising index, then a token shard. Nobody takes one to the left while it
//! holds one to the right.

use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::super::StoreError;

/// So many shards as a power of two: contention on 64 is negligible up to as many cores.
pub(super) const SHARD_BITS: u32 = 6;
/// The number of shards.
pub(super) const SHARDS: usize = 1 << SHARD_BITS;

/// A lock on cache lines of its own, so that neighbours do not slow each other down.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Padded<T>(RwLock<T>);

/// As many locks as there are shards.
#[derive(Debug)]
pub(super) struct Shards<T>(Box<[Padded<T>]>);

impl<T> Shards<T> {
    pub(super) fn new(each: impl Fn(usize) -> T) -> Self {
        Self((0..SHARDS).map(|shard| Padded(RwLock::new(each(shard)))).collect())
    }

    pub(super) fn read(&self, shard: usize) -> Result<RwLockReadGuard<'_, T>, StoreError> {
        self.0.get(shard).and_then(|lock| lock.0.read().ok()).ok_or_else(broken)
    }

    pub(super) fn write(&self, shard: usize) -> Result<RwLockWriteGuard<'_, T>, StoreError> {
        self.0.get(shard).and_then(|lock| lock.0.write().ok()).ok_or_else(broken)
    }

    #[cfg(test)]
    pub(super) fn is_free(&self, shard: usize) -> bool {
        self.0.get(shard).is_some_and(|lock| lock.0.try_write().is_ok())
    }

    /// Locks two shards, which may be one and the same.
    pub(super) fn write_two(&self, near: usize, far: usize) -> Result<Two<'_, T>, StoreError> {
        Ok(if near == far {
            Two { near: self.write(near)?, far: None }
        } else if near < far {
            let near = self.write(near)?;
            Two { near, far: Some(self.write(far)?) }
        } else {
            let far = self.write(far)?;
            Two { near: self.write(near)?, far: Some(far) }
        })
    }
}

/// Two locked shards.
pub(super) struct Two<'a, T> {
    near: RwLockWriteGuard<'a, T>,
    far: Option<RwLockWriteGuard<'a, T>>,
}

impl<T> Two<'_, T> {
    pub(super) fn near(&mut self) -> &mut T {
        &mut self.near
    }

    pub(super) fn far(&mut self) -> &mut T {
        self.far.as_mut().unwrap_or(&mut self.near)
    }
}

// What a thread left half done when it panicked is not trusted: its part of the store answers no more.
fn broken() -> StoreError {
    StoreError::new("a thread panicked while it held a part of the in-memory store")
}
