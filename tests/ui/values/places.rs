//! Words, lists and kinds on roles, modules, cookies and session data.
#![allow(unused)]
use session_policy::{SessionCookie, SessionData, SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(auth = "strong", bind = "browser", csrf = "on", rotate_on = ["signin", "never"])]
//~^ ERROR unknown value `"strong"`; `auth` takes `"anonymous"`, `"remembered"`, `"full"` or `"mfa"`
//~| ERROR unknown value `"browser"`, did you mean `"ua"`?
//~| ERROR unknown value `"on"`, did you mean `"origin"`?
//~| ERROR unknown value `"signin"`, did you mean `"login"`?
//~| ERROR `rotate_on = "never"` does not exist
struct Site;

#[derive(SessionPolicy)]
#[session(bind = [ua], rotate_on = [["login"]], extends = [Site])]
//~^ ERROR `bind` takes
//~| ERROR `rotate_on` takes `"login"`, `"reauth"` or `"privilege"`
//~| ERROR `extends` takes a path; write `extends = Site`
struct Kinds;

#[derive(SessionPolicy)]
#[session(bind = [], auth = "", csrf = "off", deviation(csrf))]
//~^ ERROR this list is empty; list a value or remove `bind`
//~| ERROR unknown value `""`; `auth` takes
//~| ERROR `csrf` needs a value; write `csrf = "why"`
struct Empty;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(auth = "passkey")]
    //~^ ERROR unknown value `"passkey"`, did you mean `"mfa"`?
    Admin,
    #[session(bind = "ua", on_mismatch = "kill")]
    //~^ ERROR unknown value `"kill"`, did you mean `"end"`?
    Auditor,
    #[session(rotate_on = ["login", "login"])]
    //~^ ERROR `"login"` is listed twice; remove one
    Clerk,
    #[session(csrf = "off")]
    //~^ ERROR `csrf = "off"` accepts unsafe requests from any site
    Robot,
    #[session(id = admin)]
    //~^ ERROR `id` takes a string; write `id = "admin"`
    Bare,
    #[session(id = 7)]
    //~^ ERROR `id` takes a string in quotes
    Number,
}

#[session(activity = "polling", on_denied = "401", on_store_error = "open")]
//~^ ERROR unknown value `"polling"`, did you mean `"passive"`?
//~| ERROR unknown value `"401"`, did you mean `"status"`?
//~| ERROR `on_store_error = "open"` does not exist
mod habits {
    #[session_policy::axum::session]
    async fn page() {}
}

#[session(role = Role::Admin | Role::Clerk)]
//~^ ERROR `role` takes one path, or several in brackets with commas; write `role = Role::Admin`
async fn either() {}

#[session(role = [Role::Admin, "Clerk"])]
//~^ ERROR `role` takes a path, without quotes; write `role = Role::Admin`
async fn quoted_role() {}

#[session(rotate_on = ["login", "reauth", "reauth"], csrf = "off", deviation(csrf = "signed"))]
//~^ ERROR `"reauth"` is listed twice; remove one
async fn listed() {}

#[derive(SessionCookie)]
#[cookie(name = __Host_id, same_site = Lax, path = 1, partitioned = true, purpose = why)]
//~^ ERROR `name` takes a string; write `name = "__Host_id"`
//~| ERROR `same_site` takes `"lax"`, `"strict"` or `"none"`; write `same_site = "lax"`
//~| ERROR `path` takes a string in quotes
//~| ERROR `partitioned` takes no value; write `partitioned` or leave it out
//~| ERROR `purpose` takes a string; write `purpose = "why"`
struct Kind;

#[derive(SessionCookie)]
#[cookie(same_site = "stric")]
//~^ ERROR unknown value `"stric"`, did you mean `"strict"`?
struct Slip;

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = cart, carry)]
//~^ ERROR `key` takes a string; write `key = "cart"`
//~| ERROR `carry` needs a value; write `carry = "login"`
struct Cart;

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "basket", carry = ["login"])]
//~^ ERROR `carry` takes `"login"` in quotes
struct Basket;

fn main() {}
