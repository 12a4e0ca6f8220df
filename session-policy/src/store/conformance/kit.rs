//! Sessions to try things with, and what to expect of answers.

use std::{fmt, future::Future, sync::Arc};

use sha2::{Digest, Sha256};
use tokio::sync::Barrier;

use super::{Subject, subject::user_id};
use crate::{
    client::UserAgent,
    policy::Level,
    store::{
        Captured, Claim, Commit, Committed, Create, Created, DataChange, End, EndReason, Ended, Expiry, Header, How,
        Identity, Loaded, OnLimit, Record, Rotate, Rotated, Snapshot, Stamp, Successor, Superseded, Sweep, Swept,
        TokenStanding,
    },
    token::{RecordId, TokenId},
};

/// When every case begins: 15 January 2027, in UTC milliseconds.
pub(super) const T0: u64 = 1_800_000_000_000;
pub(super) const SECOND: u64 = 1000;
pub(super) const MINUTE: u64 = 60 * SECOND;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;

/// When sessions of the suite die unattended, if a case says nothing else.
pub(super) const IDLE: u64 = 30 * MINUTE;
pub(super) const ABSOLUTE: u64 = 8 * HOUR;
/// How long a rotated token of the suite is served.
pub(super) const GRACE: u64 = 30 * SECOND;

/// What one session too many does.
pub(super) const ON_LIMIT: [OnLimit; 3] = [OnLimit::Reject, OnLimit::EvictOldest, OnLimit::EvictIdle];

fn digest(kind: u8, n: u32) -> [u8; 32] {
    Sha256::new().chain_update([kind]).chain_update(n.to_be_bytes()).finalize().into()
}

/// The token of this number.
pub(super) fn token(n: u32) -> TokenId {
    TokenId(digest(1, n))
}

/// The record id of this number.
pub(super) fn record(n: u32) -> RecordId {
    let mut id = [0; 16];
    id.copy_from_slice(&digest(2, n)[..16]);
    RecordId(id)
}

/// An anonymous session with token and record id `n`, made at `now`.
pub(super) fn anonymous_at(n: u32, now: u64) -> Create {
    let header = Header::new(now, Captured::new(UserAgent::MISSING));
    let data = [(Arc::from("first"), Arc::from(n.to_be_bytes().as_slice()))];
    let record = Record {
        id: record(n),
        header,
        identity: Arc::default(),
        data: Arc::new(data.into()),
        expiry: Expiry { idle_ms: IDLE, absolute_at: now.saturating_add(ABSOLUTE) },
    };
    Create { token: token(n), record, generation: None, supersede: None, lease: None, now }
}

pub(super) fn anonymous(n: u32) -> Create {
    anonymous_at(n, T0)
}

/// A session of `user`, who signed in at `now` as a member.
pub(super) fn signed_in_at(n: u32, user: &str, now: u64) -> Create {
    let mut create = anonymous_at(n, now);
    create.record.identity = identity(user);
    create.record.header = authenticated(create.record.header, now);
    create
}

pub(super) fn signed_in(n: u32, user: &str) -> Create {
    signed_in_at(n, user, T0)
}

pub(super) fn identity(user: &str) -> Arc<Identity> {
    Arc::new(Identity::new(Some(user_id(user)), Some("member".into())))
}

/// The header after one more authentication by password.
pub(super) fn authenticated(mut header: Header, now: u64) -> Header {
    header.level = Level::Full;
    header.authenticated[Level::Full as usize] = Some(now);
    header.epoch += 1;
    header.longest_gap = 0;
    header.last_seen = now;
    header.rotated_at = now;
    header.failed = 0;
    (header.step_up, header.recovered) = (false, false);
    header
}

/// Writes `value` under `key`.
pub(super) fn put(key: &str, value: &[u8]) -> DataChange {
    DataChange { key: key.into(), value: Some(value.into()) }
}

pub(super) fn remove(key: &str) -> DataChange {
    DataChange { key: key.into(), value: None }
}

/// A commit that writes one entry.
pub(super) fn write(n: u32, key: &str, value: &[u8]) -> Commit {
    Commit { data: vec![put(key, value)], ..Commit::of(record(n), T0) }
}

pub(super) fn stamp(n: u32, seen: u64, gap: u64, epoch: u32) -> Commit {
    Commit { stamp: Some(Stamp { seen, gap, epoch }), ..Commit::of(record(n), seen) }
}

/// A periodic rotation of record `n` at `now`, from one token to another.
pub(super) fn turn(n: u32, from: u32, to: u32, now: u64) -> Commit {
    let successor = Successor { from: token(from), to: token(to), grace_until: now.saturating_add(GRACE) };
    Commit { successor: Some(successor), ..Commit::of(record(n), now) }
}

/// A re-authentication of session `n`, as `seen`, from one token to another.
pub(super) fn reauthenticate(seen: &Snapshot, from: u32, to: u32, now: u64) -> Rotate {
    Rotate {
        record: seen.id,
        seen: None,
        from: token(from),
        to: token(to),
        generation: None,
        if_identity: None,
        header: authenticated(seen.header, now),
        identity: Arc::clone(&seen.identity),
        expiry: Expiry { idle_ms: IDLE, absolute_at: now.saturating_add(ABSOLUTE) },
        data: Vec::new(),
        acts_at: now,
        now,
    }
}

pub(super) fn end(n: u32, reason: EndReason) -> End {
    End::of(record(n), reason, T0)
}

/// A sweep of everything that is dead at `now`.
pub(super) fn sweep_at(now: u64) -> Sweep {
    Sweep { due: now, at_most: 1000, lease: None, now }
}

/// Sweeps until nothing is left to do: no more than a handful of calls for the few sessions of a case.
pub(super) async fn sweep_all(store: &Subject, sweep: Sweep) -> Swept {
    let mut all = Swept::default();
    for _ in 0..1000 {
        let swept = store.sweep(sweep).await;
        assert!(swept.ended <= sweep.at_most, "a batch is bounded: {} > {}", swept.ended, sweep.at_most);
        all.ended += swept.ended;
        all.claims.extend(swept.claims);
        if swept.next.is_none() {
            return all;
        }
    }
    panic!("a sweep that never finishes");
}

/// The answer that a case expects, or its failure.
macro_rules! expect {
    ($($(#[$doc:meta])* $name:ident($answer:ty) -> $out:ty { $pattern:pat => $value:expr })*) => { $(
        $(#[$doc])*
        #[track_caller]
        pub(super) fn $name(answer: $answer, why: &str) -> $out {
            match answer {
                $pattern => $value,
                #[allow(unreachable_patterns, reason = "some patterns match everything")]
                other => panic!("{why}: expected {}, got {}", stringify!($name), Short(&other)),
            }
        }
    )* };
}

expect! {
    created(Created) -> Vec<Claim> { Created::Done(claims) => claims }
    taken(Created) -> () { Created::Taken => () }
    reset(Created) -> () { Created::Reset => () }
    over_the_limit(Created) -> () { Created::Limit => () }
    live(Loaded) -> Snapshot { Loaded::Live(session) => session }
    superseded(Loaded) -> Superseded { Loaded::Superseded(what) => what }
    dead(Loaded) -> EndReason { Loaded::Ended(reason) => reason }
    unknown(Loaded) -> () { Loaded::Unknown => () }
    done(Committed) -> (u8, bool) { Committed::Done { failed, rotated } => (failed, rotated) }
    gone(Committed) -> () { Committed::Gone => () }
    conflict(Committed) -> () { Committed::Conflict => () }
    rotated(Rotated) -> () { Rotated::Done => () }
    not_rotated(Rotated) -> () { Rotated::Conflict => () }
    nothing_to_rotate(Rotated) -> () { Rotated::Gone => () }
    ended(Ended) -> Claim { Ended::Done(claim) => *claim }
    ended_before(Ended) -> EndReason { Ended::Already(reason) => reason }
    lives_on(Ended) -> () { Ended::Alive => () }
    nothing_to_end(Ended) -> () { Ended::Unknown => () }
}

/// An answer in a message: not all of a 64 KiB session.
pub(super) struct Short<'a, T>(pub(super) &'a T);

impl<T: fmt::Debug> fmt::Display for Short<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:?}", self.0);
        match text.char_indices().nth(600) {
            Some((at, _)) => write!(f, "{}…", &text[..at]),
            None => f.write_str(&text),
        }
    }
}

/// A session as text: all of it but `rev`, which is the store's own business. Long values are told by their digest.
pub(super) fn shown(session: &Snapshot) -> String {
    let Snapshot { id, version, rev: _, header, identity, data, expiry, line } = session;
    let data: Vec<_> = data.iter().map(|(key, value)| (key, bytes(value))).collect();
    // A turn that holds nothing is none.
    let turn = line.turn.as_deref();
    let (parent, rotation) = (turn.and_then(|turn| turn.parent), turn.and_then(|turn| turn.rotation.as_ref()));
    let current = line.current;
    format!(
        "{id:?} v{version} {header:?} {identity:?} {data:?} {expiry:?} current {current:?} parent {parent:?} {rotation:?}"
    )
}

fn bytes(value: &[u8]) -> String {
    if value.len() <= 16 {
        return format!("{value:?}");
    }
    format!("{} bytes, {:02x?}", value.len(), &Sha256::digest(value)[..8])
}

/// Claims as text, in the order of their ids.
pub(super) fn shown_claims(claims: &[Claim]) -> String {
    let mut all: Vec<_> = claims.iter().collect();
    all.sort_by_key(|claim| claim.session.id);
    let text = all.iter().map(|claim| format!("\n  {:?} at {}: {}", claim.reason, claim.at, shown(&claim.session)));
    format!("{} claims{}", claims.len(), text.collect::<String>())
}

/// What a load answers, as text.
pub(super) fn shown_load(loaded: &Loaded) -> String {
    match loaded {
        Loaded::Live(session) => format!("Live {}", shown(session)),
        other => format!("{other:?}"),
    }
}

/// The session is as it was.
#[track_caller]
pub(super) fn unchanged(before: &Snapshot, after: &Snapshot, why: &str) {
    assert!(shown(before) == shown(after), "{why}: before {}\nafter {}", shown(before), shown(after));
}

#[track_caller]
pub(super) fn has(session: &Snapshot, key: &str, value: &[u8], why: &str) {
    let kept = session.data.get(key).map(|value| &**value);
    assert!(kept == Some(value), "{why}: entry {key:?} is {} and should be {}", Short(&kept), Short(&value));
}

#[track_caller]
pub(super) fn has_not(session: &Snapshot, key: &str, why: &str) {
    assert!(!session.data.contains_key(key), "{why}: entry {key:?} is there");
}

/// What the loaded token is to the session that it opened.
#[track_caller]
pub(super) fn stands(session: &Snapshot, n: u32, now: u64, standing: TokenStanding, why: &str) {
    assert_eq!(session.line.standing(&token(n), now), standing, "{why}");
}

/// The answer for a token that was replaced without grace.
pub(super) fn replaced(by: u32, at: u64, authenticated: bool) -> Superseded {
    Superseded { by: record(by), at, authenticated, how: How::Replaced }
}

#[track_caller]
pub(super) fn is_rotated(what: Superseded, by: u32, why: &str) {
    assert_eq!((what.how, what.by), (How::Rotated, record(by)), "{why}: {what:?}");
}

/// The record ids of claims, in order.
pub(super) fn ids(claims: &[Claim]) -> Vec<RecordId> {
    let mut ids: Vec<_> = claims.iter().map(|claim| claim.session.id).collect();
    ids.sort();
    ids
}

pub(super) fn records(ns: impl IntoIterator<Item = u32>) -> Vec<RecordId> {
    let mut ids: Vec<_> = ns.into_iter().map(record).collect();
    ids.sort();
    ids
}

/// Runs `many` tasks that begin at the same time, and returns what they come to.
pub(super) async fn race<T, Task>(many: u32, task: impl Fn(u32) -> Task) -> Vec<T>
where
    T: Send + 'static,
    Task: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(many as usize));
    let spawn = |n| {
        let (start, task) = (Arc::clone(&start), task(n));
        tokio::spawn(async move {
            start.wait().await;
            task.await
        })
    };
    let tasks: Vec<_> = (0..many).map(spawn).collect();
    let mut all = Vec::new();
    for task in tasks {
        match task.await {
            Ok(what) => all.push(what),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => panic!("a task of the race did not finish: {error}"),
            },
        }
    }
    all
}
