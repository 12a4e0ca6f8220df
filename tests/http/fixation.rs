//! No token that the bank did not draw is ever adopted, whoever planted it.

use crate::kit::{Bank, Browser, PASSWORD, Request};

/// 43 canonical characters, of a token that was never given out.
const UNKNOWN: &str = "c2Vzc2lvbiBwb2xpY3kgZml4YXRpb24gdGVzdCAwMDE";

/// What an attacker may have planted, with the name it goes by.
fn planted(bank: &Bank) -> Vec<(&'static str, String)> {
    let tombstone = {
        let mut browser = Browser::signed_in(bank, "bob");
        let token = browser.token();
        browser.post("/logout", &[]).expect_removal();
        token
    };
    let ended_idle = {
        let token = Browser::signed_in(bank, "bob").token();
        bank.advance("30m");
        bank.api("/account", &token).expect_denial(401, "idle");
        token
    };
    let by_reauth = {
        let mut browser = Browser::signed_in(bank, "bob");
        let token = browser.token();
        browser.reauth();
        token
    };
    let by_login = {
        let mut browser = Browser::signed_in(bank, "bob");
        let token = browser.token();
        browser.login("bob");
        token
    };
    let ex_anonymous = {
        let mut browser = Browser::new(bank);
        let token = browser.post("/theme", &[("theme", "dark")]).expect_token();
        browser.login("bob");
        token
    };
    vec![
        ("unknown", UNKNOWN.to_owned()),
        ("logged out", tombstone),
        ("idle", ended_idle),
        ("superseded by a re-authentication", by_reauth),
        ("superseded by a login", by_login),
        ("superseded, anonymous", ex_anonymous),
    ]
}

#[test]
fn a_planted_token_is_not_the_one_after_the_login() {
    let bank = Bank::start();
    for (what, token) in planted(&bank) {
        bank.api("/account", &token).expect(401);
        let mut victim = Browser::new(&bank);
        victim.token = Some(token.clone());
        let answer = victim.post("/login", &[("user", "alice"), ("password", PASSWORD)]);
        // A superseded one may be refused; it is never kept.
        if answer.status == 303 {
            assert_ne!(answer.expect_token(), token, "{what}");
            victim.visit("/account").expect(200);
        } else {
            assert!((400..500).contains(&answer.status) && what.starts_with("superseded"), "{what}: {answer}");
        }
        bank.api("/account", &token).expect(401);
        bank.api("/time-left", &token).expect(401);
    }
}

#[test]
fn a_planted_token_is_not_the_one_after_setting_data() {
    let bank = Bank::start();
    for (what, token) in planted(&bank) {
        let plain = bank.send(&Request::get("/login").header("Cookie", bank.cookie(&token))).expect(200).text();
        let mut victim = Browser::new(&bank);
        victim.token = Some(token.clone());
        let answer = victim.post("/theme", &[("theme", "dark")]);
        assert!(answer.status < 500, "{what}: {answer}");
        if let Some(cookie) = answer.set_cookie() {
            assert_ne!(cookie.value, token, "{what}");
        }
        // Nothing was written under the planted token.
        let page = bank.send(&Request::get("/login").header("Cookie", bank.cookie(&token))).expect(200).text();
        assert_eq!(page, plain, "{what}");
        bank.api("/account", &token).expect(401);
    }
}

/// The attacker keeps a living session of his own and plants its token: the victim's login takes another one.
#[test]
fn a_planted_living_token_does_not_become_the_victims() {
    let bank = Bank::start();
    let anonymous = Browser::new(&bank).post("/theme", &[("theme", "dark")]).expect_token();
    let mallory = Browser::signed_in(&bank, "bob").token();
    for token in [anonymous, mallory] {
        let mut victim = Browser::new(&bank);
        victim.token = Some(token.clone());
        let new = victim.login("alice");
        assert_ne!(new, token);
        bank.api("/account", &token).expect_denial(401, "superseded");
        victim.visit("/account").expect(200);
    }
}

/// `U+2000` before the name: servers that trim Unicode take it for the protected cookie; browsers let any page set it.
#[test]
fn a_name_that_only_looks_like_ours_is_not_ours() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let ours = bank.cookie_name();
    let lower = ours.to_ascii_lowercase();
    let upper = ours.to_ascii_uppercase();
    let bare = ours.trim_start_matches("__Host-");
    let names: Vec<Vec<u8>> = vec![
        format!("\u{2000}{ours}").into_bytes(),
        format!("\u{a0}{ours}").into_bytes(),
        format!("\u{feff}{ours}").into_bytes(),
        format!("{ours}\u{2000}").into_bytes(),
        [b"\xa0".as_slice(), ours.as_bytes()].concat(),
        [b"\x85".as_slice(), ours.as_bytes()].concat(),
        lower.clone().into_bytes(),
        upper.clone().into_bytes(),
        bare.as_bytes().to_vec(),
        format!("__Secure-{bare}").into_bytes(),
        format!("\"{ours}\"").into_bytes(),
        format!("%5F%5FHost-{bare}").into_bytes(),
        format!("x{ours}").into_bytes(),
        format!("{ours}x").into_bytes(),
        format!("$Version=1; ${ours}").into_bytes(),
    ];
    assert!(lower != ours && upper != ours);
    for name in names {
        let cookie = [&name, b"=".as_slice(), token.as_bytes()].concat();
        let shown = String::from_utf8_lossy(&name).into_owned();
        let request = Request::get("/account").header("Cookie", &cookie);
        bank.send(&request).expect_denial(401, "no_session").expect_no_cookie();
        // Nor is it the old token of a login, nor the session of a theme.
        let request = Request::post("/login").same_origin().header("Cookie", &cookie);
        let answer = bank.send(&request.form(&[("user", "bob"), ("password", PASSWORD)])).expect(303);
        assert_ne!(answer.expect_token(), token, "{shown}");
        let request = Request::post("/theme").same_origin().header("Cookie", &cookie);
        assert_ne!(bank.send(&request.form(&[("theme", "dark")])).expect_token(), token, "{shown}");
    }
    bank.api("/account", &token).expect(200);
}

/// The cookie is the only way in (WSTG-SESS-04).
#[test]
fn a_token_anywhere_else_opens_nothing() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let name = bank.cookie_name().to_owned();
    let elsewhere = [
        Request::get(&format!("/account?{name}={token}")),
        Request::get(&format!("/account;{name}={token}")),
        Request::get("/account").header("Authorization", format!("Bearer {token}")),
        Request::get("/account").header("Authorization", format!("Session {token}")),
        Request::get("/account").header("X-Session", &token),
        Request::get("/account").header(&name, &token),
        Request::get("/account").header("Cookie2", bank.cookie(&token)),
        Request::post("/transfer").same_origin().form(&[(&name, &token), ("to", "bob"), ("amount", "1")]),
    ];
    for request in elsewhere {
        let answer = bank.send(&request).expect_no_cookie();
        assert!(matches!(answer.status, 401 | 404), "{answer}");
    }
}
