//! Delete wins (semantics.md §7), and what else happens beside a request that takes its time.

use std::sync::{Arc, Mutex};

use axum::http::Method;
use session_policy::{SessionError, clock::TestClock, sessions::Event};
use tokio::sync::Notify;

use crate::support::{Client, Faulty, Got, Note, Page, World, builder, denied, guarded, world_of};

/// A site whose `/slow` arrives, waits to be let go, and then has its way; and what was reported.
struct Slow {
    site: World,
    arrived: Arc<Notify>,
    go: Arc<Notify>,
    events: Arc<Mutex<Vec<Event>>>,
}

fn slow() -> Slow {
    let (arrived, go, events) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Mutex::new(Vec::new())));
    let (clock, store) = (TestClock::new(), Faulty::new());
    let heard = Arc::clone(&events);
    let sessions =
        builder(&store, &clock).on_event(move |event| heard.lock().unwrap().push(event.clone())).build().unwrap();
    let (says, waits) = (Arc::clone(&arrived), Arc::clone(&go));
    let site = world_of(sessions, clock, store, |router| {
        router.route(
            "/slow",
            guarded::<Page, _, _>(move |session, ask| {
                let (says, waits) = (Arc::clone(&says), Arc::clone(&waits));
                async move {
                    says.notify_one();
                    waits.notified().await;
                    match ask.get("do") {
                        Some("set") => session.set(Note("late".into()))?,
                        Some("update") => session.update(|note: &mut Note| note.0.push_str("late")).await?,
                        Some("reauth") => session.reauthenticated("alice", ask.level()).await?,
                        _ => {}
                    }
                    Ok::<_, SessionError>("done")
                }
            }),
        )
    });
    Slow { site, arrived, go, events }
}

impl Slow {
    /// A slow request of alice's, around `meanwhile`, which another request of hers does.
    async fn around(&self, slow: &str, meanwhile: &str) -> (Client, Got) {
        let mut client = Client::new(&self.site.app);
        client.login("alice").await;
        let request = client.spawn(client.request(Method::POST, slow));
        self.arrived.notified().await;
        assert_eq!(client.post(meanwhile).await.status, 200, "{meanwhile}");
        self.go.notify_one();
        let got = Got::of(request.await.unwrap()).await;
        (client, got)
    }
}

#[tokio::test]
async fn a_late_write_after_an_end_is_dropped_and_reported() {
    for (slow_one, reported) in [("/slow", 0), ("/slow?do=set", 1), ("/slow?do=update", 1)] {
        let slow = slow();
        let (_, got) = slow.around(slow_one, "/logout").await;
        assert_eq!((got.status, got.body.as_str(), got.cookie()), (200, "done", None), "{slow_one}: never a 500");
        assert_eq!(slow.site.store.inner().live_sessions(), 0, "{slow_one}: nothing comes back");
        let dropped =
            slow.events.lock().unwrap().iter().filter(|event| matches!(event, Event::WriteDropped { .. })).count();
        assert_eq!(dropped, reported, "{slow_one}");
    }
}

/// A rise that comes after the end, or after another rise, does not happen; no cookie goes out.
#[tokio::test]
async fn a_late_rise_does_not_happen() {
    for (meanwhile, expected) in [("/logout", "no_session"), ("/reauth?user=alice", "superseded")] {
        let slow = slow();
        let (mut client, got) = slow.around("/slow?do=reauth&level=mfa", meanwhile).await;
        assert_eq!((got.denial(), got.cookie()), (denied(401, expected), None), "beside {meanwhile}");
        assert_eq!(client.get("/me").await.status == 200, expected == "superseded", "{meanwhile} is what counts");
    }
}

/// An update beside a re-authentication is not lost: the client that must try again is told so.
#[tokio::test]
async fn a_conflicting_update_beside_a_new_token_is_never_lost_in_silence() {
    let slow = slow();
    let mut client = Client::new(&slow.site.app);
    client.login("alice").await;
    let request = client.spawn(client.request(Method::POST, "/slow?do=update"));
    slow.arrived.notified().await;
    client.post("/set?note=early-").await;
    client.post("/reauth?user=alice").await;
    slow.go.notify_one();
    let got = Got::of(request.await.unwrap()).await;
    let note = client.get("/note").await.body;
    if got.status == 200 {
        assert_eq!(note, "early-late -");
    } else {
        assert_eq!((got.denial(), note.as_str()), (denied(401, "superseded"), "early- -"));
    }
}

/// A gap before a re-authentication, stamped by a request that was slow, does not count after it.
#[tokio::test]
async fn a_slow_request_does_not_undo_the_reset_of_the_gap() {
    let slow = slow();
    let mut client = Client::new(&slow.site.app);
    client.login("alice").await;
    slow.site.clock.advance("29m").unwrap();
    let request = client.spawn(client.request(Method::POST, "/slow"));
    slow.arrived.notified().await;
    client.post("/reauth?user=alice").await;
    slow.go.notify_one();
    assert_eq!(request.await.unwrap().status(), 200);
    slow.site.clock.advance("29m").unwrap();
    assert_eq!(client.get("/me").await.status, 200);
}

/// An end re-checks the deadline against the store: who judged by an old look at it, beside somebody's activity, looks again.
#[tokio::test]
async fn a_deadline_that_moved_meanwhile_does_not_end_the_session() {
    let Slow { site, .. } = slow();
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.clock.advance("20m").unwrap();
    client.get("/me").await;
    site.clock.advance("20m").unwrap();
    // The first look is from before the activity: by it, the session has been idle for 40 minutes.
    let looks = std::sync::atomic::AtomicUsize::new(0);
    site.store.show(move |snapshot| {
        if looks.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
            snapshot.header.last_seen = TestClock::START_MS;
        }
    });
    assert_eq!(client.get("/me").await.body, "alice");
    // Whoever only ever sees the past cannot judge: 503, and nothing ends.
    site.store.show(|snapshot| snapshot.header.last_seen = TestClock::START_MS);
    let got = client.get("/me").await;
    assert_eq!((got.denial(), got.cookie()), (denied(503, "store_unavailable"), None));
    site.store.show_all();
    assert_eq!(client.get("/me").await.body, "alice");
}
