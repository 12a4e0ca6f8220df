//! Several banks as real processes, on one Redis: a node that is killed, a server that goes away, ends that every node knows of.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(clippy::panic, reason = "that is how a test fails")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the counts are part of the proof")]

#[path = "../http/kit/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the kit of the HTTP tests; these need a part of it")]
mod kit;
#[path = "../stores/redis/server.rs"]
#[allow(dead_code, reason = "the servers of the store's tests; these need a part of it")]
mod server;

mod example;
mod kill;
mod nodes;
mod outage;
mod start;

use std::{thread, time::Duration};

use kit::{Bank, PASSWORD, Request};
use server::Server;

/// A bank on this Redis, with a clock that stands still.
fn node(redis: &Server) -> Bank {
    Bank::start_with(&["--listen", "127.0.0.1:0", "--test-clock", "--store", &redis.url()])
}

/// The login form, as a page of the bank sends it.
fn login(user: &str) -> Request {
    Request::post("/login").same_origin().form(&[("user", user), ("password", PASSWORD)])
}

/// `GET /account`, as a program asks.
fn account(cookie: &str) -> Request {
    Request::get("/account").header("Accept", "application/json").header("Cookie", cookie)
}

/// Signs in; the cookie.
#[track_caller]
fn sign_in(bank: &Bank, user: &str) -> String {
    bank.cookie(&bank.send(&login(user)).expect(303).expect_token())
}

/// Asks again until the answer is yes; other processes decide when.
#[track_caller]
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("after 30 seconds not yet: {what}");
}
