//! Cross-site requests: the whole table of semantics.md, section 9, over a socket.

use crate::kit::{Answer, Bank, Browser, Request, Wire};

/// Written by `csrf.py` from the specification; that file says what the words stand for.
const TABLE: &str = include_str!("../data/csrf.tsv");

struct Row<'t> {
    method: &'t str,
    site: &'t str,
    origin: &'t str,
    referer: &'t str,
    cookie: bool,
    allowed: bool,
    line: &'t str,
}

fn rows() -> impl Iterator<Item = Row<'static>> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#') && !line.starts_with("method\t"));
    lines.map(|line| match *line.split('\t').collect::<Vec<_>>() {
        [method, site, origin, referer, cookie, expected, _step] => {
            assert!(matches!(expected, "allow" | "403") && matches!(cookie, "yes" | "no"), "{line}");
            Row { method, site, origin, referer, cookie: cookie == "yes", allowed: expected == "allow", line }
        }
        _ => panic!("seven columns: {line}"),
    })
}

/// The row's headers on a request for this bank. `None`: the bank trusts no other origin, so there is no such row here.
fn dressed(row: &Row<'_>, request: Request, bank: &Bank, token: &str) -> Option<Request> {
    let own = bank.origin();
    let mut request = request;
    match row.site {
        "absent" => {}
        "junk" => request = request.header("Sec-Fetch-Site", "same-planet"),
        "repeated" => request = request.header("Sec-Fetch-Site", "same-origin").header("Sec-Fetch-Site", "same-origin"),
        site => request = request.header("Sec-Fetch-Site", site),
    }
    match row.origin {
        "absent" => {}
        "own" => request = request.header("Origin", &own),
        "trusted" => return None,
        // Another port of this machine is another program.
        "sibling" => request = request.header("Origin", format!("http://127.0.0.1:{}", bank.port() ^ 1)),
        "other" => request = request.header("Origin", "https://evil.example"),
        "null" => request = request.header("Origin", "null"),
        "repeated" => request = request.header("Origin", &own).header("Origin", &own),
        "malformed" => request = request.header("Origin", format!("{own}/")),
        other => panic!("an origin that this test does not know: {other}"),
    }
    match row.referer {
        "absent" => {}
        "own" => request = request.header("Referer", format!("{own}/account?x=1")),
        "other" => request = request.header("Referer", "https://evil.example/page"),
        "malformed" => request = request.header("Referer", &bank.authority),
        other => panic!("a referer that this test does not know: {other}"),
    }
    if row.cookie {
        request = request.header("Cookie", bank.cookie(token));
    }
    Some(request.keep_alive())
}

/// Drives every row of these methods, and hands over what came back; how many there were.
fn drive(bank: &Bank, methods: &[&str], path: &str, mut check: impl FnMut(&Row<'_>, Answer)) -> usize {
    let token = Browser::signed_in(bank, "alice").token();
    let mut wire: Wire = bank.connect();
    let mut count = 0;
    for row in rows().filter(|row| methods.contains(&row.method)) {
        let request = Request::new(row.method, path);
        let request = if matches!(row.method, "GET" | "HEAD" | "OPTIONS") { request } else { request.json("[1]") };
        if let Some(request) = dressed(&row, request, bank, &token) {
            let answer = wire.exchange(&request, &bank.authority);
            if answer.header("connection").is_some_and(|connection| connection == "close") {
                wire = bank.connect();
            }
            check(&row, answer);
            count += 1;
        }
    }
    // Nothing of all that was a logout or an end.
    bank.api("/account", &token).expect(200);
    count
}

#[test]
fn the_table_is_whole() {
    assert_eq!(rows().count(), 7 * 7 * 8 * 4 * 2);
    assert_eq!(rows().filter(|row| row.origin == "trusted").count(), 7 * 7 * 4 * 2);
}

/// On `/api/echo` nothing but the table decides between 403 and the answer that anyone with, or without, a session gets.
#[test]
fn unsafe_requests_are_judged_by_the_table() {
    let bank = Bank::start();
    let count = drive(&bank, &["POST"], "/api/echo", |row, answer| {
        let line = row.line;
        match (row.allowed, row.cookie) {
            (true, true) => {
                assert_eq!((answer.status, answer.text().as_str()), (200, "[1]"), "{line}{answer}");
            }
            (true, false) => {
                assert_eq!((answer.status, answer.reason().as_str()), (401, "no_session"), "{line}{answer}");
            }
            (false, _) => {
                assert_eq!((answer.status, answer.reason().as_str()), (403, "csrf"), "{line}{answer}");
                assert!(answer.is_private() && answer.set_cookie().is_none(), "{line}{answer}");
            }
        }
    });
    assert_eq!(count, 7 * 7 * 4 * 2);
}

#[test]
fn safe_requests_are_never_refused_by_it() {
    let bank = Bank::start();
    let count = drive(&bank, &["GET", "HEAD"], "/account", |row, answer| {
        assert_eq!(answer.status, if row.cookie { 200 } else { 401 }, "{}{answer}", row.line);
    });
    assert_eq!(count, 2 * 7 * 7 * 4 * 2);
    let count = drive(&bank, &["OPTIONS"], "/account", |row, answer| {
        assert!(matches!(answer.status, 204 | 405), "{}{answer}", row.line);
    });
    assert_eq!(count, 7 * 7 * 4 * 2);
}

/// The bank mounts no route for the other methods, so nothing of it can run, whatever the table says.
#[test]
fn methods_that_are_not_mounted_run_nothing() {
    let bank = Bank::start();
    let count = drive(&bank, &["PUT", "PATCH", "DELETE"], "/api/echo", |row, answer| {
        assert_eq!(answer.status, 405, "{}{answer}", row.line);
    });
    assert_eq!(count, 3 * 7 * 7 * 4 * 2);
}

/// The form of a login, a logout, a theme: routes for anyone are no less protected.
#[test]
fn another_site_cannot_use_the_routes_for_anyone() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    browser.post("/theme", &[("theme", "dark")]);
    let page = browser.visit("/account").expect(200).text();
    let password = [("user", "bob"), ("password", crate::kit::PASSWORD)];
    let forms: [(&str, &[(&str, &str)]); 5] = [
        ("/login", &password),
        ("/logout", &[]),
        ("/theme", &[("theme", "light")]),
        ("/reauth", &[("password", "wrong")]),
        ("/transfer", &[("to", "bob"), ("amount", "1")]),
    ];
    for (path, fields) in forms {
        for (site, origin) in [
            (Some("cross-site"), Some("https://evil.example")),
            (Some("cross-site"), None),
            (Some("same-site"), None),
            (None, Some("https://evil.example")),
            (None, Some("null")),
        ] {
            let mut request = Request::post(path).form(fields).header("Sec-Fetch-Mode", "navigate");
            if let Some(site) = site {
                request = request.header("Sec-Fetch-Site", site);
            }
            if let Some(origin) = origin {
                request = request.header("Origin", origin);
            }
            // With the cookie of the victim, and without any (login CSRF).
            browser.send(request.clone()).expect_denial(403, "csrf").expect_no_cookie();
            bank.send(&request).expect_denial(403, "csrf").expect_no_cookie();
        }
    }
    assert_eq!(browser.visit("/account").expect(200).text(), page);
}

/// An upgrade opens a channel that no later check sees: it counts as unsafe whatever its method.
#[test]
fn an_upgrade_is_an_unsafe_request() {
    let bank = Bank::start();
    let browser = Browser::signed_in(&bank, "alice");
    let upgrade = |request: Request| {
        let request = request.header("Connection", "Upgrade").header("Upgrade", "websocket");
        let request = request.header("Sec-WebSocket-Version", "13").header("Sec-WebSocket-Key", "c2Vzc2lvbiBwb2xpY3kh");
        bank.connect().exchange(&browser.dress(request), &bank.authority)
    };
    let get = || Request::get("/account");
    upgrade(get()).expect_denial(403, "csrf");
    upgrade(get().header("Sec-Fetch-Site", "cross-site")).expect_denial(403, "csrf");
    upgrade(get().header("Origin", "https://evil.example")).expect_denial(403, "csrf");
    upgrade(get().header("Sec-Fetch-Site", "same-origin")).expect(200);
    upgrade(get().header("Origin", bank.origin())).expect(200);
}

/// What "own" means on a loopback: `http`, and the very `Host` that was sent.
#[test]
fn own_is_the_host_that_was_sent() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let port = bank.port();
    let status = |host: &str, origin: &str| {
        let request = Request::post("/api/echo").host(host).header("Origin", origin).json("{}");
        bank.send(&request.header("Cookie", bank.cookie(&token))).status
    };
    let (address, name) = (format!("127.0.0.1:{port}"), format!("localhost:{port}"));
    assert_eq!(status(&address, &format!("http://{address}")), 200);
    assert_eq!(status(&name, &format!("http://{name}")), 200);
    assert_eq!(status("[::1]", "http://[::1]"), 200);
    for foreign in [
        format!("http://{name}"),
        format!("https://{address}"),
        "http://127.0.0.1".to_owned(),
        format!("http://127.0.0.1:{port}#"),
        format!("http://user@127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}.evil.example"),
        format!("HTTP://127.0.0.1:{port} "),
        format!("http://127.0.0.1:{port}, http://127.0.0.1:{port}"),
        "http://".to_owned(),
        "http".to_owned(),
        "NULL".to_owned(),
        "file://".to_owned(),
        String::new(),
        "\u{2000}http://x".to_owned(),
    ] {
        // Fields lose the whitespace around them on the way (RFC 9110, 5.5), and schemes have no case (RFC 6454).
        let same = foreign.trim().to_ascii_lowercase() == format!("http://{address}");
        assert!(same || status(&address, &foreign) == 403, "{foreign:?}");
    }
}
