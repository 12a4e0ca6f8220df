//! What people see.

use crate::kit::{Bank, Browser, Form, PASSWORD, Request, forms};

fn is_logout(form: &Form) -> bool {
    form.method == "post"
        && form.action == "/logout"
        && (form.source.contains("<button") || form.source.contains("submit"))
}

/// ASVS 7.4.4: a visible way out of every page.
#[test]
fn every_page_of_a_user_has_a_logout_button() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "carol");
    let mut pages = Vec::new();
    for path in ["/account", "/statements", "/transfer", "/sessions", "/reauth", "/admin", "/login"] {
        pages.push((path, browser.visit(path)));
    }
    pages.push(("/transfer", browser.post("/transfer", &[("to", "bob"), ("amount", "10")])));
    pages.push(("/transfer", browser.post("/transfer", &[("to", "nobody"), ("amount", "-1")])));
    pages.push(("/sessions", browser.post("/sessions/end", &[("handle", "unknown")])));
    pages.push(("/password", browser.post("/password", &[("password", PASSWORD), ("new", "short")])));
    pages.push(("/reauth", browser.post("/reauth", &[("password", "wrong")])));
    for (path, page) in pages {
        if page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            assert!(forms(&page.text()).iter().any(is_logout), "{path}: {page}");
        } else {
            assert_eq!(page.status, 303, "{path}: {page}");
        }
    }
    // It works, and the page after it has none.
    let form = forms(&browser.visit("/account").text()).into_iter().find(is_logout).unwrap();
    browser.post(&form.action, &form.filled(&[])).expect_removal();
    assert!(!forms(&browser.visit("/login").text()).iter().any(is_logout));
}

#[test]
fn the_login_page_shows_the_demo_accounts() {
    let bank = Bank::start();
    let page = Browser::new(&bank).visit("/login").expect(200).text();
    for word in ["alice", "bob", "carol", PASSWORD] {
        assert!(page.contains(word), "{word}: {page}");
    }
    let form = forms(&page).into_iter().find(|form| form.inputs.iter().any(|(name, _, _)| name == "password")).unwrap();
    assert_eq!(form.method, "post");
    let names: Vec<_> = form.inputs.iter().map(|(name, _, _)| name.as_str()).collect();
    assert!(names.contains(&"user"), "{names:?}");
    let kind = form.inputs.iter().find(|(name, _, _)| name == "password").map(|(_, _, kind)| kind.as_str());
    assert_eq!(kind, Some("password"));
}

/// A person is called by their name on their own page.
#[test]
fn the_account_page_is_the_users_own() {
    let bank = Bank::start();
    for (user, other) in [("alice", "bob"), ("bob", "alice")] {
        let page = Browser::signed_in(&bank, user).visit("/account").expect(200).text().to_lowercase();
        assert!(page.contains(user), "{page}");
        let other = Browser::signed_in(&bank, other).visit("/account").expect(200).text().to_lowercase();
        assert_ne!(page, other);
    }
}

/// What a user sends comes back as text, never as markup.
#[test]
fn what_users_send_is_escaped() {
    let bank = Bank::start();
    let evil = r#"<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;"#;
    let mut browser = Browser::signed_in(&bank, "alice");
    let mut pages = vec![
        browser.post("/transfer", &[("to", evil), ("amount", "10")]),
        browser.post("/transfer", &[("to", "bob"), ("amount", evil)]),
        browser.post("/theme", &[("theme", evil)]),
        browser.visit("/account"),
        browser.visit("/statements"),
        browser.visit("/transfer"),
        browser.post("/sessions/end", &[("handle", evil)]),
        browser.post("/password", &[("password", evil), ("new", "short")]),
    ];
    let mut stranger = Browser::new(&bank);
    pages.push(stranger.post("/login", &[("user", evil), ("password", evil), ("next", evil)]));
    pages.push(stranger.visit("/login?next=/account%22%3E%3Cscript%3Ealert(1)%3C/script%3E"));
    pages.push(stranger.visit("/login?user=%3Cscript%3Ealert(1)%3C/script%3E"));
    pages.push(stranger.visit("/%3Cscript%3Ealert(1)%3C/script%3E"));
    pages.push(stranger.send(Request::get("/<script>alert(1)</script>").header("Accept", "text/html")));
    for page in pages {
        assert!(page.status < 500, "{page}");
        let text = page.text();
        let is_html = page.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let raw = text.contains("<script>alert(1)") || text.contains("<img src=x") || text.contains("\"'>");
        assert!(!is_html || !raw, "{page}");
    }
}

#[test]
fn a_transfer_to_somebody_shows_whom() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let answer = browser.post("/transfer", &[("to", "bob"), ("amount", "10")]);
    assert!(matches!(answer.status, 200 | 303) && answer.is_private(), "{answer}");
    let statement = browser.visit("/statements").expect(200).text().to_lowercase();
    assert!(statement.contains("bob"), "{statement}");
}

#[test]
fn an_unknown_page_is_not_found() {
    let bank = Bank::start();
    Browser::new(&bank).visit("/nothing-here").expect(404).expect_no_cookie();
    Browser::signed_in(&bank, "alice").visit("/nothing-here").expect(404).expect_no_cookie();
    Browser::new(&bank).send(Request::post("/fail/unheard-of").same_origin()).expect(404).expect_no_cookie();
}

/// The public page has no checks: it is the same for a stranger, a user, and a request that no other route would serve.
#[test]
fn the_front_page_is_public() {
    let bank = Bank::start();
    Browser::new(&bank).visit("/").expect(200).expect_no_cookie();
    let mut user = Browser::signed_in(&bank, "alice");
    user.visit("/").expect(200).expect_no_cookie();
    bank.send(&Request::get("/").header("Cookie", bank.cookie("junk"))).expect(200).expect_no_cookie();
    bank.send(&Request::get("/").host("bank.example")).expect(200).expect_no_cookie();
}
