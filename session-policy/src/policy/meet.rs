//! [`Rules`] and the stricter of two.

use super::{Bindings, Csrf, Events, Level, RoleSet, SessionLimit};

/// What may be written in a policy and composes by [`meet`](Rules::meet); every key is optional.
///
/// Durations are whole seconds, at most 3650 days.
///
/// ```
/// use session_policy::policy::Rules;
///
/// const SITE: Rules = Rules::UNSET.idle(30 * 60).absolute(8 * 3600);
/// const ADMIN: Rules = Rules::UNSET.idle(15 * 60);
/// const BOTH: Rules = SITE.meet(ADMIN);
///
/// assert_eq!(BOTH.to_string(), r#"idle = "15m", absolute = "8h""#);
/// assert_eq!(SITE.meet(Rules::UNSET), SITE);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// `idle`: no unattended gap as long as this, in seconds. Meets by minimum.
    pub idle: Option<u32>,
    /// `absolute`: time since the last authentication at the session's level, in seconds. Meets by minimum.
    pub absolute: Option<u32>,
    /// `fresh`: active authentication at most this long ago, in seconds. Meets by minimum.
    pub fresh: Option<u32>,
    /// `auth`: how strongly the session must be authenticated. Meets by maximum.
    pub auth: Option<Level>,
    /// `role`: one of these roles. Meets by intersection.
    pub role: Option<RoleSet>,
    /// `bind`: client properties that must match. Meets by union.
    pub bind: Bindings,
    /// `rotate_on`: stated guarantees. Meets by union.
    pub rotate_on: Events,
    /// `rotate_every`: periodic replacement of the token, in seconds. Meets by minimum.
    pub rotate_every: Option<u32>,
    /// `grace`: how long the replaced token is still accepted, in seconds. Meets by minimum.
    pub grace: Option<u32>,
    /// `max_sessions` and `on_limit`: concurrent sessions of one user. Meets by the smaller limit.
    pub limit: Option<SessionLimit>,
    /// `touch`: how coarsely activity is written, in seconds. Meets by minimum.
    pub touch: Option<u32>,
    /// `csrf`: cross-site defence. Meets by maximum.
    pub csrf: Option<Csrf>,
}

impl Rules {
    /// Nothing is written: the identity of [`meet`](Self::meet).
    pub const UNSET: Self = Self {
        idle: None,
        absolute: None,
        fresh: None,
        auth: None,
        role: None,
        bind: Bindings::UNSET,
        rotate_on: Events::NONE,
        rotate_every: None,
        grace: None,
        limit: None,
        touch: None,
        csrf: None,
    };

    /// The stricter of two, key by key: associative, commutative, idempotent.
    #[must_use]
    pub const fn meet(self, other: Self) -> Self {
        Self {
            idle: shorter(self.idle, other.idle),
            absolute: shorter(self.absolute, other.absolute),
            fresh: shorter(self.fresh, other.fresh),
            auth: match (self.auth, other.auth) {
                (Some(a), Some(b)) => Some(a.max(b)),
                (Some(level), None) | (None, Some(level)) => Some(level),
                (None, None) => None,
            },
            role: match (self.role, other.role) {
                (Some(a), Some(b)) => Some(a.meet(b)),
                (Some(roles), None) | (None, Some(roles)) => Some(roles),
                (None, None) => None,
            },
            bind: self.bind.meet(other.bind),
            rotate_on: self.rotate_on.union(other.rotate_on),
            rotate_every: shorter(self.rotate_every, other.rotate_every),
            grace: shorter(self.grace, other.grace),
            limit: match (self.limit, other.limit) {
                (Some(a), Some(b)) => Some(a.meet(b)),
                (Some(limit), None) | (None, Some(limit)) => Some(limit),
                (None, None) => None,
            },
            touch: shorter(self.touch, other.touch),
            csrf: match (self.csrf, other.csrf) {
                (Some(a), Some(b)) => Some(a.max(b)),
                (Some(csrf), None) | (None, Some(csrf)) => Some(csrf),
                (None, None) => None,
            },
        }
    }

    /// Sets `idle`, in seconds.
    #[must_use]
    pub const fn idle(mut self, seconds: u32) -> Self {
        self.idle = Some(seconds);
        self
    }

    /// Sets `absolute`, in seconds.
    #[must_use]
    pub const fn absolute(mut self, seconds: u32) -> Self {
        self.absolute = Some(seconds);
        self
    }

    /// Sets `fresh`, in seconds.
    #[must_use]
    pub const fn fresh(mut self, seconds: u32) -> Self {
        self.fresh = Some(seconds);
        self
    }

    /// Sets `auth`.
    #[must_use]
    pub const fn auth(mut self, level: Level) -> Self {
        self.auth = Some(level);
        self
    }

    /// Sets `role`.
    #[must_use]
    pub const fn role(mut self, roles: RoleSet) -> Self {
        self.role = Some(roles);
        self
    }

    /// Sets `bind`.
    #[must_use]
    pub const fn bind(mut self, bind: Bindings) -> Self {
        self.bind = bind;
        self
    }

    /// Adds `bind = "ua"`, with or without an `on_mismatch` beside it.
    #[must_use]
    pub const fn bind_ua(mut self, on_mismatch: Option<super::OnMismatch>) -> Self {
        self.bind.ua = self.bind.ua.meet(match on_mismatch {
            None => super::BindRule::Bound,
            Some(on_mismatch) => super::BindRule::BoundWith(on_mismatch),
        });
        self
    }

    /// Names events of `rotate_on`.
    #[must_use]
    pub const fn rotate_on(mut self, events: Events) -> Self {
        self.rotate_on = self.rotate_on.union(events);
        self
    }

    /// Sets `rotate_every`, in seconds.
    #[must_use]
    pub const fn rotate_every(mut self, seconds: u32) -> Self {
        self.rotate_every = Some(seconds);
        self
    }

    /// Sets `grace`, in seconds.
    #[must_use]
    pub const fn grace(mut self, seconds: u32) -> Self {
        self.grace = Some(seconds);
        self
    }

    /// Sets `max_sessions` and `on_limit`.
    #[must_use]
    pub const fn limit(mut self, most: u32, on_limit: super::OnLimit) -> Self {
        self.limit = Some(SessionLimit { most, on_limit });
        self
    }

    /// Sets `touch`, in seconds.
    #[must_use]
    pub const fn touch(mut self, seconds: u32) -> Self {
        self.touch = Some(seconds);
        self
    }

    /// Sets `csrf`.
    #[must_use]
    pub const fn csrf(mut self, csrf: Csrf) -> Self {
        self.csrf = Some(csrf);
        self
    }
}

impl Rules {
    /// The key of sessions (`rotate_every`, `grace`, `max_sessions`) that is written here and does not hold under `session`, the
    /// rules of a session: no route can change it.
    pub(crate) fn session_key_beyond(&self, session: &Self) -> Option<&'static str> {
        let met = self.meet(*session);
        let beyond = [
            ("rotate_every", met.rotate_every != session.rotate_every),
            ("grace", met.grace != session.grace),
            ("max_sessions", met.limit != session.limit),
        ];
        beyond.into_iter().find(|(_, beyond)| *beyond).map(|(key, _)| key)
    }
}

/// The shorter of two durations, unset being no limit.
const fn shorter(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a < b { a } else { b }),
        (Some(limit), None) | (None, Some(limit)) => Some(limit),
        (None, None) => None,
    }
}
