//! Neighbours of `values/`: every word of this version.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{SessionCookie, SessionPolicy, axum::session};

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Admin,
    Auditor,
}

//~ NEXT TO unknown-value wrong-kind-of-value
#[session(auth = "anonymous")]
async fn anonymous() {}
#[session(auth = "remembered")]
async fn remembered() {}
#[session(auth = "full")]
async fn full() {}
#[session(auth = "mfa")]
async fn mfa() {}

//~ NEXT TO empty-list duplicate-entry
#[session(role = [Role::Admin])]
async fn one() {}
#[session(role = [Role::Admin, Role::Auditor], bind = ["ua"], rotate_on = ["login", "reauth", "privilege"])]
async fn several() {}

//~ NEXT TO unsafe-value
#[session(rotate_on = "login")]
async fn login() {}
#[session(rotate_on = "reauth")]
async fn reauth() {}
#[session(rotate_on = "privilege")]
async fn privilege() {}
#[session(bind = "ua", on_mismatch = "log")]
async fn log() {}
#[session(bind = "ua", on_mismatch = "step_up")]
async fn step_up() {}
#[session(bind = "ua", on_mismatch = "end")]
async fn end() {}
#[session(on_store_error = "deny")]
async fn deny() {}
#[session(auth = "anonymous", on_store_error = "anonymous")]
async fn open() {}

//~ NEXT TO csrf-off-without-reason empty-reason
#[session(csrf = "off", deviation(csrf = "checked by a signature in the body"))]
async fn signed() {}
#[session(csrf = "origin")]
async fn origin() {}

#[session(activity = "active", on_denied = "auto")]
async fn active() {}
#[session(activity = "passive", on_denied = "status")]
async fn passive() {}
#[session(on_denied = "redirect")]
async fn redirect() {}

#[derive(SessionCookie)]
#[cookie(same_site = "lax")]
struct Lax;
#[derive(SessionCookie)]
#[cookie(same_site = "strict")]
struct Strict;
#[derive(SessionCookie)]
#[cookie(same_site = "none", purpose = "embedded in a partner's site")]
struct Embedded;

fn main() {}
