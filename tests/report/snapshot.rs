//! In review: every change is named, with its direction.

use session_policy::{
    Sessions,
    policy::{Guard, Level, MountedRoute, Roles, Rules, Spec},
    report::{Direction, Report, snapshot},
};

use crate::site::{Role, report, sessions};

fn engine() -> Sessions {
    sessions().0
}

fn of(routes: Vec<(&'static str, &'static str, Spec)>) -> Report {
    let routes: Vec<MountedRoute> = routes
        .into_iter()
        .map(|(method, path, spec)| MountedRoute::new(method, path, Guard::Policy(Box::leak(Box::new(spec)))))
        .collect();
    Report::new(&engine(), &routes)
}

fn page(rules: Rules) -> Spec {
    Spec::new("page", rules)
}

/// What changes on `GET /page` from one policy to another.
fn between(then: Spec, now: Spec) -> Vec<String> {
    let then = of(vec![("GET", "/page", then)]).to_snapshot();
    of(vec![("GET", "/page", now)]).changes_since(&then).iter().map(ToString::to_string).collect()
}

#[test]
fn a_looser_policy_is_called_so() {
    let said = between(page(Rules::UNSET.idle(600)), page(Rules::UNSET.idle(1200)));
    assert_eq!(
        said,
        [
            "looser     GET /page: `idle` was 10m, is 20m",
            // The role's own limit goes on to hold.
            "looser     GET /page: `idle` was 10m, is 15m for Role::Admin",
        ]
    );
}

#[test]
fn each_direction() {
    let anonymous = Rules::UNSET.auth(Level::Anonymous);
    for (then, now, said) in [
        (Rules::UNSET.fresh(300), Rules::UNSET, "looser     GET /page: `fresh` was 5m, is none"),
        (Rules::UNSET, Rules::UNSET.fresh(300), "tighter    GET /page: `fresh` was none, is 5m"),
        (Rules::UNSET, Rules::UNSET.absolute(3600), "tighter    GET /page: `absolute` was 8h, is 1h"),
        (Rules::UNSET, anonymous, "looser     GET /page: `auth` was full, is anonymous"),
        (Rules::UNSET, Rules::UNSET.auth(Level::Mfa), "tighter    GET /page: `auth` was full, is mfa"),
        (Rules::UNSET.bind_ua(None), Rules::UNSET, "looser     GET /page: `bind` was ua (end), is none"),
        (
            Rules::UNSET.role(Role::Admin.role_set()),
            Rules::UNSET.role(Role::Member.role_set()),
            "changed    GET /page: `role` was Role::Admin, is Role::Member",
        ),
        (
            Rules::UNSET.role(Role::Admin.role_set()),
            Rules::UNSET,
            "looser     GET /page: `role` was Role::Admin, is any",
        ),
    ] {
        let changes = between(page(then), page(now));
        assert!(changes.iter().any(|change| change == said), "{said}\n{changes:#?}");
    }
}

#[test]
fn csrf_that_goes_from_a_safe_method_is_looser() {
    let written = page(Rules::UNSET.csrf(session_policy::policy::Csrf::Origin)).csrf_on_every_method();
    assert_eq!(between(written, page(Rules::UNSET)), ["looser     GET /page: `csrf_methods` was every, is unsafe"]);
}

#[test]
fn a_profile_that_goes_is_looser() {
    let kept = || page(Rules::UNSET).profiles(&["pci-dss-4", "owasp-low"]);
    let one = page(Rules::UNSET).profiles(&["owasp-low"]);
    assert_eq!(between(kept(), one), ["looser     GET /page: `profile` was pci-dss-4, owasp-low, is owasp-low"]);
    assert_eq!(
        between(page(Rules::UNSET), kept()),
        ["tighter    GET /page: `profile` was none, is pci-dss-4, owasp-low"]
    );
    static BELOW: Spec = Spec::new("below", Rules::UNSET).profiles(&["pci-dss-4"]);
    let report = of(vec![("GET", "/page", page(Rules::UNSET).profiles(&["owasp-low"]).extends(&BELOW))]);
    assert_eq!(report.routes[0].profiles, ["owasp-low", "pci-dss-4"]);
}

#[test]
fn routes_come_and_go() {
    let then =
        of(vec![("GET", "/old", page(Rules::UNSET)), ("GET", "/page", page(Rules::UNSET.idle(60)))]).to_snapshot();
    let now = of(vec![("GET", "/new", page(Rules::UNSET)), ("GET", "/page", page(Rules::UNSET).public())]);
    let said: Vec<String> = now.changes_since(&then).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["looser     GET /page: `guard` was policy, is public", "route gone GET /old", "new route  GET /new (policy)",]
    );
    // And the other way round.
    let then = now.to_snapshot();
    let back = of(vec![("GET", "/new", page(Rules::UNSET)), ("GET", "/page", page(Rules::UNSET))]);
    let said: Vec<String> = back.changes_since(&then).iter().map(ToString::to_string).collect();
    assert_eq!(said, ["tighter    GET /page: `guard` was public, is policy"]);
}

#[test]
fn session_wide_changes_and_the_cookie() {
    let report = report();
    let then = report
        .to_snapshot()
        .replace("sessions\tidle @Role::Admin\t15m", "sessions\tidle @Role::Admin\t5m")
        .replace("sessions\trotate_every\t15m", "sessions\trotate_every\t10m")
        .replace("sessions\tgrace\t20s", "sessions\tgrace\t30s")
        .replace("sessions\tmax_sessions @Role::Clerk\t3", "sessions\tmax_sessions @Role::Clerk\t2")
        .replace("sessions\tmax_sessions @Role::Admin\t1", "sessions\tmax_sessions @Role::Admin\t10")
        .replace("sessions\ton_limit @Role::Clerk\tevict_idle", "sessions\ton_limit @Role::Clerk\tevict_oldest")
        .replace("cookie\tdomain\texample.org", "cookie\tdomain\tnone")
        .replace("cookie\tsame_site\tlax", "cookie\tsame_site\tstrict");
    let said: Vec<String> = report.changes_since(&then).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "looser     cookie: `domain` was none, is example.org",
            "looser     cookie: `same_site` was strict, is lax",
            "looser     sessions: `idle` was 5m, is 15m for Role::Admin",
            "looser     sessions: `max_sessions` was 2, is 3 for Role::Clerk",
            "looser     sessions: `rotate_every` was 10m, is 15m",
            "changed    sessions: `on_limit` was evict_oldest, is evict_idle for Role::Clerk",
            "tighter    sessions: `grace` was 30s, is 20s",
            "tighter    sessions: `max_sessions` was 10, is 1 for Role::Admin",
        ]
    );
    assert!(report.changes_since(&report.to_snapshot()).is_empty());
}

#[test]
fn two_routes_of_one_name_are_two() {
    let routes = || vec![("ANY", "/x", page(Rules::UNSET.idle(60))), ("ANY", "/x", page(Rules::UNSET.idle(120)))];
    let text = of(routes()).to_snapshot();
    assert!(text.contains("ANY /x\tidle\t1m\n") && text.contains("ANY /x (2)\tidle\t2m\n"), "{text}");
}

#[test]
fn looser_comes_first() {
    let then = of(vec![("GET", "/a", page(Rules::UNSET)), ("GET", "/b", page(Rules::UNSET.fresh(60)))]).to_snapshot();
    let now = of(vec![("GET", "/a", page(Rules::UNSET.fresh(60))), ("GET", "/b", page(Rules::UNSET))]);
    let directions: Vec<Direction> = now
        .changes_since(&then)
        .iter()
        .filter_map(|change| match change {
            session_policy::report::Change::Value { direction, .. } => Some(*direction),
            _ => None,
        })
        .collect();
    assert_eq!(directions, [Direction::Looser, Direction::Tighter]);
}

/// Runs itself with the variable set, in another process: the environment of this one is everybody's.
#[test]
fn the_file_is_written_when_asked_for() {
    const FILE: &str = "SESSION_POLICY_TEST_FILE";
    if let Some(file) = std::env::var_os(FILE) {
        snapshot(file, &report()).unwrap();
        return;
    }
    let file = std::env::temp_dir().join(format!("session-policy-report-{}.snap", std::process::id()));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "snapshot::the_file_is_written_when_asked_for"]).env(FILE, &file);

    let missing = child.env("SESSION_POLICY_UPDATE", "0").output().unwrap();
    let said = String::from_utf8_lossy(&missing.stdout).into_owned();
    assert!(!missing.status.success() && said.contains("run this test once with SESSION_POLICY_UPDATE=1"), "{said}");

    assert!(child.env("SESSION_POLICY_UPDATE", "1").output().unwrap().status.success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), report().to_snapshot());
    assert!(child.env("SESSION_POLICY_UPDATE", "0").output().unwrap().status.success());
    std::fs::remove_file(&file).unwrap();
}
