//! The bank's rules about sessions: the base, the roles, the cookie, the session data. Each handler adds its own.

use serde::{Deserialize, Serialize};
use session_policy::{SessionCookie, SessionData, SessionPolicy};

/// What holds on every route: half an hour without activity, or eight hours in all, and the session is over.
#[derive(SessionPolicy)]
#[session(idle = "30m", absolute = "8h")]
pub(crate) struct Site;

/// What a user may do, and what that costs: an administrator's session ends sooner, on every route.
#[derive(SessionPolicy, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
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
