//! `rotate`: a new token after an authentication, without grace for the old ones.

use std::sync::Arc;

use super::super::{Stores, Subject, kit::*};
use crate::{
    policy::Level,
    store::{Create, DataChange, EndReason, Expiry, How, Identity, Rotate, Rotated, Snapshot, TokenStanding},
};

async fn session(stores: &Stores) -> (Subject, Snapshot) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    let session = live(store.load(token(1), T0).await, "it");
    (store, session)
}

pub(in super::super) async fn rotate_replaces_the_token(stores: &Stores) {
    let (store, before) = session(stores).await;
    done(store.commit(stamp(1, T0 + 10 * MINUTE, 10 * MINUTE, 1)).await, "activity");
    let now = T0 + 20 * MINUTE;
    let mut rotate = reauthenticate(&before, 1, 2, now);
    rotate.header.level = Level::Mfa;
    rotate.header.created = now;
    rotate.identity = identity("alice");
    rotate.data = vec![put("a", b"1"), remove("first")];
    rotated(store.rotate(rotate.clone()).await, "a second factor");
    let after = live(store.load(token(2), now).await, "the new token");
    stands(&after, 2, now, TokenStanding::Current, "the only one");
    assert_eq!(after.id, record(1), "the record stays");
    assert_ne!((after.version, after.rev), (before.version, before.rev), "an authentication changes the version");
    assert_ne!(after.version, before.version, "an authentication changes the version");
    assert_eq!(after.header.created, T0, "`created` stays the record's");
    assert_eq!((after.header.level, after.header.epoch), (Level::Mfa, 2));
    assert_eq!(after.header.authenticated, rotate.header.authenticated);
    assert_eq!((after.header.last_seen, after.header.longest_gap), (now, 0), "the gap before it no longer counts");
    assert_eq!(after.expiry, rotate.expiry);
    has(&after, "a", b"1", "its data");
    has_not(&after, "first", "its data");
    let what = superseded(store.load(token(1), now).await, "the old token has no grace");
    assert_eq!(what, replaced(1, now, true));
    unchanged(&after, &live(store.load(token(2), now).await, "again"), "a replay of the old token");
}

pub(in super::super) async fn rotate_replaces_all_tokens(stores: &Stores) {
    let (store, _) = session(stores).await;
    done(store.commit(turn(1, 1, 2, T0)).await, "a rotation");
    live(store.load(token(2), T0 + 1).await, "the successor is presented");
    // From the parent: a late request of the same client, within its grace.
    let seen = live(store.load(token(1), T0 + 2).await, "the parent");
    rotated(store.rotate(reauthenticate(&seen, 1, 3, T0 + 2)).await, "from the parent within its grace");
    for n in [1, 2] {
        let what = superseded(store.load(token(n), T0 + 3).await, "no grace for any of them");
        assert_eq!(what, replaced(1, T0 + 2, true), "token {n}");
    }
    done(store.commit(turn(1, 3, 4, T0 + MINUTE)).await, "a rotation");
    let seen = live(store.load(token(3), T0 + MINUTE).await, "the token");
    rotated(store.rotate(reauthenticate(&seen, 3, 5, T0 + MINUTE)).await, "with a successor that nobody presented");
    for n in [3, 4] {
        let what = superseded(store.load(token(n), T0 + MINUTE).await, "no grace for any of them");
        assert_eq!(what, replaced(1, T0 + MINUTE, true), "token {n}");
    }
    // A parent whose grace was over when it was replaced had been rotated.
    done(store.commit(turn(1, 5, 6, T0 + HOUR)).await, "a rotation");
    let seen = live(store.load(token(6), T0 + HOUR).await, "the successor is presented");
    rotated(store.rotate(reauthenticate(&seen, 6, 7, T0 + HOUR + GRACE)).await, "later");
    is_rotated(superseded(store.load(token(5), T0 + 2 * HOUR).await, "the parent"), 1, "spent when it was replaced");
    assert_eq!(superseded(store.load(token(6), T0 + 2 * HOUR).await, "the token").how, How::Replaced);
}

pub(in super::super) async fn rotate_is_for_tokens_that_may_act(stores: &Stores) {
    let (store, seen) = session(stores).await;
    created(store.create(signed_in(10, "bob")).await, "another session");
    done(store.commit(turn(1, 1, 2, T0)).await, "a rotation");
    for (from, why) in [(10, "another session's token"), (99, "a token of nobody's"), (2, "nobody presented it")] {
        not_rotated(store.rotate(reauthenticate(&seen, from, 9, T0)).await, why);
        unknown(store.load(token(9), T0).await, why);
    }
    live(store.load(token(2), T0 + 1).await, "the successor is presented");
    let before = live(store.load(token(2), T0 + 1).await, "the session");
    not_rotated(store.rotate(reauthenticate(&seen, 1, 9, T0 + GRACE)).await, "the parent after its grace");
    {
        let (store, seen) = session(stores).await;
        done(store.commit(turn(1, 1, 2, T0)).await, "a rotation");
        live(store.load(token(2), T0 + 1).await, "the successor is presented");
        let slow = Rotate { acts_at: T0 + GRACE - 1, ..reauthenticate(&seen, 1, 9, T0 + GRACE) };
        rotated(store.rotate(slow).await, "a parent that was served within its grace");
        assert_eq!(superseded(store.load(token(2), T0 + GRACE).await, "the token").at, T0 + GRACE, "not its arrival");
    }
    let mut hinted = reauthenticate(&seen, 1, 9, T0 + GRACE);
    hinted.seen = Some(Box::new(seen.clone()));
    not_rotated(store.rotate(hinted).await, "what was seen is a hint only");
    unchanged(&before, &live(store.load(token(2), T0 + GRACE).await, "it"), "a refused rotation");
    rotated(store.rotate(reauthenticate(&before, 2, 3, T0 + GRACE)).await, "the current token");
    not_rotated(store.rotate(reauthenticate(&before, 2, 9, T0 + GRACE)).await, "a token that was just replaced");
    unknown(store.load(token(9), T0 + GRACE).await, "nothing was issued");
    live(store.load(token(3), T0 + GRACE).await, "the token");

    // A token whose successor got lost may act.
    done(store.commit(turn(1, 3, 4, T0 + HOUR)).await, "a rotation");
    rotated(store.rotate(reauthenticate(&before, 3, 5, T0 + HOUR + GRACE)).await, "the answer was lost");
}

pub(in super::super) async fn rotate_keeps_what_parallel_requests_wrote(stores: &Stores) {
    let (store, seen) = session(stores).await;
    // Between the caller's load and its rotation:
    let mut busy = stamp(1, T0 + 20 * MINUTE, 20 * MINUTE, 1);
    (busy.mark_step_up, busy.count_failure, busy.data) = (true, true, vec![put("cart", b"tea")]);
    done(store.commit(busy).await, "a parallel request");
    let now = T0 + 15 * MINUTE;
    let expiry = Expiry { idle_ms: MINUTE, absolute_at: T0 + DAY };
    // Without an authentication: a change of role, say.
    let mut header = seen.header;
    (header.rotated_at, header.last_seen) = (now, now);
    let rotate = Rotate { header, expiry, ..reauthenticate(&seen, 1, 2, now) };
    rotated(store.rotate(rotate).await, "no authentication in between");
    let after = live(store.load(token(2), T0 + 20 * MINUTE).await, "it");
    assert_eq!(after.header.last_seen, T0 + 20 * MINUTE, "the last activity never falls");
    assert_eq!(after.header.longest_gap, 20 * MINUTE, "the gap cannot be laundered");
    assert_eq!((after.header.step_up, after.header.failed), (true, 1), "a mark and a failed attempt stay");
    has(&after, "cart", b"tea", "data that it did not name stays");
    assert_eq!(after.expiry, expiry);
    // With one.
    let now = T0 + 21 * MINUTE;
    let seen = live(store.load(token(2), now).await, "it");
    rotated(store.rotate(reauthenticate(&seen, 2, 3, now)).await, "an authentication");
    let header = live(store.load(token(3), now).await, "it").header;
    assert_eq!((header.longest_gap, header.step_up, header.failed), (0, false, 0), "an authentication resets them");
}

pub(in super::super) async fn rotate_is_conditional_on_the_identity(stores: &Stores) {
    let (store, seen) = session(stores).await;
    let expecting =
        |identity, from, to| Rotate { if_identity: Some(identity), ..reauthenticate(&seen, from, to, T0 + 1) };
    let mut promoted = Identity::clone(&seen.identity);
    promoted.granted = Some("admin".into());
    for other in [identity("bob"), Arc::default(), Arc::new(promoted)] {
        for hint in [None, Some(Box::new(seen.clone()))] {
            let rotate = Rotate { seen: hint, ..expecting(Arc::clone(&other), 1, 2) };
            not_rotated(store.rotate(rotate).await, "an identity that is not the session's");
        }
    }
    unchanged(&seen, &live(store.load(token(1), T0 + 1).await, "it"), "a refused rotation");
    unknown(store.load(token(2), T0 + 1).await, "nothing was issued");
    rotated(store.rotate(expecting(Arc::clone(&seen.identity), 1, 2)).await, "the session's");
    let bob = Rotate { identity: identity("bob"), ..expecting(identity("alice"), 2, 3) };
    rotated(store.rotate(bob).await, "equal, though not the same, and another one afterwards");
    not_rotated(store.rotate(expecting(identity("alice"), 3, 4)).await, "it is Bob's now");
}

pub(in super::super) async fn rotate_never_takes_a_known_token(stores: &Stores) {
    let (store, seen) = session(stores).await;
    created(store.create(signed_in(10, "bob")).await, "another session");
    created(store.create(Create { supersede: Some(token(10)), ..signed_in(11, "bob") }).await, "a login");
    created(store.create(signed_in(12, "bob")).await, "another session");
    ended(store.end(end(12, EndReason::Logout)).await, "a logout");
    done(store.commit(turn(11, 11, 13, T0)).await, "a rotation");
    for (to, why) in [(10, "superseded"), (11, "live"), (12, "a tombstone"), (13, "a successor")] {
        let outcome = store.rotate(reauthenticate(&seen, 1, to, T0 + 1)).await;
        assert!(matches!(outcome, Rotated::Taken), "{why}: {outcome:?}");
        unchanged(&seen, &live(store.load(token(1), T0 + 1).await, "it"), why);
    }
    assert_eq!(live(store.load(token(11), T0).await, "the other session").id, record(11));
}

pub(in super::super) async fn rotate_never_creates(stores: &Stores) {
    let (store, seen) = session(stores).await;
    let mut never = reauthenticate(&seen, 7, 8, T0);
    never.record = record(7);
    nothing_to_rotate(store.rotate(never).await, "a record that never was");
    created(store.create(Create { supersede: Some(token(1)), ..signed_in(2, "alice") }).await, "a login");
    nothing_to_rotate(store.rotate(reauthenticate(&seen, 1, 8, T0)).await, "a record that was superseded");
    let other = live(store.load(token(2), T0).await, "the new session");
    ended(store.end(end(2, EndReason::Logout)).await, "a logout");
    for hint in [None, Some(Box::new(other.clone()))] {
        let late = Rotate { seen: hint, ..reauthenticate(&other, 2, 8, T0) };
        nothing_to_rotate(store.rotate(late).await, "an end wins");
    }
    for n in [7, 8] {
        unknown(store.load(token(n), T0).await, "nothing was issued");
    }
    assert_eq!(dead(store.load(token(2), T0).await, "the tombstone"), EndReason::Logout);
    assert_eq!(superseded(store.load(token(1), T0).await, "the first token").by, record(2));
}

pub(in super::super) async fn rotate_takes_what_was_seen_as_a_hint(stores: &Stores) {
    let (store, stale) = session(stores).await;
    done(store.commit(write(1, "a", b"1")).await, "it changed since");
    done(store.commit(stamp(1, T0 + 2 * MINUTE, 2 * MINUTE, 1)).await, "it changed since");
    let now = T0 + MINUTE;
    let rotate = Rotate {
        seen: Some(Box::new(stale.clone())),
        data: vec![DataChange { key: "b".into(), value: Some(Arc::from(&b"2"[..])) }],
        ..reauthenticate(&stale, 1, 2, now)
    };
    rotated(store.rotate(rotate).await, "with a snapshot that is out of date");
    let after = live(store.load(token(2), now).await, "it");
    has(&after, "a", b"1", "what was written since");
    has(&after, "b", b"2", "its own");
    assert_eq!(after.header.last_seen, T0 + 2 * MINUTE, "the last activity never falls");
}
