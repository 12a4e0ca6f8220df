//! A guarded route that takes a body: the guard comes before the body (semantics.md, section 2, sentence 5).

use crate::kit::{Bank, Browser, CHROME, Request};

const BROKEN: [(&str, &[u8]); 7] = [
    ("application/json", b"{"),
    ("application/json", b""),
    ("application/json", b"\xff\xfe"),
    ("application/json", b"[1,]"),
    ("text/plain", b"{}"),
    ("application/x-www-form-urlencoded", b"a=b"),
    ("not a media type", b"{}"),
];

#[test]
fn json_goes_in_and_out() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for body in ["{}", "[1,2,3]", r#"{"a":{"b":[null,true,"<script>"]}}"#, "null", "\"é\""] {
        let answer = browser.post_json("/api/echo", body).expect(200).expect_no_cookie();
        assert_eq!(answer.json(), serde_json::from_str::<serde_json::Value>(body).unwrap());
        assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
        assert!(answer.is_private(), "{answer}");
    }
    browser.fetch("/api/echo").expect(405);
}

#[test]
fn without_a_session_the_body_does_not_matter() {
    let bank = Bank::start();
    for (kind, body) in BROKEN {
        bank.send(&Request::post("/api/echo").body(kind, body)).expect_denial(401, "no_session").expect_no_cookie();
        bank.send(&Request::post("/transfer").body(kind, body)).expect_denial(401, "no_session").expect_no_cookie();
        bank.send(&Request::post("/reauth").body(kind, body)).expect_denial(401, "no_session").expect_no_cookie();
    }
    bank.send(&Request::post("/api/echo")).expect_denial(401, "no_session");
}

#[test]
fn with_a_session_a_broken_body_is_a_client_error() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for (kind, body) in BROKEN {
        let answer = browser.send(Request::post("/api/echo").same_origin().body(kind, body)).expect_no_cookie();
        assert!((400..500).contains(&answer.status) && answer.status != 401, "{answer}");
        assert!(answer.is_private(), "a guarded route, whatever its answer: {answer}");
    }
    let answer = browser.send(Request::post("/api/echo").same_origin().json(&"[".repeat(200_000)));
    assert!((400..500).contains(&answer.status), "{answer}");
    let answer = browser.send(Request::post("/api/echo").same_origin().json(&format!("\"{}\"", "x".repeat(3 << 20))));
    assert!((400..500).contains(&answer.status) && answer.is_private(), "{answer}");
    for path in ["/transfer", "/reauth"] {
        let answer = browser.send(Request::post(path).same_origin().json("{"));
        assert!((400..500).contains(&answer.status) && answer.is_private(), "{answer}");
    }
    browser.fetch("/account").expect(200);
}

/// The head of a request that announces a body and waits to be asked for it.
fn announced(bank: &Bank, path: &str, length: &str, more: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {CHROME}\r\nContent-Type: application/json\r\n\
         {length}\r\nExpect: 100-continue\r\n{more}\r\n",
        bank.authority
    )
}

#[test]
fn a_stranger_is_never_asked_for_a_body() {
    let bank = Bank::start();
    for length in ["Content-Length: 9000000000000000000", "Content-Length: 2", "Transfer-Encoding: chunked"] {
        for path in ["/api/echo", "/transfer", "/reauth"] {
            let mut wire = bank.connect();
            wire.write(announced(&bank, path, length, "").as_bytes());
            let answer = wire.answer("POST").expect_denial(401, "no_session");
            assert!(answer.interim.is_empty(), "no `100 Continue`: {answer}");
            assert!(wire.is_closed(), "the body that was announced is never read as another request");
        }
    }
}

/// Neither is a user whose request is refused for another reason.
#[test]
fn a_denied_user_is_never_asked_for_a_body() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let cookie = format!("Cookie: {}\r\n", bank.cookie(&token));
    bank.advance("6m");
    let huge = "Content-Length: 9000000000000000000";
    for (path, more, status) in [
        ("/transfer", "Sec-Fetch-Site: same-origin\r\n", 401),
        ("/api/echo", "Sec-Fetch-Site: cross-site\r\n", 403),
        ("/api/echo", "Sec-Fetch-Site: same-origin\r\nX-Forwarded-For: 192.0.2.1\r\n", 403),
        ("/login", "Sec-Fetch-Site: cross-site\r\n", 403),
    ] {
        let mut wire = bank.connect();
        wire.write(announced(&bank, path, huge, &format!("{cookie}{more}")).as_bytes());
        let answer = wire.answer("POST").expect(status).expect_no_cookie();
        assert!(answer.interim.is_empty(), "no `100 Continue`: {answer}");
    }
}

/// The counterpart: with a session the bank does ask, so the tests above could fail.
#[test]
fn a_user_is_asked_for_the_body() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let more = format!("Cookie: {}\r\nSec-Fetch-Site: same-origin\r\n", bank.cookie(&token));
    let mut wire = bank.connect();
    wire.write(announced(&bank, "/api/echo", "Content-Length: 7", &more).as_bytes());
    assert!(wire.continues());
    wire.write(b"{\"a\":1}");
    assert_eq!(wire.answer("POST").expect(200).json()["a"], 1);
}

/// A body that stops in the middle: the session goes on.
#[test]
fn a_user_who_hangs_up_loses_nothing() {
    let bank = Bank::start();
    let browser = Browser::signed_in(&bank, "alice");
    for _ in 0..5 {
        let request = Request::post("/api/echo").same_origin().header("Content-Length", "1000").json("{\"a\":");
        let mut wire = bank.connect();
        wire.write(&browser.dress(request).bytes(&bank.authority));
        wire.close();
    }
    bank.api("/account", &browser.token()).expect(200);
}
