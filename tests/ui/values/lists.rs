//! Lists: not empty, nothing twice.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Admin,
}

#[session(rotate_on = ["login", "reauth", "login"], bind = ["ua", "ua"], role = [Role::Admin, Role::Admin])]
//~^ ERROR `"login"` is listed twice; remove one
//~| ERROR `"ua"` is listed twice; remove one
//~| ERROR `Role::Admin` is listed twice; remove one
async fn twice() {}

#[session(rotate_on = [], role = [], deviation())]
//~^ ERROR this list is empty; list a value or remove `rotate_on`
//~| ERROR this list is empty; list a value or remove `role`
//~| ERROR this deviation names no key; write `deviation(csrf = "why")`
async fn empty() {}

fn main() {}
