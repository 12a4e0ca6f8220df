//! What raises a session: a login, a re-authentication. Staged until the answer is known.

use std::sync::Arc;

use super::{
    AuthEvent, SessionError,
    handle::{Session, Standing},
    stage::Changes,
};
use crate::{
    clock::MAX_SKEW_MS,
    policy::Level,
    store::{Generation, Identity, UserId, UserIdError},
    verdict::EndReason,
};

/// A rise: of the user, the level or the role.
pub(super) enum Raise {
    /// A new session, with the data that was set after `login`.
    Login(Box<Login>),
    /// The present session, authenticated again.
    Reauth(Box<Reauth>),
}

/// A staged login.
pub(super) struct Login {
    pub(super) identity: Arc<Identity>,
    pub(super) role: Option<usize>,
    pub(super) level: Level,
    pub(super) at: u64,
    /// What the user's generation must still be.
    pub(super) generation: Option<Generation>,
    pub(super) data: Changes,
}

/// A staged re-authentication.
pub(super) struct Reauth {
    pub(super) level: Level,
    pub(super) at: u64,
    /// The role that came with it.
    pub(super) role: Option<&'static str>,
    /// What the user's generation must still be.
    pub(super) generation: Option<Generation>,
}

impl Reauth {
    /// The session's role afterwards: the one that came with it, else the one that the user was given, else the same.
    pub(super) fn role_after<'a>(&self, identity: &'a Identity) -> Option<&'a str> {
        self.role.or(identity.granted.as_deref()).or(identity.role.as_deref())
    }
}

impl Session {
    /// Signs a user in: a new session with a new token replaces the presented one. Staged: it takes effect if the answer is
    /// below 400; otherwise no cookie is sent and the old session is as it was.
    ///
    /// Call [`begin_login`](Self::begin_login) before credentials are checked, or all sessions of the user may be ended while this
    /// login goes on, and it comes out alive.
    ///
    /// # Errors
    /// If the user id, role, level, time or ticket cannot be; see [`SessionError`].
    pub fn login(&self, event: impl Into<AuthEvent>) -> Result<(), SessionError> {
        let event = event.into();
        let sessions = self.sessions()?;
        let user = event.user?;
        if event.level == Level::Anonymous {
            return Err(SessionError::Level);
        }
        // The handler may have taken its time: an authentication, or a ticket, of since then is none of the future.
        let now = sessions.now_ms().max(self.0.now);
        let at = event.at_ms.unwrap_or(self.0.now);
        if at > now.saturating_add(MAX_SKEW_MS) {
            return Err(SessionError::AuthenticationInFuture);
        }
        let role = match event.role {
            Some(set) => sessions.role_named(set)?,
            None if sessions.roles().roles.is_empty() => None,
            None => {
                return Err(SessionError::Role(format!(
                    "the sessions have roles (`{}`), and none was given",
                    sessions.roles().name
                )));
            }
        };
        let mut state = self.open_state()?;
        let generation = state.tickets.condition(event.ticket.as_ref(), &user, now)?;
        let identity = Arc::new(Identity::new(Some(user), role.map(|(_, role)| Arc::from(role.id))));
        state.staged.raise = Some(Raise::Login(Box::new(Login {
            identity,
            role: role.map(|(index, _)| index),
            level: event.level,
            at: at.min(now),
            generation,
            data: Changes::new(),
        })));
        Ok(())
    }

    /// The session's user authenticated again, now, at `level`. Staged, like [`login`](Self::login): the token is replaced, idle
    /// and `fresh` start anew; the session's absolute end moves only if `level` is the session's own or higher.
    ///
    /// # Errors
    /// [`SessionError::OtherUser`] if `user` is not the session's: the session is ended before this returns.
    /// [`SessionError::NoUser`] if nobody is signed in.
    pub async fn reauthenticated<U>(&self, user: U, level: Level) -> Result<(), SessionError>
    where
        U: TryInto<UserId>,
        U::Error: Into<UserIdError>,
    {
        self.reauthenticated_with(AuthEvent::new(user).level(level)).await
    }

    /// The same with all that an [`AuthEvent`] tells: an identity provider's time ([`AuthEvent::at`]), the ticket of a
    /// re-authentication over several requests ([`AuthEvent::ticket`]), or another role, which the session then has. Without a
    /// role, the session's stays, or becomes the one that [`set_role`](super::Sessions::set_role) gave.
    ///
    /// # Errors
    /// As [`reauthenticated`](Self::reauthenticated). [`SessionError::NoNewAuthentication`] if the time that came with the event is
    /// not after the session's last authentication: the provider did not ask the user again.
    pub async fn reauthenticated_with(&self, event: impl Into<AuthEvent>) -> Result<(), SessionError> {
        let event = event.into();
        let user = event.user?;
        // A remember-me credential shows nobody.
        if event.level < Level::Full {
            return Err(SessionError::Level);
        }
        let role = match event.role {
            Some(set) => self.sessions()?.role_named(set)?.map(|(_, role)| role.id),
            None => None,
        };
        let (same, last) = {
            let state = self.open_state()?;
            let Standing::Live(snapshot) = &state.standing else { return Err(SessionError::NoUser) };
            let Some(present) = &snapshot.identity.user else { return Err(SessionError::NoUser) };
            // A restored session was not authenticated; the provider may have asked before that.
            (*present == user, snapshot.header.authenticated.into_iter().skip(Level::Full as usize).flatten().max())
        };
        if !same {
            self.end_now(EndReason::IdentityChanged).await?;
            return Err(SessionError::OtherUser);
        }
        let now = self.sessions()?.now_ms().max(self.0.now);
        let at = event.at_ms.unwrap_or(self.0.now);
        if at > now.saturating_add(MAX_SKEW_MS) {
            return Err(SessionError::AuthenticationInFuture);
        }
        if event.at_ms.is_some() && last.is_some_and(|last| at <= last) {
            return Err(SessionError::NoNewAuthentication);
        }
        let mut state = self.open_state()?;
        let generation = state.tickets.condition(event.ticket.as_ref(), &user, now)?;
        if !matches!(state.staged.raise, Some(Raise::Login(_))) {
            let reauth = Reauth { level: event.level, at: at.min(now), role, generation };
            state.staged.raise = Some(Raise::Reauth(Box::new(reauth)));
        }
        Ok(())
    }
}
