//! A policy cannot start from itself.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(extends = Site)]
//~^ ERROR a policy cannot start from itself
struct Site;

#[derive(SessionPolicy)]
#[session(extends = Self)]
//~^ ERROR a policy cannot start from itself
struct Other;

#[session(extends = HomePolicy)]
//~^ ERROR a policy cannot start from itself
async fn home() {}

fn main() {}
