//! The catalogue: every rule with its name, its grade, what it forbids, its source, an example that breaks it and a
//! neighbour that does not. Every message ends with the name, so that it can be searched for. The reference page
//! `docs/rules.md` of the runtime crate is generated from this table, and a test runs its examples.

use std::fmt::{self, Display, Formatter};

/// The name of a rule, and what breaking it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id {
    name: &'static str,
    grade: Grade,
}

/// What breaking a rule means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grade {
    /// It does not compile.
    Error,
    /// It does not compile without `deviation(key = "why")`.
    Deviation,
    /// The compiler warns, unless the item allows it.
    Warning,
}

impl Id {
    pub(crate) fn grade(self) -> Grade {
        self.grade
    }
}

impl Display for Id {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What documentation and tests say about a rule.
#[cfg(test)]
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) grade: Grade,
    pub(crate) forbids: &'static str,
    /// The figure's or the demand's standard; empty where it is logic.
    pub(crate) source: &'static str,
    /// Breaks it; empty where only a long text would.
    pub(crate) fails: &'static str,
    /// Does not break it; empty where this version lacks the key.
    pub(crate) passes: &'static str,
    pub(crate) by: By,
}

/// Who sees it.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The macro.
    Macro,
    /// A constant of the runtime crate (`policy::check`), because two items are needed.
    Const,
}

macro_rules! catalogue {
    (@id Macro $name:ident $text:literal $grade:ident) => {
        pub(crate) const $name: Id = Id { name: $text, grade: Grade::$grade };
    };
    (@id Const $name:ident $text:literal $grade:ident) => {};
    ($($name:ident = $text:literal, $grade:ident, $by:ident, $forbids:literal, $source:literal, $fails:literal, $passes:literal;)*) => {
        $(catalogue!(@id $by $name $text $grade);)*
        /// Every rule once.
        #[cfg(test)]
        pub(crate) const ALL: &[Row] = &[$(Row {
            id: $text,
            grade: Grade::$grade,
            forbids: $forbids,
            source: $source,
            fails: $fails,
            passes: $passes,
            by: By::$by,
        },)*];
    };
}

catalogue! {
    SYNTAX = "syntax", Error, Macro,
        "not `key`, `key = value` or `key(…)`", "",
        "#[session(30)]",
        r#"#[session(idle = "30m")]"#;
    UNKNOWN_KEY = "unknown-key", Error, Macro,
        "a key that the language does not have", "",
        r#"#[session(timeout = "30m")]"#,
        r#"#[session(idle = "30m")]"#;
    KEY_IN_WRONG_PLACE = "key-in-wrong-place", Error, Macro,
        "a key of the language that belongs elsewhere", "",
        r#"#[session(touch = "10s")]"#,
        r#"#[session(touch = "10s")] struct Site;"#;
    NOT_SUPPORTED = "not-supported", Error, Macro,
        "a key or value of the language that this version lacks", "",
        r#"#[session(csrf = "token")]"#,
        r#"#[session(csrf = "origin")]"#;
    DUPLICATE_KEY = "duplicate-key", Error, Macro,
        "the same key twice", "",
        r#"#[session(idle = "30m", idle = "20m")]"#,
        r#"#[session(idle = "20m")]"#;
    DUPLICATE_ENTRY = "duplicate-entry", Error, Macro,
        "the same entry twice in one list", "",
        r#"#[session(bind = ["ua", "ua"])]"#,
        r#"#[session(bind = ["ua"])]"#;
    EMPTY_LIST = "empty-list", Error, Macro,
        "a list of nothing", "",
        "#[session(bind = [])]",
        "#[session]";
    MISSING_VALUE = "missing-value", Error, Macro,
        "a key alone that needs a value", "",
        "#[session(idle)]",
        r#"#[session(idle = "30m")]"#;
    WRONG_KIND_OF_VALUE = "wrong-kind-of-value", Error, Macro,
        "a string for a path, a path for a string, a number for a word", "",
        "#[session(auth = full)]",
        r#"#[session(auth = "full")]"#;
    UNKNOWN_VALUE = "unknown-value", Error, Macro,
        "a word that the key does not have", "",
        r#"#[session(auth = "strong")]"#,
        r#"#[session(auth = "mfa")]"#;
    UNSAFE_VALUE = "unsafe-value", Error, Macro,
        "a choice that does not exist because it would be unsafe", "OWASP ASVS 5.0 7.2.4, 16.5.3, 3.3.1, 3.3.4",
        r#"#[session(rotate_on = "never")]"#,
        r#"#[session(rotate_on = "login")]"#;
    EMPTY_REASON = "empty-reason", Error, Macro,
        "a reason that is blank", "",
        r#"#[session(csrf = "off", deviation(csrf = " "))]"#,
        r#"#[session(csrf = "off", deviation(csrf = "signed requests"))]"#;
    DURATION = "duration", Error, Macro,
        "not the grammar of durations", "",
        r#"#[session(idle = "30min")]"#,
        r#"#[session(idle = "30m")]"#;
    DURATION_ZERO = "duration-zero", Error, Macro,
        "no time at all", "",
        r#"#[session(idle = "0m")]"#,
        r#"#[session(idle = "1m")]"#;
    DURATION_TOO_LONG = "duration-too-long", Error, Macro,
        "more than 3650 days", "",
        r#"#[session(absolute = "9999d")]"#,
        r#"#[session(absolute = "30d")]"#;
    IP_PREFIX = "ip-prefix", Error, Macro,
        "a prefix that is no number, holds every address, or is longer than /32 (IPv4) or /64 (IPv6)", "RFC 8981",
        r#"#[session(bind = "ip/24/128")]"#,
        r#"#[session(bind = "ua")]"#;
    HEADER_NAME = "header-name", Error, Macro,
        "not the name of a header that can be bound", "RFC 9110",
        r#"#[session(bind = "header:X Device")] struct Site;"#,
        r#"#[session(bind = "ua")] struct Site;"#;
    IDLE_NOT_BELOW_ABSOLUTE = "idle-not-below-absolute", Error, Macro,
        "an `idle` that `absolute` always precedes", "NIST SP 800-63B-4 5.2",
        r#"#[session(idle = "9h", absolute = "8h")]"#,
        r#"#[session(idle = "30m", absolute = "8h")]"#;
    FRESH_ABOVE_ABSOLUTE = "fresh-above-absolute", Error, Macro,
        "a `fresh` that `absolute` always precedes", "",
        r#"#[session(fresh = "9h", absolute = "8h")]"#,
        r#"#[session(fresh = "8h", absolute = "8h")]"#;
    TOUCH_ABOVE_TENTH_OF_IDLE = "touch-above-tenth-of-idle", Error, Macro,
        "activity that is written more coarsely than a tenth of `idle`", "OWASP ASVS 5.0 7.3.1",
        r#"#[session(idle = "30m", touch = "5m")] struct Site;"#,
        r#"#[session(idle = "30m", touch = "3m")] struct Site;"#;
    FRESH_OF_NOBODY = "fresh-of-nobody", Error, Macro,
        "`fresh` where nobody needs to be authenticated", "",
        r#"#[session(auth = "anonymous", fresh = "5m")]"#,
        r#"#[session(fresh = "5m")]"#;
    ROLE_OF_NOBODY = "role-of-nobody", Error, Macro,
        "`role` where nobody needs to be authenticated", "",
        r#"#[session(auth = "anonymous", role = Role::Admin)]"#,
        "#[session(role = Role::Admin)]";
    FRESH_ON_PASSIVE = "fresh-on-passive", Error, Macro,
        "`fresh` on a route that is polled", "",
        r#"#[session(fresh = "5m", activity = "passive")]"#,
        r#"#[session(activity = "passive")]"#;
    ON_MISMATCH_WITHOUT_BIND = "on-mismatch-without-bind", Error, Macro,
        "`on_mismatch` where nothing can mismatch", "",
        r#"#[session(on_mismatch = "log")]"#,
        r#"#[session(bind = "ua", on_mismatch = "log")]"#;
    ROTATE_EVERY_TOO_SHORT = "rotate-every-too-short", Error, Macro,
        "a token that is replaced more often than every two minutes", "",
        r#"#[session(rotate_every = "1m")] struct Site;"#,
        r#"#[session(rotate_every = "2m")] struct Site;"#;
    ROTATE_EVERY_NOT_BELOW_ABSOLUTE = "rotate-every-not-below-absolute", Error, Macro,
        "a `rotate_every` that `absolute` always precedes", "",
        r#"#[session(rotate_every = "8h", absolute = "8h")] struct Site;"#,
        r#"#[session(rotate_every = "15m", absolute = "8h")] struct Site;"#;
    GRACE_WITHOUT_ROTATE_EVERY = "grace-without-rotate-every", Error, Macro,
        "`grace` where nothing rotates", "",
        r#"#[session(grace = "30s")] struct Site;"#,
        r#"#[session(rotate_every = "15m", grace = "30s")] struct Site;"#;
    GRACE_TOO_LONG = "grace-too-long", Error, Macro,
        "a `grace` longer than 60 seconds", "OWASP Session Management Cheat Sheet, renewal timeout",
        r#"#[session(rotate_every = "15m", grace = "61s")] struct Site;"#,
        r#"#[session(rotate_every = "15m", grace = "60s")] struct Site;"#;
    GRACE_NOT_BELOW_ROTATE_EVERY = "grace-not-below-rotate-every", Error, Macro,
        "replaced tokens that never die", "",
        r#"#[session(rotate_every = "2m", grace = "2m")] struct Site;"#,
        r#"#[session(rotate_every = "2m", grace = "1m")] struct Site;"#;
    WARN_TOO_SHORT = "warn-too-short", Error, Macro,
        "a warning that leaves less than 20 seconds", "WCAG 2.2.1",
        r#"#[session(warn = "19s")] struct Site;"#,
        "";
    WARN_NOT_BELOW_IDLE = "warn-not-below-idle", Error, Macro,
        "a warning that is always there", "",
        r#"#[session(idle = "5m", warn = "5m")] struct Site;"#,
        "";
    NO_SESSIONS = "no-sessions", Error, Macro,
        "a limit of no sessions", "",
        r#"#[session(max_sessions = 0, on_limit = "reject")] struct Site;"#,
        r#"#[session(max_sessions = 1, on_limit = "reject")] struct Site;"#;
    MAX_SESSIONS_WITHOUT_ON_LIMIT = "max-sessions-without-on-limit", Error, Macro,
        "a limit that does not say what happens at it", "OWASP ASVS 5.0 7.1.2",
        "#[session(max_sessions = 3)] struct Site;",
        r#"#[session(max_sessions = 3, on_limit = "evict_oldest")] struct Site;"#;
    ON_LIMIT_WITHOUT_MAX_SESSIONS = "on-limit-without-max-sessions", Error, Macro,
        "`on_limit` where there is no limit", "",
        r#"#[session(on_limit = "reject")] struct Site;"#,
        r#"#[session(max_sessions = 3, on_limit = "reject")] struct Site;"#;
    COOKIE_OUTLIVES_BROWSER_LIMIT = "cookie-outlives-browser-limit", Error, Macro,
        "a persistent cookie for more than 400 days", "RFC 6265bis",
        r#"#[session(lifetime = "persistent", absolute = "401d")] struct Site;"#,
        r#"#[session(absolute = "30d")] struct Site;"#;
    CSRF_OFF_WITHOUT_REASON = "csrf-off-without-reason", Deviation, Macro,
        r#"`csrf = "off"`"#, "OWASP ASVS 5.0 3.5.1",
        r#"#[session(csrf = "off")]"#,
        r#"#[session(csrf = "off", deviation(csrf = "signed requests"))]"#;
    END_ON_IP_MISMATCH = "end-on-ip-mismatch", Deviation, Macro,
        "a change of address that ends the session", "RFC 6269, OWASP ASVS 5.0 15.3.4",
        r#"#[session(bind = "ip/24", on_mismatch = "end")]"#,
        "";
    USER_AGENT_EXACT = "user-agent-exact", Deviation, Macro,
        "the exact `User-Agent`", "OWASP Cookie Theft Mitigation Cheat Sheet",
        r#"#[session(bind = "header:User-Agent")] struct Site;"#,
        r#"#[session(bind = "ua")] struct Site;"#;
    PAST_PROFILE_SHOULD = "past-profile-should", Deviation, Macro,
        "a value past what a profile's standard says SHOULD hold", "the profile's",
        r#"#[session(profile = "owasp-low", idle = "1h")]"#,
        r#"#[session(profile = "owasp-low", idle = "1h", deviation(idle = "long forms"))]"#;
    PAST_PROFILE_SHALL = "past-profile-shall", Error, Macro,
        "a value past what a profile's standard says SHALL hold", "the profile's",
        r#"#[session(profile = "pci-dss-4", idle = "1h")]"#,
        r#"#[session(profile = "pci-dss-4", idle = "10m")]"#;
    PROFILE_LEAVES_NO_ROOM = "profile-leaves-no-room", Error, Macro,
        "a value that a limit of the profile always precedes", "the profile's",
        r#"#[session(profile = "asvs-4-l1", idle = "30d")]"#,
        r#"#[session(profile = "asvs-4-l1", idle = "1h")]"#;
    DEVIATION_FROM_NOTHING = "deviation-from-nothing", Error, Macro,
        "a reason for nothing", "OWASP ASVS 5.0 7.1.1",
        r#"#[session(deviation(csrf = "signed requests"))]"#,
        r#"#[session(csrf = "off", deviation(csrf = "signed requests"))]"#;
    STORE_ERROR_OPENS_ROUTE = "store-error-opens-route", Error, Macro,
        r#"`on_store_error = "anonymous"` on a route that checks somebody"#, "OWASP ASVS 5.0 16.5.3",
        r#"#[session(on_store_error = "anonymous")]"#,
        r#"#[session(auth = "anonymous", on_store_error = "anonymous")]"#;
    PUBLIC_WITH_KEYS = "public-with-keys", Error, Macro,
        "`public` beside a rule", "",
        r#"#[session(public, idle = "5m")]"#,
        "#[session(public)]";
    EXTENDS_ITSELF = "extends-itself", Error, Macro,
        "a policy that starts from itself", "",
        "#[session(extends = Site)] struct Site;",
        "#[session(extends = Other)] struct Site;";
    NAMED_POLICY_WITH_KEYS = "named-policy-with-keys", Error, Macro,
        "a named policy and keys", "",
        r#"#[session(Site, idle = "5m")]"#,
        r#"#[session(extends = Site, idle = "5m")]"#;
    IDLE_OVER_A_DAY = "idle-over-a-day", Warning, Macro,
        "an `idle` of more than a day", "OWASP Session Management Cheat Sheet",
        r#"#[session(idle = "25h", absolute = "7d")]"#,
        r#"#[session(idle = "24h", absolute = "7d")]"#;
    ABSOLUTE_OVER_30_DAYS = "absolute-over-30-days", Warning, Macro,
        "an `absolute` of more than 30 days", "NIST SP 800-63B-4 2.1.3",
        r#"#[session(absolute = "31d")]"#,
        r#"#[session(absolute = "30d")]"#;
    FRESH_UNDER_30_SECONDS = "fresh-under-30-seconds", Warning, Macro,
        "a `fresh` that no form can meet", "RFC 9470",
        r#"#[session(fresh = "29s")]"#,
        r#"#[session(fresh = "30s")]"#;
    ROTATE_EVERY_ABOVE_IDLE = "rotate-every-above-idle", Warning, Macro,
        "a rotation that only the busiest sessions see", "OWASP Session Management Cheat Sheet, renewal timeout",
        r#"#[session(idle = "10m", rotate_every = "20m")] struct Site;"#,
        r#"#[session(idle = "30m", rotate_every = "20m")] struct Site;"#;
    WHOLE_ADDRESS = "whole-address", Warning, Macro,
        r#"`bind = "ip"`: a whole IPv4 address"#, "RFC 6269",
        r#"#[session(bind = "ip")]"#,
        "";
    LOOSER_THAN_BASE = "looser-than-base", Error, Const,
        "a value that what is extended already tightens", "",
        r#"#[session(extends = Site, idle = "1h")]"#,
        r#"#[session(extends = Site, idle = "5m")]"#;
    LOOSER_THAN_MODULE = "looser-than-module", Error, Const,
        "a value that the module around it already tightens", "",
        r#"#[session(idle = "15m")] mod admin { #[session(idle = "1h")] async fn page() {} }"#,
        r#"#[session(idle = "15m")] mod admin { #[session(idle = "5m")] async fn page() {} }"#;
    LOOSER_THAN_ROLE = "looser-than-role", Error, Const,
        "a value that all named roles already tighten", "",
        r#"#[session(role = Role::Admin, idle = "1h")]"#,
        r#"#[session(role = Role::Admin, idle = "5m")]"#;
    ROLES_OF_TWO_ENUMS = "roles-of-two-enums", Error, Const,
        "roles of two enums in one list", "",
        "#[session(role = [Role::Admin, Rank::Major])]",
        "#[session(role = [Role::Admin, Role::Auditor])]";
    NO_ROLE_LEFT = "no-role-left", Error, Const,
        "a base and a module that allow different roles", "",
        "#[session(role = Role::Admin)] mod admin { #[session(extends = Auditors)] async fn page() {} }",
        "#[session(role = Role::Admin)] mod admin { #[session] async fn page() {} }";
    EXTENDS_PUBLIC = "extends-public", Error, Const,
        "starting from a public handler", "",
        "#[session(extends = HomePolicy)]",
        "#[session(extends = Site)]";
    TOO_MANY_POLICIES = "too-many-policies", Error, Const,
        "more than 32 policies above one", "",
        "#[session(extends = OneOf33)]",
        "#[session(extends = Site)]";
    PUBLIC_IN_MODULE = "public-in-module", Error, Macro,
        "`public` inside a module with a policy", "",
        "#[session(__module = super::AdminModulePolicy, public)]",
        "#[session(public)]";
    MODULE_WITHOUT_HANDLERS = "module-without-handlers", Error, Macro,
        "a module with a policy, and no handler in it", "",
        r#"#[session(idle = "15m")] mod admin { async fn page() {} }"#,
        r#"#[session(idle = "15m")] mod admin { #[session] async fn page() {} }"#;
    MODULE_NOT_INLINE = "module-not-inline", Error, Macro,
        "a policy on `mod name;`", "",
        r#"#[session(idle = "15m")] mod admin;"#,
        r#"#[session(idle = "15m")] mod admin { #[session] async fn page() {} }"#;
    MACRO_IN_MODULE = "macro-in-module", Error, Macro,
        "a macro that may write handlers which the module's policy does not reach", "",
        r#"#[session(idle = "15m")] mod admin { pages!(); #[session] async fn page() {} }"#,
        r#"#[session(idle = "15m")] mod admin { #[session] async fn page() { log!() } }"#;
    NOT_A_HANDLER = "not-a-handler", Error, Macro,
        "`#[session]` on something that is not a handler", "",
        "#[session] const PAGE: u32 = 1;",
        "#[session] async fn page() {}";
    HANDLER_SHAPE = "handler-shape", Error, Macro,
        "`const`, `unsafe`, `extern`, `self`", "",
        "#[session] const fn page() {}",
        "#[session] fn page() {}";
    KEYS_IN_IMPL = "keys-in-impl", Error, Macro,
        "keys where only a named policy can stand", "",
        r#"#[session(idle = "5m")] async fn page() { Self::show() }"#,
        "#[session(Site)] async fn page() { Self::show() }";
    TWO_ATTRIBUTES = "two-attributes", Error, Macro,
        "`#[session]` twice", "",
        r#"#[session(idle = "5m")] #[session(absolute = "1h")] async fn page() {}"#,
        r#"#[session(idle = "5m", absolute = "1h")] async fn page() {}"#;
    TWO_SESSIONS = "two-sessions", Error, Macro,
        "two parameters that want the session", "",
        "#[session] async fn page(a: Session, b: UserSession) {}",
        "#[session] async fn page(b: UserSession) {}";
    SESSION_NOT_BY_VALUE = "session-not-by-value", Error, Macro,
        "`&Session`, `Option<Session>`", "",
        "#[session] async fn page(a: &Session) {}",
        "#[session] async fn page(a: Session) {}";
    SESSION_IN_PUBLIC_HANDLER = "session-in-public-handler", Error, Macro,
        "a session in a public handler", "",
        "#[session(public)] async fn page(a: Session) {}",
        r#"#[session(auth = "anonymous")] async fn page(a: Session) {}"#;
    USER_OF_NOBODY = "user-of-nobody", Error, Macro,
        "`UserSession` where nobody needs to be signed in", "",
        r#"#[session(auth = "anonymous")] async fn page(a: UserSession) {}"#,
        r#"#[session(auth = "anonymous")] async fn page(a: Session) {}"#;
    POLICY_SHAPE = "policy-shape", Error, Macro,
        "a policy that is not a unit struct or an enum without parameters", "",
        r#"#[session(idle = "5m")] struct Site { x: u8 }"#,
        r#"#[session(idle = "5m")] struct Site;"#;
    ROLE_WITH_FIELDS = "role-with-fields", Error, Macro,
        "a role that carries fields", "",
        "enum Role { Admin(u32) }",
        "enum Role { Admin }";
    NUMBER_OF_ROLES = "number-of-roles", Error, Macro,
        "more than 64 roles, or none", "",
        "enum Role {}",
        "enum Role { Admin }";
    DUPLICATE_ROLE_ID = "duplicate-role-id", Error, Macro,
        "two roles under one stored name", "",
        r#"enum Role { Admin, #[session(id = "Admin")] Root }"#,
        r#"enum Role { Admin, #[session(id = "root")] Root }"#;
    ROLE_ID = "role-id", Error, Macro,
        "a stored name that is empty, long or contains control characters", "",
        r#"enum Role { #[session(id = "")] Admin }"#,
        r#"enum Role { #[session(id = "admin")] Admin }"#;
    COOKIE_NAME_NOT_TOKEN = "cookie-name-not-token", Error, Macro,
        "a name with characters that a cookie's name cannot have", "RFC 9110",
        r#"#[cookie(name = "__Host-my id")]"#,
        r#"#[cookie(name = "__Host-my-id")]"#;
    COOKIE_NAME_PREFIX = "cookie-name-prefix", Error, Macro,
        "a name without `__Host-` or `__Secure-` in exactly this spelling", "OWASP ASVS 5.0 3.3.1, 3.3.3; RFC 6265bis",
        r#"#[cookie(name = "id")]"#,
        r#"#[cookie(name = "__Host-id")]"#;
    COOKIE_NAME_OF_FRAMEWORK = "cookie-name-of-framework", Error, Macro,
        "the name that a framework gives by default", "OWASP Session Management Cheat Sheet",
        r#"#[cookie(name = "__Host-sessionid")]"#,
        r#"#[cookie(name = "__Host-bank")]"#;
    COOKIE_TOO_LONG = "cookie-too-long", Error, Macro,
        "a name, path or domain that browsers ignore for its length", "RFC 6265bis, OWASP ASVS 5.0 3.3.5",
        "",
        "";
    HOST_PREFIX_WITH_DOMAIN = "host-prefix-with-domain", Error, Macro,
        "`__Host-` with a `domain`", "RFC 6265bis",
        r#"#[cookie(domain = "example.com", purpose = "shop and help")]"#,
        r#"#[cookie(name = "__Secure-id", domain = "example.com", purpose = "shop and help")]"#;
    HOST_PREFIX_WITH_PATH = "host-prefix-with-path", Error, Macro,
        "`__Host-` with a `path`", "RFC 6265bis",
        r#"#[cookie(path = "/app")]"#,
        r#"#[cookie(name = "__Secure-id", path = "/app")]"#;
    COOKIE_PATH = "cookie-path", Error, Macro,
        "not a path", "RFC 6265bis",
        r#"#[cookie(name = "__Secure-id", path = "app")]"#,
        r#"#[cookie(name = "__Secure-id", path = "/app")]"#;
    COOKIE_DOMAIN = "cookie-domain", Error, Macro,
        "not a domain that can be shared", "RFC 6265bis",
        r#"#[cookie(name = "__Secure-id", domain = "com", purpose = "shop and help")]"#,
        r#"#[cookie(name = "__Secure-id", domain = "example.com", purpose = "shop and help")]"#;
    COOKIE_WITHOUT_PURPOSE = "cookie-without-purpose", Error, Macro,
        "a cookie for other sites or hosts without a reason", "OWASP ASVS 5.0 3.3.2, 3.3.3",
        r#"#[cookie(same_site = "none")]"#,
        r#"#[cookie(same_site = "none", purpose = "embedded by partners")]"#;
    PURPOSE_OF_NOTHING = "purpose-of-nothing", Error, Macro,
        "a purpose that nothing needs", "",
        r#"#[cookie(purpose = "embedded by partners")]"#,
        r#"#[cookie(same_site = "none", purpose = "embedded by partners")]"#;
    PARTITIONED_WITHOUT_NONE = "partitioned-without-none", Error, Macro,
        "`partitioned` on a cookie that other sites never cause to be sent", "CHIPS",
        "#[cookie(partitioned)]",
        r#"#[cookie(partitioned, same_site = "none", purpose = "embedded by partners")]"#;
    COOKIE_SHAPE = "cookie-shape", Error, Macro,
        "a cookie that is not a unit struct", "",
        r#"#[cookie(same_site = "lax")] struct AppCookie(u8);"#,
        r#"#[cookie(same_site = "lax")] struct AppCookie;"#;
    DATA_KEY_MISSING = "data-key-missing", Error, Macro,
        "session data without a key", "",
        r#"#[data(carry = "login")]"#,
        r#"#[data(key = "cart", carry = "login")]"#;
    DATA_KEY = "data-key", Error, Macro,
        "not the grammar of keys", "",
        r#"#[data(key = "My Cart")]"#,
        r#"#[data(key = "my_cart")]"#;
    DATA_SHAPE = "data-shape", Error, Macro,
        "session data with type parameters", "",
        r#"#[data(key = "cart")] struct Cart<T>(T);"#,
        r#"#[data(key = "cart")] struct Cart;"#;
    ONCE_WITH_CARRY = "once-with-carry", Error, Macro,
        "a one-time entry that moves over at login", "",
        r#"#[data(key = "notice", once, carry = "login")]"#,
        r#"#[data(key = "notice", carry = "login")]"#;
}
