//! A client that drives a router in this process and keeps the session cookie as a browser would.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
    response::Response,
};
use tower::ServiceExt;

pub(crate) const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// One browser.
#[derive(Clone)]
pub(crate) struct Client {
    app: Router,
    pub(crate) cookie: Option<String>,
    pub(crate) ua: Option<String>,
    /// Further header fields of every request.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Client {
    pub(crate) fn new(app: &Router) -> Self {
        Self { app: app.clone(), cookie: None, ua: Some(FIREFOX.to_owned()), headers: Vec::new() }
    }

    /// The same browser with another cookie value.
    pub(crate) fn holding(&self, token: &str) -> Self {
        Self { cookie: Some(token.to_owned()), ..self.clone() }
    }

    pub(crate) fn token(&self) -> String {
        self.cookie.clone().expect("the client has a session cookie")
    }

    pub(crate) fn request(&self, method: Method, target: &str) -> Request<Body> {
        let mut request = Request::builder().method(method.clone()).uri(target);
        if method != Method::GET && method != Method::HEAD {
            request = request.header("sec-fetch-site", "same-origin");
        }
        if let Some(token) = &self.cookie {
            request = request.header("cookie", format!("other=1; __Host-id={token}"));
        }
        if let Some(ua) = &self.ua {
            request = request.header("user-agent", ua);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(Body::empty()).expect("a request")
    }

    /// The answer's cookie is kept, or dropped, as a browser does it.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Got {
        let got = Got::of(self.app.clone().oneshot(request).await.expect("infallible")).await;
        match got.cookie().as_deref() {
            None => {}
            Some("") => self.cookie = None,
            Some(token) => self.cookie = Some(token.to_owned()),
        }
        got
    }

    pub(crate) async fn get(&mut self, target: &str) -> Got {
        let request = self.request(Method::GET, target);
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, target: &str) -> Got {
        let request = self.request(Method::POST, target);
        self.send(request).await
    }

    /// Signs in and insists on it.
    pub(crate) async fn login(&mut self, user: &str) -> Got {
        let got = self.post(&format!("/login?user={user}")).await;
        assert_eq!((got.status, got.token().is_some()), (200, true), "login as {user}: {got:?}");
        got
    }

    /// Sends a request without keeping what comes back: on a task of its own, which may panic or be dropped.
    pub(crate) fn spawn(&self, request: Request<Body>) -> tokio::task::JoinHandle<Response> {
        let app = self.app.clone();
        tokio::spawn(async move { app.oneshot(request).await.expect("infallible") })
    }
}

impl Got {
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    /// The values of all `Set-Cookie` fields.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("ASCII")).collect()
    }

    /// The value that the session cookie gets: empty for a removal, `None` if the answer leaves it alone.
    pub(crate) fn cookie(&self) -> Option<String> {
        let ours: Vec<&str> =
            self.set_cookies().into_iter().filter_map(|field| field.strip_prefix("__Host-id=")).collect();
        assert!(ours.len() <= 1, "one Set-Cookie of a name: {ours:?}");
        ours.first().map(|field| field.split(';').next().unwrap_or_default().to_owned())
    }

    /// The new token, if there is one.
    pub(crate) fn token(&self) -> Option<String> {
        self.cookie().filter(|token| !token.is_empty())
    }

    pub(crate) fn removes(&self) -> bool {
        self.cookie().is_some_and(|token| token.is_empty())
    }

    /// The `reason` of a denial's body.
    pub(crate) fn reason(&self) -> Option<String> {
        if self.header("content-type") != Some("application/problem+json") {
            return None;
        }
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        assert_eq!(body["status"], self.status, "the body repeats the status");
        assert_eq!(
            StatusCode::from_u16(self.status).map(|status| status.canonical_reason()).ok().flatten(),
            body["title"].as_str()
        );
        body["reason"].as_str().map(str::to_owned)
    }

    /// Status and reason in one look.
    pub(crate) fn denial(&self) -> (u16, Option<String>) {
        (self.status, self.reason())
    }
}

/// What [`Got::denial`] shows.
pub(crate) fn denied(status: u16, reason: &str) -> (u16, Option<String>) {
    (status, Some(reason.to_owned()))
}
