//! Half-typed attributes of every macro; what is typed beside is still judged.
#![allow(unused)]
use session_policy::{SessionCookie, SessionData, SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(idle = "30m" absolute = "8x")]
//~^ ERROR a comma is missing before `absolute`
//~| ERROR `"8x"` is not a duration
struct Site;

#[derive(SessionPolicy)]
#[session(, idle = "30")]
//~^ ERROR a key is missing before this comma
//~| ERROR `"30"` is not a duration: the unit is missing
struct Comma;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle =)]
    //~^ ERROR `idle` needs a value after `=`
    Admin,
    #[session(idle)]
    //~^ ERROR `idle` needs a value; write `idle = "30m"`
    Auditor,
    #[session(Site)]
    //~^ ERROR expected a key; to start from a policy write `extends = Site`
    Clerk,
    #[session = "admin"]
    //~^ ERROR write `#[session(key = value)]`
    Robot,
}

#[session(idle => "30m")]
//~^ ERROR `idle` takes a duration; write `idle = "30m"`
async fn arrow() {}

#[session(idle == "30m")]
//~^ ERROR `idle` takes a duration; write `idle = "30m"`
async fn equals() {}

#[session(idle "30m")]
//~^ ERROR expected `=` after `idle`, found `"30m"`
async fn no_equals() {}

#[session(#idle = "30m")]
//~^ ERROR expected a key such as `idle`, found `#`
async fn hash() {}

#[session(csrf = "off", deviation(csrf: "signed"))]
//~^ ERROR expected `=` after `csrf`, found `:`
async fn in_a_deviation() {}

#[session(csrf = "off", deviation(Csrf))]
//~^ ERROR expected a key and a reason, such as `csrf = "why"`
async fn path_in_a_deviation() {}

#[session(idle = "30m"; absolute = "8h")]
//~^ ERROR expected a comma, found `;`
async fn semicolon() {}

#[derive(SessionCookie)]
#[cookie(name = )]
//~^ ERROR `name` needs a value after `=`
struct NoName;

#[derive(SessionCookie)]
#[cookie = "__Host-id"]
//~^ ERROR write `#[cookie(key = value)]`
struct Assigned;

#[derive(SessionCookie)]
#[cookie(name("__Host-id"), name = "__Host-b")]
//~^ ERROR `name` takes a value; write `name = "__Host-id"`
//~| ERROR `name` is written twice; remove one
struct Called;

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = , carry = "login")]
//~^ ERROR `key` needs a value after `=`
struct Cart;

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "cart", key = "basket")]
//~^ ERROR `key` is written twice; remove one
struct Basket;

fn main() {}
