//! Contradictions that show only together with what is extended.
#![allow(unused)]
use session_policy::{Session, SessionPolicy, UserSession, axum::session};

#[derive(SessionPolicy)]
#[session(absolute = "45m")]
struct Short;

#[derive(SessionPolicy)]
#[session(idle = "30m", fresh = "20m", touch = "3m", bind = "ua")]
struct Site;

#[derive(SessionPolicy)]
#[session(auth = "anonymous")]
struct Everybody;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Admin,
    Member,
}

#[session(extends = Short, idle = "50m", fresh = "1h")]
//~^ ERROR `idle` (50m) is not shorter than the `absolute` (45m) of `Short`, so it can never fire
//~| ERROR `fresh` (1h) is longer than the `absolute` (45m) of `Short`, so it can never fire
async fn idle() {}

#[session(extends = Site, absolute = "25m")]
//~^ ERROR `absolute` (25m) is not longer than the `idle` (30m) of `Site`, which could never fire
async fn absolute() {}

#[session(extends = Site, idle = "5m", absolute = "10m")]
//~^ ERROR the `touch` (3m) of `Site` is more than a tenth of `idle` (5m)
//~| ERROR `absolute` (10m) is shorter than the `fresh` (20m) of `Site`, which could never fire
async fn touched() {}

#[derive(SessionPolicy)]
#[session(extends = Short, idle = "40m", touch = "1m")]
struct Fine;

#[derive(SessionPolicy)]
#[session(extends = Fine, touch = "1s", idle = "5s")]
//~^ ERROR `touch` (1s) is more than a tenth of `idle` (5s)
struct OwnTouch;

#[derive(SessionPolicy)]
#[session(idle = "5m")]
struct Tight;

#[derive(SessionPolicy)]
#[session(extends = Tight, touch = "1m")]
//~^ ERROR `touch` (1m) is more than a tenth of the `idle` (5m) of `Tight`
struct Touch;

#[derive(SessionPolicy)]
#[session(extends = Short, rotate_every = "45m")]
//~^ ERROR `rotate_every` (45m) is not shorter than the `absolute` (45m) of `Short`, so it can never fire
struct Never;

#[derive(SessionPolicy)]
#[session(rotate_every = "20m")]
struct Rotated;

#[derive(Clone, Copy, SessionPolicy)]
enum Rank {
    #[session(extends = Rotated, absolute = "20m")]
    //~^ ERROR `absolute` (20m) is not longer than the `rotate_every` (20m) of `Rotated`, which could never fire
    Major,
}

#[session(extends = Everybody, fresh = "5m")]
//~^ ERROR `fresh` needs somebody who is signed in, but `Everybody` says `auth = "anonymous"`
async fn fresh() {}

#[session(extends = Everybody, role = Role::Admin)]
//~^ ERROR `role` needs somebody who is signed in, but `Everybody` says `auth = "anonymous"`
async fn role() {}

#[session(extends = Site, auth = "anonymous")]
//~^ ERROR `auth = "anonymous"` admits everybody, but `Site` has `fresh`
async fn anonymous() {}

#[session(extends = Site, activity = "passive")]
//~^ ERROR nobody is waiting for a route with `activity = "passive"`, but `Site` has `fresh`
async fn passive() {}

#[session(extends = Short, on_store_error = "anonymous")]
//~^ ERROR `on_store_error = "anonymous"` runs the handler without knowing who asks, so it needs `auth = "anonymous"`
async fn open() {}

#[derive(SessionPolicy)]
#[session(extends = Everybody, bind = "ua")]
struct Bound;

#[session(extends = Bound, on_store_error = "anonymous")]
//~^ ERROR `on_store_error = "anonymous"` runs the handler without checking the `bind` of `Bound`
async fn unchecked() {}

#[session(extends = Everybody)]
async fn user(me: UserSession) {}
//~^ ERROR `UserSession` needs somebody who is signed in, but `auth = "anonymous"` of `Everybody` admits everybody

#[session(Everybody)]
async fn named(me: UserSession) {}
//~^ ERROR `UserSession` needs somebody who is signed in, but `auth = "anonymous"` of `Everybody` admits everybody

#[session(public)]
async fn home() {}

#[session(HomePolicy)]
async fn public(s: Session) {}
//~^ ERROR `home` is public, so a handler under it has no session

#[session(role = Role::Admin)]
async fn admins() {}

#[session(extends = AdminsPolicy, role = [Role::Admin, Role::Member])]
//~^ ERROR `Role::Member` can never apply: `admins` does not allow it
async fn members() {}

fn main() {}
