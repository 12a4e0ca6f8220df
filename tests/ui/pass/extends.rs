//! Neighbours of `extends/`: as strict as what is extended, or stricter.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{Policy, SessionPolicy, UserSession, axum::session};

#[derive(SessionPolicy)]
#[session(idle = "30m", absolute = "8h", fresh = "1h", touch = "1m", bind = "ua", on_mismatch = "step_up")]
struct Site;

//~ NEXT TO looser-than-base
#[session(
    extends = Site,
    idle = "30m",
    absolute = "8h",
    fresh = "1h",
    auth = "full",
    bind = "ua",
    on_mismatch = "end",
    csrf = "origin"
)]
async fn equal(me: UserSession) {
    drop(me);
}

//~ NEXT TO extends-itself
#[derive(SessionPolicy)]
#[session(extends = Site, idle = "20m", touch = "30s")]
struct Middle;

#[derive(SessionPolicy)]
#[session(extends = Middle, idle = "10m")]
struct Third;

#[session(extends = Third, fresh = "5m")]
async fn grandchild(me: UserSession) {
    drop(me);
}

//~ NEXT TO extends-public too-many-policies
#[session(extends = GrandchildPolicy)]
async fn of_a_handler() {}

fn main() {
    let rules = GrandchildPolicy::SPEC.rules();
    assert_eq!((rules.idle, rules.absolute, rules.fresh), (Some(600), Some(28_800), Some(300)));
    assert_eq!(OfAHandlerPolicy::SPEC.rules().idle, Some(600));
}
