//! Only a policy can be extended: one error, in our words, at the path.
#![allow(unused)]
use session_policy::{SessionPolicy, UserSession, axum::session};

struct Nope;

#[session(extends = Nope, idle = "5m", absolute = "1h")]
//~^ RUSTC ERROR `Nope` is not a session policy
async fn handler(me: UserSession) {}

fn main() {}
