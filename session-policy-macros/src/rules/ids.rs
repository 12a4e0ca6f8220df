//! The names of all rules. Every message ends with one, so that it can be searched for.

use std::fmt::{self, Display, Formatter};

/// The name of what an error forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id(&'static str);

impl Display for Id {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: Id = Id($text);)*
        /// Every name once.
        #[cfg(test)]
        pub(crate) const ALL: &[&str] = &[$($text,)*];
    };
}

ids! {
    /// Not `key`, `key = value` or `key(…)`.
    SYNTAX = "syntax";
    /// A key that the language does not have.
    UNKNOWN_KEY = "unknown-key";
    /// A key of the language that belongs elsewhere.
    KEY_IN_WRONG_PLACE = "key-in-wrong-place";
    /// A key or value of the language that this version lacks.
    NOT_SUPPORTED = "not-supported";
    /// The same key twice.
    DUPLICATE_KEY = "duplicate-key";
    /// The same value twice in one list.
    DUPLICATE_ENTRY = "duplicate-entry";
    /// A list of nothing.
    EMPTY_LIST = "empty-list";
    /// A key alone that needs a value.
    MISSING_VALUE = "missing-value";
    /// A string for a path, a path for a string, …
    WRONG_KIND_OF_VALUE = "wrong-kind-of-value";
    /// A word that the key does not have.
    UNKNOWN_VALUE = "unknown-value";
    /// A choice that does not exist because it would be unsafe.
    UNSAFE_VALUE = "unsafe-value";
    /// A reason that is blank.
    EMPTY_REASON = "empty-reason";
    /// Not the grammar of durations.
    DURATION = "duration";
    /// No time at all.
    DURATION_ZERO = "duration-zero";
    /// More than 3650 days.
    DURATION_TOO_LONG = "duration-too-long";

    /// `idle` that `absolute` always precedes.
    IDLE_NOT_BELOW_ABSOLUTE = "idle-not-below-absolute";
    /// `fresh` that `absolute` always precedes.
    FRESH_ABOVE_ABSOLUTE = "fresh-above-absolute";
    /// Activity written more coarsely than a tenth of `idle`.
    TOUCH_ABOVE_TENTH_OF_IDLE = "touch-above-tenth-of-idle";
    /// `fresh` where nobody needs to be authenticated.
    FRESH_OF_NOBODY = "fresh-of-nobody";
    /// `role` where nobody needs to be authenticated.
    ROLE_OF_NOBODY = "role-of-nobody";
    /// `fresh` on a route that is polled.
    FRESH_ON_PASSIVE = "fresh-on-passive";
    /// `on_mismatch` where nothing can mismatch.
    ON_MISMATCH_WITHOUT_BIND = "on-mismatch-without-bind";
    /// `csrf = "off"` without a documented reason.
    CSRF_OFF_WITHOUT_REASON = "csrf-off-without-reason";
    /// A reason for nothing.
    DEVIATION_FROM_NOTHING = "deviation-from-nothing";
    /// `on_store_error = "anonymous"` on a route that checks somebody.
    STORE_ERROR_OPENS_ROUTE = "store-error-opens-route";
    /// `public` beside a rule.
    PUBLIC_WITH_KEYS = "public-with-keys";
    /// A policy that starts from itself.
    EXTENDS_ITSELF = "extends-itself";
    /// `#[session(Site, …)]`
    NAMED_POLICY_WITH_KEYS = "named-policy-with-keys";

    /// `#[session]` on something that is not a handler.
    NOT_A_HANDLER = "not-a-handler";
    /// `const`, `unsafe`, `extern`, `self`.
    HANDLER_SHAPE = "handler-shape";
    /// `#[session]` twice.
    TWO_ATTRIBUTES = "two-attributes";
    /// Two parameters that want the session.
    TWO_SESSIONS = "two-sessions";
    /// `&Session`, `Option<Session>`.
    SESSION_NOT_BY_VALUE = "session-not-by-value";
    /// A session in a public handler.
    SESSION_IN_PUBLIC_HANDLER = "session-in-public-handler";
    /// `UserSession` where nobody needs to be signed in.
    USER_OF_NOBODY = "user-of-nobody";

    /// A policy that is not a unit struct or an enum.
    POLICY_SHAPE = "policy-shape";
    /// A role that carries fields.
    ROLE_WITH_FIELDS = "role-with-fields";
    /// More than 64 roles, or none.
    NUMBER_OF_ROLES = "number-of-roles";
    /// Two roles under one stored name.
    DUPLICATE_ROLE_ID = "duplicate-role-id";
    /// A stored name that is empty, long or contains control characters.
    ROLE_ID = "role-id";

    /// A name with characters that a cookie's name cannot have.
    COOKIE_NAME_NOT_TOKEN = "cookie-name-not-token";
    /// A name without `__Host-` or `__Secure-`.
    COOKIE_NAME_PREFIX = "cookie-name-prefix";
    /// The name that a framework gives by default.
    COOKIE_NAME_OF_FRAMEWORK = "cookie-name-of-framework";
    /// A name, path or domain that browsers ignore for its length.
    COOKIE_TOO_LONG = "cookie-too-long";
    /// `__Host-` with a `domain`.
    HOST_PREFIX_WITH_DOMAIN = "host-prefix-with-domain";
    /// `__Host-` with a `path`.
    HOST_PREFIX_WITH_PATH = "host-prefix-with-path";
    /// Not a path.
    COOKIE_PATH = "cookie-path";
    /// Not a domain that can be shared.
    COOKIE_DOMAIN = "cookie-domain";
    /// A cookie for other sites or hosts without a reason.
    COOKIE_WITHOUT_PURPOSE = "cookie-without-purpose";
    /// A reason for nothing.
    PURPOSE_OF_NOTHING = "purpose-of-nothing";
    /// `partitioned` on a cookie that other sites never cause to be sent.
    PARTITIONED_WITHOUT_NONE = "partitioned-without-none";
    /// A cookie that is not a unit struct.
    COOKIE_SHAPE = "cookie-shape";

    /// Session data without a key.
    DATA_KEY_MISSING = "data-key-missing";
    /// Not the grammar of keys.
    DATA_KEY = "data-key";
    /// Session data with type parameters.
    DATA_SHAPE = "data-shape";
}
