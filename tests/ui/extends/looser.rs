//! What extends a policy may only tighten it.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(
    idle = "30m",
    absolute = "8h",
    fresh = "1h",
    touch = "1m",
    auth = "full",
    csrf = "origin",
    bind = "ua",
    on_mismatch = "end",
    rotate_every = "20m",
    grace = "20s",
    max_sessions = 3,
    on_limit = "reject"
)]
struct Site;

#[session(
    idle = "1h",
    //~^ ERROR `idle = "1h"` can never apply: `Site` already limits `idle` to 30m
    absolute = "9h",
    //~^ ERROR `absolute = "9h"` can never apply: `Site` already limits `absolute` to 8h
    fresh = "2h",
    //~^ ERROR `fresh = "2h"` can never apply: `Site` already limits `fresh` to 1h
    auth = "remembered",
    //~^ ERROR `auth = "remembered"` can never apply: `Site` already demands `"full"`
    csrf = "off",
    //~^ ERROR `csrf = "off"` can never apply: `Site` already says `"origin"`
    bind = "ua",
    on_mismatch = "log",
    //~^ ERROR `on_mismatch = "log"` can never apply: `Site` already says `"end"`
    deviation(csrf = "checked by a signature"),
    extends = Site
)]
async fn looser() {}

#[derive(SessionPolicy)]
#[session(extends = Site, idle = "25m", touch = "2m")]
//~^ ERROR `touch = "2m"` can never apply: `Site` already limits `touch` to 1m
struct Middle;

#[derive(SessionPolicy)]
#[session(extends = Site, rotate_every = "25m", grace = "30s", max_sessions = 4, on_limit = "reject")]
//~^ ERROR `rotate_every = "25m"` can never apply: `Site` already limits `rotate_every` to 20m
//~| ERROR `grace = "30s"` can never apply: `Site` already limits `grace` to 20s
//~| ERROR `max_sessions = 4` can never apply: `Site` already limits `max_sessions` to 3
struct Sessions;

// Of as many sessions, what is listed first.
#[derive(SessionPolicy)]
#[session(extends = Site, max_sessions = 3, on_limit = "evict_oldest")]
//~^ ERROR `on_limit = "evict_oldest"` can never apply: `Site` already says `"reject"` for the same `max_sessions`; write that, or a smaller
struct Tie;

#[derive(SessionPolicy)]
#[session(extends = Site, max_sessions = 1, on_limit = "evict_oldest")]
struct One;

// Through two steps.
#[session(extends = Middle, absolute = "10h")]
//~^ ERROR `absolute = "10h"` can never apply: `Site` already limits `absolute` to 8h
async fn grandchild() {}

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "45m", extends = Site)]
    //~^ ERROR `idle = "45m"` can never apply: `Site` already limits `idle` to 30m
    Member,
    #[session(max_sessions = 1, on_limit = "evict_idle", extends = One)]
    //~^ ERROR `on_limit = "evict_idle"` can never apply: `One` already says `"evict_oldest"` for the same `max_sessions`; write that [
    Clerk,
    #[session(max_sessions = 2, on_limit = "evict_idle", extends = One)]
    //~^ ERROR `max_sessions = 2` can never apply: `One` already limits `max_sessions` to 1
    Admin,
}

fn main() {}
