//! Slips of the fingers, and habits from elsewhere.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(idel = "30m")]
//~^ ERROR unknown key `idel`, did you mean `idle`?
async fn slip() {}

#[session(timeout = "30m", max_age = "8h", SESSION_COOKIE_AGE = 1209600)]
//~^ ERROR unknown key `timeout`, did you mean `idle`?
//~| ERROR unknown key `max_age`, did you mean `absolute`?
//~| ERROR unknown key `SESSION_COOKIE_AGE`, did you mean `absolute`?
async fn habits() {}

#[session(user_agent = true, roles = "admin", ttl = 30)]
//~^ ERROR unknown key `user_agent`, did you mean `bind`?
//~| ERROR unknown key `roles`, did you mean `role`?
//~| ERROR unknown key `ttl`, did you mean `idle`?
async fn more_habits() {}

#[session(colour = "red")]
//~^ ERROR unknown key `colour`; a handler takes `idle`,
async fn unheard_of() {}

#[session(same_site = "lax")]
//~^ ERROR unknown key `same_site`: what the cookie looks like is written in `#[cookie(…)]`
async fn of_the_cookie() {}

#[session(publik)]
//~^ ERROR unknown key `publik`, did you mean `public`?
async fn flag() {}

#[session(csrf = "off", deviation(crsf = "checked in the body"))]
//~^ ERROR unknown key `crsf`, did you mean `csrf`?
async fn in_a_deviation() {}

#[derive(SessionPolicy)]
#[session(shape = "round")]
//~^ ERROR unknown key `shape`; a named policy takes `idle`,
struct Site;

fn main() {}
