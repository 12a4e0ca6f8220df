//! Late answers cannot log anyone out (semantics.md §4): a removal cookie never goes out for a token that was superseded
//! while its request was under way, because the browser holds the successor's by then.

use std::sync::Arc;

use axum::http::Method;
use session_policy::{
    SessionError,
    client::UserAgent,
    store::{Captured, Create, Created, Entries, Expiry, Header, Identity, Record, Store, UserId},
    token::{RecordId, SystemRandom, Token, TokenId, TokenKind},
};
use tokio::sync::Notify;

use crate::support::{Client, Faulty, Got, Open, Page, World, denied, guarded, world};

/// A site whose `/slow` and `/slow-open` arrive, wait to be let go, and then have their way.
struct Slow {
    site: World,
    arrived: Arc<Notify>,
    go: Arc<Notify>,
}

fn slow() -> Slow {
    let (arrived, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let gate = |session: session_policy::Session, what: Option<String>, says: Arc<Notify>, waits: Arc<Notify>| async move {
        says.notify_one();
        waits.notified().await;
        match what.as_deref() {
            Some("fail") => drop(session.reauth_failed().await?),
            Some("logout") => session.logout().await?,
            Some("other") => session.reauthenticated("bob", session_policy::Level::Full).await?,
            _ => {}
        }
        Ok::<_, SessionError>("done")
    };
    let site = world(Faulty::new(), |router| {
        let (says, waits) = (Arc::clone(&arrived), Arc::clone(&go));
        let (open_says, open_waits) = (Arc::clone(&arrived), Arc::clone(&go));
        router
            .route(
                "/slow",
                guarded::<Page, _, _>(move |session, ask| {
                    gate(session, ask.get("do").map(str::to_owned), Arc::clone(&says), Arc::clone(&waits))
                }),
            )
            .route(
                "/slow-open",
                guarded::<Open, _, _>(move |session, ask| {
                    gate(session, ask.get("do").map(str::to_owned), Arc::clone(&open_says), Arc::clone(&open_waits))
                }),
            )
    });
    Slow { site, arrived, go }
}

impl Slow {
    /// The answer to a slow request, beside which the same browser signed in anew.
    async fn beside_a_login(&self, client: &mut Client, target: &str) -> Got {
        let request = client.spawn(client.request(Method::POST, target));
        self.arrived.notified().await;
        client.login("alice").await;
        self.go.notify_one();
        Got::of(request.await.expect("an answer")).await
    }
}

#[tokio::test]
async fn of_a_failed_attempt() {
    let slow = slow();
    let mut client = Client::new(&slow.site.app);
    client.login("alice").await;
    let got = slow.beside_a_login(&mut client, "/slow?do=fail").await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None));
    assert_eq!(client.get("/me").await.body, "alice");
}

/// The attempt came after an end: it is told the reason of that end, not another.
#[tokio::test]
async fn a_failed_attempt_beside_a_logout() {
    let slow = slow();
    let mut client = Client::new(&slow.site.app);
    client.login("alice").await;
    let request = client.spawn(client.request(Method::POST, "/slow?do=fail"));
    slow.arrived.notified().await;
    client.post("/logout").await;
    slow.go.notify_one();
    let got = Got::of(request.await.expect("an answer")).await;
    assert_eq!((got.denial(), got.removes()), (denied(401, "logout"), true));
}

#[tokio::test]
async fn of_a_logout_of_the_session_before() {
    for (target, status) in [("/slow?do=logout", 200), ("/slow?do=other", 401)] {
        let slow = slow();
        let mut client = Client::new(&slow.site.app);
        client.login("alice").await;
        let got = slow.beside_a_login(&mut client, target).await;
        assert_eq!((got.status, got.cookie()), (status, None), "{target}");
        assert_eq!(got.header("clear-site-data"), None, "{target}: the storage is the successor's by now");
        assert_eq!(client.get("/me").await.body, "alice", "{target}");
    }
}

/// A page for anyone, opened with the token of a session that had ended.
#[tokio::test]
async fn of_a_page_that_was_opened_with_a_tombstone() {
    let slow = slow();
    let mut client = Client::new(&slow.site.app);
    client.login("alice").await;
    slow.site.clock.advance("30m").expect("a duration");
    let got = slow.beside_a_login(&mut client, "/slow-open").await;
    assert_eq!((got.status, got.body.as_str(), got.cookie()), (200, "done", None));
    assert_eq!(client.get("/me").await.body, "alice");
}

/// Without a login beside it, the holder of the tombstone does lose the cookie.
#[tokio::test]
async fn a_tombstone_loses_its_cookie() {
    let slow = slow();
    let mut client = Client::new(&slow.site.app);
    client.login("alice").await;
    slow.site.clock.advance("30m").expect("a duration");
    slow.go.notify_one();
    assert!(client.post("/slow-open").await.removes());
}

fn id(token: &str) -> TokenId {
    Token::parse(token.as_bytes()).expect("a token").id(TokenKind::Session)
}

/// Another node signs the same browser in, between this node's look at the session and its end.
#[tokio::test]
async fn of_a_session_that_was_found_to_be_over() {
    let slow = slow();
    let mut client = Client::new(&slow.site.app);
    client.login("alice").await;
    let old = client.token();
    slow.site.clock.advance("30m").expect("a duration");
    slow.site.store.close_gate();
    let request = client.spawn(client.request(Method::GET, "/me"));
    slow.site.store.until_end_waits().await;
    let new = Token::random(&SystemRandom).expect("randomness");
    let now = slow.site.clock.now_ms();
    let mut header = Header::new(now, Captured::new(UserAgent::parse(Some(crate::support::FIREFOX.as_bytes()))));
    header.level = session_policy::Level::Full;
    header.authenticated[session_policy::Level::Full as usize] = Some(now);
    let record = Record {
        id: RecordId::random(&SystemRandom).expect("randomness"),
        header,
        identity: Arc::new(Identity::new(Some(UserId::try_from("alice").expect("an id")), Some("Member".into()))),
        data: Arc::new(Entries::new()),
        expiry: Expiry { idle_ms: 1_800_000, absolute_at: now + 28_800_000 },
    };
    let create = Create {
        token: new.id(TokenKind::Session),
        record,
        generation: None,
        supersede: Some(id(&old)),
        lease: None,
        now,
    };
    let created = Store::create(slow.site.store.inner(), create).await.expect("a store");
    assert!(matches!(created, Created::Done(_)), "{created:?}");
    slow.site.store.open_gate();
    let got = Got::of(request.await.expect("an answer")).await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None));
    assert_eq!(client.holding(&new.text()).get("/me").await.body, "alice");
}
