//! What this node cannot judge yet: stamps of a clock that is ahead, records of a later version. 503, nothing is written,
//! nothing is ended (semantics.md §1, §3).

use std::sync::Arc;

use session_policy::{clock::TestClock, store::Identity};

use crate::support::{Client, Faulty, Op, World, denied, world};

async fn signed_in() -> (World, Client) {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    (site, client)
}

/// On every kind of route, with writes among them; afterwards nothing has happened.
async fn assert_put_off(site: &World, client: &mut Client, reason: &str) {
    let before = [Op::Create, Op::Commit, Op::Rotate, Op::End].map(|op| site.store.calls(op));
    let token = client.token();
    for target in ["/me", "/open", "/watch", "/set?note=x", "/reauth?user=alice", "/login?user=bob", "/logout"] {
        let got = client.post(target).await;
        assert_eq!((got.denial(), got.cookie()), (denied(503, reason), None), "{target}");
        assert!(got.header("retry-after").is_some(), "{target}");
    }
    assert_eq!(client.token(), token);
    let after = [Op::Create, Op::Commit, Op::Rotate, Op::End].map(|op| site.store.calls(op));
    assert_eq!(before, after, "nothing was written and nothing ended");
}

#[tokio::test]
async fn a_stamp_up_to_ten_seconds_ahead_is_now_and_beyond_that_is_put_off() {
    let (site, mut client) = signed_in().await;
    site.clock.set_ms(TestClock::START_MS - 10_000);
    assert_eq!(client.get("/me").await.body, "alice");
    site.clock.set_ms(TestClock::START_MS - 10_001);
    assert_put_off(&site, &mut client, "clock").await;
    site.clock.set_ms(TestClock::START_MS);
    assert_eq!(client.get("/me").await.body, "alice", "the session lives on");
}

/// A node whose clock is behind serves the session; its stamps do not move the session's time backwards.
#[tokio::test]
async fn a_slow_clock_does_not_age_the_session() {
    let (site, mut client) = signed_in().await;
    site.clock.set_ms(TestClock::START_MS - 9_000);
    client.get("/me").await;
    site.clock.set_ms(TestClock::START_MS + 30 * 60_000 - 1);
    assert_eq!(client.get("/me").await.status, 200, "idle counts from the later stamp");
}

#[tokio::test]
async fn a_record_of_another_version_is_put_off() {
    let (site, mut client) = signed_in().await;
    site.store.show(|snapshot| snapshot.header.version += 1);
    assert_put_off(&site, &mut client, "unknown_version").await;
    // Not even a deadline that is long past is judged.
    site.clock.advance("1d").unwrap();
    assert_put_off(&site, &mut client, "unknown_version").await;
    site.clock.set_ms(TestClock::START_MS);
    site.store.show_all();
    assert_eq!(client.get("/me").await.body, "alice");
}

#[tokio::test]
async fn a_role_of_another_version_is_put_off_and_is_no_default_role() {
    let (site, mut client) = signed_in().await;
    site.store.show(|snapshot| {
        snapshot.identity = Arc::new(Identity::new(snapshot.identity.user.clone(), Some("Auditor".into())));
    });
    assert_put_off(&site, &mut client, "unknown_version").await;
    site.store.show_all();
    assert_eq!(client.get("/me").await.body, "alice");
}
