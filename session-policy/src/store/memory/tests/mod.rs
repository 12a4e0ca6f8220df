//! The in-memory store, by sentence of the contract, by bound, by race, and against a model.

mod bounds;
mod contract;
mod meeting;
mod model;
mod operations;
mod races;

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::MemoryStore;
use crate::{
    client::UserAgent,
    policy::Level,
    store::{
        ByUser, Captured, Commit, Committed, Create, Created, DataChange, End, EndReason, Ended, Entries, Expiry,
        Header, Identity, Loaded, Record, Reset, Rotate, Rotated, Snapshot, Stamp, Store, Supersede, UserId,
    },
    token::{RecordId, TokenId},
};

/// Polls once: the in-memory store never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the in-memory store waited"),
    }
}

/// A later time than any clock skew.
const T0: u64 = 1_700_000_000_000;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn token(number: u64) -> TokenId {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    TokenId(bytes)
}

fn record_id(number: u64) -> RecordId {
    let mut bytes = [9; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    RecordId(bytes)
}

fn user(name: &str) -> UserId {
    UserId::try_from(name).unwrap()
}

fn header(created: u64, level: Level) -> Header {
    let mut header = Header::new(created, Captured::new(UserAgent::parse(None)));
    header.level = level;
    header
}

/// Idle 30 minutes, absolute 8 hours from the start.
fn expiry(start: u64) -> Expiry {
    Expiry { idle_ms: 30 * MINUTE, absolute_at: start + 8 * HOUR }
}

fn anonymous(number: u64, at: u64) -> Record {
    Record {
        id: record_id(number),
        header: header(at, Level::Anonymous),
        identity: Arc::default(),
        data: Arc::default(),
        expiry: expiry(at),
    }
}

fn signed_in(number: u64, who: &str, at: u64) -> Record {
    Record {
        header: header(at, Level::Full),
        identity: Arc::new(Identity::new(Some(user(who)), None)),
        ..anonymous(number, at)
    }
}

fn create(number: u64, record: Record, at: u64) -> Create {
    Create { token: token(number), record, generation: None, supersede: None, now: at }
}

fn superseding(number: u64, record: Record, presented: u64, at: u64) -> Create {
    Create { supersede: Some(Supersede { token: token(presented) }), ..create(number, record, at) }
}

fn rotate(record: u64, from: u64, to: u64, was: &Snapshot, at: u64) -> Rotate {
    Rotate {
        record: record_id(record),
        from: token(from),
        to: token(to),
        generation: None,
        header: Header { rotated_at: at, ..was.header },
        identity: Arc::clone(&was.identity),
        expiry: was.expiry,
        data: Vec::new(),
        now: at,
    }
}

fn end(record: u64, reason: EndReason, at: u64) -> End {
    End { record: record_id(record), reason, if_unseen_since: None, now: at }
}

fn write(key: &str, value: &[u8]) -> DataChange {
    DataChange { key: key.into(), value: Some(value.into()) }
}

fn remove(key: &str) -> DataChange {
    DataChange { key: key.into(), value: None }
}

/// What these tests ask, without the wrapping.
trait Ask {
    fn make(&self, create: Create) -> Created;
    fn look(&self, number: u64) -> Loaded;
    fn change(&self, commit: Commit) -> Committed;
    fn turn(&self, rotate: Rotate) -> Rotated;
    fn stop(&self, end: End) -> Ended;
    fn reset(&self, who: &str, except: Option<u64>, at: u64) -> usize;
    fn list(&self, who: &str) -> Vec<RecordId>;

    fn live(&self, number: u64) -> Snapshot {
        match self.look(number) {
            Loaded::Live(snapshot) => snapshot,
            other => panic!("token {number} is not live: {other:?}"),
        }
    }
}

impl Ask for MemoryStore {
    fn make(&self, create: Create) -> Created {
        now(self.create(create)).unwrap()
    }
    fn look(&self, number: u64) -> Loaded {
        now(self.load(token(number))).unwrap()
    }
    fn change(&self, commit: Commit) -> Committed {
        now(self.commit(commit)).unwrap()
    }
    fn turn(&self, rotate: Rotate) -> Rotated {
        now(Store::rotate(self, rotate)).unwrap()
    }
    fn stop(&self, end: End) -> Ended {
        now(Store::end(self, end)).unwrap()
    }
    fn reset(&self, who: &str, except: Option<u64>, at: u64) -> usize {
        let except = except.map(record_id);
        now(self.reset_user(Reset { user: user(who), except, reason: EndReason::CredentialChanged, now: at })).unwrap()
    }
    fn list(&self, who: &str) -> Vec<RecordId> {
        now(self.of_user(&user(who))).unwrap().into_iter().map(|session| session.id).collect()
    }
}

/// A store with one live session: record 1, token 1.
fn with_one(record: Record) -> MemoryStore {
    let store = MemoryStore::new();
    assert_eq!(store.make(create(1, record, T0)), Created::Done);
    store
}
