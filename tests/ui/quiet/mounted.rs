//! A policy with errors adds no further ones: its handler stays guarded, also where it is mounted.
use axum::{Router, routing::get};
use session_policy::{Policy, SessionPolicy, UserSession, axum::session};

#[derive(SessionPolicy)]
#[session(idel = "30m")]
//~^ ERROR unknown key `idel`, did you mean `idle`?
struct Site;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "0m")]
    //~^ ERROR `"0m"` is no time at all
    Admin,
}

#[session(idle = "30", absolute = "8x", fresh = "9h", bind = "uaa", on_mismatch = "end", rotate_on = "logn", colour = 3)]
//~^ ERROR `"30"` is not a duration: the unit is missing
//~| ERROR `"8x"` is not a duration
//~| ERROR unknown value `"uaa"`, did you mean `"ua"`?
//~| ERROR unknown value `"logn"`, did you mean `"login"`?
//~| ERROR unknown key `colour`
pub async fn many(me: UserSession) -> String {
    drop(me);
    String::new()
}

#[session(extends = Site, role = Role::Admin, idle = "20m")]
pub async fn good(me: UserSession) -> String {
    drop(me);
    String::new()
}

#[session(idle = "5m")]
pub async fn by_reference(me: &UserSession) -> String {
    //~^ ERROR take `UserSession` by value
    drop(me.clone());
    String::new()
}

fn main() {
    let _: Router = Router::new()
        .route("/", get(many))
        .route("/good", get(good))
        .route("/reference", get(by_reference));
    let _ = (ManyPolicy::SPEC, ByReferencePolicy::SPEC);
}
