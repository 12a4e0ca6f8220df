//! A typo in a role gives the compiler's own error, once.
#![allow(unused)]
use session_policy::{SessionPolicy, UserSession, axum::session};

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Member,
    Admin,
}

#[derive(Clone, Copy, SessionPolicy)]
enum Rank {
    Major,
}

enum Plain {
    Admin,
}

#[session(role = Role::Amdin, idle = "5m")]
//~^ RUSTC ERROR no variant or associated item named `Amdin` found
async fn typo(me: UserSession) {}

#[session(role = Plain::Admin)]
//~^ RUSTC ERROR no method named `__session_role` found
async fn not_a_role(me: UserSession) {}

fn main() {}
