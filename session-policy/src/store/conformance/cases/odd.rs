//! Big data, odd names, far times: whatever is legal is kept as it is, and nothing panics.

use std::sync::Arc;

use super::super::{Stores, kit::*, subject::user_id};
use crate::{
    client::UserAgent,
    policy::Level,
    store::{
        Captured, Challenge, Commit, Create, End, EndReason, Expiry, Reclaim, Reset, Rotate, Successor, Sweep, UserId,
    },
};

/// Text that has a meaning somewhere: in SQL, in patterns, in keys with separators, in C, in a file system.
const ODD: [&str; 20] = [
    " ",
    "a",
    "A",
    "a ",
    " a",
    "a:b",
    "a:b:c",
    "{a}",
    "*",
    "%",
    "_",
    "'; DROP TABLE sessions; --",
    "\"",
    "\\",
    "../../a",
    "a\0b",
    "a\n",
    "é",
    "e\u{301}",
    "\u{10ffff}\u{202e}🦀",
];

pub(in super::super) async fn data_is_kept_byte_by_byte(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    let long = "k".repeat(1000);
    let keys = ODD.iter().copied().chain(["", long.as_str()]);
    let every_byte: Vec<u8> = (0..=255).collect();
    let values: [&[u8]; 4] = [b"", b"\0", &every_byte, "{\"json\": null}".as_bytes()];
    let entries: Vec<_> = keys.zip(values.iter().cycle()).collect();
    let data = entries.iter().map(|(key, value)| put(key, value)).collect();
    done(store.commit(Commit { data, ..Commit::of(record(1), T0) }).await, "odd keys and values");
    let session = live(store.load(token(1), T0).await, "it");
    for (key, value) in &entries {
        has(&session, key, value, "as it was written");
    }
    assert_eq!(session.data.len(), entries.len() + 1, "keys that look alike are different keys");
    let data = entries.iter().map(|(key, _)| remove(key)).collect();
    done(store.commit(Commit { data, ..Commit::of(record(1), T0) }).await, "all of them removed");
    assert_eq!(live(store.load(token(1), T0).await, "it").data.len(), 1, "what was written first");
}

pub(in super::super) async fn data_of_64_kib_is_kept(stores: &Stores) {
    let store = stores.fresh().await;
    let value = |seed: u8| -> Vec<u8> { (0..16 * 1024_u32).map(|i| (i.wrapping_mul(31) >> 3) as u8 ^ seed).collect() };
    let mut create = signed_in(1, "alice");
    create.record.data = Arc::new((0..2).map(|n| (Arc::from(n.to_string()), Arc::from(value(n)))).collect());
    created(store.create(create).await, "created with half of it");
    for n in 2..4 {
        let commit = Commit { data: vec![put(&n.to_string(), &value(n))], ..Commit::of(record(1), T0) };
        done(store.commit(commit).await, "16 KiB, the most an entry may have");
    }
    let session = live(store.load(token(1), T0).await, "it");
    for n in 0..4 {
        has(&session, &n.to_string(), &value(n), "64 KiB, the most a session may have");
    }
    rotated(store.rotate(reauthenticate(&session, 1, 2, T0)).await, "with all of it");
    let claim = ended(store.end(End { lease: Some(T0), ..end(1, EndReason::Logout) }).await, "it ends");
    let claims = store.reclaim(Reclaim { at_most: 1, lease: T0 + 1, now: T0 }).await;
    assert_eq!(claims.len(), 1);
    for session in [&claim.session, &claims[0].session] {
        for n in 0..4 {
            has(session, &n.to_string(), &value(n), "the hook reads all of it");
        }
    }
}

pub(in super::super) async fn headers_are_kept_field_by_field(stores: &Stores) {
    let store = stores.fresh().await;
    let agent =
        b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
    for (n, level) in (1..).zip([Level::Anonymous, Level::Remembered, Level::Full, Level::Mfa]) {
        let mut create = signed_in(n, "alice");
        let header = &mut create.record.header;
        header.level = level;
        header.captured = Captured::new(UserAgent::parse(Some(agent.as_slice())));
        header.authenticated = [None, Some(1), Some(0), Some(T0 + u64::from(n))];
        (header.created, header.last_seen, header.rotated_at) = (T0 - DAY, T0 + 3, T0 - 7);
        (header.epoch, header.longest_gap, header.failed) = (u32::MAX, 12_345, 4);
        (header.step_up, header.recovered) = (n % 2 == 0, n > 2);
        header.challenge = (n != 2).then_some(Challenge { digest: u32::MAX - n, answered: n == 3 });
        created(store.create(create.clone()).await, "a session");
        let kept = live(store.load(token(n), T0).await, "it");
        assert_eq!(kept.header, create.record.header, "every field of it");
    }
}

/// Later than any time that fits in 63 bits, and not the latest.
const END: u64 = u64::MAX - 30 * DAY;

pub(in super::super) async fn times_at_the_far_ends_are_times(stores: &Stores) {
    let store = stores.fresh().await;
    let never = Expiry { idle_ms: u64::MAX, absolute_at: u64::MAX };
    let mut create = signed_in(1, "alice");
    create.record.expiry = never;
    created(store.create(create).await, "a session that never dies");
    let mut create = signed_in_at(2, "alice", u64::MAX);
    create.record.header.longest_gap = u64::MAX;
    create.record.expiry.absolute_at = END;
    created(store.create(create.clone()).await, "a session at the end of time");
    let kept = live(store.load(token(2), u64::MAX).await, "it");
    assert_eq!((kept.header, kept.expiry), (create.record.header, create.record.expiry));
    let mut create = signed_in_at(3, "alice", 0);
    create.record.expiry = Expiry { idle_ms: 0, absolute_at: 0 };
    created(store.create(create).await, "a session that was never alive");
    assert_eq!(sweep_all(&store, Sweep { due: 0, ..sweep_at(T0) }).await.ended, 1, "its deadline is 0");
    assert_eq!(dead(store.load(token(3), 0).await, "it"), EndReason::Absolute);
    assert_eq!(sweep_all(&store, sweep_at(T0 + 100_000 * DAY)).await.ended, 0, "neither dies in 273 years");

    done(store.commit(stamp(2, u64::MAX, u64::MAX, 1)).await, "activity");
    let from = Successor { from: token(2), to: token(4), grace_until: u64::MAX };
    let turn = Commit { successor: Some(from), ..Commit::of(record(2), u64::MAX) };
    assert!(done(store.commit(turn).await, "a rotation").1);
    live(store.load(token(4), u64::MAX).await, "the successor");
    let seen = live(store.load(token(1), u64::MAX).await, "the first");
    let rotate = Rotate { expiry: never, ..reauthenticate(&seen, 1, 5, u64::MAX) };
    rotated(store.rotate(rotate).await, "a re-authentication");
    // At the very end even the first may be dead: 2^64 - 1 is as good as never.
    let sweep = Sweep { due: END, lease: Some(u64::MAX), ..sweep_at(END - DAY) };
    let swept = store.sweep(sweep).await;
    assert!(ids(&swept.claims).contains(&record(2)), "at the end of time: {:?}", ids(&swept.claims));
    assert_eq!(dead(store.load(token(4), u64::MAX).await, "it"), EndReason::Absolute);
    let claims = store.reclaim(Reclaim { at_most: 10, lease: u64::MAX, now: u64::MAX }).await;
    assert_eq!(ids(&claims), ids(&swept.claims), "their leases, too, are over");
}

pub(in super::super) async fn clocks_that_go_backwards_break_nothing(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    for now in [T0 - DAY, 0] {
        live(store.load(token(1), now).await, "before it was created");
        done(store.commit(Commit { now, ..stamp(1, now, 5, 1) }).await, "activity of long ago");
    }
    let session = live(store.load(token(1), T0).await, "it");
    assert_eq!((session.header.last_seen, session.header.longest_gap), (T0, 5), "activity never falls");
    assert!(done(store.commit(turn(1, 1, 2, T0 - DAY)).await, "a rotation").1);
    let confirmed = live(store.load(token(2), 0).await, "presented by a clock that stands far behind");
    assert_eq!(confirmed.header.rotated_at, T0, "the last rotation never falls");
    rotated(store.rotate(reauthenticate(&confirmed, 2, 4, T0 - DAY)).await, "a re-authentication, by that clock");
    let header = live(store.load(token(4), 0).await, "it").header;
    assert_eq!((header.created, header.last_seen), (T0, T0), "activity never falls");
    assert_eq!(sweep_all(&store, sweep_at(0)).await.ended, 0);
    let earlier = End { now: 0, lease: Some(0), ..end(1, EndReason::Logout) };
    assert_eq!(ended(store.end(earlier).await, "an end").at, 0, "by the time of whoever ended it");
    assert_eq!(store.reclaim(Reclaim { at_most: 1, lease: 0, now: 0 }).await.len(), 1);
    assert_eq!(dead(store.load(token(4), T0).await, "it"), EndReason::Logout);
}

pub(in super::super) async fn users_of_any_name_are_kept_apart(stores: &Stores) {
    let store = stores.fresh().await;
    let (long, other) = ("u".repeat(UserId::MOST_BYTES), format!("{}v", "u".repeat(UserId::MOST_BYTES - 1)));
    let crabs = "🦀".repeat(UserId::MOST_BYTES / 4);
    let users: Vec<_> = ODD.iter().copied().chain([long.as_str(), other.as_str(), crabs.as_str()]).collect();
    let mut before = Vec::new();
    for (n, user) in (0..).zip(&users) {
        created(store.create(signed_in(n, user)).await, "a session");
        before.push(store.generation(user).await);
    }
    for (n, user) in (0..).zip(&users) {
        let of_user = store.of_user(user).await;
        assert_eq!(of_user.len(), 1, "{user:?} has one session");
        assert_eq!((of_user[0].id, &of_user[0].identity), (record(n), &identity(user)), "{user:?}");
    }
    for (n, user) in (0_u32..).zip(&users) {
        if n % 2 == 0 {
            let (user, reason) = (user_id(user), EndReason::Revoked);
            let reset = Reset { user, except: None, reason, lease: None, now: T0 };
            assert_eq!(store.reset_user(reset).await.ended, 1, "one session");
        }
    }
    for (n, user) in (0_u32..).zip(&users) {
        let raised = store.generation(user).await != before[n as usize];
        assert_eq!((store.of_user(user).await.len(), raised), ((n % 2) as usize, n % 2 == 0), "{user:?}");
    }
}

pub(in super::super) async fn roles_of_any_name_are_kept(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    for role in ODD {
        assert_eq!(store.set_role("alice", Some(role)).await, 1);
        let session = live(store.load(token(1), T0).await, "it");
        assert_eq!(session.identity.granted.as_deref(), Some(role));
    }
    let mut create = Create { token: token(2), ..signed_in(2, "alice") };
    create.record.identity = Arc::new(crate::store::Identity::new(Some(user_id("alice")), None));
    created(store.create(create).await, "a session without a role");
    assert_eq!(live(store.load(token(2), T0).await, "it").identity.role, None, "no role is not an empty one");
}
