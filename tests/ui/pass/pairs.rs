//! Neighbours of `pairs/`: figures at their bounds, and keys in company.
#![deny(warnings)]

use session_policy::{
    Policy, Roles, SessionPolicy, UserSession,
    axum::session,
    policy::{OnLimit, SessionLimit},
};

//~ NEXT TO rotate-every-too-short grace-too-long grace-not-below-rotate-every grace-without-rotate-every
#[derive(SessionPolicy)]
#[session(rotate_every = "2m", grace = "60s")]
struct Bounds;

//~ NEXT TO rotate-every-not-below-absolute
#[derive(SessionPolicy)]
#[session(idle = "30m", absolute = "8h", rotate_every = "30m")]
struct Site;

// A replaced token is good for half a minute, unless something else is written.
#[derive(SessionPolicy)]
#[session(extends = Site, rotate_every = "15m", absolute = "16m", idle = "10m", max_sessions = 1, on_limit = "reject")]
#[allow(deprecated, reason = "only the busiest sessions rotate")]
struct Tighter;

//~ NEXT TO no-sessions max-sessions-without-on-limit on-limit-without-max-sessions
#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(max_sessions = 3, on_limit = "evict_oldest")]
    Member,
    #[session(max_sessions = 1, on_limit = "reject")]
    Admin,
    #[session(max_sessions = 0x10, on_limit = "evict_idle")]
    Machine,
    // As much as above, and no more.
    #[session(extends = Tighter, max_sessions = 1, on_limit = "reject", rotate_every = "15m", grace = "10s")]
    Clerk,
}

// What a route limits, no rotation of its session can breach.
#[session(extends = Bounds, absolute = "2m", idle = "1m")]
async fn short(_me: UserSession) {}

fn main() {
    let _ = (short, Role::Member, Role::Admin, Role::Machine, Role::Clerk);
    assert_eq!(Bounds::SPEC.to_string(), r#"rotate_every = "2m", grace = "1m""#);
    let tighter = Tighter::SPEC.rules();
    assert_eq!((tighter.rotate_every, tighter.grace, tighter.resolve().grace_ms), (Some(900), None, 30_000));
    let limits: Vec<_> = Role::TABLE
        .roles
        .iter()
        .map(|role| role.rules.limit.map(|SessionLimit { most, on_limit }| (most, on_limit)))
        .collect();
    let expected = [(3, OnLimit::EvictOldest), (1, OnLimit::Reject), (16, OnLimit::EvictIdle), (1, OnLimit::Reject)];
    assert_eq!(limits, expected.map(Some));
    assert_eq!(
        Role::TABLE.roles[3].rules.to_string(),
        r#"idle = "10m", absolute = "16m", rotate_every = "15m", grace = "10s", max_sessions = 1, on_limit = "reject""#
    );
}
