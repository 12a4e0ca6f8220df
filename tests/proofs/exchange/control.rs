//! A user's sessions: the list, ending one, the others, all, everybody's.

use std::{collections::BTreeSet, time::Duration};

use axum::http::{Method, StatusCode};
use session_policy::{
    AuthEvent, Session, SessionError, Sessions,
    axum::PolicyRouter,
    clock::TestClock,
    sessions::SessionInfo,
    store::Loaded,
    token::{Token, TokenKind},
};

use crate::support::{Ask, Client, Faulty, Open, Page, Role, World, builder, denied, guarded, world_of};

const CHROME_ANDROID: &str =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";

/// The pages that the proofs of this theme share.
pub(super) fn pages(router: PolicyRouter) -> PolicyRouter {
    router
        .route("/sessions", guarded::<Page, _, _>(list))
        .route("/anybody/sessions", guarded::<Open, _, _>(list))
        .route("/end", guarded::<Page, _, _>(end_one))
        .route(
            "/end-others",
            guarded::<Page, _, _>(|session, ask| async move {
                let ended = session.end_others().await?;
                if ask.get("then") == Some("panic") {
                    panic!("told to");
                }
                Ok::<_, SessionError>((ask.then(), ended.to_string()))
            }),
        )
        .route(
            "/password",
            guarded::<Page, _, _>(|session, ask| async move {
                Ok::<_, SessionError>((ask.then(), session.credential_changed().await?.to_string()))
            }),
        )
}

async fn list(session: Session, _ask: Ask) -> Result<String, SessionError> {
    let line = |info: &SessionInfo| {
        let current = if info.current { " *" } else { "" };
        format!("{} {}{current}\n", info.handle, info.device)
    };
    Ok(session.list().await?.iter().map(line).collect())
}

async fn end_one(session: Session, ask: Ask) -> Result<(StatusCode, String), SessionError> {
    let ended = session.end_one(ask.get("handle").unwrap_or_default()).await?;
    Ok((ask.then(), ended.to_string()))
}

pub(super) fn site() -> (World, Sessions) {
    let (clock, store) = (TestClock::new(), Faulty::new());
    let sessions = builder(&store, &clock).build().unwrap();
    (world_of(sessions.clone(), clock, store, pages), sessions)
}

pub(super) async fn signed_in(site: &World, user: &str) -> Client {
    let mut client = Client::new(&site.app);
    client.login(user).await;
    client
}

fn ago(site: &World, info: &SessionInfo) -> (Duration, Duration) {
    let now = std::time::UNIX_EPOCH + Duration::from_millis(site.clock.now_ms());
    (now.duration_since(info.created).unwrap(), now.duration_since(info.last_seen).unwrap())
}

#[tokio::test]
async fn the_list_is_right() {
    let (site, sessions) = site();
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let mut first = signed_in(&site, "alice").await;
    let _bob = signed_in(&site, "bob").await;
    site.clock.advance("5m").unwrap();
    let (mut phone, mut script) = (Client::new(&site.app), Client::new(&site.app));
    phone.ua = Some(CHROME_ANDROID.to_owned());
    script.ua = None;
    phone.login("alice").await;
    site.clock.advance("1m").unwrap();
    script.login("alice").await;
    site.clock.advance("4m").unwrap();
    script.get("/me").await;
    site.clock.advance("10m").unwrap();
    let idle: Vec<_> = sessions.list("alice").await.unwrap().iter().map(|info| ago(&site, info).1).collect();
    assert_eq!(idle, [minutes(10), minutes(15), minutes(20)], "the oldest session was seen last");

    let seen = first.get("/sessions").await;
    let lines: Vec<_> = seen.body.lines().map(|line| line.split_once(' ').unwrap()).collect();
    let devices: Vec<_> = lines.iter().map(|(_, device)| *device).collect();
    assert_eq!(devices, ["Firefox on Linux *", "an unknown client", "Chrome on Android"], "newest activity first");
    let handles: BTreeSet<_> = lines.iter().map(|(handle, _)| *handle).collect();
    assert_eq!(handles.len(), 3);

    let list = sessions.list("alice").await.unwrap();
    assert!(list.iter().all(|info| !info.current && info.level == session_policy::Level::Full), "{list:?}");
    let times: Vec<_> = list.iter().map(|info| ago(&site, info)).collect();
    // Asking for the list was activity of the first.
    assert_eq!(
        times,
        [(minutes(20), minutes(0)), (minutes(14), minutes(10)), (minutes(15), minutes(15))],
        "created and last seen"
    );
    assert_eq!(list.iter().map(|info| info.handle.as_str()).collect::<BTreeSet<_>>(), handles, "handles are stable");
    for (client, info) in [(&first, &list[0]), (&script, &list[1]), (&phone, &list[2])] {
        let id = Token::parse(client.token().as_bytes()).unwrap().id(TokenKind::Session);
        let Loaded::Live(snapshot) = site.store.known(id).await else { panic!("a live session") };
        assert!(!format!("{info:?}").contains(&format!("{:?}", snapshot.id)[9..17]), "no record id");
        assert_eq!(info.handle.len(), 22);
    }

    // Nobody comes back to the phone: at its deadline it is no longer listed, though the store has not swept it yet.
    site.clock.advance("15m").unwrap();
    assert_eq!(sessions.list("alice").await.unwrap().len(), 2);
    assert_eq!(site.store.inner().live_sessions(), 4);
    // A re-authentication changes the token and not the handle.
    let before = first.get("/sessions").await.body;
    first.post("/reauth?user=alice").await;
    assert_eq!(first.get("/sessions").await.body, before);
    assert!(sessions.list("nobody").await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_has_no_list() {
    let (site, _) = site();
    let mut client = Client::new(&site.app);
    assert_eq!(client.get("/anybody/sessions").await.denial(), denied(401, "no_session"));
    client.post("/set?note=x").await;
    assert_eq!(client.get("/anybody/sessions").await.denial(), denied(401, "no_session"), "an anonymous session");
}

/// The handles of alice's sessions, as her first session lists them.
async fn handles(client: &mut Client) -> Vec<String> {
    client.get("/sessions").await.body.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_ends_at_once_and_only_one_s_own() {
    let (site, sessions) = site();
    let (mut here, mut there) = (signed_in(&site, "alice").await, signed_in(&site, "alice").await);
    let mut bob = signed_in(&site, "bob").await;
    let [mine, other]: [String; 2] = handles(&mut here).await.try_into().unwrap();
    let [bobs]: [String; 1] = handles(&mut bob).await.try_into().unwrap();
    for foreign in [bobs.as_str(), "", "AAAAAAAAAAAAAAAAAAAAAA", &other[..21]] {
        let got = here.post(&format!("/end?handle={foreign}")).await;
        assert_eq!((got.status, got.body.as_str()), (200, "false"), "{foreign}");
    }
    assert!(!sessions.end_one("alice", &bobs).await.unwrap());
    assert_eq!((bob.get("/me").await.status, there.get("/me").await.status), (200, 200));

    // Dead although the answer is a failure.
    assert_eq!(here.post(&format!("/end?handle={other}&then=500")).await.body, "true");
    let got = there.get("/me").await;
    assert_eq!((got.denial(), got.removes()), (denied(401, "revoked"), true));
    assert_eq!(here.post(&format!("/end?handle={other}")).await.body, "false", "it is no session any more");

    let got = here.post(&format!("/end?handle={mine}")).await;
    assert_eq!((got.body.as_str(), got.removes()), ("true", true), "the present one");
    assert_eq!(got.header("clear-site-data"), None, "only an explicit logout clears the browser");
    assert!(sessions.end_one("bob", &bobs).await.unwrap());
    assert_eq!(bob.get("/me").await.denial(), denied(401, "revoked"));
}

#[tokio::test]
async fn a_dead_session_that_is_ended_has_its_own_reason() {
    let (site, sessions) = site();
    let mut client = signed_in(&site, "alice").await;
    let handle = sessions.list("alice").await.unwrap()[0].handle.clone();
    site.clock.advance("30m").unwrap();
    assert!(sessions.end_one("alice", &handle).await.unwrap());
    assert_eq!(client.get("/me").await.denial(), denied(401, "idle"));
}

#[tokio::test]
async fn the_others_end_and_the_current_one_is_spared() {
    for (target, reason) in [("/end-others", "revoked"), ("/password", "credential_changed")] {
        for then in [200, 400, 500] {
            let (site, _) = site();
            let mut here = signed_in(&site, "alice").await;
            let mut others = [signed_in(&site, "alice").await, signed_in(&site, "alice").await];
            let mut bob = signed_in(&site, "bob").await;
            let got = here.post(&format!("{target}?then={then}")).await;
            assert_eq!((got.status, got.body.as_str(), got.cookie()), (then, "2", None));
            for other in &mut others {
                let got = other.get("/me").await;
                assert_eq!((got.denial(), got.removes()), (denied(401, reason), true), "{target}, {then}");
            }
            assert_eq!((here.get("/me").await.status, bob.get("/me").await.status), (200, 200));
            assert_eq!(here.post(target).await.body, "0");
        }
    }
}

/// The request is dropped while the store is still busy with it.
#[tokio::test]
async fn the_others_end_also_if_the_client_is_lost_half_way() {
    let (site, _) = site();
    let (here, mut other) = (signed_in(&site, "alice").await, signed_in(&site, "alice").await);
    site.store.close_gate();
    let request = here.spawn(here.request(Method::POST, "/end-others"));
    site.store.until_end_waits().await;
    request.abort();
    assert!(request.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(site.store.inner().live_sessions(), 2, "the store has not ended it yet");
    site.store.open_gate();
    for _ in 0..10_000 {
        if site.store.inner().live_sessions() == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(other.get("/me").await.denial(), denied(401, "revoked"));
}

#[tokio::test]
async fn also_if_the_handler_panics_afterwards() {
    let (site, _) = site();
    let (here, mut other) = (signed_in(&site, "alice").await, signed_in(&site, "alice").await);
    let outcome = here.spawn(here.request(Method::POST, "/end-others?then=panic")).await;
    assert!(outcome.is_err_and(|error| error.is_panic()));
    assert_eq!(other.get("/me").await.denial(), denied(401, "revoked"));
}

#[tokio::test]
async fn nothing_ends_on_a_safe_method() {
    let (site, _) = site();
    let (mut here, mut other) = (signed_in(&site, "alice").await, signed_in(&site, "alice").await);
    let other_one = handles(&mut here).await.remove(1);
    for target in ["/end-others".to_owned(), "/password".to_owned(), format!("/end?handle={other_one}")] {
        assert_eq!(here.get(&target).await.status, 500, "{target}");
    }
    assert_eq!((here.get("/me").await.status, other.get("/me").await.status), (200, 200));
}

#[tokio::test]
async fn all_of_a_user_and_everybody() {
    let (site, sessions) = site();
    let mut alice = [signed_in(&site, "alice").await, signed_in(&site, "alice").await];
    let mut bob = signed_in(&site, "bob").await;
    assert_eq!(sessions.end_all("alice").await.unwrap(), 2);
    for client in &mut alice {
        let got = client.get("/me").await;
        assert_eq!((got.denial(), got.removes()), (denied(401, "revoked"), true));
    }
    assert_eq!(bob.get("/me").await.status, 200);
    assert_eq!(sessions.end_all("alice").await.unwrap(), 0);

    // More than one batch.
    let mut clients = Vec::new();
    for _ in 0..1_100 {
        let mut client = Client::new(&site.app);
        client.post("/set?note=x").await;
        clients.push(client);
    }
    assert_eq!(sessions.end_everyone().await.unwrap(), 1_101);
    assert_eq!(site.store.inner().live_sessions(), 0);
    assert_eq!(bob.get("/me").await.denial(), denied(401, "revoked"));
    assert!(clients[1_099].get("/open").await.removes());
    bob.login("bob").await;
}

/// `end_all` in a request of the same user: this session is dead, too, and nothing that the request staged brings it back.
#[tokio::test]
async fn all_of_a_user_is_also_the_session_of_the_request() {
    let (clock, store) = (TestClock::new(), Faulty::new());
    let sessions = builder(&store, &clock).build().unwrap();
    let engine = sessions.clone();
    let site = world_of(sessions, clock, store, |router| {
        router.route(
            "/block-me",
            guarded::<Page, _, _>(move |session, ask| {
                let engine = engine.clone();
                async move {
                    if ask.get("reauth").is_some() {
                        session.reauthenticated("alice", ask.level()).await?;
                    }
                    session.set(crate::support::Note("late".to_owned()))?;
                    engine.end_all("alice").await?;
                    Ok::<_, SessionError>("done")
                }
            }),
        )
    });
    for target in ["/block-me", "/block-me?reauth=1"] {
        let mut alice = signed_in(&site, "alice").await;
        let old = alice.token();
        let got = alice.post(target).await;
        assert!(got.token().is_none(), "{target}: {got:?}");
        assert_eq!(alice.holding(&old).get("/me").await.denial(), denied(401, "revoked"));
        assert_eq!(site.store.inner().live_sessions(), 0);
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_ends_nothing_and_says_so() {
    let (site, sessions) = site();
    let mut alice = signed_in(&site, "alice").await;
    site.store.fail(&[crate::support::Op::ByUser]);
    for target in ["/end-others", "/password", "/end?handle=AAAAAAAAAAAAAAAAAAAAAA", "/sessions"] {
        let got = alice.post(target).await;
        assert_eq!((got.denial(), got.cookie()), (denied(503, "store_unavailable"), None), "{target}");
    }
    assert!(matches!(sessions.end_all("alice").await, Err(SessionError::Store(_))));
    assert!(matches!(sessions.end_everyone().await, Err(SessionError::Store(_))));
    assert_eq!(alice.get("/me").await.status, 200);
}

/// Like a logout: whoever ends the present session is signed out here, also while the store cannot be told.
#[tokio::test]
async fn the_present_session_ends_here_also_in_an_outage() {
    let (site, _) = site();
    let mut alice = signed_in(&site, "alice").await;
    let (old, mine) = (alice.token(), handles(&mut alice).await.remove(0));
    site.store.fail(&[crate::support::Op::End]);
    let got = alice.post(&format!("/end?handle={mine}")).await;
    assert_eq!((got.denial(), got.removes()), (denied(503, "store_unavailable"), true));
    assert_eq!(alice.holding(&old).get("/me").await.status, 401);
    site.store.heal();
    assert_eq!(alice.holding(&old).get("/me").await.status, 401);
    assert_eq!(site.store.inner().live_sessions(), 0, "the store was told as soon as it answered");
}

#[tokio::test]
async fn a_store_that_cannot_says_so() {
    let (clock, store) = (TestClock::new(), Faulty::plain());
    let sessions = builder(&store, &clock).build().unwrap();
    let site = world_of(sessions.clone(), clock, store, pages);
    let mut alice = signed_in(&site, "alice").await;
    for target in ["/end-others", "/password", "/end?handle=x", "/sessions"] {
        assert_eq!(alice.post(target).await.status, 500, "{target}");
    }
    for outcome in [
        sessions.end_all("alice").await.map(drop),
        sessions.end_everyone().await.map(drop),
        sessions.list("alice").await.map(drop),
        sessions.end_one("alice", "x").await.map(drop),
        sessions.set_role("alice", Role::Admin).await.map(drop),
        sessions.begin_login("alice").await.map(drop),
    ] {
        assert!(matches!(outcome, Err(SessionError::Unsupported(_))), "{outcome:?}");
    }
    assert_eq!(alice.get("/me").await.status, 200, "all else works");
    let event = AuthEvent::new("alice").role(Role::Member);
    assert!(session_policy::test::TestSession::of(&sessions).user(event).start().await.is_ok());
}
