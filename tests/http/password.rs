//! Another password: nobody stays signed in, or signs in, with the old one.

use crate::kit::{Bank, Browser, FIREFOX, PASSWORD, Request, SAFARI};

const NEW: &str = "another horse, another staple";

#[test]
fn a_new_password_ends_the_other_sessions() {
    let bank = Bank::start();
    let mut others = [FIREFOX, SAFARI].map(|agent| Browser::with_agent(&bank, agent));
    for other in &mut others {
        other.login("alice");
    }
    let mut bob = Browser::signed_in(&bank, "bob");
    let mut browser = Browser::signed_in(&bank, "alice");
    let old = browser.token();
    let answer = browser.post("/password", &[("password", PASSWORD), ("new", NEW)]);
    let new = answer.expect_redirect("/sessions").expect_token();
    let page = browser.visit("/sessions").expect(200).text();
    assert!(page.contains("Your password is changed. The 2 other sessions were ended."), "{page}");

    let [firefox, safari] = &mut others;
    firefox.fetch("/account").expect_denial(401, "credential_changed").expect_removal();
    let answer = safari.visit("/account").expect_removal();
    answer.expect_sent_to("/login", Some("credential_changed"), Some("/account"));
    assert_eq!(bank.ends(2), vec![("credential_changed".to_owned(), "alice".to_owned()); 2]);
    bob.fetch("/account").expect(200);
    // A copy of the token of before is worth nothing either.
    assert_ne!(old, new);
    bank.api("/account", &old).expect_denial(401, "superseded");
    browser.fetch("/account").expect(200);

    for (password, status) in [(PASSWORD, 401), (NEW, 303)] {
        let mut again = Browser::new(&bank);
        again.post("/login", &[("user", "alice"), ("password", password)]).expect(status);
        assert_eq!(again.token.is_some(), status == 303);
    }
    // The page that asks again asks for the new one, too.
    browser.post("/reauth", &[("password", PASSWORD)]).expect(401);
    browser.post("/reauth", &[("password", NEW)]).expect(303);
    Browser::signed_in(&bank, "bob");
}

#[test]
fn without_the_old_one_nothing_changes() {
    let bank = Bank::start();
    let mut other = Browser::signed_in(&bank, "alice");
    let mut browser = Browser::signed_in(&bank, "alice");
    for (password, new, status) in [
        ("wrong", NEW, 401),
        ("", NEW, 401),
        (NEW, NEW, 401),
        // Fourteen characters, of 28 bytes: one too few.
        (PASSWORD, "ääääääääääääää", 422),
        (PASSWORD, "", 422),
        ("wrong", "short", 422),
    ] {
        let answer =
            browser.post("/password", &[("password", password), ("new", new)]).expect(status).expect_no_cookie();
        let text = answer.text();
        let words = if status == 401 { "That is not your password." } else { "has at least 15 characters" };
        assert!(text.contains(words) && text.contains(r#"role="alert""#), "{answer}");
        assert!(!text.contains(NEW), "{answer}");
    }
    browser.send(Request::post("/password").same_origin().form(&[])).expect(422);
    other.fetch("/account").expect(200);
    Browser::signed_in(&bank, "alice");
    assert_eq!(bank.ends(0), []);
}

/// Whoever sits down at a browser that is signed in does not guess for long.
#[test]
fn guesses_count_as_failed_re_authentications() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let token = browser.token();
    let guess = |browser: &mut Browser<'_>| browser.post("/password", &[("password", "wrong"), ("new", NEW)]);
    for left in ["4 attempts are left", "3 attempts are left"] {
        let answer = guess(&mut browser).expect(401);
        assert!(answer.text().contains(left), "{answer}");
    }
    browser.post("/reauth", &[("password", "wrong")]).expect(401);
    assert!(guess(&mut browser).expect(401).text().contains("One attempt is left"));
    let answer = guess(&mut browser).expect_redirect("/login?reason=too_many_attempts");
    answer.expect_removal();
    bank.api("/account", &token).expect_denial(401, "too_many_attempts");
    assert_eq!(bank.ends(1), [("too_many_attempts".to_owned(), "alice".to_owned())]);
    Browser::signed_in(&bank, "alice");
}

/// Two forms at once, with the same old password: one of them changes it, and no session but that one is left.
#[test]
fn of_parallel_changes_one_holds() {
    let bank = Bank::start();
    let browsers = [Browser::signed_in(&bank, "alice"), Browser::signed_in(&bank, "alice")];
    let news = ["the password of the first", "the password of the second"];
    let answers = std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for (mut browser, new) in browsers.into_iter().zip(news) {
            threads.push(
                scope.spawn(move || (browser.post("/password", &[("password", PASSWORD), ("new", new)]), browser)),
            );
        }
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let mut changed = 0;
    for ((answer, mut browser), new) in answers.into_iter().zip(news) {
        // The other one is told that its session is over, or that the password is another.
        let won = answer.location() == "/sessions";
        assert!(won || answer.status == 401 || answer.location() == "/login?reason=credential_changed", "{answer}");
        changed += usize::from(won);
        assert_eq!(browser.fetch("/account").status, if won { 200 } else { 401 });
        let status = Browser::new(&bank).post("/login", &[("user", "alice"), ("password", new)]).status;
        assert_eq!(status, if won { 303 } else { 401 });
    }
    assert_eq!(changed, 1);
}

/// Checking a password takes its time. Whoever was at it with the old one while it changed is not signed in afterwards.
#[test]
fn no_login_with_the_old_password_outlives_the_change() {
    let bank = Bank::start();
    // An administrator: members would evict each other.
    let mut browser = Browser::signed_in(&bank, "carol");
    let change = Request::post("/password").same_origin().form(&[("password", PASSWORD), ("new", NEW)]);
    let mut wire = bank.connect();
    wire.write(&browser.dress(change).bytes(&bank.authority));
    // They arrive while it is under way, and wait for their turn with the password as it was.
    let login = || {
        let request = Request::post("/login").same_origin().form(&[("user", "carol"), ("password", PASSWORD)]);
        let answer = bank.send(&request);
        assert!(matches!(answer.status, 303 | 401), "{answer}");
        answer.set_cookie().filter(|cookie| !cookie.is_removal()).map(|cookie| cookie.value)
    };
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..5).map(|_| scope.spawn(login)).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    let answer = wire.answer("POST").expect_redirect("/sessions");
    browser.keep(&answer);
    for token in &tokens {
        bank.api("/account", token).expect_denial(401, "credential_changed");
    }
    browser.fetch("/account").expect(200);
    assert_eq!(bank.ends(tokens.len()), vec![("credential_changed".to_owned(), "carol".to_owned()); tokens.len()]);
}
