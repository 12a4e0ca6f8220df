//! Generations, limits, roles, and everybody at once.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{meeting::rounds, *};
use crate::store::{TOMBSTONE_KEPT_MS, memory::create::Not};

fn everyone(store: &MemoryStore, after: Option<crate::store::Cursor>, at_most: usize) -> Swept {
    let reset = ResetEveryone { reason: EndReason::Revoked, after, at_most, lease: None, now: T0 };
    now(store.reset_everyone(reset)).unwrap()
}

fn limit(most: u32, on_limit: OnLimit) -> SessionLimit {
    SessionLimit { most, on_limit }
}

// ---- generations

#[test]
fn a_generation_is_kept_for_a_day_and_as_long_as_there_are_sessions() {
    let store = MemoryStore::new();
    let expiry = Expiry { idle_ms: 100 * HOUR, absolute_at: T0 + 100 * HOUR };
    store.make(create(1, Record { expiry, ..signed_in(1, "alice", T0) }, T0));
    store.reset("alice", Some(1), T0);
    store.reset("bob", None, T0);
    let (alice, bob) = (store.generation_of("alice"), store.generation_of("bob"));
    assert!(alice != bob && bob != Generation::default());
    store.clean(T0 + TOMBSTONE_KEPT_MS - 1, 100);
    assert_eq!((store.generation_of("alice"), store.generation_of("bob")), (alice, bob));
    store.clean(T0 + 3 * TOMBSTONE_KEPT_MS, 100);
    let known = |who| store.users.read(&user(who)).unwrap().knows(&user(who));
    assert_eq!((known("alice"), known("bob")), (true, false));
    store.stop(end(1, EndReason::Logout, T0 + 3 * TOMBSTONE_KEPT_MS));
    store.clean(T0 + 3 * TOMBSTONE_KEPT_MS, 100);
    assert!(!known("alice"));
}

#[test]
fn a_generation_never_comes_again() {
    let store = MemoryStore::new();
    let mut seen = vec![store.generation_of("alice")];
    let mut last = seen[0];
    for day in 0..20 {
        let at = T0 + day * TOMBSTONE_KEPT_MS;
        if day % 7 == 0 {
            store.reset("alice", None, at);
        }
        if day % 5 == 0 {
            everyone(&store, None, 1);
        }
        store.reset(&format!("user {day}"), None, at);
        store.clean(at, 100);
        let generation = store.generation_of("alice");
        if generation != last {
            assert!(!seen.contains(&generation), "day {day}");
            seen.push(generation);
            last = generation;
        }
    }
    assert!(seen.len() > 4, "{seen:?}");
}

#[test]
fn generations_are_forgotten_together_so_that_few_logins_begin_again() {
    let store = MemoryStore::new();
    let mut changes = 0;
    let mut last = store.generation_of("carol");
    for hour in 0..24 * 30 {
        for n in 0..20 {
            store.reset(&format!("user {hour} {n}"), None, T0 + hour * HOUR);
        }
        store.clean(T0 + hour * HOUR, 1_000);
        let generation = store.generation_of("carol");
        changes += u32::from(generation != last);
        last = generation;
    }
    assert!((5..=15).contains(&changes), "every other day, but it was {changes} times in a month");
    let known: usize = (0..24 * 30)
        .flat_map(|hour| (0..20).map(move |n| format!("user {hour} {n}")))
        .filter(|who| store.users.read(&user(who)).unwrap().knows(&user(who)))
        .count();
    assert!(known <= 20 * 73, "{known}");
}

#[test]
fn users_who_come_and_go_after_a_reset_wait_in_line_once() {
    let store = MemoryStore::new();
    store.reset("alice", None, T0);
    for number in 0..100 {
        store.make(create(number, signed_in(number, "alice", T0), T0));
        store.stop(end(number, EndReason::Logout, T0));
    }
    assert_eq!(store.users.read(&user("alice")).unwrap().waiting(), 1);
}

// ---- everybody

#[test]
fn everybody_is_gone_in_bounded_batches() {
    let store = MemoryStore::new();
    for number in 0..3_000 {
        let record = if number % 3 == 0 { anonymous(number, T0) } else { signed_in(number, "alice", T0) };
        store.make(create(number, record, T0));
    }
    for number in (0..3_000).step_by(2) {
        store.stop(end(number, EndReason::Logout, T0));
    }
    let before = store.generation_of("alice");
    let (mut after, mut ended, mut calls) = (None, 0, 0);
    loop {
        let swept = everyone(&store, after, 7);
        assert!(swept.ended <= 7);
        ended += swept.ended;
        calls += 1;
        after = swept.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((ended, store.live_sessions(), store.list("alice")), (1_500, 0, vec![]));
    assert!(calls < 600, "{calls}");
    assert!(matches!(store.look(1), Loaded::Ended(EndReason::Revoked)));
    let login = Create { generation: Some(before), ..create(9_000, signed_in(9_000, "alice", T0), T0) };
    assert_eq!(store.make(login.clone()), Made::Reset);
    let login = Create { record: signed_in(9_000, "never seen", T0), ..login };
    assert_eq!(store.make(login), Made::Reset);
}

#[test]
fn whoever_began_before_everybody_was_reset_is_never_left() {
    let store = MemoryStore::new();
    let before = AtomicU64::new(0);
    let number = |round: u64, thread: u64, n: u64| 1_000 * round + 100 * thread + n;
    let login = |thread: u64| {
        let (store, before) = (&store, &before);
        move |round: u64| {
            let generation = Some(Generation(before.load(Ordering::SeqCst)));
            for n in 0..40 {
                let number = number(round, thread, n);
                let login = create(number, signed_in(number, "alice", T0), T0);
                match store.make(Create { generation, ..login }) {
                    Made::Done => {}
                    other => return assert_eq!(other, Made::Reset),
                }
            }
        }
    };
    let reset = |round| {
        while !matches!(store.look(number(round, 1, round % 20)), Loaded::Live(_)) {
            std::thread::yield_now();
        }
        let mut after = None;
        loop {
            after = everyone(&store, after, 3).next;
            if after.is_none() {
                break;
            }
        }
    };
    rounds(
        200,
        &[&login(1), &login(2), &reset],
        |_| before.store(store.generation_of("alice").0, Ordering::SeqCst),
        |_| assert_eq!((store.list("alice"), store.live_sessions()), (vec![], 0)),
    );
}

// ---- limits

#[test]
fn parallel_logins_never_exceed_the_limit() {
    const MOST: u32 = 3;
    for on_limit in [OnLimit::EvictOldest, OnLimit::EvictIdle, OnLimit::Reject] {
        let store = MemoryStore::new();
        let number = |round: u64, thread: u64, n: u64| 1_000 * round + 100 * thread + n;
        let done = std::sync::atomic::AtomicUsize::new(0);
        let login = |thread: u64| {
            let (store, done) = (&store, &done);
            move |round: u64| {
                for n in 0..25 {
                    let number = number(round, thread, n);
                    // Some take the place of an earlier session, whoever evicted it meanwhile.
                    let login =
                        superseding(number, signed_in(number, "alice", T0 + n), number.saturating_sub(n % 3), T0);
                    match made(&now(store.admit(login, limit(MOST, on_limit))).unwrap()) {
                        Made::Done => drop(done.fetch_add(1, Ordering::SeqCst)),
                        other => assert_eq!((other, on_limit), (Made::Limit, OnLimit::Reject)),
                    }
                    assert!(store.list("alice").len() <= 3);
                }
            }
        };
        rounds(
            100,
            &[&login(1), &login(2), &login(3), &login(4)],
            |_| {},
            |_| {
                let done = done.swap(0, Ordering::SeqCst);
                assert!(if on_limit == OnLimit::Reject { done >= 3 } else { done == 100 }, "{done}");
                assert_eq!((store.list("alice").len(), store.live_sessions()), (3, 3));
                assert_eq!((store.reset("alice", None, T0), store.live_sessions()), (3, 0));
            },
        );
    }
}

#[test]
fn the_session_that_is_replaced_does_not_count() {
    for on_limit in [OnLimit::EvictOldest, OnLimit::EvictIdle, OnLimit::Reject] {
        let store = MemoryStore::new();
        store.make(create(1, signed_in(1, "alice", T0), T0));
        store.make(create(2, signed_in(2, "alice", T0 + 1), T0 + 1));
        let login = superseding(3, signed_in(3, "alice", T0 + 2), 2, T0 + 2);
        match now(store.admit(login, limit(2, on_limit))).unwrap() {
            Created::Done(claims) => assert_eq!(ends(&claims), []),
            other => panic!("{other:?}"),
        }
        assert_eq!(store.list("alice"), [record_id(1), record_id(3)]);
    }
}

#[test]
fn a_decision_does_not_hold_if_the_session_to_be_replaced_took_other_tokens_meanwhile() {
    let store = with_one(signed_in(1, "alice", T0));
    let login = superseding(9, signed_in(9, "alice", T0), 1, T0);
    let decide = || {
        let users = store.users.read(&user("alice")).unwrap();
        store.decide(&users, &user("alice"), &login, limit(1, OnLimit::Reject)).unwrap()
    };
    let Ok(decided) = decide() else { panic!("the one that is replaced does not count") };
    // Two rotations: the presented token is none of the session's any more.
    for n in 1..=2 {
        let successor = Some(Successor { from: token(n), to: token(n + 1), grace_until: T0 });
        store.change(Commit { successor, ..Commit::of(record_id(1), T0) });
        store.live(n + 1);
    }
    let successor = Some(Successor { from: token(3), to: token(4), grace_until: T0 });
    store.change(Commit { successor, ..Commit::of(record_id(1), T0) });
    assert!(matches!(store.place(&login, &decided).unwrap(), Err(Not::Moved)));
    assert_eq!((store.list("alice"), store.live_sessions()), (vec![record_id(1)], 1));
    assert!(matches!(decide(), Err(Created::Limit)), "it counts now");
}

#[test]
fn nobody_is_evicted_for_a_session_that_does_not_come() {
    let store = MemoryStore::with_capacity(2);
    store.make(create(1, signed_in(1, "alice", T0), T0));
    store.make(create(2, signed_in(2, "bob", T0), T0));
    let evict = |number, record: u64| {
        let create = create(number, signed_in(record, "alice", T0), T0);
        made(&now(store.admit(create, limit(1, OnLimit::EvictOldest))).unwrap())
    };
    assert_eq!(evict(1, 3), Made::Taken);
    assert_eq!(evict(3, 2), Made::Taken);
    let roomy = create(3, signed_in(3, "alice", T0), T0);
    assert_eq!(made(&now(store.admit(roomy, limit(2, OnLimit::EvictOldest))).unwrap()), Made::Full);
    assert_eq!(store.list("alice"), [record_id(1)]);
    assert_eq!(evict(3, 3), Made::Done, "the evicted one's place is enough in a full store");
    assert_eq!((store.list("alice"), store.live_sessions()), (vec![record_id(3)], 2));
}

// ---- roles

#[test]
fn a_role_is_set_for_all_and_for_a_login_that_is_under_way() {
    let store = MemoryStore::new();
    for number in 1..=3 {
        store.make(create(number, signed_in(number, "alice", T0), T0));
    }
    store.make(create(4, signed_in(4, "bob", T0), T0));
    let before = store.generation_of("alice");
    let set = SetRole { user: user("alice"), role: Some("admin".into()), now: T0 };
    assert_eq!(now(store.set_role(set)).unwrap(), 3);
    assert!((1..=3).all(|number| store.live(number).identity.granted.as_deref() == Some("admin")));
    assert_eq!(store.live(4).identity.granted, None);
    let login = Create { generation: Some(before), ..create(5, signed_in(5, "alice", T0), T0) };
    assert_eq!(store.make(login), Made::Reset);
}
