//! A login that takes its time: what was true of the user's sessions when it began.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Session, SessionError, Sessions};
use crate::{
    clock::MAX_SKEW_MS,
    store::{Generation, UserId, UserIdError},
};

/// How long a ticket is good for: an hour, longer than anybody takes to sign in, and well within the time for which a store
/// remembers a reset ([`TOMBSTONE_KEPT_MS`](crate::store::TOMBSTONE_KEPT_MS)).
const GOOD_FOR_MS: u64 = 60 * 60 * 1000;

/// The beginning of a login, taken before credentials are checked ([`Session::begin_login`]). If the user's sessions are reset
/// afterwards (all ended, a credential or the role changed), the login is refused: what it was based on no longer holds.
///
/// Within one request it works by itself. For a login over several requests keep it with what is pending, in the session's
/// data or another place that the client cannot write, and hand it in with [`AuthEvent::ticket`](super::AuthEvent::ticket).
/// It is good for one hour. Its serialized form is nobody else's business and may change.
///
/// ```
/// use session_policy::{AuthEvent, SessionPolicy, Sessions, client::Transport, sessions::LoginTicket, store::MemoryStore};
///
/// # #[derive(SessionPolicy)]
/// # struct Site;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sessions = Sessions::builder::<Site, ()>().store(MemoryStore::new()).transport(Transport::loopback()).build()?;
/// // The first request checks the password …
/// let ticket = sessions.begin_login("alice").await?;
/// let kept = rmp_serde::to_vec(&ticket)?;
/// // … and the second one the code from the phone.
/// let ticket: LoginTicket = rmp_serde::from_slice(&kept)?;
/// let event = AuthEvent::new("alice").ticket(ticket);
/// # let _ = event;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginTicket {
    user: String,
    generation: u64,
    at: u64,
}

impl fmt::Debug for LoginTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginTicket").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A [`LoginTicket`] cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TicketError {
    /// It is an hour old, or older: the login must begin anew.
    Expired,
    /// It was taken for another user.
    OtherUser,
    /// It was taken in the future: two machines disagree about the time.
    FromTheFuture,
}

impl fmt::Display for TicketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "the login took more than an hour",
            Self::OtherUser => "the login ticket was taken for another user",
            Self::FromTheFuture => "the login ticket was taken in the future",
        })
    }
}

impl std::error::Error for TicketError {}

impl LoginTicket {
    fn is_of(&self, user: &UserId) -> bool {
        self.user == user.as_str()
    }

    /// What must still be true, if the ticket may be used for this user now.
    fn redeem(&self, user: &UserId, now: u64) -> Result<Generation, TicketError> {
        if !self.is_of(user) {
            return Err(TicketError::OtherUser);
        }
        if self.at > now.saturating_add(MAX_SKEW_MS) {
            return Err(TicketError::FromTheFuture);
        }
        if now.saturating_sub(self.at) >= GOOD_FOR_MS {
            return Err(TicketError::Expired);
        }
        Ok(Generation(self.generation))
    }
}

/// The tickets that were taken in one request.
#[derive(Default)]
pub(super) struct Tickets(Vec<LoginTicket>);

impl Tickets {
    /// The first one of this user: what came between it and another one was not known when the credentials were read.
    fn of(&self, user: &UserId) -> Option<&LoginTicket> {
        self.0.iter().find(|ticket| ticket.is_of(user))
    }

    /// What must still be true when an authentication of `user` takes effect: by the ticket that came with it, else by the
    /// one that was taken in this request; without either, nothing.
    pub(super) fn condition(
        &self,
        given: Option<&LoginTicket>,
        user: &UserId,
        now: u64,
    ) -> Result<Option<Generation>, TicketError> {
        given.or_else(|| self.of(user)).map(|ticket| ticket.redeem(user, now)).transpose()
    }
}

impl Sessions {
    async fn ticket(&self, user: UserId, at: u64) -> Result<LoginTicket, SessionError> {
        let generation = self.by_user()?.generation(&user).await?;
        Ok(LoginTicket { user: user.as_str().to_owned(), generation: generation.0, at })
    }

    /// The same as [`Session::begin_login`] outside a request, and without remembering it: hand the ticket in with
    /// [`AuthEvent::ticket`](super::AuthEvent::ticket).
    ///
    /// # Errors
    /// [`SessionError::User`], [`SessionError::Store`], [`SessionError::Unsupported`].
    pub async fn begin_login<U>(&self, user: U) -> Result<LoginTicket, SessionError>
    where
        U: TryInto<UserId>,
        U::Error: Into<UserIdError>,
    {
        let user = user.try_into().map_err(Into::into)?;
        self.ticket(user, self.now_ms()).await
    }
}

impl Session {
    /// A login of `user` begins: call it before the user's credentials, role or status are read. If the user's sessions are
    /// reset between this and the answer (all ended, a credential or the role changed), the login is refused with 401
    /// `revoked`, and so is a re-authentication.
    ///
    /// A [`login`](Self::login) or [`reauthenticated`](Self::reauthenticated) of the same user in this request uses it by
    /// itself; called twice for one user, the first one counts. The ticket is for logins over several requests.
    ///
    /// # Errors
    /// [`SessionError::Unsupported`] if the store does not find sessions by user; [`SessionError::User`] if the id cannot be;
    /// [`SessionError::Store`] if the store does not answer.
    pub async fn begin_login<U>(&self, user: U) -> Result<LoginTicket, SessionError>
    where
        U: TryInto<UserId>,
        U::Error: Into<UserIdError>,
    {
        let user: UserId = user.try_into().map_err(Into::into)?;
        let taken = self.open_state()?.tickets.of(&user).cloned();
        if let Some(ticket) = taken {
            return Ok(ticket);
        }
        let ticket = self.sessions()?.ticket(user, self.0.now).await?;
        self.open_state()?.tickets.0.push(ticket.clone());
        Ok(ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_one_users_for_one_hour() {
        let [alice, bob] = ["alice", "bob"].map(|user| UserId::try_from(user).unwrap());
        let ticket = LoginTicket { user: "alice".to_owned(), generation: 7, at: 1_000_000_000 };
        let rows = [
            (&alice, 0, Ok(Generation(7))),
            (&bob, 0, Err(TicketError::OtherUser)),
            (&alice, 3_599_999, Ok(Generation(7))),
            (&alice, 3_600_000, Err(TicketError::Expired)),
            (&alice, -10_000, Ok(Generation(7))),
            (&alice, -10_001, Err(TicketError::FromTheFuture)),
        ];
        for (user, age, expected) in rows {
            let now = ticket.at.checked_add_signed(age).unwrap();
            assert_eq!(ticket.redeem(user, now), expected, "{user} at {age}");
        }
    }

    #[test]
    fn it_is_the_same_after_a_journey() {
        let ticket = LoginTicket { user: "alice".to_owned(), generation: u64::MAX, at: 1 };
        let bytes = rmp_serde::to_vec(&ticket).unwrap();
        assert_eq!(rmp_serde::from_slice::<LoginTicket>(&bytes).unwrap(), ticket);
    }
}
