//! Lowering is immediate and never undone (semantics.md §2.6): whatever becomes of the request, the session is dead.

use axum::http::Method;
use session_policy::{
    store::Loaded,
    token::{Token, TokenId, TokenKind},
    verdict::EndReason,
};

use crate::support::{Client, Faulty, Open, World, denied, guarded, world};

fn id(token: &str) -> TokenId {
    Token::parse(token.as_bytes()).expect("a token").id(TokenKind::Session)
}

async fn signed_in(site: &World) -> (Client, String) {
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let token = client.token();
    (client, token)
}

async fn assert_signed_out(site: &World, client: &Client, token: &str, when: &str) {
    let stored = site.store.known(id(token)).await;
    assert!(matches!(stored, Loaded::Ended(EndReason::Logout)), "{when}: {stored:?}");
    let got = client.holding(token).get("/me").await;
    assert_eq!(got.denial(), denied(401, "logout"), "{when}");
    assert!(got.removes(), "{when}: a tombstone's holder loses the cookie");
    assert_eq!(got.header("clear-site-data"), None, "{when}: only on the explicit logout itself");
}

#[tokio::test]
async fn a_logout_is_a_logout_whatever_is_answered() {
    for then in [200, 303, 400, 403, 499, 500, 503] {
        let site = world(Faulty::new(), |router| router);
        let (mut client, token) = signed_in(&site).await;
        let got = client.post(&format!("/logout?then={then}")).await;
        assert_eq!((got.status, got.removes()), (then, true), "the removal cookie goes out on {then}");
        assert_eq!(got.header("clear-site-data"), Some(r#""cache", "storage""#));
        assert_eq!(got.body, "nobody", "dead for the rest of the request");
        assert_signed_out(&site, &client, &token, &format!("after {then}")).await;
    }
}

#[tokio::test]
async fn also_when_the_handler_panics_afterwards() {
    let site = world(Faulty::new(), |router| router);
    let (client, token) = signed_in(&site).await;
    let outcome = client.spawn(client.request(Method::POST, "/logout?then=panic")).await;
    assert!(outcome.is_err_and(|error| error.is_panic()));
    assert_signed_out(&site, &client, &token, "after a panic").await;
}

#[tokio::test]
async fn also_when_the_client_is_lost_afterwards() {
    let site = world(Faulty::new(), |router| router);
    let (client, token) = signed_in(&site).await;
    let request = client.spawn(client.request(Method::POST, "/logout?then=hang"));
    until_ended(&site, &token).await;
    request.abort();
    assert!(request.await.is_err_and(|error| error.is_cancelled()));
    assert_signed_out(&site, &client, &token, "after a lost client").await;
}

/// The request is dropped while the store is still busy with the end.
#[tokio::test]
async fn also_when_the_client_is_lost_half_way() {
    let site = world(Faulty::new(), |router| router);
    let (client, token) = signed_in(&site).await;
    site.store.close_gate();
    let request = client.spawn(client.request(Method::POST, "/logout"));
    site.store.until_end_waits().await;
    request.abort();
    assert!(request.await.is_err_and(|error| error.is_cancelled()), "the request is gone");
    let stored = site.store.known(id(&token)).await;
    assert!(matches!(stored, Loaded::Live(_)), "and the store has not ended it yet");
    site.store.open_gate();
    until_ended(&site, &token).await;
    assert_signed_out(&site, &client, &token, "after a client lost half way").await;
}

/// Yields until the store has ended the session: bounded, and without sleeping.
async fn until_ended(site: &World, token: &str) {
    for _ in 0..10_000 {
        if matches!(site.store.known(id(token)).await, Loaded::Ended(_)) {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the session was never ended");
}

#[tokio::test]
async fn nothing_staged_survives_a_logout_in_the_same_request() {
    let site = world(Faulty::new(), |router| {
        router.route(
            "/mixed",
            guarded::<Open, _, _>(|session, _| async move {
                session.login(session_policy::AuthEvent::new("bob").role(crate::support::Role::Member))?;
                session.set(crate::support::Note("late".into()))?;
                session.logout().await?;
                let after = session.login(session_policy::AuthEvent::new("carol").role(crate::support::Role::Member));
                assert!(matches!(after, Err(session_policy::SessionError::Ended(EndReason::Logout))), "{after:?}");
                session.logout().await?;
                Ok::<_, session_policy::SessionError>("done")
            }),
        )
    });
    let (mut client, token) = signed_in(&site).await;
    let got = client.post("/mixed").await;
    assert_eq!((got.status, got.removes()), (200, true), "{got:?}");
    assert_eq!(site.store.inner().live_sessions(), 0);
    assert_signed_out(&site, &client, &token, "after a mixed request").await;
}

#[tokio::test]
async fn a_logout_on_a_safe_method_is_refused() {
    let site = world(Faulty::new(), |router| router);
    let (mut client, _) = signed_in(&site).await;
    let got = client.get("/logout").await;
    assert_eq!((got.status, got.cookie()), (500, None));
    assert_eq!(client.get("/me").await.body, "alice");
}

#[tokio::test]
async fn another_user_in_the_reauthentication_ends_the_session() {
    let site = world(Faulty::new(), |router| router);
    let (mut client, token) = signed_in(&site).await;
    let got = client.post("/reauth?user=bob").await;
    assert_eq!(got.denial(), denied(401, "identity_changed"));
    assert!(got.removes());
    assert_eq!(got.header("clear-site-data"), None, "this is no explicit logout");
    assert_eq!(client.holding(&token).get("/me").await.denial(), denied(401, "identity_changed"));
}

#[tokio::test]
async fn the_fifth_failed_attempt_in_a_row_ends_the_session() {
    let site = world(Faulty::new(), |router| router);
    let (mut client, token) = signed_in(&site).await;
    for left in [4, 3] {
        assert_eq!(client.post("/reauth?fail=1").await.body, left.to_string());
    }
    client.post("/reauth?user=alice").await;
    assert_ne!(client.token(), token, "a success in between begins the row anew");
    let token = client.token();
    for left in [4, 3, 2, 1] {
        let got = client.post("/reauth?fail=1").await;
        assert_eq!((got.status, got.body.as_str()), (422, left.to_string().as_str()));
    }
    let got = client.post("/reauth?fail=1").await;
    assert_eq!(got.denial(), denied(401, "too_many_attempts"));
    assert!(got.removes());
    assert_eq!(client.holding(&token).get("/me").await.denial(), denied(401, "too_many_attempts"));
}

/// A failed attempt counts also where the handler panics or answers 5xx.
#[tokio::test]
async fn a_failed_attempt_is_not_taken_back() {
    let site = world(Faulty::new(), |router| {
        router.route(
            "/fail",
            guarded::<crate::support::Page, _, _>(|session, ask| async move {
                let _left = session.reauth_failed().await?;
                Ok::<_, session_policy::SessionError>(ask.then())
            }),
        )
    });
    let (mut client, _) = signed_in(&site).await;
    for _ in 0..4 {
        assert_eq!(client.post("/fail?then=500").await.status, 500);
    }
    assert_eq!(client.post("/fail?then=500").await.denial(), denied(401, "too_many_attempts"));
}

/// The store counted the fifth attempt and then failed: nobody gets a sixth one, on any route.
#[tokio::test]
async fn the_fifth_failed_attempt_is_the_last_also_in_an_outage() {
    for target in ["/me", "/reauth?user=alice", "/open"] {
        let site = world(Faulty::new(), |router| router);
        let (mut client, token) = signed_in(&site).await;
        for _ in 0..4 {
            client.post("/reauth?fail=1").await;
        }
        site.store.fail(&[crate::support::Op::End]);
        assert_eq!(client.post("/reauth?fail=1").await.denial(), denied(503, "store_unavailable"));
        site.store.heal();
        let got = client.holding(&token).post(target).await;
        assert!(got.removes(), "{target}: {got:?}");
        let stored = site.store.known(id(&token)).await;
        assert!(matches!(stored, Loaded::Ended(EndReason::TooManyAttempts)), "{target}: {stored:?}");
    }
}
