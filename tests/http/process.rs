//! The program itself: flags, the policy report, signals.

use std::net::TcpListener;

use crate::kit::{Bank, Browser, Request, refused_to_start, run_to_end};

#[test]
fn the_first_line_names_the_url() {
    let bank = Bank::start_with(&["--listen", "127.0.0.1:0"]);
    assert!(bank.greeting.contains(&format!("http://127.0.0.1:{}", bank.port())), "{}", bank.greeting);
    bank.send(&Request::get("/")).expect(200);
}

/// The test clock moves everybody's deadlines, so its routes exist only where it was asked for.
#[test]
fn without_the_test_clock_its_routes_do_not_exist() {
    let bank = Bank::start_with(&["--listen", "127.0.0.1:0"]);
    bank.send(&Request::post("/__clock").same_origin().form(&[("advance", "31m")])).expect(404);
    bank.send(&Request::get("/__ends")).expect(404);
    bank.send(&Request::post("/__sweep").same_origin()).expect(404);
    let mut browser = Browser::signed_in(&bank, "alice");
    for what in ["logout-500", "logout-panic", "login-500", "login-403", "set-500"] {
        browser.post(&format!("/fail/{what}"), &[]).expect(404).expect_no_cookie();
    }
    browser.visit("/account").expect(200);
}

#[test]
fn the_test_clock_understands_the_languages_durations() {
    let bank = Bank::start();
    let start = bank.advance("1s");
    assert_eq!(bank.advance("1h30m") - start, 90 * 60_000);
    for wrong in ["", "30", "30min", "1.5h", "-1s", "0s", "99999999999999999999d"] {
        let answer = bank.send(&Request::post("/__clock").form(&[("advance", wrong)]));
        assert!((400..500).contains(&answer.status), "{wrong}: {answer}");
    }
    assert_eq!(bank.advance("1s") - start, 90 * 60_000 + 1000, "a refused duration moves nothing");
}

#[test]
fn the_policies_are_listed() {
    let output = run_to_end(&["--policies"]);
    assert!(output.status.success());
    let table = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let row = |method: &str, path: &str| -> String {
        let is = |cell: &str, text: &str| cell.trim_matches(['`', ' ']) == text;
        let found = rows.iter().find(|row| {
            row.iter().any(|cell| is(cell, path))
                && row.iter().any(|cell| cell.split([',', ' ']).any(|one| is(one, method)))
        });
        found.unwrap_or_else(|| panic!("a row for {method} {path}: {table}")).join(" | ")
    };
    let expected: &[(&str, &str, &[&str])] = &[
        ("GET", "/", &["public"]),
        ("GET", "/login", &[r#"auth = "anonymous""#]),
        ("POST", "/login", &[r#"auth = "anonymous""#]),
        ("POST", "/theme", &[r#"auth = "anonymous""#]),
        ("POST", "/logout", &[r#"auth = "anonymous""#]),
        ("GET", "/account", &[r#"idle = "30m""#, r#"absolute = "8h""#, r#"bind = "ua""#]),
        ("GET", "/statements", &[r#"idle = "10m""#]),
        ("GET", "/transfer", &[r#"fresh = "5m""#]),
        ("POST", "/transfer", &[r#"fresh = "5m""#]),
        ("GET", "/sessions", &[r#"rotate_every = "15m""#]),
        ("POST", "/sessions/end", &[r#"fresh = "5m""#]),
        ("POST", "/sessions/end-others", &[r#"fresh = "5m""#]),
        ("POST", "/password", &[r#"fresh = "5m""#]),
        ("GET", "/reauth", &[]),
        ("POST", "/reauth", &[]),
        ("GET", "/admin", &["role", "Admin"]),
        ("GET", "/time-left", &[r#"activity = "passive""#]),
        ("POST", "/api/echo", &[]),
    ];
    for (method, path, policy) in expected {
        let row = row(method, path);
        for words in *policy {
            assert!(row.contains(words), "{method} {path}: {words} in {row}");
        }
        let place = row.split(|char: char| char.is_whitespace() || char == '`').find(|word| word.contains(".rs:"));
        let place = place.unwrap_or_else(|| panic!("the source location of {method} {path}: {row}"));
        let (file, line) = place.split_once(".rs:").unwrap();
        assert!(!file.starts_with('/') && line.split(':').all(|part| part.parse::<u32>().is_ok()), "{place}");
    }
    assert!(!["/fail/", "/__clock", "/__ends", "/__sweep"].iter().any(|path| table.contains(path)), "{table}");
}

#[test]
fn bad_flags_are_explained() {
    assert!(refused_to_start(&["--lisen", "127.0.0.1:0"]).contains("--lisen"));
    assert!(refused_to_start(&["--listen"]).contains("--listen"));
    refused_to_start(&["--listen", "nowhere"]);
    refused_to_start(&["--listen", "127.0.0.1"]);
    refused_to_start(&["--listen", "127.0.0.1:99999"]);
    refused_to_start(&["something"]);
    refused_to_start(&["--tls-cert", "cert.pem", "--listen", "127.0.0.1:0"]);
    refused_to_start(&["--tls-key", "key.pem", "--listen", "127.0.0.1:0"]);
    let words =
        refused_to_start(&["--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.pem", "--listen", "127.0.0.1:0"]);
    assert!(words.contains("/nowhere.pem"), "{words}");
}

/// Strangers must not move the clock, and tokens must not travel in the clear.
#[test]
fn what_is_not_a_loopback_needs_tls_and_has_no_test_clock() {
    assert!(refused_to_start(&["--listen", "0.0.0.0:0", "--test-clock"]).contains("--test-clock"));
    assert!(refused_to_start(&["--listen", "0.0.0.0:0"]).contains("--tls-cert"));
    refused_to_start(&["--listen", "[::]:0"]);
}

#[test]
fn a_port_in_use_is_explained() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert!(refused_to_start(&["--listen", &address]).contains(&address));
}

#[test]
fn a_signal_ends_it_cleanly() {
    for signal in ["TERM", "INT"] {
        let bank = Bank::start();
        // A connection that is kept open does not keep the bank.
        let mut wire = bank.connect();
        wire.exchange(&Request::get("/").keep_alive(), &bank.authority).expect(200);
        let status = bank.stop(signal);
        assert_eq!(status.code(), Some(0), "SIG{signal}: {status}");
        assert!(wire.is_closed());
    }
}
