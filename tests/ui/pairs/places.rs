//! The same pairs and figures on roles, and keys that belong to roles and named policies on handlers and modules.
#![allow(unused)]
use session_policy::{SessionData, SessionPolicy, axum::session};

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(rotate_every = "119s")]
    //~^ ERROR `rotate_every` (1m59s) is shorter than 2m
    TooOften,
    #[session(rotate_every = "5m", grace = "2m")]
    //~^ ERROR `grace` (2m) is longer than 60s
    Grace,
    #[session(grace = "30s")]
    //~^ ERROR `grace` can have no effect without `rotate_every` beside it
    Alone,
    #[session(idle = "1m", warn = "1m")]
    //~^ ERROR `warn` (1m) is not shorter than `idle` (1m)
    Warned,
    #[session(warn = "10s")]
    //~^ ERROR `warn` (10s) gives people less than 20s to answer (WCAG 2.2.1)
    Hurried,
    #[session(max_sessions = 0, on_limit = "evict_idle")]
    //~^ ERROR `max_sessions = 0` lets nobody in
    Nobody,
    #[session(max_sessions = 3)]
    //~^ ERROR `max_sessions` needs to know what happens at the limit
    Limited,
    #[session(on_limit = "reject")]
    //~^ ERROR `on_limit` can have no effect without `max_sessions` beside it
    Unlimited,
    #[session(max_sessions = -1, on_limit = "evict")]
    //~^ ERROR `max_sessions` takes a whole number
    //~| ERROR unknown value `"evict"`
    Negative,
    #[session(max_sessions = "3", on_limit = "evict_oldest")]
    //~^ ERROR `max_sessions` takes a number without quotes; write `max_sessions = 3`
    Quoted,
    #[session(max_sessions = 4294967296, on_limit = "reject")]
    //~^ ERROR `4294967296` is too large; write `max_sessions = 3`
    Many,
    #[session(max_sessions = 1.5, on_limit = "evict_newest")]
    //~^ ERROR `max_sessions` takes a whole number
    //~| ERROR unknown value `"evict_newest"`
    Half,
    #[session(rotate_every = 15, grace = "30")]
    //~^ ERROR `15` has no unit; write `"15m"` or `"15s"`
    //~| ERROR `"30"` is not a duration: the unit is missing
    Bare,
    #[session(rotation_interval = "15m", overlap = "30s", max_concurrent_sessions = 3, on_exceed = "reject")]
    //~^ ERROR unknown key `rotation_interval`, did you mean `rotate_every`?
    //~| ERROR unknown key `overlap`, did you mean `grace`?
    //~| ERROR unknown key `max_concurrent_sessions`, did you mean `max_sessions`?
    //~| ERROR unknown key `on_exceed`, did you mean `on_limit`?
    Habits,
    #[session(remember = "401d")]
    //~^ ERROR `remember` (401d) is longer than 400d, after which browsers drop its cookie
    Remembered,
    #[session(remember = "Off")]
    //~^ ERROR write `"off"`
    Off,
    #[session(remember = true)]
    //~^ ERROR `remember` takes a duration
    Flag,
    #[session(lifetime = "session")]
    //~^ ERROR unknown value `"session"`
    Lifetime,
}

#[session(rotate_every = "10m", grace = "30s", warn = "2m", lifetime = "browser")]
//~^ ERROR `rotate_every` is not a key of a handler; it belongs to a named policy or a role
//~| ERROR `grace` is not a key of a handler; it belongs to a named policy or a role
//~| ERROR `warn` is not a key of a handler; it belongs to a named policy or a role
//~| ERROR `lifetime` is not a key of a handler; it belongs to a named policy or a role
async fn handler() {}

#[session(remember = "30d", max_sessions = 3, on_limit = "reject")]
//~^ ERROR `remember` is not a key of a module; it belongs to a named policy or a role
//~| ERROR `max_sessions` is not a key of a module; it belongs to a named policy or a role
//~| ERROR `on_limit` is not a key of a module; it belongs to a named policy or a role
mod pages {
    #[session_policy::axum::session]
    async fn page() {}
}

#[session(bind = "ip/24", on_mismatch = "end")]
//~^ ERROR `on_mismatch = "end"` signs people out when their provider changes their address
//~| ERROR `bind` to `ip` is not supported by this version
async fn signed_out() {}

#[session(bind = ["ua", "ip/25", "ip/26"])]
//~^ ERROR `"ip"` is listed twice; remove one
async fn two_prefixes() {}

#[session(bind = ["dbsc", "dbsc-optional"])]
//~^ ERROR `"dbsc"` is listed twice; remove one
async fn two_dbsc() {}

#[session(bind = "header:X-Device")]
//~^ ERROR `"header:…"` is captured at login, so it is not for a handler
async fn header() {}

#[derive(SessionPolicy)]
#[session(bind = "header:user-agent", deviation(bind = "one known client"))]
//~^ ERROR `bind` to `header:user-agent` is not supported by this version
struct Reasoned;

#[derive(SessionPolicy)]
#[session(bind = ["header:X-Device", "header:x-device"])]
//~^ ERROR `"header:x-device"` is listed twice; remove one
struct SameHeader;

#[derive(SessionPolicy)]
#[session(bind = ["ip/33", "ip/24/65", "ip/a", "ip/0", "header:", "header:a b", "header:Cookie"])]
//~^ ERROR an IPv4 prefix is at most /32, but this is /33
//~| ERROR an IPv6 prefix is at most /64, but this is /65
//~| ERROR prefixes are numbers
//~| ERROR a prefix of 0 holds every address
//~| ERROR a header's name is missing
//~| ERROR ' ' cannot stand in a header's name
//~| ERROR `Cookie` carries the token
struct Grammar;

fn main() {}
