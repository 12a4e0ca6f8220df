//! The store: keeping records. It knows nothing of http and nothing of policies.
//!
//! Every operation is one round trip and atomic. Times come from the caller, in UTC milliseconds; a store has no clock.
//! Tokens never reach a store: it sees [`TokenId`](crate::token::TokenId)s.

mod contract;
#[cfg(feature = "memory")]
mod memory;
mod record;

pub use crate::verdict::EndReason;
pub(crate) use contract::DynStore;
pub use contract::{
    ByUser, Commit, Committed, Create, Created, DataChange, End, Ended, Generation, Loaded, Reset, Rotate, Rotated,
    Store, StoreError, Supersede, Superseded,
};
#[cfg(feature = "memory")]
pub use memory::MemoryStore;
pub use record::{
    Captured, Challenge, Entries, Expiry, Header, Identity, Record, Snapshot, Stamp, UserId, UserIdError,
};
