//! A handler that nobody mounts is still reported, and its policy is not.
#![deny(dead_code)]
use session_policy::axum::session;

#[session(idle = "30m")]
async fn forgotten() {}
//~^ RUSTC ERROR function `forgotten` is never used

fn main() {}
