//! In an `impl` block stands the named form only, on functions without `self`.
#![allow(unused)]
use axum::{Router, routing::get};
use session_policy::{Session, SessionPolicy, UserSession, axum::session};

#[derive(SessionPolicy)]
#[session(auth = "anonymous")]
struct Everybody;

struct Api;

impl Api {
    #[session(Everybody)]
    async fn method(&self) {}
    //~^ ERROR a handler has no `self`, for a router calls no methods

    #[session(idle = "30m")]
    //~^ ERROR in an `impl` block only a named policy is possible; write `#[session(Site)]`
    async fn keys() -> String {
        Self::text()
    }

    #[session(Everybody)]
    async fn user(me: UserSession) -> String {
        //~^ ERROR `UserSession` needs somebody who is signed in, but `auth = "anonymous"` of `Everybody`
        Self::text()
    }

    fn text() -> String {
        String::new()
    }
}

fn main() {
    let _: Router = Router::new().route("/", get(Api::user));
}
