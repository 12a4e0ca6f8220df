//! A string for a path, a path for a string, …
#![allow(unused)]
use session_policy::axum::session;

#[session(auth = full, idle = 30, absolute = 8h, fresh = five)]
//~^ ERROR `auth` takes `"anonymous"`, `"remembered"`, `"full"` or `"mfa"`; write `auth = "full"`
//~| ERROR `30` has no unit; write `"30m"` or `"30s"`
//~| ERROR `8h` is not a string; write `"8h"`
//~| ERROR `fresh` takes a duration; write `fresh = "5m"`
async fn no_quotes() {}

#[session(role = "admin", extends = "Site")]
//~^ ERROR `role` takes a path, without quotes; write `role = Role::Admin`
//~| ERROR `extends` takes a path, without quotes; write `extends = Site`
async fn quotes() {}

#[session(bind = 24, rotate_on = true, csrf = Csrf::Off, role = 7)]
//~^ ERROR `bind` takes `"ua"` in quotes
//~| ERROR `rotate_on` takes `"login"`, `"reauth"` or `"privilege"`
//~| ERROR `csrf` takes `"off"` or `"origin"` in quotes
//~| ERROR `role` takes a path; write `role = Role::Admin`
async fn others() {}

#[session(crate = "session_policy")]
//~^ ERROR `crate` takes the path under which this crate is known; write `crate = ::session_policy`
async fn renamed() {}

#[session(public = true)]
//~^ ERROR `public` takes no value; write `public` or leave it out
async fn flag() {}

#[session(public(yes))]
//~^ ERROR `public` takes no value
async fn flag_with_list() {}

#[session(csrf = "off", deviation = "why")]
//~^ ERROR a deviation names its key; write `deviation(csrf = "why")`
async fn reason() {}

#[session(csrf = "off", deviation(csrf = 7))]
//~^ ERROR `csrf` takes a string in quotes
async fn number() {}

#[session(role = Role::Admin | Role::Auditor)]
//~^ ERROR `role` takes one path, or several in brackets with commas
async fn alternatives() {}

fn main() {}
