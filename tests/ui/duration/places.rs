//! The same grammar for every key that takes a duration, wherever it stands.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(absolute = "8H")]
//~^ ERROR `"8H"` is not a duration: units are in lower case; write `"8h"`
async fn absolute() {}

#[session(fresh = "5 m")]
//~^ ERROR `"5 m"` is not a duration: it contains a space; write `"5m"`
async fn fresh() {}

#[session(absolute = "1h30")]
//~^ ERROR `"1h30"` is not a duration: the unit is missing
async fn last_unit() {}

#[session(absolute = "h")]
//~^ ERROR `"h"` is not a duration: a number is missing before the unit
async fn no_number() {}

#[session(absolute = "1h1h")]
//~^ ERROR `"1h1h"` is not a duration: units stand largest first, each at most once; write `"2h"`
async fn twice() {}

#[session(absolute = "1d2w")]
//~^ ERROR `"1d2w"` is not a duration: units stand largest first, each at most once; write `"15d"`
async fn order() {}

#[session(absolute = "500ms")]
//~^ ERROR `"500ms"` is not a duration: units are `w`, `d`, `h`, `m` and `s`
async fn milliseconds() {}

#[session(absolute = "PT8H")]
//~^ ERROR `"PT8H"` is not a duration: units are in lower case; write `"8h"`
async fn iso() {}

#[session(absolute = "½h")]
//~^ ERROR `"½h"` is not a duration
async fn half() {}

#[session(absolute = "٣h")]
//~^ ERROR `"٣h"` is not a duration
async fn digits_of_others() {}

#[session(absolute = "1_000s")]
//~^ ERROR `"1_000s"` is not a duration
async fn underscore() {}

#[session(absolute = "forever")]
//~^ ERROR `"forever"` is not a duration
async fn word() {}

#[session(absolute = 8 * 3600)]
//~^ ERROR `absolute` takes a duration; write `absolute = "8h"`
async fn arithmetic() {}

#[session(absolute = Duration::from_secs(60))]
//~^ ERROR `absolute` takes a duration; write `absolute = "8h"`
async fn expression() {}

#[session(absolute = ["8h"])]
//~^ ERROR `absolute` takes a duration; write `absolute = "8h"`
async fn list() {}

#[session(fresh = "0s")]
//~^ ERROR `"0s"` is no time at all
async fn never_fresh() {}

#[derive(SessionPolicy)]
#[session(touch = 30)]
//~^ ERROR `30` has no unit; write `"30m"` or `"30s"`
struct Site;

#[derive(SessionPolicy)]
#[session(idle = "522w")]
//~^ ERROR `"522w"` is longer than 3650 days
struct Long;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "15min")]
    //~^ ERROR `"15min"` is not a duration: units are `w`, `d`, `h`, `m` and `s`; write `"15m"`
    Admin,
    #[session(absolute = "2hours")]
    //~^ ERROR `"2hours"` is not a duration: units are `w`, `d`, `h`, `m` and `s`; write `"2h"`
    Auditor,
    #[session(fresh = "0m")]
    //~^ ERROR `"0m"` is no time at all
    Clerk,
    #[session(touch = "4000d")]
    //~^ ERROR `"4000d"` is longer than 3650 days
    Member,
}

#[session(idle = 15)]
//~^ ERROR `15` has no unit; write `"15m"` or `"15s"`
mod admin {
    #[session_policy::axum::session]
    async fn page() {}
}

fn main() {}
