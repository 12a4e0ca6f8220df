//! A wrong policy on a mounted handler: its own errors, and none about the route.

use session_policy::{
    Sessions, UserSession,
    axum::{PolicyRouter, get, session},
};

#[session(idle = "30", absolut = "8h", bind = "agent")]
//~^ ERROR `"30"` is not a duration
//~| ERROR unknown key `absolut`
//~| ERROR unknown value `"agent"`
async fn dashboard(me: UserSession) -> String {
    me.user().to_string()
}

fn routes(sessions: Sessions) -> PolicyRouter {
    PolicyRouter::new(sessions).route("/", get(dashboard))
}

fn main() {}
