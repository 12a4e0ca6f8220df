//! The plain-`Router` way: the sessions as a layer, the same handlers.

use axum::{Extension, Router, extract::Request, http::Method, routing};
use session_policy::{
    AuthEvent, SessionError,
    axum::{Answer, Entry, any, run, run_user},
    clock::TestClock,
};
use tower::ServiceExt;

use crate::support::{Client, Faulty, Open, Page, Role, builder, denied, world_of};

async fn login(entry: Entry<Open>) -> Answer {
    run(entry, |session| async move {
        session.login(AuthEvent::new("alice").role(Role::Member))?;
        Ok::<_, SessionError>("signed in")
    })
    .await
}

async fn me(entry: Entry<Page>) -> Answer {
    run_user(entry, |me| async move { me.user().to_string() }).await
}

async fn logout(entry: Entry<Open>) -> Answer {
    run(entry, |session| async move { session.logout().await.map(|()| "signed out") }).await
}

fn plain() -> Router {
    Router::new()
        .route("/login", routing::post(login))
        .route("/logout", routing::post(logout))
        .nest("/nested", Router::new().route("/me", routing::get(me)))
        .route("/me", routing::get(me).post(me))
}

#[tokio::test]
async fn it_works_the_same() {
    let clock = TestClock::new();
    let sessions = builder(&Faulty::new(), &clock).build().unwrap();
    let app = plain().layer(Extension(sessions));
    let mut client = Client::new(&app);
    let got = client.get("/me").await;
    assert_eq!((got.denial(), got.header("cache-control")), (denied(401, "no_session"), Some("no-store")));
    client.login("alice").await;
    assert_eq!((client.get("/me").await.body, client.get("/nested/me").await.body), ("alice".into(), "alice".into()));
    let mut foreign = client.request(Method::POST, "/me");
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(client.send(foreign).await.denial(), denied(403, "csrf"));
    clock.advance("30m").unwrap();
    assert_eq!(client.get("/me").await.denial(), denied(401, "idle"));
    client.login("alice").await;
    let got = client.post("/logout").await;
    assert_eq!((got.status, got.removes(), client.cookie.is_none()), (200, true, true));
}

/// Without the layer nobody passes, whatever the policy.
#[tokio::test]
async fn without_sessions_no_handler_runs() {
    let mut client = Client::new(&plain());
    for (method, target) in [(Method::GET, "/me"), (Method::POST, "/login"), (Method::POST, "/logout")] {
        let request = client.request(method, target);
        let got = client.send(request).await;
        assert_eq!((got.status, got.cookie()), (500, None), "{target}");
        assert_eq!(got.header("cache-control"), Some("no-store"), "{target}");
        assert!(!got.body.contains("signed") && !got.body.contains("alice"), "{target}: {}", got.body);
    }
}

/// A guarded handler that hands the request on to an application of its own: that one's sessions judge there.
#[tokio::test]
async fn an_application_inside_a_handler_keeps_its_own_sessions() {
    let clock = TestClock::new();
    let inner = plain().layer(Extension(builder(&Faulty::new(), &clock).build().unwrap()));
    let hands_on = move |entry: Entry<Open>, request: Request| {
        let inner = inner.clone();
        run(entry, move |_| inner.oneshot(request))
    };
    let outer = builder(&Faulty::new(), &clock).build().unwrap();
    let site = world_of(outer, clock, Faulty::new(), |router| router.route("/{*rest}", any(hands_on)));
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    assert_eq!(client.get("/me").await.body, "alice", "the outer one's own route");
    assert_eq!(client.get("/nested/me").await.denial(), denied(401, "no_session"), "nobody signed in there");
}
