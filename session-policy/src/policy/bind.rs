//! Bindings: client properties that must match those of the authentication.

/// What a mismatch does: the values of the key `on_mismatch`, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum OnMismatch {
    /// It is reported as an event and the request goes on: how one learns before enforcing.
    Log = 0,
    /// The session is marked: every holder of the token must re-authenticate.
    StepUp = 1,
    /// The session ends.
    End = 2,
}

impl OnMismatch {
    /// The word of the policy language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::StepUp => "step_up",
            Self::End => "end",
        }
    }

    /// The stricter of two.
    #[must_use]
    pub const fn max(self, other: Self) -> Self {
        if (self as u8) < (other as u8) { other } else { self }
    }
}

/// One kind of binding: unset, or set with or without an `on_mismatch` beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BindRule {
    /// This kind is not bound.
    Unset,
    /// Bound, what a mismatch does is left to others or to the default.
    Bound,
    /// Bound, and a mismatch does at least this.
    BoundWith(OnMismatch),
}

impl BindRule {
    /// The stricter of two: bound if either is, with the greater `on_mismatch`.
    #[must_use]
    pub const fn meet(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unset, rule) | (rule, Self::Unset) => rule,
            (Self::Bound, rule) | (rule, Self::Bound) => rule,
            (Self::BoundWith(a), Self::BoundWith(b)) => Self::BoundWith(a.max(b)),
        }
    }

    /// What a mismatch does after the default of the kind is applied; `None` if unbound.
    #[must_use]
    pub const fn resolve(self, default: OnMismatch) -> Option<OnMismatch> {
        match self {
            Self::Unset => None,
            Self::Bound => Some(default),
            Self::BoundWith(on_mismatch) => Some(on_mismatch),
        }
    }
}

/// The kinds of the key `bind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Bindings {
    /// `"ua"`: browser family, operating system, mobile bit, and a major version that never falls.
    pub ua: BindRule,
}

impl Bindings {
    /// Nothing is bound.
    pub const UNSET: Self = Self { ua: BindRule::Unset };

    /// The union of two.
    #[must_use]
    pub const fn meet(self, other: Self) -> Self {
        Self { ua: self.ua.meet(other.ua) }
    }
}
