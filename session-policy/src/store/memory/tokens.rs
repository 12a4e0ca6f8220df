//! Where a token's record is.

use std::collections::{HashMap, hash_map::Entry};

use super::{
    super::StoreError,
    id_hash::{IdHash, shard_of},
    locks::{SHARD_BITS, Shards},
};
use crate::token::TokenId;

/// The shard that knows everything about a token, and the slot that its record had when the token was issued.
///
/// A hint, not a claim: a slot may be free or another record's by now, so whoever follows it compares the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Place {
    const SLOT_BITS: u32 = u32::BITS - SHARD_BITS;
    /// So many slots fit into a shard.
    pub(super) const SLOTS: u32 = 1 << Self::SLOT_BITS;

    pub(super) fn new(shard: usize, slot: u32) -> Self {
        // Both fit: a shard has at most `SLOTS` slots, and there are `1 << SHARD_BITS` shards.
        let shard = u32::try_from(shard).unwrap_or_default();
        Self((shard << Self::SLOT_BITS) | (slot & (Self::SLOTS - 1)))
    }

    pub(super) fn shard(self) -> usize {
        usize::try_from(self.0 >> Self::SLOT_BITS).unwrap_or_default()
    }

    pub(super) fn slot(self) -> u32 {
        self.0 & (Self::SLOTS - 1)
    }
}

/// Every token that the store knows: current, superseded, or of an ended session. An entry never changes; it goes when
/// the store forgets the token.
#[derive(Debug)]
pub(super) struct Tokens(Shards<HashMap<TokenId, Place, IdHash>>);

impl Tokens {
    pub(super) fn new() -> Self {
        Self(Shards::new(|_| HashMap::default()))
    }

    pub(super) fn find(&self, token: &TokenId) -> Result<Option<Place>, StoreError> {
        Ok(self.0.read(shard_of(token, SHARD_BITS))?.get(token).copied())
    }

    /// Enters a token if it is unknown, at the place that `place` provides; `place` may refuse.
    pub(super) fn enter<R>(
        &self,
        token: TokenId,
        place: impl FnOnce() -> Result<Place, R>,
    ) -> Result<Entered<R>, StoreError> {
        let mut shard = self.0.write(shard_of(&token, SHARD_BITS))?;
        Ok(match shard.entry(token) {
            Entry::Occupied(_) => Entered::Taken,
            Entry::Vacant(vacant) => match place() {
                Ok(place) => {
                    vacant.insert(place);
                    Entered::Done
                }
                Err(refused) => Entered::Refused(refused),
            },
        })
    }

    /// Forgets a token. One whose lock is broken stays: it leads nowhere.
    pub(super) fn forget(&self, token: &TokenId) {
        if let Ok(mut shard) = self.0.write(shard_of(token, SHARD_BITS)) {
            shard.remove(token);
        }
    }
}

/// See [`Tokens::enter`].
pub(super) enum Entered<R> {
    Done,
    Taken,
    Refused(R),
}
