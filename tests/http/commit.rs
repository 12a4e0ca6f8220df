//! Lowering is immediate, raising is staged: the table of semantics.md, section 2, sentence 6.

use crate::kit::{Answer, Bank, Browser, PASSWORD, Request};

#[track_caller]
fn is_explicit_logout(answer: Answer) -> Answer {
    let answer = answer.expect_removal();
    assert_eq!(answer.header("clear-site-data"), Some(r#""cache", "storage""#), "{answer}");
    answer
}

#[test]
fn a_logout_holds_at_once() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let token = browser.token();
    let answer = is_explicit_logout(browser.post("/logout", &[]));
    assert!(answer.status < 400 && answer.is_private(), "{answer}");
    for path in ["/account", "/time-left"] {
        let answer = bank.api(path, &token).expect_denial(401, "logout").expect_removal();
        assert_eq!(answer.header("clear-site-data"), None, "only the logout itself: {answer}");
    }
    // Once more, by a second tab.
    let answer = bank.send(&Request::post("/logout").same_origin().header("Cookie", bank.cookie(&token)));
    assert!(answer.status < 400, "{answer}");
}

#[test]
fn a_logout_followed_by_an_error_is_a_logout() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let token = browser.token();
    let answer = browser.post("/fail/logout-500", &[]).expect(500).expect_removal();
    assert!(answer.is_private(), "{answer}");
    bank.api("/account", &token).expect_denial(401, "logout");
}

#[test]
fn a_logout_followed_by_a_panic_is_a_logout() {
    let bank = Bank::start();
    let browser = Browser::signed_in(&bank, "alice");
    let token = browser.token();
    let request = Request::post("/fail/logout-panic").same_origin().header("Cookie", bank.cookie(&token));
    let mut wire = bank.connect();
    wire.write(&request.bytes(&bank.authority));
    // A panic may take the connection with it; whatever comes is no success.
    if let Some(answer) = wire.try_answer("POST") {
        answer.expect(500);
    }
    bank.api("/account", &token).expect_denial(401, "logout");
    // The bank goes on.
    Browser::signed_in(&bank, "bob").visit("/account").expect(200);
}

/// The client is gone before the answer can be written: the handler runs, and so does its end of the session.
#[test]
fn a_logout_by_a_client_that_is_gone_is_a_logout() {
    let bank = Bank::start();
    for round in 0..10 {
        let browser = Browser::signed_in(&bank, "alice");
        let token = browser.token();
        let logout = Request::post("/logout").same_origin().header("Cookie", bank.cookie(&token)).keep_alive();
        let mut bytes = logout.bytes(&bank.authority);
        if round % 2 == 1 {
            // The beginning of another request, which never comes.
            bytes.extend_from_slice(b"GET / HTTP/1.1\r\nHost:");
        }
        let mut wire = bank.connect();
        wire.write(&bytes);
        wire.close();
        let answer = ended(&bank, &token).unwrap_or_else(|| panic!("round {round}: the session lives on"));
        answer.expect_denial(401, "logout");
    }
}

/// The client is gone in the middle of the body of its logout, which nobody needs.
#[test]
fn a_logout_whose_body_never_ends_is_a_logout() {
    let bank = Bank::start();
    let browser = Browser::signed_in(&bank, "alice");
    let token = browser.token();
    let logout = Request::post("/logout").same_origin().header("Cookie", bank.cookie(&token));
    let logout = logout.header("Content-Length", "1000").body("application/x-www-form-urlencoded", "unfinished=");
    let mut wire = bank.connect();
    wire.write(&logout.bytes(&bank.authority));
    wire.close();
    ended(&bank, &token).expect("the session ended").expect_denial(401, "logout");
}

/// Looks until the session is over: the bank works on the lost request beside the looks.
fn ended(bank: &Bank, token: &str) -> Option<Answer> {
    let looks = (0..2000).map(|_| bank.api("/time-left", token));
    looks.into_iter().find(|answer| answer.status != 200)
}

#[test]
fn a_login_followed_by_an_error_changes_nothing() {
    let bank = Bank::start();
    for (what, status) in [("login-500", 500), ("login-403", 403)] {
        let path = format!("/fail/{what}");
        for user in ["alice", "bob"] {
            let mut browser = Browser::signed_in(&bank, "alice");
            let token = browser.token();
            bank.advance("6m");
            browser.fetch("/transfer").expect_step_up("fresh", "300");
            let account = browser.visit("/account").expect(200).text();

            let answer = browser.post(&path, &[("user", user), ("password", PASSWORD)]);
            answer.expect(status).expect_no_cookie();

            assert_eq!(browser.token(), token);
            assert_eq!(browser.visit("/account").expect(200).text(), account, "still alice's session");
            browser.fetch("/transfer").expect_step_up("fresh", "300");
            // Not superseded either: much later it is no replay.
            bank.advance("2m");
            browser.fetch("/account").expect(200);
        }
        // Without a session before, there is none after.
        let mut stranger = Browser::new(&bank);
        let answer = stranger.post(&path, &[("user", "alice"), ("password", PASSWORD)]);
        answer.expect(status).expect_no_cookie();
    }
}

/// The route works: with an answer below 400 the same form signs in.
#[test]
fn the_failing_login_failed_for_its_status_alone() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let old = browser.token();
    let answer = browser.post("/login", &[("user", "bob"), ("password", PASSWORD)]).expect(303);
    assert_ne!(answer.expect_token(), old);
}

#[test]
fn data_followed_by_an_error_is_not_kept() {
    let bank = Bank::start();
    // Nobody's session is started by it …
    let mut stranger = Browser::new(&bank);
    let page = stranger.visit("/login").expect(200).text();
    let answer = stranger.post("/fail/set-500", &[("theme", "dark")]).expect(500).expect_no_cookie();
    assert!(answer.is_private(), "{answer}");
    assert_eq!(stranger.visit("/login").expect(200).text(), page);

    // … and nothing is changed in a session that there is, whatever theme it has.
    for theme in ["light", "dark"] {
        let mut visitor = Browser::new(&bank);
        visitor.post("/theme", &[("theme", theme)]).expect_token();
        let page = visitor.visit("/login").expect(200).text();
        visitor.post("/fail/set-500", &[("theme", "dark")]).expect(500).expect_no_cookie();
        assert_eq!(visitor.visit("/login").expect(200).text(), page, "{theme}");
    }
}

/// A session in which nothing was changed gets no cookie, and a request that failed no activity.
#[test]
fn reading_sends_no_cookie() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for minutes in ["3m", "3m", "3m", "3m", "179s"] {
        bank.advance(minutes);
        browser.visit("/account").expect(200).expect_no_cookie();
        browser.fetch("/time-left").expect(200).expect_no_cookie();
        browser.visit("/login").expect_no_cookie();
    }
}

#[test]
fn a_session_that_ended_in_one_tab_is_over_in_all() {
    let bank = Bank::start();
    let browser = Browser::signed_in(&bank, "alice");
    let token = browser.token();
    let mut tabs: Vec<_> = (0..4).map(|_| bank.connect()).collect();
    let look = Request::get("/account").header("Cookie", bank.cookie(&token)).keep_alive();
    for tab in &mut tabs {
        tab.exchange(&look, &bank.authority).expect(200);
    }
    bank.send(&Request::post("/logout").same_origin().header("Cookie", bank.cookie(&token))).expect_removal();
    for tab in &mut tabs {
        tab.exchange(&look, &bank.authority).expect_denial(401, "logout");
    }
}
