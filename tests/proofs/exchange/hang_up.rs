//! A client that hangs up, or a handler that stops waiting, undoes nothing and hides nothing (semantics.md §2.6).

use std::{
    sync::{Arc, Mutex},
    task::Poll,
};

use axum::http::Method;
use session_policy::{
    AuthEvent, SessionError,
    clock::TestClock,
    sessions::Event,
    store::Loaded,
    token::{Token, TokenKind},
    verdict::EndReason,
};

use crate::support::{Client, Faulty, Open, Role, World, builder, denied, guarded, world_of};

type Events = Arc<Mutex<Vec<Event>>>;

fn site() -> (World, Events) {
    let (clock, store, events) = (TestClock::new(), Faulty::new(), Events::default());
    let heard = Arc::clone(&events);
    let sessions =
        builder(&store, &clock).on_event(move |event| heard.lock().unwrap().push(event.clone())).build().unwrap();
    let site = world_of(sessions, clock, store.clone(), move |router| {
        router.route(
            "/impatient",
            guarded::<Open, _, _>(move |session, _| {
                let store = store.clone();
                async move {
                    session.login(AuthEvent::new("bob").role(Role::Member))?;
                    // Gives up on the logout while the store is still busy with it.
                    tokio::select! {
                        biased;
                        outcome = session.logout() => outcome?,
                        () = store.until_end_waits() => {}
                    }
                    store.open_gate();
                    Ok::<_, SessionError>(session.user().map_or("nobody".to_owned(), |user| user.to_string()))
                }
            }),
        )
    });
    (site, events)
}

async fn stored(site: &World, token: &str) -> Loaded {
    let id = Token::parse(token.as_bytes()).unwrap().id(TokenKind::Session);
    site.store.known(id).await
}

async fn until_ended(site: &World, token: &str) -> EndReason {
    for _ in 0..10_000 {
        if let Loaded::Ended(reason) = stored(site, token).await {
            return reason;
        }
        tokio::task::yield_now().await;
    }
    panic!("the session was never ended");
}

fn ends(events: &Events) -> Vec<EndReason> {
    let reason = |event: &Event| match event {
        Event::Ended { reason, .. } => Some(*reason),
        _ => None,
    };
    events.lock().unwrap().iter().filter_map(reason).collect()
}

/// Whoever presents a stolen token and hangs up at once still shows in the log.
#[tokio::test]
async fn an_end_is_reported_also_when_the_client_hangs_up() {
    let (site, events) = site();
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let old = client.token();
    client.post("/reauth?user=alice").await;
    site.clock.advance_ms(60_001);
    site.store.close_gate();
    let request = client.spawn(client.holding(&old).request(Method::GET, "/me"));
    site.store.until_end_waits().await;
    request.abort();
    assert!(request.await.is_err_and(|error| error.is_cancelled()));
    site.store.open_gate();
    assert_eq!(until_ended(&site, &client.token()).await, EndReason::TokenReplayed);
    assert_eq!(ends(&events), [EndReason::TokenReplayed]);
}

/// The fifth failed attempt ends the session, also if the client hangs up right behind it.
#[tokio::test]
async fn the_fifth_attempt_ends_the_session_also_when_the_client_hangs_up() {
    let (site, events) = site();
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let token = client.token();
    for _ in 0..4 {
        assert_eq!(client.post("/reauth?fail=1").await.status, 422);
    }
    // The client is gone as soon as the store has counted, before the handler hears of it.
    let counted = async {
        while matches!(stored(&site, &token).await, Loaded::Live(session) if session.header.failed < 5) {
            let mut asked = false;
            std::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                if std::mem::replace(&mut asked, true) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    };
    tokio::select! {
        biased;
        () = counted => {}
        got = client.post("/reauth?fail=1") => panic!("the answer came first: {got:?}"),
    }
    assert_eq!(until_ended(&site, &token).await, EndReason::TooManyAttempts);
    assert_eq!(ends(&events), [EndReason::TooManyAttempts]);
}

/// From the moment it is called, a logout discards what was staged and takes the cookie, whether or not it is awaited.
#[tokio::test]
async fn a_logout_that_is_not_waited_for() {
    let (site, _) = site();
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let token = client.token();
    site.store.close_gate();
    let got = client.post("/impatient").await;
    assert_eq!((got.status, got.body.as_str(), got.removes()), (200, "nobody", true), "{got:?}");
    assert_eq!(until_ended(&site, &token).await, EndReason::Logout);
    assert_eq!(site.store.inner().live_sessions(), 0, "bob was never signed in");
    assert_eq!(client.holding(&token).get("/me").await.denial(), denied(401, "logout"));
}
