//! Keys without effect on roles, modules and named policies.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(on_mismatch = "end")]
//~^ ERROR `on_mismatch` can have no effect without `bind` beside it
struct Unbound;

#[derive(SessionPolicy)]
#[session(absolute = "8h", deviation(absolute = "shifts"))]
//~^ ERROR this deviation deviates from nothing: the value of `absolute` needs no reason
struct Reason;

#[derive(SessionPolicy)]
#[session(deviation(csrf = "signed"))]
//~^ ERROR this deviation deviates from nothing: `csrf` is not written here
struct Absent;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(on_mismatch = "log")]
    //~^ ERROR `on_mismatch` can have no effect without `bind` beside it
    Clerk,
    #[session(auth = "mfa", deviation(auth = "keys for everybody"))]
    //~^ ERROR this deviation deviates from nothing: the value of `auth` needs no reason
    Admin,
}

#[session(on_mismatch = "step_up")]
//~^ ERROR `on_mismatch` can have no effect without `bind` beside it
mod unbound {
    #[session_policy::axum::session]
    async fn page() {}
}

#[session(csrf = "origin", deviation(csrf = "signed"))]
//~^ ERROR this deviation deviates from nothing: the value of `csrf` needs no reason
mod reason {
    #[session_policy::axum::session]
    async fn page() {}
}

#[session(Unbound, absolute = "8h")]
//~^ ERROR a named policy stands alone; to tighten it write `extends = Unbound`
mod named {
    #[session_policy::axum::session]
    async fn page() {}
}

#[session(public, auth = "full", on_denied = "status", extends = Unbound)]
//~^ ERROR `auth` can have no effect: a `public` handler has no session
//~| ERROR `on_denied` can have no effect: a `public` handler has no session
//~| ERROR `extends` can have no effect: a `public` handler has no session
async fn public() {}

#[session(public, colour = "red", touch = "1m")]
//~^ ERROR unknown key `colour`
//~| ERROR `touch` is not a key of a handler
async fn reported_once() {}

#[session(on_mismatch = "log", touch = "1m")]
//~^ ERROR `on_mismatch` can have no effect without `bind` beside it
//~| ERROR `touch` is not a key of a handler
async fn no_doubt() {}

fn main() {}
