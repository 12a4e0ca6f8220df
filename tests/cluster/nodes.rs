//! Two nodes on one store: what happens on one holds on the other, and every end is told once.

use std::{collections::HashMap, thread};

use crate::{
    account, eventually,
    kit::{Bank, Request},
    node,
    server::Server,
    sign_in,
};

fn post(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Request {
    let request = Request::post(path).same_origin().header("Accept", "application/json").header("Cookie", cookie);
    request.form(fields)
}

/// What the hook of this node was told: end id and reason.
fn ends(bank: &Bank) -> Vec<(String, String)> {
    let text = bank.send(&Request::get("/__ends")).expect(200).text();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.map(|line| (line["end"].as_str().unwrap().to_owned(), line["reason"].as_str().unwrap().to_owned())).collect()
}

/// How often each reason was told, by all nodes. Fails if an end was told twice.
fn told(banks: &[&Bank]) -> HashMap<String, usize> {
    let mut ids = HashMap::new();
    for (id, reason) in banks.iter().flat_map(|bank| ends(bank)) {
        let before = ids.insert(id, reason);
        assert!(before.is_none(), "an end was told twice: {before:?}");
    }
    let mut counts = HashMap::new();
    for reason in ids.into_values() {
        *counts.entry(reason).or_default() += 1;
    }
    counts
}

#[test]
fn what_one_node_does_holds_on_the_other() {
    let redis = Server::start();
    let (one, two) = (node(&redis), node(&redis));

    // A session, its data, its end.
    let alice = sign_in(&one, "alice");
    two.send(&post("/theme", &alice, &[("theme", "dark")])).expect(303).expect_no_cookie();
    assert!(one.send(&account(&alice)).expect(200).text().contains(r#"data-theme="dark""#));
    one.send(&post("/logout", &alice, &[])).expect(303).expect_removal();
    two.send(&account(&alice)).expect_denial(401, "logout");

    // The limit counts sessions, wherever they began: the fourth login ends the oldest.
    let mut bobs = Vec::new();
    for bank in [&one, &two, &one, &two] {
        // By their clocks, one is the oldest.
        one.advance("1s");
        two.advance("1s");
        bobs.push(sign_in(bank, "bob"));
    }
    one.send(&account(&bobs[0])).expect_denial(401, "evicted");
    for bob in &bobs[1..] {
        one.send(&account(bob)).expect(200);
        two.send(&account(bob)).expect(200);
    }
    // All but this one, from the other node.
    two.send(&post("/sessions/end-others", &bobs[1], &[])).expect(303);
    one.send(&account(&bobs[1])).expect(200);
    one.send(&account(&bobs[2])).expect_denial(401, "revoked");

    eventually("every end is told", || told(&[&one, &two]).values().sum::<usize>() >= 4);
    let expected = [("evicted", 1), ("logout", 1), ("revoked", 2)];
    assert_eq!(told(&[&one, &two]), expected.map(|(reason, count)| (reason.to_owned(), count)).into());
}

#[test]
fn sessions_that_nobody_comes_back_to_are_ended_by_one_of_the_nodes() {
    const VISITORS: usize = 1_000;

    let redis = Server::start();
    let (one, two) = (node(&redis), node(&redis));
    for number in 0..VISITORS {
        let bank = if number % 2 == 0 { &one } else { &two };
        let theme = Request::post("/theme").same_origin().form(&[("theme", "dark")]);
        bank.send(&theme).expect(303).expect_token();
    }
    // An engine whose clock jumped ends nothing until it knows that the other's did, too; so they jump before the end is there.
    let both = [&one, &two];
    let advance = |by: &str| {
        for bank in both {
            bank.advance(by);
        }
    };
    advance("29m");
    let sweep = |bank: &Bank| bank.send(&Request::post("/__sweep").same_origin()).expect(200);
    for _ in 0..3 {
        advance("9s");
        for bank in both {
            sweep(bank);
        }
    }
    assert!(told(&both).is_empty(), "29 minutes and 27 seconds are no half an hour");
    eventually("all are ended", || {
        advance("9s");
        // Both sweep at the same time.
        thread::scope(|scope| {
            for bank in [&one, &two, &one, &two] {
                scope.spawn(move || sweep(bank));
            }
        });
        told(&both).values().sum::<usize>() >= VISITORS
    });
    assert_eq!(told(&both), [("idle".to_owned(), VISITORS)].into());
    println!("{VISITORS} sessions: {} ended by one node, {} by the other", ends(&one).len(), ends(&two).len());
}
