//! Unknown keys, and keys in the wrong place, on roles, modules, cookies and session data.
#![allow(unused)]
use session_policy::{SessionCookie, SessionData, SessionPolicy, axum::session};

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(role = Role::Clerk, on_denied = "status")]
    //~^ ERROR `role` is not a key of a role
    //~| ERROR `on_denied` is not a key of a role
    Admin,
    #[session(public)]
    //~^ ERROR `public` is not a key of a role; it belongs to a handler
    Clerk,
    #[session(activity = "passive", on_store_error = "deny")]
    //~^ ERROR `activity` is not a key of a role
    //~| ERROR `on_store_error` is not a key of a role
    Robot,
    #[session(name = "Auditor")]
    //~^ ERROR unknown key `name`
    Auditor,
    #[session(idle = "15m", idle = "10m")]
    //~^ ERROR `idle` is written twice; remove one
    Twice,
    #[session(idle_timeout = "15m")]
    //~^ ERROR unknown key `idle_timeout`, did you mean `idle`?
    Habit,
}

#[session(touch = "1m", id = "admin", public)]
//~^ ERROR `touch` is not a key of a module
//~| ERROR `id` is not a key of a module
//~| ERROR `public` is not a key of a module
mod admin {
    #[session_policy::axum::session]
    async fn page() {}
}

#[session(idel = "30m", expires = "8h", useragent = true)]
//~^ ERROR unknown key `idel`, did you mean `idle`?
//~| ERROR unknown key `expires`, did you mean `absolute`?
//~| ERROR unknown key `useragent`, did you mean `bind`?
mod slips {
    #[session_policy::axum::session]
    async fn page() {}
}

#[derive(SessionPolicy)]
#[session(id = "site")]
//~^ ERROR `id` is not a key of a named policy; it belongs to a role
struct Site;

#[derive(SessionPolicy)]
#[session(http_only, secure = true, cookie_name = "sid")]
//~^ ERROR unknown key `http_only`: what the cookie looks like is written in `#[cookie(…)]`
//~| ERROR unknown key `secure`: what the cookie looks like is written in `#[cookie(…)]`
//~| ERROR unknown key `cookie_name`: what the cookie looks like is written in `#[cookie(…)]`
struct OfTheCookie;

#[derive(SessionPolicy)]
#[session(IDLE = "30m", Absolute = "8h")]
//~^ ERROR unknown key `IDLE`, did you mean `idle`?
//~| ERROR unknown key `Absolute`, did you mean `absolute`?
struct Case;

#[derive(SessionCookie)]
#[cookie(sameSite = "lax", expires = "1d", idle = "30m")]
//~^ ERROR unknown key `sameSite`, did you mean `same_site`?
//~| ERROR unknown key `expires`: how long a session lives is its policy's `idle` and `absolute`
//~| ERROR unknown key `idle`; a cookie takes
struct Cookie;

#[derive(SessionCookie)]
#[cookie(nam = "__Host-id")]
//~^ ERROR unknown key `nam`, did you mean `name`?
struct Slip;

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "cart", cary = "login")]
//~^ ERROR unknown key `cary`, did you mean `carry`?
struct Cart;

fn main() {}
