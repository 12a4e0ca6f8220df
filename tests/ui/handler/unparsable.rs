//! An item that is not Rust comes back as it was, beside the compiler's own error.
#![allow(unused)]
use session_policy::axum::session;

#[session(idle = "30m")]
async fn half_typed(x: ) {}
//~^ RUSTC ERROR expected type, found `)`
//~| RUSTC ERROR unexpected end of input

fn main() {}
