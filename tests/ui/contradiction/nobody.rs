//! Rules about somebody on routes that admit everybody.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Admin,
}

#[session(auth = "anonymous", fresh = "5m", role = Role::Admin)]
//~^ ERROR `fresh` needs somebody who is signed in, but `auth = "anonymous"` admits everybody
//~| ERROR `role` needs somebody who is signed in, but `auth = "anonymous"` admits everybody
async fn nobody() {}

#[session(fresh = "5m", activity = "passive")]
//~^ ERROR `fresh` asks a person to authenticate, but nobody is waiting for a route with `activity = "passive"`
async fn polled() {}

#[session(on_store_error = "anonymous")]
//~^ ERROR `on_store_error = "anonymous"` runs the handler without knowing who asks, so it needs `auth = "anonymous"` beside it
async fn open() {}

#[session(auth = "anonymous", bind = "ua", on_store_error = "anonymous")]
//~^ ERROR `on_store_error = "anonymous"` runs the handler without checking `bind`
async fn unchecked() {}

fn main() {}
