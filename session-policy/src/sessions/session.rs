//! What a handler may ask of its session.

use std::time::Duration;

use super::{
    handle::{Session, Standing},
    raise::Raise,
};
use crate::{
    policy::{Level, Roles, role_of},
    store::{TokenStanding, UserId},
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
            (Some(Raise::Reauth(reauth)), Standing::Live(snapshot)) => snapshot.header.level.max(reauth.level),
            (_, Standing::Live(snapshot)) => snapshot.header.level,
            _ => Level::Anonymous,
        }
    }

    /// The session's role; after a staged login or re-authentication, as it will be. `None` if nobody is signed in, if there
    /// are no roles, or if `R` is not the builder's enum. Also `None` after [`set_role`](super::Sessions::set_role) until the user
    /// authenticates again: such a session has the rights of neither role alone, and must not be shown those of one.
    #[must_use]
    pub fn role<R: Roles>(&self) -> Option<R> {
        let state = self.state();
        let id = match (&state.staged.raise, &state.standing) {
            (Some(Raise::Login(login)), _) => login.identity.role.as_deref()?,
            (Some(Raise::Reauth(reauth)), Standing::Live(snapshot)) => reauth.role_after(&snapshot.identity)?,
            (None, Standing::Live(snapshot)) if snapshot.identity.granted.is_none() => {
                snapshot.identity.role.as_deref()?
            }
            _ => return None,
        };
        role_of(self.0.sessions.as_ref()?.roles(), id)
    }

    /// How long the session has left, without extending it; `None` without a live session.
    #[must_use]
    pub fn time_left(&self) -> Option<TimeLeft> {
        let sessions = self.0.sessions.as_ref()?;
        let (header, wide) = self.with_live(|snapshot| (snapshot.header, sessions.wide(&snapshot.identity).ok()))?;
        let w = wide?.w;
        let expiry = sessions.expiry(&header, &w);
        let now = self.0.now;
        // An active request that is allowed counts, if it is written; its own answer shows the full time.
        let counts = self.0.counts && sessions.writes_activity(now.saturating_sub(header.last_seen), &w);
        let last_seen = if counts { now.max(header.last_seen) } else { header.last_seen };
        let absolute = expiry.absolute_at.saturating_sub(now);
        let idle = last_seen.saturating_add(expiry.idle_ms).saturating_sub(now).min(absolute);
        Some(TimeLeft { idle: Duration::from_millis(idle), absolute: Duration::from_millis(absolute) })
    }

    /// Whether the user authenticated within `time` before this request, at `full` or higher: what a route with that `fresh`
    /// (and an `auth` of no more than `full`) asks for. For a page with a form for such a route, so that nobody fills it in and is
    /// then sent to authenticate. `false` without a live session.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use session_policy::{UserSession, axum::session};
    ///
    /// #[session(auth = "full")]
    /// async fn ask(me: UserSession) -> &'static str {
    ///     // `POST /transfer` has `fresh = "5m"`.
    ///     match me.is_fresh(Duration::from_secs(300)) {
    ///         true => "the form",
    ///         false => "a link to the page where one authenticates again",
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_fresh(&self, time: Duration) -> bool {
        let Some(sessions) = &self.0.sessions else { return false };
        let now = self.0.now;
        let fresh = self.with_live(|snapshot| {
            let header = &snapshot.header;
            let standing = self.0.token.map(|token| snapshot.line.standing(&token, sessions.grace_time(now)));
            // Made up for a lost answer: nothing is fresh, however recent.
            let recovered = header.recovered || matches!(standing, Some(TokenStanding::Unanswered { .. }));
            let last = header.authenticated.iter().skip(Level::Full as usize).flatten().max();
            !recovered && last.is_some_and(|at| u128::from(now.saturating_sub(*at)) < time.as_millis())
        });
        fresh == Some(true)
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
