//! Signing in, and who may not.

use std::process::Command;

use crate::kit::{Bank, Browser, PASSWORD, Request};

#[test]
fn a_login_opens_the_account() {
    let bank = Bank::start();
    for user in ["alice", "bob", "carol"] {
        let mut browser = Browser::new(&bank);
        let answer = browser.post("/login", &[("user", user), ("password", PASSWORD), ("next", "/statements")]);
        let token = answer.expect_redirect("/statements").expect_token();
        for page in ["/account", "/statements", "/transfer", "/reauth"] {
            let answer = browser.visit(page).expect(200).expect_no_cookie();
            assert!(answer.is_private(), "{page}: {answer}");
            assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{answer}");
        }
        assert_eq!(browser.token(), token, "reading pages changes no token");
    }
}

/// The first thing a reader of the README does. curl takes the `Secure` cookie on a loopback address.
#[test]
fn curl_signs_in_with_a_cookie_jar() {
    let bank = Bank::start();
    let jar = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("jar-{}", std::process::id()));
    let curl = |arguments: &[&str]| {
        let mut command = Command::new("curl");
        command.args(["--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}"]);
        let output = command.arg("--cookie").arg(&jar).arg("--cookie-jar").arg(&jar).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let at = |path: &str| format!("{}{path}", bank.origin());
    let password = format!("password={PASSWORD}");
    let form = ["--data-urlencode", "user=alice", "--data-urlencode", &password];
    let wrong = ["--data-urlencode", "user=alice", "--data-urlencode", "password=x"];

    assert_eq!(curl(&[&at("/account")]), "401 ");
    curl(&[&wrong[..], &[&at("/login")]].concat());
    assert_eq!(curl(&[&at("/account")]), "401 ");
    assert!(curl(&[&form[..], &[&at("/login")]].concat()).starts_with("303 "));
    assert_eq!(curl(&[&at("/account")]), "200 ");
    std::fs::remove_file(jar).unwrap();
}

#[test]
fn wrong_credentials_open_nothing() {
    let bank = Bank::start();
    let wrong: &[&[(&str, &str)]] = &[
        &[("user", "alice"), ("password", "wrong")],
        &[("user", "alice"), ("password", "")],
        &[("user", ""), ("password", PASSWORD)],
        &[("user", "mallory"), ("password", PASSWORD)],
        &[("user", "Alice"), ("password", PASSWORD)],
        &[("user", "alice\0"), ("password", PASSWORD)],
        &[("user", "alice"), ("password", "correct horse battery staple ")],
        &[("user", "alice")],
        &[("password", PASSWORD)],
        &[],
    ];
    for fields in wrong {
        let mut browser = Browser::new(&bank);
        let answer = browser.post("/login", fields).expect_no_cookie();
        assert!(answer.status != 303 && answer.status < 500, "{fields:?}: {answer}");
        assert!(answer.is_private(), "{answer}");
    }
}

#[test]
fn an_unknown_user_and_a_wrong_password_look_the_same() {
    let bank = Bank::start();
    let try_as = |user: &str| {
        let mut browser = Browser::new(&bank);
        let form = [("user", user), ("password", "wrong"), ("next", "/account")];
        let (status, headers, page) = browser.post("/login", &form).without_date();
        // The page may repeat the name that was typed; names of one length make pages of one length.
        (status, headers, page.replace(&format!("\"{user}\""), "\"…\""))
    };
    assert_eq!(try_as("alice"), try_as("mario"));
    assert_eq!(try_as("bob"), try_as("eve"));
}

/// A 401 names the way in (RFC 9110, 15.5.2), also where the answer is a page with the form once more.
#[test]
fn a_refused_password_is_answered_as_http_wants_it() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    for (path, fields) in [
        ("/reauth", &[("password", "wrong")][..]),
        ("/login", &[("user", "alice"), ("password", "wrong")][..]),
        ("/login", &[("user", "nobody"), ("password", "wrong")][..]),
    ] {
        let answer = browser.post(path, fields);
        assert!((400..500).contains(&answer.status), "{path}: {answer}");
        if answer.status == 401 {
            assert_eq!(answer.challenge().0, "Session", "{path}");
        }
    }
}

/// The form may be asked for and sent by anyone; broken bodies are the sender's fault, not the bank's.
#[test]
fn a_broken_login_form_is_a_client_error() {
    let bank = Bank::start();
    let kind = "application/x-www-form-urlencoded";
    let bodies: &[(&str, Vec<u8>)] = &[
        ("application/json", b"{\"user\":\"alice\"}".to_vec()),
        ("text/plain", b"user=alice".to_vec()),
        (kind, b"\xff\xfe=\x80".to_vec()),
        (kind, b"user=alice&user=bob&password=x".to_vec()),
        (kind, vec![b'a'; 4 << 20]),
    ];
    for (kind, body) in bodies {
        let answer = bank.send(&Request::post("/login").same_origin().body(kind, body)).expect_no_cookie();
        assert!((400..500).contains(&answer.status), "{answer}");
        assert!(answer.is_private(), "{answer}");
    }
    Browser::signed_in(&bank, "alice").visit("/account").expect(200);
}

#[test]
fn signing_out_and_in_again_is_another_session() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let first = browser.token();
    assert!(browser.post("/logout", &[]).expect_removal().status < 400);
    assert_eq!(browser.token, None);
    let second = browser.login("bob");
    assert_ne!(first, second);
    browser.visit("/account").expect(200);
    bank.api("/account", &first).expect_denial(401, "logout");
}

#[test]
fn sessions_of_one_user_are_independent() {
    let bank = Bank::start();
    let (mut desk, mut phone) = (Browser::signed_in(&bank, "alice"), Browser::signed_in(&bank, "alice"));
    assert_ne!(desk.token(), phone.token());
    desk.post("/logout", &[]).expect_removal();
    phone.visit("/account").expect(200);
}
