//! Hashing of ids that are random already.

use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

/// For maps keyed by token ids and record ids. No client chooses them (a token id is a digest, a record id is drawn here),
/// so what SipHash costs would buy nothing. Maps keyed by user ids do use SipHash.
pub(super) type IdHash = BuildHasherDefault<IdHasher>;

/// Folds eight bytes at a time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct IdHasher(u64);

impl IdHasher {
    fn fold(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        for byte in rest {
            self.fold(u64::from(*byte));
        }
    }

    // An array announces its length, which is the same for all keys of a map.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        // The product's upper half is the well mixed one; the map's buckets come from the lower.
        self.0 ^ (self.0 >> 32)
    }
}

/// Which of `1 << bits` shards an id belongs to: by bits of the hash that the map inside neither probes nor tags with.
pub(super) fn shard_of<I: std::hash::Hash>(id: &I, bits: u32) -> usize {
    let hash = IdHash::default().hash_one(id) >> 48;
    usize::try_from(hash & ((1 << bits) - 1)).unwrap_or_default()
}
