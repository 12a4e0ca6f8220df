//! Neighbours of `contradiction/`: one step inside every limit.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{SessionPolicy, axum::session};

//~ NEXT TO idle-not-below-absolute
#[session(idle = "7h59m59s", absolute = "8h")]
async fn idle() {}

//~ NEXT TO fresh-above-absolute
#[session(fresh = "8h", absolute = "8h")]
async fn fresh() {}

//~ NEXT TO touch-above-tenth-of-idle
#[derive(SessionPolicy)]
#[session(idle = "30m", touch = "3m")]
struct Touch;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "10s", touch = "1s")]
    Admin,
}

//~ NEXT TO fresh-of-nobody role-of-nobody
#[session(auth = "remembered", fresh = "5m", role = Role::Admin)]
async fn somebody() {}

//~ NEXT TO fresh-on-passive
#[session(activity = "passive")]
async fn polled() {}
#[session(activity = "active", fresh = "5m")]
async fn active() {}

//~ NEXT TO store-error-opens-route
#[session(auth = "anonymous", csrf = "origin", on_store_error = "anonymous")]
async fn open() {}

fn main() {}
