//! What keeps a session alive, and what does not (semantics.md, section 2).

use crate::kit::{Bank, Browser, CHROME, Request};

/// Twenty minutes, the request, ten minutes: alive only if the request counted.
#[track_caller]
fn keeps_alive(bank: &Bank, status: u16, request: Request) -> bool {
    let mut browser = Browser::signed_in(bank, "alice");
    bank.advance("20m");
    browser.send(request).expect(status);
    bank.advance("10m");
    let answer = browser.fetch("/account");
    assert!(answer.status == 200 || answer.reason() == "idle", "{answer}");
    answer.status == 200
}

#[test]
fn polling_the_time_left_keeps_nobody_alive() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for _ in 0..29 {
        bank.advance("1m");
        browser.fetch("/time-left").expect(200);
    }
    bank.advance("1m");
    browser.fetch("/time-left").expect_denial(401, "idle");
    browser.fetch("/account").expect(401);
}

#[test]
fn use_keeps_a_session_alive() {
    let bank = Bank::start();
    let page = || Request::get("/account");
    assert!(keeps_alive(&bank, 200, page()));
    assert!(keeps_alive(&bank, 200, Request::new("HEAD", "/account")));
    assert!(keeps_alive(&bank, 200, page().header("Sec-Fetch-Site", "same-origin").header("Sec-Fetch-Mode", "cors")));
    assert!(keeps_alive(&bank, 200, page().header("Sec-Fetch-Site", "none").header("Sec-Fetch-Mode", "navigate")));
    // A link on another site is the user's click.
    let link = page().header("Sec-Fetch-Site", "cross-site").header("Sec-Fetch-Mode", "navigate");
    assert!(keeps_alive(&bank, 200, link));
    assert!(keeps_alive(&bank, 200, Request::post("/api/echo").same_origin().json("{}")));
}

#[test]
fn what_the_user_did_not_do_keeps_nobody_alive() {
    let bank = Bank::start();
    let page = || Request::get("/account");
    assert!(!keeps_alive(&bank, 200, Request::get("/")), "a public route has no session");
    assert!(!keeps_alive(&bank, 200, page().header("Sec-Purpose", "prefetch")));
    assert!(!keeps_alive(&bank, 200, page().header("Sec-Purpose", "prefetch;prerender")));
    let image = page().header("Sec-Fetch-Site", "cross-site").header("Sec-Fetch-Mode", "no-cors");
    assert!(!keeps_alive(&bank, 200, image));
    // Denied: the role, another site's form, a fresh authentication, a malformed body's 5xx.
    assert!(!keeps_alive(&bank, 403, Request::get("/admin")));
    assert!(!keeps_alive(&bank, 403, Request::post("/api/echo").header("Sec-Fetch-Site", "cross-site").json("{}")));
    assert!(!keeps_alive(&bank, 401, Request::get("/transfer")));
    assert!(!keeps_alive(&bank, 500, Request::post("/fail/set-500").same_origin()));
    let preflight = Request::new("OPTIONS", "/api/echo").header("Origin", bank.origin());
    let mut browser = Browser::signed_in(&bank, "alice");
    bank.advance("20m");
    browser.send(preflight.header("Access-Control-Request-Method", "POST"));
    bank.advance("10m");
    browser.fetch("/account").expect_denial(401, "idle");
}

/// A slow clock tick within one session: parallel and repeated requests change nothing about the deadline.
#[test]
fn activity_is_the_arrival_of_the_request() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    bank.advance("20m");
    // The head of a request for a guarded route arrives now, its body later.
    let mut wire = bank.connect();
    let head = format!(
        "POST /api/echo HTTP/1.1\r\nHost: {}\r\nUser-Agent: {CHROME}\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
        bank.authority,
        bank.cookie(&browser.token())
    );
    wire.write(head.as_bytes());
    // The bank asks for the body: the request was allowed at minute 20.
    assert!(wire.continues());
    bank.advance("9m");
    wire.write(b"{}");
    let answer = wire.answer("POST").expect(200);
    answer.expect_token();
    browser.keep(&answer);
    // Counted from its arrival, 29 minutes later the session lives, 30 minutes later it does not.
    bank.advance("20m");
    bank.api("/time-left", &browser.token()).expect(200);
    bank.advance("1m");
    bank.api("/time-left", &browser.token()).expect_denial(401, "idle");
}
