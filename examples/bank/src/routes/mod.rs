//! The handlers, one idea a file, each under its policy.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod echo;
pub(crate) mod fail;
pub(crate) mod home;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod not_found;
pub(crate) mod password;
pub(crate) mod reauth;
mod refused;
pub(crate) mod sessions;
pub(crate) mod statements;
pub(crate) mod style;
pub(crate) mod test_clock;
pub(crate) mod test_ends;
pub(crate) mod theme;
pub(crate) mod time_left;
pub(crate) mod transfer;
