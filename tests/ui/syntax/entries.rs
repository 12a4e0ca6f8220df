//! Half-typed entries do not hide their neighbours.
#![allow(unused)]
use session_policy::axum::session;

#[session(idle = , absolute = "8x")]
//~^ ERROR `idle` needs a value after `=`
//~| ERROR `"8x"` is not a duration
async fn no_value() {}

#[session(idle, absolute)]
//~^ ERROR `idle` needs a value; write `idle = "30m"`
//~| ERROR `absolute` needs a value; write `absolute = "8h"`
async fn keys_alone() {}

#[session(idle = "30m" absolute = "8h")]
//~^ ERROR a comma is missing before `absolute`
async fn no_comma() {}

#[session(idle: "30m")]
//~^ ERROR expected `=` after `idle`, found `:`
async fn colon() {}

#[session("30m")]
//~^ ERROR expected a key such as `idle`, found `"30m"`
async fn value_alone() {}

#[session(idle = "30m",, absolute = "8h")]
//~^ ERROR a key is missing before this comma
async fn two_commas() {}

#[session(idle("30m"))]
//~^ ERROR `idle` takes a value; write `idle = "30m"`
async fn parens() {}

#[session(Site::)]
//~^ ERROR expected the path of a policy
async fn half_a_path() {}

#[derive(session_policy::SessionPolicy)]
#[session = "30m"]
//~^ ERROR write `#[session(key = value)]`
struct Site;

#[derive(session_policy::SessionPolicy)]
#[session(Site)]
//~^ ERROR expected a key; to start from a policy write `extends = Site`
struct Other;

fn main() {}
