//! Stores full of sessions, and what they weigh.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use session_policy::{
    client::UserAgent,
    policy::Level,
    store::{Captured, Create, Created, Entries, Expiry, Header, Identity, MemoryStore, Record, Store, UserId},
    token::{RecordId, TokenId},
};

/// When they were created, in milliseconds; any time will do.
pub(crate) const START: u64 = 1_700_000_000_000;
/// The longer idle time.
pub(crate) const HOUR: u64 = 3_600_000;
/// The shorter one.
pub(crate) const MINUTE: u64 = 60_000;

/// What kind of session is weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Anonymous,
    SignedIn,
    WithData,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Anonymous, Self::SignedIn, Self::WithData];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous, without data",
            Self::SignedIn => "of a user (each of another one), without data",
            Self::WithData => "of a user, with one entry of 200 bytes",
        }
    }
}

/// Polls once: the in-memory store never waits.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the in-memory store waited"),
    }
}

/// Spreads numbers as random ids are spread.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

pub(crate) fn record_id(number: u64) -> RecordId {
    RecordId(((u128::from(mix(number)) << 64) | u128::from(mix(!number))).to_be_bytes())
}

pub(crate) fn token(number: u64) -> TokenId {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        let word = mix(number ^ ((at as u64 / 8) << 60)).to_be_bytes();
        *byte = word.get(at % 8).copied().unwrap_or_default();
    }
    TokenId(bytes)
}

/// A store with so many sessions; `idle_ms` says how long each lives unattended.
pub(crate) fn filled(count: u64, kind: Kind, idle_ms: impl Fn(u64) -> u64) -> MemoryStore {
    let store = MemoryStore::with_capacity(usize::try_from(count).expect("it fits") * 2);
    for number in 0..count {
        let mut header = Header::new(START, Captured::new(UserAgent::MISSING));
        let mut identity = Identity::default();
        if kind != Kind::Anonymous {
            header.level = Level::Full;
            identity.user = Some(UserId::from(1_000_000 + number));
        }
        let mut data = Entries::new();
        if kind == Kind::WithData {
            data.insert("profile".into(), vec![7; 200].into());
        }
        let record = Record {
            id: record_id(number),
            header,
            identity: Arc::new(identity),
            data: Arc::new(data),
            expiry: Expiry { idle_ms: idle_ms(number), absolute_at: START + 100 * HOUR },
        };
        let create =
            Create { token: token(number), record, generation: None, supersede: None, lease: None, now: START };
        match now(store.create(create)) {
            Ok(Created::Done(_)) => {}
            other => panic!("session {number}: {other:?}"),
        }
    }
    store
}

/// By how much the process grows for each session of a full store.
pub(crate) fn bytes_each(count: u64, kind: Kind) -> u64 {
    let before = resident_bytes();
    let store = filled(count, kind, |_| HOUR);
    let after = resident_bytes();
    assert_eq!(store.live_sessions() as u64, count);
    after.saturating_sub(before) / count.max(1)
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line with VmRSS");
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number of kB");
    kilobytes * 1_024
}
