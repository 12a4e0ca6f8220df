//! What happens without requests: the sweeper, and hooks whose node died (semantics.md §5).
//!
//! A node that dies is a runtime that shuts down: its tasks stop where they stand, and the store lives on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use axum::http::Method;
use session_policy::{
    Sessions,
    clock::{Clock, TestClock},
    sessions::{Event, HOOK_MOST, LEASE},
    verdict::EndReason,
};
use tokio::{runtime, time::Instant};

use super::ends::{Heard, open_claims, until};
use crate::support::{Client, Faulty, Op, builder, denied, world_of};

/// Shows the time of a paused runtime: everything moves together.
#[derive(Debug)]
struct Paused(Instant);

impl Clock for Paused {
    fn now_ms(&self) -> u64 {
        TestClock::START_MS + u64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

fn paused() -> Paused {
    Paused(Instant::now())
}

fn clients(sessions: &Sessions, store: &Faulty) -> Client {
    Client::new(&world_of(sessions.clone(), TestClock::new(), store.clone(), |router| router).app)
}

/// Nobody comes back: the keeper ends it, and not before everybody's clock says so.
#[tokio::test(start_paused = true)]
async fn the_keeper_ends_what_nobody_comes_back_to() {
    let (store, heard) = (Faulty::new(), Heard::default());
    let hears = heard.clone();
    let sessions = builder(&store, &TestClock::new())
        .clock(paused())
        .on_end(move |end| {
            hears.tell(end);
            async {}
        })
        .build()
        .unwrap();
    clients(&sessions, &store).login("alice").await;
    tokio::time::sleep(Duration::from_secs(30 * 60 + 9)).await;
    assert_eq!(heard.ids().len(), 0);
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!((heard.reasons(), store.inner().live_sessions()), (vec![EndReason::Idle], 0));
    assert!((60..=62).contains(&store.calls(Op::Sweep)), "every 30 seconds: {}", store.calls(Op::Sweep));
}

#[tokio::test(start_paused = true)]
async fn sweep_every_is_kept() {
    let store = Faulty::new();
    let sessions = builder(&store, &TestClock::new()).sweep_every(Duration::from_secs(600)).build().unwrap();
    tokio::time::sleep(Duration::from_secs(3_601)).await;
    assert_eq!(store.calls(Op::Sweep), 6);
    drop(sessions);
    tokio::time::sleep(Duration::from_secs(3_601)).await;
    assert_eq!((store.calls(Op::Sweep), store.holders()), (6, 1), "it ends with the engine");
}

#[test]
fn a_sweep_without_pause_is_refused() {
    let refused = builder(&Faulty::new(), &TestClock::new()).sweep_every(Duration::ZERO).build();
    assert!(refused.unwrap_err().to_string().contains("sweep_every"));
}

/// The deadline, and what clocks may differ by.
#[tokio::test]
async fn it_is_swept_when_it_is_dead_by_every_clock() {
    let (clock, store) = (TestClock::new(), Faulty::new());
    let sessions = builder(&store, &clock).build().unwrap();
    let mut client = clients(&sessions, &store);
    client.login("alice").await;
    let token = client.token();
    clock.advance("30m").unwrap();
    clock.advance_ms(9_999);
    assert_eq!((sessions.sweep().await.unwrap(), store.inner().live_sessions()), (0, 1));
    clock.advance_ms(1);
    assert_eq!((sessions.sweep().await.unwrap(), store.inner().live_sessions()), (1, 0));
    assert_eq!(client.holding(&token).get("/me").await.denial(), denied(401, "idle"), "its holder is told why");
}

/// Hooks of 20 seconds each: most claims wait longer than a lease lasts, and the other node takes over what it can. All are called,
/// none twice.
#[tokio::test(start_paused = true)]
async fn slow_hooks_in_a_storm() {
    const MANY: usize = 1_000;
    let (store, calls) = (Faulty::new(), Arc::new(Mutex::new(HashMap::<String, Vec<usize>>::new())));
    let start = Instant::now();
    let nodes = [0, 1].map(|node| {
        let calls = Arc::clone(&calls);
        builder(&store, &TestClock::new())
            .clock(Paused(start))
            .on_end(move |end| {
                calls.lock().unwrap().entry(end.id().to_owned()).or_default().push(node);
                tokio::time::sleep(Duration::from_secs(20))
            })
            .build()
            .unwrap()
    });
    let mut client = clients(&nodes[0], &store);
    for i in 0..MANY {
        client.login(&format!("u{i}")).await;
        client.post("/logout").await;
    }
    while calls.lock().unwrap().len() < MANY {
        assert!(start.elapsed() < Duration::from_secs(7_200), "{} of {MANY}", calls.lock().unwrap().len());
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    tokio::time::sleep(Duration::from_secs(600)).await;
    let calls = calls.lock().unwrap();
    assert!(calls.values().all(|nodes| nodes.len() == 1), "none is called twice");
    let by_other = calls.values().filter(|nodes| nodes[0] == 1).count();
    assert!((1..MANY).contains(&by_other), "both nodes had work: {by_other}");
}

/// A node that dies inside the hook: another one calls it again when the lease has run out, with the same id, once.
#[test]
fn a_node_that_dies_inside_the_hook() {
    let (clock, store) = (TestClock::new(), Faulty::new());
    let node = || runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (first, second) = (node(), node());

    let (starts, started) = mpsc::channel();
    let id = first.block_on(async {
        let hangs = builder(&store, &clock).on_end(move |end| {
            starts.send(end.id().to_owned()).unwrap();
            std::future::pending()
        });
        let sessions = hangs.build().unwrap();
        let mut client = clients(&sessions, &store);
        client.login("alice").await;
        client.post("/logout").await;
        started.recv_timeout(Duration::from_secs(30)).unwrap()
    });
    first.shutdown_background();

    let heard = Heard::default();
    let hears = heard.clone();
    second.block_on(async {
        let sessions = builder(&store, &clock)
            .on_end(move |end| {
                hears.tell(end);
                async {}
            })
            .build()
            .unwrap();
        clock.advance_ms(59_999);
        sessions.sweep().await.unwrap();
        assert_eq!(heard.ids().len(), 0, "the lease is not over");
        clock.advance_ms(1);
        sessions.sweep().await.unwrap();
        assert_eq!((heard.ids(), heard.reasons()), (vec![id], vec![EndReason::Logout]));
        clock.advance("10m").unwrap();
        sessions.sweep().await.unwrap();
        assert_eq!(heard.ids().len(), 1);
        assert_eq!(open_claims(store.inner()).await, 0);
    });
}

/// A node that dies between the claim and the hook: the store has ended the session, and nobody was told. The engine goes on in
/// another runtime, and its own keeper calls the hook.
#[test]
fn a_node_that_dies_before_the_hook() {
    let (clock, store, heard) = (TestClock::new(), Faulty::new(), Heard::default());
    let hears = heard.clone();
    let sessions = builder(&store, &clock)
        .on_end(move |end| {
            hears.tell(end);
            async {}
        })
        .build()
        .unwrap();
    let node = || runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let first = node();
    first.block_on(async {
        let mut client = clients(&sessions, &store);
        client.login("alice").await;
        store.close_gate_behind();
        drop(client.spawn(client.request(Method::POST, "/logout")));
        store.until_end_waits().await;
    });
    first.shutdown_background();
    store.open_gate();
    assert_eq!((heard.ids().len(), store.inner().live_sessions()), (0, 0), "dead, and nobody knows");

    node().block_on(async {
        // The first request in the new runtime starts the keeper.
        assert_eq!(clients(&sessions, &store).get("/open").await.status, 200);
        clock.advance_ms(59_999);
        tokio::time::sleep(Duration::from_secs(31)).await;
        assert_eq!((store.calls(Op::Reclaim), heard.ids().len()), (1, 0), "the lease is not over");
        clock.advance_ms(1);
        tokio::time::sleep(Duration::from_secs(30)).await;
        until(|| heard.ids().len() == 1).await;
        assert_eq!((heard.reasons(), open_claims(store.inner()).await), (vec![EndReason::Logout], 0));
    });
}

/// Two nodes sweep one store at once: each end is one node's, and one hook's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_that_sweep_at_once() {
    const MANY: usize = 2_000;
    let (clock, store) = (TestClock::new(), Faulty::polite());
    let calls = Arc::new(Mutex::new(Vec::new()));
    let nodes = [0, 1].map(|node| {
        let calls = Arc::clone(&calls);
        let listens = builder(&store, &clock).on_end(move |end| {
            calls.lock().unwrap().push((node, end.id().to_owned()));
            tokio::task::yield_now()
        });
        listens.build().unwrap()
    });
    let sites = nodes.clone().map(|node| clients(&node, &store));
    for i in 0..MANY {
        sites[i % 2].clone().login(&format!("u{i}")).await;
    }
    clock.advance("30m10s").unwrap();
    let sweeps: Vec<_> = (0..8)
        .map(|i| {
            let node = nodes[i % 2].clone();
            tokio::spawn(async move { node.sweep().await.unwrap() })
        })
        .collect();
    let mut ended = 0;
    for sweep in sweeps {
        ended += sweep.await.unwrap();
    }
    assert_eq!(ended, MANY);
    clock.advance("10m").unwrap();
    for node in &nodes {
        node.sweep().await.unwrap();
    }
    let calls = calls.lock().unwrap();
    let mut ids: Vec<_> = calls.iter().map(|(_, id)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((calls.len(), ids.len()), (MANY, MANY));
    let first = calls.iter().filter(|(node, _)| *node == 0).count();
    assert!((1..MANY).contains(&first), "both nodes had work: {first}");
}

/// The store does not confirm that the hook is over: it is asked again, and the hook is not called again.
#[tokio::test(start_paused = true)]
async fn a_hook_is_not_called_again_because_the_store_was_down() {
    let (store, heard) = (Faulty::new(), Heard::default());
    let hears = heard.clone();
    let sessions = builder(&store, &TestClock::new())
        .clock(paused())
        .on_end(move |end| {
            hears.tell(end);
            async {}
        })
        .build()
        .unwrap();
    let mut client = clients(&sessions, &store);
    client.login("alice").await;
    store.fail(&[Op::Settle]);
    client.post("/logout").await;
    until(|| heard.ids().len() == 1).await;
    tokio::time::sleep(LEASE * 5).await;
    assert!(store.calls(Op::Settle) > 100, "it is asked again and again");
    assert!(sessions.sweep().await.is_err(), "by hand, too");
    store.heal();
    tokio::time::sleep(HOOK_MOST).await;
    assert_eq!((heard.ids().len(), open_claims(store.inner()).await), (1, 0));
}

/// Runs a future without any runtime.
fn bare<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..1_000_000 {
        if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut context) {
            return out;
        }
    }
    panic!("it waits for a runtime");
}

/// Without a runtime sessions end, and the hook is left to an engine that can run it, at once.
#[test]
fn without_a_runtime() {
    let (clock, store, heard) = (TestClock::new(), Faulty::new(), Heard::default());
    let hears = heard.clone();
    let sessions = builder(&store, &clock)
        .on_end(move |end| {
            hears.tell(end);
            async {}
        })
        .build()
        .unwrap();
    let mut client = clients(&sessions, &store);
    bare(async {
        client.login("alice").await;
        client.post("/logout").await;
        client.login("bob").await;
    });
    clock.advance("30m10s").unwrap();
    assert_eq!(bare(sessions.sweep()).unwrap(), 1);
    assert_eq!((heard.ids().len(), store.inner().live_sessions()), (0, 0));
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(sessions.sweep()).unwrap(), 0);
    let mut reasons = heard.reasons();
    reasons.sort_by_key(|reason| reason.as_str());
    assert_eq!(reasons, [EndReason::Idle, EndReason::Logout]);
    assert_eq!(runtime.block_on(open_claims(store.inner())), 0);
}

/// A runtime without a timer: that is said, once; ends wait for another engine, and nothing hangs.
#[test]
fn without_a_timer() {
    let (clock, store, heard) = (TestClock::new(), Faulty::new(), Heard::default());
    let (hears, events) = (heard.clone(), Arc::new(Mutex::new(Vec::new())));
    let tells = Arc::clone(&events);
    let listens = builder(&store, &clock).on_event(move |event| tells.lock().unwrap().push(event.clone()));
    let sessions = listens
        .on_end(move |end| {
            hears.tell(end);
            async {}
        })
        .build()
        .unwrap();
    let timeless = runtime::Builder::new_current_thread().build().unwrap();
    timeless.block_on(async {
        let mut client = clients(&sessions, &store);
        client.login("alice").await;
        client.post("/logout").await;
        client.login("bob").await;
        clock.advance("30m10s").unwrap();
        assert_eq!(sessions.sweep().await.unwrap(), 1);
        assert_eq!(sessions.sweep().await.unwrap(), 0);
    });
    let no_timer = events.lock().unwrap().iter().filter(|event| matches!(event, Event::NoTimer)).count();
    assert_eq!((no_timer, heard.ids().len(), store.inner().live_sessions()), (1, 0, 0));
    let other = Heard::default();
    let hears = other.clone();
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let another = builder(&store, &clock).on_end(move |end| {
            hears.tell(end);
            async {}
        });
        another.build().unwrap().sweep().await.unwrap();
    });
    assert_eq!((other.ids().len(), runtime.block_on(open_claims(store.inner()))), (2, 0));
}
