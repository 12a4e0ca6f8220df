//! Weak but legal: warnings on the literal, here denied so that they are seen.
#![allow(unused)]
#![deny(deprecated)]
use session_policy::{SessionPolicy, axum::session};

#[session(idle = "25h", absolute = "31d")]
//~^ ERROR `idle` (1d1h) is longer than a day
//~| ERROR `absolute` (31d) is longer than 30 days (NIST SP 800-63B-4 2.1.3: SHOULD, at the lowest level)
async fn long() {}

#[derive(SessionPolicy)]
#[session(fresh = "29s")]
//~^ ERROR `fresh` (29s) is shorter than a form takes to fill in
struct Site;

#[derive(SessionPolicy)]
#[session(idle = "10m", rotate_every = "20m")]
//~^ ERROR `rotate_every` (20m) is longer than `idle` (10m), so only the busiest sessions ever rotate
struct Seldom;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(absolute = "31d")]
    //~^ ERROR `absolute` (31d) is longer than 30 days
    Member,
}

#[session(absolute = "32d")]
//~^ ERROR `absolute` (32d) is longer than 30 days
mod pages {
    use super::session;

    #[session(absolute = "31d")]
    //~^ ERROR `absolute` (31d) is longer than 30 days
    async fn page() {}
}

fn main() {}
