//! From tokens to slots that keep their key, so that every later error lands on what was written.

mod cookie;
mod data;
mod entries;
mod keys;
mod session;
mod slot;
mod value;
mod words;

pub(crate) use cookie::CookieArgs;
pub(crate) use data::DataArgs;
pub(crate) use entries::{attributes, entries};
pub(crate) use keys::Where;
pub(crate) use session::{Deviation, RoleList, SessionArgs};
pub(crate) use slot::{Slot, Spanned};
pub(crate) use value::spelled;
pub(crate) use words::{Activity, Bind, Csrf, Event, Level, OnDenied, OnMismatch, OnStoreError, SameSite, Word};
