//! Where each value comes from, written out by hand for every interesting row.

use session_policy::{
    SessionPolicy, Sessions,
    client::Transport,
    report::{GuardKind, Report, Row},
    store::MemoryStore,
};

use crate::site::{HEALTH, WHY, report};

fn said(rows: &[Row], key: &str) -> Vec<String> {
    let row = rows.iter().find(|row| row.key == key).unwrap_or_else(|| panic!("{key} is not in {rows:#?}"));
    row.values.iter().map(ToString::to_string).collect()
}

fn on(report: &Report, title: &str, key: &str) -> Vec<String> {
    let route = report.routes.iter().find(|route| route.title() == title);
    said(&route.unwrap_or_else(|| panic!("no {title}")).effective, key)
}

#[test]
fn of_sessions() {
    let report = report();
    for (key, values) in [
        (
            "idle",
            &[
                "30m for no role, Role::Member (base Site)",
                "15m for Role::Admin (role Role::Admin)",
                // Both say so.
                "30m for Role::Clerk (role Role::Clerk, base Site)",
            ][..],
        ),
        // `House` says a day, which `Site` shortens.
        (
            "absolute",
            &["8h for no role, Role::Member, Role::Admin (base Site)", "2h for Role::Clerk (role Role::Clerk)"],
        ),
        ("fresh", &["none (default)"]),
        ("auth", &["full (default)"]),
        (
            "rotate_every",
            &["15m for no role, Role::Member, Role::Clerk (base Site)", "5m for Role::Admin (role Role::Admin)"],
        ),
        // The second link of the base's chain.
        ("grace", &["20s (base House)"]),
        ("touch", &["1m (base House)"]),
        (
            "max_sessions",
            &[
                "none for no role, Role::Member (default)",
                "1 for Role::Admin (role Role::Admin)",
                "3 for Role::Clerk (role Role::Clerk)",
            ],
        ),
        (
            "on_limit",
            &[
                "none for no role, Role::Member (default)",
                "reject for Role::Admin (role Role::Admin)",
                "evict_idle for Role::Clerk (role Role::Clerk)",
            ],
        ),
        ("csrf", &["origin (base Site)"]),
    ] {
        assert_eq!(said(&report.sessions, key), values, "{key}");
    }
}

#[test]
fn of_routes() {
    let report = report();
    for (title, key, values) in [
        ("GET /sensitive/{id}", "idle", &["10m (this route)"][..]),
        ("GET /sensitive/{id}", "fresh", &["10m (extends Careful)"]),
        ("GET /sensitive/{id}", "bind", &["ua (step_up) (extends Careful)"]),
        ("GET /sensitive/{id}", "activity", &["active (default)"]),
        ("POST /api/machine", "role", &["Role::Admin, Role::Clerk (this route)"]),
        // Only those who may pass.
        (
            "POST /api/machine",
            "idle",
            &["15m for Role::Admin (role Role::Admin)", "30m for Role::Clerk (role Role::Clerk, base Site)"],
        ),
        // The stricter of two is the base.
        ("POST /api/machine", "csrf", &["origin (base Site)"]),
        // Written on the handler itself; in a module, it is not.
        ("POST /api/machine", "csrf_methods", &["every (this route)"]),
        ("POST /sign", "csrf_methods", &["unsafe (default)"]),
        ("POST /api/machine", "on_denied", &["status (this route)"]),
        ("GET /api", "auth", &["anonymous (this route)"]),
        ("GET /api", "activity", &["passive (this route)"]),
        ("GET /api", "on_store_error", &["anonymous (this route)"]),
        ("GET /bare", "auth", &["full (default)"]),
        ("POST /sign", "fresh", &["3m (this route)"]),
        ("POST /sign", "on_denied", &["redirect (module mod desk)"]),
        ("GET /by-name", "fresh", &["10m (extends Careful)"]),
        ("GET /by-name", "on_denied", &["redirect (module mod desk)"]),
        ("GET /careful", "fresh", &["10m (extends Careful)"]),
    ] {
        assert_eq!(on(&report, title, key), values, "{title} {key}");
    }
}

#[test]
fn of_what_guards() {
    let report = report();
    let told: Vec<(String, GuardKind, Option<&str>)> =
        report.routes.iter().map(|route| (route.title(), route.guard, route.handler.as_deref())).collect();
    let told: Vec<(&str, GuardKind, Option<&str>)> = told.iter().map(|(a, b, c)| (a.as_str(), *b, *c)).collect();
    assert_eq!(
        told,
        [
            ("GET /", GuardKind::Public, Some("report::site::open")),
            ("GET /bare", GuardKind::Policy, Some("report::site::bare")),
            ("GET /sensitive/{id}", GuardKind::Policy, Some("report::site::sensitive")),
            ("POST /sensitive/{id}", GuardKind::Policy, Some("report::site::sensitive")),
            ("GET /api", GuardKind::Policy, Some("report::site::banner")),
            ("POST /api/machine", GuardKind::Policy, Some("report::site::machine")),
            ("POST /sign", GuardKind::Policy, Some("report::site::desk::sign")),
            ("GET /by-name", GuardKind::Policy, Some("report::site::desk::by_name")),
            ("GET /careful", GuardKind::Policy, Some("report::site::careful")),
            ("ANY /health", GuardKind::Unguarded, None),
            ("ANY (any other path)", GuardKind::Public, Some("report::site::open")),
        ]
    );
    let machine = &report.routes[5];
    assert_eq!(
        machine.deviations.iter().map(|d| (d.key.as_str(), d.why.as_str())).collect::<Vec<_>>(),
        [("csrf", WHY)]
    );
    assert!(machine.place.as_ref().unwrap().file.ends_with("report/site.rs"));
    assert_eq!(report.routes[9].reason.as_deref(), Some(HEALTH));
    let shared: Vec<(&str, &str)> =
        report.shared.iter().map(|named| (named.name.as_str(), named.policy.as_str())).collect();
    assert_eq!(
        shared,
        [
            ("Careful", r#"fresh = "10m", bind = "ua", on_mismatch = "step_up""#),
            ("House", r#"absolute = "1d", rotate_every = "1h", grace = "20s", touch = "1m""#),
            (
                "mod desk",
                r#"idle = "20m", csrf = "off", on_denied = "redirect", deviation(csrf = "a desk without a browser")"#
            ),
        ]
    );
    assert_eq!(report.shared[2].deviations[0].why, "a desk without a browser");
    assert_eq!(report.cookie.field, "__Secure-site=…; HttpOnly; SameSite=Lax; Secure; Path=/; Domain=example.org");
}

#[test]
fn controls_depend_on_the_policy() {
    let report = report();
    let met = |id: &str| -> Vec<String> {
        let of = report.controls.iter().filter(|control| control.id == id);
        of.map(|control| format!("{:?} {}", control.met, control.detail)).collect()
    };
    assert_eq!(met("v5.0.0-7.3.1"), ["Yes at most 30m"]);
    assert_eq!(met("v5.0.0-7.3.2"), ["Yes at most 8h"]);
    assert_eq!(met("v5.0.0-7.1.2"), ["No `max_sessions` is not set for no role, Role::Member"]);
    assert_eq!(
        met("Renewal timeout"),
        ["Yes `rotate_every`: 15m for no role, Role::Member, Role::Clerk; 5m for Role::Admin"]
    );
    // The base says `origin`, so the route's `off` never applies.
    assert_eq!(met("v5.0.0-3.5.1"), ["Yes "]);
    assert_eq!(met("v5.0.0-3.3.3"), ["Yes the cookie is `__Secure-site`"]);
    assert_eq!(met("v5.0.0-8.3.1"), ["OnRoutes `POST /api/machine`"]);
    assert_eq!(
        met("v5.0.0-7.5.1"),
        ["OnRoutes `GET /sensitive/{id}`, `POST /sensitive/{id}`, `POST /sign`, `GET /by-name`, `GET /careful`"]
    );
    assert_eq!(met("§2.2.3"), ["Yes `absolute` at most 8h, `idle` at most 30m"]);
    // 12 hours and 15 minutes: the base allows 30 minutes.
    assert_eq!(met("§2.3.3"), ["No `absolute` at most 8h, `idle` at most 30m"]);
    assert!(met("§5.1").contains(&"No the transport is `loopback`".to_owned()));
    assert!(met("§5.1.1").contains(&"No the cookie goes to `example.org` and all hosts below it".to_owned()));
}

#[test]
fn another_generator_is_not_claimed_for() {
    use session_policy::{
        Sessions,
        client::Transport,
        report::{Met, Report},
        store::MemoryStore,
        token::SystemRandom,
    };

    // The same generator, but the library cannot know that.
    let sessions = Sessions::builder::<crate::site::Site, ()>()
        .store(MemoryStore::new())
        .transport(Transport::loopback())
        .random(SystemRandom)
        .build()
        .unwrap();
    let doubted = |report: &Report| {
        let of = report.controls.iter().filter(|control| control.detail == "another `random` is set");
        of.map(|control| (control.id, control.met)).collect::<Vec<_>>()
    };
    let no = |id| (id, Met::No);
    assert_eq!(doubted(&Report::new(&sessions, &[])), [no("v5.0.0-7.2.3"), no("v5.0.0-11.5.1"), no("§5.1")]);
    assert!(doubted(&report()).is_empty());
}

/// What the base limits is limited for everybody; where nothing rotates, nothing is claimed.
#[test]
fn sessions_that_are_counted_and_never_renewed() {
    #[derive(SessionPolicy)]
    #[session(max_sessions = 5, on_limit = "evict_oldest")]
    struct Counted;

    let sessions =
        Sessions::builder::<Counted, ()>().store(MemoryStore::new()).transport(Transport::loopback()).build().unwrap();
    let report = Report::new(&sessions, &[]);
    let met = |id: &str| {
        let control = report.controls.iter().find(|control| control.id == id).unwrap();
        format!("{:?} {}", control.met, control.detail)
    };
    assert_eq!(met("v5.0.0-7.1.2"), "Yes `max_sessions`: 5");
    assert_eq!(met("Renewal timeout"), "No `rotate_every` is not set");
    assert_eq!(said(&report.sessions, "on_limit"), ["evict_oldest (base Counted)"]);
    assert_eq!(said(&report.sessions, "grace"), ["none (default)"]);
}

#[test]
fn a_role_keeps_its_reasons_and_profiles() {
    #[derive(SessionPolicy, Clone, Copy)]
    enum Till {
        #[session(csrf = "off", deviation(csrf = "a till has no browser"), profile = "owasp-low")]
        Clerk,
    }
    let _ = Till::Clerk;
    let sessions = Sessions::builder::<crate::site::Site, Till>()
        .store(MemoryStore::new())
        .transport(Transport::loopback())
        .build()
        .unwrap();
    let report = Report::new(&sessions, &[]);
    let clerk = &report.roles[0];
    assert_eq!(clerk.profiles, ["owasp-low"]);
    assert_eq!(clerk.deviations[0].why, "a till has no browser");
    assert!(report.to_snapshot().contains("a till has no browser"), "{}", report.to_snapshot());
    assert!(report.to_markdown().contains("a till has no browser"));
}
