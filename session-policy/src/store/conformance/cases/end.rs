//! `end`: one reason, once; nothing comes back.

use super::super::{Stores, kit::*, subject::user_id};
use crate::store::{Create, End, EndReason, Reclaim, TOMBSTONE_KEPT_MS};

pub(in super::super) async fn end_leaves_a_tombstone(stores: &Stores) {
    let store = stores.fresh().await;
    for (n, reason) in (1..).zip(EndReason::ALL) {
        created(store.create(signed_in(n, "alice")).await, "a session");
        done(store.commit(write(n, "cart", b"tea")).await, "its data");
        let claim = ended(store.end(End { now: T0 + 7, ..end(n, reason) }).await, "it ends");
        assert_eq!((claim.session.id, claim.reason, claim.at), (record(n), reason, T0 + 7));
        has(&claim.session, "cart", b"tea", "its data is handed over");
        assert_eq!(claim.session.identity.user, Some(user_id("alice")));
        assert_eq!(dead(store.load(token(n), T0 + 7).await, "its token is told why"), reason);
    }
    unknown(store.load(token(99), T0).await, "a token of nobody's is told nothing");
}

pub(in super::super) async fn end_happens_once(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    nothing_to_end(store.end(end(9, EndReason::Logout)).await, "a record that never was");
    ended(store.end(end(1, EndReason::Idle)).await, "it ends");
    for again in [EndReason::Logout, EndReason::Idle] {
        let reason = ended_before(store.end(end(1, again)).await, "it ended before");
        assert_eq!(reason, EndReason::Idle, "the first reason stays");
    }
    let unseen = End { if_unseen_since: Some((0, 0)), ..end(1, EndReason::Logout) };
    assert_eq!(ended_before(store.end(unseen).await, "it ended before"), EndReason::Idle);
    assert_eq!(dead(store.load(token(1), T0).await, "its token"), EndReason::Idle);
}

pub(in super::super) async fn end_spares_what_was_seen_since(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    let judged = |seen, epoch| End { if_unseen_since: Some((seen, epoch)), ..end(1, EndReason::Idle) };
    done(store.commit(stamp(1, T0 + MINUTE, MINUTE, 1)).await, "activity that the judgement did not see");
    lives_on(store.end(judged(T0, 1)).await, "later activity");
    lives_on(store.end(judged(T0 + MINUTE - 1, 1)).await, "later activity, by a millisecond");
    lives_on(store.end(judged(T0 + MINUTE, 0)).await, "a later authentication");
    lives_on(store.end(judged(T0 + HOUR, 0)).await, "a later authentication");
    let after = live(store.load(token(1), T0 + MINUTE).await, "it lives on");
    assert_eq!(after.header.last_seen, T0 + MINUTE);
    ended(store.end(judged(T0 + MINUTE, 1)).await, "exactly what the judgement saw");

    created(store.create(signed_in(2, "alice")).await, "a session");
    let ahead = End { if_unseen_since: Some((T0 + HOUR, 9)), ..end(2, EndReason::Idle) };
    ended(store.end(ahead).await, "less than what the judgement saw");
}

pub(in super::super) async fn end_with_a_lease_is_a_claim(stores: &Stores) {
    let store = stores.fresh().await;
    for n in [1, 2] {
        created(store.create(signed_in(n, "alice")).await, "a session");
        done(store.commit(write(n, "cart", b"tea")).await, "its data");
    }
    ended(store.end(End { lease: Some(T0 + MINUTE), ..end(1, EndReason::Logout) }).await, "somebody listens");
    ended(store.end(end(2, EndReason::Logout)).await, "nobody listens");
    let reason = ended_before(store.end(End { lease: Some(T0 + DAY), ..end(2, EndReason::Idle) }).await, "too late");
    assert_eq!(reason, EndReason::Logout);
    let claims = store.reclaim(Reclaim { at_most: 10, lease: T0 + HOUR, now: T0 + MINUTE }).await;
    assert_eq!(ids(&claims), [record(1)], "an end without a lease leaves no claim");
    has(&claims[0].session, "cart", b"tea", "the data is kept for the hook");
    for n in [1, 2] {
        assert_eq!(dead(store.load(token(n), T0).await, "dead before any hook"), EndReason::Logout);
    }
}

pub(in super::super) async fn end_does_not_touch_successors(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    created(store.create(Create { supersede: Some(token(1)), ..signed_in(2, "alice") }).await, "a login");
    nothing_to_end(store.end(end(1, EndReason::Logout)).await, "it was superseded");
    live(store.load(token(2), T0).await, "its successor lives");
    assert_eq!(superseded(store.load(token(1), T0).await, "it stays superseded").by, record(2));
    ended(store.end(end(2, EndReason::Logout)).await, "the successor ends");
    assert_eq!(dead(store.load(token(2), T0).await, "the successor"), EndReason::Logout);
    assert_eq!(superseded(store.load(token(1), T0).await, "whatever becomes of its successor").by, record(2));
}

pub(in super::super) async fn end_is_remembered_for_a_day(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    created(store.create(signed_in(2, "alice")).await, "another one");
    done(store.commit(turn(1, 1, 3, T0)).await, "a rotation");
    ended(store.end(End { now: T0 + HOUR, ..end(1, EndReason::CredentialChanged) }).await, "it ends");
    let now = T0 + HOUR + TOMBSTONE_KEPT_MS - 1;
    // Others come and go meanwhile, and are swept.
    let swept = sweep_all(&store, sweep_at(now)).await;
    assert_eq!(swept.ended, 1, "the other one");
    for n in [1, 3] {
        assert_eq!(dead(store.load(token(n), now).await, "the tombstone"), EndReason::CredentialChanged);
    }
    taken(store.create(Create { token: token(1), ..signed_in_at(9, "alice", now) }).await, "a tombstone's token");
}
