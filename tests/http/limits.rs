//! Members are signed in three times at most: the fourth login ends the oldest session.

use crate::kit::{Bank, Browser, PASSWORD, Request};

/// How many sessions the page of this browser lists.
fn listed(browser: &mut Browser<'_>) -> usize {
    browser.visit("/sessions").expect(200).text().split("<tr").count() - 2
}

fn evicted(count: usize, user: &str) -> Vec<(String, String)> {
    vec![("evicted".to_owned(), user.to_owned()); count]
}

#[test]
fn the_fourth_login_ends_the_oldest() {
    let bank = Bank::start();
    let mut browsers: Vec<_> = (0..3)
        .map(|_| {
            bank.advance("1m");
            Browser::signed_in(&bank, "alice")
        })
        .collect();
    let mut bob = Browser::signed_in(&bank, "bob");
    // The oldest is the one that was signed in first, not the one that was used least.
    browsers[0].fetch("/account").expect(200);
    let mut fourth = Browser::signed_in(&bank, "alice");
    browsers[0].fetch("/account").expect_denial(401, "evicted").expect_removal();
    browsers[1].fetch("/account").expect(200);
    browsers[2].fetch("/account").expect(200);
    assert_eq!(listed(&mut fourth), 3);

    // Its holder is told why, in words, and may come back: then it is the next one's turn.
    let mut fifth = Browser::signed_in(&bank, "alice");
    let login = browsers[1].visit("/account").expect_removal().location().to_owned();
    assert_eq!(login, "/login?reason=evicted&next=/account");
    let page = browsers[1].visit(&login).expect(200).text();
    assert!(page.contains("Your session was ended because you signed in elsewhere."), "{page}");
    assert_eq!(listed(&mut fifth), 3);
    assert_eq!(bank.ends(2), evicted(2, "alice"));
    bob.fetch("/account").expect(200);
}

/// A login in a browser that is signed in takes the place of its own session, and of no other one.
#[test]
fn a_login_in_the_same_browser_evicts_nobody() {
    let bank = Bank::start();
    let mut browsers: Vec<_> = (0..3).map(|_| Browser::signed_in(&bank, "alice")).collect();
    for _ in 0..4 {
        browsers[1].login("alice");
        browsers[2].reauth();
    }
    for browser in &mut browsers {
        browser.fetch("/account").expect(200);
    }
    assert_eq!(listed(&mut browsers[0]), 3);
}

#[test]
fn a_login_that_fails_evicts_nobody() {
    let bank = Bank::start();
    let mut browsers: Vec<_> = (0..3).map(|_| Browser::signed_in(&bank, "alice")).collect();
    let mut other = Browser::new(&bank);
    other.post("/login", &[("user", "alice"), ("password", "wrong")]).expect(401);
    for what in ["login-500", "login-403"] {
        other.post(&format!("/fail/{what}"), &[("user", "alice"), ("password", PASSWORD)]).expect_no_cookie();
    }
    for browser in &mut browsers {
        browser.fetch("/account").expect(200);
    }
    assert_eq!(bank.ends(0), []);
}

/// The limit is the members': a role that says nothing has none.
#[test]
fn administrators_are_not_limited() {
    let bank = Bank::start();
    let mut browsers: Vec<_> = (0..6).map(|_| Browser::signed_in(&bank, "carol")).collect();
    for browser in &mut browsers {
        browser.fetch("/account").expect(200);
    }
    assert_eq!(listed(&mut browsers[0]), 6);
}

/// Sessions that are over, and by more than clocks may differ, take nobody's place, also before somebody came by to find
/// them so: they end for their own reason.
#[test]
fn dead_sessions_do_not_count() {
    let bank = Bank::start();
    for _ in 0..3 {
        Browser::signed_in(&bank, "alice");
    }
    bank.advance("30m10s");
    let mut browsers: Vec<_> = (0..3).map(|_| Browser::signed_in(&bank, "alice")).collect();
    assert_eq!(listed(&mut browsers[0]), 3);
    for browser in &mut browsers {
        browser.fetch("/account").expect(200);
    }
    assert_eq!(bank.ends(3), vec![("idle".to_owned(), "alice".to_owned()); 3]);
}

#[test]
fn parallel_logins_leave_exactly_three() {
    let bank = Bank::start();
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let login = || {
            let request = Request::post("/login").same_origin().form(&[("user", "alice"), ("password", PASSWORD)]);
            bank.send(&request).expect(303).expect_token()
        };
        let threads: Vec<_> = (0..12).map(|_| scope.spawn(login)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (alive, over): (Vec<_>, Vec<_>) =
        tokens.iter().map(|token| bank.api("/account", token)).partition(|answer| answer.status == 200);
    assert_eq!((alive.len(), over.len()), (3, 9));
    for answer in over {
        answer.expect_denial(401, "evicted");
    }
    assert_eq!(bank.ends(9), evicted(9, "alice"));
}
