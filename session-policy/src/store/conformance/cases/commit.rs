//! `commit`: merges into what is there, and never creates.

use super::super::{Stores, kit::*};
use crate::store::{Challenge, Commit, Create, EndReason, Expiry, Snapshot};

/// A store with session 1 of Alice's, as it was loaded.
async fn session(stores: &Stores) -> (super::super::Subject, Snapshot) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    let session = live(store.load(token(1), T0).await, "it");
    (store, session)
}

pub(in super::super) async fn commit_of_nothing_changes_nothing(stores: &Stores) {
    let (store, before) = session(stores).await;
    let outcome = done(store.commit(Commit::of(record(1), T0 + 5)).await, "a commit of nothing");
    assert_eq!(outcome, (0, false), "no failed attempts, not rotated");
    unchanged(&before, &live(store.load(token(1), T0 + 5).await, "it"), "a commit of nothing");
}

pub(in super::super) async fn commit_merges_data_by_key(stores: &Stores) {
    let (store, before) = session(stores).await;
    done(store.commit(write(1, "a", b"1")).await, "one request");
    done(store.commit(write(1, "b", b"2")).await, "another one, which loaded the same session");
    let both = live(store.load(token(1), T0).await, "it");
    for (key, value) in [("a", b"1"), ("b", b"2")] {
        has(&both, key, value, "different keys both win");
    }
    has(&both, "first", &1_u32.to_be_bytes(), "what nobody wrote stays");
    done(store.commit(write(1, "a", b"")).await, "the same key: the last writer");
    has(&live(store.load(token(1), T0).await, "it"), "a", b"", "an empty value is a value");

    let both = Commit { data: vec![remove("a"), put("c", b"3"), remove("never")], ..Commit::of(record(1), T0) };
    done(store.commit(both).await, "several at once");
    let after = live(store.load(token(1), T0).await, "it");
    has_not(&after, "a", "removed");
    has(&after, "b", b"2", "untouched");
    has(&after, "c", b"3", "written");
    assert_eq!(after.header, before.header, "data is no activity");
}

pub(in super::super) async fn commit_versions_data_and_not_activity(stores: &Stores) {
    let (store, before) = session(stores).await;
    done(store.commit(stamp(1, T0 + MINUTE, MINUTE, 1)).await, "activity");
    let active = live(store.load(token(1), T0 + MINUTE).await, "it");
    assert_eq!(active.version, before.version, "activity does not change the version");
    assert_ne!(active.rev, before.rev, "every change changes `rev`");
    done(store.commit(write(1, "a", b"1")).await, "data");
    let written = live(store.load(token(1), T0 + MINUTE).await, "it");
    assert_ne!(written.version, active.version, "data changes the version");
    assert_ne!(written.rev, active.rev, "every change changes `rev`");
    done(store.commit(turn(1, 1, 2, T0 + MINUTE)).await, "a rotation");
    let turned = live(store.load(token(1), T0 + MINUTE).await, "it");
    assert_ne!(turned.rev, written.rev, "every change changes `rev`");
    let confirmed = live(store.load(token(2), T0 + MINUTE).await, "the successor");
    assert_ne!(confirmed.rev, turned.rev, "a confirmation is a change");
    assert_eq!(confirmed.version, written.version, "tokens do not change the version");
}

pub(in super::super) async fn commit_of_an_old_version_is_a_conflict(stores: &Stores) {
    let (store, before) = session(stores).await;
    let of_version = |version| Commit { if_version: Some(version), ..write(1, "n", b"1") };
    done(store.commit(stamp(1, T0 + 1, 1, 1)).await, "activity does not change the version");
    done(store.commit(of_version(before.version)).await, "the version that was loaded");
    let after = live(store.load(token(1), T0 + 1).await, "it");
    let everything = Commit {
        if_version: Some(before.version),
        mark_step_up: true,
        count_failure: true,
        challenge: Some(Some(Challenge { digest: 1, answered: false })),
        expiry: Some((Expiry { idle_ms: 1, absolute_at: 1 }, 1)),
        data: vec![put("n", b"2")],
        ..turn(1, 1, 2, T0 + 2)
    };
    conflict(store.commit(everything).await, "a version that is gone");
    unchanged(&after, &live(store.load(token(1), T0 + 2).await, "it"), "a conflict changes nothing");
    unknown(store.load(token(2), T0 + 2).await, "a conflict issues nothing");
    conflict(store.commit(of_version(after.version + 1)).await, "a version that never was");
    done(store.commit(of_version(after.version)).await, "the version that is");
}

pub(in super::super) async fn commit_never_creates(stores: &Stores) {
    let (store, before) = session(stores).await;
    let commit = Commit { stamp: stamp(7, T0, 0, 1).stamp, data: vec![put("a", b"1")], ..turn(7, 7, 8, T0) };
    gone(store.commit(commit.clone()).await, "a record that never was");
    // Not even with a snapshot of what it might have been.
    let mut seen = before.clone();
    (seen.id, seen.line.current) = (record(7), token(7));
    gone(store.commit(Commit { seen: Some(Box::new(seen)), ..commit }).await, "a record that never was");
    for n in [7, 8] {
        unknown(store.load(token(n), T0).await, "nothing was created");
    }
    nothing_to_end(store.end(end(7, EndReason::Logout)).await, "nothing was created");
    created(store.create(signed_in(7, "bob")).await, "its ids are free");
    unchanged(&before, &live(store.load(token(1), T0).await, "the other one"), "somebody else's commit");
}

pub(in super::super) async fn commit_after_the_end_is_dropped(stores: &Stores) {
    let (store, seen) = session(stores).await;
    done(store.commit(turn(1, 1, 2, T0)).await, "a rotation");
    ended(store.end(end(1, EndReason::Logout)).await, "a logout");
    let late = [
        Commit::of(record(1), T0 + 1),
        stamp(1, T0 + HOUR, 0, 1),
        write(1, "a", b"1"),
        turn(1, 1, 3, T0 + MINUTE),
        turn(1, 2, 3, T0 + MINUTE),
        Commit { count_failure: true, ..Commit::of(record(1), T0) },
        Commit { mark_step_up: true, ..Commit::of(record(1), T0) },
        Commit { challenge: Some(None), ..Commit::of(record(1), T0) },
        Commit { expiry: Some((Expiry { idle_ms: DAY, absolute_at: T0 + DAY }, 1)), ..Commit::of(record(1), T0) },
        Commit { if_version: Some(99), ..write(1, "a", b"1") },
    ];
    for commit in late {
        gone(store.commit(Commit { seen: Some(Box::new(seen.clone())), ..commit.clone() }).await, "with what was seen");
        gone(store.commit(commit).await, "an end wins");
    }
    for n in [1, 2] {
        assert_eq!(dead(store.load(token(n), T0 + 1).await, "its tokens are tombstones"), EndReason::Logout);
    }
    unknown(store.load(token(3), T0 + 1).await, "a dropped commit issues nothing");
}

pub(in super::super) async fn commit_merges_stamps_by_max(stores: &Stores) {
    let (store, _) = session(stores).await;
    done(store.commit(stamp(1, T0 + 10 * MINUTE, 4 * MINUTE, 1)).await, "activity");
    done(store.commit(stamp(1, T0 + 5 * MINUTE, 5 * MINUTE, 1)).await, "a slow request that arrived before");
    let header = live(store.load(token(1), T0 + 10 * MINUTE).await, "it").header;
    assert_eq!(header.last_seen, T0 + 10 * MINUTE, "the last activity never falls");
    assert_eq!(header.longest_gap, 5 * MINUTE, "the longest gap counts, whichever request had it");
    done(store.commit(stamp(1, T0 + 11 * MINUTE, MINUTE, 1)).await, "activity");
    let header = live(store.load(token(1), T0 + 11 * MINUTE).await, "it").header;
    assert_eq!((header.last_seen, header.longest_gap), (T0 + 11 * MINUTE, 5 * MINUTE), "a gap is never undone");
    assert_eq!((header.epoch, header.created), (1, T0), "activity is no authentication");
}

pub(in super::super) async fn commit_ignores_stamps_of_another_authentication(stores: &Stores) {
    let (store, before) = session(stores).await;
    done(store.commit(stamp(1, T0 + 20 * MINUTE, 20 * MINUTE, 1)).await, "a long gap");
    let now = T0 + 21 * MINUTE;
    rotated(store.rotate(reauthenticate(&before, 1, 2, now)).await, "a re-authentication resets it");
    let reset = live(store.load(token(2), now).await, "it");
    assert_eq!(reset.header.longest_gap, 0, "a re-authentication resets the gap");
    for epoch in [0, 1, 3, u32::MAX] {
        done(store.commit(stamp(1, now + MINUTE, 20 * MINUTE, epoch)).await, "a late request");
        unchanged(&reset, &live(store.load(token(2), now).await, "it"), "a stamp of another authentication");
    }
    done(store.commit(stamp(1, now + MINUTE, MINUTE, 2)).await, "activity");
    let header = live(store.load(token(2), now + MINUTE).await, "it").header;
    assert_eq!((header.last_seen, header.longest_gap), (now + MINUTE, MINUTE));
}

pub(in super::super) async fn commit_takes_the_expiry_of_this_authentication_only(stores: &Stores) {
    let (store, before) = session(stores).await;
    let shorter = Expiry { idle_ms: MINUTE, absolute_at: T0 + HOUR };
    let commit = |epoch| Commit { expiry: Some((shorter, epoch)), ..Commit::of(record(1), T0) };
    for epoch in [0, 2] {
        done(store.commit(commit(epoch)).await, "another authentication");
        unchanged(&before, &live(store.load(token(1), T0).await, "it"), "an expiry of another authentication");
    }
    done(store.commit(commit(1)).await, "a policy that changed");
    assert_eq!(live(store.load(token(1), T0).await, "it").expiry, shorter);
    let swept = sweep_all(&store, sweep_at(T0 + MINUTE)).await;
    assert_eq!(swept.ended, 1, "the sweeper goes by the new deadline");
}

pub(in super::super) async fn commit_counts_and_marks(stores: &Stores) {
    let (store, _) = session(stores).await;
    let failure = || Commit { count_failure: true, ..Commit::of(record(1), T0) };
    for n in 1..=5 {
        assert_eq!(done(store.commit(failure()).await, "a failed attempt").0, n, "this one included");
    }
    done(store.commit(stamp(1, T0 + 1, 1, 1)).await, "activity");
    let answer = done(store.commit(Commit::of(record(1), T0)).await, "a commit of nothing");
    assert_eq!(answer.0, 5, "activity does not reset the count");

    let challenge = Some(Challenge { digest: 0xdead_beef, answered: true });
    let marks = Commit { mark_step_up: true, challenge: Some(challenge), ..Commit::of(record(1), T0) };
    done(store.commit(marks).await, "marks");
    done(store.commit(write(1, "a", b"1")).await, "a commit without marks");
    let header = live(store.load(token(1), T0).await, "it").header;
    assert!(header.step_up, "a mark is sticky");
    assert_eq!((header.challenge, header.failed), (challenge, 5));
    done(store.commit(Commit { challenge: Some(None), ..Commit::of(record(1), T0) }).await, "no challenge any more");
    assert_eq!(live(store.load(token(1), T0).await, "it").header.challenge, None);

    let mut many = signed_in(2, "bob");
    many.record.header.failed = 254;
    created(store.create(many).await, "a session with many failed attempts");
    for n in [255, 255, 255] {
        let failure = Commit { count_failure: true, ..Commit::of(record(2), T0) };
        assert_eq!(done(store.commit(failure).await, "a failed attempt").0, n, "the count stops, and never wraps");
    }
}

pub(in super::super) async fn commit_takes_what_was_seen_as_a_hint(stores: &Stores) {
    let (store, stale) = session(stores).await;
    let with = |commit: Commit, seen: &Snapshot| Commit { seen: Some(Box::new(seen.clone())), ..commit };
    done(store.commit(with(write(1, "a", b"1"), &stale)).await, "as it was loaded");
    done(store.commit(with(write(1, "b", b"2"), &stale)).await, "it changed since");
    done(store.commit(with(stamp(1, T0 + MINUTE, MINUTE, 1), &stale)).await, "it changed since");
    let now = live(store.load(token(1), T0 + MINUTE).await, "it");
    has(&now, "a", b"1", "what was seen is a hint only");
    has(&now, "b", b"2", "what was seen is a hint only");
    assert_eq!(now.header.last_seen, T0 + MINUTE);
    let old_version = Commit { if_version: Some(stale.version), ..write(1, "a", b"9") };
    conflict(store.commit(with(old_version, &stale)).await, "a hint does not make a version current");
    let version = Commit { if_version: Some(now.version), ..write(1, "a", b"3") };
    done(store.commit(with(version, &stale)).await, "a stale hint is no conflict");

    // What was seen before a rotation knows the token no more.
    let before = live(store.load(token(1), T0 + MINUTE).await, "it");
    rotated(store.rotate(reauthenticate(&before, 1, 2, T0 + MINUTE)).await, "a re-authentication");
    assert!(!done(store.commit(with(turn(1, 1, 3, T0 + HOUR), &before)).await, "a late rotation").1);
    unknown(store.load(token(3), T0 + HOUR).await, "nothing is issued for a token that was replaced");
    done(store.commit(with(write(1, "c", b"3"), &before)).await, "a late write to a live session is merged");
    let after = live(store.load(token(2), T0 + MINUTE).await, "it");
    for (key, value) in [("a", b"3"), ("b", b"2"), ("c", b"3")] {
        has(&after, key, value, "all of it");
    }
    created(store.create(Create { supersede: Some(token(2)), ..signed_in_at(4, "alice", T0 + HOUR) }).await, "a login");
    gone(store.commit(with(write(1, "d", b"4"), &after)).await, "an update of what was superseded");
}
