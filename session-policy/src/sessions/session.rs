//! What a handler may ask of its session.

use std::time::Duration;

use super::{
    handle::{Session, Standing},
    stage::Raise,
};
use crate::{
    policy::{Level, Roles},
    store::UserId,
    verdict::Reason,
};

/// How long a session has left. Asking does not extend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeLeft {
    /// Until it ends without activity.
    pub idle: Duration,
    /// Until it ends whatever happens, unless the user authenticates again.
    pub absolute: Duration,
}

impl Session {
    /// The signed-in user; after a staged login, the new one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        let state = self.state();
        match (&state.staged.raise, &state.standing) {
            (Some(Raise::Login(login)), _) => login.identity.user.clone(),
            (_, Standing::Live(snapshot)) => snapshot.identity.user.clone(),
            _ => None,
        }
    }

    /// How strongly the session is authenticated; after a staged login or re-authentication, as it will be.
    #[must_use]
    pub fn level(&self) -> Level {
        let state = self.state();
        match (&state.staged.raise, &state.standing) {
            (Some(Raise::Login(login)), _) => login.level,
            (Some(Raise::Reauth(level)), Standing::Live(snapshot)) => snapshot.header.level.max(*level),
            (_, Standing::Live(snapshot)) => snapshot.header.level,
            _ => Level::Anonymous,
        }
    }

    /// The session's role; `None` if nobody is signed in, if there are no roles, or if `R` is not the builder's enum.
    #[must_use]
    pub fn role<R: Roles>(&self) -> Option<R> {
        let state = self.state();
        let identity = match (&state.staged.raise, &state.standing) {
            (Some(Raise::Login(login)), _) => &login.identity,
            (_, Standing::Live(snapshot)) => &snapshot.identity,
            _ => return None,
        };
        let id = identity.role.as_deref()?;
        if R::TABLE.unique != self.0.sessions.as_ref()?.roles().unique {
            return None;
        }
        let index = R::TABLE.roles.iter().position(|role| role.id == id)?;
        R::ALL.get(index).copied()
    }

    /// How long the session has left, without extending it; `None` without a live session.
    #[must_use]
    pub fn time_left(&self) -> Option<TimeLeft> {
        let sessions = self.0.sessions.as_ref()?;
        let (header, role) =
            self.with_live(|snapshot| (snapshot.header, sessions.role_index(&snapshot.identity).ok()))?;
        let (_, w) = sessions.session_wide(role?)?;
        let expiry = sessions.expiry(&header, w);
        let now = self.0.now;
        // An active request that is allowed counts, if it is written; its own answer shows the full time.
        let counts = self.0.counts && sessions.writes_activity(now.saturating_sub(header.last_seen), w);
        let last_seen = if counts { now.max(header.last_seen) } else { header.last_seen };
        let absolute = expiry.absolute_at.saturating_sub(now);
        let idle = last_seen.saturating_add(expiry.idle_ms).saturating_sub(now).min(absolute);
        Some(TimeLeft { idle: Duration::from_millis(idle), absolute: Duration::from_millis(absolute) })
    }

    /// Why the client was sent here: the `reason` of the query, if it is one of the closed set.
    /// Render [`Reason::sentence`], never the query itself.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.0.reason
    }

    /// Where the client wanted to go: the `next` of the query, if it is a path on this site and not the login,
    /// re-authentication or logout page; else `default`.
    #[must_use]
    pub fn next_or(&self, default: &str) -> String {
        self.0.next.clone().unwrap_or_else(|| default.to_owned())
    }

    /// The same for a `next` that came another way, such as a form field.
    #[must_use]
    pub fn checked_next_or(&self, next: &str, default: &str) -> String {
        let is_next = self.0.sessions.as_ref().is_some_and(|sessions| sessions.is_next(next));
        if is_next { next } else { default }.to_owned()
    }
}
