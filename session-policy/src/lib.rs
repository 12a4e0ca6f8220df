//! Session rules written above the handler, checked by the compiler, enforced at run time.
//!
//! - **Write** a policy above a handler with [`axum::session`](macro@crate::axum::session), a named one with [`SessionPolicy`], the
//!   cookie with [`SessionCookie`], an entry of session data with [`SessionData`].
//! - **Build** the engine once with [`Sessions::builder`]: base policy and roles are types.
//! - **Mount** handlers on a [`PolicyRouter`](crate::axum::PolicyRouter): a route without a policy does not compile.
//! - **Use** the session through [`Session`] (perhaps nobody is signed in) or [`UserSession`] (somebody is).
//! - **Test** with the kit in the module `test` (feature `test`): a clock that you move, and signed-in sessions.
//!
//! What lowers a session ([`Session::logout`], a failed attempt) is done in the store before the call resolves. What raises
//! it ([`Session::login`], [`Session::reauthenticated`], data) is staged, and takes effect only if the handler's answer
//! succeeds.
//!
//! # Features
//!
//! `macros` and `memory` are on by default. `axum`: the adapter for axum 0.8. `test`: the test kit.

pub mod client;
pub mod clock;
pub mod cookie;
pub mod duration;
pub mod policy;
mod random;
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
pub use session_policy_macros::SessionPolicy;

/// What generated code uses. No promise of stability: the two crates are released together.
#[doc(hidden)]
pub mod __private {
    pub use core::option::Option::{None, Some};

    pub use crate::{
        cookie::{CookieSpec, SameSite, SessionCookie},
        policy::*,
        sessions::{DataSpec, SessionData},
    };
}

/// The README's code blocks are tests.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../../README.md")]
struct Readme;
