//! What a replaced, planted or unknown token may do: nothing (semantics.md §2.3, §4).

use session_policy::{
    store::Loaded,
    token::{Token, TokenKind},
};

use crate::support::{Client, Faulty, World, denied, world};

async fn replaced() -> (World, Client, Client) {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let late = client.clone();
    client.post("/reauth?user=alice").await;
    assert_ne!(client.token(), late.token());
    (site, client, late)
}

#[tokio::test]
async fn it_cannot_write_beside_its_successor() {
    let (site, mut client, mut late) = replaced().await;
    let got = late.post("/set?note=stolen").await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None));
    let got = late.post("/logout").await;
    assert_eq!((got.status, got.cookie()), (200, None), "a late answer cannot log anyone out");
    assert_eq!(late.get("/open").await.body, "nobody");
    assert_eq!(site.store.inner().live_sessions(), 1);
    assert_eq!((client.get("/me").await.body, client.get("/note").await.body), ("alice".into(), "- -".into()));
}

#[tokio::test]
async fn whoever_signs_in_with_it_gets_a_session_of_their_own() {
    let (_site, mut client, mut late) = replaced().await;
    late.login("bob").await;
    assert_eq!(late.get("/me").await.body, "bob");
    assert_eq!(client.get("/me").await.body, "alice");
}

#[tokio::test]
async fn later_than_a_minute_it_is_a_replay() {
    for (later, ends) in [(60_000, false), (60_001, true)] {
        let (site, mut client, mut late) = replaced().await;
        site.clock.advance_ms(later);
        let got = late.get("/me").await;
        assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None));
        let got = client.get("/me").await;
        if ends {
            assert_eq!((got.denial(), got.removes()), (denied(401, "replayed"), true), "{later} ms later");
        } else {
            assert_eq!(got.body, "alice", "{later} ms later");
        }
    }
}

/// Whoever replays a token of two logins ago means the session of today.
#[tokio::test]
async fn a_replay_is_recognised_across_logins() {
    let (site, mut client, mut late) = replaced().await;
    client.post("/login?user=alice").await;
    site.clock.advance_ms(60_001);
    assert_eq!(late.get("/me").await.denial(), denied(401, "superseded"));
    assert_eq!(client.get("/me").await.denial(), denied(401, "replayed"));
}

/// Planted tokens are never adopted, whoever plants them and whatever is written then.
#[tokio::test]
async fn an_unknown_token_is_never_adopted() {
    for target in ["/set?note=x", "/login?user=alice"] {
        let site = world(Faulty::new(), |router| router);
        let planted = "A".repeat(43);
        let mut client = Client::new(&site.app).holding(&planted);
        assert_eq!(client.get("/me").await.denial(), denied(401, "no_session"));
        let got = client.post(target).await;
        assert!(got.token().is_some_and(|token| token != planted), "{target}: {got:?}");
        let id = Token::parse(planted.as_bytes()).unwrap().id(TokenKind::Session);
        let stored = site.store.known(id).await;
        assert!(matches!(stored, Loaded::Unknown), "{target}: nothing is stored for it: {stored:?}");
        assert_eq!(client.holding(&planted).get("/me").await.denial(), denied(401, "no_session"));
    }
}

/// The same bytes for an unknown and for a malformed token.
#[tokio::test]
async fn unknown_and_malformed_look_the_same() {
    let site = world(Faulty::new(), |router| router);
    let client = Client::new(&site.app);
    let mut answers = Vec::new();
    for token in ["A".repeat(43), "A".repeat(42), format!("\"{}\"", "A".repeat(43)), "%41".to_owned(), String::new()] {
        let got = client.holding(&token).get("/me").await;
        answers.push((got.status, format!("{:?}", got.headers), got.body));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

/// Two different cookies of our name: no session, and nobody is signed out; the same value twice is one.
#[tokio::test]
async fn two_cookies_of_one_name() {
    let (_site, mut client, _) = replaced().await;
    let token = client.token();
    for (other, status) in [(token.clone(), 200), ("B".repeat(42) + "A", 401), ("nonsense".to_owned(), 401)] {
        for field in
            [format!("__Host-id={token}; __Host-id={other}"), format!("__Host-id={other}; a=b; __Host-id={token}")]
        {
            let mut request = client.request(axum::http::Method::GET, "/me");
            request.headers_mut().insert("cookie", field.parse().unwrap());
            let got = client.send(request).await;
            assert_eq!((got.status, got.cookie()), (status, None), "{field}");
        }
    }
    assert_eq!(client.get("/me").await.body, "alice");
}
