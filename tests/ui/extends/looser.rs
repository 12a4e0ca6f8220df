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
    on_mismatch = "end"
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

// Through two steps.
#[session(extends = Middle, absolute = "10h")]
//~^ ERROR `absolute = "10h"` can never apply: `Site` already limits `absolute` to 8h
async fn grandchild() {}

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "45m", extends = Site)]
    //~^ ERROR `idle = "45m"` can never apply: `Site` already limits `idle` to 30m
    Member,
}

fn main() {}
