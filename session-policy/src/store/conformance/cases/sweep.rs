//! `sweep`: sessions that nobody comes back to.

use super::super::{Stores, kit::*};
use crate::store::{CLAIM_KEPT_MS, Commit, Create, EndReason, Expiry, Reclaim, Sweep};

pub(in super::super) async fn sweep_goes_by_the_deadline(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    created(store.create(anonymous(2)).await, "a visitor");
    assert_eq!(sweep_all(&store, sweep_at(T0 + IDLE - 1)).await.ended, 0, "one millisecond before");
    live(store.load(token(1), T0 + IDLE - 1).await, "alive");
    live(store.load(token(1), T0 + IDLE).await, "dead for whoever judges, and live until it is ended");
    // The caller has taken off what clocks may differ by: `due` counts, not `now`.
    let early = Sweep { due: T0 + IDLE - 1, now: T0 + DAY, ..sweep_at(0) };
    assert_eq!(sweep_all(&store, early).await.ended, 0, "`due` decides");
    assert_eq!(sweep_all(&store, sweep_at(T0 + IDLE)).await.ended, 2, "at its deadline");
    for n in [1, 2] {
        assert_eq!(dead(store.load(token(n), T0 + IDLE).await, "swept"), EndReason::Idle);
    }
    assert_eq!(sweep_all(&store, sweep_at(T0 + IDLE)).await.ended, 0, "it ends once");
}

pub(in super::super) async fn sweep_ends_for_the_deadline_that_came_first(stores: &Stores) {
    let store = stores.fresh().await;
    let cases = [
        (1, HOUR, 2 * HOUR, EndReason::Idle),
        (2, 2 * HOUR, HOUR, EndReason::Absolute),
        (3, HOUR, HOUR, EndReason::Absolute),
        (4, HOUR, HOUR + 1, EndReason::Idle),
    ];
    for (n, idle_ms, absolute, _) in cases {
        let mut create = signed_in(n, "alice");
        create.record.expiry = Expiry { idle_ms, absolute_at: T0 + absolute };
        created(store.create(create).await, "a session");
    }
    assert_eq!(sweep_all(&store, sweep_at(T0 + HOUR - 1)).await.ended, 0, "none is dead yet");
    let swept = sweep_all(&store, Sweep { lease: Some(T0 + DAY), ..sweep_at(T0 + 3 * HOUR) }).await;
    assert_eq!(ids(&swept.claims), records(1..=4));
    for (n, idle, absolute, reason) in cases {
        let why = dead(store.load(token(n), T0 + 3 * HOUR).await, "swept");
        assert_eq!(why, reason, "idle after {idle} ms, absolute after {absolute} ms");
        let claim = swept.claims.iter().find(|claim| claim.session.id == record(n)).unwrap();
        assert_eq!((claim.reason, claim.at), (reason, T0 + 3 * HOUR), "the claim says the same");
    }
}

pub(in super::super) async fn sweep_works_in_batches(stores: &Stores) {
    for at_most in [1, 7, 23, 24] {
        let store = stores.fresh().await;
        for n in 0..23 {
            created(store.create(signed_in(n, "alice")).await, "a session that will be left");
            created(store.create(signed_in(100 + n, "alice")).await, "one that is in use");
            done(store.commit(stamp(100 + n, T0 + HOUR, HOUR, 1)).await, "activity");
        }
        let sweep = Sweep { at_most, lease: Some(T0 + DAY), ..sweep_at(T0 + HOUR) };
        let (mut claims, mut calls) = (Vec::new(), 0);
        loop {
            let swept = store.sweep(sweep).await;
            assert!(swept.ended <= at_most, "at most {at_most} of them, not {}", swept.ended);
            assert_eq!(swept.ended, swept.claims.len(), "with a lease, all of them are claimed");
            claims.extend(swept.claims);
            calls += 1;
            if swept.next.is_none() {
                break;
            }
            assert!(calls < 200, "each call makes progress, and it comes to an end");
        }
        assert_eq!(ids(&claims), records(0..23), "each once, after {calls} calls");
        for n in 0..23 {
            assert_eq!(dead(store.load(token(n), T0 + HOUR).await, "left"), EndReason::Idle);
            live(store.load(token(100 + n), T0 + HOUR).await, "in use");
        }
    }
}

pub(in super::super) async fn sweep_leaves_claims(stores: &Stores) {
    let store = stores.fresh().await;
    for n in 1..=3 {
        created(store.create(signed_in(n, "alice")).await, "a session");
        done(store.commit(write(n, "cart", &n.to_be_bytes())).await, "its data");
    }
    let now = T0 + HOUR;
    let lease = now + MINUTE;
    let swept = sweep_all(&store, Sweep { lease: Some(lease), ..sweep_at(now) }).await;
    assert_eq!((swept.ended, ids(&swept.claims)), (3, records(1..=3)));
    for n in 1..=3 {
        let claim = swept.claims.iter().find(|claim| claim.session.id == record(n)).unwrap();
        has(&claim.session, "cart", &n.to_be_bytes(), "the hook reads the data");
        assert_eq!(dead(store.load(token(n), now).await, "dead before the hook"), EndReason::Idle);
    }
    assert!(sweep_all(&store, Sweep { lease: Some(lease), ..sweep_at(now) }).await.claims.is_empty(), "claimed once");
    store.settle(vec![record(2)]).await;
    let claims = store.reclaim(Reclaim { at_most: 10, lease: now + HOUR, now: lease }).await;
    assert_eq!(ids(&claims), records([1, 3]), "those whose hooks did not return");

    created(store.create(signed_in(4, "alice")).await, "a session");
    let swept = sweep_all(&store, sweep_at(now)).await;
    assert_eq!((swept.ended, swept.claims.len()), (1, 0), "nobody listens: none claimed");
    let claims = store.reclaim(Reclaim { at_most: 10, lease: now + DAY, now: now + HOUR }).await;
    assert_eq!(ids(&claims), records([1, 3]), "nothing is left of an end that nobody listened to");
}

pub(in super::super) async fn sweep_heeds_later_activity(stores: &Stores) {
    let store = stores.fresh().await;
    for n in 1..=4 {
        created(store.create(signed_in(n, "alice")).await, "a session");
    }
    let now = T0 + IDLE - 1;
    done(store.commit(stamp(1, now, IDLE - 1, 1)).await, "activity in the last moment");
    let longer = Expiry { idle_ms: DAY, absolute_at: T0 + 2 * DAY };
    done(store.commit(Commit { expiry: Some((longer, 1)), ..Commit::of(record(2), now) }).await, "another policy");
    let seen = live(store.load(token(3), now).await, "the third");
    rotated(store.rotate(reauthenticate(&seen, 3, 13, now)).await, "a re-authentication");
    let swept = sweep_all(&store, Sweep { lease: Some(T0 + DAY), ..sweep_at(T0 + IDLE) }).await;
    assert_eq!(ids(&swept.claims), [record(4)], "only the one that was left");
    for n in [1, 2, 13] {
        live(store.load(token(n), T0 + IDLE).await, "in use");
    }
    let swept = sweep_all(&store, Sweep { lease: Some(T0 + DAY), ..sweep_at(now + IDLE) }).await;
    assert_eq!(ids(&swept.claims), records([1, 3]), "their new deadlines hold");
    assert_eq!(sweep_all(&store, sweep_at(T0 + DAY)).await.ended, 1, "and that of the new policy");
}

pub(in super::super) async fn sweep_does_not_end_what_was_superseded(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    let login = Create { supersede: Some(token(1)), ..signed_in_at(2, "alice", T0 + 20 * MINUTE) };
    created(store.create(login).await, "a login");
    created(store.create(signed_in(3, "alice")).await, "a session");
    ended(store.end(end(3, EndReason::Logout)).await, "a logout");
    let swept = sweep_all(&store, Sweep { lease: Some(T0 + DAY), ..sweep_at(T0 + IDLE) }).await;
    assert!(swept.claims.is_empty(), "neither was left: {:?}", ids(&swept.claims));
    assert_eq!(dead(store.load(token(3), T0 + IDLE).await, "the reason stays"), EndReason::Logout);
    assert_eq!(superseded(store.load(token(1), T0 + IDLE).await, "it stays superseded").by, record(2));
}

pub(in super::super) async fn sweep_forgets_claims_after_a_week(stores: &Stores) {
    let store = stores.fresh().await;
    for n in [1, 2] {
        created(store.create(signed_in(n, "alice")).await, "a session");
    }
    let at = T0 + HOUR;
    sweep_all(&store, Sweep { lease: Some(at + MINUTE), ..sweep_at(at) }).await;
    store.settle(vec![record(1)]).await;
    let almost = at + CLAIM_KEPT_MS - 1;
    sweep_all(&store, sweep_at(almost)).await;
    let claims = store.reclaim(Reclaim { at_most: 10, lease: almost + 1, now: almost }).await;
    assert_eq!(ids(&claims), [record(2)], "kept for seven days");
    let later = at + CLAIM_KEPT_MS + 1;
    for _ in 0..4 {
        sweep_all(&store, sweep_at(later)).await;
    }
    let claims = store.reclaim(Reclaim { at_most: 10, lease: later + DAY, now: later }).await;
    assert!(claims.is_empty(), "the data of a session is not kept for ever: {:?}", ids(&claims));
}
