//! Ends that a hook is to hear of: claims and their leases, and what a full store does with the dead.

use super::*;
use crate::store::CLAIM_KEPT_MS;

fn dying(number: u64) -> Record {
    Record { expiry: Expiry { idle_ms: MINUTE, absolute_at: T0 + HOUR }, ..signed_in(number, "dora", T0) }
}

fn listening(create: Create) -> Create {
    Create { lease: Some(create.now + MINUTE), ..create }
}

fn reclaim(store: &MemoryStore, at: u64, at_most: usize) -> Vec<(RecordId, EndReason)> {
    ends(&now(store.reclaim(Reclaim { at_most, lease: at + MINUTE, now: at })).unwrap())
}

#[test]
fn an_end_with_a_lease_keeps_the_data_until_it_is_settled() {
    let store = with_one(signed_in(1, "alice", T0));
    store.change(Commit { data: vec![write("cart", b"3")], ..Commit::of(record_id(1), T0) });
    let ended = now(store.end(End { lease: Some(T0 + MINUTE), ..end(1, EndReason::Logout, T0) })).unwrap();
    let Ended::Done(claim) = ended else { panic!("{ended:?}") };
    assert_eq!((claim.reason, claim.at, claim.session.data.len()), (EndReason::Logout, T0, 1));
    assert!(matches!(store.look(1), Loaded::Ended(EndReason::Logout)), "it is dead before the hook starts");
    assert!(store.data_bytes() > 0);
    assert_eq!(reclaim(&store, T0 + MINUTE - 1, 10), [], "it is somebody's");
    let again = now(store.reclaim(Reclaim { at_most: 10, lease: T0 + 2 * MINUTE, now: T0 + MINUTE })).unwrap();
    assert_eq!(ends(&again), [(record_id(1), EndReason::Logout)]);
    assert_eq!((again[0].at, &again[0].session.data), (T0, &claim.session.data));
    assert_eq!(reclaim(&store, T0 + MINUTE, 10), [], "it goes to one caller");
    now(store.settle(vec![record_id(1), record_id(7)])).unwrap();
    assert_eq!((reclaim(&store, T0 + HOUR, 10), store.data_bytes()), (vec![], 0));
}

#[test]
fn an_end_without_a_lease_leaves_no_claim() {
    let store = with_one(signed_in(1, "alice", T0));
    assert_eq!(store.stop(end(1, EndReason::Logout, T0)), Stopped::Done);
    assert_eq!(reclaim(&store, T0 + HOUR, 10), []);
}

#[test]
fn a_claim_that_nobody_settles_is_forgotten_after_a_week() {
    let store = with_one(signed_in(1, "alice", T0));
    store.change(Commit { data: vec![write("cart", b"3")], ..Commit::of(record_id(1), T0) });
    now(store.end(End { lease: Some(T0), ..end(1, EndReason::Logout, T0) })).unwrap();
    store.clean(T0 + CLAIM_KEPT_MS - 1, 10);
    assert_eq!(reclaim(&store, T0 + CLAIM_KEPT_MS - 1, 10), [(record_id(1), EndReason::Logout)]);
    store.clean(T0 + CLAIM_KEPT_MS, 10);
    assert_eq!((reclaim(&store, T0 + 2 * CLAIM_KEPT_MS, 10), store.data_bytes()), (vec![], 0));
}

#[test]
fn reclaims_are_bounded_and_each_claim_goes_to_one() {
    let store = MemoryStore::new();
    for number in 0..100 {
        store.make(create(number, dying(number), T0));
    }
    let dead = T0 + HOUR;
    let swept = now(store.sweep(Sweep { due: dead, at_most: 1_000, lease: Some(dead), now: dead })).unwrap();
    assert_eq!((swept.ended, swept.claims.len(), swept.next), (100, 100, None));
    let mut found = Vec::new();
    for _ in 0..10 {
        let some = reclaim(&store, dead, 10);
        assert_eq!(some.len(), 10);
        found.extend(some);
    }
    found.sort_unstable_by_key(|(id, _)| *id);
    assert_eq!(found, ends(&swept.claims));
    assert_eq!(reclaim(&store, dead, 10), []);
}

#[test]
fn creates_leave_the_dead_to_the_sweeper_if_somebody_listens() {
    let store = MemoryStore::new();
    for number in 0..200 {
        store.make(listening(create(number, dying(number), T0)));
    }
    let dead = T0 + HOUR;
    for number in 200..600 {
        // These say nothing themselves: somebody else does.
        store.make(create(number, signed_in(number, "alice", dead), dead));
    }
    assert_eq!(store.live_sessions(), 600);
    let swept = now(store.sweep(Sweep { due: dead, at_most: 1_000, lease: Some(dead), now: dead })).unwrap();
    assert!(swept.claims.iter().all(|claim| claim.reason == EndReason::Idle));
    assert_eq!(swept.claims.len(), 200);
    // Who has not been heard for a day does not listen any more.
    let later = T0 + 40 * HOUR;
    for number in 1_000..1_200 {
        store.make(create(number, anonymous(number, later), later));
    }
    assert!(store.live_sessions() < 300, "{}", store.live_sessions());
    assert_eq!(reclaim(&store, later, 10).len(), 10, "those of the sweep are still there");
}

#[test]
fn a_full_store_uses_the_room_of_the_dead_and_their_ends_are_handed_on() {
    let store = MemoryStore::with_capacity(100);
    for number in 0..100 {
        store.make(listening(create(number, dying(number), T0)));
    }
    let dead = T0 + HOUR;
    assert_eq!(store.make(create(100, signed_in(100, "bob", T0), T0)), Made::Full);
    for number in 100..200 {
        assert_eq!(store.make(listening(create(number, signed_in(number, "bob", dead), dead))), Made::Done);
    }
    assert_eq!(store.make(listening(create(200, signed_in(200, "bob", dead), dead))), Made::Full);
    assert_eq!(store.live_sessions(), 100);
    let handed_on = reclaim(&store, dead, 1_000);
    assert_eq!(handed_on, (0..100).map(|number| (record_id(number), EndReason::Idle)).collect::<Vec<_>>());
}

#[test]
fn with_too_many_claims_nobody_new_comes_in_but_everybody_may_end() {
    let store = MemoryStore::with_capacity(10);
    let mut number = 0;
    let mut login = || {
        number += 1;
        (number, store.make(listening(create(number, signed_in(number, "alice", T0), T0))))
    };
    let mut claims = Vec::new();
    while let (number, Made::Done) = login() {
        let ended = now(store.end(End { lease: Some(T0), ..end(number, EndReason::Logout, T0) })).unwrap();
        assert_eq!(stopped(&ended), Stopped::Done);
        claims.push(record_id(number));
    }
    assert_eq!(claims.len(), 4_096);
    assert_eq!(reclaim(&store, T0, 10_000).len(), 4_096, "none is lost");
    now(store.settle(claims)).unwrap();
    assert_eq!(login().1, Made::Done);
}

#[test]
fn another_users_session_that_is_superseded_ended() {
    let store = with_one(signed_in(1, "alice", T0));
    store.make(create(2, signed_in(2, "carol", T0), T0));
    store.make(create(3, anonymous(3, T0), T0));
    let login = |number, presented| {
        let created = now(store.create(listening(superseding(number, signed_in(number, "bob", T0), presented, T0))));
        match created.unwrap() {
            Created::Done(claims) => ends(&claims),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(login(4, 1), [(record_id(1), EndReason::IdentityChanged)]);
    assert_eq!(login(5, 3), [], "nobody's session goes on in the new one");
    assert_eq!(login(6, 5), [], "and so does the same user's");
    assert_eq!(reclaim(&store, T0 + HOUR, 10), [(record_id(1), EndReason::IdentityChanged)]);
    assert_eq!(store.list("alice"), []);
    assert_eq!((store.list("bob"), store.live_sessions()), (vec![record_id(4), record_id(6)], 3));
}

#[test]
fn each_end_goes_to_one_whoever_asks_at_once() {
    const EACH: u64 = 40;
    let store = MemoryStore::new();
    let found = std::sync::Mutex::new(Vec::new());
    let note = |claims: &[Claim]| found.lock().unwrap().extend(ends(claims).into_iter().map(|(id, _)| id));
    let at = |round: u64| T0 + round * HOUR;
    let numbers = |round: u64| 100 * round..100 * round + EACH;
    // Leases run out at once: whoever comes next reclaims.
    let end_all = |round| {
        for number in numbers(round) {
            now(store.end(End { lease: Some(at(round)), ..end(number, EndReason::Logout, at(round)) })).unwrap();
        }
    };
    let sweep = |round| {
        let sweep = Sweep { due: at(round), at_most: 7, lease: Some(at(round + 1)), now: at(round) };
        loop {
            let swept = now(store.sweep(sweep)).unwrap();
            note(&swept.claims);
            if swept.next.is_none() {
                return;
            }
        }
    };
    let logout = |round| {
        for number in numbers(round) {
            let end = End { lease: Some(at(round + 1)), ..end(number, EndReason::Logout, at(round)) };
            if let Ended::Done(claim) = now(store.end(end)).unwrap() {
                note(&[*claim]);
            }
        }
    };
    let reclaim = |round| {
        for _ in 0..EACH {
            note(&now(store.reclaim(Reclaim { at_most: 3, lease: at(round + 1), now: at(round) })).unwrap());
        }
    };
    let setup = |round: u64| {
        for number in numbers(round) {
            let expiry = Expiry { idle_ms: 1, absolute_at: at(round) };
            let record = Record { expiry, ..signed_in(number, "dora", at(round)) };
            assert_eq!(store.make(listening(create(number, record, at(round)))), Made::Done);
        }
    };
    let check = |round: u64| {
        let mut found = std::mem::take(&mut *found.lock().unwrap());
        found.sort_unstable();
        assert_eq!(found, numbers(round).map(record_id).collect::<Vec<_>>());
        now(store.settle(found)).unwrap();
    };
    meeting::rounds(100, &[&sweep, &sweep, &logout, &reclaim], setup, check);
    let setup = |round: u64| {
        setup(round + 100);
        end_all(round + 100);
    };
    let reclaim = |round| reclaim(round + 100);
    meeting::rounds(100, &[&reclaim, &reclaim, &reclaim], setup, |round| check(round + 100));
}

#[test]
fn an_id_is_not_given_again_while_its_end_waits_for_a_hook() {
    let store = with_one(signed_in(1, "alice", T0));
    now(store.end(End { lease: Some(T0), ..end(1, EndReason::Logout, T0) })).unwrap();
    store.clean(T0 + 25 * HOUR, 10);
    assert!(matches!(store.look(1), Loaded::Unknown), "the tombstone is forgotten");
    assert_eq!(store.make(create(1, anonymous(1, T0), T0)), Made::Taken);
    now(store.settle(vec![record_id(1)])).unwrap();
    assert_eq!(store.make(create(1, anonymous(1, T0), T0)), Made::Done);
}
