//! Requests of one session at the same time (semantics.md, sections 2, 3 and 7).

use std::thread;

use crate::kit::{Answer, Bank, Browser, PASSWORD, Request};

/// Sends the same requests side by side.
fn at_once(bank: &Bank, requests: &[Request]) -> Vec<Answer> {
    thread::scope(|scope| {
        let sent: Vec<_> = requests.iter().map(|request| scope.spawn(|| bank.send(request))).collect();
        sent.into_iter().map(|answer| answer.join().unwrap()).collect()
    })
}

fn post(bank: &Bank, path: &str, token: &str, fields: &[(&str, &str)]) -> Request {
    Request::post(path).same_origin().form(fields).header("Cookie", bank.cookie(token))
}

#[test]
fn parallel_guesses_are_all_counted() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let guesses: Vec<_> = (0..12).map(|_| post(&bank, "/reauth", &token, &[("password", "wrong")])).collect();
    let answers = at_once(&bank, &guesses);
    let refused = answers.iter().filter(|answer| answer.set_cookie().is_none()).count();
    assert_eq!(refused, 4, "four are counted, the fifth ends the session, the rest come too late");
    bank.api("/account", &token).expect_denial(401, "too_many_attempts");
}

#[test]
fn one_of_parallel_re_authentications_wins() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    let requests: Vec<_> = (0..6).map(|_| post(&bank, "/reauth", &token, &[("password", PASSWORD)])).collect();
    let answers = at_once(&bank, &requests);
    let tokens: Vec<_> = answers.iter().filter_map(Answer::set_cookie).collect();
    assert_eq!(tokens.len(), 1, "one token takes the old one's place");
    for answer in &answers {
        assert!(answer.status == 303 || answer.reason() == "superseded", "{answer}");
    }
    bank.api("/account", &tokens[0].value).expect(200);
    bank.api("/account", &token).expect_denial(401, "superseded");
}

#[test]
fn a_logout_beats_a_parallel_re_authentication() {
    let bank = Bank::start();
    for _ in 0..5 {
        let token = Browser::signed_in(&bank, "alice").token();
        let race = [post(&bank, "/reauth", &token, &[("password", PASSWORD)]), post(&bank, "/logout", &token, &[])];
        let answers = at_once(&bank, &race);
        bank.api("/account", &token).expect(401);
        let [reauth, logout] = answers.as_slice() else { panic!("two answers") };
        match (reauth.set_cookie().filter(|cookie| !cookie.is_removal()), logout.set_cookie()) {
            // The logout came second, with the old token, and may not sign the new one out.
            (Some(new), None) => {
                bank.api("/account", &new.value).expect(200);
            }
            // It came first, or between: no new token lives.
            (Some(new), Some(_)) => {
                bank.api("/account", &new.value).expect(401);
            }
            (None, removal) => assert!(removal.is_some_and(|cookie| cookie.is_removal()), "{logout}"),
        }
    }
}

/// Delete wins: what other requests of the session write while it ends is dropped, without an error of ours.
#[test]
fn an_end_beats_parallel_writes() {
    let bank = Bank::start();
    for _ in 0..5 {
        let token = Browser::signed_in(&bank, "alice").token();
        let mut race: Vec<_> = (0..6).map(|_| post(&bank, "/theme", &token, &[("theme", "dark")])).collect();
        race.push(post(&bank, "/logout", &token, &[]));
        let answers = at_once(&bank, &race);
        for answer in &answers {
            assert!(answer.status < 500, "{answer}");
        }
        // Setting data with the dead token may have started another session, nobody's; this one is over.
        bank.api("/account", &token).expect(401);
        for answer in answers {
            if let Some(cookie) = answer.set_cookie().filter(|cookie| !cookie.is_removal()) {
                assert_ne!(cookie.value, token);
                bank.api("/account", &cookie.value).expect_denial(401, "no_session");
            }
        }
    }
}

/// A gap that one request saw is not forgotten because another one was faster.
#[test]
fn parallel_requests_do_not_launder_a_gap() {
    let bank = Bank::start();
    let token = Browser::signed_in(&bank, "alice").token();
    bank.advance("12m");
    let requests: Vec<_> = (0..12).map(|_| Request::get("/account").header("Cookie", bank.cookie(&token))).collect();
    for answer in at_once(&bank, &requests) {
        answer.expect(200);
    }
    bank.api("/statements", &token).expect_step_up("route_idle", "0");
}
