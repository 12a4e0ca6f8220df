//! What stands in a module may only tighten its policy.
#![allow(unused)]
use session_policy::{Session, SessionPolicy, UserSession, axum::session};

#[derive(SessionPolicy)]
#[session(idle = "1h", absolute = "12h")]
struct Site;

#[derive(SessionPolicy)]
#[session(idle = "10m")]
struct Tight;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "20m")]
    Admin,
    Auditor,
}

#[session(idle = "15m", auth = "mfa", role = Role::Admin, bind = "ua", on_mismatch = "end")]
mod admin {
    use super::*;

    #[session(idle = "20m", absolute = "9h")]
    //~^ ERROR `idle = "20m"` can never apply: `mod admin` already limits `idle` to 15m
    async fn idle() {}

    #[session(auth = "full", bind = "ua", on_mismatch = "log", role = [Role::Admin, Role::Auditor])]
    //~^ ERROR `auth = "full"` can never apply: `mod admin` already demands `"mfa"`
    //~| ERROR `on_mismatch = "log"` can never apply: `mod admin` already says `"end"`
    //~| ERROR `Role::Auditor` can never apply: `mod admin` does not allow it
    async fn rungs() {}

    #[session(public)]
    //~^ ERROR a handler inside a module with a policy cannot be `public`
    async fn public() {}

    #[session(Site)]
    //~^ ERROR the `idle` (1h) of `Site` can never apply here: `mod admin` already limits it to 15m
    async fn named(me: UserSession) {}

    #[session(Tight)]
    async fn tighter(me: UserSession) {}

    mod users {
        use super::*;

        #[session(idle = "16m")]
        //~^ ERROR `idle = "16m"` can never apply: `mod admin` already limits `idle` to 15m
        async fn deep() {}

        #[session(idle = "17m", fresh = "5m")]
        //~^ ERROR `idle = "17m"` can never apply: `mod admin` already limits `idle` to 15m
        mod keys {
            use super::*;

            #[session(fresh = "6m")]
            //~^ ERROR `fresh = "6m"` can never apply: `mod keys` already limits `fresh` to 5m
            async fn deeper() {}
        }
    }

    struct Api;
    impl Api {
        #[session(Site)]
        //~^ ERROR the `idle` (1h) of `Site` can never apply here: `mod admin` already limits it to 15m
        async fn list(me: UserSession) {}
    }
}

// The role decides here.
#[session(role = Role::Admin)]
mod named_role {
    use super::*;

    #[session(idle = "25m")]
    //~^ ERROR `idle = "25m"` can never apply: `Role::Admin` already limits `idle` to 20m
    async fn idle() {}

    #[session(extends = AuditorsPolicy)]
    //~^ ERROR no role is left: `auditors` and `mod named_role` allow different ones
    async fn nobody() {}
}

#[session(role = Role::Auditor)]
async fn auditors() {}

fn main() {}
