//! The store: keeping records. It knows nothing of http and nothing of judgements.
//!
//! Every operation is one round trip and atomic. Times come from the caller, in UTC milliseconds; a store has no clock.
//! Tokens never reach a store: it sees [`TokenId`](crate::token::TokenId)s.
//!
//! What a change does to a session is written once, in plain functions, for all stores: [`Line`] (its tokens), the methods of
//! [`Snapshot`] (everything else), [`admission`](admission()) (limits).

mod admission;
mod clocks;
mod codec;
#[cfg(feature = "conformance")]
pub mod conformance;
mod contract;
mod dynamic;
mod holds;
mod kept;
mod line;
#[cfg(feature = "memory")]
mod memory;
mod record;
#[cfg(feature = "redb")]
mod redb;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(feature = "sealed")]
mod sealed;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod sql;

pub use crate::{
    policy::{OnLimit, SessionLimit},
    verdict::EndReason,
};
pub use admission::{Admission, admission};
pub use clocks::Clocks;
pub use contract::{
    Admit, ByUser, CLAIM_KEPT_MS, Claim, ClockReport, Commit, Committed, Create, Created, Cursor, DataChange, End,
    Ended, Generation, How, Load, Loaded, Reclaim, Reset, ResetEveryone, Rotate, Rotated, SetRole, Store, StoreError,
    Successor, Superseded, Sweep, Swept, TOMBSTONE_KEPT_MS,
};
pub use dynamic::Capabilities;
pub(crate) use dynamic::{DynByUser, DynStore};
pub use holds::Holds;
pub use kept::{Merged, Presented};
pub use line::{Issued, Line, RECOVER_WITHIN_MS, RECOVERIES, Rotation, TokenStanding, Turn};
#[cfg(feature = "memory")]
pub use memory::MemoryStore;
pub use record::{
    Captured, Challenge, Entries, Expiry, Header, Identity, Record, Snapshot, Stamp, UserId, UserIdError,
};
#[cfg(feature = "redb")]
pub use redb::{OpenError, RedbStore};
#[cfg(feature = "sealed")]
pub use sealed::Sealed;
