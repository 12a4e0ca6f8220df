//! A route that was forgotten: a function, a closure, a function without arguments, a constant.

use axum::extract::Query;
use session_policy::{
    Sessions,
    axum::{PolicyRouter, any, get, post, session},
};

async fn plain(Query(name): Query<String>) -> String {
    name
}

async fn nothing() {}

#[session(public)]
async fn guarded() {}

fn routes(sessions: Sessions) -> PolicyRouter {
    PolicyRouter::new(sessions)
        .route("/plain", get(plain)) //~ RUSTC ERROR this handler has no session policy
        .route("/nothing", post(nothing)) //~ RUSTC ERROR this handler has no session policy
        .route("/closure", any(async || "hello")) //~ RUSTC ERROR this handler has no session policy
        .route("/chained", get(guarded).post(plain)) //~ RUSTC ERROR this handler has no session policy
        .fallback(nothing) //~ RUSTC ERROR this handler has no session policy
}

fn main() {}
