//! Kinds of `bind`.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(bind = "ip/33")]
//~^ ERROR an IPv4 prefix is at most /32, but this is /33
async fn v4() {}

#[session(bind = "ip/24/128")]
//~^ ERROR an IPv6 prefix is at most /64, but this is /128: temporary addresses move inside a /64 (RFC 8981)
async fn v6() {}

#[session(bind = "ip/0")]
//~^ ERROR a prefix of 0 holds every address
async fn all() {}

#[session(bind = "ip/wide")]
//~^ ERROR prefixes are numbers; write `"ip/24"`
async fn wide() {}

#[session(bind = ["ip/24", "ip/16"])]
//~^ ERROR `"ip"` is listed twice; remove one
async fn twice() {}

#[session(bind = "header:X-Device")]
//~^ ERROR `"header:…"` is captured at login, so it is not for a handler
async fn header() {}

#[derive(SessionPolicy)]
#[session(bind = ["header:", "header:X Device", "header:Cookie", "header:X-A", "header:x-a"])]
//~^ ERROR a header's name is missing
//~| ERROR ' ' cannot stand in a header's name
//~| ERROR `Cookie` carries the token, which changes, so it would never match
//~| ERROR `"header:x-a"` is listed twice
struct Headers;

#[session(bind = ["address", "device", "dbsk", "fingerprint"])]
//~^ ERROR unknown value `"address"`, did you mean `"ip"`?
//~| ERROR unknown value `"device"`, did you mean `"dbsc"`?
//~| ERROR unknown value `"dbsk"`, did you mean `"dbsc"`?
//~| ERROR unknown value `"fingerprint"`; `bind` takes `"ua"`
async fn words() {}

#[session(bind = "ip/24", on_mismatch = "end")]
//~^ ERROR `on_mismatch = "end"` signs people out when their provider changes their address
//~| ERROR `bind` to `ip` is not supported by this version
async fn end() {}

#[derive(SessionPolicy)]
#[session(bind = "header:User-Agent")]
//~^ ERROR the exact `User-Agent` changes with every update of the browser
struct Exact;

fn main() {}
