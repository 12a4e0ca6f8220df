//! Neighbours of `handler/`: every shape that a handler may have.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{Session, SessionPolicy, UserSession, axum::session};

//~ NEXT TO handler-shape not-a-handler
#[session]
async fn asynchronous() {}
#[session]
fn synchronous() -> &'static str {
    ""
}
#[session]
fn future() -> impl Future<Output = String> {
    async { String::new() }
}

//~ NEXT TO two-attributes
#[session(idle = "30m", absolute = "8h")]
async fn one_attribute() {}

//~ NEXT TO session-not-by-value
#[session(auth = "anonymous")]
async fn by_value(mut session: Session) {
    session = session.clone();
    drop(session);
}

//~ NEXT TO two-sessions
#[session]
async fn one_session(me: UserSession) {
    let both: &Session = &me;
    let _ = both;
}

//~ NEXT TO session-in-public-handler
#[session(auth = "anonymous")]
async fn everybody(session: Session) {
    drop(session);
}

//~ NEXT TO user-of-nobody
#[session(auth = "remembered")]
async fn somebody(me: UserSession) {
    drop(me);
}

#[derive(SessionPolicy)]
struct Site;

struct Api;

//~ NEXT TO keys-in-impl
impl Api {
    #[session(Site)]
    async fn route(me: UserSession) -> Self {
        drop(me);
        Self
    }
}

impl axum::response::IntoResponse for Api {
    fn into_response(self) -> axum::response::Response {
        ().into_response()
    }
}

fn main() {}
