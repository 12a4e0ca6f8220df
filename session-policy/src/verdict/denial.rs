//! Why a request is denied, and what would help.

use super::EndReason;
use crate::policy::Level;

/// A refusal: one reason, one remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Why.
    pub reason: Reason,
    /// What would help.
    pub remedy: Remedy,
}

/// Why a request is denied: a closed set, stable words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No token, an unknown one, a malformed one: all look the same from outside.
    NoSession,
    /// The session ended.
    Ended(EndReason),
    /// The token was replaced; its successor may well be alive.
    Superseded,
    /// The session is not authenticated strongly enough.
    Level,
    /// The last active authentication is too long ago.
    Fresh,
    /// The route's own `idle` is tighter than the session's, and was exceeded since the last authentication.
    RouteIdle,
    /// The route's own `absolute` is tighter than the session's, and was exceeded.
    RouteAbsolute,
    /// A binding did not match: every holder must re-authenticate.
    StepUp,
    /// The same challenge came back right after it was met: asking once more is pointless.
    StepUpFailed,
    /// The session's role is not one of the route's.
    Role,
    /// The session's user was given another role, which the next authentication brings.
    NewRole,
    /// The user has as many sessions as the policy allows.
    SessionLimit,
    /// A cross-site request.
    Csrf,
    /// The request did not come over a secure transport.
    Transport,
    /// The store did not answer.
    Store,
    /// There is no room for another session.
    Full,
    /// The record is from the future, or the engine's clock disagrees with those of the other engines.
    Clock,
    /// The record was written by another version of the application.
    Version,
}

/// What would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Signing in.
    Login,
    /// Authenticating again in the living session.
    Reauthenticate {
        /// The authentication may be at most so many seconds old; 0 asks for a new one.
        max_age: Option<u32>,
        /// The level that is needed, where the present one is too low.
        level: Option<Level>,
    },
    /// Nothing the client can do.
    Nothing,
    /// Coming back later.
    Retry,
}

impl Reason {
    /// The word in `reason` fields and queries.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSession => "no_session",
            Self::Ended(end) => end.as_str(),
            Self::Superseded => "superseded",
            Self::Level => "level",
            Self::Fresh => "fresh",
            Self::RouteIdle => "route_idle",
            Self::RouteAbsolute => "route_absolute",
            Self::StepUp => "step_up",
            Self::StepUpFailed => "step_up_failed",
            Self::Role => "role",
            Self::NewRole => "new_role",
            Self::SessionLimit => "session_limit",
            Self::Csrf => "csrf",
            Self::Transport => "insecure_transport",
            Self::Store => "store_unavailable",
            Self::Full => "store_full",
            Self::Clock => "clock",
            Self::Version => "unknown_version",
        }
    }

    /// The reason behind a word of a `reason` query; `None` for anything else.
    ///
    /// ```
    /// use session_policy::verdict::Reason;
    /// assert!(matches!(Reason::parse("route_idle"), Some(Reason::RouteIdle)));
    /// assert!(Reason::parse("<b>you won</b>").is_none());
    /// ```
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// All reasons.
    pub const ALL: [Self; 28] = [
        Self::NoSession,
        Self::Ended(EndReason::Logout),
        Self::Ended(EndReason::Idle),
        Self::Ended(EndReason::Absolute),
        Self::Ended(EndReason::BindingMismatch),
        Self::Ended(EndReason::TokenReplayed),
        Self::Ended(EndReason::Evicted),
        Self::Ended(EndReason::Revoked),
        Self::Ended(EndReason::IdentityChanged),
        Self::Ended(EndReason::CredentialChanged),
        Self::Ended(EndReason::TooManyAttempts),
        Self::Ended(EndReason::StoreLost),
        Self::Superseded,
        Self::Level,
        Self::Fresh,
        Self::RouteIdle,
        Self::RouteAbsolute,
        Self::StepUp,
        Self::StepUpFailed,
        Self::Role,
        Self::Csrf,
        Self::Transport,
        Self::Store,
        Self::Full,
        Self::Clock,
        Self::Version,
        // Records remember a reason by its place: new ones come last.
        Self::NewRole,
        Self::SessionLimit,
    ];

    /// One sentence for a person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoSession => "Please sign in to continue.",
            Self::Ended(EndReason::Logout) => "You signed out.",
            Self::Ended(EndReason::Idle) => "You were signed out after a time without activity.",
            Self::Ended(EndReason::Absolute) => "Your session reached its time limit.",
            Self::Ended(EndReason::BindingMismatch) => {
                "Your session was ended because it was used from a different browser."
            }
            Self::Ended(EndReason::TokenReplayed) => "Your session was ended because an old token was used again.",
            Self::Ended(EndReason::Evicted) => "Your session was ended because you signed in elsewhere.",
            Self::Ended(EndReason::Revoked) => "Your session was ended.",
            Self::Ended(EndReason::IdentityChanged) => "Your session was ended because somebody else signed in.",
            Self::Ended(EndReason::CredentialChanged) => "Your session was ended because a credential changed.",
            Self::Ended(EndReason::TooManyAttempts) => "Your session was ended after too many failed attempts.",
            Self::Ended(EndReason::StoreLost) => "Your session was lost.",
            Self::Superseded => "This page was opened with an older sign-in.",
            Self::Level => "This page needs a stronger sign-in.",
            Self::Fresh => "This page needs a recent sign-in.",
            Self::RouteIdle => "This page needs a new sign-in after a time without activity.",
            Self::RouteAbsolute => "This page needs a new sign-in after some time.",
            Self::StepUp => "Something about your browser changed; please confirm that it is you.",
            Self::StepUpFailed => "Signing in again is not enough for this page.",
            Self::Role => "Your account has no access to this page.",
            Self::NewRole => "Your role changed; please confirm that it is you.",
            Self::SessionLimit => "You are signed in on too many devices; please sign out on one of them first.",
            Self::Csrf => "The request came from another site.",
            Self::Transport => "The request did not come over a secure connection.",
            Self::Store | Self::Full | Self::Clock | Self::Version => {
                "The service cannot check your session at the moment; please try again."
            }
        }
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NoSession
            | Self::Ended(_)
            | Self::Superseded
            | Self::Level
            | Self::Fresh
            | Self::RouteIdle
            | Self::RouteAbsolute
            | Self::StepUp
            | Self::NewRole => 401,
            Self::StepUpFailed | Self::Role | Self::SessionLimit | Self::Csrf | Self::Transport => 403,
            Self::Store | Self::Full | Self::Clock | Self::Version => 503,
        }
    }
}

impl Denial {
    /// The session is missing, or over: sign in.
    #[must_use]
    pub const fn login(reason: Reason) -> Self {
        Self { reason, remedy: Remedy::Login }
    }

    /// The session is alive but must be authenticated again.
    #[must_use]
    pub const fn reauthenticate(reason: Reason, max_age: Option<u32>) -> Self {
        Self { reason, remedy: Remedy::Reauthenticate { max_age, level: None } }
    }

    /// Refused, whatever the client does.
    #[must_use]
    pub const fn refuse(reason: Reason) -> Self {
        Self { reason, remedy: Remedy::Nothing }
    }

    /// Cannot be judged now; nothing was changed.
    #[must_use]
    pub const fn retry(reason: Reason) -> Self {
        Self { reason, remedy: Remedy::Retry }
    }
}
