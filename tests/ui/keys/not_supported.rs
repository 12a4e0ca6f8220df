//! Keys and values of the language that this version lacks, where nothing else is wrong with them.
#![allow(unused)]
use session_policy::{SessionData, SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(
    rotate_every = "10m",
    //~^ ERROR `rotate_every` is not supported by this version
    grace = "30s",
    //~^ ERROR `grace` is not supported by this version
    warn = "2m",
    //~^ ERROR `warn` is not supported by this version
    lifetime = "browser",
    //~^ ERROR `lifetime` is not supported by this version
    remember = "30d",
    //~^ ERROR `remember` is not supported by this version
    max_sessions = 3,
    //~^ ERROR `max_sessions` is not supported by this version
    on_limit = "reject",
    //~^ ERROR `on_limit` is not supported by this version
    bind = ["ua", "ip/24/64", "header:X-Device", "dbsc-optional"],
    //~^ ERROR `bind` to `ip` is not supported by this version
    //~| ERROR `bind` to `header:x-device` is not supported by this version
    //~| ERROR `bind` to `dbsc` is not supported by this version
    csrf = "token",
    //~^ ERROR `"token"` is not supported by this version
)]
struct Site;

#[session(activity = "stream", bind = "dbsc")]
//~^ ERROR `"stream"` is not supported by this version
//~| ERROR `bind` to `dbsc` is not supported by this version
async fn stream() {}

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "cart", ttl = "1h", until = "browser_close", once)]
//~^ ERROR `ttl` is not supported by this version
//~| ERROR `until` is not supported by this version
//~| ERROR `once` is not supported by this version
struct Cart;

// What is wrong comes first, and alone.
#[derive(SessionPolicy)]
#[session(rotate_every = "10min", warn = 30, lifetime = "forever", max_sessions = "3", csrf = "tokn")]
//~^ ERROR `"10min"` is not a duration
//~| ERROR `30` has no unit
//~| ERROR unknown value `"forever"`, did you mean `"persistent"`?
//~| ERROR `max_sessions` takes a number without quotes; write `max_sessions = 3`
//~| ERROR `max_sessions` needs to know what happens at the limit
//~| ERROR unknown value `"tokn"`, did you mean `"token"`?
struct Wrong;

fn main() {}
