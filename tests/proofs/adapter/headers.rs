//! The answer's headers: ours win, and they are on every answer of a guarded route.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Json,
    body::{Body, Bytes, HttpBody},
    http::{Method, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use http_body::Frame;
use session_policy::{
    AuthEvent, Session, SessionError,
    axum::{Answer, Entry, post, run},
};

use crate::support::{Client, Faulty, Open, Page, Role, denied, guarded, world};

/// Every kind of answer, denials and failures included.
#[tokio::test]
async fn no_store_and_vary_are_everywhere() {
    let site = world(Faulty::new(), |router| {
        router
            .route(
                "/cached",
                guarded::<Open, _, _>(|_, ask| async move {
                    let headers = [("cache-control", "public, max-age=3600"), ("vary", "accept-encoding")];
                    (ask.then(), headers, "x")
                }),
            )
            .route("/varied", guarded::<Open, _, _>(|_, _| async { ([("vary", "Accept, COOKIE")], "x") }))
            .route("/star", guarded::<Open, _, _>(|_, _| async { ([("vary", "*")], "x") }))
    });
    let mut client = Client::new(&site.app);
    for (target, status) in
        [("/open", 200), ("/open?then=404", 404), ("/open?then=500", 500), ("/me", 401), ("/cached?then=304", 304)]
    {
        let got = client.get(target).await;
        assert_eq!((got.status, got.header("cache-control")), (status, Some("no-store")), "{target}");
        assert_eq!(got.headers.get_all("cache-control").iter().count(), 1, "{target}");
        let vary: Vec<_> = got.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(vary.contains(&"Cookie"), "{target}: {vary:?}");
    }
    assert_eq!(client.get("/varied").await.headers.get_all("vary").iter().count(), 1, "it is named already");
    assert_eq!(client.get("/star").await.headers.get_all("vary").iter().count(), 1);
    site.store.fail_all();
    let got = client.holding(&"A".repeat(43)).get("/open").await;
    assert_eq!((got.status, got.header("cache-control")), (503, Some("no-store")));
    assert_eq!(client.get("/open").await.header("allow"), None, "no header of the mounting");
}

#[tokio::test]
async fn a_set_cookie_of_our_name_gives_way_and_others_stay() {
    async fn plants(session: Session) -> Result<impl IntoResponse, SessionError> {
        session.login(AuthEvent::new("alice").role(Role::Member))?;
        let cookies = [
            (header::SET_COOKIE, "theme=dark; Path=/"),
            (header::SET_COOKIE, "__Host-id=planted; Path=/; Secure"),
            (header::SET_COOKIE, "__Host-id2=other; Path=/; Secure"),
        ];
        Ok((AppendHeaders(cookies), "x"))
    }
    let site = world(Faulty::new(), |router| {
        router.route("/plants", guarded::<Open, _, _>(|session, _| plants(session))).route(
            "/signs-out",
            guarded::<Open, _, _>(|session, _| async move {
                session.logout().await?;
                Ok::<_, SessionError>((AppendHeaders([(header::SET_COOKIE, "__Host-id=planted")]), "x"))
            }),
        )
    });
    let mut client = Client::new(&site.app);
    let got = client.post("/plants").await;
    assert!(got.token().is_some_and(|token| token.len() == 43), "{got:?}");
    let names: Vec<&str> = got.set_cookies().iter().filter_map(|field| field.split('=').next()).collect();
    assert_eq!(names, ["theme", "__Host-id2", "__Host-id"]);
    assert_eq!(client.get("/me").await.body, "alice");
    let got = client.post("/signs-out").await;
    assert_eq!((got.set_cookies().len(), got.removes()), (1, true));
}

#[tokio::test]
async fn the_removal_has_the_attributes_of_the_cookie() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    let set = client.login("alice").await.set_cookies()[0].to_owned();
    let removal = client.post("/logout").await.set_cookies()[0].to_owned();
    let attributes = |field: &str| {
        let mut attributes: Vec<String> = field.split("; ").skip(1).map(str::to_ascii_lowercase).collect();
        attributes.retain(|attribute| !attribute.starts_with("max-age") && !attribute.starts_with("expires"));
        attributes.sort();
        attributes
    };
    assert_eq!(attributes(&set), ["httponly", "path=/", "samesite=lax", "secure"]);
    assert_eq!(attributes(&removal), attributes(&set));
    assert!(removal.contains("Max-Age=0"));
}

/// The entry runs before the body is read: nobody gets a 415 or a 422 who may not come in.
#[tokio::test]
async fn the_entry_runs_before_the_body_is_read() {
    async fn echo(entry: Entry<Page>, Json(body): Json<serde_json::Value>) -> Answer {
        run(entry, |_| async move { Json(body) }).await
    }
    let site = world(Faulty::new(), |router| router.route("/echo", post(echo)));
    let mut client = Client::new(&site.app);
    let send = |client: &Client, content_type: &str, body: Body| {
        let mut request = client.request(Method::POST, "/echo");
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        *request.body_mut() = body;
        request
    };
    // A body that fails the test if anybody asks for it.
    let untouched = || Body::new(Untouched);
    for content_type in ["application/json", "text/plain"] {
        let request = send(&client, content_type, untouched());
        assert_eq!(client.send(request).await.denial(), denied(401, "no_session"), "{content_type}");
    }
    client.login("alice").await;
    for (content_type, body, status) in
        [("application/json", "{\"a\":1}", 200), ("application/json", "{", 400), ("text/plain", "{}", 415)]
    {
        let request = send(&client, content_type, Body::from(body));
        let got = client.send(request).await;
        assert_eq!(got.status, status, "{content_type} {body}");
        assert_eq!(got.header("cache-control"), Some("no-store"), "a later extractor's rejection is private, too");
        assert!(got.headers.contains_key("vary"));
    }
}

/// A session error is an answer.
#[tokio::test]
async fn a_session_error_is_a_response() {
    for (error, status) in [
        (SessionError::NoUser, StatusCode::UNAUTHORIZED),
        (SessionError::Superseded, StatusCode::UNAUTHORIZED),
        (SessionError::ReadOnly, StatusCode::SERVICE_UNAVAILABLE),
        (SessionError::SafeMethod, StatusCode::INTERNAL_SERVER_ERROR),
        (SessionError::Committed, StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let text = error.to_string();
        let response = error.into_response();
        assert_eq!(response.status(), status, "{text}");
    }
}

/// A body that nobody may poll.
struct Untouched;

impl HttpBody for Untouched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        panic!("the body of a denied request was read");
    }
}
