//! Keys of the language that belong elsewhere.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(touch = "10s", id = "x")]
//~^ ERROR `touch` is not a key of a handler; it belongs to a named policy or a role
//~| ERROR `id` is not a key of a handler; it belongs to a role
async fn handler() {}

#[derive(SessionPolicy)]
#[session(public, on_denied = "status", role = Role::Admin, activity = "passive", on_store_error = "deny")]
//~^ ERROR `public` is not a key of a named policy; it belongs to a handler
//~| ERROR `on_denied` is not a key of a named policy
//~| ERROR `role` is not a key of a named policy
//~| ERROR `activity` is not a key of a named policy
//~| ERROR `on_store_error` is not a key of a named policy
struct Site;

#[derive(Clone, Copy, SessionPolicy)]
#[session(idle = "15m", role = Role::Admin)]
//~^ ERROR `idle` is not a key of an enum of roles; write it above a variant
//~| ERROR `role` is not a key of an enum of roles; it belongs to a handler
enum Role {
    #[session(crate = ::session_policy)]
    //~^ ERROR `crate` is not a key of a role; remove it
    Admin,
}

fn main() {}
