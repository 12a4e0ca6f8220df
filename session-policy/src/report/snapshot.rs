//! In review: the report against a checked-in snapshot.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use super::{
    keys::order_of,
    model::{GuardKind, Held, Report},
    order::{Direction, Order},
};

/// Set to anything but `0`, it makes [`snapshot()`] write the file instead of comparing with it.
const UPDATE: &str = "SESSION_POLICY_UPDATE";

/// Compares a report with the snapshot in a file, for a test that runs in review: nobody loosens a policy unseen.
///
/// The snapshot is text, one line per route and key, in an order that does not change. With `SESSION_POLICY_UPDATE=1` in the
/// environment it is written anew; commit it with the change that it shows. A relative path is taken from the working
/// directory, which in a test is the package's folder.
///
/// # Errors
/// [`Difference`], whose text names each route, key and both values, and says of each change whether it is looser, tighter,
/// or (where there is no order) only changed. It is also an error if there is no snapshot yet.
///
/// ```
/// use session_policy::{
///     SessionPolicy, Sessions, client::Transport,
///     policy::{Guard, MountedRoute, Rules, Spec},
///     report::{Report, snapshot},
///     store::MemoryStore,
/// };
///
/// # #[derive(SessionPolicy)]
/// # #[session(idle = "30m", absolute = "8h")]
/// # struct Site;
/// # let sessions = Sessions::builder::<Site, ()>()
/// #     .store(MemoryStore::new()).transport(Transport::loopback()).build()?;
/// # let file = std::env::temp_dir().join(format!("session-policy-{}.snap", std::process::id()));
/// # let report = |spec| Report::new(&sessions, &[MountedRoute::new("GET", "/statements", Guard::Policy(spec))]);
/// static BEFORE: Spec = Spec::new("statements", Rules::UNSET.idle(10 * 60));
/// static AFTER: Spec = Spec::new("statements", Rules::UNSET.idle(20 * 60));
///
/// // In an application: `snapshot("tests/policy.snap", &router.report())?`
/// std::fs::write(&file, report(&BEFORE).to_snapshot())?;
/// snapshot(&file, &report(&BEFORE))?;
///
/// let difference = snapshot(&file, &report(&AFTER)).unwrap_err();
/// assert!(difference.to_string().contains("looser     GET /statements: `idle` was 10m, is 20m"));
/// # std::fs::remove_file(&file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn snapshot(path: impl AsRef<Path>, report: &Report) -> Result<(), Difference> {
    let path = path.as_ref();
    let now = report.to_snapshot();
    let fault = |error| Difference { path: path.to_owned(), cause: Cause::Io(error) };
    if std::env::var_os(UPDATE).is_some_and(|value| value != "0" && !value.is_empty()) {
        return fs::write(path, now).map_err(fault);
    }
    let then = fs::read_to_string(path).map_err(fault)?;
    let changes = report.changes_since(&then);
    if changes.is_empty() {
        return Ok(());
    }
    Err(Difference { path: path.to_owned(), cause: Cause::Changes(changes) })
}

/// A report that is not as its snapshot; both [`Display`](fmt::Display) and `Debug` are the message for the reviewer.
pub struct Difference {
    path: PathBuf,
    cause: Cause,
}

enum Cause {
    Changes(Vec<Change>),
    Io(io::Error),
}

/// One change between a snapshot and a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A value is another one.
    Value {
        /// `GET /account`; `sessions` for what holds everywhere; `cookie`.
        route: String,
        /// The key.
        key: String,
        /// The role, if it is so for one role only.
        role: Option<String>,
        /// In the snapshot; `none` for a key that was not there.
        was: String,
        /// In the report.
        is: String,
        /// What that does.
        direction: Direction,
    },
    /// A route that the snapshot does not have, and its guard.
    NewRoute(String, String),
    /// A route that the report does not have.
    RouteGone(String),
}

impl Difference {
    /// The changes, looser ones first; none if the snapshot could not be read or written.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        match &self.cause {
            Cause::Changes(changes) => changes,
            Cause::Io(_) => &[],
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.cause {
            Cause::Io(error) if error.kind() == io::ErrorKind::NotFound => write!(
                f,
                "there is no snapshot of the session policy at {path}: run this test once with {UPDATE}=1, and commit the file"
            ),
            Cause::Io(error) => write!(f, "the snapshot of the session policy at {path}: {error}"),
            Cause::Changes(changes) => {
                writeln!(f, "the session policy is not as in {path}:")?;
                for change in changes {
                    writeln!(f, "  {change}")?;
                }
                write!(f, "If that is meant, run the test with {UPDATE}=1 and commit the file.")
            }
        }
    }
}

// What `unwrap` and a failing test print.
impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Difference {}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { route, key, role, was, is, direction } => {
                let word = match direction {
                    Direction::Looser => "looser",
                    Direction::Changed => "changed",
                    Direction::Tighter => "tighter",
                };
                write!(f, "{word:<10} {route}: `{key}` was {was}, is {is}")?;
                role.as_ref().map_or(Ok(()), |role| write!(f, " for {role}"))
            }
            Self::NewRoute(route, guard) => write!(f, "new route  {route} ({guard})"),
            Self::RouteGone(route) => write!(f, "route gone {route}"),
        }
    }
}

impl Report {
    /// What changed since a snapshot, looser changes first; [`snapshot()`] without the file.
    ///
    /// ```
    /// # use session_policy::{Sessions, SessionPolicy, client::Transport, report::Report, store::MemoryStore};
    /// # #[derive(SessionPolicy)]
    /// # #[session(idle = "30m", absolute = "8h")]
    /// # struct Site;
    /// # let sessions = Sessions::builder::<Site, ()>().store(MemoryStore::new()).transport(Transport::loopback()).build()?;
    /// let report = Report::new(&sessions, &[]);
    /// let before = report.to_snapshot().replace("sessions\tidle\t30m", "sessions\tidle\t1h");
    /// let changes: Vec<String> = report.changes_since(&before).iter().map(ToString::to_string).collect();
    /// assert_eq!(changes, ["tighter    sessions: `idle` was 1h, is 30m"]);
    /// # Ok::<(), session_policy::BuildError>(())
    /// ```
    #[must_use]
    pub fn changes_since(&self, snapshot: &str) -> Vec<Change> {
        changes(&Lines::read(snapshot), &self.lines())
    }

    /// The text that [`snapshot()`] compares: one line per route and key, separated by tabs. Where roles differ, the first
    /// line is what holds for the most general session, and a line with `@` and the role's name says what differs.
    #[must_use]
    pub fn to_snapshot(&self) -> String {
        let lines = self.lines();
        format!(
            "# What holds on every route; made by session_policy::report::snapshot. To accept a change: {UPDATE}=1.\n{lines}"
        )
    }

    fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        for row in &self.sessions {
            lines.held("sessions", row.key, &row.values);
        }
        let cookie = &self.cookie;
        lines.add("cookie", "name", None, &cookie.name);
        lines.add("cookie", "same_site", None, cookie.same_site);
        lines.add("cookie", "path", None, &cookie.path);
        lines.add("cookie", "domain", None, cookie.domain.as_deref().unwrap_or("none"));
        lines.add("cookie", "partitioned", None, if cookie.partitioned { "yes" } else { "no" });
        for (policy, role) in
            std::iter::once((&self.base, None)).chain(self.roles.iter().map(|role| (role, Some(role))))
        {
            let role = role.map(|role| role.name.as_str());
            if !policy.profiles.is_empty() {
                lines.add("sessions", PROFILES, role, &policy.profiles.join(", "));
            }
            for deviation in &policy.deviations {
                lines.add("sessions", &format!("deviation {}", deviation.key), role, &deviation.why);
            }
        }
        for route in &self.routes {
            let title = lines.unused(&route.title());
            let guard = match (&route.reason, route.guard) {
                (Some(reason), _) => format!("unguarded: {reason}"),
                (None, GuardKind::Public) => "public".to_owned(),
                (None, _) => "policy".to_owned(),
            };
            lines.add(&title, GUARD, None, &guard);
            for row in &route.effective {
                lines.held(&title, row.key, &row.values);
            }
            if !route.profiles.is_empty() {
                lines.add(&title, PROFILES, None, &route.profiles.join(", "));
            }
            for deviation in &route.deviations {
                lines.add(&title, &format!("deviation {}", deviation.key), None, &deviation.why);
            }
        }
        lines
    }
}

/// The key of the line of a route on which published standards hold.
const PROFILES: &str = "profile";
/// The key of the line that every route has.
const GUARD: &str = "guard";

/// By route, then key, then role (`None`: the most general session).
#[derive(Default)]
struct Lines(BTreeMap<String, BTreeMap<String, BTreeMap<Option<String>, String>>>);

impl Lines {
    fn add(&mut self, route: &str, key: &str, role: Option<&str>, value: &str) {
        let one_line = |text: &str| text.replace(['\t', '\n', '\r'], " ");
        let keys = self.0.entry(one_line(route)).or_default();
        keys.entry(one_line(key)).or_default().insert(role.map(one_line), one_line(value));
    }

    /// The title, or where the router has it twice (a nested fallback), with a number.
    fn unused(&self, title: &str) -> String {
        let mut free = title.to_owned();
        let mut count = 1_usize;
        while self.0.contains_key(&free) {
            count += 1;
            free = format!("{title} ({count})");
        }
        free
    }

    fn held(&mut self, route: &str, key: &str, values: &[Held]) {
        let Some((general, others)) = values.split_first() else { return };
        self.add(route, key, None, &general.value);
        for other in others.iter().filter(|other| other.value != general.value) {
            for role in &other.roles {
                self.add(route, key, Some(role), &other.value);
            }
        }
    }

    /// Lines that cannot be read are skipped, and so differ.
    fn read(text: &str) -> Self {
        let mut lines = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut parts = line.split('\t');
            if let (Some(route), Some(key), Some(value), None) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            {
                let (key, role) = match key.split_once(" @") {
                    Some((key, role)) => (key, Some(role)),
                    None => (key, None),
                };
                lines.add(route, key, role, value);
            }
        }
        lines
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (route, keys) in &self.0 {
            for (key, roles) in keys {
                for (role, value) in roles {
                    match role {
                        None => writeln!(f, "{route}\t{key}\t{value}")?,
                        Some(role) => writeln!(f, "{route}\t{key} @{role}\t{value}")?,
                    }
                }
            }
        }
        Ok(())
    }
}

fn changes(then: &Lines, now: &Lines) -> Vec<Change> {
    let mut changes = Vec::new();
    for (route, keys) in &then.0 {
        match now.0.get(route) {
            None => changes.push(Change::RouteGone(route.clone())),
            Some(now) => of_route(route, keys, now, &mut changes),
        }
    }
    for (route, keys) in now.0.iter().filter(|(route, _)| !then.0.contains_key(*route)) {
        changes.push(Change::NewRoute(route.clone(), general(keys, GUARD).unwrap_or_default().to_owned()));
    }
    changes.sort_by_key(|change| match change {
        Change::Value { direction, .. } => *direction,
        Change::NewRoute(..) | Change::RouteGone(_) => Direction::Changed,
    });
    changes
}

type Keys = BTreeMap<String, BTreeMap<Option<String>, String>>;

fn general<'a>(keys: &'a Keys, key: &str) -> Option<&'a str> {
    keys.get(key)?.get(&None).map(String::as_str)
}

fn of_route(route: &str, then: &Keys, now: &Keys, changes: &mut Vec<Change>) {
    let mut push = |key: &str, role: Option<&String>, was: &str, is: &str| {
        changes.push(Change::Value {
            route: route.to_owned(),
            key: key.to_owned(),
            role: role.cloned(),
            was: was.to_owned(),
            is: is.to_owned(),
            direction: direction(key, was, is),
        });
    };
    // Another kind of guard is one change, not one for each key.
    if let (Some(was), Some(is)) = (general(then, GUARD), general(now, GUARD))
        && was != is
    {
        return push(GUARD, None, was, is);
    }
    let keys: std::collections::BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    for key in keys {
        let (was, is) = (then.get(key), now.get(key));
        let value = |roles: Option<&BTreeMap<Option<String>, String>>, role: Option<&String>| -> String {
            let find = |role: Option<&String>| roles.and_then(|roles| roles.get(&role.cloned())).cloned();
            find(role).or_else(|| find(None)).unwrap_or_else(|| "none".to_owned())
        };
        let (was_general, is_general) = (value(was, None), value(is, None));
        if was_general != is_general {
            push(key, None, &was_general, &is_general);
        }
        let roles: std::collections::BTreeSet<&String> =
            [was, is].into_iter().flatten().flat_map(|roles| roles.keys().flatten()).collect();
        for role in roles {
            let (was, is) = (value(was, Some(role)), value(is, Some(role)));
            if was != is && (&was, &is) != (&was_general, &is_general) {
                push(key, Some(role), &was, &is);
            }
        }
    }
}

fn direction(key: &str, was: &str, is: &str) -> Direction {
    match key {
        GUARD => {
            // What stands behind `unguarded: ` is the reason.
            let word = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
            Order::Words(&["unguarded", "public", "policy"]).direction(&word(was), &word(is))
        }
        // More of them is tighter, as with bindings.
        PROFILES => Order::Bindings.direction(was, is),
        "same_site" => Order::Words(&["none", "lax", "strict"]).direction(was, is),
        // A host-only cookie is tighter than one with a domain; between two domains there is no order.
        "domain" => match (was, is) {
            ("none", _) => Direction::Looser,
            (_, "none") => Direction::Tighter,
            _ => Direction::Changed,
        },
        key => order_of(key).direction(was, is),
    }
}
