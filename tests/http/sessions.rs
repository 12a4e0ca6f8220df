//! The page where users see their sessions and end them, and the token that is replaced as time goes by.

use crate::kit::{Answer, Bank, Browser, FIREFOX, Form, PASSWORD, Request, SAFARI, forms};

/// Alice at three browsers, in the order of their logins, a minute apart.
fn three(bank: &Bank) -> [Browser<'_>; 3] {
    let mut browsers = [Browser::new(bank), Browser::with_agent(bank, FIREFOX), Browser::with_agent(bank, SAFARI)];
    for browser in &mut browsers {
        browser.login("alice");
        bank.advance("1m");
    }
    browsers
}

/// The rows of the list, without their tags, each with the form that ends it.
#[track_caller]
fn rows(page: &Answer) -> Vec<(String, Option<Form>)> {
    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{page}");
    let text = page.text();
    let body = text.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next()).expect("a table");
    let words = |row: &str| {
        let parts = row.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        parts.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    body.split("<tr").skip(1).map(|row| (words(&format!("<tr{row}")), forms(row).pop())).collect()
}

/// The handle of the row that speaks of this device.
#[track_caller]
fn handle(page: &Answer, device: &str) -> String {
    let row = rows(page).into_iter().find(|(words, _)| words.starts_with(device));
    let form = row.and_then(|(_, form)| form).unwrap_or_else(|| panic!("{device} can be ended: {page}"));
    assert_eq!((form.method.as_str(), form.action.as_str()), ("post", "/sessions/end"));
    let [(name, value, kind)] = &form.inputs[..] else { panic!("one field: {}", form.source) };
    assert_eq!((name.as_str(), kind.as_str(), value.len()), ("handle", "hidden", 22));
    value.clone()
}

/// The words of the message above the list.
fn said(page: &Answer) -> String {
    let text = page.text();
    let message =
        text.split(r#"<p class="notice" role="status">"#).nth(1).or_else(|| text.split(r#"role="alert">"#).nth(1));
    message.and_then(|rest| rest.split("</p>").next()).unwrap_or_default().to_owned()
}

#[test]
fn the_list_tells_devices_apart_in_words() {
    let bank = Bank::start();
    let [mut chrome, mut firefox, _safari] = three(&bank);
    let page = firefox.visit("/sessions").expect(200);
    let rows = rows(&page);
    let words: Vec<&str> = rows.iter().map(|(words, _)| words.as_str()).collect();
    assert!(words[0].starts_with("Firefox on Windows this one ") && words[0].ends_with(" now"), "{words:?}");
    assert!(words[1].starts_with("Safari on ") && words[1].contains(" 1 min ago "), "{words:?}");
    assert!(words[2].starts_with("Chrome on Linux ") && words[2].contains(" 3 min ago "), "{words:?}");
    // The present one is ended by signing out; each of the others by a button of its own.
    assert_eq!(rows.iter().map(|(_, form)| form.is_some()).collect::<Vec<_>>(), [false, true, true]);
    assert_ne!(handle(&page, "Safari"), handle(&page, "Chrome"));
    // The other one sees itself.
    let page = chrome.visit("/sessions").expect(200);
    assert!(page.text().contains(r#"aria-current="true""#), "{page}");
    assert!(rows_start(&page)[0].starts_with("Chrome on Linux this one"), "{page}");
    assert_eq!(rows_start(&page).len(), 3);
    // Nobody else's are there.
    assert_eq!(rows_start(&Browser::signed_in(&bank, "bob").visit("/sessions").expect(200)).len(), 1);
}

fn rows_start(page: &Answer) -> Vec<String> {
    rows(page).into_iter().map(|(words, _)| words).collect()
}

#[test]
fn a_handle_ends_exactly_that_session() {
    let bank = Bank::start();
    let [mut chrome, mut firefox, mut safari] = three(&bank);
    let page = firefox.visit("/sessions").expect(200);
    let handle = handle(&page, "Safari");
    firefox.post("/sessions/end", &[("handle", &handle)]).expect_redirect("/sessions");
    let page = firefox.visit("/sessions").expect(200);
    assert_eq!(said(&page), "The session was ended.");
    assert_eq!(rows_start(&page).len(), 2, "{page}");
    assert_eq!(said(&firefox.visit("/sessions").expect(200)), "", "told once");

    safari.fetch("/account").expect_denial(401, "revoked").expect_removal();
    assert_eq!(safari.token, None);
    chrome.fetch("/account").expect(200);
    firefox.fetch("/account").expect(200);
    assert_eq!(bank.ends(1), [("revoked".to_owned(), "alice".to_owned())]);

    // Once more, as from a page that is out of date: it is not there, and nothing happens.
    let page = firefox.post("/sessions/end", &[("handle", &handle)]).expect(404).expect_no_cookie();
    assert_eq!(said(&page), "That session is not there any more.");
    assert_eq!(rows_start(&page).len(), 2, "{page}");
}

#[test]
fn somebody_elses_handle_does_nothing() {
    let bank = Bank::start();
    let [mut chrome, mut firefox, mut safari] = three(&bank);
    let foreign = handle(&chrome.visit("/sessions").expect(200), "Safari");
    for user in ["bob", "carol"] {
        let mut other = Browser::signed_in(&bank, user);
        for handle in [foreign.as_str(), "", "unknown", &"A".repeat(22), "' OR 1=1"] {
            let page = other.post("/sessions/end", &[("handle", handle)]).expect(404).expect_no_cookie();
            assert_eq!(rows_start(&page).len(), 1, "{page}");
        }
        other.fetch("/account").expect(200);
    }
    for browser in [&mut chrome, &mut firefox, &mut safari] {
        browser.fetch("/account").expect(200);
    }
    assert_eq!(bank.ends(0), []);
}

/// The page offers no button for it; a form of one's own ends it like a sign-out on another device does.
#[test]
fn ones_own_handle_signs_out() {
    let bank = Bank::start();
    let [mut chrome, mut firefox, _safari] = three(&bank);
    let own = handle(&chrome.visit("/sessions").expect(200), "Firefox");
    let answer = firefox.post("/sessions/end", &[("handle", &own)]);
    answer.expect_redirect("/login?reason=revoked").expect_removal();
    assert_eq!(firefox.token, None);
    assert_eq!(said(&firefox.visit("/login?reason=revoked").expect(200)), "Your session was ended.");
    chrome.fetch("/account").expect(200);
}

#[test]
fn all_others_are_ended_at_once() {
    let bank = Bank::start();
    let [mut chrome, mut firefox, mut safari] = three(&bank);
    let mut bob = Browser::signed_in(&bank, "bob");
    let token = firefox.token();
    firefox.post("/sessions/end-others", &[]).expect_redirect("/sessions");
    assert_eq!(firefox.token(), token, "nobody authenticated");
    let page = firefox.visit("/sessions").expect(200);
    assert_eq!(said(&page), "The 2 other sessions were ended.");
    assert_eq!(rows_start(&page).len(), 1, "{page}");
    assert!(!page.text().contains("/sessions/end"), "nothing is left to end: {page}");
    for browser in [&mut chrome, &mut safari] {
        let answer = browser.visit("/account").expect_removal();
        answer.expect_sent_to("/login", Some("revoked"), Some("/account"));
    }
    bob.fetch("/account").expect(200);
    assert_eq!(bank.ends(2), vec![("revoked".to_owned(), "alice".to_owned()); 2]);
    firefox.post("/sessions/end-others", &[]).expect(303);
    assert_eq!(said(&firefox.visit("/sessions").expect(200)), "There was no other session.");
}

/// What takes a session away wants a password of the last five minutes; what only looks does not.
#[test]
fn after_five_minutes_the_page_asks_for_the_password_first() {
    let bank = Bank::start();
    let mut other = Browser::with_agent(&bank, FIREFOX);
    other.login("alice");
    let mut browser = Browser::signed_in(&bank, "alice");
    bank.advance("299s");
    let page = browser.visit("/sessions").expect(200);
    let handle = handle(&page, "Firefox");
    assert!(!page.text().contains("/reauth?"), "{page}");
    bank.advance("1s");

    let page = browser.visit("/sessions").expect(200);
    assert!(page.text().contains(r#"href="/reauth?next=/sessions""#), "{page}");
    let offered: Vec<String> = forms(&page.text()).into_iter().map(|form| form.action).collect();
    assert_eq!(offered, ["/logout", "/theme"], "no form that would be refused");
    assert_eq!(rows_start(&page).len(), 2, "the list is there");

    let new = "a brand new password";
    let fields: [(&str, &[(&str, &str)]); 3] = [
        ("/sessions/end", &[("handle", &handle)]),
        ("/sessions/end-others", &[]),
        ("/password", &[("password", PASSWORD), ("new", new)]),
    ];
    for (path, fields) in fields {
        let request = || Request::post(path).same_origin().form(fields);
        browser.send(request()).expect_step_up("fresh", "300");
        let answer = browser.post(path, fields).expect_no_cookie();
        answer.expect_sent_to("/reauth", Some("fresh"), None);
    }
    other.fetch("/account").expect(200);
    assert_eq!(bank.ends(0), []);

    let answer = browser.post("/reauth", &[("password", PASSWORD), ("next", "/sessions")]);
    answer.expect_redirect("/sessions");
    browser.visit("/sessions").expect(200);
    browser.post("/sessions/end", &[("handle", &handle)]).expect_redirect("/sessions");
    other.fetch("/account").expect_denial(401, "revoked");
}

#[test]
fn no_other_site_ends_a_session() {
    let bank = Bank::start();
    let [mut chrome, mut firefox, _safari] = three(&bank);
    let handle = handle(&chrome.visit("/sessions").expect(200), "Firefox");
    let fields: [(&str, &[(&str, &str)]); 3] = [
        ("/sessions/end", &[("handle", &handle)]),
        ("/sessions/end-others", &[]),
        ("/password", &[("password", PASSWORD), ("new", "a brand new password")]),
    ];
    for (path, fields) in fields {
        for site in ["cross-site", "same-site"] {
            let request = Request::post(path).form(fields).header("Sec-Fetch-Site", site);
            chrome.send(request).expect_denial(403, "csrf").expect_no_cookie();
        }
        let request = Request::post(path).form(fields).header("Origin", "https://evil.example");
        chrome.send(request).expect_denial(403, "csrf").expect_no_cookie();
        // Nor does a link: there is nothing to get.
        chrome.visit(path).expect(405);
    }
    firefox.fetch("/account").expect(200);
    assert_eq!(bank.ends(0), []);
    chrome.login("alice");
}

#[test]
fn who_is_not_signed_in_sees_and_ends_nothing() {
    let bank = Bank::start();
    let mut stranger = Browser::new(&bank);
    stranger.visit("/sessions").expect_sent_to("/login", None, Some("/sessions"));
    for path in ["/sessions/end", "/sessions/end-others", "/password"] {
        stranger.send(Request::post(path).same_origin().form(&[])).expect_denial(401, "no_session");
    }
}

/// The token of a session that is used is replaced every quarter of an hour, and its list of devices stays the same.
#[test]
fn the_token_is_replaced_after_a_quarter_of_an_hour() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let old = browser.token();
    bank.advance("899s");
    browser.fetch("/account").expect(200).expect_no_cookie();
    bank.advance("1s");
    browser.fetch("/time-left").expect(200).expect_no_cookie();
    let new = browser.fetch("/account").expect(200).expect_token();
    assert_ne!(old, new);

    // A request that was under way comes with the old one: served, and told nothing of another.
    bank.advance("29s");
    bank.api("/account", &old).expect(200).expect_no_cookie();
    browser.fetch("/account").expect(200).expect_no_cookie();
    let page = browser.visit("/sessions").expect(200);
    assert_eq!(rows_start(&page).len(), 1, "it is one session: {page}");
    // After its grace it was copied, for the new one is in use: whoever holds either is signed out, and told why.
    bank.advance("1s");
    bank.api("/account", &old).expect_denial(401, "replayed");
    browser.fetch("/account").expect_denial(401, "replayed").expect_removal();
    assert_eq!(bank.ends(1), [("replayed".to_owned(), "alice".to_owned())]);
}

/// A session that nobody comes back to ends, too, and the operator hears of it.
#[test]
fn unattended_sessions_end_with_their_reason() {
    let bank = Bank::start();
    for user in ["alice", "bob"] {
        Browser::signed_in(&bank, user);
    }
    Browser::new(&bank).post("/theme", &[("theme", "dark")]).expect_token();
    bank.advance("30m");
    assert_eq!(bank.sweep(), 0, "clocks may differ by ten seconds");
    bank.advance("10s");
    // The bank sweeps by itself, too: whoever is first.
    assert!(bank.sweep() <= 3);
    let mut ends = bank.ends(3);
    ends.sort();
    let idle = |user: &str| ("idle".to_owned(), user.to_owned());
    assert_eq!(ends, ["alice", "bob", "nobody"].map(idle));
    assert_eq!(bank.sweep(), 0);
}
