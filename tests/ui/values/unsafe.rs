//! Choices that do not exist, and those that need a reason.
#![allow(unused)]
use session_policy::{SessionCookie, axum::session};

#[session(rotate_on = "never")]
//~^ ERROR `rotate_on = "never"` does not exist: a token that survives a login lets an attacker plant it
async fn fixation() {}

#[session(on_store_error = "allow")]
//~^ ERROR `on_store_error = "allow"` does not exist: a store that cannot answer must not let anyone in
async fn open() {}

#[session(bind = "ua", on_mismatch = "ignore")]
//~^ ERROR `on_mismatch = "ignore"` does not exist: a mismatch is at least logged
async fn ignored() {}

#[derive(SessionCookie)]
#[cookie(secure = false, http_only = false)]
//~^ ERROR `Secure` cannot be turned off
//~| ERROR `HttpOnly` cannot be turned off
struct AppCookie;

#[session(csrf = "off")]
//~^ ERROR `csrf = "off"` accepts unsafe requests from any site
async fn no_reason() {}

#[session(csrf = "off", deviation(csrf = "  "))]
//~^ ERROR this reason is blank; write why
async fn blank_reason() {}

fn main() {}
