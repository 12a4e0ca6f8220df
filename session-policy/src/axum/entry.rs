//! The first argument of every guarded handler: it runs before any other extractor, and only an allowed request passes it.

use std::{cell::Cell, fmt, marker::PhantomData, net::SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, OriginalUri, connect_info::MockConnectInfo},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use super::response::{keep_private, render};
use crate::{
    policy::{Policy, Spec},
    request::HttpRequest,
    sessions::{Session, Sessions, UserSession},
};

tokio::task_local! {
    /// The router's call of the handler that is running. Request extensions would cost an allocation each time.
    pub(super) static CALLING: Call;
}

/// One call of a mounted handler.
pub(super) struct Call {
    pub(super) sessions: Sessions,
    /// Whether the handler has its entry: what is called from inside it is not this router's.
    entered: Cell<bool>,
}

impl Call {
    pub(super) fn new(sessions: Sessions) -> Self {
        Self { sessions, entered: Cell::new(false) }
    }
}

/// Proof that the request satisfies the policy `P`, and its session. Only the [`session`](macro@super::session) attribute names it.
pub struct Entry<P> {
    /// `None` for a public handler.
    pub(super) session: Option<Session>,
    policy: PhantomData<fn() -> P>,
}

impl<P> fmt::Debug for Entry<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("session", &self.session).finish_non_exhaustive()
    }
}

impl<S: Send + Sync, P: Policy> FromRequestParts<S> for Entry<P> {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Denied> {
        let spec = Spec::of::<P>();
        // A public handler has no checks and no session.
        let session = if spec.public { None } else { Some(enter(spec, parts).await?) };
        Ok(Self { session, policy: PhantomData })
    }
}

/// The answer to a request that the policy denies.
#[derive(Debug)]
pub struct Denied(Box<Response>);

impl Denied {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub(crate) fn application_fault() -> Self {
        Self(Box::new(StatusCode::INTERNAL_SERVER_ERROR.into_response()))
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        *self.0
    }
}

async fn enter(spec: &'static Spec, parts: &Parts) -> Result<Session, Denied> {
    let Some(sessions) = sessions_of(parts) else { return Err(Denied(Box::new(no_sessions(spec)))) };
    let arrival = sessions.arrive(spec, &view(parts));
    if arrival.preflight {
        return Err(Denied(Box::new(StatusCode::NO_CONTENT.into_response())));
    }
    match sessions.open(spec, arrival).await {
        Ok(session) => Ok(session),
        Err(refusal) => {
            let answer = sessions.answer(spec, refusal.denial, refusal.remove, &view(parts));
            Err(Denied(Box::new(render(answer))))
        }
    }
}

/// The sessions of the router, or of the layer around it. An application inside a guarded handler has its own layer; only
/// without one do the handler's sessions hold there, too.
fn sessions_of(parts: &Parts) -> Option<Sessions> {
    let own = CALLING.try_with(|call| (!call.entered.replace(true)).then(|| call.sessions.clone())).ok().flatten();
    own.or_else(|| parts.extensions.get().cloned()).or_else(|| CALLING.try_with(|call| call.sessions.clone()).ok())
}

/// The request as the runtime sees it.
fn view(parts: &Parts) -> HttpRequest<'_> {
    let extensions = &parts.extensions;
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| *peer)
        .or_else(|| extensions.get::<MockConnectInfo<SocketAddr>>().map(|MockConnectInfo(peer)| *peer));
    let request = HttpRequest::new(parts, peer);
    match extensions.get::<OriginalUri>() {
        Some(OriginalUri(uri)) => request.sent_to(uri),
        None => request,
    }
}

/// A guarded handler on a router without sessions: the application's fault, and nobody passes.
fn no_sessions(spec: &Spec) -> Response {
    let message = format!(
        "`{}` is mounted on a router without sessions: use `PolicyRouter::new(sessions)` or `.layer(Extension(sessions))`",
        spec.name
    );
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, message).into_response();
    keep_private(&mut response);
    response
}

/// Says in our words that a handle was asked for in a handler without the attribute. Nobody implements it.
#[diagnostic::on_unimplemented(
    message = "`{Handle}` is used in a handler that declares no session policy",
    label = "this handler has no session policy",
    note = "write `#[session(…)]` above the handler"
)]
pub trait DeclaresPolicy<Handle> {}

impl<S: Send + Sync + DeclaresPolicy<Self>> FromRequestParts<S> for Session {
    type Rejection = Denied;

    async fn from_request_parts(_parts: &mut Parts, _state: &S) -> Result<Self, Denied> {
        Err(Denied::application_fault())
    }
}

impl<S: Send + Sync + DeclaresPolicy<Self>> FromRequestParts<S> for UserSession {
    type Rejection = Denied;

    async fn from_request_parts(_parts: &mut Parts, _state: &S) -> Result<Self, Denied> {
        Err(Denied::application_fault())
    }
}
