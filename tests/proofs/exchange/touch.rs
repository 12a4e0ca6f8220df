//! Activity is written at most every `touch` where a store wants that (semantics.md §3): the true idle window lies in
//! `(idle − touch, idle]`; an exact store has none.

use crate::support::{Client, Faulty, Op, denied, world};

/// Of `idle = "30m"`: a sixtieth.
const TOUCH_MS: u64 = 30_000;
const IDLE_MS: u64 = 1_800_000;

#[tokio::test]
async fn a_commit_every_touch_and_no_more() {
    let site = world(Faulty::coalescing(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    for (step, expected) in [(0, 0), (1, 0), (TOUCH_MS - 2, 0), (1, 1), (1, 1), (TOUCH_MS - 2, 1), (1, 2)] {
        site.clock.advance_ms(step);
        assert_eq!(client.get("/me").await.status, 200);
        assert_eq!(site.store.calls(Op::Commit), expected, "{step} ms later");
    }
    let loads = site.store.calls(Op::Load);
    client.get("/watch").await;
    assert_eq!((site.store.calls(Op::Load) - loads, site.store.calls(Op::Commit)), (1, 2), "passive: one round trip");
}

#[tokio::test]
async fn the_true_idle_window() {
    // The last activity is unwritten: a millisecond before the next stamp would be taken. It has idle − touch + 1 ms left.
    for (later, alive) in [(IDLE_MS - TOUCH_MS, true), (IDLE_MS - TOUCH_MS + 1, false)] {
        let site = world(Faulty::coalescing(), |router| router);
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        site.clock.advance_ms(TOUCH_MS - 1);
        assert_eq!(client.get("/me").await.status, 200);
        site.clock.advance_ms(later);
        let got = client.get("/me").await;
        assert_eq!(got.status == 200, alive, "{later} ms after the last activity");
        if !alive {
            assert_eq!(got.denial(), denied(401, "idle"));
        }
    }
    // Written at once, it has all of idle.
    for (later, alive) in [(IDLE_MS - 1, true), (IDLE_MS, false)] {
        let site = world(Faulty::coalescing(), |router| router);
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        site.clock.advance_ms(TOUCH_MS);
        client.get("/me").await;
        site.clock.advance_ms(later);
        assert_eq!(client.get("/me").await.status == 200, alive, "{later} ms after a written activity");
    }
}

#[tokio::test]
async fn an_exact_store_is_exact() {
    for (later, alive) in [(IDLE_MS - 1, true), (IDLE_MS, false)] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        site.clock.advance_ms(1);
        client.get("/me").await;
        site.clock.advance_ms(later);
        assert_eq!(client.get("/me").await.status == 200, alive, "{later} ms after");
    }
}

/// What a client is told about the time left never promises more than the store will hold to.
#[tokio::test]
async fn the_time_left_is_not_more_than_there_is() {
    use crate::support::{Page, guarded};
    let site = world(Faulty::coalescing(), |router| {
        router.route(
            "/left",
            guarded::<Page, _, _>(|session, _| async move {
                session.time_left().map(|left| left.idle.as_millis().to_string()).unwrap_or_default()
            }),
        )
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.clock.advance_ms(TOUCH_MS - 1);
    let left: u64 = client.get("/left").await.body.parse().unwrap();
    assert_eq!(left, IDLE_MS - TOUCH_MS + 1, "this activity is not written");
    site.clock.advance_ms(left - 1);
    assert_eq!(client.clone().get("/watch").await.status, 200);
    site.clock.advance_ms(1);
    assert_eq!(client.get("/watch").await.denial(), denied(401, "idle"));
    // Written: all of it.
    client.login("alice").await;
    site.clock.advance_ms(TOUCH_MS);
    assert_eq!(client.get("/left").await.body, IDLE_MS.to_string());
}

#[tokio::test]
async fn passive_routes_keep_nobody_alive_and_prefetches_neither() {
    for (target, header) in [
        ("/watch", None),
        ("/me", Some(("sec-purpose", "prefetch;prerender"))),
        ("/me", Some(("sec-fetch-site", "cross-site"))),
    ] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        client.headers.extend(header.map(|(name, value)| (name, value.to_owned())));
        for _ in 0..29 {
            site.clock.advance("1m").unwrap();
            assert_eq!(client.get(target).await.status, 200, "{target} {header:?}");
        }
        site.clock.advance("1m").unwrap();
        assert_eq!(client.get(target).await.denial(), denied(401, "idle"), "{target} {header:?}");
    }
}
