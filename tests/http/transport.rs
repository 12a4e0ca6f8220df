//! A loopback without TLS is for the person at this machine, and nobody who is forwarded to it (semantics.md, section 6).

use crate::kit::{Answer, Bank, Browser, PASSWORD, Request};

/// Not secure: refused before the cookie is looked at, and nothing is said about it.
#[track_caller]
fn is_refused(answer: Answer) {
    let answer = answer.expect_no_cookie();
    assert_eq!(answer.status, 403, "{answer}");
    assert!(answer.is_private(), "{answer}");
    assert!(!matches!(answer.reason().as_str(), "csrf" | "no_session" | "role" | ""), "{answer}");
}

#[test]
fn loopback_names_are_served() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let port = bank.port();
    let hosts = ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "[::1]"];
    for host in hosts {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            let request = Request::get("/account").host(&host).header("Cookie", bank.cookie(&token));
            bank.send(&request).expect(200);
        }
    }
}

#[test]
fn another_name_for_this_machine_is_refused() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    for host in [
        "bank.example",
        "evil.example:3000",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "localhost.",
        "0.0.0.0",
        "192.0.2.1",
        "[::]",
        "[::2]",
        "127.0.0.1@evil.example",
        "evil.example:localhost",
        "localhost:",
        "localhost:x",
        "localhost:99999",
        "",
        "127.0.0.1, 127.0.0.1",
    ] {
        let with = |request: Request| request.host(host).header("Cookie", bank.cookie(&token));
        let answer = bank.send(&with(Request::get("/account")));
        // What is no host at all may already be refused by the server.
        if answer.status != 400 && host != "localhost:" {
            is_refused(answer);
            is_refused(bank.send(&with(Request::get("/account").header("Accept", "text/html"))));
            is_refused(bank.send(&with(Request::post("/logout").same_origin())));
        }
        // No login is accepted there either.
        let login = Request::post("/login").same_origin().form(&[("user", "alice"), ("password", PASSWORD)]);
        let answer = bank.send(&login.host(host));
        assert!(matches!(answer.status, 400 | 403) || host == "localhost:", "{host}: {answer}");
    }
    bank.api("/account", &token).expect(200);
}

#[test]
fn a_forwarded_request_is_refused() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    for (name, value) in [
        ("X-Forwarded-For", "127.0.0.1"),
        ("x-forwarded-for", ""),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "localhost"),
        ("X-Forwarded-Anything", "x"),
        ("Forwarded", "for=127.0.0.1;proto=https"),
        ("Forwarded", ""),
        ("Via", "1.1 proxy"),
    ] {
        let with = |request: Request| request.header(name, value).header("Cookie", bank.cookie(&token));
        is_refused(bank.send(&with(Request::get("/account"))));
        is_refused(bank.send(&with(Request::get("/time-left"))));
        is_refused(bank.send(&with(Request::get("/login"))));
        let login = Request::post("/login").same_origin().form(&[("user", "alice"), ("password", PASSWORD)]);
        is_refused(bank.send(&login.header(name, value)));
        is_refused(bank.send(&with(Request::post("/logout").same_origin())));
    }
    bank.api("/account", &token).expect(200);
}

/// Transport is judged before anything else, so a refused request tells nothing about its cookie.
#[test]
fn the_transport_is_judged_first() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let ask = |cookie: &str| {
        let request = Request::get("/account").host("evil.example").header("Cookie", bank.cookie(cookie));
        bank.send(&request).without_date()
    };
    assert_eq!(ask(&token), ask("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    assert_eq!(ask(&token), ask("junk"));
    let cross_site = Request::post("/api/echo").host("evil.example").header("Sec-Fetch-Site", "cross-site").json("{}");
    is_refused(bank.send(&cross_site));
}

#[test]
fn two_hosts_or_another_authority_are_refused() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let cookie = bank.cookie(&token);
    let authority = &bank.authority;
    for head in [
        format!("GET /account HTTP/1.1\r\nHost: {authority}\r\nHost: evil.example\r\n"),
        format!("GET /account HTTP/1.1\r\nHost: evil.example\r\nHost: {authority}\r\n"),
        format!("GET /account HTTP/1.1\r\nHost: {authority}\r\nHost: {authority}\r\n"),
        format!("GET http://evil.example/account HTTP/1.1\r\nHost: {authority}\r\n"),
        format!("GET http://{authority}/account HTTP/1.1\r\nHost: evil.example\r\n"),
        "GET /account HTTP/1.1\r\n".to_owned(),
        "GET /account HTTP/1.0\r\n".to_owned(),
    ] {
        let mut wire = bank.connect();
        wire.write(format!("{head}Connection: close\r\nCookie: {cookie}\r\n\r\n").as_bytes());
        let answer = wire.answer("GET").expect_no_cookie();
        assert!(matches!(answer.status, 400 | 403), "{head}{answer}");
    }
}
