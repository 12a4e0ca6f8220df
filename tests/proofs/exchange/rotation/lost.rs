//! The answer that carried the successor was lost: the parent goes on for a while, and what it cannot do any more.

use session_policy::{client::Transport, policy::Rules};

use super::{EVERY_MS, GRACE_MS, MINUTE_MS, due, kept, lost, rotated, rotating, rotating_with};
use crate::support::{Client, Faulty, World, denied, policy, world_of};

const CURL: &str = "curl/8.5.0";
const NEWER_FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:129.0) Gecko/20100101 Firefox/129.0";

/// Somebody whose rotation was lost and whose grace is over.
async fn stranded(site: &World) -> Client {
    let mut client = due(site).await;
    lost(&mut client).await;
    site.clock.advance_ms(GRACE_MS);
    client
}

#[tokio::test]
async fn in_its_grace_the_parent_is_served_without_a_cookie() {
    let (site, heard) = rotating();
    let mut client = due(&site).await;
    lost(&mut client).await;
    let line = kept(&site, &client.token()).await.line;
    for later in [0, 1, GRACE_MS - 2] {
        site.clock.advance_ms(later);
        for target in ["/me", "/watch", "/open", "/fresh", "/me?then=500"] {
            let got = client.get(target).await;
            assert!(got.status != 401 && got.cookie().is_none(), "{target}: {got:?}");
        }
    }
    assert_eq!(kept(&site, &client.token()).await.line, line, "and no second successor");
    assert!(heard.ends().is_empty());
}

/// The last millisecond of the grace, and the first one behind it.
#[tokio::test]
async fn behind_its_grace_it_gets_another_successor() {
    let (site, _) = rotating();
    let mut client = due(&site).await;
    let nobodys = lost(&mut client).await;
    site.clock.advance_ms(GRACE_MS - 1);
    assert_eq!(client.get("/me").await.cookie(), None);
    site.clock.advance_ms(1);
    let (parent, successor) = rotated(&mut client).await;
    assert_ne!(successor, nobodys);
    // It has a grace of its own.
    assert_eq!(client.holding(&parent).get("/me").await.cookie(), None);
    assert_eq!(client.get("/me").await.body, "alice");
}

/// Nothing is issued without activity or a good answer; the request is served all the same.
#[tokio::test]
async fn without_activity_or_a_good_answer_nothing_is_issued() {
    let (site, _) = rotating();
    let mut client = stranded(&site).await;
    let line = kept(&site, &client.token()).await.line;
    for (target, status) in [("/watch", 200), ("/me?then=403", 403), ("/me?then=500", 500)] {
        let got = client.get(target).await;
        assert_eq!((got.status, got.cookie()), (status, None), "{target}");
    }
    assert_eq!(kept(&site, &client.token()).await.line, line);
    rotated(&mut client).await;
}

#[tokio::test]
async fn until_ten_minutes_after_the_rotation() {
    for target in ["/me", "/watch"] {
        let (site, heard) = rotating();
        let mut client = due(&site).await;
        let successor = lost(&mut client).await;
        site.clock.advance_ms(10 * MINUTE_MS - 1);
        assert_eq!(client.clone().get("/watch").await.status, 200, "one millisecond before");
        site.clock.advance_ms(1);
        for _ in 0..2 {
            let got = client.get(target).await;
            assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None), "{target}");
            assert_eq!(got.header("clear-site-data"), None);
        }
        assert!(heard.ends().is_empty(), "nothing ended");
        assert_eq!(client.holding(&successor).get("/me").await.body, "alice", "whoever has the successor goes on");
    }
}

#[tokio::test]
async fn twice_and_no_more() {
    let (site, heard) = rotating();
    let mut client = due(&site).await;
    let mut successors = Vec::new();
    for _ in 0..3 {
        successors.push(lost(&mut client).await);
        site.clock.advance_ms(GRACE_MS);
    }
    for target in ["/me", "/watch"] {
        let got = client.get(target).await;
        assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None), "{target}");
    }
    assert!(heard.ends().is_empty());
    for successor in &successors {
        // Any one of them may turn up first; the others are replays then, which is for `replay` to say.
        let mut holder = client.holding(successor);
        assert_eq!(holder.get("/watch").await.status == 200, successor == &successors[0]);
    }
}

/// A second token is for the client that had the first, whatever the policy binds. Another one is told nothing, and ends
/// nothing: it may be the user, after an update.
#[tokio::test]
async fn for_the_same_client_only() {
    policy!(Bound = Rules::UNSET.idle(30 * 60).rotate_every(15 * 60).grace(30).bind_ua(None));
    let bound = || {
        let (clock, store) = (session_policy::clock::TestClock::new(), Faulty::new());
        let sessions = crate::support::builder_of::<Bound>(&store, &clock).build().expect("the engine");
        world_of(sessions, clock, store, |router| router)
    };
    for site in [rotating().0, bound()] {
        let mut client = stranded(&site).await;
        for ua in [Some(CURL.to_owned()), None] {
            for target in ["/me", "/watch"] {
                let mut other = client.clone();
                other.ua.clone_from(&ua);
                let got = other.get(target).await;
                assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None), "{ua:?} {target}");
            }
            let mut other = client.clone();
            other.ua = ua;
            assert_eq!(other.get("/open").await.body, "nobody");
        }
        client.ua = Some(NEWER_FIREFOX.to_owned());
        rotated(&mut client).await;
    }
}

/// However recent the authentication is: with a token in place of a lost one nothing is fresh, until the next one.
#[tokio::test]
async fn never_fresh() {
    let (site, _) = rotating();
    let mut client = stranded(&site).await;
    let stale = |got: &crate::support::Got| {
        let challenge = got.header("www-authenticate").unwrap_or_default();
        got.denial() == denied(401, "fresh") && challenge.contains("max_age=\"0\"") && got.cookie().is_none()
    };
    let got = client.get("/fresh").await;
    assert!(stale(&got), "with the parent itself: {got:?}");
    let (parent, _) = rotated(&mut client).await;
    for client in [&mut client.holding(&parent), &mut client] {
        let got = client.get("/fresh").await;
        assert!(stale(&got), "parent in its new grace, successor: {got:?}");
        assert_eq!(client.get("/me").await.body, "alice");
    }
    // Also after the next rotation, which is none of a lost answer.
    site.clock.advance_ms(EVERY_MS);
    rotated(&mut client).await;
    assert!(stale(&client.get("/fresh").await));
    client.post("/reauth?user=alice").await;
    assert_eq!(client.get("/fresh").await.body, "alice");
}

/// Re-authentication with the parent, in its grace and behind it: the session goes on under a token of its own.
#[tokio::test]
async fn the_parent_may_re_authenticate() {
    for later in [0, GRACE_MS] {
        let (site, heard) = rotating();
        let mut client = due(&site).await;
        let successor = lost(&mut client).await;
        let parent = client.token();
        site.clock.advance_ms(later);
        assert!(client.post("/reauth?user=alice").await.token().is_some(), "{later}");
        assert_eq!(client.get("/fresh").await.body, "alice", "{later}: an authentication is what `fresh` asks for");
        for old in [&parent, &successor] {
            assert_eq!(client.holding(old).get("/me").await.denial(), denied(401, "superseded"), "{later}");
        }
        assert!(heard.ends().is_empty());
    }
    // And beside a successor that was presented, while its grace lasts.
    let (site, _) = rotating();
    let mut client = due(&site).await;
    let (parent, successor) = rotated(&mut client).await;
    client.get("/me").await;
    let mut late = client.holding(&parent);
    assert!(late.post("/reauth?user=alice").await.token().is_some());
    assert_eq!(late.get("/me").await.body, "alice");
    assert_eq!(late.holding(&successor).get("/me").await.denial(), denied(401, "superseded"));
}

/// Signing out with the parent signs out.
#[tokio::test]
async fn the_parent_may_sign_out() {
    for (confirmed, later) in [(false, 0), (false, GRACE_MS), (true, 0)] {
        let (site, heard) = rotating();
        let mut client = due(&site).await;
        let (parent, _) = rotated(&mut client).await;
        if confirmed {
            client.get("/me").await;
        }
        site.clock.advance_ms(later);
        let got = client.holding(&parent).post("/logout").await;
        assert!(got.status == 200 && got.removes(), "{confirmed} {later}: {got:?}");
        assert_eq!(heard.ends(), ["logout"]);
        assert_eq!(client.get("/me").await.denial(), denied(401, "logout"));
    }
}

/// Behind ten minutes the parent opens nothing: a logout with it ends nothing, and its answer takes no cookie away.
#[tokio::test]
async fn too_late_it_neither_signs_out_nor_writes() {
    let (site, heard) = rotating();
    let mut client = due(&site).await;
    let successor = lost(&mut client).await;
    site.clock.advance_ms(10 * MINUTE_MS);
    for target in ["/logout", "/set?note=x", "/reauth?user=alice"] {
        assert_eq!(client.post(target).await.cookie(), None, "{target}");
    }
    assert!(heard.ends().is_empty());
    let mut holder = client.holding(&successor);
    assert_eq!((holder.get("/me").await.body, holder.get("/note").await.body), ("alice".into(), "- -".into()));
}

/// Whoever signs in anew behind ten minutes gets a session of their own, and the old one is over.
#[tokio::test]
async fn too_late_it_may_still_sign_in() {
    let (site, heard) = rotating();
    let mut client = due(&site).await;
    let successor = lost(&mut client).await;
    site.clock.advance_ms(10 * MINUTE_MS);
    client.login("alice").await;
    assert_eq!(client.get("/me").await.body, "alice");
    assert_eq!(client.holding(&successor).get("/me").await.denial(), denied(401, "superseded"));
    assert_eq!((heard.ends().len(), site.store.inner().live_sessions()), (0, 1));
}

/// Rotation was switched off by the next version of the application: the lost answer is made up for all the same.
#[tokio::test]
async fn also_where_rotation_was_switched_off_meanwhile() {
    let (site, _) = rotating();
    let mut client = stranded(&site).await;
    let sessions = crate::support::builder(&site.store, &site.clock).transport(Transport::tls()).build().unwrap();
    let next = world_of(sessions, site.clock.clone(), site.store.clone(), |router| router);
    let mut same = Client::new(&next.app).holding(&client.token());
    rotated(&mut same).await;
    assert_eq!(same.get("/me").await.body, "alice");
    client.cookie = same.cookie;
    assert_eq!(client.get("/me").await.body, "alice");
}

/// Where machines share a store, the grace is over when it is over for all of their clocks.
#[tokio::test]
async fn a_shared_store_has_ten_seconds_more() {
    let (site, heard) = rotating_with(Faulty::shared(), |router| router);
    let mut client = due(&site).await;
    let (parent, _) = rotated(&mut client).await;
    client.get("/me").await;
    site.clock.advance_ms(GRACE_MS + 9_999);
    let got = client.holding(&parent).get("/me").await;
    assert_eq!((got.body.as_str(), got.cookie()), ("alice", None));
    site.clock.advance_ms(1);
    assert_eq!(client.holding(&parent).get("/me").await.denial(), denied(401, "replayed"));
    assert_eq!(heard.ends(), ["replayed"]);
}
