//! Keys that can have no effect.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(on_mismatch = "log")]
//~^ ERROR `on_mismatch` can have no effect without `bind` beside it
async fn unbound() {}

#[session(idle = "30m", deviation(idle = "long forms", csrf = "no forms"))]
//~^ ERROR this deviation deviates from nothing: the value of `idle` needs no reason
//~| ERROR this deviation deviates from nothing: `csrf` is not written here
async fn deviation() {}

#[session(csrf = "origin", deviation(csrf = "no forms"))]
//~^ ERROR this deviation deviates from nothing: the value of `csrf` needs no reason
async fn safe_value() {}

#[session(public, idle = "30m")]
//~^ ERROR `idle` can have no effect: a `public` handler has no session
async fn public() {}

#[session(public, Site)]
//~^ ERROR a `public` handler has no session, so it has no other policy
async fn public_site() {}

#[session(Site, idle = "5m")]
//~^ ERROR a named policy stands alone; to tighten it write `extends = Site`
async fn named() {}

#[derive(SessionPolicy)]
struct Site;

fn main() {}
