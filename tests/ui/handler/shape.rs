//! What is not a handler.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(idle = "30m")]
const fn constant() {}
//~^ ERROR a handler is a plain `fn` or `async fn`; remove `const`

#[session(idle = "30m")]
extern "C" fn foreign() {}
//~^ ERROR a handler is a plain `fn` or `async fn`; remove `extern`

#[session(idle = "30m")]
unsafe fn dangerous() {}
//~^ ERROR a handler is a plain `fn` or `async fn`; remove `unsafe`

#[session(idle = "30m")]
struct Site;
//~^ ERROR a policy on a type needs `#[derive(SessionPolicy)]`

#[session(idle = "30m")]
impl Site {}
//~^ ERROR `#[session]` belongs above a handler

#[session(idle = "30m")]
static X: u32 = 1;
//~^ ERROR `#[session]` belongs above a handler

trait Handlers {
    #[session(idle = "30m")]
    async fn declared();
    //~^ ERROR this handler has no body
}

#[session(idle = "30m")]
#[session(absolute = "8h")]
//~^ ERROR a second `#[session]` above one handler; write all keys in one
async fn twice() {}

fn main() {}
