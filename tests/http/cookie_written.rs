//! `Set-Cookie`. What holds of every single one is checked in `kit::SetCookie::check`.

use crate::kit::{Bank, Browser, SetCookie};

#[test]
fn a_removal_names_the_same_cookie() {
    let bank = Bank::start();
    let mut browser = Browser::new(&bank);
    let set = browser.post("/theme", &[("theme", "dark")]).set_cookie().unwrap();
    browser.login("alice");
    let token = browser.token();
    let again = browser.post("/reauth", &[("password", crate::kit::PASSWORD)]).set_cookie().unwrap();
    assert_eq!(set.identity(), again.identity());

    let logout = browser.post("/logout", &[]).set_cookie().unwrap();
    let tombstone = {
        browser.token = Some(again.value);
        browser.fetch("/account").expect_denial(401, "logout").set_cookie().unwrap()
    };
    let fifth = {
        let mut browser = Browser::signed_in(&bank, "bob");
        let mut last = None;
        for _ in 0..5 {
            last = browser.post("/reauth", &[("password", "wrong")]).set_cookie();
        }
        last.unwrap()
    };
    for removal in [logout, tombstone, fifth] {
        assert!(removal.is_removal(), "{removal:?}");
        assert_eq!(removal.value, "", "{removal:?}");
        assert_eq!(removal.identity(), set.identity());
    }
    bank.api("/account", &token).expect(401);
}

/// `lifetime` is `browser` unless the policy says otherwise, and the bank's does not.
#[test]
fn the_cookie_ends_with_the_browser() {
    let bank = Bank::start();
    let mut browser = Browser::new(&bank);
    let cookie: SetCookie = browser.post("/theme", &[("theme", "dark")]).set_cookie().unwrap();
    let lasting = cookie.attributes.iter().any(|(name, _)| matches!(name.as_str(), "max-age" | "expires"));
    assert!(!lasting, "{cookie:?}");
}

/// The theme sets a cookie when it starts a session, and none when it only changes one.
#[test]
fn a_cookie_is_set_only_when_it_changes() {
    let bank = Bank::start();
    let mut browser = Browser::new(&bank);
    browser.post("/theme", &[("theme", "dark")]).expect_token();
    browser.post("/theme", &[("theme", "light")]).expect_no_cookie();
    browser.post("/theme", &[("theme", "light")]).expect_no_cookie();
    let before = browser.token();
    let after = browser.login("alice");
    assert_ne!(before, after);
    browser.post("/theme", &[("theme", "dark")]).expect_no_cookie();
}

#[test]
fn an_unknown_token_is_not_removed() {
    let bank = Bank::start();
    for value in ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "junk"] {
        let mut browser = Browser::new(&bank);
        browser.token = Some(value.to_owned());
        browser.fetch("/account").expect_denial(401, "no_session").expect_no_cookie();
        browser.visit("/login").expect(200).expect_no_cookie();
        browser.visit("/account").expect(303).expect_no_cookie();
    }
}
