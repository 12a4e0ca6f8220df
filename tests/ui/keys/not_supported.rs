//! Keys and values of the language that this version lacks.
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
    profile = "nist-800-63b-4-aal2",
    //~^ ERROR `profile` is not supported by this version
    bind = ["ip", "ip/24", "ip/24/64", "header:X-Device", "dbsc", "dbsc-optional"],
    //~^ ERROR `"ip"` is not supported by this version
    //~| ERROR `"ip/24"` is not supported by this version
    //~| ERROR `"header:X-Device"` is not supported by this version
    //~| ERROR `"dbsc"` is not supported by this version
    csrf = "token",
    //~^ ERROR `"token"` is not supported by this version
)]
struct Site;

#[session(activity = "stream")]
//~^ ERROR `"stream"` is not supported by this version
async fn stream() {}

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "cart", ttl = "1h", until = "browser_close", once)]
//~^ ERROR `ttl` is not supported by this version
//~| ERROR `until` is not supported by this version
//~| ERROR `once` is not supported by this version
struct Cart;

#[session(idle = "30m")]
//~v ERROR `#[session]` on a module is not supported by this version
mod admin {}

struct Api;
impl Api {
    #[session(idle = "30m")]
    async fn method(self) {}
    //~^ ERROR `#[session]` on a method is not supported by this version
}

fn main() {}
