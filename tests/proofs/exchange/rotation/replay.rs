//! A rotated token that turns up again although its successor is in use: somebody copied it, and the session ends.

use session_policy::{Level, policy::Rules};

use super::{EVERY_MS, GRACE_MS, MINUTE_MS, due, lost, rotated, rotating, rotating_with};
use crate::support::{Client, Faulty, Op, denied, page, policy};

/// (client with the successor in use, parent behind its grace)
async fn spent(site: &crate::support::World) -> (Client, Client) {
    let mut client = due(site).await;
    let (parent, _) = rotated(&mut client).await;
    assert_eq!(client.get("/me").await.cookie(), None, "the successor is presented");
    let late = client.holding(&parent);
    (client, late)
}

#[tokio::test]
async fn of_the_parent_behind_its_grace() {
    let (site, heard) = rotating();
    let (mut client, mut late) = spent(&site).await;
    site.clock.advance_ms(GRACE_MS - 1);
    let got = late.get("/me").await;
    assert_eq!((got.body.as_str(), got.cookie()), ("alice", None), "one millisecond before");
    site.clock.advance_ms(1);
    let got = late.get("/me").await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "replayed"), None));
    assert_eq!(got.header("clear-site-data"), None);
    assert_eq!(heard.ends(), ["replayed"]);
    let got = client.get("/me").await;
    assert_eq!((got.denial(), got.removes()), (denied(401, "replayed"), true));
    assert_eq!(late.get("/me").await.denial(), denied(401, "replayed"));
    assert_eq!((heard.ends(), site.store.inner().live_sessions()), (vec!["replayed"], 0), "it ended once");
}

/// The first sibling that is presented is the one; any other is a replay at once, also in the grace.
#[tokio::test]
async fn of_another_sibling() {
    for later in [0, GRACE_MS] {
        for first in [0, 1] {
            let (site, heard) = rotating();
            let mut client = due(&site).await;
            let one = lost(&mut client).await;
            site.clock.advance_ms(GRACE_MS);
            let siblings = [one, lost(&mut client).await];
            let mut holder = client.holding(&siblings[first]);
            assert_eq!(holder.get("/me").await.body, "alice");
            site.clock.advance_ms(later);
            let mut other = client.holding(&siblings[1 - first]);
            for _ in 0..2 {
                let got = other.get("/me").await;
                assert_eq!((got.denial(), got.cookie()), (denied(401, "replayed"), None));
            }
            assert_eq!(heard.ends(), ["replayed"]);
            assert!(holder.get("/me").await.removes());
        }
    }
}

/// Confirmed is confirmed, whatever became of the request: also if it was denied or failed.
#[tokio::test]
async fn once_the_successor_was_presented_at_all() {
    policy!(Mfa = Rules::UNSET.auth(Level::Mfa));
    for first in ["/me?then=500", "/me?then=403", "/mfa", "/watch", "/open", "/reauth?fail=1"] {
        let (site, heard) = rotating_with(Faulty::new(), |router| router.route("/mfa", page::<Mfa>()));
        let mut client = due(&site).await;
        let (parent, _) = rotated(&mut client).await;
        assert_eq!(client.get(first).await.cookie(), None, "{first}");
        site.clock.advance_ms(GRACE_MS);
        assert_eq!(client.holding(&parent).get("/me").await.denial(), denied(401, "replayed"), "{first}");
        assert_eq!(heard.ends(), ["replayed"], "{first}");
    }
}

/// Refused before the store was asked: the successor was not presented.
#[tokio::test]
async fn not_by_a_request_that_never_reached_the_store() {
    let (site, heard) = rotating();
    let mut client = due(&site).await;
    let (parent, _) = rotated(&mut client).await;
    client.headers = vec![("origin", "https://evil.test".to_owned())];
    assert_eq!(client.post("/set?note=x").await.status, 403);
    client.headers.clear();
    site.clock.advance_ms(GRACE_MS);
    rotated(&mut client.holding(&parent)).await;
    assert!(heard.ends().is_empty());
}

#[tokio::test]
async fn on_every_route() {
    policy!(Mfa = Rules::UNSET.auth(Level::Mfa));
    for target in ["/me", "/watch", "/open", "/login", "/logout", "/reauth", "/mfa", "/set?note=x"] {
        let (site, heard) = rotating_with(Faulty::new(), |router| router.route("/mfa", page::<Mfa>()));
        let (mut client, mut late) = spent(&site).await;
        site.clock.advance_ms(GRACE_MS);
        let got = late.post(target).await;
        assert_eq!(got.cookie(), None, "{target}");
        assert_eq!(heard.ends(), ["replayed"], "{target}");
        assert_eq!(client.get("/me").await.denial(), denied(401, "replayed"), "{target}");
    }
}

/// The store does not answer the end: 503, and the next presentation ends it.
#[tokio::test]
async fn while_the_store_fails() {
    let (site, heard) = rotating();
    let (mut client, mut late) = spent(&site).await;
    site.clock.advance_ms(GRACE_MS);
    site.store.fail(&[Op::End]);
    let got = late.get("/me").await;
    assert_eq!((got.denial(), got.cookie()), (denied(503, "store_unavailable"), None));
    assert_eq!(client.get("/me").await.body, "alice");
    site.store.heal();
    assert_eq!(late.get("/me").await.denial(), denied(401, "replayed"));
    assert_eq!(client.get("/me").await.denial(), denied(401, "replayed"));
    assert_eq!(heard.ends(), ["replayed"]);
}

/// What was ended before cannot end again; the holder is told the reason that counts.
#[tokio::test]
async fn after_another_end() {
    let (site, heard) = rotating();
    let mut client = due(&site).await;
    let one = lost(&mut client).await;
    site.clock.advance_ms(GRACE_MS);
    let (parent, two) = rotated(&mut client).await;
    client.get("/me").await;
    site.clock.advance_ms(GRACE_MS);
    client.post("/logout").await;
    for token in [&one, &parent, &two] {
        assert_eq!(client.holding(token).get("/me").await.denial(), denied(401, "logout"));
    }
    assert_eq!(heard.ends(), ["logout"]);
}

#[tokio::test]
async fn of_an_anonymous_token() {
    let (site, heard) = rotating();
    let mut client = Client::new(&site.app);
    client.post("/set?note=mine").await;
    site.clock.advance_ms(EVERY_MS);
    let parent = client.token();
    client.get("/open").await;
    assert_eq!(client.get("/note").await.body, "mine -");
    site.clock.advance_ms(GRACE_MS);
    assert_eq!(client.holding(&parent).get("/me").await.denial(), denied(401, "replayed"));
    assert_eq!((heard.ends(), site.store.inner().live_sessions()), (vec!["replayed"], 0));
    assert!(client.get("/open").await.removes());
}

/// An ex-anonymous token never ends anything: whoever planted it could sign out who signed in with it.
#[tokio::test]
async fn of_an_anonymous_token_after_a_login() {
    for again in [false, true] {
        let (site, heard) = rotating();
        let mut client = Client::new(&site.app);
        client.post("/set?note=mine").await;
        site.clock.advance_ms(EVERY_MS);
        let planted = client.token();
        client.get("/open").await;
        client.get("/open").await;
        site.clock.advance_ms(GRACE_MS);
        client.login("alice").await;
        if again {
            client.login("alice").await;
        }
        for later in [0, MINUTE_MS + 1] {
            site.clock.advance_ms(later);
            let got = client.holding(&planted).get("/me").await;
            assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None), "{later}");
        }
        assert!(heard.ends().is_empty());
        assert_eq!(client.get("/me").await.body, "alice");
    }
}

/// Spent before a login is spent after it: the session of today ends, without waiting for a minute.
#[tokio::test]
async fn of_a_spent_token_after_an_authentication() {
    for rise in ["/login?user=alice", "/reauth?user=alice"] {
        let (site, heard) = rotating();
        let (mut client, mut late) = spent(&site).await;
        site.clock.advance_ms(GRACE_MS);
        client.post(rise).await;
        assert_eq!(late.get("/me").await.denial(), denied(401, "replayed"), "{rise}");
        assert_eq!(client.get("/me").await.denial(), denied(401, "replayed"), "{rise}");
        assert_eq!(heard.ends(), ["replayed"], "{rise}");
    }
}

/// In its grace it was no replay; after the authentication it is a late request like any other.
#[tokio::test]
async fn not_of_a_parent_whose_grace_an_authentication_cut_short() {
    let (site, heard) = rotating();
    let (mut client, mut late) = spent(&site).await;
    client.post("/reauth?user=alice").await;
    let got = late.get("/me").await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None));
    assert!(heard.ends().is_empty());
    assert_eq!(client.get("/me").await.body, "alice");
}

/// Rotations later, an old parent is still known.
#[tokio::test]
async fn rotations_later() {
    let (site, heard) = rotating();
    let (mut client, mut late) = spent(&site).await;
    for _ in 0..5 {
        site.clock.advance_ms(EVERY_MS);
        rotated(&mut client).await;
        client.get("/me").await;
    }
    assert_eq!(late.get("/me").await.denial(), denied(401, "replayed"));
    assert_eq!(heard.ends(), ["replayed"]);
    assert_eq!(client.get("/me").await.denial(), denied(401, "replayed"));
}
