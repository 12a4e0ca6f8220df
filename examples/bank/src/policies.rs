//! The bank's rules about sessions: the base, the roles, the cookie, the session data. Each handler adds its own.

use serde::{Deserialize, Serialize};
use session_policy::{SessionCookie, SessionData, SessionPolicy};

/// What holds on every route: half an hour without activity, or eight hours in all, and the session is over. The token is
/// replaced every quarter of an hour, so that a copy of it is soon worth nothing, or gives itself away.
#[derive(SessionPolicy)]
#[session(idle = "30m", absolute = "8h", rotate_every = "15m")]
pub(crate) struct Site;

/// What a user may do, and what that costs: an administrator's session ends sooner, on every route; a member has three
/// sessions at most, and the fourth login ends the oldest.
#[derive(SessionPolicy, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    #[session(max_sessions = 3, on_limit = "evict_oldest")]
    Member,
    #[session(idle = "15m")]
    Admin,
}

/// The session cookie. The name is the default one; `Secure` and `HttpOnly` are always there.
#[derive(SessionCookie)]
#[cookie(name = "__Host-id", same_site = "lax")]
pub(crate) struct BankCookie;

/// The colours that the user chose. Kept for a visitor whom nobody knows yet, and carried over when they sign in.
#[derive(SessionData, Serialize, Deserialize, Clone, Copy, Debug, Default)]
#[data(key = "theme", carry = "login")]
pub(crate) struct Theme {
    pub(crate) scheme: Scheme,
}

/// What the last form on the page of sessions did, told once on the page that follows.
#[derive(SessionData, Serialize, Deserialize, Clone, Copy, Debug)]
#[data(key = "done")]
pub(crate) enum Done {
    /// One session was ended.
    EndedOne,
    /// All others were ended: how many.
    EndedOthers(usize),
    /// The password changed, and all others were ended: how many.
    ChangedPassword(usize),
}

/// A colour scheme, as the form field and `data-theme` spell it.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scheme {
    /// Whatever the system prefers.
    #[default]
    System,
    Light,
    Dark,
}

impl Scheme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str() == word)
    }
}

impl Role {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Admin => "Admin",
        }
    }
}
