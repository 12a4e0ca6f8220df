//! Slow handlers: what a request says of the time when it is answered, not when it arrived; and whose cookie its late answer
//! may touch (semantics.md §3, §4, §5).

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::http::Method;
use session_policy::{AuthEvent, Level, Session, SessionError, Sessions, clock::TestClock};
use tokio::{sync::Notify, task::JoinHandle};

use crate::support::{Ask, Client, Faulty, Got, Note, Op, Open, Page, Role, builder, denied, guarded, world_of};

/// A site whose `/slow` (for users) and `/slow-open` (for anyone) do what they are told, and wait before or behind it.
struct Slow {
    clock: TestClock,
    store: Faulty,
    app: axum::Router,
    arrived: Arc<Notify>,
    go: Arc<Notify>,
}

async fn act(session: &Session, ask: &Ask) -> Result<(), SessionError> {
    match ask.get("do") {
        Some("reauth") => session.reauthenticated("alice", Level::Full).await?,
        Some("login") => session.login(AuthEvent::new("alice").role(Role::Member))?,
        Some("logout") => session.logout().await?,
        Some("login-anew") => {
            let ticket = session.engine().expect("the engine").begin_login("alice").await?;
            session.login(AuthEvent::new("alice").role(Role::Member).ticket(ticket))?;
        }
        Some("provider") => session.login(AuthEvent::new("alice").role(Role::Member).at(at(ask)))?,
        Some("provider-again") => session.reauthenticated_with(AuthEvent::new("alice").at(at(ask))).await?,
        Some("set") => session.set(Note("late".to_owned()))?,
        _ => {}
    }
    Ok(())
}

/// `?at=70000`: so many milliseconds after the start.
fn at(ask: &Ask) -> SystemTime {
    let after: u64 = ask.get("at").and_then(|at| at.parse().ok()).expect("a number");
    UNIX_EPOCH + Duration::from_millis(TestClock::START_MS + after)
}

fn site(store: &Faulty, clock: &TestClock, sessions: Sessions) -> Slow {
    let (arrived, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let waits = {
        let (arrived, go) = (Arc::clone(&arrived), Arc::clone(&go));
        move |session: Session, ask: Ask| {
            let (arrived, go) = (Arc::clone(&arrived), Arc::clone(&go));
            async move {
                let acts_first = ask.get("first").is_some();
                if acts_first {
                    act(&session, &ask).await?;
                }
                arrived.notify_one();
                go.notified().await;
                if !acts_first {
                    act(&session, &ask).await?;
                }
                Ok::<_, SessionError>(ask.then())
            }
        }
    };
    let (user, anyone) = (waits.clone(), waits);
    let world = world_of(sessions, clock.clone(), store.clone(), |router| {
        router.route("/slow", guarded::<Page, _, _>(user)).route("/slow-open", guarded::<Open, _, _>(anyone))
    });
    Slow { clock: clock.clone(), store: store.clone(), app: world.app, arrived, go }
}

fn slow_on(store: Faulty) -> Slow {
    let clock = TestClock::new();
    let sessions = builder(&store, &clock).build().unwrap();
    site(&store, &clock, sessions)
}

impl Slow {
    /// Sends a request and resolves when its handler waits.
    async fn begin(&self, client: &Client, target: &str) -> JoinHandle<axum::response::Response> {
        let request = client.spawn(client.request(Method::POST, target));
        self.arrived.notified().await;
        request
    }

    async fn end(&self, request: JoinHandle<axum::response::Response>) -> Got {
        self.go.notify_one();
        Got::of(request.await.unwrap()).await
    }
}

/// A push on the phone that takes a minute to be confirmed: what another tab sends right afterwards, with the token of before,
/// is late, not a replay.
#[tokio::test]
async fn a_minute_counts_from_when_the_token_was_replaced() {
    for target in ["/slow?do=reauth", "/slow?do=login"] {
        let slow = slow_on(Faulty::new());
        let mut client = Client::new(&slow.app);
        client.login("alice").await;
        let mut tab = client.clone();
        let request = slow.begin(&client, target).await;
        slow.clock.advance_ms(70_000);
        let got = slow.end(request).await;
        let mut client = client.holding(&got.token().expect("a new token"));
        slow.clock.advance_ms(60_000);
        assert_eq!(tab.get("/me").await.denial(), denied(401, "superseded"), "{target}");
        assert_eq!(client.get("/me").await.body, "alice", "{target}: nobody copied anything");
        slow.clock.advance_ms(1);
        assert_eq!(tab.get("/me").await.denial(), denied(401, "superseded"), "{target}");
        assert_eq!(client.get("/me").await.denial(), denied(401, "replayed"), "{target}: still recognised");
    }
}

/// The mail that a logout sends takes its time; meanwhile the same browser signs in again.
#[tokio::test]
async fn a_late_logout_leaves_the_next_login_alone() {
    for status in [200, 500] {
        let slow = slow_on(Faulty::new());
        let mut client = Client::new(&slow.app);
        client.login("alice").await;
        let request = slow.begin(&client, &format!("/slow?do=logout&first=1&then={status}")).await;
        client.login("alice").await;
        let got = slow.end(request).await;
        assert_eq!((got.status, got.cookie(), got.header("clear-site-data")), (status, None, None), "{got:?}");
        assert_eq!(client.get("/me").await.body, "alice");
    }
}

/// Without a login beside it, and also if the store cannot be asked, the cookie goes.
#[tokio::test]
async fn a_slow_logout_takes_its_cookie_along() {
    for fails in [false, true] {
        let slow = slow_on(Faulty::new());
        let mut client = Client::new(&slow.app);
        client.login("alice").await;
        let request = slow.begin(&client, "/slow?do=logout&first=1").await;
        if fails {
            slow.store.fail_all();
        }
        let got = slow.end(request).await;
        assert_eq!((got.status, got.removes(), got.header("clear-site-data").is_some()), (200, true, true), "{got:?}");
    }
}

/// A page for anyone was opened with the token of a dead session; what it writes late must not put an anonymous cookie over
/// the login that happened beside it.
#[tokio::test]
async fn a_late_anonymous_session_leaves_the_login_alone() {
    let slow = slow_on(Faulty::new());
    let mut client = Client::new(&slow.app);
    client.login("alice").await;
    slow.clock.advance("30m").unwrap();
    let request = slow.begin(&client, "/slow-open?do=set").await;
    client.login("alice").await;
    let got = slow.end(request).await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None), "{got:?}");
    assert_eq!(client.get("/me").await.body, "alice");
    assert_eq!(slow.store.inner().live_sessions(), 1, "and nothing is left behind");
}

/// Anybody can send a request slowly. On machines that share a store, its arrival must not be told as the time that it is now,
/// or the others take the engine's clock for a wrong one, and theirs, too.
#[tokio::test]
async fn a_slow_request_says_nothing_wrong_about_the_time() {
    let (store, clock) = (Faulty::shared(), TestClock::new());
    let disagreed = Arc::new(AtomicUsize::new(0));
    let engine = || {
        let counts = Arc::clone(&disagreed);
        let told = move |event: &session_policy::sessions::Event| {
            if matches!(event, session_policy::sessions::Event::ClockDisagrees { .. }) {
                counts.fetch_add(1, SeqCst);
            }
        };
        site(&store, &clock, builder(&store, &clock).on_event(told).build().unwrap())
    };
    let (one, other) = (engine(), engine());
    let (mut on_one, mut on_other) = (Client::new(&one.app), Client::new(&other.app));
    on_one.login("alice").await;
    on_other.login("bob").await;
    let request = one.begin(&Client::new(&one.app), "/slow-open?do=set").await;
    for _ in 0..5 {
        clock.advance_ms(9_000);
        for (client, user) in [(&mut on_one, "alice"), (&mut on_other, "bob")] {
            assert_eq!(client.get("/me").await.body, user);
            // What looks at the clocks in the background has its turn.
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        }
    }
    let got = one.end(request).await;
    assert_eq!((got.status, got.token().is_some()), (200, true), "{got:?}");
    clock.advance_ms(10_000);
    assert_eq!(on_other.get("/me").await.body, "bob");
    assert_eq!(on_one.get("/me").await.body, "alice");
    assert_eq!(disagreed.load(SeqCst), 0, "both have the same clock");
}

/// The lease of an end begins with the end: a hook does not wait for the next round because its request was slow.
#[tokio::test]
async fn the_hook_of_a_slow_request_runs_at_once() {
    let (store, clock) = (Faulty::new(), TestClock::new());
    let (says, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let sessions = builder(&store, &clock).on_end(move |end| {
        says.send(end.ended_at()).unwrap();
        async {}
    });
    let slow = site(&store, &clock, sessions.build().unwrap());
    let mut client = Client::new(&slow.app);
    client.login("alice").await;
    let request = slow.begin(&client, "/slow?do=logout").await;
    clock.advance_ms(70_000);
    slow.end(request).await;
    let at = tokio::time::timeout(Duration::from_secs(20), ended.recv()).await.expect("the hook ran").unwrap();
    assert_eq!(at, UNIX_EPOCH + Duration::from_millis(clock.now_ms()), "when it ended");
}

/// While a handler waits for the phone, the provider's clock goes on: what it says of then is none of the future, and neither
/// is a ticket that is taken then. What lies ahead of the clock still is.
#[tokio::test]
async fn what_happened_while_a_handler_waited_is_none_of_the_future() {
    for (what, status) in [
        ("login-anew", 200),
        ("provider&at=70000", 200),
        ("provider&at=80001", 400),
        ("provider-again&at=70000", 200),
        ("provider-again&at=80001", 400),
    ] {
        let slow = slow_on(Faulty::new());
        let mut client = Client::new(&slow.app);
        client.login("alice").await;
        let request = slow.begin(&client, &format!("/slow?do={what}")).await;
        slow.clock.advance_ms(70_000);
        let got = slow.end(request).await;
        let is_done = got.status == 200;
        assert_eq!((is_done, got.token().is_some()), (status == 200, status == 200), "{what}: {got:?}");
        if let Some(token) = got.token() {
            assert_eq!(client.holding(&token).get("/me").await.body, "alice", "{what}");
        }
    }
}

/// A store that cannot hand out claims, or does not confirm, still ends who is dead.
#[tokio::test]
async fn sessions_are_swept_whatever_becomes_of_claims() {
    for op in [Op::Reclaim, Op::Settle] {
        let (store, clock) = (Faulty::new(), TestClock::new());
        let sessions = builder(&store, &clock).on_end(|_| async {}).build().unwrap();
        let slow = site(&store, &clock, sessions.clone());
        let mut client = Client::new(&slow.app);
        client.login("alice").await;
        store.fail(&[op]);
        client.login("bob").await;
        // The hook of the session before returns, and waits to be settled.
        for _ in 0..32 {
            tokio::task::yield_now().await;
        }
        clock.advance("1h").unwrap();
        assert!(sessions.sweep().await.is_err(), "{op:?}: and it says so");
        assert_eq!(store.inner().live_sessions(), 0, "{op:?}");
    }
}

/// What another tab wrote while a login took its time moves over with the rest; what was signed out meanwhile does not come
/// back; and a form that was sent twice loses nothing, whichever answer comes last.
#[tokio::test]
async fn a_slow_login_carries_what_is_there_when_it_is_done() {
    for (user, beside, note) in [
        (None, "/set?carried=two", "- two"),
        (None, "/login?user=alice", "- one"),
        (None, "/logout", "- -"),
        (Some("alice"), "/set?carried=two", "- two"),
        (Some("alice"), "/logout", "- -"),
    ] {
        let slow = slow_on(Faulty::new());
        let mut client = Client::new(&slow.app);
        if let Some(user) = user {
            client.login(user).await;
        }
        client.post("/set?carried=one").await;
        let request = slow.begin(&client, "/slow-open?do=login").await;
        assert_eq!(client.clone().post(beside).await.status, 200);
        let got = slow.end(request).await;
        let mut client = client.holding(&got.token().expect("a new token"));
        assert_eq!(
            (client.get("/note").await.body.as_str(), client.get("/me").await.body.as_str()),
            (note, "alice"),
            "{beside}"
        );
    }
}

/// A listener that panics (a logger without a disk, say) stops nothing: neither the answer, nor the hook, nor the sweeper.
#[tokio::test]
async fn a_listener_that_panics_stops_nothing() {
    let (store, clock) = (Faulty::new(), TestClock::new());
    let hooks = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&hooks);
    let sessions = builder(&store, &clock)
        .on_event(|event| panic!("told to, at {event:?}"))
        .on_end(move |_| {
            counts.fetch_add(1, SeqCst);
            async {}
        })
        .build()
        .unwrap();
    let slow = site(&store, &clock, sessions.clone());
    let mut client = Client::new(&slow.app);
    client.login("alice").await;
    let mut left = Client::new(&slow.app);
    left.login("bob").await;
    let mut foreign = client.clone();
    foreign.headers.push(("origin", "https://evil.test".to_owned()));
    assert_eq!(foreign.post("/logout").await.denial(), denied(403, "csrf"));
    let got = client.post("/logout").await;
    assert_eq!((got.status, got.removes()), (200, true), "{got:?}");
    clock.advance("1h").unwrap();
    assert_eq!(sessions.sweep().await.unwrap(), 1);
    assert_eq!(hooks.load(SeqCst), 2);
}
