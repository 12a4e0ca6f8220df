//! A key stands once.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(idle = "30m", absolute = "8h", idle = "20m")]
//~^ ERROR `idle` is written twice; remove one
async fn twice() {}

#[session(csrf = "off", deviation(csrf = "one", csrf = "two"))]
//~^ ERROR `csrf` is written twice; remove one
async fn reasons() {}

#[session(Site, Other)]
//~^ ERROR a second policy; a handler has one
async fn policies() {}

#[derive(SessionPolicy)]
#[session(idle = "30m")]
#[session(idle = "20m")]
//~^ ERROR `idle` is written twice; remove one
struct Site;

#[derive(SessionPolicy)]
struct Other;

fn main() {}
