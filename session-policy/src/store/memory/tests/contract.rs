//! Every sentence of the contract.

use super::*;
use crate::store::Challenge;

// ---- create, load

#[test]
fn what_was_created_is_loaded_as_it_was() {
    let mut record = signed_in(1, "alice", T0);
    record.data = Arc::new(Entries::from([("cart".into(), b"3".as_slice().into())]));
    let store = with_one(record.clone());
    let found = store.live(1);
    assert_eq!((found.id, found.version, found.header), (record.id, 0, record.header));
    assert_eq!((found.identity, found.data, found.expiry), (record.identity, record.data, record.expiry));
}

#[test]
fn an_unknown_token_is_unknown_and_leaves_nothing_behind() {
    let store = MemoryStore::new();
    assert!(matches!(store.look(1), Loaded::Unknown));
    assert_eq!(store.make(superseding(2, anonymous(2, T0), 1, T0)), Made::Done);
    assert!(matches!(store.look(1), Loaded::Unknown));
    assert_eq!(store.make(create(1, anonymous(1, T0), T0)), Made::Done, "nothing of it was stored");
}

#[test]
fn a_known_token_or_record_is_taken() {
    let store = with_one(anonymous(1, T0));
    assert_eq!(store.make(create(1, anonymous(2, T0), T0)), Made::Taken);
    assert_eq!(store.make(create(2, anonymous(1, T0), T0)), Made::Taken);
    assert!(matches!(store.look(2), Loaded::Unknown));
    assert_eq!(store.live_sessions(), 1);
    store.stop(end(1, EndReason::Logout, T0));
    assert_eq!(store.make(create(1, anonymous(2, T0), T0)), Made::Taken, "a tombstone is known");
    assert_eq!(store.make(create(2, anonymous(1, T0), T0)), Made::Taken, "its record, too");
    assert_eq!(store.live_sessions(), 0);
}

#[test]
fn a_session_past_its_deadline_is_still_live_to_a_load() {
    let long_dead = Record { expiry: Expiry { idle_ms: 1, absolute_at: 1 }, ..signed_in(1, "alice", T0) };
    let store = with_one(long_dead);
    let first = store.live(1);
    assert_eq!(store.live(1).header, first.header, "a load changes nothing");
    assert_eq!(store.list("alice"), [record_id(1)]);
}

#[test]
fn a_login_supersedes_a_live_session() {
    for (record, authenticated) in [(anonymous(1, T0), false), (signed_in(1, "alice", T0), true)] {
        let store = with_one(record);
        assert_eq!(store.make(superseding(2, signed_in(2, "alice", T0 + 5), 1, T0 + 5)), Made::Done);
        let Loaded::Superseded(old) = store.look(1) else { panic!("not superseded") };
        assert_eq!(old, Superseded { by: record_id(2), at: T0 + 5, authenticated, how: How::Replaced });
        assert_eq!(store.live(2).id, record_id(2));
        assert_eq!(store.list("alice"), [record_id(2)]);
        assert_eq!(store.live_sessions(), 1);
        assert_eq!(store.change(Commit::of(record_id(1), T0 + 6)), Committed::Gone);
        assert_eq!(store.stop(end(1, EndReason::Logout, T0 + 6)), Stopped::Unknown);
        store.stop(end(2, EndReason::Logout, T0 + 7));
        assert!(
            matches!(store.look(1), Loaded::Superseded(still) if still == old),
            "also when the successor has ended"
        );
    }
}

#[test]
fn a_login_supersedes_a_dead_session_which_was_not_authenticated_then() {
    let store = with_one(signed_in(1, "alice", T0));
    store.stop(end(1, EndReason::Idle, T0));
    assert_eq!(store.make(superseding(2, signed_in(2, "alice", T0 + 5), 1, T0 + 5)), Made::Done);
    let expected = Superseded { by: record_id(2), at: T0 + 5, authenticated: false, how: How::Replaced };
    assert!(matches!(store.look(1), Loaded::Superseded(old) if old == expected));
    assert_eq!(store.stop(end(1, EndReason::Logout, T0 + 6)), Stopped::Already(EndReason::Idle));
}

#[test]
fn a_superseded_token_stays_superseded_by_the_first() {
    let store = with_one(signed_in(1, "alice", T0));
    store.make(superseding(2, signed_in(2, "alice", T0 + 5), 1, T0 + 5));
    assert_eq!(store.make(superseding(3, signed_in(3, "alice", T0 + 9), 1, T0 + 9)), Made::Done);
    let expected = Superseded { by: record_id(2), at: T0 + 5, authenticated: true, how: How::Replaced };
    assert!(matches!(store.look(1), Loaded::Superseded(old) if old == expected));
    assert_eq!(store.list("alice"), [record_id(2), record_id(3)]);
}

#[test]
fn a_superseded_token_leads_to_the_last_of_its_successors() {
    let store = with_one(signed_in(1, "alice", T0));
    for number in 2..=20 {
        store.make(superseding(number, signed_in(number, "alice", T0), number - 1, T0 + number));
    }
    let expected = Superseded { by: record_id(20), at: T0 + 2, authenticated: true, how: How::Replaced };
    assert!(matches!(store.look(1), Loaded::Superseded(old) if old == expected));
    store.stop(end(20, EndReason::Logout, T0 + 30));
    assert!(matches!(store.look(1), Loaded::Superseded(old) if old == expected), "also when that one has ended");
}

#[test]
fn a_create_that_fails_supersedes_nothing() {
    let store = with_one(signed_in(1, "alice", T0));
    let stale = now(store.generation(&user("alice"))).unwrap();
    store.reset("alice", Some(1), T0);
    let login = superseding(2, signed_in(2, "alice", T0), 1, T0);
    assert_eq!(store.make(Create { generation: Some(stale), ..login }), Made::Reset);
    assert_eq!(store.make(superseding(1, signed_in(2, "alice", T0), 1, T0)), Made::Taken);
    assert_eq!(store.live(1).id, record_id(1));
    assert_eq!(store.list("alice"), [record_id(1)]);
}

// ---- commit

#[test]
fn stamps_merge_by_maximum() {
    let store = with_one(anonymous(1, T0));
    for (seen, gap) in [(T0 + 50, 20), (T0 + 40, 40), (T0 + 45, 10)] {
        let stamp = Some(Stamp { seen, gap, epoch: 0 });
        assert_eq!(
            store.change(Commit { stamp, ..Commit::of(record_id(1), T0) }),
            Committed::Done { failed: 0, rotated: false }
        );
    }
    let header = store.live(1).header;
    assert_eq!((header.last_seen, header.longest_gap), (T0 + 50, 40));
    assert_eq!(store.live(1).version, 0, "activity is not a new version");
}

#[test]
fn a_stamp_of_another_authentication_changes_nothing() {
    let store = with_one(anonymous(1, T0));
    let was = store.live(1);
    let mut login = rotate(1, 1, 2, &was, T0 + 10);
    login.header.epoch = 1;
    login.header.last_seen = T0 + 10;
    store.turn(login);
    for epoch in [0, 2] {
        let stamp = Some(Stamp { seen: T0 + 99, gap: 99, epoch });
        assert_eq!(
            store.change(Commit { stamp, ..Commit::of(record_id(1), T0) }),
            Committed::Done { failed: 0, rotated: false }
        );
    }
    let header = store.live(2).header;
    assert_eq!((header.last_seen, header.longest_gap), (T0 + 10, 0));
}

#[test]
fn data_merges_by_key_and_raises_the_version_when_it_changes() {
    let store = with_one(anonymous(1, T0));
    let commit = |data| store.change(Commit { data, ..Commit::of(record_id(1), T0) });
    commit(vec![write("a", b"1"), write("b", b"1")]);
    let held = store.live(1);
    commit(vec![write("b", b"2"), write("c", b"2")]);
    commit(vec![remove("a"), remove("never")]);
    let found = store.live(1);
    let expected = [("b", b"2"), ("c", b"2")].map(|(key, value)| (key.into(), value.as_slice().into()));
    assert_eq!(*found.data, Entries::from(expected));
    assert_eq!(found.version, 3);
    assert_eq!(held.data.len(), 2, "a snapshot does not change in the hand");
    commit(vec![write("b", b"2"), remove("never")]);
    assert_eq!(store.live(1).version, 3, "nothing changed");
}

#[test]
fn a_commit_on_another_version_changes_nothing() {
    let store = with_one(anonymous(1, T0));
    let on = |version| Commit {
        if_version: Some(version),
        data: vec![write("a", &[u8::try_from(version).unwrap()])],
        count_failure: true,
        ..Commit::of(record_id(1), T0)
    };
    assert_eq!(store.change(on(0)), Committed::Done { failed: 1, rotated: false });
    assert_eq!(store.change(on(0)), Committed::Conflict);
    assert_eq!(store.change(on(7)), Committed::Conflict);
    let found = store.live(1);
    assert_eq!((found.version, found.header.failed), (1, 1));
    assert_eq!(found.data.get("a").map(|value| value.to_vec()), Some(vec![0]));
}

#[test]
fn failures_are_counted_and_never_wrap() {
    let store = with_one(anonymous(1, T0));
    let fail = || store.change(Commit { count_failure: true, ..Commit::of(record_id(1), T0) });
    for failed in 1..=255 {
        assert_eq!(fail(), Committed::Done { failed, rotated: false });
    }
    assert_eq!(fail(), Committed::Done { failed: 255, rotated: false });
}

#[test]
fn marks_challenges_and_expiry_are_set() {
    let store = with_one(anonymous(1, T0));
    let challenge = Challenge { digest: 5, answered: false };
    let expiry = Expiry { idle_ms: 1, absolute_at: T0 + 2 };
    store.change(Commit {
        mark_step_up: true,
        challenge: Some(Some(challenge)),
        expiry: Some((expiry, 0)),
        ..Commit::of(record_id(1), T0)
    });
    store.change(Commit::of(record_id(1), T0));
    let found = store.live(1);
    assert!(found.header.step_up, "no later commit takes the mark away");
    assert_eq!((found.header.challenge, found.expiry, found.version), (Some(challenge), expiry, 0));
    store.change(Commit { challenge: Some(None), ..Commit::of(record_id(1), T0) });
    assert_eq!(store.live(1).header.challenge, None);
}

#[test]
fn an_update_never_creates() {
    let store = MemoryStore::new();
    let commit = Commit { data: vec![write("a", b"1")], ..Commit::of(record_id(1), T0) };
    assert_eq!(store.change(commit.clone()), Committed::Gone);
    store.make(create(1, anonymous(1, T0), T0));
    let was = store.live(1);
    store.stop(end(1, EndReason::Logout, T0));
    assert_eq!(store.change(commit), Committed::Gone);
    assert_eq!(store.turn(rotate(1, 1, 2, &was, T0)), Rotated::Gone);
    assert!(matches!(store.look(1), Loaded::Ended(EndReason::Logout)));
    assert!(matches!(store.look(2), Loaded::Unknown));
    assert_eq!(store.make(create(2, anonymous(2, T0), T0)), Made::Done, "the token that never was is not taken");
}

// ---- rotate

#[test]
fn rotation_replaces_the_token_and_keeps_what_parallel_requests_wrote() {
    let store = with_one(anonymous(1, T0));
    let was = store.live(1);
    store.change(Commit {
        stamp: Some(Stamp { seen: T0 + 70, gap: 60, epoch: 0 }),
        data: vec![write("a", b"1")],
        mark_step_up: true,
        count_failure: true,
        ..Commit::of(record_id(1), T0)
    });
    let mut turn = rotate(1, 1, 2, &was, T0 + 80);
    turn.header.created = 1;
    turn.data = vec![write("b", b"2")];
    assert_eq!(store.turn(turn), Rotated::Done);
    let found = store.live(2);
    assert_eq!((found.id, found.version, found.data.len()), (record_id(1), 2, 2));
    let header = found.header;
    assert_eq!((header.created, header.last_seen, header.longest_gap), (T0, T0 + 70, 60));
    assert_eq!((header.rotated_at, header.step_up, header.failed), (T0 + 80, true, 1));
    let expected = Superseded { by: record_id(1), at: T0 + 80, authenticated: false, how: How::Replaced };
    assert!(matches!(store.look(1), Loaded::Superseded(old) if old == expected));
    store.stop(end(1, EndReason::Logout, T0 + 90));
    assert!(matches!(store.look(1), Loaded::Superseded(old) if old == expected), "also when the session has ended");
    assert!(matches!(store.look(2), Loaded::Ended(EndReason::Logout)));
}

#[test]
fn an_authentication_begins_anew() {
    let store = with_one(signed_in(1, "alice", T0));
    store.change(Commit {
        stamp: Some(Stamp { seen: T0 + 70, gap: 60, epoch: 0 }),
        mark_step_up: true,
        count_failure: true,
        ..Commit::of(record_id(1), T0)
    });
    let was = store.live(1);
    let mut turn = rotate(1, 1, 2, &was, T0 + 80);
    turn.header = Header { epoch: 1, last_seen: T0 + 60, longest_gap: 0, step_up: false, failed: 0, ..turn.header };
    assert_eq!(store.turn(turn), Rotated::Done);
    let header = store.live(2).header;
    assert_eq!((header.longest_gap, header.step_up, header.failed), (0, false, 0));
    assert_eq!(header.last_seen, T0 + 70, "activity is never taken back");
    assert!(matches!(store.look(1), Loaded::Superseded(old) if old.authenticated));
}

#[test]
fn only_the_current_token_rotates_and_only_to_an_unknown_one() {
    let store = with_one(anonymous(1, T0));
    store.make(create(5, anonymous(5, T0), T0));
    let was = store.live(1);
    assert_eq!(store.turn(rotate(1, 1, 5, &was, T0)), Rotated::Taken);
    assert_eq!(store.turn(rotate(1, 1, 1, &was, T0)), Rotated::Taken);
    assert_eq!(store.turn(rotate(1, 5, 6, &was, T0)), Rotated::Conflict);
    assert_eq!(store.live(1).version, 0);
    assert_eq!(store.turn(rotate(1, 1, 2, &was, T0)), Rotated::Done);
    assert_eq!(store.turn(rotate(1, 1, 3, &was, T0)), Rotated::Conflict);
    assert!(matches!(store.look(3), Loaded::Unknown));
    assert_eq!(store.turn(rotate(1, 2, 1, &was, T0)), Rotated::Taken, "a replaced token never comes back");
    assert_eq!(store.turn(rotate(8, 2, 9, &was, T0)), Rotated::Gone);
}

#[test]
fn rotation_moves_the_session_to_its_new_user() {
    let store = with_one(signed_in(1, "alice", T0));
    let was = store.live(1);
    let mut turn = rotate(1, 1, 2, &was, T0);
    turn.identity = Arc::new(Identity::new(Some(user("bob")), Some("admin".into())));
    assert_eq!(store.turn(turn), Rotated::Done);
    assert_eq!(store.list("alice"), []);
    assert_eq!(store.list("bob"), [record_id(1)]);
    assert_eq!(store.live(2).identity.role.as_deref(), Some("admin"));
    assert_eq!(store.reset("alice", None, T0), 0);
    assert_eq!(store.live(2).id, record_id(1));
    assert_eq!(store.reset("bob", None, T0), 1);
    assert!(matches!(store.look(2), Loaded::Ended(EndReason::CredentialChanged)));
}

#[test]
fn a_reauthentication_that_began_before_a_reset_fails() {
    let store = with_one(signed_in(1, "alice", T0));
    let (was, before) = (store.live(1), now(store.generation(&user("alice"))).unwrap());
    assert_eq!(store.reset("alice", Some(1), T0), 0);
    let turn = |generation| store.turn(Rotate { generation: Some(generation), ..rotate(1, 1, 2, &was, T0) });
    assert_eq!(turn(before), Rotated::Reset);
    assert_eq!(store.live(1).version, 0);
    assert_eq!(turn(now(store.generation(&user("alice"))).unwrap()), Rotated::Done);
}

// ---- end

#[test]
fn an_end_keeps_the_first_reason() {
    let store = with_one(signed_in(1, "alice", T0));
    assert_eq!(store.stop(end(1, EndReason::Idle, T0)), Stopped::Done);
    assert_eq!(store.stop(end(1, EndReason::Logout, T0)), Stopped::Already(EndReason::Idle));
    assert!(matches!(store.look(1), Loaded::Ended(EndReason::Idle)));
    assert_eq!(store.list("alice"), []);
    assert_eq!(store.stop(end(2, EndReason::Logout, T0)), Stopped::Unknown);
}

#[test]
fn an_end_that_judged_an_older_state_does_not_end() {
    let store = with_one(anonymous(1, T0));
    store.change(Commit { stamp: Some(Stamp { seen: T0 + 5, gap: 5, epoch: 0 }), ..Commit::of(record_id(1), T0) });
    let unseen = |last_seen, epoch| End { if_unseen_since: Some((last_seen, epoch)), ..end(1, EndReason::Idle, T0) };
    assert_eq!(store.stop(unseen(T0 + 4, 0)), Stopped::Alive);
    let was = store.live(1);
    let mut turn = rotate(1, 1, 2, &was, T0);
    turn.header.epoch = 1;
    store.turn(turn);
    assert_eq!(store.stop(unseen(T0 + 5, 0)), Stopped::Alive);
    assert_eq!(store.live(2).id, record_id(1));
    assert_eq!(store.stop(unseen(T0 + 5, 1)), Stopped::Done);
}

#[test]
fn a_future_that_nobody_polled_did_nothing() {
    let store = with_one(anonymous(1, T0));
    drop(store.end(end(1, EndReason::Logout, T0)));
    assert_eq!(store.live(1).id, record_id(1));
}

// ---- by user

#[test]
fn a_user_has_the_live_sessions_oldest_first() {
    let store = MemoryStore::new();
    for number in [3, 1, 2] {
        store.make(create(number, signed_in(number, "alice", T0 + number), T0));
    }
    store.make(create(4, signed_in(4, "bob", T0), T0));
    store.make(create(5, anonymous(5, T0), T0));
    assert_eq!(store.list("alice"), [1, 2, 3].map(record_id));
    store.stop(end(2, EndReason::Logout, T0));
    assert_eq!(store.list("alice"), [1, 3].map(record_id));
    assert_eq!(store.list("nobody"), []);
}

#[test]
fn a_reset_ends_all_but_one_and_raises_the_generation() {
    let store = MemoryStore::new();
    for number in 1..=3 {
        store.make(create(number, signed_in(number, "alice", T0), T0));
    }
    store.make(create(4, signed_in(4, "bob", T0), T0));
    let generation = |who| now(store.generation(&user(who))).unwrap();
    let (alice, bob) = (generation("alice"), generation("bob"));
    assert_eq!(store.reset("alice", Some(2), T0), 2);
    assert_eq!(store.list("alice"), [record_id(2)]);
    assert!(matches!(store.look(1), Loaded::Ended(EndReason::CredentialChanged)));
    assert_eq!(store.list("bob"), [record_id(4)]);
    assert_eq!(generation("bob"), bob);
    assert!(generation("alice").0 > alice.0);
    let login = |number, generation| Create { generation, ..create(number, signed_in(number, "alice", T0), T0) };
    assert_eq!(store.make(login(5, Some(alice))), Made::Reset);
    assert!(matches!(store.look(5), Loaded::Unknown));
    assert_eq!(store.make(login(5, Some(generation("alice")))), Made::Done);
    assert_eq!(store.make(login(6, None)), Made::Done, "not every create is conditional");
    assert_eq!(store.reset("alice", None, T0), 3);
    assert_eq!(store.live_sessions(), 1);
}

#[test]
fn a_generation_outlives_the_sessions() {
    let store = with_one(signed_in(1, "alice", T0));
    let before = now(store.generation(&user("alice"))).unwrap();
    store.reset("alice", None, T0);
    store.reset("never seen", None, T0);
    let login = |number, who: &str| {
        store.make(Create { generation: Some(before), ..create(number, signed_in(number, who, T0), T0) })
    };
    assert_eq!(login(2, "alice"), Made::Reset);
    assert_eq!(login(2, "never seen"), Made::Reset);
    assert_eq!(login(2, "bob"), Made::Done);
}

// ---- the rest

#[test]
fn every_stamp_is_taken() {
    assert!(MemoryStore::default().exact_stamps());
}

#[test]
fn debug_shows_neither_ids_nor_data() {
    let store = with_one(signed_in(1, "alice", T0));
    assert_eq!(format!("{store:?}"), "MemoryStore { live_sessions: 1, most: 1000000, .. }");
}
