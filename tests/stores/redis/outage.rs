//! The server is away while requests run, through the engine and the axum adapter.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{Request, Response},
};
use session_policy::{
    Session, SessionError, SessionPolicy, Sessions, UserSession,
    axum::{PolicyRouter, get, post, session},
    client::Transport,
};
use tower::ServiceExt;

use crate::server::Server;

#[derive(SessionPolicy)]
#[session(idle = "30m", absolute = "8h")]
struct Site;

/// How often the handler ran.
static RAN: AtomicUsize = AtomicUsize::new(0);

#[session]
async fn page(_me: UserSession) -> &'static str {
    RAN.fetch_add(1, Ordering::SeqCst);
    "page"
}

#[session(auth = "anonymous")]
async fn login(session: Session) -> Result<&'static str, SessionError> {
    session.login("alice")?;
    Ok("in")
}

#[session(auth = "anonymous")]
async fn logout(session: Session) -> Result<&'static str, SessionError> {
    session.logout().await?;
    Ok("out")
}

async fn send(app: &Router, method: &str, path: &str, cookie: Option<&str>) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
    request = request.header("origin", "http://localhost").header("sec-fetch-site", "same-origin");
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    let peer = axum::extract::ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 4711)));
    let mut request = request.body(Body::empty()).expect("a request");
    request.extensions_mut().insert(peer);
    app.clone().oneshot(request).await.expect("infallible")
}

fn cookie(answer: &Response<Body>) -> Option<String> {
    let set = answer.headers().get("set-cookie")?.to_str().expect("text");
    set.split(';').next().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_stops_while_requests_run() {
    let mut server = Server::with(&["--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
    let sessions = Sessions::builder::<Site, ()>()
        .store(Arc::new(server.store().await))
        .transport(Transport::loopback())
        .logout("/logout")
        .build()
        .expect("a site");
    let app: Router = PolicyRouter::new(sessions)
        .route("/page", get(page))
        .route("/login", post(login))
        .route("/logout", post(logout))
        .into_router()
        .expect("a router");
    let mut cookies = Vec::new();
    for _ in 0..3 {
        cookies.push(cookie(&send(&app, "POST", "/login", None).await).expect("a cookie"));
    }
    // Requests run all the time; each is either served or refused as a whole.
    let busy = {
        let (app, cookie) = (app.clone(), cookies[0].clone());
        tokio::spawn(async move {
            let mut seen = std::collections::BTreeMap::<u16, usize>::new();
            for _ in 0..3_000 {
                let answer = send(&app, "GET", "/page", Some(&cookie)).await;
                let status = answer.status().as_u16();
                assert!(answer.headers().get("set-cookie").is_none(), "the cookie is left alone");
                assert!(matches!(status, 200 | 503), "{status}");
                *seen.entry(status).or_default() += 1;
                tokio::task::yield_now().await;
            }
            seen
        })
    };
    while RAN.load(Ordering::SeqCst) < 50 {
        tokio::task::yield_now().await;
    }
    server.kill();
    // One that was loaded before may still have to run.
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let mut refused = 0;
    for _ in 0..20 {
        let answer = send(&app, "GET", "/page", Some(&cookies[1])).await;
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key("retry-after"));
        assert!(!answer.headers().contains_key("set-cookie"));
        refused += 1;
    }
    assert_eq!(refused, 20);
    let before = RAN.load(Ordering::SeqCst);
    send(&app, "GET", "/page", Some(&cookies[1])).await;
    assert_eq!(RAN.load(Ordering::SeqCst), before, "the handler does not run");
    // Whoever signs out during the outage is signed out: the cookie goes at once, and the session with the server's return.
    let answer = send(&app, "POST", "/logout", Some(&cookies[2])).await;
    assert_eq!(answer.status(), 503);
    let removal = cookie(&answer).expect("a removal cookie");
    assert!(removal.ends_with('='), "{removal}");
    server.start_again();
    let answer = send(&app, "GET", "/page", Some(&cookies[2])).await;
    assert_eq!(answer.status(), 401, "dead after the return");
    for cookie in &cookies[..2] {
        assert_eq!(send(&app, "GET", "/page", Some(cookie)).await.status(), 200, "the same cookie works again");
    }
    println!("beside it: {:?}", busy.await.expect("it is never refused otherwise"));
}
