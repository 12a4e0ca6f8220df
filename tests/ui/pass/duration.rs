//! Neighbours of `duration/`: the grammar to its edges, and what it means.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
#![allow(deprecated, reason = "some of these are weak on purpose")]
use session_policy::{Policy, SessionPolicy, axum::session};

//~ NEXT TO duration
#[derive(SessionPolicy)]
#[session(idle = "90s", absolute = "1h30m")]
struct Site;

//~ NEXT TO duration-zero
#[derive(SessionPolicy)]
#[session(idle = "1s", absolute = "0h2s")]
struct Shortest;

//~ NEXT TO duration-too-long
#[derive(SessionPolicy)]
#[session(idle = "3649d23h59m59s", absolute = "3650d")]
struct Longest;

#[derive(SessionPolicy)]
#[session(idle = "1w1d1h1m1s", absolute = "2w")]
struct EveryUnit;

#[session(idle = "007m", absolute = "521w3d")]
async fn odd() {}

fn main() {
    assert_eq!((Site::SPEC.rules().idle, Site::SPEC.rules().absolute), (Some(90), Some(5_400)));
    assert_eq!(Shortest::SPEC.rules().absolute, Some(2));
    assert_eq!(Longest::SPEC.rules().idle, Some(315_359_999));
    assert_eq!(EveryUnit::SPEC.rules().idle, Some(694_861));
    assert_eq!(OddPolicy::SPEC.rules().absolute, Longest::SPEC.rules().absolute);
}
