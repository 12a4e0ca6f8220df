//! What an editor shows about the keys of our attributes: on completion and on hover, also while one is half typed.
//!
//! Inside rust-analyzer, and nowhere else, the macros repeat each key that is written as a path into these modules, at the
//! key's own place. So `#[session(id|)]` is completed to what may stand there, and pointing at `idle` shows
//! [`session::idle`]. The constants have no other use.
//!
//! `session-policy-macros/src/tests/ide.rs` compares them with the macros' own tables: no key of this version without its
//! documentation, none in a place where it may not stand.
//!
//! It is compiled always: rust-analyzer sets `cfg(rust_analyzer)` in the user's own crates only, not in what they depend on.

#![allow(non_upper_case_globals, reason = "named like the keys")]

/// Documented constants that are named like keys; their type says what kind of value a key takes.
macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $key:ident: $kind:ident;)+) => {
        $(
            $(#[doc = $doc])+
            pub const $key: $kind = $kind;
        )+
    };
}

pub mod cookie;
pub mod data;
pub mod session;

/// Kinds of values: what the declaration of a key shows.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident;)+) => {
        $($(#[doc = $doc])+ #[derive(Clone, Copy, Debug)] pub struct $kind;)+
    };
}

kinds! {
    /// A string of integers with units, largest first: `"90s"`, `"30m"`, `"1h30m"`, `"14d"`, `"2w"`; at most 3650 days.
    Duration;
    /// One of a few words, in quotes.
    Word;
    /// One of a few words, in quotes, or a list of them in brackets.
    Words;
    /// A whole number, without quotes.
    Number;
    /// A string.
    Text;
    /// The path of a type, without quotes.
    Path;
    /// A path, without quotes, or a list of them in brackets.
    Paths;
    /// Stands alone.
    Flag;
    /// In parentheses, keys and reasons: `(csrf = "why")`.
    Reasons;
}

/// Stands in for the key that will be typed next, and is never proposed.
#[doc(hidden)]
pub const next: () = ();

/// Above a handler.
pub mod handler {
    pub use super::next;
    pub use super::session::{
        absolute, activity, auth, bind, csrf, deviation, extends, fresh, idle, on_denied, on_mismatch, on_store_error,
        profile, public, role, rotate_on,
    };
}

/// Above an inline module.
pub mod module {
    pub use super::next;
    pub use super::session::{
        absolute, activity, auth, bind, csrf, deviation, extends, fresh, idle, on_denied, on_mismatch, on_store_error,
        profile, role, rotate_on,
    };
}

/// Above a variant of an enum of roles.
pub mod role {
    pub use super::next;
    pub use super::session::{
        absolute, auth, bind, csrf, deviation, extends, fresh, grace, id, idle, max_sessions, on_limit, on_mismatch,
        profile, rotate_every, rotate_on, touch,
    };
}

/// Above a struct: a named policy.
pub mod base {
    pub use super::next;
    pub use super::session::{
        absolute, auth, bind, csrf, deviation, extends, fresh, grace, idle, max_sessions, on_limit, on_mismatch,
        profile, rotate_every, rotate_on, touch,
    };
}

/// Above an enum of roles as a whole: nothing but `crate`, a keyword, which no constant can be called.
pub mod roles {
    pub use super::next;
}

/// In `deviation(…)`: what a reason can be asked for.
pub mod deviation {
    pub use super::{
        next,
        session::{absolute, csrf, idle},
    };
}
