//! The values that keys take, weakest first, so that the stricter of two is the greater.

/// How strongly a session is authenticated: the values of the key `auth`, weakest first.
///
/// ```
/// use session_policy::policy::Level;
/// assert!(Level::Anonymous < Level::Remembered && Level::Full < Level::Mfa);
/// assert_eq!(Level::Full.as_str(), "full");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Nobody is signed in.
    Anonymous = 0,
    /// Signed in by a remember-me credential, not by an active authentication.
    Remembered = 1,
    /// One factor was verified in this session.
    Full = 2,
    /// More than one factor was verified in this session.
    Mfa = 3,
}

impl Level {
    /// All levels, weakest first.
    pub const ALL: [Self; 4] = [Self::Anonymous, Self::Remembered, Self::Full, Self::Mfa];

    /// The word of the policy language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Remembered => "remembered",
            Self::Full => "full",
            Self::Mfa => "mfa",
        }
    }

    /// The stricter of two.
    #[must_use]
    pub const fn max(self, other: Self) -> Self {
        if (self as u8) < (other as u8) { other } else { self }
    }
}

/// The cross-site defence on unsafe requests: the values of the key `csrf`, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Csrf {
    /// No defence; must be written with a `deviation`.
    Off = 0,
    /// The request's own headers decide (Fetch Metadata, Origin, Referer).
    Origin = 1,
}

impl Csrf {
    /// The word of the policy language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Origin => "origin",
        }
    }

    /// The stricter of two.
    #[must_use]
    pub const fn max(self, other: Self) -> Self {
        if (self as u8) < (other as u8) { other } else { self }
    }
}

/// Whether serving a route is user activity: the values of the key `activity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activity {
    /// The arrival of an allowed request is activity and moves the idle limit.
    Active,
    /// Serving it is not user activity: polling it keeps nobody alive.
    Passive,
}

impl Activity {
    /// The word of the policy language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
        }
    }
}

/// The form of a denial: the values of the key `on_denied`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnDenied {
    /// A navigation is redirected, everything else is answered with the status.
    Auto,
    /// Always the status and `application/problem+json`.
    Status,
    /// Always a redirect to the login or re-authentication page.
    Redirect,
}

impl OnDenied {
    /// The word of the policy language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Status => "status",
            Self::Redirect => "redirect",
        }
    }
}

/// What happens when the store cannot answer: the values of the key `on_store_error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnStoreError {
    /// The request is denied with 503.
    Deny,
    /// The handler runs with a read-only, empty handle; safe methods of anonymous routes only.
    Anonymous,
}

impl OnStoreError {
    /// The word of the policy language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Anonymous => "anonymous",
        }
    }
}

/// The events that replace the token: the values of the key `rotate_on`.
///
/// All of them always hold; naming one is a stated guarantee that the report repeats.
///
/// ```
/// use session_policy::policy::Events;
/// let both = Events::LOGIN.union(Events::REAUTH);
/// assert!(both.contains(Events::REAUTH) && !both.contains(Events::PRIVILEGE));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Events(u8);

impl Events {
    /// None is named.
    pub const NONE: Self = Self(0);
    /// `"login"`: after a login.
    pub const LOGIN: Self = Self(1);
    /// `"reauth"`: after a re-authentication.
    pub const REAUTH: Self = Self(2);
    /// `"privilege"`: after a change of level or role.
    pub const PRIVILEGE: Self = Self(4);
    /// Each event with its word, in the order in which they are written.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::LOGIN, "login"), (Self::REAUTH, "reauth"), (Self::PRIVILEGE, "privilege")];

    /// Both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every event of `other` is named.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether none is named.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What happens when a user has as many sessions as `max_sessions` allows and signs in once more: the values of the key
/// `on_limit`, as listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum OnLimit {
    /// The new session is refused.
    Reject = 0,
    /// The session that was created first ends.
    EvictOldest = 1,
    /// The session without activity for the longest time ends.
    EvictIdle = 2,
}

impl OnLimit {
    /// The word of the policy language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::EvictOldest => "evict_oldest",
            Self::EvictIdle => "evict_idle",
        }
    }
}

/// How many sessions a user may have, and what one more does: the keys `max_sessions` and `on_limit`, which are written
/// together.
///
/// ```
/// use session_policy::policy::{OnLimit, SessionLimit};
/// let three = SessionLimit { most: 3, on_limit: OnLimit::EvictOldest };
/// let two = SessionLimit { most: 2, on_limit: OnLimit::Reject };
/// assert_eq!(three.meet(two), two);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionLimit {
    /// So many, the new one included. At least 1.
    pub most: u32,
    /// What one more does.
    pub on_limit: OnLimit,
}

impl SessionLimit {
    /// The smaller one, with what it says about one more; of two with the same number, what is listed first.
    #[must_use]
    pub const fn meet(self, other: Self) -> Self {
        if other.tightens(self) { other } else { self }
    }

    /// Whether it would change the other: fewer sessions, or as many and listed before.
    pub(super) const fn tightens(self, other: Self) -> bool {
        let tie = self.most == other.most;
        self.most < other.most || (tie && (self.on_limit as u8) < (other.on_limit as u8))
    }
}
