//! Many tasks, one winner. Each race runs several times: a store that is not atomic loses one of them.

use std::sync::Arc;

use super::super::{Stores, kit::*, subject::user_id};
use crate::{
    store::{
        Commit, Committed, Create, Created, End, EndReason, Ended, Loaded, OnLimit, Reclaim, Reset, Rotate, Rotated,
        SessionLimit, Sweep,
    },
    token::RecordId,
};

const ROUNDS: u32 = 8;
/// How many take part.
const MANY: u32 = 12;

/// How many of them are.
fn count<T>(all: &[T], is: impl Fn(&T) -> bool) -> usize {
    all.iter().filter(|one| is(one)).count()
}

pub(in super::super) async fn race_create_one_wins(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        let answers = race(MANY, |n| {
            let store = store.clone();
            // Half of them want the same token, half the same record id; all of them collide with one.
            let create = if n % 2 == 0 {
                Create { token: token(1), ..signed_in(if n == 0 { 1 } else { 10 + n }, "alice") }
            } else {
                Create { token: token(10 + n), ..signed_in(1, "alice") }
            };
            async move { (create.token, create.record.id, store.create(create).await) }
        })
        .await;
        let mut winners = Vec::new();
        for (token, id, answer) in answers {
            match answer {
                Created::Done(_) => winners.push((token, id)),
                Created::Taken => {}
                other => panic!("round {round}: {}", Short(&other)),
            }
        }
        assert!((1..=2).contains(&winners.len()), "round {round}: {winners:?}");
        assert!(count(&winners, |(one, _)| *one == token(1)) <= 1, "round {round}: two have the same token");
        assert!(count(&winners, |(_, one)| *one == record(1)) <= 1, "round {round}: two have the same record id");
        for (token, id) in winners {
            assert_eq!(live(store.load(token, T0).await, "a winner's").id, id, "round {round}");
        }
    }
}

pub(in super::super) async fn race_rotate_one_wins(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        created(store.create(signed_in(1, "alice")).await, "a session");
        let seen = live(store.load(token(1), T0).await, "it");
        let answers = race(MANY, |n| {
            let (store, rotate) = (store.clone(), reauthenticate(&seen, 1, 10 + n, T0 + 1));
            let hint = (n % 2 == 0).then(|| Box::new(seen.clone()));
            async move { (n, store.rotate(Rotate { seen: hint, ..rotate }).await) }
        })
        .await;
        let winners: Vec<_> = answers.iter().filter(|(_, answer)| matches!(answer, Rotated::Done)).collect();
        assert_eq!(winners.len(), 1, "round {round}: one token replaces another: {answers:?}");
        let refused = count(&answers, |(_, answer)| matches!(answer, Rotated::Conflict));
        assert_eq!(refused, MANY as usize - 1, "round {round}: {answers:?}");
        for (n, answer) in &answers {
            match (answer, store.load(token(10 + n), T0 + 2).await) {
                (Rotated::Done, Loaded::Live(_)) | (Rotated::Conflict, Loaded::Unknown) => {}
                (answer, loaded) => panic!("round {round}: {answer:?}, and its token {}", Short(&loaded)),
            }
        }
        superseded(store.load(token(1), T0 + 2).await, "the old token");
    }
}

pub(in super::super) async fn race_successor_one_is_issued(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        created(store.create(signed_in(1, "alice")).await, "a session");
        let answers = race(MANY, |n| {
            let store = store.clone();
            let commit = Commit { data: vec![put(&n.to_string(), b"x")], ..turn(1, 1, 10 + n, T0 + HOUR) };
            async move { done(store.commit(commit).await, "parallel requests").1 }
        })
        .await;
        assert_eq!(count(&answers, |issued| *issued), 1, "round {round}: one successor: {answers:?}");
        // The parallel requests go on with the parent, in its grace.
        let session = live(store.load(token(1), T0 + HOUR + 1).await, "the parent");
        for n in 0..MANY {
            has(&session, &n.to_string(), b"x", "nothing of a parallel request is lost");
        }
        for (n, issued) in (10..).zip(answers) {
            match (issued, store.load(token(n), T0 + HOUR + 1).await) {
                (true, Loaded::Live(_)) | (false, Loaded::Unknown) => {}
                (issued, loaded) => panic!("round {round}: issued {issued}, and {}", Short(&loaded)),
            }
        }
    }
}

pub(in super::super) async fn race_end_one_has_the_claim(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        created(store.create(signed_in(1, "alice")).await, "a session");
        // Logouts, and sweepers of several nodes.
        let claims = race(MANY, |n| {
            let store = store.clone();
            async move {
                let (now, lease) = (T0 + HOUR, Some(T0 + 2 * HOUR));
                if n % 3 == 0 {
                    return store.sweep(Sweep { lease, ..sweep_at(now) }).await.claims;
                }
                match store.end(End { lease, now, ..end(1, EndReason::Logout) }).await {
                    Ended::Done(claim) => vec![*claim],
                    Ended::Already(_) => Vec::new(),
                    other => panic!("round {round}: {}", Short(&other)),
                }
            }
        })
        .await
        .concat();
        assert_eq!(ids(&claims), [record(1)], "round {round}: one end, one claim");
        assert_eq!(dead(store.load(token(1), T0).await, "it"), claims[0].reason, "round {round}: and one reason");
        let reclaimed = store.reclaim(Reclaim { at_most: 10, lease: T0 + DAY, now: T0 + 2 * HOUR }).await;
        assert_eq!(ids(&reclaimed), [record(1)], "round {round}");
        assert_eq!(reclaimed[0].reason, claims[0].reason, "round {round}");
    }
}

pub(in super::super) async fn race_reclaim_one_holder_each(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        let many = 15;
        for n in 0..many {
            created(store.create(signed_in(n, "alice")).await, "a session");
            ended(store.end(End { lease: Some(T0), ..end(n, EndReason::Revoked) }).await, "it ends");
        }
        let claims = race(MANY, |n| {
            let store = store.clone();
            async move {
                let at_most = 1 + n as usize % 4;
                let mut all = Vec::new();
                loop {
                    let claims = store.reclaim(Reclaim { at_most, lease: T0 + HOUR, now: T0 }).await;
                    if claims.is_empty() {
                        return all;
                    }
                    all.extend(claims);
                    assert!(all.len() <= many as usize, "round {round}: one holder got more than there are");
                }
            }
        })
        .await
        .concat();
        assert_eq!(ids(&claims), records(0..many), "round {round}: each claim has one holder");
    }
}

pub(in super::super) async fn race_sweep_each_ends_once(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        let many = 20;
        for n in 0..many {
            created(store.create(signed_in(n, "alice")).await, "a session");
        }
        let claims = race(6, |n| {
            let store = store.clone();
            async move {
                let sweep = Sweep { at_most: 1 + n as usize, lease: Some(T0 + DAY), ..sweep_at(T0 + HOUR) };
                sweep_all(&store, sweep).await.claims
            }
        })
        .await
        .concat();
        assert_eq!(ids(&claims), records(0..many), "round {round}: each ends once, with one claim");
    }
}

pub(in super::super) async fn race_end_beats_everything(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        created(store.create(signed_in(1, "alice")).await, "a session");
        let seen = live(store.load(token(1), T0).await, "it");
        let now = T0 + HOUR;
        race(MANY, |n| {
            let (store, seen) = (store.clone(), seen.clone());
            async move {
                let hint = (n % 2 == 0).then(|| Box::new(seen.clone()));
                match n % 6 {
                    0 => {
                        let answer = store.end(End { now, ..end(1, EndReason::Logout) }).await;
                        let is_end = matches!(answer, Ended::Done(_) | Ended::Already(EndReason::Logout));
                        assert!(is_end, "one of several that end it: {}", Short(&answer));
                    }
                    1 => drop(store.commit(Commit { seen: hint, ..write(1, "late", b"x") }).await),
                    2 => drop(store.commit(Commit { seen: hint, ..stamp(1, now, HOUR, 1) }).await),
                    3 => drop(store.commit(Commit { seen: hint, ..turn(1, 1, 20 + n, now) }).await),
                    4 => drop(store.rotate(Rotate { seen: hint, ..reauthenticate(&seen, 1, 20 + n, now) }).await),
                    _ => drop(store.load(token(1), now).await),
                }
            }
        })
        .await;
        let reason = ended_before(store.end(end(1, EndReason::Idle)).await, "it ended");
        assert_eq!(reason, EndReason::Logout, "round {round}");
        for n in 20..20 + MANY {
            if let Loaded::Live(session) = store.load(token(n), now).await {
                panic!("round {round}: a token of a session that ended opens {}", Short(&session));
            }
        }
        if let Loaded::Live(session) = store.load(token(1), now).await {
            panic!("round {round}: a session that ended is alive: {}", Short(&session));
        }
        gone(store.commit(write(1, "late", b"x")).await, "nothing survives an end");
    }
}

pub(in super::super) async fn race_writes_of_different_keys_all_win(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        created(store.create(signed_in(1, "alice")).await, "a session");
        let seen = live(store.load(token(1), T0).await, "it");
        race(MANY, |n| {
            let store = store.clone();
            let hint = (n % 2 == 0).then(|| Box::new(seen.clone()));
            let seen_at = T0 + u64::from(n) * SECOND;
            async move {
                let mut commit = stamp(1, seen_at, u64::from(MANY - n) * SECOND, 1);
                (commit.data, commit.count_failure, commit.seen) = (vec![put(&n.to_string(), b"x")], true, hint);
                done(store.commit(commit).await, "a parallel request")
            }
        })
        .await;
        let session = live(store.load(token(1), T0).await, "it");
        for n in 0..MANY {
            has(&session, &n.to_string(), b"x", &format!("round {round}: different keys all win"));
        }
        assert_eq!(u32::from(session.header.failed), MANY, "round {round}: every failed attempt counts");
        assert_eq!(session.header.last_seen, T0 + u64::from(MANY - 1) * SECOND, "round {round}: the last activity");
        assert_eq!(session.header.longest_gap, u64::from(MANY) * SECOND, "round {round}: the longest gap");
    }
}

pub(in super::super) async fn race_increments_lose_nothing(stores: &Stores) {
    let (tasks, each) = (6, 5);
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    race(tasks, |_| {
        let store = store.clone();
        async move {
            for _ in 0..each {
                loop {
                    let seen = live(store.load(token(1), T0).await, "it");
                    let n = seen.data.get("n").map_or(0, |value| value[0]);
                    let commit = Commit {
                        if_version: Some(seen.version),
                        seen: Some(Box::new(seen)),
                        ..write(1, "n", &[n + 1])
                    };
                    match store.commit(commit).await {
                        Committed::Done { .. } => break,
                        Committed::Conflict => tokio::task::yield_now().await,
                        Committed::Gone => panic!("it lives"),
                    }
                }
            }
        }
    })
    .await;
    let total = u8::try_from(tasks * each).unwrap();
    has(&live(store.load(token(1), T0).await, "it"), "n", &[total], "an update that retries on conflict loses nothing");
}

pub(in super::super) async fn race_login_supersedes_once(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        created(store.create(signed_in(1, "alice")).await, "a session");
        // The login form, submitted several times by somebody else.
        let claims = race(MANY, |n| {
            let store = store.clone();
            let login = Create { supersede: Some(token(1)), lease: Some(T0 + HOUR), ..signed_in(10 + n, "bob") };
            async move { created(store.create(login).await, "a login") }
        })
        .await
        .concat();
        assert_eq!(ids(&claims), [record(1)], "round {round}: the session before ends once");
        let what = superseded(store.load(token(1), T0).await, "the session before");
        assert!(records(10..10 + MANY).contains(&what.by), "round {round}: {what:?}");
        for n in 10..10 + MANY {
            live(store.load(token(n), T0).await, "every login stands");
        }
    }
}

pub(in super::super) async fn race_reset_beats_logins_that_began_before(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        let ticket = store.generation("alice").await;
        let answers = race(MANY, |n| {
            let store = store.clone();
            async move {
                if n == MANY / 2 {
                    let (user, reason) = (user_id("alice"), EndReason::CredentialChanged);
                    store.reset_user(Reset { user, except: None, reason, lease: None, now: T0 }).await;
                    return None;
                }
                let login = Create { generation: Some(ticket), ..signed_in(n, "alice") };
                Some((n, store.create(login).await))
            }
        })
        .await;
        for (n, answer) in answers.into_iter().flatten() {
            match (&answer, store.load(token(n), T0).await) {
                (Created::Done(_), Loaded::Ended(EndReason::CredentialChanged)) | (Created::Reset, Loaded::Unknown) => {
                }
                (_, loaded) => panic!("round {round}: {}, and then {}", Short(&answer), Short(&loaded)),
            }
        }
        assert!(store.of_user("alice").await.is_empty(), "round {round}: a login survived the reset");
    }
}

pub(in super::super) async fn race_role_holds_for_logins_that_began_before(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        created(store.create(signed_in(100, "alice")).await, "a session");
        let ticket = store.generation("alice").await;
        race(MANY, |n| {
            let store = store.clone();
            async move {
                if n == MANY / 2 {
                    store.set_role("alice", Some("guest")).await;
                } else {
                    let login = Create { generation: Some(ticket), ..signed_in(n, "alice") };
                    let answer = store.create(login).await;
                    assert!(matches!(answer, Created::Done(_) | Created::Reset), "{}", Short(&answer));
                }
            }
        })
        .await;
        for session in store.of_user("alice").await {
            let granted = session.identity.granted.as_deref();
            assert_eq!(granted, Some("guest"), "round {round}: {:?} missed the demotion", session.id);
        }
    }
}

pub(in super::super) async fn race_admit_never_exceeds_the_limit(stores: &Stores) {
    for round in 0..ROUNDS {
        for on_limit in ON_LIMIT {
            let store = stores.fresh().await;
            created(store.create(signed_in(100, "alice")).await, "a session");
            let limit = SessionLimit { most: 3, on_limit };
            let answers = race(MANY, |n| {
                let store = store.clone();
                async move { (n, store.admit(signed_in_at(n, "alice", T0 + 1), limit).await) }
            })
            .await;
            let listed: Vec<RecordId> = store.of_user("alice").await.iter().map(|session| session.id).collect();
            assert_eq!(listed.len(), 3, "round {round}, {on_limit:?}: {listed:?}");
            let admitted = count(&answers, |(_, answer)| matches!(answer, Created::Done(_)));
            let refused = count(&answers, |(_, answer)| matches!(answer, Created::Limit));
            let expected = if on_limit == OnLimit::Reject { (2, MANY as usize - 2) } else { (MANY as usize, 0) };
            assert_eq!((admitted, refused), expected, "round {round}, {on_limit:?}");
            let evicted: Vec<_> = answers
                .iter()
                .filter_map(|(_, answer)| if let Created::Done(claims) = answer { Some(ids(claims)) } else { None })
                .flatten()
                .collect();
            assert_eq!(evicted.len(), admitted + 1 - 3, "round {round}, {on_limit:?}: each is evicted once");
            for id in listed {
                assert!(!evicted.contains(&id), "round {round}, {on_limit:?}: evicted and alive");
            }
        }
    }
}

pub(in super::super) async fn race_set_role_and_rotate(stores: &Stores) {
    for round in 0..ROUNDS {
        let store = stores.fresh().await;
        created(store.create(signed_in(1, "alice")).await, "a session");
        let seen = live(store.load(token(1), T0).await, "it");
        let ticket = store.generation("alice").await;
        let answers = race(4, |n| {
            let (store, seen) = (store.clone(), seen.clone());
            async move {
                if n == 0 {
                    store.set_role("alice", Some("guest")).await;
                    return Rotated::Conflict;
                }
                let rotate = Rotate {
                    generation: Some(ticket),
                    identity: Arc::clone(&seen.identity),
                    ..reauthenticate(&seen, 1, 10 + n, T0)
                };
                store.rotate(rotate).await
            }
        })
        .await;
        assert!(count(&answers, |answer| matches!(answer, Rotated::Done)) <= 1, "round {round}: {answers:?}");
        for session in store.of_user("alice").await {
            let granted = session.identity.granted.as_deref();
            assert_eq!(granted, Some("guest"), "round {round}: a re-authentication that began before the demotion");
        }
    }
}
