//! Idle, absolute, fresh (semantics.md, section 3). Boundaries are inclusive: at the deadline the session is dead.

use crate::kit::{Bank, Browser};

const MINUTE_MS: u64 = 60_000;

#[test]
fn idle_ends_a_session_at_thirty_minutes() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    bank.advance("1799s");
    browser.fetch("/account").expect(200);
    bank.advance("1799s");
    browser.fetch("/account").expect(200);
    let token = browser.token();
    bank.advance("1800s");
    let answer = browser.fetch("/account").expect_denial(401, "idle").expect_removal();
    assert_eq!(answer.header("clear-site-data"), None, "drafts survive a timeout: {answer}");
    // Its holder is told why as long as the tombstone stands; the session never comes back.
    bank.api("/account", &token).expect_denial(401, "idle");
    bank.api("/statements", &token).expect_denial(401, "idle");
}

#[test]
fn a_navigation_learns_the_reason_and_comes_back() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    bank.advance("30m");
    let answer = browser.visit("/account?tab=2").expect_removal();
    answer.expect_sent_to("/login", Some("idle"), Some("/account?tab=2"));
}

#[test]
fn steady_use_ends_at_eight_hours() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for _ in 0..16 {
        bank.advance("29m");
        browser.fetch("/account").expect(200);
    }
    bank.advance("15m59s");
    browser.fetch("/account").expect(200);
    bank.advance("1s");
    let answer = browser.fetch("/account").expect_denial(401, "absolute").expect_removal();
    assert_eq!(answer.header("clear-site-data"), None, "{answer}");
}

#[test]
fn absolute_counts_from_the_last_authentication() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for _ in 0..16 {
        bank.advance("29m");
        browser.fetch("/account").expect(200);
    }
    browser.reauth();
    for _ in 0..16 {
        bank.advance("29m");
        browser.fetch("/account").expect(200);
    }
    bank.advance("16m");
    browser.fetch("/account").expect_denial(401, "absolute");
}

#[test]
fn an_idle_session_cannot_be_laundered() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    bank.advance("9m59s");
    browser.fetch("/statements").expect(200);
    bank.advance("12m");
    browser.fetch("/account").expect(200);
    // The lax route was used just now; the strict one still sees the gap.
    browser.fetch("/statements").expect_step_up("route_idle", "0");
    browser.visit("/statements?year=2025").expect_sent_to("/reauth", Some("route_idle"), Some("/statements?year=2025"));
    browser.fetch("/account").expect(200);
    bank.advance("5m");
    browser.fetch("/account").expect(200);
    browser.fetch("/statements").expect_step_up("route_idle", "0");

    browser.reauth();
    browser.fetch("/statements").expect(200);
    bank.advance("9m59s");
    browser.fetch("/statements").expect(200);
    bank.advance("10m");
    browser.fetch("/statements").expect_step_up("route_idle", "0");
    browser.fetch("/account").expect(200);
}

/// A login is an authentication, too: it forgets the gap.
#[test]
fn a_new_login_forgets_the_gap() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    bank.advance("12m");
    browser.fetch("/account").expect(200);
    browser.fetch("/statements").expect(401);
    browser.login("alice");
    browser.fetch("/statements").expect(200);
}

#[test]
fn an_admin_is_gone_after_fifteen_minutes_on_every_route() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "carol");
    bank.advance("899s");
    browser.fetch("/account").expect(200);

    for path in ["/account", "/statements", "/transfer", "/reauth", "/admin", "/time-left"] {
        let mut browser = Browser::signed_in(&bank, "carol");
        bank.advance("15m");
        browser.fetch(path).expect_denial(401, "idle").expect_removal();
    }
    for path in ["/transfer", "/reauth", "/api/echo"] {
        let mut browser = Browser::signed_in(&bank, "carol");
        bank.advance("15m");
        browser.post_json(path, "{}").expect_denial(401, "idle").expect_removal();
    }
    // A member, meanwhile, has half an hour.
    let mut member = Browser::signed_in(&bank, "bob");
    bank.advance("15m");
    member.fetch("/account").expect(200);
}

/// A route for anyone runs with an empty handle; that the session is over is found there all the same.
#[test]
fn a_route_for_anyone_ends_a_dead_session_too() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "carol");
    let strangers = Browser::new(&bank).visit("/login").expect(200).text();
    let token = browser.token();
    bank.advance("15m");
    let page = browser.visit("/login").expect(200).expect_removal().text();
    assert_eq!(page, strangers, "the handle is empty");
    bank.api("/account", &token).expect_denial(401, "idle");

    // Data that is set there starts a session of its own.
    let mut browser = Browser::signed_in(&bank, "carol");
    let token = browser.token();
    bank.advance("15m");
    let new = browser.post("/theme", &[("theme", "dark")]).expect_token();
    assert_ne!(new, token);
    bank.api("/account", &new).expect_denial(401, "no_session");
    bank.api("/account", &token).expect(401);
}

#[test]
fn a_transfer_wants_a_fresh_authentication() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    bank.advance("4m59s");
    browser.fetch("/transfer").expect(200);
    bank.advance("2s");
    browser.fetch("/transfer").expect_step_up("fresh", "300");
    browser.visit("/transfer").expect_sent_to("/reauth", Some("fresh"), Some("/transfer"));
    // Activity is no authentication.
    browser.fetch("/account").expect(200);
    browser.fetch("/transfer").expect_step_up("fresh", "300");
    // A form that waited too long is not sent on: only a GET is a place to come back to.
    let late = browser.post("/transfer", &[("to", "bob"), ("amount", "10")]);
    late.expect_sent_to("/reauth", Some("fresh"), None);

    browser.reauth();
    browser.fetch("/transfer").expect(200);
}

/// Someone re-authenticates, does other things, and comes back later: that is an ordinary challenge, time after time.
#[test]
fn a_transfer_can_be_reached_again_and_again() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for _ in 0..3 {
        bank.advance("6m");
        browser.fetch("/transfer").expect_step_up("fresh", "300");
        browser.reauth();
        browser.fetch("/transfer").expect(200);
    }
    // Also by those who were asked, and went somewhere else first: that the answer became stale is no loop.
    for _ in 0..3 {
        bank.advance("6m");
        browser.fetch("/transfer").expect_step_up("fresh", "300");
        browser.reauth();
    }
}

#[test]
fn everyone_can_ask_how_long_is_left() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let left = |browser: &mut Browser<'_>| {
        let answer = browser.fetch("/time-left").expect(200).expect_no_cookie();
        assert!(answer.is_private(), "{answer}");
        let left = answer.json();
        assert!(left["state"].is_string(), "{answer}");
        assert!(left.as_object().is_some_and(|left| left.contains_key("warn_ms")), "{answer}");
        (left["idle_left_ms"].as_u64().unwrap(), left["absolute_left_ms"].as_u64().unwrap())
    };
    assert_eq!(left(&mut browser), (30 * MINUTE_MS, 480 * MINUTE_MS));
    bank.advance("10m");
    assert_eq!(left(&mut browser), (20 * MINUTE_MS, 470 * MINUTE_MS), "asking is no activity");
    browser.fetch("/account").expect(200);
    assert_eq!(left(&mut browser), (30 * MINUTE_MS, 470 * MINUTE_MS));
    bank.advance("1s");
    assert_eq!(left(&mut browser), (30 * MINUTE_MS - 1000, 470 * MINUTE_MS - 1000));
    browser.reauth();
    assert_eq!(left(&mut browser), (30 * MINUTE_MS, 480 * MINUTE_MS));

    let mut admin = Browser::signed_in(&bank, "carol");
    assert_eq!(left(&mut admin), (15 * MINUTE_MS, 480 * MINUTE_MS));
}
