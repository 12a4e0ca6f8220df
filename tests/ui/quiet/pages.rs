//! The blocks of the reference pages that must not compile: each fails for the reason that its page gives, and no other.
#![allow(unused)]
use session_policy::{SessionCookie, SessionPolicy, UserSession, axum::session};

#[derive(SessionPolicy)]
#[session(idle = "9h", absolute = "8h")]
//~^ ERROR `idle` (9h) is not shorter than `absolute` (8h), so it can never fire
struct NeverFires;

#[derive(SessionPolicy)]
#[session(idle = "30m")]
struct Site;

#[session(extends = Site, idle = "1h")]
//~^ ERROR `idle = "1h"` can never apply: `Site` already limits `idle` to 30m
async fn page() {}

#[session(idel = "30m", absolute = "8x", bind = "user-agent")]
//~^ ERROR unknown key `idel`, did you mean `idle`?
//~| ERROR `"8x"` is not a duration
//~| ERROR unknown value `"user-agent"`, did you mean `"ua"`?
async fn dashboard(me: UserSession) {}

#[derive(SessionCookie)]
#[cookie(name = "__Host-bank", path = "/app")]
//~^ ERROR browsers refuse a `__Host-` cookie with another path than `/` (RFC 6265bis)
struct Path;

#[derive(SessionCookie)]
#[cookie(same_site = "none")]
//~^ ERROR this sends the session on requests that other sites start
struct Embedded;

// The same key twice is in `data/twice.rs`: where a name is defined twice, the compiler evaluates no constants.

fn main() {}
