//! What a request costs: commands per request, as the server counts them, through the engine and the axum adapter.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::{Request, Response},
};
use serde::{Deserialize, Serialize};
use session_policy::{
    AuthEvent, Session, SessionData, SessionPolicy, Sessions, UserSession,
    axum::{PolicyRouter, get, post, session},
    client::Transport,
    store::{Load, Store},
    test::TestClock,
};
use tower::ServiceExt;

use crate::{
    samples::{MINUTE, NOW, create, live, load, succeed},
    server::Server,
};

#[derive(SessionPolicy)]
#[session(
    idle = "30m",
    absolute = "8h",
    touch = "2m",
    rotate_every = "15m",
    grace = "30s",
    max_sessions = 2,
    on_limit = "evict_oldest"
)]
struct Site;

#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "theme")]
struct Theme(String);

#[session(auth = "anonymous")]
async fn home(_session: Session) -> &'static str {
    "home"
}

#[session(auth = "anonymous")]
async fn login(session: Session) -> Result<&'static str, session_policy::SessionError> {
    session.login("alice")?;
    Ok("in")
}

#[session(auth = "anonymous")]
async fn login_with_ticket(session: Session) -> Result<&'static str, session_policy::SessionError> {
    let ticket = session.begin_login("bob").await?;
    session.login(AuthEvent::new("bob").ticket(ticket))?;
    Ok("in")
}

#[session]
async fn page(_me: UserSession) -> &'static str {
    "page"
}

#[session]
async fn dark(me: UserSession) -> Result<&'static str, session_policy::SessionError> {
    me.set(Theme("dark".into()))?;
    Ok("dark")
}

#[session(auth = "anonymous")]
async fn cart(session: Session) -> Result<&'static str, session_policy::SessionError> {
    session.set(Theme("light".into()))?;
    Ok("cart")
}

#[session]
async fn logout(me: UserSession) -> Result<&'static str, session_policy::SessionError> {
    me.logout().await?;
    Ok("out")
}

/// What scripts run; the store itself sends none of it.
const IN_SCRIPTS: [&str; 12] =
    ["get", "set", "del", "exists", "pttl", "pexpire", "zadd", "zrem", "zrangebyscore", "zrangebylex", "sadd", "srem"];

/// What the test itself sends.
const OURS: [&str; 5] = ["info", "hello", "client|setinfo", "config|resetstat", "ping"];

/// The commands that clients sent, since the last look.
fn sent(server: &Server) -> BTreeMap<String, u64> {
    let text: String = server.run("INFO commandstats");
    let counts = text.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        let calls = rest.split(',').next()?.parse().ok()?;
        let own = OURS.contains(&name) || IN_SCRIPTS.contains(&name) || name == "smembers";
        (!own).then(|| (name.to_owned(), calls))
    });
    let counts = counts.collect();
    let () = server.run("CONFIG RESETSTAT");
    counts
}

struct Browser<'a> {
    app: Router,
    server: &'a Server,
    cookie: Option<String>,
}

impl Browser<'_> {
    /// Sends a request, checks its status, and says how many scripts were run for it.
    async fn costs(&mut self, method: &str, path: &str, status: u16) -> u64 {
        sent(self.server);
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        request = request.header("origin", "http://localhost").header("sec-fetch-site", "same-origin");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let peer = axum::extract::ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 4711)));
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(peer);
        let answer: Response<Body> = self.app.clone().oneshot(request).await.expect("infallible");
        assert_eq!(answer.status(), status, "{method} {path}");
        if let Some(set) = answer.headers().get("set-cookie") {
            let pair = set.to_str().expect("text").split(';').next().expect("a pair");
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        let sent = sent(self.server);
        assert!(sent.keys().all(|name| name == "evalsha"), "nothing but scripts: {sent:?}");
        let count = sent.get("evalsha").copied().unwrap_or_default();
        println!("| {method:<4} {path:<20} | {count} |");
        count
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_per_request() {
    let server = Server::start();
    let clock = TestClock::new();
    let sessions = Sessions::builder::<Site, ()>()
        .store(server.store().await)
        .transport(Transport::loopback())
        .clock(clock.clone())
        .build()
        .expect("a site");
    let app: Router = PolicyRouter::new(sessions.clone())
        .route("/", get(home))
        .route("/login", post(login))
        .route("/ticket", post(login_with_ticket))
        .route("/page", get(page))
        .route("/dark", post(dark))
        .route("/cart", post(cart))
        .route("/logout", post(logout))
        .into_router()
        .expect("a router");
    let mut browser = Browser { app: app.clone(), server: &server, cookie: None };
    assert_eq!(browser.costs("GET", "/page", 401).await, 0, "nobody");
    assert_eq!(browser.costs("GET", "/", 200).await, 0, "anonymous");
    assert!(browser.costs("POST", "/login", 200).await <= 2, "login");
    // What the engine does in the background, every 10 and 30 seconds, it has just done.
    let wait = async |span| {
        clock.advance(span).expect("a duration");
        sessions.sweep().await.expect("an answer");
    };
    wait("1m").await;
    assert_eq!(browser.costs("GET", "/page", 200).await, 1, "protected read, no write within touch");
    assert_eq!(browser.costs("POST", "/dark", 200).await, 2, "data: one more");
    wait("3m").await;
    assert_eq!(browser.costs("GET", "/page", 200).await, 2, "activity after touch: one more");
    wait("12m").await;
    let old = browser.cookie.clone();
    assert_eq!(browser.costs("GET", "/page", 200).await, 2, "rotation: one more");
    assert_ne!(browser.cookie, old, "the token was rotated");
    assert_eq!(browser.costs("GET", "/page", 200).await, 2, "the first use of a successor: one more");
    assert_eq!(browser.costs("GET", "/page", 200).await, 1, "and then none");

    // Others log in as the same user: the limit is looked at, and at last somebody is evicted.
    for _ in 0..2 {
        let mut other = Browser { app: app.clone(), server: &server, cookie: None };
        assert!(other.costs("POST", "/login", 200).await <= 2, "login beside others");
    }
    browser.costs("GET", "/page", 401).await;
    browser.cookie = None;
    assert!(browser.costs("POST", "/ticket", 200).await <= 2, "login with a ticket");
    for _ in 0..3 {
        browser.cookie = None;
        assert_eq!(browser.costs("POST", "/ticket", 200).await, 2, "with a ticket and beside other sessions");
    }
    // A cookie that opens a session costs the request's own look at it, as in every other request.
    assert_eq!(browser.costs("POST", "/ticket", 200).await, 1 + 2, "in place of one's own session");
    for login in ["/login", "/ticket"] {
        browser.cookie = None;
        assert_eq!(browser.costs("POST", "/cart", 200).await, 1, "data of nobody");
        assert_eq!(browser.costs("POST", login, 200).await, 1 + 2, "in place of nobody's session: {login}");
    }
    // The end, and a last look: a login beside it may have taken the session over, whose cookie must not go then.
    assert_eq!(browser.costs("POST", "/logout", 200).await, 1 + 2, "logout");
}

/// The same, of the store's own operations.
#[tokio::test(flavor = "multi_thread")]
async fn commands_per_operation() {
    let server = Server::start();
    let store = server.store().await;
    let count = || sent(&server).get("evalsha").copied().unwrap_or_default();
    count();
    store.create(create(1, Some("alice"), NOW)).await.expect("an answer");
    assert_eq!(count(), 1, "create");
    let seen = live(&store, 1, NOW).await;
    assert_eq!(count(), 1, "load");
    let mut rotation = succeed(1, 1, 11, NOW);
    rotation.seen = Some(Box::new(seen));
    store.commit(rotation).await.expect("an answer");
    assert_eq!(count(), 1, "rotation, of what was seen");
    live(&store, 11, NOW).await;
    assert_eq!(count(), 2, "the first use of a successor");
    live(&store, 11, NOW).await;
    assert_eq!(count(), 1, "and the next one");
    // The parent after its grace: recognised in the same round trip.
    store.load(Load { now: NOW + MINUTE, ..load(1, NOW) }).await.expect("an answer");
    assert_eq!(count(), 1, "a replayed token");
    store.load(load(99, NOW)).await.expect("an answer");
    assert_eq!(count(), 1, "an unknown token");
    store.end(crate::samples::end(1, NOW)).await.expect("an answer");
    assert_eq!(count(), 1, "end");
}
