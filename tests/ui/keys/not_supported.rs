//! Keys and values of the language that this version lacks, where nothing else is wrong with them.
#![allow(unused)]
use session_policy::{SessionData, SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(
    warn = "2m",
    //~^ ERROR `warn` is not supported by this version
    lifetime = "browser",
    //~^ ERROR `lifetime` is not supported by this version
    remember = "30d",
    //~^ ERROR `remember` is not supported by this version
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
#[session(warn = 30, lifetime = "forever", csrf = "tokn")]
//~^ ERROR `30` has no unit
//~| ERROR unknown value `"forever"`, did you mean `"persistent"`?
//~| ERROR unknown value `"tokn"`, did you mean `"token"`?
struct Wrong;

fn main() {}
