//! A handler whose policy is wrong is still a guarded one: mounting it on a `PolicyRouter` gives no further error.
use axum::{extract::State, http::StatusCode};
use session_policy::{
    Session, SessionPolicy, Sessions, UserSession,
    axum::{PolicyRouter, get, post, session},
};

#[derive(SessionPolicy)]
#[session(idle = "30m", absolute = "10m")]
//~^ ERROR `idle` (30m) is not shorter than `absolute` (10m), so it can never fire
pub struct Site;

#[session(idle = "9h", absolute = "8h")]
//~^ ERROR `idle` (9h) is not shorter than `absolute` (8h), so it can never fire
pub async fn contradiction(me: UserSession) -> String {
    me.user().to_string()
}

#[session(idle = )]
//~^ ERROR `idle` needs a value after `=`
pub async fn half_typed(State(app): State<String>, me: UserSession) -> String {
    format!("{app} {}", me.user())
}

#[session(Site, idle = "5m")]
//~^ ERROR a named policy stands alone; to tighten it write `extends = Site`
pub async fn named(me: UserSession) -> StatusCode {
    drop(me);
    StatusCode::OK
}

#[session(public, csrf = "off")]
//~^ ERROR `csrf` can have no effect: a `public` handler has no session
//~| ERROR `csrf = "off"` accepts unsafe requests from any site
pub async fn open() {}

#[session(auth = "guest")]
//~^ ERROR unknown value `"guest"`, did you mean `"anonymous"`?
pub fn synchronous(session: Session) -> String {
    format!("{:?}", session.level())
}

#[session(extends = Site)]
pub async fn extends(me: UserSession) {
    drop(me);
}

pub fn routes(sessions: Sessions) -> PolicyRouter<String> {
    PolicyRouter::new(sessions)
        .route("/", get(contradiction).post(half_typed))
        .route("/named", get(named))
        .route("/open", post(open))
        .route("/synchronous", get(synchronous))
        .route("/extends", get(extends))
}

fn main() {}
