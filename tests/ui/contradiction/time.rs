//! Limits of one attribute that can never fire.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(idle = "9h", absolute = "8h")]
//~^ ERROR `idle` (9h) is not shorter than `absolute` (8h), so it can never fire
async fn idle() {}

#[session(idle = "60m", absolute = "1h")]
//~^ ERROR `idle` (1h) is not shorter than `absolute` (1h), so it can never fire
async fn equal() {}

#[session(idle = "30m", absolute = "8h", fresh = "9h")]
//~^ ERROR `fresh` (9h) is longer than `absolute` (8h), so it can never fire
async fn fresh() {}

#[derive(SessionPolicy)]
#[session(idle = "30m", touch = "5m")]
//~^ ERROR `touch` (5m) is more than a tenth of `idle` (30m)
struct Site;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "9s", touch = "1s")]
    //~^ ERROR `touch` (1s) is more than a tenth of `idle` (9s)
    Admin,
}

fn main() {}
