//! Durations that are not spelled right; each error shows how.
#![allow(unused)]
use session_policy::axum::session;

#[session(idle = "30")]
//~^ ERROR the unit is missing; write `"30m"` or `"30s"`
async fn no_unit() {}

#[session(idle = "30min")]
//~^ ERROR units are `w`, `d`, `h`, `m` and `s`; write `"30m"`
async fn long_unit() {}

#[session(idle = "30M")]
//~^ ERROR units are in lower case; write `"30m"`
async fn upper_case() {}

#[session(idle = "1h 30m")]
//~^ ERROR it contains a space; write `"1h30m"`
async fn space() {}

#[session(idle = "1.5h")]
//~^ ERROR a fraction is not allowed; write `"1h30m"`
async fn fraction() {}

#[session(idle = 1.5h)]
//~^ ERROR `1.5h` is not a string; write `"1h30m"`
async fn number() {}

#[session(idle = "30m1h")]
//~^ ERROR units stand largest first, each at most once; write `"1h30m"`
async fn order() {}

#[session(idle = "-5m")]
//~^ ERROR a sign is not allowed
async fn sign() {}

#[session(idle = "1y")]
//~^ ERROR write integers with units, such as `"30m"`, `"1h30m"` or `"14d"`
async fn year() {}

#[session(idle = "")]
//~^ ERROR it is empty
async fn empty() {}

fn main() {}
