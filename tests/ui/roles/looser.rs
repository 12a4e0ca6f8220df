//! A route cannot be laxer than the role it names; with several, than all of them.
#![allow(unused)]
use session_policy::{SessionPolicy, UserSession, axum::session};

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Guest,
    #[session(idle = "20m", auth = "full")]
    Member,
    #[session(idle = "15m", absolute = "2h", fresh = "1h", auth = "mfa")]
    Admin,
}

#[session(role = Role::Admin, idle = "1h", absolute = "3h", fresh = "90m", auth = "full")]
//~^ ERROR `idle = "1h"` can never apply: `Role::Admin` already limits `idle` to 15m
//~| ERROR `absolute = "3h"` can never apply: `Role::Admin` already limits `absolute` to 2h
//~| ERROR `fresh = "1h30m"` can never apply: `Role::Admin` already limits `fresh` to 1h
//~| ERROR `auth = "full"` can never apply: `Role::Admin` already demands `"mfa"`
async fn one(me: UserSession) {}

#[session(role = [Role::Admin, Role::Member], idle = "25m", auth = "remembered")]
//~^ ERROR `idle = "25m"` can never apply: `Role::Member` already limits `idle` to 20m
//~| ERROR `auth = "remembered"` can never apply: `Role::Member` already demands `"full"`
async fn all(me: UserSession) {}

// Not looser than the members'.
#[session(role = [Role::Admin, Role::Member], idle = "18m")]
async fn some(me: UserSession) {}

// Guests have no limit of their own.
#[session(role = [Role::Admin, Role::Guest], idle = "25m")]
async fn none(me: UserSession) {}

#[derive(Clone, Copy, SessionPolicy)]
enum Rank {
    #[session(csrf = "origin", bind = "ua", on_mismatch = "end")]
    Major,
}

#[session(role = Rank::Major, csrf = "off", deviation(csrf = "signed"), bind = "ua", on_mismatch = "log")]
//~^ ERROR `csrf = "off"` can never apply: `Rank::Major` already says `"origin"`
//~| ERROR `on_mismatch = "log"` can never apply: `Rank::Major` already says `"end"`
async fn rungs(me: UserSession) {}

fn main() {}
