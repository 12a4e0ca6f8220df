//! Session rules written above the handler, checked by the compiler, enforced at run time.
//!
//! - **Write** a policy above a handler with [`axum::session`](macro@crate::axum::session), a named one with [`SessionPolicy`], the
//!   cookie with [`SessionCookie`], an entry of session data with [`SessionData`].
//! - **Build** the engine once with [`Sessions::builder`]: base policy and roles are types.
//! - **Mount** handlers on a [`PolicyRouter`](crate::axum::PolicyRouter): a route without a policy does not compile.
//! - **Use** the session through [`Session`] (perhaps nobody is signed in) or [`UserSession`] (somebody is).
//! - **Control** a user's sessions (list, end, limit, another role) with [`Session`] and [`Sessions`]: see [`sessions`].
//! - **Test** with the kit in the module `test` (feature `test`): a clock that you move, and signed-in sessions.
//!
//! What lowers a session ([`Session::logout`], a failed attempt) is done in the store before the call resolves. What raises
//! it ([`Session::login`], [`Session::reauthenticated`], data) is staged, and takes effect only if the handler's answer
//! succeeds.
//!
//! # Features
//!
//! On by default: `macros`, and `memory` (the in-memory store).
//!
//! Stores: `redb` (a file, one process; needs Rust 1.90), `redis` (Redis or Valkey, for several machines), `postgres` and
//! `sqlite` (on an `sqlx` pool of yours), `sealed` (any of them encrypted at rest), `conformance` (what every store must pass,
//! for those who write one).
//!
//! The rest: `axum` (the adapter for axum 0.8), `test` (the test kit), `report` (the policy report and its snapshot in review),
//! `manifest` (the list of every declared policy, so that the report finds what was never mounted).

pub mod client;
pub mod clock;
pub mod cookie;
pub mod duration;
#[cfg(feature = "macros")]
#[doc(hidden)]
pub mod ide;
#[cfg(feature = "sealed")]
pub mod keys;
#[cfg(feature = "manifest")]
pub mod manifest;
pub mod policy;
mod random;
#[cfg(feature = "report")]
pub mod report;
pub mod request;
pub mod sessions;
pub mod store;
pub mod token;
pub mod verdict;

#[cfg(feature = "axum")]
pub mod axum;

#[cfg(all(feature = "test", feature = "axum"))]
pub mod test;

pub use crate::{
    cookie::SessionCookie,
    policy::{Level, Policy, Roles},
    sessions::{AuthEvent, BuildError, Session, SessionData, SessionError, Sessions, UserSession},
    verdict::Reason,
};
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/session_cookie.md")]
pub use session_policy_macros::SessionCookie;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/session_data.md")]
pub use session_policy_macros::SessionData;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/session_policy.md")]
///
/// ## What each profile says
///
#[doc = include_str!("../docs/profiles.md")]
///
/// # Rules
///
#[doc = include_str!("../docs/rules.md")]
pub use session_policy_macros::SessionPolicy;

/// What generated code uses. No promise of stability: the two crates are released together.
#[doc(hidden)]
pub mod __p {
    pub use core::option::Option::{None, Some};

    pub use crate::{
        cookie::{CookieSpec, SameSite, SessionCookie},
        policy::{check::of as checks, *},
        sessions::{DataSpec, SessionData},
    };

    /// Registers a policy in the manifest, if there is one: `declare!(handler, DashboardPolicy)`.
    pub use crate::__declare as declare;
    #[cfg(feature = "manifest")]
    pub use {
        crate::manifest::{DECLARED, Declared},
        linkme,
    };
}

/// Without the manifest, nothing is registered.
#[cfg(not(feature = "manifest"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __declare {
    ($carrier:ident, $policy:ty) => {};
}

/// One entry of the manifest.
#[cfg(feature = "manifest")]
#[doc(hidden)]
#[macro_export]
macro_rules! __declare {
    ($carrier:ident, $policy:ty) => {
        const _: () = {
            #[$crate::__p::linkme::distributed_slice($crate::__p::DECLARED)]
            #[linkme(crate = $crate::__p::linkme)]
            static DECLARED: fn() -> $crate::__p::Declared = $crate::__p::Declared::$carrier::<$policy>;
        };
    };
}

/// The README's code blocks are tests.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../../README.md")]
struct Readme;
