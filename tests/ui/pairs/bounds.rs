//! Keys that need or contradict another one, and figures, also of keys that this version lacks.
#![allow(unused)]
use session_policy::{SessionData, SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(rotate_every = "1m", grace = "61s")]
//~^ ERROR `rotate_every` (1m) is shorter than 2m
//~| ERROR `grace` (1m1s) is longer than 60s
//~| ERROR `grace` (1m1s) is not shorter than `rotate_every` (1m)
struct Figures;

#[derive(SessionPolicy)]
#[session(rotate_every = "8h", absolute = "8h")]
//~^ ERROR `rotate_every` (8h) is not shorter than `absolute` (8h), so it can never fire
struct Never;

#[derive(SessionPolicy)]
#[session(rotate_every = "30s", grace = "45s")]
//~^ ERROR `rotate_every` (30s) is shorter than 2m
//~| ERROR `grace` (45s) is not shorter than `rotate_every` (30s)
struct Forever;

#[derive(SessionPolicy)]
#[session(grace = "30s", on_limit = "reject")]
//~^ ERROR `grace` can have no effect without `rotate_every` beside it
//~| ERROR `on_limit` can have no effect without `max_sessions` beside it
struct Alone;

#[derive(SessionPolicy)]
#[session(warn = "19s", max_sessions = 0)]
//~^ ERROR `warn` (19s) gives people less than 20s to answer (WCAG 2.2.1)
//~| ERROR `max_sessions = 0` lets nobody in
//~| ERROR `max_sessions` needs to know what happens at the limit
struct Few;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "5m", warn = "5m")]
    //~^ ERROR `warn` (5m) is not shorter than `idle` (5m)
    Admin,
}

#[derive(SessionPolicy)]
#[session(lifetime = "persistent", absolute = "401d", remember = "500d")]
//~^ ERROR `absolute` (401d) is longer than 400d, after which browsers drop a persistent cookie
//~| ERROR `remember` (500d) is longer than 400d
//~| ERROR `lifetime` is not supported by this version
struct Long;

#[session(warn = "1m", max_sessions = 3)]
//~^ ERROR `warn` is not a key of a handler; it belongs to a named policy or a role
//~| ERROR `max_sessions` is not a key of a handler
async fn handler() {}

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "notice", once, carry = "login")]
//~^ ERROR `carry` can have no effect beside `once`
struct Notice;

fn main() {}
