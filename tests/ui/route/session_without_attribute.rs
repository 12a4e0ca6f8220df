//! A handler that takes the session but declares no policy.

use session_policy::{
    Session, Sessions, UserSession,
    axum::{PolicyRouter, get},
};

async fn dashboard(session: Session) -> String {
    format!("{:?}", session.user())
}

fn routes(sessions: Sessions) -> PolicyRouter {
    // The second error is axum's way of saying the same.
    PolicyRouter::new(sessions).route("/", get(dashboard))
    //~^ RUSTC ERROR this handler has no session policy
    //~| RUSTC ERROR the trait bound `fn(session_policy::Session) -> impl Future<Output = String> {dashboard}: Handler<
}

// What `#[debug_handler]`, and any extractor that contains a session, asks of it.
fn extracted<S: Send + Sync, T: axum::extract::FromRequestParts<S>>() {}

fn main() {
    extracted::<(), Session>(); //~ RUSTC ERROR `session_policy::Session` is used in a handler that declares no session policy
    extracted::<(), UserSession>(); //~ RUSTC ERROR `UserSession` is used in a handler that declares no session policy
}
