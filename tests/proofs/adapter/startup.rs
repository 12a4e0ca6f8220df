//! The start-up checks of `into_router()` and of the builder: what cannot be held does not start.

use session_policy::{
    BuildError, Sessions,
    axum::{PolicyRouter, get},
    client::Transport,
    clock::TestClock,
    policy::{Level, Needs, OnLimit, Place, Policy, RoleSet, RoleSpec, RoleTable, Roles, Rules, Spec},
    store::{Holds, MemoryStore},
};

use crate::support::{Client, Faulty, Open, Page, Role, Site, builder, builder_of, denied, page, policy};

/// Another enum with the same name and the same variants.
mod foreign {
    use super::{Place, RoleSet, RoleSpec, RoleTable, Roles, Rules};

    #[derive(Clone, Copy)]
    pub(super) enum Role {
        Admin,
    }

    impl Roles for Role {
        const TABLE: RoleTable = RoleTable {
            name: "Role",
            unique: "proofs::adapter::foreign::Role",
            roles: &[RoleSpec {
                variant: "Admin",
                id: "Admin",
                rules: Rules::UNSET,
                place: Place::UNKNOWN,
                profiles: &[],
                deviations: &[],
            }],
        };
        const ALL: &'static [Self] = &[Self::Admin];

        fn role_set(self) -> RoleSet {
            RoleSet::one(Self::TABLE, 0)
        }
    }
}

const OWN_ADMIN: RoleSet = RoleSet::one(<Role as Roles>::TABLE, 1);
const FOREIGN_ADMIN: RoleSet = RoleSet::one(<foreign::Role as Roles>::TABLE, 0);
policy!(Admins = Rules::UNSET.role(OWN_ADMIN));
policy!(ForeignAdmins = Rules::UNSET.role(FOREIGN_ADMIN), at("src/admin.rs", 7, 1));
policy!(Short = Rules::UNSET.idle(4 * 60));
policy!(CoarseSite = Rules::UNSET.idle(30 * 60).absolute(8 * 3600).touch(60));

fn fault(router: PolicyRouter) -> String {
    router.into_router().map(|_| ()).expect_err("a start-up check").to_string()
}

fn own() -> PolicyRouter {
    PolicyRouter::new(builder(&Faulty::new(), &TestClock::new()).build().unwrap())
}

#[test]
fn a_role_of_another_enum() {
    let message = fault(own().route("/admin", page::<ForeignAdmins>()));
    for part in ["ANY /admin", "ForeignAdmins", "src/admin.rs:7:1", "`role`"] {
        assert!(message.contains(part), "{part} in {message}");
    }
    let fallback = own().fallback(|entry: session_policy::axum::Entry<ForeignAdmins>| {
        session_policy::axum::run_alone(entry, || async {})
    });
    assert!(fault(fallback).contains("ForeignAdmins"));
    let nested = own().nest("/x", own().route("/admin", page::<ForeignAdmins>()));
    assert!(fault(nested).contains("ForeignAdmins"), "also from a nested router");
    assert!(own().route("/admin", page::<Admins>()).into_router().is_ok());
}

#[test]
fn a_method_taken_twice() {
    async fn handler(entry: session_policy::axum::Entry<Page>) -> session_policy::axum::Answer {
        session_policy::axum::run_alone(entry, || async {}).await
    }
    assert_eq!(fault(own().route("/x", get(handler).get(handler))), "GET /x has two handlers");
    assert_eq!(fault(own().route("/x", get(handler)).route("/x", get(handler))), "GET /x is routed twice");
    let mixed = own().route("/x", get(handler)).route("/x", session_policy::axum::post(handler));
    assert!(mixed.into_router().is_ok());
}

/// `touch` is at most a tenth of every `idle` mounted, unless the store is exact.
#[test]
fn a_touch_too_coarse_for_an_idle() {
    let clock = TestClock::new();
    let router = |store: Faulty| {
        let sessions = builder_of::<CoarseSite>(&store, &clock).build().unwrap();
        PolicyRouter::new(sessions).route("/short", page::<Short>())
    };
    let message = fault(router(Faulty::coalescing()));
    assert!(message.contains(r#"touch = "24s""#), "it says what to write: {message}");
    assert!(router(Faulty::new()).into_router().is_ok());
}

/// What belongs to sessions has no effect on a route: one that extends such a policy must find it in its sessions.
#[test]
fn a_key_of_sessions_that_no_session_has() {
    policy!(Rotated = Rules::UNSET.rotate_every(900).limit(3, OnLimit::Reject));
    policy!(Often = Rules::UNSET.rotate_every(300).grace(10));
    policy!(Counted = Rules::UNSET.limit(3, OnLimit::Reject));
    policy!(Alone = Rules::UNSET.limit(1, OnLimit::Reject));
    policy!(Like = Rules::UNSET.idle(300), extends(&Rotated::SPEC));
    policy!(LikeOften = Rules::UNSET, extends(&Often::SPEC));
    policy!(LikeAlone = Rules::UNSET, extends(&Alone::SPEC));
    let over = |route| {
        let sessions = builder_of::<Rotated>(&Faulty::new(), &TestClock::new()).build().unwrap();
        PolicyRouter::new(sessions).route("/x", route)
    };
    for route in [page::<Like>(), page::<Counted>(), page::<Rotated>(), page::<Page>()] {
        assert!(over(route).into_router().is_ok(), "the sessions have it");
    }
    for (route, key) in [(page::<LikeOften>(), "`rotate_every`"), (page::<LikeAlone>(), "`max_sessions`")] {
        let message = fault(over(route));
        for part in ["ANY /x", key, "no session has", "on `Rotated` or on a role"] {
            assert!(message.contains(part), "{part} in {message}");
        }
    }
    assert!(fault(own().route("/x", page::<Counted>())).contains("`max_sessions`"));
}

#[tokio::test]
async fn a_role_of_another_enum_admits_nobody_at_run_time_either() {
    let sessions = builder(&Faulty::new(), &TestClock::new()).build().unwrap();
    let handler =
        |entry: session_policy::axum::Entry<ForeignAdmins>| session_policy::axum::run_alone(entry, || async { "in" });
    let login = |entry: session_policy::axum::Entry<Open>| {
        session_policy::axum::run(entry, |session| async move {
            session.login(session_policy::AuthEvent::new("carol").role(Role::Admin))
        })
    };
    let app = axum::Router::new()
        .route("/admin", axum::routing::get(handler))
        .route("/login", axum::routing::post(login))
        .layer(axum::Extension(sessions));
    let mut client = Client::new(&app);
    client.post("/login").await;
    assert!(client.cookie.is_some());
    assert_eq!(client.get("/admin").await.denial(), denied(403, "role"));
}

#[test]
fn what_the_builder_asks_for() {
    fn message(built: Result<Sessions, BuildError>) -> String {
        built.map(|_| ()).expect_err("a build error").to_string()
    }
    let any = || Sessions::builder::<Site, Role>();
    let tls = || any().store(MemoryStore::new()).transport(Transport::tls());
    let rows = [
        (message(any().transport(Transport::tls()).origins(["https://a.test"]).build()), "no store"),
        (message(any().store(MemoryStore::new()).origins(["https://a.test"]).build()), "no transport"),
        (message(tls().build()), "no origins"),
        (message(tls().origins(["a.test"]).build()), "`a.test`"),
        (message(tls().origins(["https://a.test", "http://a.test"]).build()), "`http://a.test` is not `https`"),
        (message(tls().origins(["https://a.test"]).login("login").build()), "`login` is not a path"),
        (message(tls().origins(["https://a.test"]).login("//evil.test").build()), "`//evil.test` is not a path"),
        (message(tls().origins(["https://a.test"]).login("/in").reauth("/in?x=1").build()), "cannot be both"),
        (message(tls().origins(["https://a.test"]).realm("a\"b").build()), "realm"),
    ];
    for (message, part) in rows {
        assert!(message.contains(part), "{part} in {message}");
    }
    assert!(
        any().store(MemoryStore::new()).transport(Transport::loopback()).build().is_ok(),
        "loopback has its own Host"
    );
}

/// A policy is a constant: what is mounted is what was written.
#[test]
fn a_policy_meets_what_it_extends() {
    struct Base;
    impl Policy for Base {
        const SPEC: Spec = Spec::new("Base", Rules::UNSET.idle(600).auth(Level::Mfa));
    }
    const EXTENDING: Spec = Spec::new("Extending", Rules::UNSET.idle(300)).extends(&Base::SPEC);
    assert_eq!(EXTENDING.to_string(), r#"idle = "5m", auth = "mfa""#);
}

/// A base that asks for somebody on every route leaves no page on which to sign in: said at the start, not by a login page
/// that answers 401.
#[test]
fn an_anonymous_route_under_a_base_that_needs_somebody() {
    policy!(FreshSite = Rules::UNSET.fresh(300));
    policy!(FullSite = Rules::UNSET.auth(Level::Full));
    policy!(AnonymousSite = Rules::UNSET.auth(Level::Anonymous));
    fn over<Base: Policy + Needs>() -> Result<axum::Router, BuildError>
    where
        Faulty: Holds<Base::Store>,
    {
        let sessions = builder_of::<Base>(&Faulty::new(), &TestClock::new()).build()?;
        PolicyRouter::new(sessions).route("/login", page::<Open>()).into_router()
    }
    for (fault, key) in [(over::<FreshSite>(), "`fresh`"), (over::<FullSite>(), "`auth`")] {
        let message = fault.map(|_| ()).expect_err("a start-up check").to_string();
        for part in ["ANY /login", "`auth = \"anonymous\"` can never apply", "\"full\"", key] {
            assert!(message.contains(part), "{part} in {message}");
        }
    }
    assert!(over::<Site>().is_ok() && over::<AnonymousSite>().is_ok());
}
