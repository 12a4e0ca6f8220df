//! Roles are copied about.
#![allow(unused)]
use session_policy::SessionPolicy;

#[derive(SessionPolicy)]
enum Role {
    //~^ RUSTC ERROR the trait bound `Role: Copy` is not satisfied
    Admin,
}

fn main() {}
