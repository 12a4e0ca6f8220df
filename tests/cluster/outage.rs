//! Redis goes away while requests run, and comes back.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    thread,
};

use crate::{
    account, eventually,
    kit::{Answer, Bank, Request},
    login, node,
    server::Server,
    sign_in,
};

/// One cent from alice to bob. The ledger is in the bank's own memory: whether the handler ran can be seen afterwards.
fn transfer(cookie: &str) -> Request {
    let order = Request::post("/transfer").same_origin().header("Accept", "application/json");
    order.form(&[("to", "bob"), ("amount", "0.01")]).header("Cookie", cookie)
}

/// How many transfers of one cent the ledger knows.
fn transfers(bank: &Bank, cookie: &str) -> usize {
    let page = bank.send(&Request::get("/statements").header("Cookie", cookie)).expect(200).text();
    page.matches("0.01").count()
}

/// Closed, and nothing else: the cookie is left alone.
#[track_caller]
fn expect_unavailable(answer: Answer) -> Answer {
    let answer = answer.expect_denial(503, "store_unavailable");
    assert!(answer.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok()), "{answer}");
    assert!(answer.header("clear-site-data").is_none(), "{answer}");
    answer
}

#[test]
fn the_server_stops_while_requests_run() {
    // It forgets nothing that it acknowledged.
    let mut redis = Server::with(&["--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
    let (bank, other) = (node(&redis), node(&redis));
    let (alice, bob, carol) = (sign_in(&bank, "alice"), sign_in(&bank, "bob"), sign_in(&bank, "carol"));
    let carols_second = sign_in(&other, "carol");
    other.cookie_name();

    // Orders arrive all the time: before, while it goes, and without it.
    let (stop, done, denied) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(SeqCst) {
                    let answer = bank.send(&transfer(&alice));
                    if answer.status == 303 {
                        answer.expect_no_cookie();
                        done.fetch_add(1, SeqCst);
                    } else {
                        expect_unavailable(answer).expect_no_cookie();
                        denied.fetch_add(1, SeqCst);
                    }
                }
            });
        }
        eventually("orders are carried out", || done.load(SeqCst) >= 20);
        redis.kill();
        eventually("orders are denied", || denied.load(SeqCst) >= 20);
        stop.store(true, SeqCst);
    });
    let (done, denied) = (done.into_inner(), denied.into_inner());

    // Nobody is let in, nobody signs in, nobody loses a cookie.
    for cookie in [&alice, &carol, &carols_second] {
        expect_unavailable(bank.send(&account(cookie))).expect_no_cookie();
    }
    let theme = Request::post("/theme").same_origin().form(&[("theme", "dark")]).header("Accept", "application/json");
    expect_unavailable(bank.send(&theme.clone().header("Cookie", &alice))).expect_no_cookie();
    expect_unavailable(bank.send(&theme)).expect_no_cookie();
    let unknown = bank.send(&login("alice").header("Accept", "application/json"));
    expect_unavailable(unknown).expect_no_cookie();
    bank.send(&Request::get("/")).expect(200).expect_no_cookie();

    // Whoever signs out is signed out here, although the store cannot be told.
    let logout = Request::post("/logout").same_origin().header("Accept", "application/json").header("Cookie", &bob);
    let out = bank.send(&logout);
    assert_eq!((out.status, out.reason().as_str()), (503, "store_unavailable"), "{out}");
    assert!(out.header("retry-after").is_some(), "{out}");
    out.expect_removal();
    assert_ne!(bank.send(&account(&bob)).status, 200);

    redis.start_again();
    // The same cookies work again, without a new one; and nothing happened that was denied.
    eventually("the bank has its server again", || bank.send(&account(&alice)).status == 200);
    for cookie in [&alice, &carol, &carols_second] {
        bank.send(&account(cookie)).expect(200).expect_no_cookie();
        other.send(&account(cookie)).expect(200).expect_no_cookie();
    }
    assert_eq!(transfers(&bank, &alice), done as usize, "a denied order was not carried out");
    let page = bank.send(&Request::get("/login").header("Cookie", &alice)).expect(200).text();
    assert!(page.contains(r#"data-theme="system""#), "a denied choice was not kept: {page}");
    // Dead here at once, and everywhere as soon as the store was told.
    bank.send(&account(&bob)).expect_denial(401, "logout");
    eventually("the other node knows that bob signed out", || other.send(&account(&bob)).status == 401);
    other.send(&account(&bob)).expect_denial(401, "logout");
    println!("{done} orders carried out, {denied} denied and not carried out");
}
