//! Running the user's function: its value becomes an answer, the session is committed, then headers are added.

use std::future::Future;

use axum::response::{IntoResponse, Response};

use super::{
    entry::Entry,
    response::{keep_private, render, set_cookie},
};
use crate::{
    policy::Policy,
    sessions::{Finished, Session, UserSession},
    verdict::{Denial, Reason},
};

/// What a guarded handler answers.
pub type Answer = Response;

/// What a guarded handler returns: the future of its [`Answer`]. Generated code names it, because it is shorter.
pub trait Answering: Future<Output = Answer> {}

impl<T: Future<Output = Answer>> Answering for T {}

/// Runs a handler that takes a [`Session`].
pub async fn run<P, F, Fut>(entry: Entry<P>, handler: F) -> Answer
where
    P: Policy,
    F: FnOnce(Session) -> Fut + Send,
    Fut: Future<Output: IntoResponse> + Send,
{
    match entry.session {
        Some(session) => {
            let response = handler(session.clone()).await.into_response();
            finish(session, response).await
        }
        // The macro refuses a session parameter on a public handler.
        None => nobody(),
    }
}

/// Runs a handler that takes a [`UserSession`].
pub async fn run_user<P, F, Fut>(entry: Entry<P>, handler: F) -> Answer
where
    P: Policy,
    F: FnOnce(UserSession) -> Fut + Send,
    Fut: Future<Output: IntoResponse> + Send,
{
    let Some(session) = entry.session else { return nobody() };
    match UserSession::of(session.clone()) {
        Some(user) => {
            let response = handler(user).await.into_response();
            finish(session, response).await
        }
        // The policy's `auth` is at least `remembered`, which the macro checks; so this is a closed door, not a case.
        None => nobody(),
    }
}

/// Runs a handler that takes neither.
pub async fn run_alone<P, F, Fut>(entry: Entry<P>, handler: F) -> Answer
where
    P: Policy,
    F: FnOnce() -> Fut + Send,
    Fut: Future<Output: IntoResponse> + Send,
{
    let response = handler().await.into_response();
    match entry.session {
        Some(session) => finish(session, response).await,
        None => response,
    }
}

fn nobody() -> Response {
    render(crate::sessions::problem("session", Denial::login(Reason::NoSession)))
}

/// Commits, then adds what the commit asks for. Not generic: one copy for all handlers.
async fn finish(session: Session, mut response: Response) -> Response {
    let sessions = session.engine();
    match session.finish(response.status().as_u16()).await {
        Finished::Keep(headers) => {
            for (name, value) in headers {
                if name == "set-cookie" {
                    set_cookie(&mut response, &value);
                } else if let Ok(value) = value.try_into() {
                    response.headers_mut().insert(name, value);
                }
            }
        }
        Finished::Fault(error, remove) => {
            response = error.into_response();
            if let (Some(sessions), true) = (sessions, remove) {
                set_cookie(&mut response, &sessions.removal_cookie());
            }
        }
        Finished::Replace(denial, remove) => {
            if let Some(sessions) = sessions {
                response = render(sessions.problem(denial));
                if remove {
                    set_cookie(&mut response, &sessions.removal_cookie());
                }
            }
        }
    }
    keep_private(&mut response);
    response
}
