//! `reclaim`, `settle`, and what engines say about the time.

use super::super::{Stores, Subject, kit::*};
use crate::store::{ClockReport, End, EndReason, Reclaim};

/// A store with ends `1..=many`, all leased until T0 + 1 minute.
async fn leased(stores: &Stores, many: u32) -> Subject {
    let store = stores.fresh().await;
    for n in 1..=many {
        created(store.create(signed_in(n, "alice")).await, "a session");
        done(store.commit(write(n, "cart", &n.to_be_bytes())).await, "its data");
        ended(store.end(End { lease: Some(T0 + MINUTE), ..end(n, EndReason::Revoked) }).await, "it ends");
    }
    store
}

fn reclaim(now: u64) -> Reclaim {
    Reclaim { at_most: 100, lease: now + MINUTE, now }
}

pub(in super::super) async fn claims_are_the_holders_until_the_lease_is_over(stores: &Stores) {
    let store = leased(stores, 1).await;
    for now in [0, T0, T0 + MINUTE - 1] {
        assert!(store.reclaim(reclaim(now)).await.is_empty(), "the lease runs");
    }
    let mut now = T0 + MINUTE;
    for _ in 0..3 {
        let claims = store.reclaim(reclaim(now)).await;
        assert_eq!(ids(&claims), [record(1)], "the lease ran out: whoever had it died inside the hook");
        assert_eq!((claims[0].reason, claims[0].at), (EndReason::Revoked, T0), "the same end");
        has(&claims[0].session, "cart", &1_u32.to_be_bytes(), "the data is still readable");
        for now in [now, now + MINUTE - 1] {
            assert!(store.reclaim(reclaim(now)).await.is_empty(), "a new lease runs");
        }
        now += MINUTE;
    }
    assert_eq!(dead(store.load(token(1), now).await, "dead all the while"), EndReason::Revoked);
}

pub(in super::super) async fn claims_are_handed_out_in_batches(stores: &Stores) {
    let store = leased(stores, 10).await;
    let now = T0 + MINUTE;
    let mut all = Vec::new();
    for _ in 0..20 {
        let claims = store.reclaim(Reclaim { at_most: 3, ..reclaim(now) }).await;
        assert!(claims.len() <= 3, "at most three, not {}", claims.len());
        if claims.is_empty() {
            break;
        }
        all.extend(claims);
    }
    assert_eq!(ids(&all), records(1..=10), "each once");
    for claim in &all {
        assert!(claim.session.data.contains_key("cart"), "with its data");
    }
}

pub(in super::super) async fn claims_are_settled_for_good(stores: &Stores) {
    let store = leased(stores, 4).await;
    store.settle(Vec::new()).await;
    store.settle(vec![record(1), record(99), record(2)]).await;
    store.settle(vec![record(1)]).await;
    let now = T0 + MINUTE;
    assert_eq!(ids(&store.reclaim(reclaim(now)).await), records([3, 4]), "settled ones are gone");
    // The hook of whoever had it first returned late, after all.
    store.settle(vec![record(3)]).await;
    assert_eq!(ids(&store.reclaim(reclaim(now + MINUTE)).await), [record(4)], "settled is settled");
    for n in 1..=4 {
        assert_eq!(dead(store.load(token(n), now).await, "the tombstone stays"), EndReason::Revoked);
    }

    created(store.create(signed_in(5, "alice")).await, "a session");
    store.settle(vec![record(5)]).await;
    live(store.load(token(5), T0).await, "a live session is not settled");
    let claim = ended(store.end(End { lease: Some(now), ..end(5, EndReason::Logout) }).await, "it ends");
    assert_eq!(claim.session.id, record(5));
    let again = store.reclaim(reclaim(now)).await;
    assert_eq!(ids(&again), [record(5)], "what was settled before the end says nothing about the end");
}

pub(in super::super) async fn clocks_are_reported(stores: &Stores) {
    let store = stores.fresh().await;
    let engines = [1, 2, u64::MAX, 1 << 63];
    for engine in engines {
        let reports = store.report_clock(engine, T0).await;
        assert!(reports.contains(&ClockReport { engine, now: T0 }), "its own is among them: {reports:?}");
    }
    let mut reports = store.report_clock(2, T0 - HOUR).await;
    reports.sort_by_key(|report| report.engine);
    let mut expected = engines.map(|engine| ClockReport { engine, now: if engine == 2 { T0 - HOUR } else { T0 } });
    expected.sort_by_key(|report| report.engine);
    assert_eq!(reports, expected, "the last report of each");
    for engine in 100..163 {
        store.report_clock(engine, T0 + engine).await;
    }
    let reports = store.report_clock(163, T0 + 163).await;
    for engine in 100..=163 {
        let report = ClockReport { engine, now: T0 + engine };
        assert!(reports.contains(&report), "the most recent 64 at least: {engine} is missing");
    }
}
