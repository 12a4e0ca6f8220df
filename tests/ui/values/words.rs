//! Words that a key does not have.
#![allow(unused)]
use session_policy::axum::session;

#[session(auth = "fulll")]
//~^ ERROR unknown value `"fulll"`, did you mean `"full"`?
async fn slip() {}

#[session(auth = "2fa", bind = "user-agent", on_mismatch = "terminate", activity = "polling")]
//~^ ERROR unknown value `"2fa"`, did you mean `"mfa"`?
//~| ERROR unknown value `"user-agent"`, did you mean `"ua"`?
//~| ERROR unknown value `"terminate"`, did you mean `"end"`?
//~| ERROR unknown value `"polling"`, did you mean `"passive"`?
async fn habits() {}

#[session(rotate_on = ["signin", "midnight"], csrf = "maybe", on_denied = "teapot", on_store_error = "retry")]
//~^ ERROR unknown value `"signin"`, did you mean `"login"`?
//~| ERROR unknown value `"midnight"`; `rotate_on` takes `"login"`, `"reauth"` or `"privilege"`
//~| ERROR unknown value `"maybe"`; `csrf` takes `"off"` or `"origin"`
//~| ERROR unknown value `"teapot"`; `on_denied` takes `"auto"`, `"status"` or `"redirect"`
//~| ERROR unknown value `"retry"`; `on_store_error` takes `"deny"` or `"anonymous"`
async fn unheard_of() {}

#[session(auth = "Full")]
//~^ ERROR unknown value `"Full"`, did you mean `"full"`?
async fn case() {}

fn main() {}
