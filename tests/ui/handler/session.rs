//! The session parameter.
#![allow(unused)]
use session_policy::{Session, UserSession, axum::session};

#[session]
async fn reference(s: &Session) {}
//~^ ERROR take `Session` by value

#[session(auth = "anonymous")]
async fn option(s: Option<Session>) {}
//~^ ERROR take `Session` by value: it is always there, and `user()` says whether somebody is signed in

#[session]
async fn result(s: Result<UserSession, ()>) {}
//~^ ERROR take `UserSession` by value: it is always there

#[session]
async fn two(a: Session, b: UserSession) {}
//~^ ERROR a second session parameter; a request has one session

#[session(public)]
async fn public(s: Session) {}
//~^ ERROR a `public` handler has no session; remove this parameter

#[session(auth = "anonymous")]
async fn nobody(s: UserSession) {}
//~^ ERROR `UserSession` needs somebody who is signed in

#[session(idle = "30")]
//~^ ERROR `"30"` is not a duration: the unit is missing
async fn both(s: &mut Session) {}
//~^ ERROR take `Session` by value

struct Api;

#[derive(session_policy::SessionPolicy)]
struct Site;

impl Api {
    // No policy type is emitted, so nothing else is wrong here.
    #[session(Site)]
    async fn route(s: &Session) {}
    //~^ ERROR take `Session` by value
}

fn main() {}
