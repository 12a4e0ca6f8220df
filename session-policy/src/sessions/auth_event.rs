//! What a login tells.

use std::time::{SystemTime, UNIX_EPOCH};

use super::LoginTicket;
use crate::{
    policy::{Level, RoleSet, Roles},
    store::{UserId, UserIdError},
};

/// An authentication: who, in what role, how strongly, and when.
///
/// ```
/// use session_policy::{AuthEvent, Level};
///
/// let by_password = AuthEvent::new("alice");
/// let by_passkey = AuthEvent::new(42_u64).level(Level::Mfa);
/// ```
#[derive(Clone, Debug)]
pub struct AuthEvent {
    pub(super) user: Result<UserId, UserIdError>,
    pub(super) role: Option<RoleSet>,
    pub(super) level: Level,
    pub(super) at_ms: Option<u64>,
    pub(super) ticket: Option<LoginTicket>,
}

impl AuthEvent {
    /// A user verified one factor, now. An id that cannot be is reported by `login`.
    pub fn new<U>(user: U) -> Self
    where
        U: TryInto<UserId>,
        U::Error: Into<UserIdError>,
    {
        Self { user: user.try_into().map_err(Into::into), role: None, level: Level::Full, at_ms: None, ticket: None }
    }

    /// The user's role. Required if the sessions were built with roles.
    #[must_use]
    pub fn role<R: Roles>(mut self, role: R) -> Self {
        self.role = Some(role.role_set());
        self
    }

    /// How strongly. Default: [`Level::Full`].
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// When: an identity provider's `auth_time`. Default: now. `absolute` and `fresh` count from it.
    #[must_use]
    pub fn at(mut self, time: SystemTime) -> Self {
        let ms =
            time.duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
        self.at_ms = Some(ms);
        self
    }

    /// When the login began, if it took several requests: it is refused if the user's sessions were reset since. Goes before
    /// what [`begin_login`](super::Session::begin_login) remembered in this request.
    #[must_use]
    pub fn ticket(mut self, ticket: LoginTicket) -> Self {
        self.ticket = Some(ticket);
        self
    }
}

impl<U> From<U> for AuthEvent
where
    U: TryInto<UserId>,
    U::Error: Into<UserIdError>,
{
    fn from(user: U) -> Self {
        Self::new(user)
    }
}
