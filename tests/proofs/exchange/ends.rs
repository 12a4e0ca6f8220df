//! Every end reaches the hook, once, with its reason and its data (semantics.md §5); and no hook reaches a request.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, UNIX_EPOCH},
};

use axum::http::Method;
use session_policy::{
    Level,
    clock::TestClock,
    policy::{OnMismatch, Rules},
    sessions::{EndedSession, Event, HookFailure},
    store::{MemoryStore, Reclaim, Store},
    verdict::EndReason,
};
use tokio::sync::Semaphore;

use crate::support::{Carried, Client, Faulty, Note, Role, World, builder, builder_of, denied, policy, world_of};

policy!(Short = Rules::UNSET.idle(30 * 60).absolute(35 * 60));
policy!(Bound = Rules::UNSET.bind_ua(Some(OnMismatch::End)));

/// What hooks were told, in order.
#[derive(Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<EndedSession>>>);

impl Heard {
    pub(super) fn tell(&self, end: EndedSession) {
        self.0.lock().unwrap().push(end);
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|end| end.id().to_owned()).collect()
    }

    pub(super) fn reasons(&self) -> Vec<EndReason> {
        self.0.lock().unwrap().iter().map(EndedSession::reason).collect()
    }

    fn users(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|end| end.user().unwrap().to_string()).collect()
    }

    fn last<T>(&self, of: impl FnOnce(&EndedSession) -> T) -> T {
        of(self.0.lock().unwrap().last().expect("an end"))
    }
}

/// Waits, at most so long as anything may take, until `done`.
pub(super) async fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..100_000 {
        if done() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never happened");
}

/// Claims that nobody has settled.
pub(super) async fn open_claims(store: &MemoryStore) -> usize {
    let all = Reclaim { at_most: usize::MAX, lease: u64::MAX, now: u64::MAX };
    Store::reclaim(store, all).await.unwrap().len()
}

fn listening() -> (World, Heard) {
    let (clock, store, heard) = (TestClock::new(), Faulty::new(), Heard::default());
    let hears = heard.clone();
    let listens = builder(&store, &clock).on_end(move |end| {
        hears.tell(end);
        async {}
    });
    (world_of(listens.build().unwrap(), clock, store, |router| router), heard)
}

/// The done-when of the project: 10 000 sessions that nobody comes back to.
#[tokio::test]
async fn ten_thousand_unattended_sessions() {
    const MANY: usize = 10_000;
    let (clock, store, heard) = (TestClock::new(), Faulty::new(), Heard::default());
    let (hears, running, most) = (heard.clone(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (at_once, peak) = (Arc::clone(&running), Arc::clone(&most));
    let sessions = builder_of::<Short>(&store, &clock)
        .on_end(move |end| {
            peak.fetch_max(at_once.fetch_add(1, SeqCst) + 1, SeqCst);
            let (hears, at_once) = (hears.clone(), Arc::clone(&at_once));
            async move {
                tokio::task::yield_now().await;
                hears.tell(end);
                at_once.fetch_sub(1, SeqCst);
            }
        })
        .build()
        .unwrap();
    let site = world_of(sessions.clone(), clock, store, |router| router);
    let mut clients: Vec<_> = (0..MANY).map(|_| Client::new(&site.app)).collect();
    for (i, client) in clients.iter_mut().enumerate() {
        client.post(&format!("/set?note=n{i}&user=u{i}")).await;
    }
    site.clock.advance("10m").unwrap();
    // Every other one is used once more: it lives until its absolute end.
    for client in clients.iter_mut().step_by(2) {
        assert_eq!(client.get("/me").await.status, 200);
    }
    site.clock.advance("20m").unwrap();
    assert_eq!(sessions.sweep().await.unwrap(), 0, "dead, but by this clock only");
    site.clock.advance("10s").unwrap();
    assert_eq!(sessions.sweep().await.unwrap(), MANY / 2);
    site.clock.advance("5m").unwrap();
    assert_eq!(sessions.sweep().await.unwrap(), MANY / 2);

    {
        let ends = heard.0.lock().unwrap();
        assert_eq!(ends.len(), MANY);
        assert_eq!(
            ends.iter().map(EndedSession::id).collect::<HashSet<_>>().len(),
            MANY,
            "every end has an id of its own"
        );
        let by_user: HashMap<_, _> = ends.iter().map(|end| (end.user().unwrap().to_string(), end)).collect();
        for i in 0..MANY {
            let end = by_user[&format!("u{i}")];
            let reason = if i % 2 == 0 { EndReason::Absolute } else { EndReason::Idle };
            assert_eq!((i, end.reason()), (i, reason));
        }
    }
    assert!((2..=64).contains(&most.load(SeqCst)), "hooks at once: {most:?}");
    assert_eq!(sessions.sweep().await.unwrap(), 0);
    assert_eq!((open_claims(site.store.inner()).await, site.store.inner().live_sessions()), (0, 0));
}

#[tokio::test]
async fn the_hook_is_told_everything_of_the_session() {
    let (site, heard) = listening();
    let mut client = Client::new(&site.app);
    client.post("/login?user=alice&role=admin&level=mfa").await;
    client.post("/set?note=draft").await;
    site.clock.advance("5m").unwrap();
    client.get("/me").await;
    site.clock.advance("1m").unwrap();
    client.post("/logout").await;
    until(|| heard.ids().len() == 1).await;
    let start = UNIX_EPOCH + Duration::from_millis(TestClock::START_MS);
    heard.last(|end| {
        assert_eq!((end.reason(), end.user().unwrap().as_str()), (EndReason::Logout, "alice"));
        assert_eq!((end.role::<Role>(), end.role_name()), (Some(Role::Admin), Some("Admin")));
        assert_eq!(end.role::<()>(), None, "another enum's");
        assert_eq!(end.level(), Level::Mfa);
        assert_eq!(end.created(), start);
        assert_eq!(end.last_seen(), start + Duration::from_secs(5 * 60));
        assert_eq!(end.ended_at(), start + Duration::from_secs(6 * 60));
        assert_eq!(end.get::<Note>().unwrap(), Some(Note("draft".into())));
        assert_eq!(end.get::<Carried>().unwrap(), None);
        assert!(!format!("{end:?}").contains("draft"), "logs see no data");
        assert_eq!(end.id().len(), 43);
    });
    until(|| site.store.calls(crate::support::Op::Settle) == 1).await;
    assert_eq!(open_claims(site.store.inner()).await, 0);
}

/// Whatever ends a session in a request.
#[tokio::test]
async fn every_reason_reaches_the_hook() {
    let (clock, store, heard) = (TestClock::new(), Faulty::new(), Heard::default());
    let hears = heard.clone();
    let listens = builder_of::<Bound>(&store, &clock).on_end(move |end| {
        hears.tell(end);
        async {}
    });
    let site = world_of(listens.build().unwrap(), clock, store, |router| router);
    let mut expected = Vec::new();
    for reason in [
        EndReason::Logout,
        EndReason::Idle,
        EndReason::Absolute,
        EndReason::BindingMismatch,
        EndReason::TokenReplayed,
        EndReason::IdentityChanged,
        EndReason::TooManyAttempts,
    ] {
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        match reason {
            EndReason::Logout => drop(client.post("/logout").await),
            EndReason::Idle => {
                site.clock.advance("30m").unwrap();
                assert_eq!(client.get("/me").await.denial(), denied(401, "idle"));
            }
            EndReason::Absolute => {
                for _ in 0..24 {
                    site.clock.advance("29m59s").unwrap();
                    client.get("/me").await;
                }
                site.clock.advance("25s").unwrap();
                assert_eq!(client.get("/me").await.denial(), denied(401, "absolute"));
            }
            EndReason::BindingMismatch => {
                client.ua = Some("curl/8.0".to_owned());
                assert_eq!(client.get("/me").await.denial(), denied(401, "binding"));
            }
            EndReason::TokenReplayed => {
                let mut late = client.clone();
                client.post("/reauth?user=alice").await;
                site.clock.advance_ms(60_001);
                late.get("/me").await;
            }
            EndReason::IdentityChanged => drop(client.post("/login?user=bob").await),
            _ => {
                for _ in 0..5 {
                    client.post("/reauth?fail=1").await;
                }
            }
        }
        expected.push(reason);
        until(|| heard.reasons().len() == expected.len()).await;
        assert_eq!((heard.reasons(), heard.users().pop().unwrap()), (expected.clone(), "alice".to_owned()));
    }
    until(|| site.store.calls(crate::support::Op::Settle) >= expected.len()).await;
    assert_eq!(open_claims(site.store.inner()).await, 0);
}

/// A login over one's own session, a rotation, and a session that lives are no ends.
#[tokio::test]
async fn nothing_else_reaches_the_hook() {
    let (site, heard) = listening();
    let mut client = Client::new(&site.app);
    client.post("/set?note=x").await;
    client.login("alice").await;
    client.post("/reauth?user=alice").await;
    client.login("alice").await;
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!((heard.ids(), open_claims(site.store.inner()).await), (vec![], 0));
}

/// The session is dead before the hook starts, and nobody waits for the hook.
#[tokio::test]
async fn no_request_waits_for_the_hook() {
    let (clock, store, heard) = (TestClock::new(), Faulty::new(), Heard::default());
    let (hears, gate) = (heard.clone(), Arc::new(Semaphore::new(0)));
    let opens = Arc::clone(&gate);
    let listens = builder(&store, &clock).on_end(move |end| {
        hears.tell(end);
        let gate = Arc::clone(&gate);
        async move { gate.acquire().await.unwrap().forget() }
    });
    let site = world_of(listens.build().unwrap(), clock, store, |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let token = client.token();
    let got = client.post("/logout").await;
    assert_eq!((got.status, got.removes()), (200, true));
    until(|| heard.ids().len() == 1).await;
    // The hook has started and waits.
    assert_eq!(client.holding(&token).get("/me").await.denial(), denied(401, "logout"));
    assert_eq!(site.store.inner().live_sessions(), 0);
    client.login("alice").await;
    assert_eq!(client.get("/me").await.body, "alice");
    opens.add_permits(1);
    until(|| site.store.calls(crate::support::Op::Settle) == 1).await;
    assert_eq!(open_claims(site.store.inner()).await, 0);
}

/// One hook panics, one hangs, one panics before it has a future: the others run, the sessions are dead, requests go on, and
/// none of the three is called again.
#[tokio::test(start_paused = true)]
async fn a_hook_that_fails_changes_nothing() {
    let (clock, store, heard) = (TestClock::new(), Faulty::new(), Heard::default());
    let (hears, events) = (heard.clone(), Arc::new(Mutex::new(Vec::new())));
    let tells = Arc::clone(&events);
    let sessions = builder(&store, &clock)
        .on_event(move |event| tells.lock().unwrap().push(event.clone()))
        .on_end(move |end| {
            let user = end.user().unwrap().to_string();
            hears.tell(end);
            assert!(user != "early", "told to panic at once");
            async move {
                match user.as_str() {
                    "panics" => panic!("told to"),
                    "hangs" => std::future::pending().await,
                    _ => {}
                }
            }
        })
        .build()
        .unwrap();
    let site = world_of(sessions.clone(), clock, store, |router| router);
    for user in ["hangs", "early", "alice", "panics", "bob"] {
        let mut client = Client::new(&site.app);
        client.login(user).await;
        let token = client.token();
        assert_eq!(client.post("/logout").await.status, 200, "{user}");
        assert_eq!(client.holding(&token).get("/me").await.denial(), denied(401, "logout"), "{user}");
    }
    until(|| heard.ids().len() == 5).await;
    tokio::time::sleep(Duration::from_secs(31)).await;
    let failures: HashSet<_> = events
        .lock()
        .unwrap()
        .iter()
        .filter_map(|event| match event {
            Event::HookFailed { end, reason: EndReason::Logout, cause } => Some((end.clone(), *cause)),
            _ => None,
        })
        .collect();
    let of = |user: &str| heard.ids()[heard.users().iter().position(|heard| heard == user).unwrap()].clone();
    let expected = [
        (of("hangs"), HookFailure::TimedOut),
        (of("early"), HookFailure::Panicked),
        (of("panics"), HookFailure::Panicked),
    ];
    assert_eq!(failures, HashSet::from(expected));
    site.clock.advance("10m").unwrap();
    assert_eq!((sessions.sweep().await.unwrap(), heard.ids().len()), (0, 5), "none is called again");
    assert_eq!(open_claims(site.store.inner()).await, 0);
}

/// Whoever ends another user's session by signing in over it hangs up before the answer: the end is heard of all the same.
#[tokio::test]
async fn an_end_reaches_the_hook_also_when_the_client_hangs_up() {
    let (clock, store, heard) = (TestClock::new(), Faulty::new(), Heard::default());
    let hears = heard.clone();
    let listens = builder(&store, &clock).on_end(move |end| {
        hears.tell(end);
        async {}
    });
    let site = world_of(listens.build().unwrap(), clock, store, |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.store.close_gate();
    let request = client.spawn(client.request(Method::POST, "/logout"));
    site.store.until_end_waits().await;
    request.abort();
    site.store.open_gate();
    until(|| heard.ids().len() == 1).await;
    assert_eq!(heard.reasons(), [EndReason::Logout]);
}

/// Without a hook nothing is kept for one.
#[tokio::test]
async fn without_a_hook_nothing_is_claimed() {
    let (clock, store) = (TestClock::new(), Faulty::new());
    let sessions = builder(&store, &clock).build().unwrap();
    let site = world_of(sessions.clone(), clock, store, |router| router);
    for user in ["alice", "bob"] {
        Client::new(&site.app).login(user).await;
    }
    let mut client = Client::new(&site.app);
    client.login("carol").await;
    client.post("/logout").await;
    site.clock.advance("30m10s").unwrap();
    assert_eq!(sessions.sweep().await.unwrap(), 2);
    assert_eq!((open_claims(site.store.inner()).await, site.store.calls(crate::support::Op::Settle)), (0, 0));
}

/// An end that another request brought about is not heard twice.
#[tokio::test]
async fn ends_that_race_are_one_end() {
    let (site, heard) = listening();
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.store.close_gate();
    let many: Vec<_> = (0..20).map(|_| client.spawn(client.request(Method::POST, "/logout"))).collect();
    for _ in 0..20 {
        site.store.until_end_waits().await;
    }
    site.store.open_gate();
    for request in many {
        assert_eq!(request.await.unwrap().status(), 200);
    }
    until(|| !heard.ids().is_empty()).await;
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(heard.reasons(), [EndReason::Logout]);
}
