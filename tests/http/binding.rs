//! `bind = "ua"` on `/account` (semantics.md, section 6).

use crate::kit::{Bank, Browser, CHROME};

const CHROME_NEWER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const CHROME_OLDER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
const CHROME_WINDOWS: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const CHROME_ANDROID: &str =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
const IPHONE_AS_MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 \
                             (KHTML, like Gecko) Version/18.6 Safari/605.1.15";

fn with_agent<'b>(bank: &'b Bank, agent: &str) -> Browser<'b> {
    let mut browser = Browser::new(bank);
    browser.agent = agent.to_owned();
    browser.login("alice");
    browser
}

#[test]
fn another_browser_ends_the_session() {
    let bank = Bank::start();
    for thief in [FIREFOX, IPHONE, "curl/8.5.0", "", "\u{2000}"] {
        let mut browser = with_agent(&bank, CHROME);
        let token = browser.token();
        browser.agent = thief.to_owned();
        // Answers never say which kind of binding it was.
        let answer = browser.fetch("/account").expect_denial(401, "binding").expect_removal();
        assert!(!answer.text().to_lowercase().contains("user-agent"), "{answer}");
        // For its owner as well.
        let mut owner = Browser::new(&bank);
        owner.token = Some(token);
        owner.fetch("/account").expect_denial(401, "binding");
    }
}

#[test]
fn a_newer_version_is_the_same_browser() {
    let bank = Bank::start();
    let mut browser = with_agent(&bank, CHROME);
    browser.agent = CHROME_NEWER.to_owned();
    browser.fetch("/account").expect(200);
    // The captured version is that of the login: going back to it is no fall.
    browser.agent = CHROME.to_owned();
    browser.fetch("/account").expect(200);
}

#[test]
fn a_desktop_mode_is_the_same_device() {
    let bank = Bank::start();
    for (one, other) in [(CHROME_ANDROID, CHROME), (IPHONE, IPHONE_AS_MAC)] {
        for (first, second) in [(one, other), (other, one)] {
            let mut browser = with_agent(&bank, first);
            browser.agent = second.to_owned();
            browser.fetch("/account").expect(200);
        }
    }
}

#[test]
fn a_change_within_a_family_asks_for_the_password_and_stays_asked() {
    let bank = Bank::start();
    for changed in [CHROME_OLDER, CHROME_WINDOWS] {
        let mut browser = with_agent(&bank, CHROME);
        browser.agent = changed.to_owned();
        browser.fetch("/account").expect_step_up("step_up", "0");
        browser.visit("/account").expect_sent_to("/reauth", Some("step_up"), Some("/account"));
        // Sticky: the corrected header does not help, neither here nor elsewhere.
        browser.agent = CHROME.to_owned();
        browser.fetch("/account").expect_step_up("step_up", "0");
        browser.fetch("/statements").expect_step_up("step_up", "0");
        browser.agent = changed.to_owned();
        browser.reauth();
        browser.fetch("/account").expect(200);
        browser.fetch("/statements").expect(200);
    }
}

/// Only `/account` binds: elsewhere the agent is nobody's business.
#[test]
fn a_route_that_does_not_bind_does_not_look() {
    let bank = Bank::start();
    let mut browser = with_agent(&bank, CHROME);
    browser.agent = FIREFOX.to_owned();
    browser.fetch("/statements").expect(200);
    browser.fetch("/time-left").expect(200);
    browser.agent = CHROME.to_owned();
    browser.fetch("/account").expect(200);
}

/// Whatever stands in the field, there is an answer.
#[test]
fn any_bytes_are_an_agent() {
    let bank = Bank::start();
    let long = "Chrome/".repeat(5000);
    for agent in ["Chrome/99999999999999999999", "Chrome/-1", "Mozilla/5.0 (", "\u{1f4a9}", &long, "Chrome/140\tX"] {
        let mut browser = with_agent(&bank, agent);
        browser.fetch("/account").expect(200);
        let answer = bank.api("/account", &browser.token());
        assert!(matches!(answer.status, 200 | 401), "{answer}");
    }
}
