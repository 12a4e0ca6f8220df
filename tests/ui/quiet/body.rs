//! Errors in the body are the compiler's own, at the user's tokens.
use session_policy::{UserSession, axum::session};

#[session(idle = "30m")]
pub async fn body(me: UserSession) -> String {
    let n: u32 = "seven";
    //~^ RUSTC ERROR mismatched types
    drop((me, n));
    String::new()
}

fn main() {}
