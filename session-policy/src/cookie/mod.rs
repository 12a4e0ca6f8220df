//! The session cookie: one constant from which it is read, set and removed.

mod read;
mod spec;
mod write;

pub use read::{Presented, read};
pub use spec::{CookieSpec, SameSite, SessionCookie};
pub use write::{remove, set};
