//! Neighbours of `keys/`: every key where it belongs.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{SessionCookie, SessionData, SessionPolicy, axum::session};

//~ NEXT TO unknown-key duplicate-key not-supported
#[session(
    idle = "10m",
    absolute = "1h",
    fresh = "5m",
    auth = "mfa",
    role = Role::Admin,
    bind = "ua",
    on_mismatch = "end",
    rotate_on = "login",
    csrf = "origin",
    activity = "active",
    on_denied = "auto",
    on_store_error = "deny",
    extends = Site,
    crate = ::session_policy
)]
async fn handler() {}

//~ NEXT TO key-in-wrong-place
#[derive(SessionPolicy)]
#[session(
    idle = "30m",
    absolute = "8h",
    fresh = "1h",
    auth = "full",
    bind = "ua",
    on_mismatch = "log",
    rotate_on = ["login", "privilege"],
    rotate_every = "15m",
    grace = "20s",
    touch = "10s",
    csrf = "origin",
    max_sessions = 5,
    on_limit = "evict_idle",
    extends = Root,
    crate = ::session_policy
)]
struct Site;

#[derive(SessionPolicy)]
struct Root;

#[derive(Clone, Copy, SessionPolicy)]
#[session(crate = ::session_policy)]
enum Role {
    #[session(
        id = "admin",
        idle = "15m",
        absolute = "2h",
        fresh = "30m",
        auth = "mfa",
        bind = "ua",
        on_mismatch = "end",
        rotate_on = "privilege",
        rotate_every = "5m",
        grace = "10s",
        touch = "5s",
        csrf = "origin",
        max_sessions = 1,
        on_limit = "reject",
        extends = Root
    )]
    Admin,
    Member,
}

#[session(
    idle = "10m",
    absolute = "1h",
    fresh = "5m",
    auth = "full",
    role = Role::Member,
    bind = "ua",
    on_mismatch = "step_up",
    rotate_on = "login",
    csrf = "origin",
    activity = "active",
    on_denied = "status",
    on_store_error = "deny",
    extends = Root
)]
mod members {
    #[session_policy::axum::session]
    async fn page() {}
}

#[derive(SessionCookie)]
#[cookie(
    name = "__Secure-app",
    same_site = "none",
    path = "/app",
    domain = "example.com",
    partitioned,
    purpose = "one login for all hosts, embedded by partners",
    crate = ::session_policy
)]
struct Cookie;

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "pass.keys", carry = "login", crate = ::session_policy)]
struct Data;

fn main() {}
