//! `admit`: a place under a limit, checked and taken in one operation.

use super::super::{Stores, Subject, kit::*, subject::user_id};
use crate::{
    clock::MAX_SKEW_MS,
    store::{Create, EndReason, OnLimit, Reclaim, Reset, SessionLimit},
};

fn limit(most: u32, on_limit: OnLimit) -> SessionLimit {
    SessionLimit { most, on_limit }
}

async fn listed(store: &Subject, user: &str) -> Vec<crate::token::RecordId> {
    store.of_user(user).await.iter().map(|session| session.id).collect()
}

/// A store with sessions 1 to 3 of Alice's, made a minute apart, and one of Bob's; last seen in the order 2, 3, 1.
async fn three(stores: &Stores) -> Subject {
    let store = stores.fresh().await;
    for n in 1..=3 {
        created(store.create(signed_in_at(n, "alice", T0 + u64::from(n) * MINUTE)).await, "hers");
    }
    created(store.create(signed_in(10, "bob")).await, "his");
    done(store.commit(stamp(1, T0 + 9 * MINUTE, 0, 1)).await, "activity");
    done(store.commit(stamp(2, T0 + 7 * MINUTE, 0, 1)).await, "activity");
    done(store.commit(stamp(3, T0 + 8 * MINUTE, 0, 1)).await, "activity");
    store
}

pub(in super::super) async fn admit_rejects_when_full(stores: &Stores) {
    let store = three(stores).await;
    created(store.create(anonymous(20)).await, "a visitor");
    let now = T0 + 10 * MINUTE;
    let login = |n| Create { supersede: Some(token(20)), ..signed_in_at(n, "alice", now) };
    for most in [1, 2, 3] {
        over_the_limit(store.admit(login(4), limit(most, OnLimit::Reject)).await, "she has three");
    }
    unknown(store.load(token(4), now).await, "nothing was created");
    live(store.load(token(20), now).await, "nothing was superseded");
    assert_eq!(listed(&store, "alice").await, [1, 2, 3].map(record), "nothing ended");
    let claims = created(store.admit(login(4), limit(4, OnLimit::Reject)).await, "a fourth place");
    assert!(claims.is_empty(), "{claims:?}");
    over_the_limit(store.admit(signed_in_at(5, "alice", now), limit(4, OnLimit::Reject)).await, "she has four");
    created(store.admit(signed_in_at(6, "bob", now), limit(2, OnLimit::Reject)).await, "Bob has one");
    created(store.admit(anonymous_at(7, now), limit(1, OnLimit::Reject)).await, "a visitor");
    created(store.admit(anonymous_at(8, now), limit(1, OnLimit::Reject)).await, "nobody has no limit");
    ended(store.end(end(2, EndReason::Logout)).await, "one ends");
    created(store.admit(signed_in_at(9, "alice", now), limit(4, OnLimit::Reject)).await, "there is room again");
}

pub(in super::super) async fn admit_evicts(stores: &Stores) {
    let now = T0 + 10 * MINUTE;
    let rows: [(_, _, &[u32]); 6] = [
        (OnLimit::EvictOldest, 4, &[]),
        (OnLimit::EvictOldest, 3, &[1]),
        (OnLimit::EvictOldest, 1, &[1, 2, 3]),
        (OnLimit::EvictIdle, 3, &[2]),
        (OnLimit::EvictIdle, 2, &[2, 3]),
        (OnLimit::EvictIdle, 5, &[]),
    ];
    for (on_limit, most, expected) in rows {
        let store = three(stores).await;
        let lease = now + MINUTE;
        let login = Create { lease: Some(lease), ..signed_in_at(4, "alice", now) };
        let claims = created(store.admit(login, limit(most, on_limit)).await, "she signs in once more");
        assert_eq!(ids(&claims), records(expected.iter().copied()), "{on_limit:?}, {most}");
        for claim in &claims {
            assert_eq!((claim.reason, claim.at), (EndReason::Evicted, now));
            assert!(claim.session.data.contains_key("first"), "the hook reads the data");
        }
        for n in 1..=4 {
            if expected.contains(&n) {
                assert_eq!(dead(store.load(token(n), now).await, "evicted"), EndReason::Evicted);
            } else {
                live(store.load(token(n), now).await, "it stays");
            }
        }
        live(store.load(token(10), now).await, "Bob's is none of them");
        let reclaimed = store.reclaim(Reclaim { at_most: 10, lease: T0 + DAY, now: lease }).await;
        assert_eq!(ids(&reclaimed), ids(&claims), "with a lease, they are claims");
    }
}

pub(in super::super) async fn admit_does_not_count_the_dead(stores: &Stores) {
    // Session 1 dies at T0 + IDLE; clocks may differ.
    let died = T0 + IDLE;
    for (now, counts) in [(died, true), (died + MAX_SKEW_MS - 1, true), (died + MAX_SKEW_MS, false)] {
        let store = stores.fresh().await;
        created(store.create(signed_in(1, "alice")).await, "hers");
        let login = Create { lease: Some(now + MINUTE), ..signed_in_at(2, "alice", now) };
        let outcome = store.admit(login, limit(1, OnLimit::Reject)).await;
        if counts {
            over_the_limit(outcome, "another clock may see it alive");
            live(store.load(token(1), now).await, "nothing ended");
        } else {
            let claims = created(outcome, "a dead session takes no place");
            assert_eq!(ids(&claims), [record(1)], "it was found dead");
            assert_eq!(claims[0].reason, EndReason::Idle, "for its own reason");
            assert_eq!(dead(store.load(token(1), now).await, "found dead"), EndReason::Idle);
        }
    }
}

pub(in super::super) async fn admit_does_not_count_the_superseded(stores: &Stores) {
    for on_limit in ON_LIMIT {
        let store = three(stores).await;
        let now = T0 + 10 * MINUTE;
        let again = Create { supersede: Some(token(2)), ..signed_in_at(4, "alice", now) };
        let claims = created(store.admit(again, limit(3, on_limit)).await, "it takes the place of the one before");
        assert!(claims.is_empty(), "{on_limit:?}: {claims:?}");
        assert_eq!(listed(&store, "alice").await, [1, 3, 4].map(record), "{on_limit:?}");
        assert_eq!(superseded(store.load(token(2), now).await, "the one before"), replaced(4, now, true));

        // Somebody else's gives way, and takes no place of hers.
        let over = Create { supersede: Some(token(10)), ..signed_in_at(5, "alice", now) };
        let outcome = store.admit(over, limit(3, on_limit)).await;
        if on_limit == OnLimit::Reject {
            over_the_limit(outcome, "she has three");
            live(store.load(token(10), now).await, "nothing was superseded");
        } else {
            let claims = created(outcome, "one of hers, and Bob's");
            assert_eq!(claims.len(), 2, "{on_limit:?}: {:?}", ids(&claims));
            let bob = claims.iter().find(|claim| claim.session.id == record(10)).expect("Bob's session ended");
            assert_eq!(bob.reason, EndReason::IdentityChanged);
            assert_eq!(listed(&store, "alice").await.len(), 3);
        }
    }
}

pub(in super::super) async fn admit_is_a_create(stores: &Stores) {
    let store = three(stores).await;
    let now = T0 + 10 * MINUTE;
    let two = limit(3, OnLimit::EvictOldest);
    let ticket = store.generation("alice").await;
    taken(store.admit(Create { token: token(10), ..signed_in_at(4, "alice", now) }, two).await, "a known token");
    let same_record = Create { token: token(4), ..signed_in_at(10, "alice", now) };
    taken(store.admit(same_record, two).await, "a known record id");
    assert_eq!(listed(&store, "alice").await, [1, 2, 3].map(record), "a refused login evicts nobody");
    let spared = Reset {
        user: user_id("alice"),
        except: Some(record(3)),
        reason: EndReason::CredentialChanged,
        lease: None,
        now,
    };
    store.reset_user(spared).await;
    let late = Create { generation: Some(ticket), ..signed_in_at(4, "alice", now) };
    reset(store.admit(late, limit(1, OnLimit::EvictOldest)).await, "a login that began before the reset");
    assert_eq!(listed(&store, "alice").await, [record(3)], "a refused login evicts nobody");
    let login = Create { supersede: Some(token(66)), ..signed_in_at(4, "alice", now) };
    created(store.admit(login, two).await, "a token of nobody's");
    unknown(store.load(token(66), now).await, "it is not adopted");
    assert_eq!(live(store.load(token(4), now).await, "it").id, record(4));
}
