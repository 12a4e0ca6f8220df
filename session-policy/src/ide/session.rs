//! The keys of `#[session(…)]`, in the order in which the language's page lists them.

use super::{Duration, Flag, Number, Path, Paths, Reasons, Text, Word, Words};

keys! {
    /// The longest unattended gap: no gap between two requests as long as this since the last authentication.
    ///
    /// A gap cannot be laundered by visiting a laxer route in between. Breached where the base or the role says it, the
    /// session ends; where only this route says it, the route asks for re-authentication (OWASP ASVS 5.0 7.3.1).
    ///
    /// - **Values**: a duration, less than `absolute`
    /// - **Default**: `"30m"`
    /// - **Meets**: the shorter
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(idle = "30m")]
    /// async fn dashboard(me: UserSession) {}
    /// ```
    idle: Duration;

    /// The longest session: the time since the last authentication at the session's level, however busy it is.
    ///
    /// For an anonymous or remembered session, the time since its creation. Activity and rotation never extend it (OWASP ASVS 5.0 7.3.2).
    ///
    /// - **Values**: a duration, more than `idle`
    /// - **Default**: `"12h"`
    /// - **Meets**: the shorter
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(absolute = "8h")]
    /// async fn dashboard(me: UserSession) {}
    /// ```
    absolute: Duration;

    /// Active authentication at most this long ago, else the user is asked to authenticate again (step-up, RFC 9470).
    ///
    /// For what must not happen at a desk that was left open: payments, a change of password or second factor (OWASP ASVS
    /// 5.0 7.5.1). Not together with `auth = "anonymous"` or `activity = "passive"`.
    ///
    /// - **Values**: a duration, at most `absolute`
    /// - **Default**: none
    /// - **Meets**: the shorter
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(fresh = "5m")]
    /// async fn transfer(me: UserSession) {}
    /// ```
    fresh: Duration;

    /// How strongly the session must be authenticated.
    ///
    /// A weaker session is asked to authenticate. With `"anonymous"` the handler takes a `Session`, in which perhaps nobody
    /// is signed in.
    ///
    /// - **Values**: `"anonymous"` < `"remembered"` < `"full"` < `"mfa"`
    /// - **Default**: `"full"`
    /// - **Meets**: the higher
    ///
    /// ```
    /// # use session_policy::{Session, axum::session};
    /// #[session(auth = "anonymous")]
    /// async fn theme(session: Session) {}
    /// ```
    auth: Word;

    /// One of these roles, else 403.
    ///
    /// - **Values**: a variant of the enum that derives `SessionPolicy`, or a list of variants of one enum
    /// - **Default**: any role
    /// - **Meets**: those in both; none left: error
    ///
    /// ```
    /// # use session_policy::{SessionPolicy, UserSession, axum::session};
    /// # #[derive(Clone, Copy, SessionPolicy)]
    /// # enum Role { Member, Admin }
    /// #[session(role = Role::Admin)]
    /// async fn admin(me: UserSession) {}
    /// ```
    role: Paths;

    /// Client properties that must match those of the authentication; `on_mismatch` says what a mismatch does.
    ///
    /// `"ua"` compares the browser's family, its system and the mobile bit; the version may rise, never fall. It detects
    /// tokens that were carried off; a thief who copies the header is not stopped.
    ///
    /// - **Values**: `"ua"`
    /// - **Default**: none
    /// - **Meets**: all of both
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(bind = "ua")]
    /// async fn dashboard(me: UserSession) {}
    /// ```
    bind: Words;

    /// What a mismatch of the kinds that `bind` lists beside it does.
    ///
    /// `"log"` reports it, `"step_up"` marks the session until its holder authenticates again, `"end"` ends it. Begin with
    /// `"log"` to learn what enforcing would do.
    ///
    /// - **Values**: `"log"` < `"step_up"` < `"end"`, beside `bind`
    /// - **Default**: `"end"`
    /// - **Meets**: the higher, kind by kind
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(bind = "ua", on_mismatch = "step_up")]
    /// async fn dashboard(me: UserSession) {}
    /// ```
    on_mismatch: Word;

    /// After these events the token is replaced.
    ///
    /// All three always hold, so that a planted token is worth nothing (OWASP ASVS 5.0 7.2.4); naming one is documentation
    /// that the report repeats.
    ///
    /// - **Values**: `"login"`, `"reauth"`, `"privilege"`, or a list
    /// - **Default**: all three
    /// - **Meets**: all of both
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(rotate_on = ["login", "privilege"])]
    /// async fn dashboard(me: UserSession) {}
    /// ```
    rotate_on: Words;

    /// How often the token is replaced while the session is used: a stolen one is worth nothing soon after.
    ///
    /// Activity alone replaces it, and never extends the session (OWASP Session Management Cheat Sheet, renewal timeout). Whoever
    /// presents a replaced token after its `grace` ends the session, for two holders are one too many.
    ///
    /// - **Values**: a duration, at least `"2m"`, less than `absolute`
    /// - **Default**: none
    /// - **Meets**: the shorter
    ///
    /// ```
    /// # use session_policy::SessionPolicy;
    /// #[derive(SessionPolicy)]
    /// #[session(rotate_every = "15m")]
    /// struct Site;
    /// ```
    rotate_every: Duration;

    /// How long a replaced token is still accepted, for requests that were under way when `rotate_every` replaced it.
    ///
    /// Tokens that a login, a re-authentication or a change of level or role replaces are refused at once.
    ///
    /// - **Values**: a duration, at most `"60s"`, beside `rotate_every`
    /// - **Default**: `"30s"`
    /// - **Meets**: the shorter
    ///
    /// ```
    /// # use session_policy::SessionPolicy;
    /// #[derive(SessionPolicy)]
    /// #[session(rotate_every = "15m", grace = "10s")]
    /// struct Site;
    /// ```
    grace: Duration;

    /// How often activity is written to the store: requests within this time of the last write cost no write.
    ///
    /// The true idle window lies between `idle − touch` and `idle`.
    ///
    /// - **Values**: a duration, at most a tenth of every `idle` that it meets
    /// - **Default**: `idle`/60, at most 60s
    /// - **Meets**: the shorter, then fitted to `idle`
    ///
    /// ```
    /// # use session_policy::SessionPolicy;
    /// #[derive(SessionPolicy)]
    /// #[session(idle = "30m", touch = "30s")]
    /// struct Site;
    /// ```
    touch: Duration;

    /// The cross-site defence on unsafe requests, which are all but GET, HEAD and OPTIONS, and upgrades.
    ///
    /// `"origin"` judges `Sec-Fetch-Site`, `Origin` and `Referer` before the handler runs (OWASP ASVS 5.0 3.5.1). `"off"`
    /// needs a reason: `deviation(csrf = "why")`. Written on a handler, it holds for every method.
    ///
    /// - **Values**: `"off"` < `"origin"`
    /// - **Default**: `"origin"`
    /// - **Meets**: the higher
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(csrf = "off", deviation(csrf = "called by a partner's form, which signs its fields"))]
    /// async fn callback(me: UserSession) {}
    /// ```
    csrf: Word;

    /// Whether serving this route is activity of the user.
    ///
    /// A `"passive"` route, such as one that a page polls, keeps nobody signed in.
    ///
    /// - **Values**: `"active"`, `"passive"`
    /// - **Default**: `"active"`
    /// - **Meets**: the nearest: the handler's before its module's
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(activity = "passive")]
    /// async fn time_left(me: UserSession) {}
    /// ```
    activity: Word;

    /// The form of a denial.
    ///
    /// `"redirect"` sends the browser to the page for signing in or authenticating again, `"status"` answers with the status and
    /// `application/problem+json` (RFC 9457), `"auto"` redirects navigations and answers everything else.
    ///
    /// - **Values**: `"auto"`, `"status"`, `"redirect"`
    /// - **Default**: `"auto"`
    /// - **Meets**: the nearest: the handler's before its module's
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(on_denied = "status")]
    /// async fn api(me: UserSession) {}
    /// ```
    on_denied: Word;

    /// What happens while the store cannot answer.
    ///
    /// `"deny"` answers 503. `"anonymous"` lets safe methods through with an empty, read-only session, and needs
    /// `auth = "anonymous"` without `role`, `bind` or `fresh`.
    ///
    /// - **Values**: `"deny"`, `"anonymous"`
    /// - **Default**: `"deny"`
    /// - **Meets**: the nearest: the handler's before its module's
    ///
    /// ```
    /// # use session_policy::{Session, axum::session};
    /// #[session(auth = "anonymous", on_store_error = "anonymous")]
    /// async fn front_page(session: Session) {}
    /// ```
    on_store_error: Word;

    /// How many sessions one user may have at once (OWASP ASVS 5.0 7.1.2); `on_limit` beside it says what one more does.
    ///
    /// Counted and taken in one operation of the store, so that parallel logins never exceed it: the store has to implement
    /// `Admit`, else `.store(…)` does not compile.
    ///
    /// - **Values**: a whole number, at least 1, without quotes
    /// - **Default**: none
    /// - **Meets**: the smaller
    ///
    /// ```
    /// # use session_policy::SessionPolicy;
    /// #[derive(Clone, Copy, SessionPolicy)]
    /// enum Role {
    ///     #[session(max_sessions = 3, on_limit = "evict_oldest")]
    ///     Member,
    ///     #[session(max_sessions = 1, on_limit = "reject")]
    ///     Admin,
    /// }
    /// ```
    max_sessions: Number;

    /// What happens when a user who has `max_sessions` sessions signs in once more.
    ///
    /// `"reject"` refuses the new session, `"evict_oldest"` ends the one that was created first, `"evict_idle"` the one without
    /// activity for the longest time.
    ///
    /// - **Values**: `"reject"`, `"evict_oldest"`, `"evict_idle"`, beside `max_sessions`
    /// - **Default**: none, it is written beside `max_sessions`
    /// - **Meets**: that of the smaller limit; of two equal ones the one listed first
    ///
    /// ```
    /// # use session_policy::SessionPolicy;
    /// #[derive(SessionPolicy)]
    /// #[session(max_sessions = 3, on_limit = "evict_oldest")]
    /// struct Site;
    /// ```
    on_limit: Word;

    /// Starts from a named policy, which may only be tightened: a looser value is an error.
    ///
    /// - **Values**: a struct that derives `SessionPolicy`
    /// - **Default**: none; the application's base and the session's role hold in any case
    /// - **Meets**: key by key, the stricter
    ///
    /// ```
    /// # use session_policy::{SessionPolicy, UserSession, axum::session};
    /// #[derive(SessionPolicy)]
    /// #[session(idle = "30m", absolute = "8h")]
    /// struct Site;
    ///
    /// #[session(extends = Site, fresh = "5m")]
    /// async fn transfer(me: UserSession) {}
    /// ```
    extends: Path;

    /// Caps and demands of a published standard: they fill what is unset and cap what is written.
    ///
    /// Nothing goes past a SHALL, and past a SHOULD only what has a `deviation(…)`. The figures and their sources: the
    /// documentation of `SessionPolicy`, "What each profile says".
    ///
    /// - **Values**: `"asvs-4-l1"`, `"asvs-4-l2"`, `"asvs-4-l3"`, `"owasp-low"`, `"owasp-high"`, `"pci-dss-4"`, or a list
    /// - **Default**: none
    /// - **Meets**: all of both
    ///
    /// ```
    /// # use session_policy::SessionPolicy;
    /// #[derive(SessionPolicy)]
    /// #[session(profile = "owasp-low", idle = "1h", deviation(idle = "people fill in long forms"))]
    /// struct Forms;
    /// ```
    profile: Words;

    /// The documented reason for the value of a key beside it that needs one; the report prints it.
    ///
    /// - **Values**: keys and reasons, in parentheses
    /// - **Default**: none
    /// - **Meets**: never inherited: what extends this policy gives its own reason
    ///
    /// ```
    /// # use session_policy::{UserSession, axum::session};
    /// #[session(csrf = "off", deviation(csrf = "called by a partner's form, which signs its fields"))]
    /// async fn callback(me: UserSession) {}
    /// ```
    deviation: Reasons;

    /// No checks and no session, said in so many words: for routers that mount only handlers with a policy.
    ///
    /// - **Values**: stands alone
    /// - **Default**: none
    /// - **Meets**: never; inside a module with a policy it is an error
    ///
    /// ```
    /// # use session_policy::axum::session;
    /// #[session(public)]
    /// async fn home() {}
    /// ```
    public: Flag;

    /// The name under which sessions remember this role, so that the variant can be renamed.
    ///
    /// - **Values**: a string, unlike that of every other role
    /// - **Default**: the variant's name
    /// - **Meets**: never
    ///
    /// ```
    /// # use session_policy::SessionPolicy;
    /// #[derive(Clone, Copy, SessionPolicy)]
    /// enum Role {
    ///     Member,
    ///     #[session(id = "admin")]
    ///     Admin,
    /// }
    /// ```
    id: Text;
}
