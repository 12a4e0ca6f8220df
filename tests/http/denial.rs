//! What a request without a session is told (semantics.md, section 8).

use crate::kit::{Bank, Browser, Request};

/// A canonical token that the bank never gave out.
const UNKNOWN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const GUARDED: [&str; 6] = ["/account", "/statements", "/transfer", "/reauth", "/admin", "/time-left"];

#[test]
fn a_navigation_is_sent_to_the_login_page() {
    let bank = Bank::start();
    let navigations = [
        Request::get("/account").header("Sec-Fetch-Mode", "navigate"),
        Request::get("/account").header("Sec-Fetch-Mode", "navigate").header("Accept", "*/*"),
        Request::get("/account").header("Accept", "text/html"),
        Request::get("/account").header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        Request::get("/account").header("Accept", "application/json;q=0.1, TEXT/HTML ;q=0.9"),
    ];
    for request in &navigations {
        let answer = bank.send(request).expect_no_cookie();
        assert!(matches!(answer.reason().as_str(), "" | "no_session"), "{answer}");
        let reason = answer.reason();
        let reason = Some(reason.as_str()).filter(|reason| !reason.is_empty());
        answer.expect_sent_to("/login", reason, Some("/account"));
    }
}

#[test]
fn anything_else_is_told_with_a_status() {
    let bank = Bank::start();
    let requests = [
        Request::get("/account"),
        Request::get("/account").header("Accept", "*/*"),
        Request::get("/account").header("Accept", "application/json"),
        Request::get("/account").header("Accept", "application/json").header("Sec-Fetch-Mode", "cors"),
        Request::post("/transfer").same_origin().header("Accept", "application/json").form(&[("to", "bob")]),
        Request::post("/api/echo").json("{}"),
        // Not a GET.
        Request::post("/transfer").same_origin().header("Accept", "text/html").form(&[("to", "bob")]),
    ];
    for request in &requests {
        let answer = bank.send(request).expect_denial(401, "no_session").expect_no_cookie();
        assert_eq!(answer.header("clear-site-data"), None, "{answer}");
        assert_eq!(answer.header("location"), None, "{answer}");
    }
}

#[test]
fn a_head_request_gets_the_status_of_its_get_and_no_body() {
    let bank = Bank::start();
    let answer = bank.send(&Request::new("HEAD", "/account")).expect(401);
    assert!(answer.body.is_empty());

    let mut browser = Browser::signed_in(&bank, "alice");
    let answer = browser.send(Request::new("HEAD", "/account")).expect(200);
    assert!(answer.is_private() && answer.body.is_empty(), "{answer}");
    browser.send(Request::new("HEAD", "/admin")).expect(403);
}

#[test]
fn every_guarded_route_denies_strangers() {
    let bank = Bank::start();
    for path in GUARDED {
        bank.send(&Request::get(path)).expect_denial(401, "no_session").expect_no_cookie();
        bank.send(&Request::get(path).header("Sec-Fetch-Mode", "navigate")).expect(303).expect_no_cookie();
    }
    for path in ["/transfer", "/reauth", "/api/echo"] {
        bank.send(&Request::post(path)).expect_denial(401, "no_session").expect_no_cookie();
    }
}

/// A session of nobody in particular is none, wherever somebody is needed.
#[test]
fn an_anonymous_session_opens_nothing() {
    let bank = Bank::start();
    let realm = bank.send(&Request::get("/account")).challenge_value("realm");
    let mut visitor = Browser::new(&bank);
    visitor.post("/theme", &[("theme", "dark")]).expect_token();
    let mut answers: Vec<_> = GUARDED.iter().map(|path| visitor.fetch(path)).collect();
    for path in ["/transfer", "/reauth", "/api/echo"] {
        answers.push(visitor.post_json(path, "{}"));
    }
    for answer in answers {
        let answer = answer.expect_denial(401, "no_session").expect_no_cookie();
        assert_eq!(answer.challenge_value("realm"), realm, "one realm for all: {answer}");
    }
    visitor.visit("/account").expect(303);
}

#[test]
fn routes_for_anyone_serve_strangers_without_a_cookie() {
    let bank = Bank::start();
    bank.send(&Request::get("/")).expect(200).expect_no_cookie();
    let login = bank.send(&Request::get("/login")).expect(200).expect_no_cookie();
    assert!(login.is_private(), "{login}");
    let logout = bank.send(&Request::post("/logout")).expect_no_cookie();
    assert!(logout.status < 400, "{logout}");
}

/// An observer learns nothing about a token from the answer to it.
#[test]
fn an_unknown_and_a_forged_token_get_the_same_bytes() {
    let bank = Bank::start();
    let real = Browser::signed_in(&bank, "alice").token();
    let mut neighbour = real.clone().into_bytes();
    neighbour[0] = if neighbour[0] == b'A' { b'B' } else { b'A' };
    let neighbour = String::from_utf8(neighbour).unwrap();
    let shown = [UNKNOWN, &neighbour, "forged", "", "%00", &real[..42], &format!("{real}A")];

    for mode in ["navigate", "cors"] {
        let ask = |request: Request| bank.send(&request.header("Sec-Fetch-Mode", mode)).without_date();
        let without = ask(Request::get("/account?x=1"));
        for token in shown {
            let with = ask(Request::get("/account?x=1").header("Cookie", bank.cookie(token)));
            assert_eq!(with, without, "{token:?}");
        }
    }
}

/// A denial is for this client now: what it holds is never stored, whatever its status.
#[test]
fn a_challenge_names_realm_and_error() {
    let bank = Bank::start();
    let answer = bank.send(&Request::get("/account")).expect(401);
    let (scheme, parameters) = answer.challenge();
    assert_eq!(scheme, "Session");
    let names: Vec<_> = parameters.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["realm", "error"], "{answer}");
    let problem = answer.json();
    assert_eq!(problem["status"], 401);
    assert!(problem["title"].is_string(), "{answer}");
}

/// A CORS preflight is never judged and never runs a handler.
#[test]
fn a_preflight_runs_nothing() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for (path, method) in [("/account", "GET"), ("/api/echo", "POST"), ("/logout", "POST"), ("/theme", "POST")] {
        for origin in [bank.origin(), "https://evil.example".to_owned()] {
            let request = Request::new("OPTIONS", path).header("Origin", origin);
            let answer = browser.send(request.header("Access-Control-Request-Method", method)).expect_no_cookie();
            assert!(matches!(answer.status, 204 | 405), "neither judged nor served: {answer}");
            assert_eq!(answer.text(), "", "{answer}");
            assert!(answer.all("access-control-allow-origin").is_empty(), "nobody said that others may: {answer}");
        }
        // OPTIONS without the preflight's fields runs no handler either.
        let answer = browser.send(Request::new("OPTIONS", path)).expect_no_cookie();
        assert_eq!(answer.text(), "", "{answer}");
    }
    browser.visit("/account").expect(200);
}
