//! `update` loses nothing (semantics.md §7): not with threads, and not with a store that lets everybody else in between.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};

use axum::http::Method;
use serde::{Deserialize, Serialize};
use session_policy::{SessionData, SessionError, clock::TestClock, sessions::DataSpec};

use crate::support::{Client, Faulty, Open, World, builder, guarded, world, world_of};
use session_policy::axum::PolicyRouter;

const TASKS: usize = 64;

#[derive(Default, Serialize, Deserialize)]
struct Count {
    so_far: u64,
}

impl SessionData for Count {
    const DATA: DataSpec = DataSpec::new("count");
}

fn counting(router: PolicyRouter) -> PolicyRouter {
    router
        .route(
            "/count",
            guarded::<Open, _, _>(|session, _| async move {
                session.update(|count: &mut Count| count.so_far += 1).await?;
                // Two in one request count twice.
                session.update(|count: &mut Count| count.so_far += 1).await?;
                Ok::<_, SessionError>("counted")
            }),
        )
        .route(
            "/counted",
            guarded::<Open, _, _>(|session, _| async move {
                session.get::<Count>().map(|count| count.map_or(0, |count| count.so_far).to_string())
            }),
        )
}

async fn assert_all_count(site: &World) {
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let tasks: Vec<_> = (0..TASKS).map(|_| client.spawn(client.request(Method::POST, "/count"))).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().status(), 200);
    }
    assert_eq!(client.get("/counted").await.body, (2 * TASKS).to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_parallel() {
    assert_all_count(&world(Faulty::new(), counting)).await;
}

/// Every operation lets all other tasks run first: each round of 64 has one winner.
#[tokio::test]
async fn in_lockstep() {
    let clock = TestClock::new();
    let sessions = builder(&Faulty::new(), &clock).store(Faulty::polite()).build().unwrap();
    assert_all_count(&world_of(sessions, clock, Faulty::new(), counting)).await;
}

/// Different keys do not disturb each other; of the same key, the last writer wins.
#[tokio::test]
async fn other_keys_are_left_alone() {
    let site = world(Faulty::new(), counting);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let mut tasks: Vec<_> = (0..8).map(|_| client.spawn(client.request(Method::POST, "/count"))).collect();
    tasks.push(client.spawn(client.request(Method::POST, "/set?note=n&carried=c")));
    for task in tasks {
        assert_eq!(task.await.unwrap().status(), 200);
    }
    assert_eq!(client.get("/counted").await.body, "16");
    assert_eq!(client.get("/note").await.body, "n c");
}

/// A body may ask for thousands of updates in one request: none is nested in another, and none runs more than a few times.
#[tokio::test]
async fn thousands_in_one_request() {
    const MANY: usize = 20_000;
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let site = world(Faulty::new(), |router| {
        counting(router).route(
            "/many",
            guarded::<Open, _, _>(|session, _| async move {
                for _ in 0..MANY {
                    let change = |count: &mut Count| {
                        RUNS.fetch_add(1, SeqCst);
                        count.so_far += 1;
                    };
                    session.update(change).await?;
                }
                session.get::<Count>().map(|count| count.map_or(0, |count| count.so_far).to_string())
            }),
        )
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    client.post("/count").await;
    assert_eq!(client.post("/many").await.body, (MANY + 2).to_string());
    assert_eq!(client.get("/counted").await.body, (MANY + 2).to_string());
    let runs = RUNS.load(SeqCst);
    assert!(runs <= 2 * MANY, "{runs} runs for {MANY} updates");
}

/// What a handler saw of its own update is what is kept, if nobody else wrote.
#[tokio::test]
async fn an_update_is_not_made_twice() {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let site = world(Faulty::new(), |router| {
        counting(router).route(
            "/drawn",
            guarded::<Open, _, _>(|session, _| async move {
                session.update(|count: &mut Count| count.so_far = CALLS.fetch_add(1, SeqCst)).await?;
                session.set(crate::support::Note("beside".into()))?;
                session.get::<Count>().map(|count| count.map_or(0, |count| count.so_far).to_string())
            }),
        )
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    for _ in 0..2 {
        let shown = client.post("/drawn").await.body;
        assert_eq!(client.get("/counted").await.body, shown);
    }
}

/// An update behind a `set` or a `take` does not depend on what is stored: nothing is tried again.
#[tokio::test]
async fn behind_a_set_or_a_take() {
    let site = world(Faulty::new(), |router| {
        counting(router).route(
            "/anew",
            guarded::<Open, _, _>(|session, ask| async move {
                match ask.get("from") {
                    Some("take") => assert!(session.take::<Count>()?.is_some()),
                    _ => session.set(Count { so_far: 10 })?,
                }
                session.update(|count: &mut Count| count.so_far += 1).await?;
                Ok::<_, SessionError>("anew")
            }),
        )
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    for (from, expected) in [("set", "11"), ("take", "1")] {
        client.post("/count").await;
        client.post(&format!("/anew?from={from}")).await;
        assert_eq!(client.get("/counted").await.body, expected, "from {from}");
    }
}
