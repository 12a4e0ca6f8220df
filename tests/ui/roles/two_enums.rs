//! The roles of one policy are variants of one enum.
#![allow(unused)]
use session_policy::{SessionPolicy, UserSession, axum::session};

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Admin,
}

#[derive(Clone, Copy, SessionPolicy)]
enum Rank {
    Major,
}

#[session(role = [Role::Admin, Rank::Major])]
//~^ ERROR the roles of one policy must be variants of one enum
async fn mixed(me: UserSession) {}

fn main() {}
