//! Failed re-authentications: counted at once, and the fifth in a row ends the session (semantics.md, section 3).

use crate::kit::{Answer, Bank, Browser, PASSWORD};

#[track_caller]
fn fail(browser: &mut Browser<'_>) -> Answer {
    let answer = browser.post("/reauth", &[("password", "wrong")]);
    assert!(answer.status < 500 && answer.is_private(), "{answer}");
    answer
}

#[test]
fn the_fifth_wrong_password_in_a_row_ends_the_session() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let token = browser.token();
    for attempt in 1..=4 {
        let answer = fail(&mut browser).expect_no_cookie();
        assert_ne!(answer.status, 303, "attempt {attempt} is no success: {answer}");
        browser.fetch("/account").expect(200);
    }
    let answer = fail(&mut browser).expect_removal();
    assert_eq!(answer.header("clear-site-data"), None, "nobody signed out: {answer}");
    assert_eq!(browser.token, None);
    for path in ["/account", "/statements", "/reauth"] {
        bank.api(path, &token).expect_denial(401, "too_many_attempts");
    }
    // The right password comes too late.
    browser.token = Some(token.clone());
    let answer = browser.post("/reauth", &[("password", PASSWORD)]);
    answer.expect_sent_to("/login", Some("too_many_attempts"), None);
    // The user is not locked out: it is the session that ended.
    browser.login("alice");
    browser.fetch("/account").expect(200);
}

#[test]
fn a_right_password_starts_the_count_again() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for _ in 0..3 {
        for _ in 0..4 {
            fail(&mut browser);
        }
        browser.reauth();
    }
    browser.fetch("/account").expect(200);
}

#[test]
fn a_failed_attempt_makes_nothing_fresh() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    bank.advance("12m");
    browser.fetch("/account").expect(200);
    fail(&mut browser).expect_no_cookie();
    browser.fetch("/transfer").expect_step_up("fresh", "300");
    browser.fetch("/statements").expect_step_up("route_idle", "0");
}

/// The count belongs to the session, not to the tab: other browsers of the user are not concerned.
#[test]
fn attempts_are_counted_per_session() {
    let bank = Bank::start();
    let (mut one, mut other) = (Browser::signed_in(&bank, "alice"), Browser::signed_in(&bank, "alice"));
    for _ in 0..5 {
        fail(&mut one);
    }
    other.fetch("/account").expect(200);
    fail(&mut other).expect_no_cookie();
    other.fetch("/account").expect(200);
}

/// Whatever else the form says, a re-authentication is the session's own user or nobody.
#[test]
fn nobody_else_re_authenticates() {
    let bank = Bank::start();
    for other in ["bob", "carol", "Alice", "nobody"] {
        let mut browser = Browser::signed_in(&bank, "alice");
        let token = browser.token();
        bank.advance("6m");
        let answer = browser.post("/reauth", &[("user", other), ("password", PASSWORD)]).expect_no_cookie();
        assert!((400..500).contains(&answer.status), "{answer}");
        // Nothing became fresh, nothing changed hands.
        browser.fetch("/transfer").expect_step_up("fresh", "300");
        browser.fetch("/admin").expect(403);
        assert!(browser.visit("/account").expect(200).text().contains("alice"));
        assert_eq!(browser.token(), token);
        // It counts as a wrong password does.
        for _ in 0..4 {
            browser.post("/reauth", &[("user", other), ("password", PASSWORD)]);
        }
        browser.fetch("/account").expect(401);
    }
}
