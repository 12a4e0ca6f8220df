//! Why a session ended.

/// The reason of an end. Every end has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndReason {
    /// The user signed out.
    Logout,
    /// Too long without activity.
    Idle,
    /// Too long since the last authentication.
    Absolute,
    /// A bound client property did not match.
    BindingMismatch,
    /// A replaced token was used again.
    TokenReplayed,
    /// Another session of the same user took its place.
    Evicted,
    /// It was ended by the application.
    Revoked,
    /// Somebody else authenticated in it.
    IdentityChanged,
    /// A credential of the user changed.
    CredentialChanged,
    /// Too many failed attempts to re-authenticate.
    TooManyAttempts,
    /// The store lost it.
    StoreLost,
}

impl EndReason {
    /// All reasons.
    pub const ALL: [Self; 11] = [
        Self::Logout,
        Self::Idle,
        Self::Absolute,
        Self::BindingMismatch,
        Self::TokenReplayed,
        Self::Evicted,
        Self::Revoked,
        Self::IdentityChanged,
        Self::CredentialChanged,
        Self::TooManyAttempts,
        Self::StoreLost,
    ];

    /// The reason of a word that [`as_str`](Self::as_str) gave.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// The word that a client sees. A binding is never named by its kind.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::BindingMismatch => "binding",
            Self::TokenReplayed => "replayed",
            Self::Evicted => "evicted",
            Self::Revoked => "revoked",
            Self::IdentityChanged => "identity_changed",
            Self::CredentialChanged => "credential_changed",
            Self::TooManyAttempts => "too_many_attempts",
            Self::StoreLost => "store_lost",
        }
    }
}
