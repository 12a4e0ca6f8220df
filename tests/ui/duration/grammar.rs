//! Durations that are not spelled right; each error shows how.
#![allow(unused)]
use session_policy::axum::session;

#[session(idle = "30")]
//~^ ERROR `"30"` is not a duration: the unit is missing; write `"30m"` or `"30s"`
async fn no_unit() {}

#[session(idle = "30min")]
//~^ ERROR `"30min"` is not a duration: units are `w`, `d`, `h`, `m` and `s`; write `"30m"`
async fn long_unit() {}

#[session(idle = "30M")]
//~^ ERROR `"30M"` is not a duration: units are in lower case; write `"30m"`
async fn upper_case() {}

#[session(idle = "1h 30m")]
//~^ ERROR `"1h 30m"` is not a duration: it contains a space; write `"1h30m"`
async fn space() {}

#[session(idle = "1.5h")]
//~^ ERROR `"1.5h"` is not a duration: a fraction is not allowed; write `"1h30m"`
async fn fraction() {}

#[session(idle = 1.5h)]
//~^ ERROR `1.5h` is not a string; write `"1h30m"`
async fn number() {}

#[session(idle = "30m1h")]
//~^ ERROR `"30m1h"` is not a duration: units stand largest first, each at most once; write `"1h30m"`
async fn order() {}

#[session(idle = "-5m")]
//~^ ERROR `"-5m"` is not a duration: a sign is not allowed
async fn sign() {}

#[session(idle = "1y")]
//~^ ERROR `"1y"` is not a duration: units are `w`, `d`, `h`, `m` and `s`; write integers with units, such as `"30m"`, `"1h30m"` or `"14d"`
async fn year() {}

#[session(idle = "")]
//~^ ERROR `""` is not a duration: it is empty
async fn empty() {}

fn main() {}
