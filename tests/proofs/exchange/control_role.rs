//! `set_role`: a demotion holds on the next request of every live session; a promotion needs a re-authentication.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use session_policy::{
    AuthEvent, SessionError, Sessions, UserSession,
    axum::PolicyRouter,
    clock::TestClock,
    policy::{RoleSet, Roles, Rules},
};

use super::control::signed_in;
use crate::support::{Client, Faulty, Page, Role, World, builder, denied, guarded, page, policy, world_of};

policy!(Admins = Rules::UNSET.role(RoleSet::one(Role::TABLE, 1)));
policy!(Members = Rules::UNSET.role(RoleSet::one(Role::TABLE, 0)));
policy!(Both = Rules::UNSET.role(RoleSet::any_of(&[RoleSet::one(Role::TABLE, 0), RoleSet::one(Role::TABLE, 1)])));
policy!(Unhurried = Rules::UNSET.idle(600));
policy!(Strict = Rules::UNSET.idle(600).absolute(3_600).fresh(300));

fn routes(router: PolicyRouter) -> PolicyRouter {
    router
        .route("/admins", page::<Admins>())
        .route("/members", page::<Members>())
        .route("/both", page::<Both>())
        .route(
            "/role",
            guarded::<Page, _, _>(|session, _| async move {
                let role = session.role::<Role>();
                let me = UserSession::of(session).expect("somebody");
                let certain = me.role::<Role>()?;
                assert_eq!(role, Some(certain));
                Ok::<_, SessionError>(format!("{certain:?}"))
            }),
        )
        .route(
            "/reauth-as",
            guarded::<Page, _, _>(|session, ask| async move {
                let mut event = AuthEvent::new("alice").level(ask.level());
                if let Some(role) = ask.get("role") {
                    event = event.role(if role == "admin" { Role::Admin } else { Role::Member });
                }
                if let Some(at) = ask.get("at") {
                    event = event.at(UNIX_EPOCH + Duration::from_millis(at.parse().expect("a time")));
                }
                session.reauthenticated_with(event).await?;
                Ok::<_, SessionError>(format!("{:?}", session.role::<Role>()))
            }),
        )
        .route("/unhurried", page::<Unhurried>())
        .route("/strict", page::<Strict>())
}

fn site() -> (World, Sessions) {
    let (clock, store) = (TestClock::new(), Faulty::new());
    let sessions = builder(&store, &clock).build().unwrap();
    (world_of(sessions.clone(), clock, store, routes), sessions)
}

async fn admin(site: &World) -> Client {
    let mut client = Client::new(&site.app);
    client.post("/login?user=alice&role=admin").await;
    client
}

async fn assert_verdicts(client: &mut Client, expected: [(&str, u16, Option<&str>); 5], when: &str) {
    for (target, status, reason) in expected {
        let got = client.get(target).await;
        assert_eq!((got.status, got.reason().as_deref()), (status, reason), "{target}, {when}");
    }
}

#[tokio::test]
async fn a_demotion_holds_on_the_next_request_of_every_live_session() {
    let (site, sessions) = site();
    let mut clients = [admin(&site).await, admin(&site).await];
    let mut other = Client::new(&site.app);
    other.post("/login?user=bob&role=admin").await;
    assert_eq!(sessions.set_role("alice", Role::Member).await.unwrap(), 2);
    for client in &mut clients {
        let demoted = [
            ("/admins", 403, Some("role")),
            ("/members", 401, Some("new_role")),
            ("/both", 200, None),
            ("/me", 200, None),
            ("/role", 401, Some("new_role")),
        ];
        assert_verdicts(client, demoted, "demoted").await;
        let old = client.token();
        client.post("/reauth?user=alice").await;
        assert_ne!(client.token(), old, "a change of role is a new token");
        let member = [
            ("/admins", 403, Some("role")),
            ("/members", 200, None),
            ("/both", 200, None),
            ("/me", 200, None),
            ("/role", 200, None),
        ];
        assert_verdicts(client, member, "authenticated again").await;
        assert_eq!(client.get("/role").await.body, "Member");
        assert_eq!(client.holding(&old).get("/me").await.denial(), denied(401, "superseded"));
    }
    assert_eq!(other.get("/admins").await.status, 200, "others are not concerned");
    // A member's sessions live longer than an administrator's: now that is all that holds.
    site.clock.advance("29m").unwrap();
    assert_eq!(clients[0].get("/members").await.status, 200);
}

#[tokio::test]
async fn a_promotion_needs_a_reauthentication() {
    let (site, sessions) = site();
    let mut client = signed_in(&site, "alice").await;
    assert_eq!(sessions.set_role("alice", Role::Admin).await.unwrap(), 1);
    let promoted = [
        ("/admins", 401, Some("new_role")),
        ("/members", 403, Some("role")),
        ("/both", 200, None),
        ("/me", 200, None),
        ("/role", 401, Some("new_role")),
    ];
    assert_verdicts(&mut client, promoted, "promoted").await;
    for target in ["/admins", "/role"] {
        let got = client.get(target).await;
        let challenge = got.header("www-authenticate").unwrap();
        assert!(
            challenge.ends_with(r#"error="insufficient_user_authentication", max_age="0""#),
            "{target}: {challenge}"
        );
        assert_eq!(got.cookie(), None);
    }
    // A browser is sent to the page that helps.
    let mut browser = client.clone();
    browser.headers = vec![("accept", "text/html".to_owned()), ("sec-fetch-mode", "navigate".to_owned())];
    let got = browser.get("/admins").await;
    assert_eq!((got.status, got.header("location")), (303, Some("/reauth?reason=new_role&next=/admins")));

    client.post("/reauth?user=alice").await;
    let administrator = [
        ("/admins", 200, None),
        ("/members", 403, Some("role")),
        ("/both", 200, None),
        ("/me", 200, None),
        ("/role", 200, None),
    ];
    assert_verdicts(&mut client, administrator, "authenticated again").await;
    assert_eq!(client.get("/role").await.body, "Admin");
}

/// Until then the session is held to what both roles demand.
#[tokio::test]
async fn both_roles_limits_hold_in_between() {
    for (first, then) in [("member", Role::Admin), ("admin", Role::Member)] {
        let (site, sessions) = site();
        let mut client = Client::new(&site.app);
        client.post(&format!("/login?user=alice&role={first}")).await;
        sessions.set_role("alice", then).await.unwrap();
        site.clock.advance("14m59s").unwrap();
        assert_eq!(client.get("/me").await.status, 200, "{first}");
        site.clock.advance("15m").unwrap();
        assert_eq!(client.get("/me").await.denial(), denied(401, "idle"), "{first}");
    }
}

#[tokio::test]
async fn the_old_role_given_back_is_simply_the_session_s() {
    let (site, sessions) = site();
    let mut client = admin(&site).await;
    sessions.set_role("alice", Role::Member).await.unwrap();
    assert_eq!(client.get("/admins").await.status, 403);
    sessions.set_role("alice", Role::Admin).await.unwrap();
    assert_eq!(client.get("/role").await.body, "Admin");
    assert_eq!(client.get("/admins").await.status, 200);
    // The same role again changes nothing.
    sessions.set_role("alice", Role::Admin).await.unwrap();
    assert_eq!(client.get("/role").await.body, "Admin");
}

#[tokio::test]
async fn a_role_that_this_version_does_not_know() {
    let (site, _) = site();
    let mut client = signed_in(&site, "alice").await;
    site.store.show(|snapshot| Arc::make_mut(&mut snapshot.identity).granted = Some("Ghost".into()));
    for target in ["/me", "/both", "/open"] {
        let got = client.get(target).await;
        assert_eq!((got.denial(), got.cookie()), (denied(503, "unknown_version"), None), "{target}");
    }
    site.store.show_all();
    assert_eq!(client.get("/me").await.status, 200, "nothing ended");
}

#[tokio::test]
async fn another_enum_s_role_is_refused() {
    let (site, sessions) = site();
    let mut client = signed_in(&site, "alice").await;
    assert!(matches!(sessions.set_role("alice", ()).await, Err(SessionError::Role(_))));
    assert!(matches!(sessions.set_role("", Role::Admin).await, Err(SessionError::User(_))));
    assert_eq!(sessions.set_role("nobody", Role::Admin).await.unwrap(), 0);
    assert_eq!(client.get("/role").await.body, "Member");
}

/// The event of a re-authentication may bring a role itself.
#[tokio::test]
async fn a_reauthentication_with_a_role() {
    let (site, sessions) = site();
    let mut client = signed_in(&site, "alice").await;
    assert_eq!(client.post("/reauth-as?role=admin").await.body, "Some(Admin)", "staged");
    assert_eq!(client.get("/admins").await.status, 200);
    sessions.set_role("alice", Role::Member).await.unwrap();
    assert_eq!(client.post("/reauth-as").await.body, "Some(Member)", "the one that was given");
    assert_eq!(client.get("/role").await.body, "Member");
    assert_eq!(client.post("/reauth-as?then=200").await.body, "Some(Member)", "the same as before");
}

fn ms(clock: &TestClock) -> u64 {
    clock.now_ms()
}

/// An identity provider's time counts, and one that asked nobody is no authentication.
#[tokio::test]
async fn a_reauthentication_with_a_time() {
    let (site, _) = site();
    let mut client = signed_in(&site, "alice").await;
    let login = ms(&site.clock);
    site.clock.advance("6m").unwrap();
    assert_eq!(client.get("/strict").await.denial(), denied(401, "fresh"));
    for stale in [login, login - 1] {
        let got = client.post(&format!("/reauth-as?at={stale}")).await;
        assert_eq!((got.denial(), got.cookie()), (denied(401, "fresh"), None));
        assert!(got.header("www-authenticate").unwrap().contains("insufficient_user_authentication"));
    }
    assert_eq!(client.post(&format!("/reauth-as?at={}", ms(&site.clock) + 10_001)).await.status, 500);
    // Two minutes ago: fresh for three more.
    assert!(client.post(&format!("/reauth-as?at={}", ms(&site.clock) - 120_000)).await.token().is_some());
    site.clock.advance("2m59s").unwrap();
    assert_eq!(client.get("/strict").await.status, 200);
    site.clock.advance("1s").unwrap();
    assert_eq!(client.get("/strict").await.denial(), denied(401, "fresh"));
}

/// A restored session was never authenticated: the provider may have asked before the restore.
#[tokio::test]
async fn a_remembered_session_is_raised_by_an_earlier_authentication() {
    let (clock, store) = (TestClock::new(), Faulty::new());
    let sessions = builder(&store, &clock).reauth("/reauth-as").build().unwrap();
    let site = world_of(sessions, clock, store, routes);
    let mut client = Client::new(&site.app);
    client.post("/login?user=alice&level=remembered").await;
    assert_eq!(client.get("/me").await.denial(), denied(401, "level"));
    assert!(client.post(&format!("/reauth-as?at={}", ms(&site.clock) - 60_000)).await.token().is_some());
    assert_eq!(client.get("/me").await.status, 200);
}

/// A gap before the provider's authentication does not count after it; one since then does.
#[tokio::test]
async fn a_reauthentication_that_lies_back_does_not_hide_the_gap_since() {
    for (age_ms, expected) in [(60_000, 200), (9 * 60_000, 200), (10 * 60_000, 401)] {
        let (site, _) = site();
        let mut client = signed_in(&site, "alice").await;
        site.clock.advance("20m").unwrap();
        assert!(client.post(&format!("/reauth-as?at={}", ms(&site.clock) - age_ms)).await.token().is_some());
        assert_eq!(client.get("/unhurried").await.status, expected, "{age_ms}");
    }
}

/// The mark of a mismatch asks for a new authentication: an old one may be from before it.
#[tokio::test]
async fn a_reauthentication_that_lies_far_back_does_not_clear_a_mark() {
    for (age, expected) in [(0, (200, None)), (299_999, (200, None)), (300_000, denied(401, "step_up"))] {
        let (clock, store) = (TestClock::new(), Faulty::new());
        let sessions = builder(&store, &clock).reauth("/reauth-as").build().unwrap();
        let site = world_of(sessions, clock, store, routes);
        let mut client = signed_in(&site, "alice").await;
        site.clock.advance("10m").unwrap();
        site.store.show(|snapshot| snapshot.header.step_up = true);
        let now = ms(&site.clock);
        assert!(client.post(&format!("/reauth-as?at={}", now - age)).await.token().is_some());
        site.store.show_all();
        assert_eq!(client.get("/me").await.denial(), expected, "{age}");
    }
}

/// The page where one re-authenticates is not denied by what it renews; what ends sessions ends them there, too.
#[tokio::test]
async fn the_page_that_renews_is_open() {
    let (clock, store) = (TestClock::new(), Faulty::new());
    let sessions = builder(&store, &clock).reauth("/strict").build().unwrap();
    let site = world_of(sessions, clock, store, routes);
    let mut client = signed_in(&site, "alice").await;
    for (advance, what) in [("5m", "fresh"), ("10m", "route_idle")] {
        site.clock.advance(advance).unwrap();
        assert_eq!(client.get("/strict").await.status, 200, "{what}");
    }
    for _ in 0..3 {
        site.clock.advance("20m").unwrap();
        assert_eq!(client.get("/strict").await.status, 200, "route_absolute");
    }
    site.clock.advance("30m").unwrap();
    assert_eq!(client.get("/strict").await.denial(), denied(401, "idle"));
}
