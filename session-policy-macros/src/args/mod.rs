//! From tokens to slots that keep their key, so that every later error lands on what was written.

mod bind;
mod cookie;
mod data;
mod entries;
mod keys;
mod session;
mod slot;
mod value;
mod words;

pub(crate) use bind::Bind;
pub(crate) use cookie::CookieArgs;
pub(crate) use data::DataArgs;
pub(crate) use entries::{Entry, Given, attributes, entries};
pub(crate) use keys::{HIDDEN_KEY, KEYS, Key, Support, Where};
pub(crate) use session::{Deviation, RoleList, SessionArgs};
pub(crate) use slot::{Slot, Spanned, Written};
pub(crate) use value::spelled;
pub(crate) use words::{
    Activity, Csrf, Event, Level, Lifetime, OnDenied, OnLimit, OnMismatch, OnStoreError, SameSite, Word,
};
