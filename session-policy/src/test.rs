//! The test kit: a clock that you move, and a signed-in session for a unit test or a router test of your handlers.
//!
//! A handler is called directly with the entry that its policy demands; the judgement is the real one:
//!
//! ```
//! use session_policy::{
//!     SessionPolicy, Sessions, UserSession,
//!     axum::session,
//!     client::Transport,
//!     store::MemoryStore,
//!     test::{TestClock, TestSession},
//! };
//!
//! #[derive(SessionPolicy)]
//! #[session(idle = "30m", absolute = "8h")]
//! struct Site;
//!
//! #[session(fresh = "5m")]
//! async fn transfer(me: UserSession) -> String {
//!     format!("{} may transfer", me.user())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = TestClock::new();
//! let sessions = Sessions::builder::<Site, ()>()
//!     .store(MemoryStore::new())
//!     .transport(Transport::loopback())
//!     .clock(clock.clone())
//!     .build()?;
//!
//! // A unit test of a handler:
//! let alice = TestSession::of(&sessions).user("alice").start().await?;
//! let answer = transfer(alice.entry().await.map_err(|denied| denied.status().to_string())?).await;
//! assert_eq!(answer.status(), 200);
//!
//! clock.advance("5m")?;
//! let denied = alice.entry::<TransferPolicy>().await.unwrap_err();
//! assert_eq!(denied.status(), 401);
//!
//! // A router test:
//! use session_policy::axum::{PolicyRouter, get};
//! use tower::ServiceExt;
//!
//! let app: axum::Router = PolicyRouter::new(sessions.clone()).route("/transfer", get(transfer)).into_router()?;
//! let alice = TestSession::of(&sessions).user("alice").start().await?;
//! let request = alice.request("GET", "/transfer").body(axum::body::Body::empty())?;
//! assert_eq!(app.oneshot(request).await?.status(), 200);
//! # Ok(())
//! # }
//! ```

use std::net::{Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};

pub use crate::clock::TestClock;
use crate::{
    AuthEvent, Level, Policy, Roles, SessionData, SessionError, Sessions,
    axum::{Denied, Entry},
    sessions::{Finished, Session},
};

/// The user agent of a test session, unless it is given another.
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// A session to be started for a test. Anonymous until it is given a user.
#[derive(Debug)]
#[must_use = "call `start`"]
pub struct TestSession<'a> {
    sessions: &'a Sessions,
    event: Option<AuthEvent>,
    agent: String,
}

impl<'a> TestSession<'a> {
    /// A session of these sessions.
    pub fn of(sessions: &'a Sessions) -> Self {
        Self { sessions, event: None, agent: AGENT.to_owned() }
    }

    /// Whose session it is. Call it before [`role`](Self::role) and [`level`](Self::level).
    pub fn user(mut self, user: impl Into<AuthEvent>) -> Self {
        self.event = Some(user.into());
        self
    }

    /// The user's role.
    pub fn role<R: Roles>(mut self, role: R) -> Self {
        self.event = self.event.map(|event| event.role(role));
        self
    }

    /// How strongly it is authenticated. Default: [`Level::Full`].
    pub fn level(mut self, level: Level) -> Self {
        self.event = self.event.map(|event| event.level(level));
        self
    }

    /// The user agent of the requests.
    pub fn agent(mut self, agent: impl Into<String>) -> Self {
        self.agent = agent.into();
        self
    }

    /// Starts it, through the same code as a login.
    ///
    /// # Errors
    /// What [`Session::login`] refuses, such as a missing role; [`SessionError::Barred`] with the reason if the session cannot be
    /// created, such as [`Reason::SessionLimit`](crate::Reason::SessionLimit).
    pub async fn start(self) -> Result<StartedSession, SessionError> {
        let event = self.event.ok_or(SessionError::NoUser)?;
        start(self.sessions, self.agent, |session| session.login(event)).await
    }

    /// Starts an anonymous session that holds `data`.
    ///
    /// # Errors
    /// What [`Session::set`] refuses.
    pub async fn start_with<T: SessionData>(self, data: T) -> Result<StartedSession, SessionError> {
        let event = self.event;
        start(self.sessions, self.agent, |session| {
            if let Some(event) = event {
                session.login(event)?;
            }
            session.set(data)
        })
        .await
    }
}

async fn start(
    sessions: &Sessions,
    agent: String,
    stage: impl FnOnce(&Session) -> Result<(), SessionError>,
) -> Result<StartedSession, SessionError> {
    let session = sessions.blank(&agent);
    stage(&session)?;
    let headers = match session.finish(200).await {
        Finished::Keep(headers) => headers,
        Finished::Replace(denial, _) => return Err(SessionError::Barred(denial.reason)),
        Finished::Fault(error, _) => return Err(error),
    };
    let set = headers.into_iter().find(|(name, _)| *name == "set-cookie").map(|(_, value)| value);
    let pair = set.as_deref().and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
    Ok(StartedSession { sessions: sessions.clone(), agent, cookie: pair })
}

/// A started test session: requests that carry it, and entries for calling handlers directly.
#[derive(Clone)]
pub struct StartedSession {
    sessions: Sessions,
    agent: String,
    cookie: String,
}

impl std::fmt::Debug for StartedSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StartedSession").field("agent", &self.agent).finish_non_exhaustive()
    }
}

impl StartedSession {
    /// The `Cookie` field: `__Host-id=…`.
    #[must_use]
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// A request from this session's browser, on this machine: cookie, user agent, `Host`, peer address and, as a browser
    /// sends it, `Sec-Fetch-Site: same-origin`.
    pub fn request(&self, method: &str, path: &str) -> http::request::Builder {
        http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("user-agent", &self.agent)
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .extension(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 49_152))))
            .extension(self.sessions.clone())
    }

    /// The first argument of a guarded handler with the policy `P`, judged like a GET request of this session.
    ///
    /// # Errors
    /// The denial, as the client would see it.
    pub async fn entry<P: Policy>(&self) -> Result<Entry<P>, Denied> {
        self.entry_for("GET").await
    }

    /// The same for another method: `logout()` needs an unsafe one.
    ///
    /// # Errors
    /// The denial, as the client would see it.
    pub async fn entry_for<P: Policy>(&self, method: &str) -> Result<Entry<P>, Denied> {
        let request = self.request(method, "/").body(()).map_err(|_| Denied::application_fault())?;
        let (mut parts, ()) = request.into_parts();
        Entry::from_request_parts(&mut parts, &()).await
    }
}
