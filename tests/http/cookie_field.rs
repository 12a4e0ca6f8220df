//! Reading the `Cookie` field: byte for byte, and never a guess (semantics.md, section 2).

use crate::kit::{Bank, Browser, Request};

/// Another canonical token that nobody has.
const OTHER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// `GET /account` with these `Cookie` fields.
fn ask(fields: &[&[u8]]) -> Request {
    fields.iter().fold(Request::get("/account"), |request, field| request.header("Cookie", field))
}

#[test]
fn ours_is_found_among_others() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let ours = bank.cookie(&token);
    let bytes = ours.as_bytes();
    let join = |parts: &[&[u8]]| parts.concat();
    let fields: Vec<Vec<Vec<u8>>> = vec![
        vec![bytes.to_vec()],
        vec![join(&[b"a=b; ", bytes, b"; c=d"])],
        vec![join(&[b"a=b;", bytes])],
        vec![join(&[b"\t ", bytes])],
        vec![join(&[b"a=b;\t", bytes, b";\tc=d"])],
        vec![join(&[b";;; ;", bytes, b";"])],
        vec![join(&[b"=; a; =x; ", bytes])],
        vec![join(&[b"x=\"; ", bytes])],
        vec![join(&[b"\xff\xfe=\x80; ", bytes])],
        // Several fields are one list.
        vec![b"a=b".to_vec(), bytes.to_vec(), b"c=d".to_vec()],
        // The same value twice counts once.
        vec![join(&[bytes, b"; ", bytes])],
        vec![bytes.to_vec(), bytes.to_vec()],
    ];
    for field in &fields {
        let views: Vec<&[u8]> = field.iter().map(Vec::as_slice).collect();
        let answer = bank.send(&ask(&views)).expect_no_cookie();
        let shown: Vec<_> = views.iter().map(|view| String::from_utf8_lossy(view)).collect();
        assert_eq!(answer.status, 200, "{shown:?}");
    }
}

#[test]
fn two_different_values_are_no_session() {
    let bank = Bank::start();
    let alice = Browser::signed_in(&bank, "alice").token();
    let bob = Browser::signed_in(&bank, "bob").token();
    let ours = bank.cookie(&alice);
    for other in [bob.as_str(), OTHER, "junk", "", "\"\"", "%41"] {
        let other = bank.cookie(other);
        for (first, second) in [(&ours, &other), (&other, &ours)] {
            let one_field = format!("{first}; {second}");
            let request = ask(&[one_field.as_bytes()]);
            bank.send(&request).expect_denial(401, "no_session").expect_no_cookie();
            let request = ask(&[first.as_bytes(), second.as_bytes()]);
            bank.send(&request).expect_denial(401, "no_session").expect_no_cookie();
            // Three are no better.
            let request = ask(&[one_field.as_bytes(), first.as_bytes()]);
            bank.send(&request).expect_denial(401, "no_session").expect_no_cookie();
        }
    }
    // Nobody was hurt by it.
    bank.api("/account", &alice).expect(200);
    bank.api("/account", &bob).expect(200);
}

#[test]
fn a_malformed_value_is_no_session() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    // The last character holds four bits of the token and two zeros: any other spelling of it is not canonical.
    let mut uncanonical = token.clone().into_bytes();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digit = alphabet.iter().position(|digit| *digit == uncanonical[42]).unwrap();
    assert_eq!(digit % 4, 0, "{token}");
    uncanonical[42] = alphabet[digit + 1];
    let encoded = format!("%{:02X}{}", token.as_bytes()[0], &token[1..]);
    let values: Vec<Vec<u8>> = vec![
        Vec::new(),
        uncanonical,
        encoded.into_bytes(),
        token.as_bytes()[..42].to_vec(),
        format!("{token}=").into_bytes(),
        format!("{token}A").into_bytes(),
        format!("\"{token}\"").into_bytes(),
        format!("'{token}'").into_bytes(),
        format!("{token},{token}").into_bytes(),
        format!("{token}\u{2000}").into_bytes(),
        format!("\u{2000}{token}").into_bytes(),
        format!("={token}").into_bytes(),
        token.to_ascii_lowercase().into_bytes(),
        [token.as_bytes(), b"\x80"].concat(),
        vec![b'+'; 43],
        vec![b'='; 43],
        vec![0xff; 43],
        vec![b'A'; 5000],
    ];
    for value in values {
        let cookie = [bank.cookie_name().as_bytes(), b"=", &value].concat();
        bank.send(&ask(&[&cookie])).expect_denial(401, "no_session").expect_no_cookie();
    }
    bank.api("/account", &token).expect(200);
}

/// Bytes that no field may hold are the server's business: refused, or read as no session; never served.
#[test]
fn control_characters_open_nothing() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    for byte in (0..0x20u8).chain([0x7f]).filter(|byte| !matches!(byte, b'\t' | b'\n')) {
        for cookie in
            [[bank.cookie(&token).as_bytes(), &[byte]].concat(), [&[byte], bank.cookie(&token).as_bytes()].concat()]
        {
            let mut wire = bank.connect();
            wire.write(&ask(&[&cookie]).bytes(&bank.authority));
            if let Some(answer) = wire.try_answer("GET") {
                assert!(matches!(answer.status, 400 | 401), "{byte:#x}: {answer}");
            }
        }
    }
    bank.api("/account", &token).expect(200);
}

#[test]
fn an_enormous_field_is_read_or_refused() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let ours = bank.cookie(&token);
    let fillers = ["a=b; ".repeat(20_000), format!("a={}; ", "x".repeat(100_000)), ";".repeat(100_000)];
    for filler in &fillers {
        let request = ask(&[format!("{filler}{ours}").as_bytes()]);
        let answer = bank.send(&request).expect_no_cookie();
        assert!(matches!(answer.status, 200 | 400 | 401 | 431), "{}", answer.status);
    }
    // The same conflict, a hundred thousand bytes apart, is still a conflict.
    let request = ask(&[format!("{}; {}{ours}", bank.cookie(OTHER), fillers[0]).as_bytes()]);
    assert_ne!(bank.send(&request).status, 200);
    // Many names of ours.
    let request = ask(&[format!("{}; ", bank.cookie("x")).repeat(3000).as_bytes()]);
    assert!(matches!(bank.send(&request).status, 401 | 431));
    bank.api("/account", &token).expect(200);
}

/// Nothing malformed may count as "no cookie of ours" where that makes a difference: the cross-site table.
#[test]
fn a_broken_cookie_is_still_a_cookie_of_ours() {
    let bank = Bank::start();
    let post = || Request::post("/api/echo").json("{}");
    bank.send(&post()).expect_denial(401, "no_session");
    for value in ["junk", "", OTHER] {
        bank.send(&post().header("Cookie", bank.cookie(value))).expect_denial(403, "csrf").expect_no_cookie();
    }
    let conflict = format!("{}; {}", bank.cookie(OTHER), bank.cookie("x"));
    bank.send(&post().header("Cookie", conflict)).expect_denial(403, "csrf");
    bank.send(&post().header("Cookie", "other=1")).expect_denial(401, "no_session");
}
