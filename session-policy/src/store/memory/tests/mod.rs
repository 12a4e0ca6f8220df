//! The in-memory store, by sentence of the contract, by bound, by race, and beside the model.

mod bounds;
mod bytes;
mod claims;
mod contract;
mod meeting;
#[cfg(feature = "conformance")]
mod model;
mod races;
mod users;

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::MemoryStore;
use crate::{
    client::UserAgent,
    clock::MAX_SKEW_MS,
    policy::Level,
    store::{
        Admit, ByUser, Captured, Claim, Commit, Committed, Create, Created, DataChange, End, EndReason, Ended, Entries,
        Expiry, Generation, Header, How, Identity, Load, Loaded, OnLimit, Reclaim, Record, Reset, ResetEveryone,
        Rotate, Rotated, SessionLimit, SetRole, Snapshot, Stamp, Store, Successor, Superseded, Sweep, Swept, UserId,
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
    Create { token: token(number), record, generation: None, supersede: None, lease: None, now: at }
}

fn superseding(number: u64, record: Record, presented: u64, at: u64) -> Create {
    Create { supersede: Some(token(presented)), ..create(number, record, at) }
}

fn rotate(record: u64, from: u64, to: u64, was: &Snapshot, at: u64) -> Rotate {
    Rotate {
        record: record_id(record),
        seen: None,
        from: token(from),
        to: token(to),
        generation: None,
        if_identity: None,
        header: Header { rotated_at: at, ..was.header },
        identity: Arc::clone(&was.identity),
        expiry: was.expiry,
        data: Vec::new(),
        acts_at: at,
        now: at,
    }
}

fn end(record: u64, reason: EndReason, at: u64) -> End {
    End::of(record_id(record), reason, at)
}

fn write(key: &str, value: &[u8]) -> DataChange {
    DataChange { key: key.into(), value: Some(value.into()) }
}

fn remove(key: &str) -> DataChange {
    DataChange { key: key.into(), value: None }
}

/// A kind of answer, without what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    Done,
    Reset,
    Limit,
    Full,
    Taken,
}

/// See [`Made`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopped {
    Done,
    Already(EndReason),
    Alive,
    Unknown,
}

fn made(created: &Created) -> Made {
    match created {
        Created::Done(_) => Made::Done,
        Created::Reset => Made::Reset,
        Created::Limit => Made::Limit,
        Created::Full => Made::Full,
        Created::Taken => Made::Taken,
    }
}

fn stopped(ended: &Ended) -> Stopped {
    match ended {
        Ended::Done(_) => Stopped::Done,
        Ended::Already(reason) => Stopped::Already(*reason),
        Ended::Alive => Stopped::Alive,
        Ended::Unknown => Stopped::Unknown,
    }
}

/// Which sessions ended, and why; in no particular order.
fn ends(claims: &[Claim]) -> Vec<(RecordId, EndReason)> {
    let mut ends: Vec<_> = claims.iter().map(|claim| (claim.session.id, claim.reason)).collect();
    ends.sort_unstable_by_key(|(id, _)| *id);
    ends
}

/// What these tests ask, without the wrapping. Nobody listens for ends.
trait Ask: Admit {
    fn make(&self, create: Create) -> Made {
        made(&now(self.create(create)).unwrap())
    }
    fn look_at(&self, number: u64, at: u64) -> Loaded {
        now(self.load(Load { token: token(number), now: at })).unwrap()
    }
    /// By a time when nothing is spent.
    fn look(&self, number: u64) -> Loaded {
        self.look_at(number, T0)
    }
    fn change(&self, commit: Commit) -> Committed {
        now(self.commit(commit)).unwrap()
    }
    fn turn(&self, turn: Rotate) -> Rotated {
        now(self.rotate(turn)).unwrap()
    }
    fn stop(&self, end: End) -> Stopped {
        stopped(&now(self.end(end)).unwrap())
    }
    /// A sweep, with clocks that may differ by 10 seconds.
    fn clean(&self, at: u64, at_most: usize) -> Swept {
        now(self.sweep(Sweep { due: at - MAX_SKEW_MS, at_most, lease: None, now: at })).unwrap()
    }
    fn generation_of(&self, who: &str) -> Generation {
        now(self.generation(&user(who))).unwrap()
    }
    fn reset(&self, who: &str, except: Option<u64>, at: u64) -> usize {
        let except = except.map(record_id);
        let reset = Reset { user: user(who), except, reason: EndReason::CredentialChanged, lease: None, now: at };
        now(self.reset_user(reset)).unwrap().ended
    }
    fn list(&self, who: &str) -> Vec<RecordId> {
        now(self.of_user(&user(who))).unwrap().into_iter().map(|session| session.id).collect()
    }
    fn live(&self, number: u64) -> Snapshot {
        match self.look(number) {
            Loaded::Live(snapshot) => snapshot,
            other => panic!("token {number} is not live: {other:?}"),
        }
    }
}

impl<S: Admit> Ask for S {}

/// A store with one live session: record 1, token 1.
fn with_one(record: Record) -> MemoryStore {
    let store = MemoryStore::new();
    assert_eq!(store.make(create(1, record, T0)), Made::Done);
    store
}
