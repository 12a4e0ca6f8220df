//! The keys of `#[session(…)]`: what there is, where it may stand, what it is called elsewhere.

use std::fmt::{self, Display, Formatter};

/// What an attribute is written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    /// A handler.
    Handler,
    /// A variant of an enum of roles.
    Role,
    /// A struct: the base of an application, or something to extend.
    Base,
    /// An enum of roles as a whole.
    Roles,
}

impl Display for Where {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Handler => "a handler",
            Self::Role => "a role",
            Self::Base => "a named policy",
            Self::Roles => "an enum of roles",
        })
    }
}

/// A key that this version supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Idle,
    Absolute,
    Fresh,
    Auth,
    Role,
    Bind,
    OnMismatch,
    RotateOn,
    Touch,
    Csrf,
    Activity,
    OnDenied,
    OnStoreError,
    Extends,
    Deviation,
    Public,
    Id,
    Crate,
}

/// One row of the table of keys.
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) name: &'static str,
    pub(crate) places: &'static [Where],
    /// How it is written, for messages.
    pub(crate) example: &'static str,
}

const HRB: &[Where] = &[Where::Handler, Where::Role, Where::Base];
const RB: &[Where] = &[Where::Role, Where::Base];
const H: &[Where] = &[Where::Handler];

/// Every key, in the order in which the language's page lists them.
pub(crate) const KEYS: &[Row] = &[
    row(Key::Idle, "idle", HRB, "idle = \"30m\""),
    row(Key::Absolute, "absolute", HRB, "absolute = \"8h\""),
    row(Key::Fresh, "fresh", HRB, "fresh = \"5m\""),
    row(Key::Auth, "auth", HRB, "auth = \"full\""),
    row(Key::Role, "role", H, "role = Role::Admin"),
    row(Key::Bind, "bind", HRB, "bind = \"ua\""),
    row(Key::OnMismatch, "on_mismatch", HRB, "on_mismatch = \"end\""),
    row(Key::RotateOn, "rotate_on", HRB, "rotate_on = \"login\""),
    row(Key::Touch, "touch", RB, "touch = \"30s\""),
    row(Key::Csrf, "csrf", HRB, "csrf = \"origin\""),
    row(Key::Activity, "activity", H, "activity = \"passive\""),
    row(Key::OnDenied, "on_denied", H, "on_denied = \"status\""),
    row(Key::OnStoreError, "on_store_error", H, "on_store_error = \"deny\""),
    row(Key::Extends, "extends", HRB, "extends = Site"),
    row(Key::Deviation, "deviation", HRB, "deviation(csrf = \"why\")"),
    row(Key::Public, "public", H, "#[session(public)]"),
    row(Key::Id, "id", &[Where::Role], "id = \"admin\""),
    row(Key::Crate, "crate", &[Where::Handler, Where::Base, Where::Roles], "crate = ::session_policy"),
];

const fn row(key: Key, name: &'static str, places: &'static [Where], example: &'static str) -> Row {
    Row { key, name, places, example }
}

/// Keys of the language that this version does not support.
pub(crate) const LATER: &[&str] =
    &["rotate_every", "grace", "warn", "lifetime", "remember", "max_sessions", "on_limit", "profile"];

/// What other frameworks call it, in lower case without separators, and ours.
pub(crate) const MET: &[(&str, &str)] = &[
    ("timeout", "idle"),
    ("ttl", "idle"),
    ("sessiontimeout", "idle"),
    ("idletimeout", "idle"),
    ("inactivity", "idle"),
    ("expireafter", "idle"),
    ("gcmaxlifetime", "idle"),
    ("maxage", "absolute"),
    ("maxlifetime", "absolute"),
    ("expires", "absolute"),
    ("expiry", "absolute"),
    ("sessioncookieage", "absolute"),
    ("absolutetimeout", "absolute"),
    ("maxauthage", "fresh"),
    ("freshness", "fresh"),
    ("level", "auth"),
    ("acr", "auth"),
    ("mfa", "auth"),
    ("login", "auth"),
    ("loginrequired", "auth"),
    ("roles", "role"),
    ("permission", "role"),
    ("useragent", "bind"),
    ("ua", "bind"),
    ("ip", "bind"),
    ("regenerate", "rotate_on"),
    ("renew", "rotate_on"),
    ("rotate", "rotate_on"),
    ("xsrf", "csrf"),
    ("touchafter", "touch"),
    ("base", "extends"),
    ("inherit", "extends"),
    ("reason", "deviation"),
    ("anonymous", "auth"),
];

/// Attributes of the cookie that people look for here.
pub(crate) const OF_THE_COOKIE: &[&str] =
    &["samesite", "secure", "httponly", "cookie", "cookiename", "domain", "path", "partitioned", "name"];

/// A name without case and separators.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}
