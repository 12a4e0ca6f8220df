//! The pure judgement: (W, E, facts) → verdict and obligation. No I/O, no clock of its own, no allocation.
//!
//! **W** is what the session is held to everywhere (its role ∧ the application's base): a breach ends it.
//! **E** is what this route demands (route ∧ W): a breach of only E denies the route, and the session lives on.

mod denial;
mod end;
mod facts;
mod judge;
pub mod origin;

pub use denial::{Denial, Reason, Remedy};
pub use end::EndReason;
pub use facts::{Facts, Seen};
pub use judge::{Judgement, Obligation, judge, judge_arrival};
pub use origin::{Origin, OriginRules, is_unsafe};
