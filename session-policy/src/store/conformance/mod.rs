//! What every store must pass. One macro call makes a test of each case:
//!
//! ```
//! use session_policy::store::conformance::ModelStore;
//!
//! session_policy::conformance!(model, async { ModelStore::new() });
//! # fn main() {}
//! ```
//!
//! The factory is an expression for a future; it is evaluated for each fresh, empty store that a case asks for (most ask for
//! one, some for hundreds), inside a tokio runtime that the suite builds. What must live as long as the store (a temporary
//! directory, say) comes with it as a pair: `async { (store, directory) }`. Two stores of one factory must not see each
//! other's sessions: give each a database or a key prefix of its own.
//!
//! A store that is not [`Admit`] or not [`ByUser`] runs the cases for what it is:
//!
//! ```
//! # use session_policy::store::conformance::ModelStore;
//! session_policy::conformance!(finds_users, async { ModelStore::new() }, by user);
//! session_policy::conformance!(plain, async { ModelStore::new() }, store only);
//! # fn main() {}
//! ```
//!
//! [`run_all`] does the same without the test harness, for tables of cases and stores:
//!
//! ```
//! use session_policy::store::conformance::{ModelStore, Stores, run_all};
//!
//! let report = run_all(&Stores::full(|| async { ModelStore::new() }));
//! assert!(report.passed(), "{report}");
//! ```
//!
//! How many sessions a store holds is its own business, and no case fills one; [`check_capacity`] does, for a store with
//! room for a known number.
//!
//! All times of the cases are made up (they begin in January 2027) and are passed in, as the contract has it: a store that
//! looks at a clock of its own, or leaves forgetting to one, will be found out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is how a test fails; nothing here is in a request path"
)]

mod capacity;
mod case;
mod cases;
mod kit;
mod model;
mod report;
mod subject;
mod table;

#[cfg(doc)]
use super::{Admit, ByUser};
pub use capacity::check_capacity;
pub use case::{Case, Needs, check};
pub use model::ModelStore;
pub use report::{Outcome, Report, Verdict, run_all};
pub use subject::{Fresh, Stores, Subject};
pub use table::CASES;
