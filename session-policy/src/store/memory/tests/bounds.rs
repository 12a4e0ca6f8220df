//! The store stays within its bounds, and what it forgets is what it may.

use super::*;
use crate::store::{TOMBSTONE_KEPT_MS, memory::SHARDS};

/// Dead without activity after `idle_ms`, or at `absolute_at`.
fn dying(number: u64, at: u64, idle_ms: u64, absolute_at: u64) -> Record {
    Record { expiry: Expiry { idle_ms, absolute_at }, ..signed_in(number, "dora", at) }
}

fn is_unknown(store: &MemoryStore, number: u64) -> bool {
    matches!(store.look(number), Loaded::Unknown)
}

/// A sweep that finds all there is.
fn sweep_all(store: &MemoryStore, at: u64) -> usize {
    let swept = store.clean(at, usize::MAX);
    assert_eq!(swept.next, None);
    swept.ended
}

#[test]
fn a_full_store_refuses_and_drops_nobody() {
    let store = MemoryStore::with_capacity(3);
    for number in 1..=3 {
        assert_eq!(store.make(create(number, anonymous(number, T0), T0)), Made::Done);
    }
    assert_eq!(store.make(create(4, signed_in(4, "alice", T0), T0)), Made::Full);
    assert!(is_unknown(&store, 4));
    assert_eq!(store.list("alice"), []);
    for number in 1..=3 {
        store.live(number);
    }
    store.stop(end(2, EndReason::Logout, T0));
    assert_eq!(store.make(create(4, anonymous(4, T0), T0)), Made::Done, "a place was given back");
    assert_eq!(store.make(create(5, anonymous(5, T0), T0)), Made::Full);
    assert_eq!(store.live_sessions(), 3);
    assert_eq!(MemoryStore::with_capacity(0).make(create(1, anonymous(1, T0), T0)), Made::Full);
}

#[test]
fn anonymous_sessions_leave_room_for_users() {
    let store = MemoryStore::with_capacity(16);
    for number in 0..14 {
        assert_eq!(store.make(create(number, anonymous(number, T0), T0)), Made::Done);
    }
    assert_eq!(store.make(create(14, anonymous(14, T0), T0)), Made::Full);
    for number in 14..16 {
        assert_eq!(store.make(create(number, signed_in(number, "alice", T0), T0)), Made::Done);
    }
    assert_eq!(store.make(create(16, signed_in(16, "alice", T0), T0)), Made::Full);
    assert_eq!(store.live_sessions(), 16);
    // What died makes room for whoever comes.
    let later = T0 + 31 * MINUTE;
    assert_eq!(store.make(create(17, anonymous(17, later), later)), Made::Done);
}

#[test]
fn a_login_takes_the_place_of_the_session_it_supersedes() {
    let store = MemoryStore::with_capacity(1);
    store.make(create(1, anonymous(1, T0), T0));
    assert_eq!(store.make(superseding(2, signed_in(2, "alice", T0), 1, T0)), Made::Done);
    assert_eq!(store.make(superseding(3, signed_in(3, "alice", T0), 1, T0)), Made::Full);
    assert_eq!(store.live_sessions(), 1);
    store.live(2);
}

#[test]
fn a_full_store_reclaims_the_dead_after_the_skew() {
    let store = MemoryStore::with_capacity(100);
    for number in 0..99 {
        store.make(create(number, dying(number, T0, MINUTE, T0 + HOUR), T0));
    }
    store.make(create(99, signed_in(99, "alice", T0), T0));
    let dead = T0 + MINUTE + MAX_SKEW_MS;
    assert_eq!(store.make(create(100, signed_in(100, "bob", dead), dead - 1)), Made::Full);
    for number in 0..100 {
        store.live(number);
    }
    assert_eq!(store.make(create(100, signed_in(100, "bob", dead), dead)), Made::Done);
    store.live(99);
    let ended = (0..99).filter(|number| matches!(store.look(*number), Loaded::Ended(EndReason::Idle))).count();
    assert!(ended > 0);
    assert_eq!(store.live_sessions(), 101 - ended);
}

#[test]
fn a_full_store_finds_room_wherever_it_is() {
    for dead in 0..100 {
        let store = MemoryStore::with_capacity(100);
        for number in 0..100 {
            let idle_ms = if number == dead { MINUTE } else { HOUR };
            store.make(create(number, dying(number, T0, idle_ms, T0 + 2 * HOUR), T0));
        }
        assert_eq!(store.make(create(100, signed_in(100, "bob", T0), T0)), Made::Full);
        assert_eq!(store.make(create(100, signed_in(100, "bob", T0), T0 + 2 * MINUTE)), Made::Done);
        assert!(matches!(store.look(dead), Loaded::Ended(EndReason::Idle)));
        assert_eq!(store.make(create(101, signed_in(101, "carol", T0), T0 + 2 * MINUTE)), Made::Full);
    }
}

#[test]
fn the_deadline_that_comes_first_is_the_reason() {
    let store = MemoryStore::new();
    store.make(create(1, dying(1, T0, MINUTE, T0 + MINUTE + 1), T0));
    store.make(create(2, dying(2, T0, MINUTE, T0 + MINUTE), T0));
    store.make(create(3, dying(3, T0, MINUTE, T0 + MINUTE - 1), T0));
    assert_eq!(sweep_all(&store, T0 + HOUR), 3);
    assert!(matches!(store.look(1), Loaded::Ended(EndReason::Idle)));
    assert!(matches!(store.look(2), Loaded::Ended(EndReason::Absolute)));
    assert!(matches!(store.look(3), Loaded::Ended(EndReason::Absolute)));
}

#[test]
fn activity_and_a_new_expiry_move_the_deadline() {
    let store = MemoryStore::new();
    for number in 1..=3 {
        store.make(create(number, dying(number, T0, 10 * MINUTE, T0 + HOUR), T0));
    }
    let stamp = Some(Stamp { seen: T0 + 9 * MINUTE, gap: 9 * MINUTE, epoch: 0 });
    store.change(Commit { stamp, ..Commit::of(record_id(1), T0) });
    let expiry = Some((Expiry { idle_ms: MINUTE, absolute_at: T0 + HOUR }, 0));
    store.change(Commit { expiry, ..Commit::of(record_id(2), T0) });
    assert_eq!(sweep_all(&store, T0 + 2 * MINUTE), 1, "a shorter life counts at once");
    assert!(matches!(store.look(2), Loaded::Ended(EndReason::Idle)));
    assert_eq!(sweep_all(&store, T0 + 11 * MINUTE), 1);
    store.live(1);
    assert!(matches!(store.look(3), Loaded::Ended(EndReason::Idle)));
    assert_eq!(sweep_all(&store, T0 + 20 * MINUTE), 1, "and so does the longer one");
}

#[test]
fn a_sweep_ends_no_more_than_it_may_and_goes_on_where_it_stopped() {
    let store = MemoryStore::new();
    for number in 0..5_000 {
        store.make(create(number, dying(number, T0, MINUTE, T0 + HOUR), T0));
    }
    assert_eq!(store.clean(T0 + HOUR, 0).ended, 0);
    let mut ended = 0;
    for left in (0..50).rev() {
        let some = store.clean(T0 + HOUR, 100);
        assert_eq!(some.ended, 100);
        assert_eq!(some.next.is_some(), left > 0, "it says whether there is more");
        ended += some.ended;
    }
    assert_eq!((ended, store.live_sessions()), (5_000, 0));
    assert_eq!(store.clean(T0 + HOUR, 100).ended, 0);
}

#[test]
fn dead_sessions_do_not_pile_up() {
    let store = MemoryStore::new();
    let mut most = 0;
    for number in 0..20_000 {
        // One a second, dead after a minute: about 70 are alive or within the skew.
        let at = T0 + number * 1_000;
        assert_eq!(store.make(create(number, dying(number, at, MINUTE, at + HOUR), at)), Made::Done);
        most = most.max(store.live_sessions());
    }
    assert!(most < 70 + 3 * SHARDS, "{most} at once");
}

#[test]
fn a_user_list_does_not_remember_the_dead() {
    let store = MemoryStore::new();
    for number in 0..10 {
        let record = Record { expiry: Expiry { idle_ms: 1, absolute_at: T0 + 1 }, ..signed_in(number, "alice", T0) };
        store.make(create(number, record, T0));
    }
    sweep_all(&store, T0 + HOUR);
    assert_eq!(store.list("alice"), []);
    assert_eq!(store.users.read(&user("alice")).unwrap().sessions(&user("alice")), []);
}

#[test]
fn a_live_session_is_not_unlisted_by_one_who_comes_late() {
    // Whoever ended a record takes it out of the list a moment later; by then it may be the user's again.
    let store = with_one(signed_in(1, "alice", T0));
    store.unlist_of(&user("alice"), &record_id(1));
    assert_eq!(store.list("alice"), [record_id(1)]);
    assert_eq!(store.reset("alice", None, T0), 1);
}

#[test]
fn new_sessions_are_enough_to_forget_the_old() {
    let store = MemoryStore::new();
    for number in 0..500 {
        store.make(create(number, signed_in(number, "alice", T0), T0));
        store.stop(end(number, EndReason::Logout, T0));
        store.make(superseding(1_000 + number, dying(1_000 + number, T0, MINUTE, T0 + HOUR), 2_000 + number, T0));
        store.make(superseding(3_000 + number, dying(3_000 + number, T0, MINUTE, T0 + HOUR), 1_000 + number, T0));
    }
    store.reset("alice", None, T0);
    for number in 0..1_000 {
        let at = T0 + 2 * TOMBSTONE_KEPT_MS;
        store.make(create(10_000 + number, anonymous(10_000 + number, at), at));
    }
    assert!(
        (0..4_000)
            .all(|number| is_unknown(&store, number) || matches!(store.look(number), Loaded::Ended(EndReason::Idle)))
    );
    assert!((0..2_000).all(|number| is_unknown(&store, number)));
    assert!(!store.users.read(&user("alice")).unwrap().knows(&user("alice")));
}

#[test]
fn a_tombstone_is_kept_for_a_day() {
    let store = with_one(signed_in(1, "alice", T0));
    store.stop(end(1, EndReason::Logout, T0));
    sweep_all(&store, T0 + TOMBSTONE_KEPT_MS - 1);
    assert!(matches!(store.look(1), Loaded::Ended(EndReason::Logout)));
    sweep_all(&store, T0 + TOMBSTONE_KEPT_MS);
    assert!(is_unknown(&store, 1));
    assert_eq!(store.stop(end(1, EndReason::Logout, T0)), Stopped::Unknown);
    assert_eq!(store.make(create(1, anonymous(1, T0), T0)), Made::Done, "nothing is left of it");
}

#[test]
fn a_superseded_token_is_kept_until_the_absolute_end_of_its_successor() {
    let store = with_one(signed_in(1, "alice", T0));
    store.make(superseding(2, signed_in(2, "alice", T0 + HOUR), 1, T0 + HOUR));
    store.stop(end(2, EndReason::Logout, T0 + HOUR));
    sweep_all(&store, T0 + 9 * HOUR - 1);
    assert!(matches!(store.look(1), Loaded::Superseded(_)));
    sweep_all(&store, T0 + 9 * HOUR);
    assert!(is_unknown(&store, 1));
    assert_eq!(store.make(create(1, anonymous(1, T0), T0)), Made::Done, "nothing is left of it");
}

#[test]
fn a_successor_that_lives_longer_keeps_the_superseded_token_longer() {
    let store = with_one(signed_in(1, "alice", T0));
    store.make(superseding(2, signed_in(2, "alice", T0), 1, T0));
    let was = store.live(2);
    store.turn(rotate(2, 2, 3, &was, T0));
    let expiry = Some((Expiry { idle_ms: 20 * HOUR, absolute_at: T0 + 20 * HOUR }, 0));
    store.change(Commit { expiry, ..Commit::of(record_id(2), T0) });
    for at in [T0 + 8 * HOUR, T0 + 20 * HOUR - 1] {
        sweep_all(&store, at);
        assert!(matches!(store.look(1), Loaded::Superseded(_)));
        assert!(matches!(store.look(2), Loaded::Superseded(_)));
    }
    sweep_all(&store, T0 + 20 * HOUR);
    assert!(is_unknown(&store, 1) && is_unknown(&store, 2));
    store.live(3);
}

#[test]
fn tombstones_are_capped_and_the_oldest_goes_first() {
    let store = MemoryStore::with_capacity(10);
    for number in 0..20_000 {
        store.make(create(number, anonymous(number, T0 + number), T0 + number));
        store.stop(end(number, EndReason::Logout, T0 + number));
    }
    let kept: Vec<u64> = (0..20_000).filter(|number| !is_unknown(&store, *number)).collect();
    assert_eq!(kept.len(), 4_096);
    assert!(kept[0] > 10_000, "{} is old", kept[0]);
    assert_eq!(store.make(create(0, anonymous(0, T0), T0)), Made::Done, "its index entries went with it");
}

#[test]
fn superseded_tokens_are_capped_and_the_oldest_goes_first() {
    let store = MemoryStore::with_capacity(10);
    store.make(create(0, anonymous(0, T0), T0));
    for number in 0..20_000 {
        let was = store.live(number);
        let mut turn = rotate(0, number, number + 1, &was, T0 + number);
        turn.expiry.absolute_at += 1;
        assert_eq!(store.turn(turn), Rotated::Done);
    }
    // All are of one record, so of one share of the store.
    let kept: Vec<u64> = (0..20_000).filter(|number| !is_unknown(&store, *number)).collect();
    assert_eq!(kept, (20_000 - 64..20_000).collect::<Vec<_>>());
    store.live(20_000);
    let next = store.make(create(0, anonymous(1, T0), T0));
    assert_eq!(next, Made::Done, "its index entry went with it");
}

#[test]
fn a_panic_inside_closes_a_share_of_the_store_and_nothing_else() {
    let store = MemoryStore::new();
    for number in 0..200 {
        store.make(create(number, signed_in(number, "alice", T0), T0));
    }
    let load = |number| Load { token: token(number), now: T0 };
    let broken = super::super::shard_of(&record_id(0), super::super::SHARD_BITS);
    let panicked = std::thread::scope(|scope| {
        let hold = scope.spawn(|| {
            let _held = store.records.write(broken);
            std::panic::resume_unwind(Box::new("on purpose"));
        });
        hold.join().is_err()
    });
    assert!(panicked);
    assert!(now(store.load(load(0))).is_err());
    assert!(now(store.commit(Commit::of(record_id(0), T0))).is_err());
    assert!(now(store.end(end(0, EndReason::Logout, T0))).is_err());
    let live = (0..200).filter(|number| matches!(now(store.load(load(*number))), Ok(Loaded::Live(_)))).count();
    assert!(live > 150, "{live}");
    let reset = Reset { user: user("alice"), except: None, reason: EndReason::Revoked, lease: None, now: T0 };
    assert!(now(store.reset_user(reset)).is_err(), "it cannot promise that all are gone");
    assert!((0..200).all(|number| !matches!(now(store.load(load(number))), Ok(Loaded::Live(_)))));
    assert_eq!(store.clean(T0 + HOUR, 10).ended, 0);
}
