//! Neighbours of `syntax/`: every shape that an attribute may have.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{SessionCookie, SessionData, SessionPolicy, axum::session};

//~ NEXT TO syntax missing-value
#[derive(SessionPolicy)]
#[session(idle = "30m", absolute = "8h",)]
struct Site;

// An attribute without keys, and none at all.
#[derive(SessionPolicy)]
#[session()]
struct Empty;

#[derive(SessionPolicy)]
struct Bare;

// Keys over several attributes.
#[derive(SessionPolicy)]
#[session(idle = "30m")]
#[session(absolute = "8h")]
struct Split;

#[session(Site)]
async fn named() {}

#[session(crate::Site)]
async fn by_path() {}

#[session(self::Site)]
async fn by_self() {}

#[session(bind = ["ua",], rotate_on = ["login", "reauth",])]
async fn trailing() {}

#[session(csrf = "off", deviation(csrf = "signed",))]
async fn reasoned() {}

#[session(idle = r"30m", absolute = r#"8h"#)]
async fn raw_strings() {}

#[derive(SessionCookie)]
#[cookie(partitioned, same_site = "none", purpose = "embedded in a partner's site")]
struct Cookie;

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "pass.syntax", carry = "login",)]
struct Data;

fn main() {}
