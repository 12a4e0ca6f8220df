//! What the macros emit fires no lint of the user's, however strict.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    unused_results,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    let_underscore_drop,
    elided_lifetimes_in_paths,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::default_numeric_fallback,
    clippy::exhaustive_structs,
    clippy::implicit_return,
    clippy::impl_trait_in_params,
    clippy::infinite_loop,
    clippy::missing_docs_in_private_items,
    clippy::missing_inline_in_public_items,
    clippy::min_ident_chars,
    clippy::question_mark_used,
    clippy::shadow_same,
    clippy::single_call_fn,
    clippy::std_instead_of_core,
    clippy::unseparated_literal_suffix,
    clippy::used_underscore_items,
    clippy::wildcard_imports
)]
#![allow(clippy::unused_async, clippy::needless_pass_by_value, reason = "of the handlers below, which do nothing")]
#![allow(
    clippy::implicit_return,
    clippy::absolute_paths,
    clippy::single_call_fn,
    clippy::exhaustive_structs,
    clippy::min_ident_chars,
    reason = "this file's own style"
)]

use axum::{
    extract::{Path, State},
    response::Html,
};
use session_policy::{Policy, Session, SessionCookie, SessionData, SessionPolicy, UserSession, axum::session};

/// The base.
#[derive(Clone, Copy, Debug, SessionPolicy)]
#[session(idle = "30m", absolute = "8h", touch = "1m")]
struct Site;

/// Who people are.
#[derive(Clone, Copy, Debug, SessionPolicy)]
enum Role {
    /// Adds nothing.
    Member,
    /// Stricter.
    #[session(idle = "15m", extends = Site)]
    Admin,
}

/// The cookie.
#[derive(Clone, Copy, Debug, SessionCookie)]
#[cookie(name = "__Host-lints")]
struct Cookie;

/// An entry.
#[derive(Debug, serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "lints")]
struct Entry {
    /// A number.
    number: u32,
}

/// A page.
#[session(idle = "10m", bind = "ua", role = [Role::Member, Role::Admin], extends = Site)]
async fn page(
    me: UserSession,
    State(number): State<u32>,
    Path(id): Path<u32>,
    _method: axum::http::Method,
) -> Html<String> {
    let _: &Session = &me;
    Html(format!("{number}{id}"))
}

/// A page of the site.
#[session(Site)]
fn named(me: UserSession) -> Html<String> {
    let _: &Session = &me;
    Html(String::new())
}

#[test]
fn no_lint_fires() {
    let router: axum::Router<u32> =
        axum::Router::new().route("/{id}", axum::routing::get(page)).route("/", axum::routing::get(named));
    drop(router);
    assert_eq!(PagePolicy::SPEC.rules().idle, Some(600));
    assert_eq!(Cookie::COOKIE.name, "__Host-lints");
    assert_eq!(Entry { number: 1 }.number, 1);
    assert_eq!(Entry::DATA.key, "lints");
}
