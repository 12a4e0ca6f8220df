//! Futures that are dropped half way: the operation happened as a whole or not at all, and the store still works.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use super::super::{Stores, Subject, kit::*, subject::user_id};
use crate::store::{
    Commit, Create, End, EndReason, Generation, Loaded, OnLimit, Reclaim, Reset, ResetEveryone, SessionLimit, Sweep,
};

/// How often a future is polled at most before it is dropped. One that needs more is dropped at each of the first so many.
const POLLS: usize = 24;
/// After every claim's lease.
const LATER: u64 = T0 + DAY;

type Operation = fn(Subject, Generation) -> Pin<Box<dyn Future<Output = ()>>>;

/// Polls a future at most so often, each time when it asks for it, and drops it.
async fn poll_at_most<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            // Was that the last time? Then nobody waits.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Sessions 1 and 2 of Alice's, 3 of Bob's, 4 of Bob's with two successors that nobody presented, and an end of hers.
async fn prepared(stores: &Stores) -> (Subject, Generation) {
    let store = stores.fresh().await;
    for (n, user) in [(1, "alice"), (2, "alice"), (3, "bob"), (4, "bob"), (5, "alice")] {
        created(store.create(signed_in_at(n, user, T0 + u64::from(n))).await, "a session");
    }
    done(store.commit(turn(4, 4, 40, T0)).await, "a rotation");
    done(store.commit(turn(4, 4, 41, T0 + GRACE)).await, "a recovery");
    ended(store.end(End { lease: Some(T0), ..end(5, EndReason::Logout) }).await, "an end");
    let by_user = store.says().0;
    let ticket = if by_user { store.generation("alice").await } else { Generation::default() };
    (store, ticket)
}

/// Everything that can be seen without changing anything that matters.
async fn view(store: &Subject, ticket: Generation) -> String {
    let mut text = String::new();
    let now = T0 + MINUTE;
    // 41 is never presented: if 40 is presented here, then in every view.
    for n in [1, 2, 3, 4, 5, 10, 11] {
        text += &format!("\n{n}: {}", shown_load(&store.load(token(n), now).await));
    }
    // A lease that is over at once: whoever looks again, sees them again.
    let claims = store.reclaim(Reclaim { at_most: 100, lease: LATER, now: LATER }).await;
    text += &format!("\n{}", shown_claims(&claims));
    if store.says().0 {
        for user in ["alice", "bob"] {
            let sessions = store.of_user(user).await;
            text += &format!("\n{user}: {:?}", sessions.iter().map(|session| session.id).collect::<Vec<_>>());
        }
        text += &format!("\nreset: {}", store.generation("alice").await != ticket);
    }
    text
}

/// A store may finish in the background what was dropped. Looks until two views agree.
async fn settled_view(store: &Subject, ticket: Generation) -> String {
    let mut last = view(store, ticket).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
        let again = view(store, ticket).await;
        if again == last {
            return again;
        }
        last = again;
    }
    panic!("a cancelled operation does not come to rest");
}

/// Sessions come and go as ever.
async fn still_works(store: &Subject) {
    created(store.create(signed_in(90, "carol")).await, "the store still works");
    done(store.commit(write(90, "a", b"1")).await, "the store still works");
    has(&live(store.load(token(90), T0).await, "the store still works"), "a", b"1", "the store still works");
    ended(store.end(end(90, EndReason::Logout)).await, "the store still works");
}

async fn whole_or_not_at_all(stores: &Stores, operation: Operation) {
    let (store, ticket) = prepared(stores).await;
    let before = settled_view(&store, ticket).await;
    operation(store.clone(), ticket).await;
    let after = settled_view(&store, ticket).await;
    assert!(before != after, "the operation of this case does something");
    for polls in 0..=POLLS {
        let (store, ticket) = prepared(stores).await;
        let completed = poll_at_most(polls, operation(store.clone(), ticket)).await.is_some();
        let seen = settled_view(&store, ticket).await;
        assert!(
            seen == before || seen == after,
            "dropped after {polls} polls, it happened by half:{seen}\nand not at all would be:{before}\nas a whole:{after}"
        );
        if seen == before {
            operation(store.clone(), ticket).await;
            let again = settled_view(&store, ticket).await;
            assert!(again == after, "after it was dropped at poll {polls}, it does not work again:{again}");
        }
        still_works(&store).await;
        if completed {
            return;
        }
    }
}

pub(in super::super) async fn cancelled_create_is_whole_or_nothing(stores: &Stores) {
    whole_or_not_at_all(stores, |store, _| {
        Box::pin(async move {
            let login = Create { supersede: Some(token(3)), lease: Some(T0 + HOUR), ..signed_in(10, "alice") };
            created(store.create(login).await, "a login over Bob's session");
        })
    })
    .await;
}

pub(in super::super) async fn cancelled_commit_is_whole_or_nothing(stores: &Stores) {
    whole_or_not_at_all(stores, |store, _| {
        Box::pin(async move {
            let mut commit = turn(1, 1, 10, T0 + HOUR);
            (commit.stamp, commit.data) = (stamp(1, T0 + HOUR, HOUR, 1).stamp, vec![put("a", b"1"), remove("first")]);
            (commit.count_failure, commit.mark_step_up) = (true, true);
            done(store.commit(commit).await, "everything at once");
        })
    })
    .await;
}

pub(in super::super) async fn cancelled_rotate_is_whole_or_nothing(stores: &Stores) {
    whole_or_not_at_all(stores, |store, _| {
        Box::pin(async move {
            let seen = signed_in_at(4, "bob", T0 + 4);
            let seen = crate::store::Snapshot::new(seen.token, seen.record);
            let rotate = reauthenticate(&seen, 4, 10, T0 + GRACE);
            rotated(store.rotate(rotate).await, "with two successors that nobody presented");
        })
    })
    .await;
}

pub(in super::super) async fn cancelled_load_is_whole_or_nothing(stores: &Stores) {
    whole_or_not_at_all(stores, |store, _| {
        Box::pin(async move {
            let session = live(store.load(token(40), T0 + MINUTE).await, "the first sibling presented");
            stands(&session, 40, T0 + MINUTE, crate::store::TokenStanding::Current, "it is confirmed");
        })
    })
    .await;
}

pub(in super::super) async fn cancelled_end_is_whole_or_nothing(stores: &Stores) {
    whole_or_not_at_all(stores, |store, _| {
        Box::pin(async move {
            ended(store.end(End { lease: Some(T0 + HOUR), ..end(4, EndReason::Revoked) }).await, "an end");
        })
    })
    .await;
}

pub(in super::super) async fn cancelled_reset_is_whole_or_nothing(stores: &Stores) {
    whole_or_not_at_all(stores, |store, _| {
        Box::pin(async move {
            let (user, reason, lease) = (user_id("alice"), EndReason::CredentialChanged, Some(T0 + HOUR));
            store.reset_user(Reset { user, except: Some(record(2)), reason, lease, now: T0 }).await;
        })
    })
    .await;
}

pub(in super::super) async fn cancelled_set_role_is_whole_or_nothing(stores: &Stores) {
    whole_or_not_at_all(stores, |store, _| {
        Box::pin(async move {
            assert!(store.set_role("alice", Some("guest")).await >= 2);
        })
    })
    .await;
}

pub(in super::super) async fn cancelled_admit_is_whole_or_nothing(stores: &Stores) {
    whole_or_not_at_all(stores, |store, ticket| {
        Box::pin(async move {
            let login = Create {
                supersede: Some(token(3)),
                lease: Some(T0 + HOUR),
                generation: Some(ticket),
                ..signed_in_at(10, "alice", T0 + 10)
            };
            let limit = SessionLimit { most: 1, on_limit: OnLimit::EvictOldest };
            created(store.admit(login, limit).await, "two of hers are evicted, and Bob's ends");
        })
    })
    .await;
}

/// A batch need not be one step, but no session of it may be lost between its end and its hook.
async fn no_hook_is_lost(stores: &Stores, operation: Operation) {
    for polls in 0..=POLLS {
        let (store, ticket) = prepared(stores).await;
        let completed = poll_at_most(polls, operation(store.clone(), ticket)).await.is_some();
        settled_view(&store, ticket).await;
        let claims = store.reclaim(Reclaim { at_most: 100, lease: LATER, now: LATER }).await;
        for n in 1..=4 {
            let claimed = claims.iter().filter(|claim| claim.session.id == record(n)).count();
            let is_dead = matches!(store.load(token(n), T0).await, Loaded::Ended(_));
            assert_eq!(claimed, usize::from(is_dead), "dropped after {polls} polls: session {n} is dead: {is_dead}");
        }
        // Whoever comes next does the rest.
        operation(store.clone(), ticket).await;
        let claims = store.reclaim(Reclaim { at_most: 100, lease: LATER + 1, now: LATER }).await;
        assert_eq!(ids(&claims), records(1..=5), "dropped after {polls} polls, and done again");
        still_works(&store).await;
        if completed {
            return;
        }
    }
}

pub(in super::super) async fn cancelled_sweep_loses_no_hook(stores: &Stores) {
    no_hook_is_lost(stores, |store, _| {
        Box::pin(async move {
            sweep_all(&store, Sweep { lease: Some(T0 + HOUR + MINUTE), ..sweep_at(T0 + HOUR) }).await;
        })
    })
    .await;
}

pub(in super::super) async fn cancelled_reset_of_everyone_loses_no_hook(stores: &Stores) {
    no_hook_is_lost(stores, |store, _| {
        Box::pin(async move {
            let (reason, lease) = (EndReason::Revoked, Some(T0 + HOUR));
            let mut reset = ResetEveryone { reason, after: None, at_most: 2, lease, now: T0 };
            for _ in 0..100 {
                reset.after = store.reset_everyone(reset).await.next;
                if reset.after.is_none() {
                    return;
                }
            }
            panic!("it does not come to an end");
        })
    })
    .await;
}

pub(in super::super) async fn cancelled_claims_come_again(stores: &Stores) {
    for polls in 0..=POLLS {
        let store = stores.fresh().await;
        for n in 1..=3 {
            created(store.create(signed_in(n, "alice")).await, "a session");
            ended(store.end(End { lease: Some(T0), ..end(n, EndReason::Logout) }).await, "an end");
        }
        let reclaim = Reclaim { at_most: 10, lease: T0 + MINUTE, now: T0 };
        let reclaimed = poll_at_most(polls, store.reclaim(reclaim)).await;
        let claims = store.reclaim(Reclaim { lease: T0 + 2 * MINUTE, now: T0 + MINUTE, ..reclaim }).await;
        assert_eq!(ids(&claims), records(1..=3), "whoever asked is gone, and so is the lease");
        let settled = poll_at_most(polls, store.settle(vec![record(1)])).await;
        let again = Reclaim { lease: T0 + HOUR, now: T0 + 2 * MINUTE, ..reclaim };
        let left = ids(&store.reclaim(again).await);
        assert!(left == records(1..=3) || left == records(2..=3), "settled or not: {left:?}");
        still_works(&store).await;
        if reclaimed.is_some() && settled.is_some() {
            return;
        }
    }
}

/// What a request that was dropped began must not keep others waiting: a lock, a transaction.
pub(in super::super) async fn cancelled_operations_hold_nothing(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    for round in 0..40_usize {
        let polls = round % 8;
        let value = round.to_be_bytes();
        let commit = Commit { data: vec![put("a", &value)], ..Commit::of(record(1), T0) };
        _ = poll_at_most(polls, store.commit(commit)).await;
        _ = poll_at_most(polls, store.load(token(1), T0)).await;
        _ = poll_at_most(polls, store.create(signed_in(100, "alice"))).await;
        _ = poll_at_most(polls, store.end(end(100, EndReason::Logout))).await;
        _ = poll_at_most(polls, store.sweep(sweep_at(T0))).await;
    }
    // Not the last one: what was dropped may still be on its way.
    let session = live(store.load(token(1), T0).await, "it");
    assert_eq!(session.id, record(1));
    done(store.commit(write(1, "b", b"1")).await, "the store still works");
    let last = live(store.load(token(1), T0).await, "it");
    has(&last, "b", b"1", "the store still works");
    still_works(&store).await;
}
