//! The policy report: what holds on every route, where each value comes from, and which controls that meets (feature `report`).
//!
//! A [`Report`] is made of what the router mounted, so it cannot disagree with what is served. It is written as Markdown, as
//! JSON with a versioned schema, and as one HTML page that needs no network; and it is compared in review with a checked-in
//! [`snapshot()`] that says of each change whether it is *looser* or *tighter*.
//!
//! ```
//! use session_policy::{
//!     SessionPolicy, Sessions, client::Transport,
//!     policy::{Guard, MountedRoute, Rules, Spec},
//!     report::Report,
//!     store::MemoryStore,
//! };
//!
//! #[derive(SessionPolicy)]
//! #[session(idle = "30m", absolute = "8h")]
//! struct Site;
//!
//! let sessions = Sessions::builder::<Site, ()>()
//!     .store(MemoryStore::new())
//!     .transport(Transport::tls())
//!     .origins(["https://www.example.org"])
//!     .build()?;
//!
//! // `PolicyRouter::report()` does this with its own routes.
//! static STATEMENTS: Spec = Spec::new("statements", Rules::UNSET.idle(600));
//! let report = Report::new(&sessions, &[MountedRoute::new("GET", "/statements", Guard::Policy(&STATEMENTS))]);
//!
//! let route = &report.routes[0];
//! let from: Vec<String> = route.effective.iter().map(|row| format!("{} = {}", row.key, row.values[0])).collect();
//! assert_eq!(from[0], "idle = 10m (this route)");
//! assert_eq!(from[1], "absolute = 8h (base Site)");
//! assert_eq!(from[2], "fresh = none (default)");
//! # Ok::<(), session_policy::BuildError>(())
//! ```

mod build;
mod claims;
mod controls;
mod html;
mod keys;
mod layers;
mod markdown;
mod model;
mod order;
mod snapshot;

pub use model::{
    Control, Cookie, DeclaredPolicy, Deviation, Finding, FindingKind, Guarantee, GuardKind, Held, Met, NamedPolicy,
    Place, Report, Route, Row, Source, SourceKind,
};
pub use order::Direction;
pub use snapshot::{Change, Difference, snapshot};
