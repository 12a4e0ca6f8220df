//! Logout with the store down (semantics.md §4): 503 with the removal cookie, and the token is dead on this node until the
//! store confirms.

use session_policy::{
    store::Loaded,
    token::{Token, TokenKind},
    verdict::EndReason,
};

use crate::support::{Client, Faulty, Op, World, denied, world};

async fn stored(site: &World, token: &str) -> Loaded {
    let id = Token::parse(token.as_bytes()).unwrap().id(TokenKind::Session);
    site.store.known(id).await
}

async fn after_the_outage(site: &World, client: &Client, token: &str) {
    assert!(matches!(stored(site, token).await, Loaded::Live(_)), "the store has not heard of it");
    // The outage goes on for ends only: the token is dead here all the same.
    site.store.fail(&[Op::End]);
    let got = client.holding(token).get("/me").await;
    assert_eq!((got.denial(), got.removes()), (denied(401, "logout"), true));
    let got = client.holding(token).get("/open").await;
    assert_eq!((got.status, got.body.as_str()), (200, "nobody"), "nobody is signed in by it anywhere");
    assert!(matches!(stored(site, token).await, Loaded::Live(_)));
    // The store is back: it is told as soon as the token comes again.
    site.store.heal();
    let got = client.holding(token).get("/me").await;
    assert_eq!((got.denial(), got.removes()), (denied(401, "logout"), true));
    assert!(matches!(stored(site, token).await, Loaded::Ended(EndReason::Logout)), "the store confirmed");
}

#[tokio::test]
async fn the_store_fails_at_the_end() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let token = client.token();
    site.store.fail(&[Op::End]);
    let got = client.post("/logout").await;
    assert_eq!((got.denial(), got.removes()), (denied(503, "store_unavailable"), true));
    after_the_outage(&site, &client, &token).await;
}

/// The store answers nothing at all, not even who that is: the page known as the logout page still signs out.
#[tokio::test]
async fn the_store_fails_at_everything() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let token = client.token();
    site.store.fail_all();
    let got = client.post("/logout").await;
    assert_eq!((got.denial(), got.removes()), (denied(503, "store_unavailable"), true));
    let got = client.holding(&token).get("/me").await;
    assert_eq!((got.denial(), got.removes()), (denied(401, "logout"), true), "dead while the store is away");
    after_the_outage(&site, &client, &token).await;
}

#[tokio::test]
async fn only_an_unsafe_own_request_to_the_logout_page_does_so() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.store.fail_all();
    let got = client.get("/logout").await;
    assert_eq!((got.denial(), got.cookie()), (denied(503, "store_unavailable"), None));
    let mut foreign = client.request(axum::http::Method::POST, "/logout");
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    let got = client.send(foreign).await;
    assert_eq!((got.denial(), got.cookie()), (denied(403, "csrf"), None));
    let got = client.post("/open").await;
    assert_eq!((got.denial(), got.cookie()), (denied(503, "store_unavailable"), None));
    site.store.heal();
    assert_eq!(client.get("/me").await.body, "alice");
}

/// Whoever signed out does not come back with the token, so nothing waits for that: the store is told as soon as it answers
/// anybody.
#[tokio::test]
async fn the_store_is_told_as_soon_as_it_answers_anybody() {
    for ops in [&[Op::End][..], &[Op::Load, Op::End]] {
        let site = world(Faulty::new(), |router| router);
        let (mut alice, mut bob) = (Client::new(&site.app), Client::new(&site.app));
        alice.login("alice").await;
        bob.login("bob").await;
        let token = alice.token();
        site.store.fail(ops);
        assert_eq!(alice.post("/logout").await.status, 503);
        assert!(matches!(stored(&site, &token).await, Loaded::Live(_)));
        // The store answers looks, and still ends nothing: it is asked again, and nobody else notices.
        site.store.fail(&[Op::End]);
        assert_eq!(bob.get("/me").await.body, "bob");
        tokio::task::yield_now().await;
        assert_eq!(alice.holding(&token).get("/me").await.denial(), denied(401, "logout"));
        site.store.heal();
        assert_eq!(bob.get("/me").await.body, "bob");
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(stored(&site, &token).await, Loaded::Ended(EndReason::Logout)), "{ops:?}");
    }
}
