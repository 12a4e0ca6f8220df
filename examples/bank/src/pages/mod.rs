//! The pages: plain HTML that works without a script. `maud` escapes every value.

mod account;
mod admin;
mod home;
mod layout;
mod login;
mod not_found;
mod reauth;
mod sessions;
mod statements;
mod transfer;
mod words;

pub(crate) use account::account;
pub(crate) use admin::admin;
pub(crate) use home::home;
pub(crate) use login::login;
pub(crate) use not_found::not_found;
pub(crate) use reauth::reauth;
pub(crate) use sessions::{Said, sessions};
pub(crate) use statements::statements;
pub(crate) use transfer::transfer;
