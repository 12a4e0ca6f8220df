//! Records and operations to test with.

use std::sync::Arc;

use session_policy::{
    client::UserAgent,
    store::{
        Captured, Commit, Create, DataChange, End, EndReason, Entries, Expiry, Header, Identity, Load, Record, Rotate,
        Snapshot, Stamp, Store, Successor, UserId,
    },
    token::{RecordId, TokenId},
};

/// Wednesday, 14 November 2029: far from what any server's clock says.
pub(crate) const NOW: u64 = 1_889_000_000_000;
pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const DAY: u64 = 24 * 60 * MINUTE;

pub(crate) fn token(n: u64) -> TokenId {
    let mut bytes = [0xd7; 32];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    TokenId(bytes)
}

pub(crate) fn id(n: u64) -> RecordId {
    let mut bytes = [0xe3; 16];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    RecordId(bytes)
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::try_from(name).expect("a user's id")
}

pub(crate) fn record(n: u64, name: Option<&str>, now: u64) -> Record {
    let mut header = Header::new(now, Captured::new(UserAgent::MISSING));
    if name.is_some() {
        header.level = session_policy::Level::Full;
        header.epoch = 1;
    }
    Record {
        id: id(n),
        header,
        identity: Arc::new(Identity::new(name.map(user), None)),
        data: Arc::new(Entries::from([("theme".into(), Arc::from(*b"dark"))])),
        expiry: Expiry { idle_ms: 30 * MINUTE, absolute_at: now + DAY },
    }
}

pub(crate) fn create(n: u64, name: Option<&str>, now: u64) -> Create {
    Create { token: token(n), record: record(n, name, now), generation: None, supersede: None, lease: None, now }
}

pub(crate) fn load(n: u64, now: u64) -> Load {
    Load { token: token(n), now }
}

pub(crate) fn end(n: u64, now: u64) -> End {
    End { record: id(n), reason: EndReason::Logout, if_unseen_since: None, lease: None, now }
}

pub(crate) fn write(n: u64, key: &str, now: u64) -> Commit {
    let mut commit = Commit::of(id(n), now);
    commit.stamp = Some(Stamp { seen: now, gap: 5, epoch: 1 });
    commit.data = vec![DataChange { key: key.into(), value: Some(Arc::from(*b"value")) }];
    commit
}

pub(crate) fn succeed(n: u64, from: u64, to: u64, now: u64) -> Commit {
    let mut commit = Commit::of(id(n), now);
    commit.successor = Some(Successor { from: token(from), to: token(to), grace_until: now + MINUTE / 2 });
    commit
}

pub(crate) fn rotate(snapshot: &Snapshot, from: u64, to: u64, now: u64) -> Rotate {
    let mut header = snapshot.header;
    header.epoch += 1;
    header.rotated_at = now;
    Rotate {
        record: snapshot.id,
        seen: None,
        from: token(from),
        to: token(to),
        generation: None,
        if_identity: None,
        header,
        identity: Arc::clone(&snapshot.identity),
        expiry: snapshot.expiry,
        data: Vec::new(),
        acts_at: now,
        now,
    }
}

/// What a token opens; it must open something.
pub(crate) async fn live(store: &impl Store, n: u64, now: u64) -> Snapshot {
    match store.load(load(n, now)).await.expect("an answer") {
        session_policy::store::Loaded::Live(snapshot) => snapshot,
        other => panic!("token {n}: {other:?}"),
    }
}
