//! When a successor is issued, and when not.

use std::sync::Arc;

use axum::http::Method;
use session_policy::{
    Level, Session, SessionError,
    store::{Identity, UserId},
};

use super::{EVERY_MS, GRACE_MS, due, id, kept, lost, rotated, rotating, rotating_with};
use crate::support::{Client, Faulty, Note, Op, Page, denied, guarded};

#[tokio::test]
async fn at_rotate_every_and_not_a_millisecond_before() {
    let (site, _) = rotating();
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.clock.advance_ms(EVERY_MS - 1);
    assert_eq!(client.get("/me").await.cookie(), None);
    site.clock.advance_ms(1);
    let (parent, first) = rotated(&mut client).await;
    // Counted from the rotation, not from the login.
    site.clock.advance_ms(EVERY_MS - 1);
    assert_eq!(client.get("/me").await.cookie(), None);
    site.clock.advance_ms(1);
    let (former, second) = rotated(&mut client).await;
    assert_eq!(former, first);
    assert!(parent != second && first != second);
    assert_eq!(client.get("/me").await.body, "alice");
}

/// The cookie of a successor has the attributes of every other one: it takes the old one's place.
#[tokio::test]
async fn the_cookie_is_the_same_but_for_its_value() {
    let (site, _) = rotating();
    let mut client = Client::new(&site.app);
    let login = client.login("alice").await;
    let token = client.token();
    site.clock.advance_ms(EVERY_MS);
    let got = client.get("/me").await;
    assert_eq!(got.set_cookies(), [login.set_cookies()[0].replace(&token, &client.token())]);
    assert_eq!(got.header("clear-site-data"), None);
}

/// One round trip: stamp, data and successor travel together.
#[tokio::test]
async fn it_costs_no_round_trip_of_its_own() {
    let (site, _) = rotating();
    let mut client = due(&site).await;
    let before = (site.store.calls(Op::Load), site.store.calls(Op::Commit));
    assert!(client.post("/set?note=x").await.token().is_some());
    assert_eq!((site.store.calls(Op::Load), site.store.calls(Op::Commit)), (before.0 + 1, before.1 + 1));
    assert_eq!(client.get("/note").await.body, "x -");
    assert_eq!(site.store.calls(Op::Rotate), 0);
}

/// Where stamps are coalesced, a request that only rotates commits all the same.
#[tokio::test]
async fn it_does_not_wait_for_a_stamp() {
    let (site, _) = rotating_with(Faulty::coalescing(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.clock.advance_ms(EVERY_MS - 1);
    client.get("/me").await;
    site.clock.advance_ms(1);
    rotated(&mut client).await;
}

/// Method, target, further header fields.
type Visit = (Method, &'static str, &'static [(&'static str, &'static str)]);

/// Rotation is for activity: whatever is none leaves the token alone.
#[tokio::test]
async fn only_on_activity() {
    let (site, _) = rotating();
    let client = due(&site).await;
    let rows: [Visit; 6] = [
        (Method::GET, "/watch", &[]),
        (Method::OPTIONS, "/me", &[]),
        (Method::GET, "/me", &[("sec-purpose", "prefetch")]),
        (Method::GET, "/me", &[("sec-purpose", "prefetch;prerender")]),
        (Method::GET, "/me", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]),
        (Method::GET, "/me", &[("upgrade", "websocket"), ("sec-fetch-site", "same-origin")]),
    ];
    for (method, target, headers) in rows {
        let mut client = client.clone();
        client.headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let request = client.request(method.clone(), target);
        let got = client.send(request).await;
        assert_eq!((got.status, got.cookie()), (200, None), "{method} {target} {headers:?}");
    }
    // HEAD is a visit like any other.
    let mut client = client;
    let request = client.request(Method::HEAD, "/me");
    assert!(client.send(request).await.token().is_some());
}

/// An answer of 400 or more, a denial, a panic, a dropped request: no successor, and the token stays what it was.
#[tokio::test]
async fn only_with_a_good_answer() {
    let (site, _) = rotating_with(Faulty::new(), |router| {
        router
            .route("/mfa", crate::support::page::<Mfa>())
            .route("/panic", guarded::<Page, _, _>(|_: Session, _| async { std::panic::panic_any("told to") as () }))
    });
    let mut client = due(&site).await;
    for (target, status) in [("/me?then=400", 400), ("/me?then=403", 403), ("/me?then=500", 500), ("/mfa", 401)] {
        let got = client.get(target).await;
        assert_eq!((got.status, got.cookie()), (status, None), "{target}");
    }
    assert!(client.spawn(client.request(Method::GET, "/panic")).await.is_err());
    assert_eq!(kept(&site, &client.token()).await.line.turn, None);
    for (target, status) in [("/me?then=204", 204), ("/me?then=303", 303), ("/me?then=399", 399)] {
        let got = client.get(target).await;
        assert_eq!((got.status, got.token().is_some()), (status, true), "{target}");
        site.clock.advance_ms(EVERY_MS);
    }
}

crate::support::policy!(Mfa = session_policy::policy::Rules::UNSET.auth(Level::Mfa));

/// Nobody's session rotates, too; where there is none, nothing is drawn.
#[tokio::test]
async fn an_anonymous_session_rotates() {
    let (site, _) = rotating();
    let mut client = Client::new(&site.app);
    assert_eq!(client.get("/open").await.cookie(), None);
    client.post("/set?note=mine").await;
    site.clock.advance_ms(EVERY_MS);
    let parent = client.token();
    assert!(client.get("/open").await.token().is_some());
    assert_eq!(client.get("/note").await.body, "mine -");
    site.clock.advance_ms(GRACE_MS);
    assert_eq!(client.holding(&parent).get("/open").await.body, "nobody");
    assert_eq!(client.get("/note").await.body, "- -");
}

/// A base without `rotate_every` never rotates.
#[tokio::test]
async fn not_unless_it_is_written() {
    let site = crate::support::world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    for _ in 0..20 {
        site.clock.advance("20m").unwrap();
        assert_eq!(client.get("/me").await.cookie(), None);
    }
}

/// A login or a re-authentication brings a token anyway, and only one cookie goes out.
#[tokio::test]
async fn a_rise_takes_its_place() {
    for target in ["/reauth?user=alice", "/login?user=alice"] {
        let (site, _) = rotating();
        let mut client = due(&site).await;
        let old = client.token();
        let got = client.post(target).await;
        assert_eq!((got.status, got.set_cookies().len()), (200, 1), "{target}");
        assert_eq!(kept(&site, &client.token()).await.line.turn, None, "{target}");
        assert_eq!(client.get("/me").await.cookie(), None, "{target}: it counts from there");
        assert_eq!(client.holding(&old).get("/me").await.denial(), denied(401, "superseded"), "{target}");
        // A failed one raises nothing and rotates nothing.
        site.clock.advance_ms(EVERY_MS);
        let failed = format!("{target}&then=422");
        assert_eq!(client.post(&failed).await.cookie(), None, "{target}");
        assert!(client.get("/me").await.token().is_some(), "{target}");
    }
}

/// The store does not answer: 503, no cookie, and the old token stays good.
#[tokio::test]
async fn a_store_that_fails_leaves_the_old_token() {
    let (site, _) = rotating();
    let mut client = due(&site).await;
    site.store.fail(&[Op::Commit]);
    let got = client.get("/me").await;
    assert_eq!((got.denial(), got.cookie()), (denied(503, "store_unavailable"), None));
    site.store.heal();
    rotated(&mut client).await;
    assert_eq!(client.get("/me").await.body, "alice");
}

/// Nobody is told less time for it: a rotation moves no deadline.
#[tokio::test]
async fn it_moves_no_deadline() {
    let (site, _) = rotating();
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let expiry = kept(&site, &client.token()).await.expiry;
    for round in 1..=31 {
        site.clock.advance_ms(EVERY_MS);
        assert_eq!(client.get("/me").await.status, 200, "round {round}");
        assert_eq!(kept(&site, &client.token()).await.expiry, expiry, "round {round}");
    }
    site.clock.advance_ms(EVERY_MS);
    assert_eq!(client.get("/me").await.denial(), denied(401, "absolute"));
}

/// A handler may take its time: the grace begins when its answer goes out.
#[tokio::test]
async fn the_grace_begins_with_the_answer() {
    let clock = session_policy::clock::TestClock::new();
    let slow = clock.clone();
    let store = Faulty::new();
    let sessions = crate::support::builder_of::<super::Rotating>(&store, &clock).build().unwrap();
    let site = crate::support::world_of(sessions, clock, store, |router| {
        router.route(
            "/slow",
            guarded::<Page, _, _>(move |_: Session, _| {
                let clock = slow.clone();
                async move { clock.advance_ms(GRACE_MS + 1) }
            }),
        )
    });
    let mut client = due(&site).await;
    let parent = client.token();
    assert!(client.get("/slow").await.token().is_some());
    client.get("/me").await;
    site.clock.advance_ms(GRACE_MS - 1);
    let got = client.holding(&parent).get("/me").await;
    assert_eq!((got.body.as_str(), got.cookie()), ("alice", None));
}

/// An update is applied again where others wrote meanwhile; the successor goes with the attempt that succeeds.
#[tokio::test]
async fn an_update_that_conflicts_rotates_once() {
    let (site, _) = rotating_with(Faulty::new(), |router| {
        router.route(
            "/append",
            guarded::<Page, _, _>(|session: Session, ask| async move {
                let more = ask.get("more").unwrap_or_default().to_owned();
                session.update(move |note: &mut Note| note.0.push_str(&more)).await?;
                Ok::<_, SessionError>("done")
            }),
        )
    });
    let mut client = due(&site).await;
    client.post("/set?note=a&then=400").await;
    site.store.show({
        // The handler's look is one version behind.
        let first = std::sync::atomic::AtomicBool::new(true);
        move |snapshot| {
            if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
                snapshot.version = snapshot.version.wrapping_sub(1);
            }
        }
    });
    let commits = site.store.calls(Op::Commit);
    let got = client.post("/append?more=b").await;
    assert!(got.status == 200 && got.token().is_some(), "{got:?}");
    assert_eq!(site.store.calls(Op::Commit), commits + 2);
    let turn = kept(&site, &client.token()).await.line.turn.expect("a turn");
    assert_eq!(turn.rotation.expect("a rotation").siblings, [id(&client.token())]);
}

/// The drawn token is taken (a broken source of randomness): no rotation this time, and nobody gets another's cookie.
#[tokio::test]
async fn a_taken_token_is_no_successor() {
    let (clock, store) = (session_policy::clock::TestClock::new(), Faulty::new());
    let sessions = crate::support::builder_of::<super::Rotating>(&store, &clock).random(Stuck).build().unwrap();
    let site = crate::support::world_of(sessions, clock, store, |router| router);
    let mut client = due(&site).await;
    let token = client.token();
    let got = client.get("/me").await;
    assert_eq!((got.status, got.cookie()), (200, None));
    assert_eq!(kept(&site, &token).await.line.turn, None);
    assert_eq!(client.get("/me").await.body, "alice");
}

/// The same bytes for ever.
#[derive(Debug)]
struct Stuck;

impl session_policy::token::Random for Stuck {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), session_policy::token::RandomError> {
        bytes.fill(7);
        Ok(())
    }
}

/// The store shows a session that the token does not open: nobody passes.
#[tokio::test]
async fn a_store_that_mixes_up_tokens_opens_nothing() {
    let (site, _) = rotating();
    let mut client = due(&site).await;
    site.store.show(|snapshot| {
        snapshot.line = session_policy::store::Line::new(session_policy::token::TokenId([9; 32]));
        snapshot.identity = Arc::new(Identity::new(Some(UserId::try_from("mallory").unwrap()), Some("Member".into())));
    });
    assert_eq!(client.get("/me").await.denial(), denied(503, "store_unavailable"));
    assert_eq!(client.get("/open").await.denial(), denied(503, "store_unavailable"));
    site.store.show_all();
    lost(&mut client).await;
}
