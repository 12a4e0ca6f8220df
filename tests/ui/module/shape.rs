//! Modules that a policy cannot reach, or where it has no effect.
#![allow(unused)]
use session_policy::{Session, SessionPolicy, UserSession, axum::session};

#[session(idle = "15m")]
//~v ERROR this policy can have no effect: no function in `empty` carries `#[session]`
mod empty {
    async fn plain() {}
}

macro_rules! handlers {
    () => {};
}

#[session(idle = "15m")]
mod written {
    use super::session;

    handlers!();
    //~^ ERROR `handlers!` may write handlers, which the policy of the module would not reach

    #[session]
    async fn page() {}
}

#[session(public)]
//~^ ERROR `public` is not a key of a module; it belongs to a handler
mod public {
    use super::session;

    #[session]
    async fn page() {}
}

#[session(idle = "15m")]
#[session(absolute = "1h")]
//~^ ERROR a second `#[session]` above one module; write all keys in one
mod twice {
    use super::session;

    #[session]
    async fn page() {}
}

#[session(idel = "15m")]
//~^ ERROR unknown key `idel`, did you mean `idle`?
mod wrong {
    use super::*;

    #[session(idle = "1h")]
    async fn page(me: UserSession) {}
}

#[session(auth = "anonymous", on_store_error = "anonymous")]
mod open {
    use super::*;

    #[session]
    async fn page(s: Session) {}

    #[session(auth = "full")]
    async fn user(me: UserSession) {}
    //~^ ERROR the `on_store_error = "anonymous"` of `mod open` would run this handler without knowing who asks

    #[session]
    async fn nobody(me: UserSession) {}
    //~^ ERROR `UserSession` needs somebody who is signed in, but `auth = "anonymous"` of `mod open` admits everybody
}

#[session(activity = "passive")]
mod polled {
    use super::*;

    #[session(fresh = "5m")]
    //~^ ERROR `fresh` asks a person to authenticate, but nobody is waiting for a route with the `activity = "passive"` of `mod polled`
    async fn page() {}

    #[session(extends = StalePolicy)]
    async fn inherited() {}
    //~^ ERROR nobody is waiting for a route with the `activity = "passive"` of `mod polled`, but `stale` has `fresh`, which asks a person to authenticate; write `activity = "active"` here

    #[session(extends = StalePolicy, activity = "active")]
    async fn active() {}
}

#[session(fresh = "5m")]
async fn stale() {}

fn main() {}
