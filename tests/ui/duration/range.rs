//! Durations that are no time at all, or longer than 3650 days.
#![allow(unused)]
use session_policy::axum::session;

#[session(idle = "0m", absolute = "3651d")]
//~^ ERROR `"0m"` is no time at all
//~| ERROR `"3651d"` is longer than 3650 days
async fn range() {}

#[session(idle = "99999999999999999999s")]
//~^ ERROR `"99999999999999999999s"` is longer than 3650 days
async fn overflow() {}

fn main() {}
