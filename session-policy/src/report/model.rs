//! What a report holds: plain data, written out as JSON field by field.

use std::fmt;

use serde::Serialize;

/// The policy report of an application. Made by `PolicyRouter::report()` or [`Report::new`].
///
/// Its JSON form ([`to_json`](Self::to_json)) follows these fields; the schema is `docs/report.schema.json` in the
/// repository. [`schema`](Self::schema) rises when a field changes its meaning or goes; new fields may join at any time.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of this form: [`Report::SCHEMA`].
    pub schema: u32,
    /// The application's base policy.
    pub base: NamedPolicy,
    /// The policies of the roles, in the order of the enum.
    pub roles: Vec<NamedPolicy>,
    /// Named policies and modules that the base or a mounted route builds on, by name.
    pub shared: Vec<NamedPolicy>,
    /// The session cookie.
    pub cookie: Cookie,
    /// How requests reach the process: `tls`, `behind` (proxies) or `loopback` (development).
    pub transport: &'static str,
    /// Whether tokens come from the operating system's generator; else the builder was given another `random`.
    pub system_random: bool,
    /// W, what holds for a session everywhere (its role and the base); a breach of `idle` or `absolute` ends the session.
    pub sessions: Vec<Row>,
    /// Every mounted route, in the order in which they were added.
    pub routes: Vec<Route>,
    /// Every policy that the binary declares, by file and line; `None` without the feature `manifest`.
    pub declared: Option<Vec<DeclaredPolicy>>,
    /// What somebody should look at.
    pub findings: Vec<Finding>,
    /// What the runtime holds on every guarded route, whatever the policy says.
    pub guarantees: Vec<Guarantee>,
    /// Published controls, and whether this policy meets them.
    pub controls: Vec<Control>,
}

/// A policy that belongs to no single route.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct NamedPolicy {
    /// `Site`, `Role::Admin`.
    pub name: String,
    /// The written keys, with what they extend, in the language's words; may be empty.
    pub policy: String,
    /// The published standards that it keeps: the names of its key `profile`.
    pub profiles: Vec<String>,
    /// Where it is written.
    pub place: Option<Place>,
    /// Documented reasons.
    pub deviations: Vec<Deviation>,
}

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// As the compiler was given it.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// The documented reason for a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deviation {
    /// The key it is about.
    pub key: String,
    /// The reason.
    pub why: String,
}

/// The session cookie. `Secure` and `HttpOnly` are always there.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Cookie {
    /// The name with its prefix.
    pub name: String,
    /// `lax`, `strict` or `none`.
    pub same_site: &'static str,
    /// `Path`.
    pub path: String,
    /// `Domain`; host-only if `None`.
    pub domain: Option<String>,
    /// `Partitioned`.
    pub partitioned: bool,
    /// Why `SameSite=None` or a `Domain` is needed.
    pub purpose: Option<String>,
    /// The `Set-Cookie` field as it is sent, with the value left out.
    pub field: String,
}

/// A mounted route.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Route {
    /// `GET`, `POST`, …; `ANY` for every method that no other handler of the path takes.
    pub method: &'static str,
    /// The path with its parameters; empty for the fallback.
    pub path: String,
    /// What guards it.
    pub guard: GuardKind,
    /// Why nothing guards it.
    pub reason: Option<String>,
    /// The handler's path, such as `bank::routes::admin::admin`; its name alone where the router does not know the path.
    pub handler: Option<String>,
    /// Where its policy is written.
    pub place: Option<Place>,
    /// What is written for it, with what it extends, in the language's words; may be empty.
    pub policy: String,
    /// The published standards that hold here, by the key `profile`: its own, those of what it builds on, and of the base.
    pub profiles: Vec<String>,
    /// Documented reasons.
    pub deviations: Vec<Deviation>,
    /// E, what holds on this route for each role that may pass; empty without a policy and for a public one.
    pub effective: Vec<Row>,
}

/// What guards a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GuardKind {
    /// A policy.
    Policy,
    /// A policy that says `public`: no checks and no session.
    Public,
    /// Nothing, for a reason.
    Unguarded,
}

/// One key, and what holds of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// The key of the language; or `csrf_methods`, `unsafe` or `every`: the methods for which `csrf` holds.
    pub key: &'static str,
    /// One entry if it holds for every session alike; else one for each group of roles. Never empty.
    pub values: Vec<Held>,
}

/// A value that holds, for whom, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Held {
    /// In the language's words; `none` or `any` where nothing is demanded.
    pub value: String,
    /// The sessions for which it holds: `no role`, `Role::Admin`. Empty: all that the route admits.
    pub roles: Vec<String>,
    /// Who decided it; never empty. Several if they agree, or if the key joins what several write.
    pub from: Vec<Source>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Source {
    /// The kind of place.
    pub kind: SourceKind,
    /// The name of the policy or role; `None` for the route itself and for defaults.
    pub name: Option<String>,
}

/// The kind of place that a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SourceKind {
    /// Written on the route.
    Route,
    /// Written on a policy that the route extends.
    Extends,
    /// Written on the module around the handler.
    Module,
    /// Written on the role.
    Role,
    /// Written on the application's base policy, or on one that it extends.
    Base,
    /// Nobody wrote it.
    Default,
    /// It follows from other keys: `touch` from `idle`, the longer of two limits cut to the shorter.
    Derived,
}

/// One policy that the binary declares.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DeclaredPolicy {
    /// The handler's or the struct's name.
    pub name: String,
    /// Whether it stands above a handler; else above a struct.
    pub handler: bool,
    /// Where it is written.
    pub place: Option<Place>,
    /// Whether this router uses it: as its base, on a route, or as what one of these builds on. (A role does not tell.)
    pub mounted: bool,
}

/// Something to look at.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// In words.
    pub text: String,
    /// Where.
    pub place: Option<Place>,
}

/// What a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The start-up checks refuse it: `into_router` is an error.
    Refused,
    /// A handler has a policy, but no route of this router leads to it.
    NeverMounted,
}

/// What the runtime holds whatever the policy says.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Guarantee {
    /// A few words.
    pub name: &'static str,
    /// One sentence.
    pub text: &'static str,
}

/// A control of a published standard.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Control {
    /// `OWASP ASVS 5.0`, `NIST SP 800-63B-4` or `OWASP Session Management Cheat Sheet`.
    pub standard: &'static str,
    /// `v5.0.0-7.2.3`, `§5.1.1`.
    pub id: &'static str,
    /// The ASVS level (`L1`), the verb of NIST (`SHALL`, `SHOULD`), or `advice`.
    pub strength: &'static str,
    /// What it asks for, in our words.
    pub gist: &'static str,
    /// The key or the guarantee by which it is met.
    pub by: &'static str,
    /// When that is so.
    pub condition: &'static str,
    /// Whether this policy meets it.
    pub met: Met,
    /// What decided that: the routes that meet it, or those in its way.
    pub detail: String,
}

/// Whether a control is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Met {
    /// On everything that the report covers.
    Yes,
    /// On the routes that the detail names.
    OnRoutes,
    /// Not by this policy.
    No,
}

impl Report {
    /// The version of the JSON form.
    pub const SCHEMA: u32 = 1;

    /// The report as JSON; see [`Report`] for the form.
    ///
    /// # Errors
    /// Those of `serde_json`; a report has no value that JSON cannot hold.
    ///
    /// ```
    /// # use session_policy::{Sessions, SessionPolicy, client::Transport, report::Report, store::MemoryStore};
    /// # #[derive(SessionPolicy)]
    /// # #[session(idle = "30m", absolute = "8h")]
    /// # struct Site;
    /// # let sessions = Sessions::builder::<Site, ()>().store(MemoryStore::new()).transport(Transport::loopback()).build()?;
    /// let json: serde_json::Value = serde_json::from_str(&Report::new(&sessions, &[]).to_json()?)?;
    /// assert_eq!(json["schema"], 1);
    /// assert_eq!(json["sessions"][0]["key"], "idle");
    /// assert_eq!(json["sessions"][0]["values"][0]["value"], "30m");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut json = serde_json::to_string_pretty(self)?;
        json.push('\n');
        Ok(json)
    }
}

impl Route {
    /// `GET /account`; `ANY (any other path)` for the fallback.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.shown_path())
    }

    /// The handler's name, without its path.
    pub(super) fn handler_name(&self) -> Option<&str> {
        self.handler.as_deref().map(super::build::last_of)
    }

    /// The path; `(any other path)` for the fallback.
    pub(super) fn shown_path(&self) -> &str {
        if self.path.is_empty() { "(any other path)" } else { &self.path }
    }

    /// The values of a key; none for a route without a policy.
    pub(super) fn values(&self, key: &str) -> &[Held] {
        values(&self.effective, key)
    }
}

/// The values of a key among rows.
pub(super) fn values<'a>(rows: &'a [Row], key: &str) -> &'a [Held] {
    rows.iter().find(|row| row.key == key).map_or(&[], |row| &row.values)
}

/// `10m (this route)`; `15m for Role::Admin (role Role::Admin)`.
impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)?;
        if !self.roles.is_empty() {
            write!(f, " for {}", self.roles.join(", "))?;
        }
        write!(f, " ({})", self.origin())
    }
}

impl Held {
    /// The sources in words.
    pub(super) fn origin(&self) -> String {
        let words: Vec<String> = self.from.iter().map(ToString::to_string).collect();
        words.join(", ")
    }
}

/// `this route`, `base Site`, `default`.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.kind {
            SourceKind::Route => "this route",
            SourceKind::Extends => "extends",
            SourceKind::Module => "module",
            SourceKind::Role => "role",
            SourceKind::Base => "base",
            SourceKind::Default => "default",
            SourceKind::Derived => "follows from other keys",
        };
        match &self.name {
            Some(name) => write!(f, "{word} {name}"),
            None => f.write_str(word),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Place {
    /// `None` for a policy that was written by hand, without a place.
    pub(super) fn of(place: crate::policy::Place) -> Option<Self> {
        (place.line > 0).then(|| Self { file: place.file.to_owned(), line: place.line, column: place.column })
    }
}
