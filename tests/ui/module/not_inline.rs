//! The functions of another file are out of reach. The first error is rustc's own.
#![allow(unused)]
use session_policy::axum::session;

#[session(idle = "15m")]
mod elsewhere;
//~^ RUSTC ERROR file modules in proc macro input are unstable
//~| ERROR a policy reaches only what stands in the same file

fn main() {}
