//! `create`: exclusive, and what becomes of the token that the client presented.

use super::super::{Stores, kit::*};
use crate::store::{Create, EndReason, How, Reclaim, TokenStanding};

pub(in super::super) async fn create_opens_a_session(stores: &Stores) {
    let store = stores.fresh().await;
    let create = signed_in(1, "alice");
    unknown(store.load(token(1), T0).await, "before it is created");
    let claims = created(store.create(create.clone()).await, "into an empty store");
    assert!(claims.is_empty(), "nothing ended for it: {claims:?}");
    let session = live(store.load(token(1), T0).await, "what was created");
    assert_eq!(session.id, record(1));
    assert_eq!(session.header, create.record.header, "the header is kept as it was given");
    assert_eq!(session.identity, create.record.identity);
    assert_eq!(session.data, create.record.data);
    assert_eq!(session.expiry, create.record.expiry);
    stands(&session, 1, T0, TokenStanding::Current, "its only token");
}

pub(in super::super) async fn create_is_exclusive(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "the first");
    created(store.create(signed_in(2, "alice")).await, "another one");
    let before = live(store.load(token(1), T0).await, "the first");

    taken(store.create(Create { token: token(1), ..signed_in(9, "mallory") }).await, "a token of a live session");
    let same_record = Create { token: token(9), ..signed_in(1, "mallory") };
    taken(store.create(same_record).await, "the record id of a live session");
    unchanged(&before, &live(store.load(token(1), T0).await, "the first"), "a refused create");
    unknown(store.load(token(9), T0).await, "a refused create stores no token");

    done(store.commit(turn(1, 1, 3, T0)).await, "a rotation");
    taken(store.create(Create { token: token(3), ..anonymous(9) }).await, "an unpresented successor");
    live(store.load(token(3), T0).await, "the successor");
    taken(store.create(Create { token: token(1), ..anonymous(9) }).await, "a parent");

    created(store.create(Create { supersede: Some(token(1)), ..signed_in(4, "alice") }).await, "a login");
    taken(store.create(Create { token: token(3), ..anonymous(9) }).await, "a superseded token");
    ended(store.end(end(2, EndReason::Logout)).await, "a logout");
    taken(store.create(Create { token: token(2), ..anonymous(9) }).await, "a tombstone");
    let same_record = Create { token: token(9), ..signed_in(2, "alice") };
    taken(store.create(same_record).await, "the record id of a session that ended");
    assert_eq!(dead(store.load(token(2), T0).await, "the tombstone stays"), EndReason::Logout);
}

pub(in super::super) async fn create_supersedes_a_live_session(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(anonymous(1)).await, "a visitor");
    let login = Create { supersede: Some(token(1)), lease: Some(T0 + MINUTE), ..signed_in_at(2, "alice", T0 + 5) };
    let claims = created(store.create(login).await, "signs in");
    assert!(claims.is_empty(), "a visitor who signs in ends nothing: {claims:?}");
    let what = superseded(store.load(token(1), T0 + 6).await, "the visitor's token");
    assert_eq!(what, replaced(2, T0 + 5, false), "what is known of an ex-anonymous token");

    gone(store.commit(write(1, "late", b"x")).await, "a late write to the old session");
    nothing_to_end(store.end(end(1, EndReason::Idle)).await, "the old session was superseded while it was live");
    let session = live(store.load(token(2), T0 + 6).await, "the new session");
    has_not(&session, "late", "a late write");

    let again = Create { supersede: Some(token(2)), lease: Some(T0 + MINUTE), ..signed_in_at(3, "alice", T0 + 9) };
    let claims = created(store.create(again).await, "the same user signs in again");
    assert!(claims.is_empty(), "it goes on in the new session: {claims:?}");
    let what = superseded(store.load(token(2), T0 + 10).await, "the token before");
    assert_eq!(what, replaced(3, T0 + 9, true), "what is known of an ex-authenticated token");
    let claims = store.reclaim(Reclaim { at_most: 10, lease: T0 + DAY, now: T0 + HOUR }).await;
    assert!(claims.is_empty(), "no session ended: {claims:?}");
}

pub(in super::super) async fn create_supersedes_every_token_of_a_session(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    done(store.commit(turn(1, 1, 2, T0)).await, "a rotation");
    live(store.load(token(2), T0 + 1).await, "the successor is presented: 1 is its parent");
    done(store.commit(turn(1, 2, 3, T0 + MINUTE)).await, "another rotation");
    let now = T0 + MINUTE + 1;
    is_rotated(superseded(store.load(token(1), now).await, "the old parent"), 1, "the old parent");
    created(store.create(Create { supersede: Some(token(2)), ..signed_in_at(4, "alice", now) }).await, "a login");
    for n in [2, 3] {
        let what = superseded(store.load(token(n), now).await, "a token of the old session");
        assert_eq!(what, replaced(4, now, true), "token {n}");
    }
    is_rotated(superseded(store.load(token(1), now).await, "the old parent"), 4, "spent before, and by the last known");

    // A parent whose grace is over when the login comes.
    created(store.create(signed_in(11, "bob")).await, "a session");
    done(store.commit(turn(11, 11, 12, T0)).await, "a rotation");
    live(store.load(token(12), T0 + 1).await, "the successor is presented");
    let now = T0 + GRACE;
    created(store.create(Create { supersede: Some(token(12)), ..signed_in_at(14, "bob", now) }).await, "a login");
    is_rotated(superseded(store.load(token(11), now).await, "the parent"), 14, "spent when the login came");
    assert_eq!(superseded(store.load(token(12), now).await, "the token").how, How::Replaced);
}

pub(in super::super) async fn create_over_another_users_session_ends_it(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "Alice");
    done(store.commit(write(1, "cart", b"tea")).await, "her cart");
    let login = Create { supersede: Some(token(1)), lease: Some(T0 + MINUTE), ..signed_in_at(2, "bob", T0 + 5) };
    let claims = created(store.create(login).await, "Bob signs in on her device");
    assert_eq!(ids(&claims), [record(1)], "her session ended");
    assert_eq!((claims[0].reason, claims[0].at), (EndReason::IdentityChanged, T0 + 5));
    has(&claims[0].session, "cart", b"tea", "her data is still readable");
    assert_eq!(superseded(store.load(token(1), T0 + 6).await, "her token"), replaced(2, T0 + 5, true));

    let reclaim = |now| Reclaim { at_most: 10, lease: T0 + DAY, now };
    assert!(store.reclaim(reclaim(T0 + MINUTE - 1)).await.is_empty(), "the claim is the caller's");
    let claims = store.reclaim(reclaim(T0 + MINUTE)).await;
    assert_eq!(ids(&claims), [record(1)], "nobody settled");
    assert_eq!((claims[0].reason, claims[0].at), (EndReason::IdentityChanged, T0 + 5));
    has(&claims[0].session, "cart", b"tea", "her data is still readable");

    // Nobody listens.
    let login = Create { supersede: Some(token(2)), ..signed_in_at(3, "alice", T0 + 9) };
    let claims = created(store.create(login).await, "Alice is back");
    assert_eq!(ids(&claims), [record(2)], "for information");
    assert!(store.reclaim(reclaim(T0 + DAY - 1)).await.is_empty(), "nobody needs to settle it");
}

pub(in super::super) async fn create_supersedes_a_dead_session(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    ended(store.end(end(1, EndReason::Revoked)).await, "ends");
    let login = Create { supersede: Some(token(1)), lease: Some(T0 + MINUTE), ..signed_in_at(2, "alice", T0 + 5) };
    let claims = created(store.create(login).await, "a login over a tombstone");
    assert!(claims.is_empty(), "it ends once: {claims:?}");
    let what = superseded(store.load(token(1), T0 + 6).await, "a late answer cannot log anyone out");
    assert_eq!(what, replaced(2, T0 + 5, false), "it opened no live session any more");
    let reason = ended_before(store.end(end(1, EndReason::Logout)).await, "the record stays ended");
    assert_eq!(reason, EndReason::Revoked);

    // Past its deadline, and nobody noticed: still live for the store.
    created(store.create(signed_in(3, "bob")).await, "a session");
    let now = T0 + 12 * HOUR;
    created(store.create(Create { supersede: Some(token(3)), ..signed_in_at(4, "bob", now) }).await, "a login");
    assert_eq!(superseded(store.load(token(3), now).await, "the token before"), replaced(4, now, true));
}

pub(in super::super) async fn create_never_adopts_a_token(stores: &Stores) {
    let store = stores.fresh().await;
    let login = Create { supersede: Some(token(66)), ..signed_in(1, "alice") };
    created(store.create(login).await, "a login that presents a token of nobody's");
    unknown(store.load(token(66), T0).await, "a token that the store never gave out");
    created(store.create(Create { token: token(66), ..anonymous(2) }).await, "it is as free as any other");
    assert_eq!(live(store.load(token(66), T0).await, "now it is given out").id, record(2));
}

pub(in super::super) async fn create_leaves_superseded_tokens_as_they_are(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    created(store.create(Create { supersede: Some(token(1)), ..signed_in_at(2, "alice", T0 + 1) }).await, "a login");
    let late = Create { supersede: Some(token(1)), lease: Some(T0 + HOUR), ..signed_in_at(3, "mallory", T0 + 2) };
    let claims = created(store.create(late).await, "a login with the token of before");
    assert!(claims.is_empty(), "it ends nothing: {claims:?}");
    assert_eq!(superseded(store.load(token(1), T0 + 3).await, "the token of before"), replaced(2, T0 + 1, true));
    live(store.load(token(2), T0 + 3).await, "the successor");
    live(store.load(token(3), T0 + 3).await, "the late one");
}

pub(in super::super) async fn superseded_tokens_name_the_last_session_known(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(anonymous(1)).await, "a visitor");
    for n in 2..=5 {
        let login = Create { supersede: Some(token(n - 1)), ..signed_in_at(n, "alice", T0 + u64::from(n)) };
        created(store.create(login).await, "signs in over and over");
    }
    for n in 1..=4 {
        let what = superseded(store.load(token(n), T0 + 10).await, "a token of before");
        assert_eq!(what.by, record(5), "token {n}: where the successor was superseded in its turn, the last one known");
        assert_eq!((what.at, what.authenticated), (T0 + u64::from(n) + 1, n > 1), "token {n}: when and what it was");
    }
    ended(store.end(end(5, EndReason::Logout)).await, "the last one");
    for n in 1..=4 {
        let what = superseded(store.load(token(n), T0 + 10).await, "it stays superseded");
        assert_eq!(what.by, record(5), "token {n}");
    }
}

pub(in super::super) async fn superseded_tokens_are_kept_until_the_absolute_end(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    let session = live(store.load(token(1), T0).await, "it");
    rotated(store.rotate(reauthenticate(&session, 1, 2, T0)).await, "a re-authentication");
    created(store.create(Create { supersede: Some(token(2)), ..signed_in_at(3, "alice", T0) }).await, "a login");
    done(store.commit(turn(3, 3, 4, T0)).await, "a rotation");
    live(store.load(token(4), T0).await, "the successor is presented");
    done(store.commit(turn(3, 4, 5, T0 + MINUTE)).await, "another rotation: 3 is past");
    // It stays in use: only its absolute end is near.
    done(store.commit(stamp(3, T0 + ABSOLUTE - MINUTE, 0, 1)).await, "activity");
    let now = T0 + ABSOLUTE - 1;
    sweep_all(&store, sweep_at(now)).await;
    for n in 1..=3 {
        superseded(store.load(token(n), now).await, "one millisecond before the absolute end of its successor");
    }
    live(store.load(token(4), now).await, "the session itself");
}
