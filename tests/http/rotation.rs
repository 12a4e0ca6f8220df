//! The token changes with every authentication, and what becomes of the old one (semantics.md, section 4).

use crate::kit::{Answer, Bank, Browser, PASSWORD, Request};

/// A replaced token: it opens nothing, and its late answer takes nothing away from its successor.
#[track_caller]
fn is_superseded(answer: Answer) {
    let answer = answer.expect_denial(401, "superseded").expect_no_cookie();
    assert_eq!(answer.header("clear-site-data"), None, "{answer}");
}

#[test]
fn a_re_authentication_replaces_the_token() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let old = browser.token();
    let new = browser.reauth();
    assert_ne!(old, new);
    is_superseded(bank.api("/account", &old));
    bank.api("/account", &new).expect(200);
    bank.advance("60s");
    is_superseded(bank.api("/account", &old));
    bank.api("/account", &new).expect(200);
    assert_eq!(browser.visit("/account").expect(200).set_cookie(), None);
}

/// The bank replaces the token of whoever uses it every quarter of an hour; the old one is served for half a minute, for
/// requests that are under way, and gives itself away afterwards.
#[test]
fn every_quarter_of_an_hour() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let old = browser.token();
    bank.advance("899s");
    browser.visit("/account").expect(200).expect_no_cookie();
    bank.advance("1s");
    browser.fetch("/time-left").expect(200).expect_no_cookie();
    assert_eq!(browser.visit("/account").expect(200).expect_token(), browser.token());
    assert_ne!(browser.token(), old);
    browser.visit("/account").expect(200).expect_no_cookie();
    bank.advance("29s");
    bank.api("/account", &old).expect(200).expect_no_cookie();
    bank.advance("1s");
    bank.api("/account", &old).expect_denial(401, "replayed").expect_no_cookie();
    browser.fetch("/account").expect_denial(401, "replayed").expect_removal();
}

/// The answer that brought the new token never arrived: the old one gets another.
#[test]
fn a_lost_answer_is_made_up_for() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let old = browser.token();
    bank.advance("15m");
    let lost = bank.api("/account", &old).expect(200).expect_token();
    bank.advance("30s");
    assert_ne!(browser.visit("/account").expect(200).expect_token(), lost);
    browser.visit("/account").expect(200).expect_no_cookie();
    // Whoever has the one that was lost has a copy.
    bank.api("/account", &lost).expect_denial(401, "replayed").expect_no_cookie();
    browser.fetch("/account").expect_denial(401, "replayed").expect_removal();
}

#[test]
fn a_login_replaces_the_token_of_a_living_session() {
    let bank = Bank::start();
    for user in ["alice", "bob"] {
        let mut browser = Browser::signed_in(&bank, "alice");
        let old = browser.token();
        let new = browser.login(user);
        assert_ne!(old, new);
        is_superseded(bank.api("/account", &old));
        bank.api("/account", &new).expect(200);
    }
}

/// An ex-authenticated token that turns up more than a minute later was copied: whoever has its successor is signed out.
#[test]
fn an_old_token_much_later_is_a_replay() {
    let bank = Bank::start();
    for replace in [Browser::reauth, |browser: &mut Browser<'_>| browser.login("alice")] {
        let mut browser = Browser::signed_in(&bank, "alice");
        let old = browser.token();
        let new = replace(&mut browser);
        bank.advance("61s");
        let answer = bank.api("/account", &old).expect(401).expect_no_cookie();
        assert!(matches!(answer.reason().as_str(), "superseded" | "replayed"), "{answer}");
        assert_eq!(answer.header("clear-site-data"), None, "{answer}");
        bank.api("/account", &new).expect_denial(401, "replayed").expect_removal();
    }
}

#[test]
fn a_replay_is_recognised_on_every_route() {
    let bank = Bank::start();
    let replays = [
        Request::get("/login"),
        Request::get("/time-left"),
        Request::get("/admin"),
        Request::post("/api/echo").same_origin().json("{}"),
        Request::post("/theme").same_origin().form(&[("theme", "dark")]),
        Request::post("/logout").same_origin(),
    ];
    for request in replays {
        let mut browser = Browser::signed_in(&bank, "alice");
        let old = browser.token();
        let new = browser.reauth();
        bank.advance("61s");
        let answer = bank.send(&request.header("Cookie", bank.cookie(&old))).expect_no_cookie();
        assert!(answer.status < 500, "{answer}");
        bank.api("/account", &new).expect_denial(401, "replayed");
    }
}

/// Nobody was signed in with it, so nobody can be hurt by it: it never ends anything.
#[test]
fn an_old_anonymous_token_ends_nothing() {
    let bank = Bank::start();
    let mut browser = Browser::new(&bank);
    let answer = browser.post("/theme", &[("theme", "dark")]);
    let anonymous = answer.expect_token();
    let new = browser.login("alice");
    assert_ne!(anonymous, new);
    for wait in ["1s", "61s", "20m"] {
        bank.advance(wait);
        is_superseded(bank.api("/account", &anonymous));
        bank.api("/account", &new).expect(200);
    }
}

/// Tabs that were open before a login answer late: they must not sign anyone out.
#[test]
fn a_late_logout_with_the_old_token_changes_nothing() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let old = browser.token();
    let new = browser.reauth();
    let late = Request::post("/logout").same_origin().header("Cookie", bank.cookie(&old));
    let answer = bank.send(&late).expect_no_cookie();
    assert_eq!(answer.header("clear-site-data"), None, "{answer}");
    bank.api("/account", &new).expect(200);
}

#[test]
fn the_old_token_cannot_re_authenticate() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let old = browser.token();
    let new = browser.reauth();
    let request = Request::post("/reauth").same_origin().form(&[("password", PASSWORD)]);
    is_superseded(bank.send(&request.header("Cookie", bank.cookie(&old))));
    bank.api("/account", &new).expect(200);
}

/// A login with a dead token works, and the dead one stays dead.
#[test]
fn a_login_replaces_a_dead_token() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let dead = browser.token();
    bank.advance("30m");
    let new = browser.login("alice");
    assert_ne!(dead, new);
    bank.api("/account", &new).expect(200);
    bank.api("/account", &dead).expect(401);
}

#[test]
fn every_login_draws_another_token() {
    let bank = Bank::start();
    let mut tokens: Vec<String> = (0..20)
        .map(|_| {
            let mut browser = Browser::new(&bank);
            browser.post("/theme", &[("theme", "light")]).expect_token()
        })
        .collect();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 20);
}

/// Data that is carried over a login is a visitor's, or the same user's; it never goes from one user to another.
#[test]
fn the_theme_is_carried_over_a_login() {
    let bank = Bank::start();
    let theme_of = |browser: &mut Browser<'_>| {
        let page = browser.visit("/account").expect(200).text();
        page.split("data-theme=").nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default().to_owned()
    };
    let plain = theme_of(&mut Browser::signed_in(&bank, "bob"));

    let mut visitor = Browser::new(&bank);
    visitor.post("/theme", &[("theme", "dark")]).expect_token();
    visitor.login("alice");
    let dark = theme_of(&mut visitor);
    assert_ne!(dark, plain, "what the visitor chose");
    visitor.login("alice");
    assert_eq!(theme_of(&mut visitor), dark, "the same user");
    visitor.login("bob");
    assert_eq!(theme_of(&mut visitor), plain, "another user's choice is not bob's");
}

#[test]
fn the_theme_survives_a_re_authentication() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let without = browser.visit("/account").expect(200).text();
    browser.post("/theme", &[("theme", "dark")]).expect_no_cookie();
    let dark = browser.visit("/account").expect(200).text();
    assert_ne!(without, dark, "the theme shows");
    browser.reauth();
    assert_eq!(browser.visit("/account").expect(200).text(), dark);
}
