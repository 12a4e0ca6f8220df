//! Neighbours of `no_effect/`: the key that gives the other its effect.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{SessionPolicy, axum::session};

//~ NEXT TO on-mismatch-without-bind
#[session(bind = "ua", on_mismatch = "log")]
async fn bound() {}

//~ NEXT TO deviation-from-nothing
#[derive(SessionPolicy)]
#[session(csrf = "off", deviation(csrf = "machines only, signed requests"))]
struct Api;

//~ NEXT TO public-with-keys
#[session(public)]
async fn public() {}
#[session(public, crate = ::session_policy)]
async fn renamed() {}

//~ NEXT TO named-policy-with-keys
#[session(Api)]
async fn named() {}
#[session(extends = Api, idle = "5m")]
async fn tightened() {}

fn main() {}
