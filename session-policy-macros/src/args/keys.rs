//! The keys of `#[session(…)]`: what there is, where it may stand, what it is called elsewhere.

use std::fmt::{self, Display, Formatter};

/// What an attribute is written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    /// A handler.
    Handler,
    /// An inline module.
    Module,
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
            Self::Module => "a module",
            Self::Role => "a role",
            Self::Base => "a named policy",
            Self::Roles => "an enum of roles",
        })
    }
}

/// The key by which a handler is told of the module around it; never written by hand.
pub(crate) const HIDDEN_KEY: &str = "__module";

/// Whether this version carries a key or value out. What it does not is read and judged like all others, and refused
/// if nothing else is wrong with it: switching it on is `Later` → `Now` in its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    Now,
    Later,
}

/// A key of the language.
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
    RotateEvery,
    Grace,
    Touch,
    Warn,
    Csrf,
    Activity,
    OnDenied,
    OnStoreError,
    Lifetime,
    Remember,
    MaxSessions,
    OnLimit,
    Extends,
    Profile,
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
    pub(crate) support: Support,
}

const HRB: &[Where] = &[Where::Handler, Where::Module, Where::Role, Where::Base];
const RB: &[Where] = &[Where::Role, Where::Base];
const H: &[Where] = &[Where::Handler, Where::Module];
const CRATE: &[Where] = &[Where::Handler, Where::Module, Where::Base, Where::Roles];

/// Every key, in the order in which the language's page lists them.
pub(crate) const KEYS: &[Row] = &[
    row(Key::Idle, "idle", HRB, "idle = \"30m\"", Support::Now),
    row(Key::Absolute, "absolute", HRB, "absolute = \"8h\"", Support::Now),
    row(Key::Fresh, "fresh", HRB, "fresh = \"5m\"", Support::Now),
    row(Key::Auth, "auth", HRB, "auth = \"full\"", Support::Now),
    row(Key::Role, "role", H, "role = Role::Admin", Support::Now),
    row(Key::Bind, "bind", HRB, "bind = \"ua\"", Support::Now),
    row(Key::OnMismatch, "on_mismatch", HRB, "on_mismatch = \"end\"", Support::Now),
    row(Key::RotateOn, "rotate_on", HRB, "rotate_on = \"login\"", Support::Now),
    row(Key::RotateEvery, "rotate_every", RB, "rotate_every = \"15m\"", Support::Now),
    row(Key::Grace, "grace", RB, "grace = \"30s\"", Support::Now),
    row(Key::Touch, "touch", RB, "touch = \"30s\"", Support::Now),
    row(Key::Warn, "warn", RB, "warn = \"2m\"", Support::Later),
    row(Key::Csrf, "csrf", HRB, "csrf = \"origin\"", Support::Now),
    row(Key::Activity, "activity", H, "activity = \"passive\"", Support::Now),
    row(Key::OnDenied, "on_denied", H, "on_denied = \"status\"", Support::Now),
    row(Key::OnStoreError, "on_store_error", H, "on_store_error = \"deny\"", Support::Now),
    row(Key::Lifetime, "lifetime", RB, "lifetime = \"browser\"", Support::Later),
    row(Key::Remember, "remember", RB, "remember = \"30d\"", Support::Later),
    row(Key::MaxSessions, "max_sessions", RB, "max_sessions = 3", Support::Now),
    row(Key::OnLimit, "on_limit", RB, "on_limit = \"reject\"", Support::Now),
    row(Key::Extends, "extends", HRB, "extends = Site", Support::Now),
    row(Key::Profile, "profile", HRB, "profile = \"owasp-low\"", Support::Now),
    row(Key::Deviation, "deviation", HRB, "deviation(csrf = \"why\")", Support::Now),
    row(Key::Public, "public", &[Where::Handler], "#[session(public)]", Support::Now),
    row(Key::Id, "id", &[Where::Role], "id = \"admin\"", Support::Now),
    row(Key::Crate, "crate", CRATE, "crate = ::session_policy", Support::Now),
];

const fn row(key: Key, name: &'static str, places: &'static [Where], example: &'static str, support: Support) -> Row {
    Row { key, name, places, example, support }
}

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
    ("regenerateevery", "rotate_every"),
    ("rotationinterval", "rotate_every"),
    ("renewal", "rotate_every"),
    ("overlap", "grace"),
    ("graceperiod", "grace"),
    ("warning", "warn"),
    ("warnbefore", "warn"),
    ("rememberme", "remember"),
    ("persistent", "lifetime"),
    ("maxconcurrent", "max_sessions"),
    ("maxconcurrentsessions", "max_sessions"),
    ("concurrentsessions", "max_sessions"),
    ("sessionlimit", "max_sessions"),
    ("onexceed", "on_limit"),
    ("standard", "profile"),
    ("preset", "profile"),
];

/// Attributes of the cookie that people look for here.
pub(crate) const OF_THE_COOKIE: &[&str] =
    &["samesite", "secure", "httponly", "cookie", "cookiename", "domain", "path", "partitioned", "name"];

/// A name without case and separators.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}
