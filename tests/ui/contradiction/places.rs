//! The same contradictions on roles, modules and named policies.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(idle = "8h", absolute = "8h")]
//~^ ERROR `idle` (8h) is not shorter than `absolute` (8h), so it can never fire
struct Idle;

#[derive(SessionPolicy)]
#[session(absolute = "8h", fresh = "8h1s")]
//~^ ERROR `fresh` (8h1s) is longer than `absolute` (8h), so it can never fire
struct Fresh;

#[derive(SessionPolicy)]
#[session(auth = "anonymous", fresh = "5m")]
//~^ ERROR `fresh` needs somebody who is signed in, but `auth = "anonymous"` admits everybody
struct Nobody;

#[derive(SessionPolicy)]
#[session(touch = "61s", idle = "10m", absolute = "5m")]
//~^ ERROR `touch` (1m1s) is more than a tenth of `idle` (10m), which would make the limit inexact; write at most `"1m"`
//~| ERROR `idle` (10m) is not shorter than `absolute` (5m), so it can never fire
struct Both;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "2h", absolute = "1h")]
    //~^ ERROR `idle` (2h) is not shorter than `absolute` (1h), so it can never fire
    Clerk,
    #[session(fresh = "2d", absolute = "1d")]
    //~^ ERROR `fresh` (2d) is longer than `absolute` (1d), so it can never fire
    Auditor,
    #[session(fresh = "5m", auth = "anonymous")]
    //~^ ERROR `fresh` needs somebody who is signed in, but `auth = "anonymous"` admits everybody
    Guest,
    #[session(idle = "1m", touch = "7s")]
    //~^ ERROR `touch` (7s) is more than a tenth of `idle` (1m), which would make the limit inexact; write at most `"6s"`
    Robot,
}

#[session(idle = "2h", absolute = "90m")]
//~^ ERROR `idle` (2h) is not shorter than `absolute` (1h30m), so it can never fire
mod idle {
    #[session_policy::axum::session]
    async fn page() {}
}

#[session(activity = "passive", fresh = "5m")]
//~^ ERROR `fresh` asks a person to authenticate, but nobody is waiting for a route with `activity = "passive"`
mod polled {
    #[session_policy::axum::session]
    async fn page() {}
}

#[session(auth = "anonymous", role = Role::Clerk)]
//~^ ERROR `role` needs somebody who is signed in, but `auth = "anonymous"` admits everybody
mod nobody {
    #[session_policy::axum::session]
    async fn page() {}
}

#[session(auth = "anonymous", fresh = "5m", on_store_error = "anonymous")]
//~^ ERROR `fresh` needs somebody who is signed in, but `auth = "anonymous"` admits everybody
//~| ERROR `on_store_error = "anonymous"` runs the handler without checking `fresh`
async fn unfresh() {}

#[session(auth = "full", on_store_error = "anonymous")]
//~^ ERROR `on_store_error = "anonymous"` runs the handler without knowing who asks, so it needs `auth = "anonymous"` beside it
async fn full() {}

#[session(auth = "remembered", bind = "ua", on_store_error = "anonymous")]
//~^ ERROR `on_store_error = "anonymous"` runs the handler without knowing who asks, so it needs `auth = "anonymous"` beside it
//~| ERROR `on_store_error = "anonymous"` runs the handler without checking `bind`
async fn remembered() {}

fn main() {}
