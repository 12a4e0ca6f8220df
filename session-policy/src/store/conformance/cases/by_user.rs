//! The sessions of a user, and the generation.

use super::super::{Needs, Stores, Subject, kit::*, subject::user_id};
use crate::store::{Create, EndReason, Generation, Reclaim, Reset, ResetEveryone, Rotate, Rotated, TOMBSTONE_KEPT_MS};

fn reset_of(user: &str) -> Reset {
    Reset { user: user_id(user), except: None, reason: EndReason::CredentialChanged, lease: None, now: T0 }
}

async fn listed(store: &Subject, user: &str) -> Vec<crate::token::RecordId> {
    store.of_user(user).await.iter().map(|session| session.id).collect()
}

pub(in super::super) async fn capabilities_are_said(stores: &Stores) {
    let store = stores.fresh().await;
    let (by_user, admits) = store.says();
    assert!(by_user, "a store that is `ByUser` says so in `capabilities`");
    assert!(admits || stores.provides() < Needs::Admit, "a store that is `Admit` says so in `capabilities`");
}

pub(in super::super) async fn user_has_live_sessions_oldest_first(stores: &Stores) {
    let store = stores.fresh().await;
    assert!(listed(&store, "alice").await.is_empty());
    for (n, minutes) in [(1, 3), (2, 1), (3, 2), (4, 4)] {
        created(store.create(signed_in_at(n, "alice", T0 + minutes * MINUTE)).await, "hers");
    }
    created(store.create(signed_in(5, "bob")).await, "his");
    created(store.create(anonymous(6)).await, "nobody's");
    assert_eq!(listed(&store, "alice").await, [2, 3, 1, 4].map(record), "oldest first");
    assert_eq!(listed(&store, "bob").await, [record(5)]);
    assert!(listed(&store, "carol").await.is_empty());

    done(store.commit(write(3, "a", b"1")).await, "data");
    done(store.commit(turn(3, 3, 13, T0 + 2 * MINUTE)).await, "a rotation");
    let kept = live(store.load(token(3), T0 + 2 * MINUTE).await, "the third");
    let of_user = store.of_user("alice").await;
    unchanged(&kept, &of_user[1], "the list shows what a load shows");
    has(&of_user[1], "a", b"1", "with its data");

    ended(store.end(end(2, EndReason::Logout)).await, "one ends");
    let login = Create { supersede: Some(token(1)), ..signed_in_at(7, "alice", T0 + HOUR) };
    created(store.create(login).await, "one is superseded");
    assert_eq!(listed(&store, "alice").await, [3, 4, 7].map(record), "live ones only");
    // Past their deadlines, and nobody noticed.
    assert_eq!(listed(&store, "alice").await.len(), 3, "a session past its deadline is still live");
    sweep_all(&store, sweep_at(T0 + 59 * MINUTE)).await;
    assert_eq!(listed(&store, "alice").await, [record(7)], "swept ones are not");
}

pub(in super::super) async fn user_changes_with_the_authentication(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(anonymous(1)).await, "a visitor");
    let seen = live(store.load(token(1), T0).await, "it");
    let rotate = Rotate { identity: identity("alice"), ..reauthenticate(&seen, 1, 2, T0) };
    rotated(store.rotate(rotate).await, "becomes Alice");
    assert_eq!(listed(&store, "alice").await, [record(1)], "hers now");
    let seen = live(store.load(token(2), T0).await, "it");
    let rotate = Rotate { identity: identity("bob"), ..reauthenticate(&seen, 2, 3, T0) };
    rotated(store.rotate(rotate).await, "becomes Bob");
    assert_eq!((listed(&store, "alice").await, listed(&store, "bob").await), (vec![], vec![record(1)]));
    assert_eq!(store.reset_user(reset_of("alice")).await.ended, 0, "not hers any more");
    live(store.load(token(3), T0).await, "it");
    assert_eq!(store.reset_user(reset_of("bob")).await.ended, 1, "his");
}

pub(in super::super) async fn generation_changes_with_resets_only(stores: &Stores) {
    let store = stores.fresh().await;
    let (mut alice, bob) = (store.generation("alice").await, store.generation("bob").await);
    assert_eq!(store.generation("alice").await, alice, "asking changes nothing");
    created(store.create(signed_in(1, "alice")).await, "a session");
    done(store.commit(write(1, "a", b"1")).await, "data");
    let seen = live(store.load(token(1), T0).await, "it");
    rotated(store.rotate(reauthenticate(&seen, 1, 2, T0)).await, "a re-authentication");
    ended(store.end(end(1, EndReason::Logout)).await, "a logout");
    created(store.create(signed_in(3, "alice")).await, "a session");
    sweep_all(&store, sweep_at(T0 + HOUR)).await;
    assert_eq!(store.generation("alice").await, alice, "none of it is a reset");

    let mut before: Vec<Generation> = Vec::new();
    for n in 0..12_u64 {
        before.push(alice);
        match n % 3 {
            0 => drop(store.reset_user(reset_of("alice")).await),
            1 => drop(store.set_role("alice", Some("admin")).await),
            _ => drop(store.reset_everyone(everyone(None)).await),
        }
        alice = store.generation("alice").await;
        assert!(!before.contains(&alice), "a generation from before a reset comes again: {alice:?} of {before:?}");
        if n < 2 {
            assert_eq!(store.generation("bob").await, bob, "somebody else's reset");
        }
    }
    assert_ne!(store.generation("bob").await, bob, "everybody's reset is his, too");
}

pub(in super::super) async fn generation_is_known_for_a_day(stores: &Stores) {
    let store = stores.fresh().await;
    let before = store.generation("alice").await;
    store.reset_user(Reset { now: T0 + HOUR, ..reset_of("alice") }).await;
    let after = store.generation("alice").await;
    let now = T0 + HOUR + TOMBSTONE_KEPT_MS - 1;
    sweep_all(&store, sweep_at(now)).await;
    assert_eq!(store.generation("alice").await, after, "known for 24 hours at least");
    let login = Create { generation: Some(before), ..signed_in_at(1, "alice", now) };
    reset(store.create(login).await, "a login that began before the reset");
}

pub(in super::super) async fn generation_decides_about_logins(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(anonymous(1)).await, "a visitor");
    let (alice, bob) = (store.generation("alice").await, store.generation("bob").await);
    assert_eq!(store.reset_user(reset_of("alice")).await.ended, 0, "there was no session, and still it is a reset");
    let before = live(store.load(token(1), T0).await, "the visitor");
    let login = Create { generation: Some(alice), supersede: Some(token(1)), ..signed_in(2, "alice") };
    reset(store.create(login.clone()).await, "a login that began before the reset");
    unknown(store.load(token(2), T0).await, "nothing was created");
    unchanged(&before, &live(store.load(token(1), T0).await, "the visitor"), "nothing was superseded");
    assert!(listed(&store, "alice").await.is_empty());

    created(store.create(Create { generation: None, ..signed_in(3, "alice") }).await, "it does not ask");
    created(store.create(Create { generation: Some(bob), ..signed_in(4, "bob") }).await, "somebody else's reset");
    created(store.create(Create { generation: Some(alice), ..anonymous(5) }).await, "nobody has no generation");
    let now = store.generation("alice").await;
    created(store.create(Create { generation: Some(now), ..login }).await, "a login that began after it");
    superseded(store.load(token(1), T0).await, "the visitor is superseded now");
}

pub(in super::super) async fn generation_decides_about_rotations(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    let seen = live(store.load(token(1), T0).await, "it");
    let before = store.generation("alice").await;
    store.reset_user(Reset { except: Some(record(1)), ..reset_of("alice") }).await;
    let rotate = |from, to, generation| Rotate { generation, ..reauthenticate(&seen, from, to, T0) };
    let outcome = store.rotate(rotate(1, 2, Some(before))).await;
    assert!(matches!(outcome, Rotated::Reset), "it must not survive in the session that was spared: {outcome:?}");
    unchanged(&seen, &live(store.load(token(1), T0).await, "it"), "a refused rotation");
    unknown(store.load(token(2), T0).await, "nothing was issued");
    let after = store.generation("alice").await;
    rotated(store.rotate(rotate(1, 2, Some(after))).await, "the generation that is");
    rotated(store.rotate(rotate(2, 3, None)).await, "it does not ask");
    let nobody = Rotate { identity: Default::default(), ..rotate(3, 4, Some(before)) };
    rotated(store.rotate(nobody).await, "nobody has no generation");
    assert!(listed(&store, "alice").await.is_empty(), "it is nobody's now");
}

pub(in super::super) async fn reset_user_ends_all_but_one(stores: &Stores) {
    let store = stores.fresh().await;
    for n in 1..=4 {
        created(store.create(signed_in(n, "alice")).await, "hers");
        done(store.commit(write(n, "cart", b"tea")).await, "its data");
    }
    created(store.create(signed_in(5, "bob")).await, "his");
    created(store.create(anonymous(6)).await, "nobody's");
    let lease = T0 + MINUTE;
    let others = Reset { except: Some(record(2)), lease: Some(lease), ..reset_of("alice") };
    let swept = store.reset_user(others).await;
    assert_eq!((swept.ended, ids(&swept.claims), swept.next), (3, records([1, 3, 4]), None));
    for claim in &swept.claims {
        assert_eq!((claim.reason, claim.at), (EndReason::CredentialChanged, T0));
        has(&claim.session, "cart", b"tea", "the hook reads the data");
    }
    for n in [1, 3, 4] {
        assert_eq!(dead(store.load(token(n), T0).await, "hers"), EndReason::CredentialChanged);
    }
    for n in [2, 5, 6] {
        live(store.load(token(n), T0).await, "spared, or not hers");
    }
    let claims = store.reclaim(Reclaim { at_most: 10, lease: T0 + DAY, now: lease }).await;
    assert_eq!(ids(&claims), records([1, 3, 4]), "with a lease");
    // Somebody else's session cannot be spared, and nobody listens.
    let swept = store.reset_user(Reset { except: Some(record(5)), ..reset_of("alice") }).await;
    assert_eq!((swept.ended, swept.claims.len()), (1, 0), "without a lease, no claims");
    assert!(listed(&store, "alice").await.is_empty());
    assert_eq!(store.reset_user(reset_of("alice")).await.ended, 0, "there are none");
}

fn everyone(after: Option<crate::store::Cursor>) -> ResetEveryone {
    ResetEveryone { reason: EndReason::Revoked, after, at_most: 5, lease: None, now: T0 }
}

pub(in super::super) async fn reset_everyone_ends_everybody(stores: &Stores) {
    let store = stores.fresh().await;
    let users = ["alice", "bob", "carol"];
    let mut generations = Vec::new();
    for user in users {
        generations.push(store.generation(user).await);
    }
    for n in 0..24 {
        let user = users[n as usize % 3];
        created(store.create(if n % 4 == 3 { anonymous(n) } else { signed_in(n, user) }).await, "a session");
    }
    let (mut after, mut calls, mut claims, mut ended) = (None, 0, Vec::new(), 0);
    loop {
        let swept = store.reset_everyone(ResetEveryone { lease: Some(T0 + MINUTE), ..everyone(after) }).await;
        ended += swept.ended;
        claims.extend(swept.claims);
        if calls == 0 {
            for (user, before) in users.iter().zip(&generations) {
                assert_ne!(store.generation(user).await, *before, "the first call raises every generation");
            }
            generations.clear();
            for user in users {
                generations.push(store.generation(user).await);
            }
        }
        // Others come meanwhile: it finishes all the same.
        created(store.create(signed_in(100 + calls, "dora")).await, "somebody signs in meanwhile");
        calls += 1;
        assert!(calls < 200, "it goes through all records once, and comes to an end");
        after = swept.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ended, claims.len(), "with a lease, all of them are claimed");
    let kept: Vec<_> = ids(&claims).into_iter().filter(|id| records(0..24).contains(id)).collect();
    assert_eq!(kept, records(0..24), "whoever was there at the first call is gone, and once");
    for n in 0..24 {
        assert_eq!(dead(store.load(token(n), T0).await, "everybody"), EndReason::Revoked);
    }
    for (user, known) in users.iter().zip(&generations) {
        assert_eq!(store.generation(user).await, *known, "only the first call raises them");
    }
    let login = Create { generation: Some(generations[0]), ..signed_in(50, "alice") };
    created(store.create(login).await, "a login that began after the first call");
}

pub(in super::super) async fn set_role_holds_at_once(stores: &Stores) {
    let store = stores.fresh().await;
    for n in [1, 2] {
        created(store.create(signed_in(n, "alice")).await, "hers");
    }
    created(store.create(signed_in(3, "bob")).await, "his");
    let ticket = store.generation("alice").await;
    let before = live(store.load(token(1), T0).await, "hers");
    assert_eq!(store.set_role("alice", Some("guest")).await, 2, "how many there are");
    for n in [1, 2] {
        let session = live(store.load(token(n), T0).await, "hers");
        assert_eq!(session.identity.role.as_deref(), Some("member"), "what both roles allow");
        assert_eq!(session.identity.granted.as_deref(), Some("guest"), "what both roles allow");
        assert_ne!(session.version, before.version, "a role changes the version");
        assert_ne!(session.rev, before.rev, "a role is a change");
    }
    let old = live(store.load(token(3), T0).await, "his");
    assert_eq!(old.identity.granted, None, "somebody else's");
    let late = Create { generation: Some(ticket), ..signed_in(4, "alice") };
    reset(store.create(late).await, "a login that began before brings the old role");
    conflict(
        store.commit(crate::store::Commit { if_version: Some(before.version), ..write(1, "a", b"1") }).await,
        "what was read before",
    );
    assert_eq!(store.set_role("alice", Some("member")).await, 2, "back again");
    assert_eq!(live(store.load(token(1), T0).await, "hers").identity.granted, None, "the role that they have");
    assert_eq!(store.set_role("carol", Some("guest")).await, 0, "she has none");
    assert_eq!(store.set_role("alice", None).await, 2, "no role: none is granted");

    // The next authentication brings it.
    store.set_role("alice", Some("admin")).await;
    let seen = live(store.load(token(2), T0).await, "hers");
    let identity = crate::store::Identity::new(seen.identity.user.clone(), seen.identity.granted.clone());
    let rotate = Rotate { identity: identity.into(), ..reauthenticate(&seen, 2, 12, T0) };
    rotated(store.rotate(rotate).await, "a re-authentication");
    let after = live(store.load(token(12), T0).await, "hers");
    assert_eq!((after.identity.role.as_deref(), &after.identity.granted), (Some("admin"), &None));
}
