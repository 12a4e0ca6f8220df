//! `next`: where one goes after signing in; always a page of this site, never a trap (semantics.md, section 8).

use crate::kit::{Bank, Browser, PASSWORD, Request, encode_form, forms};

/// Places that a login must not lead to.
fn elsewhere() -> Vec<String> {
    let words = [
        "//evil.example",
        "//evil.example/account",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/account\\..\\x",
        "https://evil.example/",
        "http:evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "@evil.example",
        ".evil.example",
        "account",
        "?next=/account",
        "#x",
        " //evil.example",
        " /account",
        "\t//evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/account\r\nX: y",
        "/account\0",
        "/account\u{7f}",
        "/account\u{2028}",
        "/login",
        "/login?next=/account",
        "/logout",
        "/logout?x=1",
    ];
    let mut words: Vec<String> = words.map(str::to_owned).to_vec();
    words.push(format!("/account?x={}", "a".repeat(2048)));
    words
}

/// Where the bank sends those who want nothing in particular.
fn home(bank: &Bank) -> String {
    let answer = Browser::new(bank).post("/login", &[("user", "alice"), ("password", PASSWORD)]).expect(303);
    answer.location().to_owned()
}

#[test]
fn a_login_leads_to_pages_of_this_site() {
    let bank = Bank::start();
    let home = home(&bank);
    assert!(home.starts_with('/') && !home.starts_with("//"), "{home}");
    for next in ["/account", "/statements?year=2025&q=a+b", "/account?x=https://evil.example//", "/transfer"] {
        let mut browser = Browser::new(&bank);
        let form = [("user", "alice"), ("password", PASSWORD), ("next", next)];
        browser.post("/login", &form).expect_redirect(next).expect_token();
    }
}

#[test]
fn a_login_leads_nowhere_else() {
    let bank = Bank::start();
    let home = home(&bank);
    for next in elsewhere() {
        let mut browser = Browser::new(&bank);
        let answer = browser.post("/login", &[("user", "alice"), ("password", PASSWORD), ("next", &next)]);
        // Refused outright, or signed in and sent home: never there.
        if answer.status == 303 {
            assert_eq!(answer.location(), home, "{next:?}");
        } else {
            assert!((400..500).contains(&answer.status), "{next:?}: {answer}");
        }
        assert!(answer.all("x").is_empty(), "{answer}");
        let text = answer.text();
        assert!(!text.contains("evil.example"), "{next:?}: {text}");
    }
}

/// A status route is no page: who is sent there sees JSON.
#[test]
fn a_login_does_not_lead_to_a_status_route() {
    let bank = Bank::start();
    let home = home(&bank);
    for next in ["/time-left", "/time-left?x=1"] {
        let form = [("user", "alice"), ("password", PASSWORD), ("next", next)];
        let answer = Browser::new(&bank).post("/login", &form);
        assert!(answer.status != 303 || answer.location() == home, "{answer}");
    }
}

/// What the page was called with is checked before it goes into the form.
#[test]
fn the_login_page_passes_on_only_what_is_safe() {
    let bank = Bank::start();
    let field = |next: &str| {
        let page = Browser::new(&bank).visit(&format!("/login?{}", encode_form(&[("next", next)]))).expect(200).text();
        assert!(!page.contains("evil.example"), "{next:?}: {page}");
        let form = forms(&page).into_iter().find(|form| form.inputs.iter().any(|(name, _, _)| name == "password"));
        let form = form.expect("the login form");
        let hidden = form.inputs.into_iter().find(|(name, _, _)| name == "next").map(|(_, value, _)| value);
        hidden.unwrap_or_default()
    };
    assert_eq!(field("/statements?year=2025&q=\"<x>'"), "/statements?year=2025&q=\"<x>'", "escaped, not changed");
    assert_eq!(field("/statements?year=2025&q=%22"), "/statements?year=2025&q=%22");
    for next in elsewhere() {
        let value = field(&next);
        assert!(value.is_empty() || value == "/", "{next:?}: {value:?}");
    }
}

#[test]
fn a_denied_navigation_comes_back_exactly_where_it_was() {
    let bank = Bank::start();
    for target in ["/account", "/account?a=b&c=%26%3D%2B+d", "/account?", "/account?x=%0d%0a", "/account?q=//x"] {
        let answer = Browser::new(&bank).visit(target);
        let reason = answer.reason();
        let reason = (!reason.is_empty()).then_some(reason);
        let answer = answer.expect_sent_to("/login", reason.as_deref(), Some(target));
        let mut browser = Browser::new(&bank);
        let next = crate::kit::query_value(answer.location(), "next").unwrap();
        let form = [("user", "alice"), ("password", PASSWORD), ("next", &next)];
        browser.post("/login", &form).expect_redirect(target);
    }
}

#[test]
fn only_a_page_that_was_asked_for_with_get_is_a_place_to_come_back_to() {
    let bank = Bank::start();
    let next = |request: Request| {
        let answer = bank.send(&request.header("Sec-Fetch-Mode", "navigate")).expect(303);
        assert!(answer.location().starts_with("/login"), "{answer}");
        crate::kit::query_value(answer.location(), "next")
    };
    assert_eq!(next(Request::get("/account")).as_deref(), Some("/account"));
    assert_eq!(next(Request::get("/time-left")), None, "a status route");
    assert_eq!(next(Request::post("/transfer").same_origin().form(&[("to", "bob")])), None);
    assert_eq!(next(Request::post("/api/echo").same_origin().json("{}")), None);
    assert_eq!(next(Request::get(&format!("/account?{}", "x".repeat(2100)))), None, "longer than 2 KiB");
    let backslash = next(Request::get("/account?x=\\"));
    assert_eq!(backslash, None);
}

/// `/` and its friends inside a nested query stay inside it.
#[test]
fn no_redirect_leaves_the_site() {
    let bank = Bank::start();
    for target in ["//account", "/account//", "//evil.example/account", "/%2e%2e//evil.example", "/account/../admin"] {
        let answer = Browser::new(&bank).visit(target);
        let location = answer.location();
        assert!(location.is_empty() || location == "/login" || location.starts_with("/login?"), "{target}: {answer}");
    }
}
