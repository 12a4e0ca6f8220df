//! `begin_login`: a login or a re-authentication that began before the user's sessions were reset does not take effect.

use std::sync::{Arc, Mutex};

use axum::http::Method;
use session_policy::{AuthEvent, SessionError, Sessions, clock::TestClock, sessions::LoginTicket};
use tokio::sync::Notify;

use super::control::{pages, signed_in};
use crate::support::{Client, Faulty, Got, Open, Page, Role, World, builder, denied, guarded, world_of};

/// A site where authentications begin, wait to be let go, and go on; and where tickets are handed around.
struct Slow {
    site: World,
    sessions: Sessions,
    arrived: Arc<Notify>,
    go: Arc<Notify>,
    ticket: Arc<Mutex<Option<LoginTicket>>>,
}

fn slow() -> Slow {
    let (arrived, go, ticket) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Mutex::new(None)));
    let (clock, store) = (TestClock::new(), Faulty::new());
    let sessions = builder(&store, &clock).build().unwrap();
    let (says, waits) = (Arc::clone(&arrived), Arc::clone(&go));
    let wait = move || {
        let (says, waits) = (Arc::clone(&says), Arc::clone(&waits));
        async move {
            says.notify_one();
            waits.notified().await;
        }
    };
    let waiting = wait.clone();
    let held = Arc::clone(&ticket);
    let site = world_of(sessions.clone(), clock, store, |router| {
        pages(router)
            .route(
                "/slow-login",
                guarded::<Open, _, _>(move |session, ask| {
                    let wait = wait.clone();
                    async move {
                        session.begin_login("alice").await?;
                        wait().await;
                        if ask.get("again").is_some() {
                            session.begin_login("alice").await?;
                        }
                        session.login(AuthEvent::new("alice").role(Role::Member))?;
                        Ok::<_, SessionError>("done")
                    }
                }),
            )
            .route(
                "/slow-reauth",
                guarded::<Page, _, _>(move |session, ask| {
                    let wait = waiting.clone();
                    async move {
                        if ask.get("begin").is_some() {
                            session.begin_login("alice").await?;
                        }
                        wait().await;
                        if ask.get("first").is_some() {
                            session.reauthenticated("alice", ask.level()).await?;
                        }
                        for _ in 0..ask.get("resets").map_or(0, |resets| resets.parse().unwrap()) {
                            session.credential_changed().await?;
                        }
                        if ask.get("first").is_none() {
                            session.reauthenticated("alice", ask.level()).await?;
                        }
                        Ok::<_, SessionError>("done")
                    }
                }),
            )
            .route(
                "/with-ticket",
                guarded::<Open, _, _>(move |session, ask| {
                    let ticket = held.lock().unwrap().clone();
                    async move {
                        let user = ask.get("user").unwrap_or("alice");
                        let mut event = AuthEvent::new(user).role(Role::Member).level(ask.level());
                        if let Some(ticket) = ticket {
                            event = event.ticket(ticket);
                        }
                        match ask.get("reauth") {
                            Some(_) => session.reauthenticated_with(event).await?,
                            None => session.login(event)?,
                        }
                        Ok::<_, SessionError>("done")
                    }
                }),
            )
    });
    Slow { site, sessions, arrived, go, ticket }
}

impl Slow {
    /// Sends a slow request, and waits until it has begun.
    async fn begin(&self, client: &Client, target: &str) -> tokio::task::JoinHandle<axum::response::Response> {
        let request = client.spawn(client.request(Method::POST, target));
        self.arrived.notified().await;
        request
    }

    async fn finish(&self, request: tokio::task::JoinHandle<axum::response::Response>) -> Got {
        self.go.notify_one();
        Got::of(request.await.unwrap()).await
    }
}

#[tokio::test]
async fn a_login_that_began_before_a_reset_does_not_take_effect() {
    let rows = [
        ("nothing", 200),
        ("end_all", 401),
        ("end_all of another user", 200),
        ("end_everyone", 401),
        ("end_others", 401),
        ("credential_changed", 401),
        ("set_role", 401),
        ("end_one", 200),
        ("a logout", 200),
    ];
    for (meanwhile, expected) in rows {
        for target in ["/slow-login", "/slow-login?again=1"] {
            let slow = slow();
            let mut other = signed_in(&slow.site, "alice").await;
            let mut client = Client::new(&slow.site.app);
            client.post("/set?note=old").await;
            let old = client.token();
            let request = slow.begin(&client, target).await;
            match meanwhile {
                "end_all" => assert_eq!(slow.sessions.end_all("alice").await.unwrap(), 1),
                "end_all of another user" => assert_eq!(slow.sessions.end_all("bob").await.unwrap(), 0),
                "end_everyone" => assert_eq!(slow.sessions.end_everyone().await.unwrap(), 2),
                "end_others" => assert_eq!(other.post("/end-others").await.status, 200),
                "credential_changed" => assert_eq!(other.post("/password").await.status, 200),
                "set_role" => assert_eq!(slow.sessions.set_role("alice", Role::Admin).await.unwrap(), 1),
                "end_one" => {
                    let handle = slow.sessions.list("alice").await.unwrap()[0].handle.clone();
                    assert!(slow.sessions.end_one("alice", &handle).await.unwrap());
                }
                "a logout" => assert_eq!(other.post("/logout").await.status, 200),
                _ => {}
            }
            let got = slow.finish(request).await;
            assert_eq!((got.status, got.token().is_some()), (expected, expected == 200), "{meanwhile}: {got:?}");
            if expected == 401 {
                assert_eq!((got.denial(), got.cookie()), (denied(401, "revoked"), None), "{meanwhile}");
                if meanwhile != "end_everyone" {
                    assert_eq!(client.holding(&old).get("/note").await.body, "old -", "the old session is as it was");
                }
                // Begun anew, it succeeds.
                let request = slow.begin(&client, target).await;
                assert_eq!(slow.finish(request).await.status, 200, "{meanwhile}");
            }
        }
    }
}

#[tokio::test]
async fn a_ticket_goes_along_over_several_requests() {
    let slow = slow();
    let mut client = Client::new(&slow.site.app);
    let keep = |ticket: LoginTicket| {
        // As an application keeps it: in words.
        let kept = serde_json::to_string(&ticket).unwrap();
        *slow.ticket.lock().unwrap() = Some(serde_json::from_str(&kept).unwrap());
    };
    keep(slow.sessions.begin_login("alice").await.unwrap());
    slow.site.clock.advance("59m59s").unwrap();
    assert_eq!(client.post("/with-ticket").await.status, 200);

    // The reset is an hour younger than the ticket.
    keep(slow.sessions.begin_login("alice").await.unwrap());
    slow.sessions.end_all("alice").await.unwrap();
    assert_eq!(client.post("/with-ticket").await.denial(), denied(401, "revoked"));

    keep(slow.sessions.begin_login("alice").await.unwrap());
    slow.site.clock.advance("1h").unwrap();
    assert_eq!(client.post("/with-ticket").await.denial(), denied(401, "no_session"), "too old: begin anew");

    keep(slow.sessions.begin_login("bob").await.unwrap());
    let got = client.post("/with-ticket").await;
    assert_eq!((got.status, got.cookie()), (500, None), "another user's: the application mixed them up");

    // From another machine, whose clock is ahead.
    let ahead = TestClock::new();
    ahead.advance("3h").unwrap();
    let other = builder(&slow.site.store, &ahead).build().unwrap();
    keep(other.begin_login("alice").await.unwrap());
    assert_eq!(client.post("/with-ticket").await.denial(), denied(503, "clock"));
}

/// What is handed in goes before what the request itself remembers.
#[tokio::test]
async fn a_ticket_by_hand_for_a_reauthentication() {
    let slow = slow();
    let mut client = signed_in(&slow.site, "alice").await;
    *slow.ticket.lock().unwrap() = Some(slow.sessions.begin_login("alice").await.unwrap());
    assert!(client.post("/with-ticket?reauth=1").await.token().is_some());
    client.post("/end-others").await;
    let got = client.post("/with-ticket?reauth=1").await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "revoked"), None));
    assert_eq!(client.get("/me").await.body, "alice");
}

/// The reset spares the session in which the re-authentication goes on: whoever has the old password must not come out of it
/// freshly authenticated.
#[tokio::test]
async fn a_reauthentication_that_began_before_a_reset_does_not_survive_in_the_spared_session() {
    for (meanwhile, begin, expected) in [
        ("/end-others", "begin=1", denied(401, "revoked")),
        ("/password", "begin=1", denied(401, "revoked")),
        ("/password", "begin=1&first=1&resets=1", denied(401, "revoked")),
        ("/password", "begin=1&resets=2", denied(401, "revoked")),
        ("/me", "begin=1", (200, None)),
        // Who does not say when it began cannot be told.
        ("/password", "then=200", (200, None)),
    ] {
        let slow = slow();
        let mut client = signed_in(&slow.site, "alice").await;
        let request = slow.begin(&client, &format!("/slow-reauth?{begin}")).await;
        assert_eq!(client.post(meanwhile).await.status, 200);
        let got = slow.finish(request).await;
        assert_eq!(got.denial(), expected, "{begin}, {meanwhile} meanwhile");
        if expected.0 == 401 {
            assert_eq!(got.cookie(), None);
            assert_eq!(client.get("/me").await.status, 200, "the session is as it was");
        }
    }
}

/// A request that changes the password, and ends the others for it, is not refused for its own reset.
#[tokio::test]
async fn one_s_own_reset_does_not_refuse_one_s_own_reauthentication() {
    for how in ["begin=1&resets=1", "begin=1&resets=2", "begin=1&first=1&resets=1", "begin=1&first=1&resets=3"] {
        let slow = slow();
        let (mut client, mut other) = (signed_in(&slow.site, "alice").await, signed_in(&slow.site, "alice").await);
        let old = client.token();
        let request = slow.begin(&client, &format!("/slow-reauth?{how}")).await;
        let got = slow.finish(request).await;
        assert!(got.token().is_some_and(|new| new != old), "{how}: {got:?}");
        client.cookie = got.token();
        assert_eq!(client.get("/me").await.status, 200, "{how}");
        assert_eq!(other.get("/me").await.denial(), denied(401, "credential_changed"), "{how}");
    }
}

/// Also without a ticket, a role that was given beside a re-authentication is not lost.
#[tokio::test]
async fn a_reauthentication_does_not_undo_a_demotion_beside_it() {
    let slow = slow();
    let mut client = signed_in(&slow.site, "alice").await;
    let request = slow.begin(&client, "/slow-reauth").await;
    assert_eq!(slow.sessions.set_role("alice", Role::Admin).await.unwrap(), 1);
    let got = slow.finish(request).await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "new_role"), None));
    // The administrator's idle of 15 minutes holds: the role is still to come.
    slow.site.clock.advance("15m").unwrap();
    assert_eq!(client.get("/me").await.denial(), denied(401, "idle"));
}
