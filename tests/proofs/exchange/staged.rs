//! Raising is staged (semantics.md §2.6): a login takes effect below 400, data below 500, and nothing else is sent or kept.

use crate::support::{Client, Faulty, Op, denied, world};

#[tokio::test]
async fn a_login_takes_effect_below_400_only() {
    for (then, works) in [
        (200, true),
        (204, true),
        (303, true),
        (399, true),
        (400, false),
        (403, false),
        (499, false),
        (500, false),
        (503, false),
    ] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        let got = client.post(&format!("/login?user=alice&then={then}")).await;
        assert_eq!(got.status, then);
        assert_eq!(got.token().is_some(), works, "a cookie at {then}");
        assert_eq!(got.set_cookies().len(), usize::from(works), "no other cookie at {then}");
        assert_eq!(client.get("/me").await.status, if works { 200 } else { 401 }, "after {then}");
        assert_eq!(site.store.calls(Op::Create), usize::from(works), "the store at {then}");
    }
}

#[tokio::test]
async fn a_login_that_fails_leaves_the_old_session_as_it_was() {
    for then in [400, 403, 499, 500, 503] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        let old = client.token();
        let got = client.post(&format!("/login?user=bob&then={then}")).await;
        assert_eq!((got.status, got.cookie()), (then, None), "no cookie goes out at {then}");
        assert_eq!(client.token(), old);
        assert_eq!(client.get("/me").await.body, "alice", "after {then}");
    }
}

#[tokio::test]
async fn the_token_changes_at_login_and_the_old_one_is_superseded() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let old = client.token();
    client.login("bob").await;
    assert_ne!(client.token(), old);
    assert_eq!(client.get("/me").await.body, "bob");
    let got = client.holding(&old).get("/me").await;
    assert_eq!(got.denial(), denied(401, "superseded"));
    assert_eq!((got.cookie(), got.header("clear-site-data")), (None, None), "a late answer cannot sign anyone out");
}

#[tokio::test]
async fn data_is_kept_below_500_only() {
    for (then, kept) in [(200, true), (303, true), (403, true), (499, true), (500, false), (599, false)] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        client.post("/set?note=before").await;
        let got = client.post(&format!("/set?note=after&then={then}")).await;
        assert_eq!((got.status, got.cookie()), (then, None));
        assert_eq!(client.get("/note").await.body, if kept { "after -" } else { "before -" }, "after {then}");
    }
}

#[tokio::test]
async fn an_anonymous_session_is_made_by_data_below_500_only() {
    for (then, kept) in [(200, true), (404, true), (500, false)] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        let got = client.post(&format!("/set?note=x&then={then}")).await;
        assert_eq!((got.status, got.token().is_some()), (then, kept));
        assert_eq!(site.store.inner().live_sessions(), usize::from(kept));
        assert_eq!(client.get("/note").await.body, if kept { "x -" } else { "- -" });
    }
}

#[tokio::test]
async fn a_reauthentication_takes_effect_below_400_only() {
    for (then, works) in [(200, true), (303, true), (403, false), (500, false)] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        let old = client.token();
        let got = client.post(&format!("/reauth?user=alice&level=mfa&then={then}")).await;
        assert_eq!((got.status, got.token().is_some()), (then, works));
        assert_eq!(client.token() != old, works, "the token is replaced, or it is not");
        let late = client.holding(&old).get("/me").await.status;
        assert_eq!(late, if works { 401 } else { 200 }, "the old token after {then}: no grace");
        assert_eq!(client.get("/me").await.status, 200);
    }
}

/// A handler that answers 5xx, or never answers, counts as no activity; an allowed one counts from its arrival.
#[tokio::test]
async fn an_answer_of_the_server_failing_is_no_activity() {
    for (then, alive) in [(200, true), (404, true), (500, false)] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        site.clock.advance("20m").unwrap();
        client.get(&format!("/me?then={then}")).await;
        site.clock.advance("10m").unwrap();
        let got = client.get("/me").await;
        assert_eq!(got.status, if alive { 200 } else { 401 }, "after {then}");
        if !alive {
            assert_eq!(got.denial(), denied(401, "idle"));
        }
    }
}
