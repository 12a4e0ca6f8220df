//! What the macros emit stands in any crate: without a prelude, under another name of ours, beside items that are called
//! like ours.
#![no_implicit_prelude]
#![allow(clippy::needless_pass_by_value, reason = "handlers take the session by value")]

extern crate session_policy as sp;

use ::core::assert_eq;

/// Names that generated code must not pick up.
#[allow(dead_code, non_camel_case_types, reason = "decoys")]
mod decoys {
    pub(super) struct Rules;
    pub(super) struct Spec;
    pub(super) struct Policy;
    pub(super) struct Roles;
    pub(super) struct Option;
    pub(super) struct Entry;
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod session_policy {}
    pub(super) const fn idle() {}
}
#[allow(unused_imports, reason = "decoys")]
use decoys::*;

#[derive(sp::SessionPolicy)]
#[session(crate = sp, idle = "30m", absolute = "8h", bind = "ua", on_mismatch = "step_up")]
struct Site;

#[derive(::core::clone::Clone, ::core::marker::Copy, sp::SessionPolicy)]
#[session(crate = sp)]
enum Role {
    Member,
    #[session(idle = "15m", extends = Site)]
    Admin,
}

#[derive(sp::SessionCookie)]
#[cookie(crate = sp, name = "__Secure-x", domain = "example.com", purpose = "one login for all hosts")]
struct Cookie;

#[derive(::serde::Serialize, ::serde::Deserialize, sp::SessionData)]
#[data(crate = sp, key = "hygiene", carry = "login")]
struct Data {
    n: u32,
}

#[sp::axum::session(
    crate = sp,
    idle = "10m",
    fresh = "5m",
    auth = "mfa",
    role = [Role::Admin, Role::Member],
    bind = "ua",
    on_mismatch = "end",
    rotate_on = ["login", "reauth"],
    csrf = "off",
    activity = "active",
    on_denied = "auto",
    on_store_error = "deny",
    extends = Site,
    deviation(csrf = "signed"),
)]
fn handler(me: sp::UserSession, ::axum::extract::State(n): ::axum::extract::State<u32>) -> &'static str {
    let _: (&sp::Session, u32) = (&me, n);
    ""
}

#[sp::axum::session(crate = sp, Site)]
async fn named(me: sp::UserSession) {
    let _: &sp::Session = &me;
}

#[sp::axum::session(crate = sp, public)]
async fn public() {}

#[::sp::axum::session(crate = sp, idle = "10m", extends = Site)]
mod admin {
    #[::sp::axum::session(crate = ::sp, fresh = "5m")]
    pub(super) async fn page(me: ::sp::UserSession) {
        ::core::mem::drop(me);
    }

    pub(super) struct Api;

    impl Api {
        #[::sp::axum::session(crate = ::sp, super::Site2)]
        pub(super) async fn page(me: ::sp::UserSession) {
            Self::seen(me);
        }

        fn seen(me: ::sp::UserSession) {
            ::core::mem::drop(me);
        }
    }
}

#[derive(sp::SessionPolicy)]
#[session(crate = sp, profile = "owasp-high")]
struct Site2;

#[test]
fn compiles_and_says_what_is_written() {
    use ::std::string::ToString;
    assert_eq!(<HandlerPolicy as sp::Policy>::SPEC.rules().idle, ::core::option::Option::Some(600));
    assert_eq!(<PublicPolicy as sp::Policy>::SPEC.to_string(), "public");
    assert_eq!(<Role as sp::Roles>::TABLE.roles.len(), 2);
    assert_eq!(<Cookie as sp::SessionCookie>::COOKIE.name, "__Secure-x");
    assert_eq!(<Data as sp::SessionData>::DATA.key, "hygiene");
    assert_eq!(Data { n: 1 }.n.to_string(), "1");
    let _: ::axum::Router<u32> = ::axum::Router::new()
        .route("/", ::axum::routing::get(handler))
        .route("/named", ::axum::routing::get(named))
        .route("/admin", ::axum::routing::get(admin::page))
        .route("/api", ::axum::routing::get(admin::Api::page))
        .route("/public", ::axum::routing::get(public));
}
