//! Random operations, over few ids so that they meet. Times count from when the operation runs.

use proptest::prelude::*;

use super::*;

pub(super) const TOKENS: u64 = 20;
const RECORDS: u64 = 14;
pub(super) const USERS: [&str; 3] = ["alice", "bob", "carol"];

#[derive(Clone, Debug)]
pub(super) enum Op {
    Create { token: u64, record: Record, presented: Option<u64>, generation: Wanted },
    Commit { version: Wanted, commit: Commit },
    Rotate { from: Option<u64>, generation: Wanted, rotate: Rotate },
    End { end: End, unseen: Option<(i64, i64)> },
    Reset { who: &'static str, except: Option<u64> },
    Advance(u64),
    Sweep(usize),
}

/// What an operation expects to find.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    Anything,
    TheCurrent,
    Another,
}

impl Wanted {
    pub(super) fn of(self, current: u64) -> Option<u64> {
        match self {
            Self::Anything => None,
            Self::TheCurrent => Some(current),
            Self::Another => Some(current + 1),
        }
    }
}

fn wanted() -> impl Strategy<Value = Wanted> {
    prop_oneof![3 => Just(Wanted::Anything), 3 => Just(Wanted::TheCurrent), 1 => Just(Wanted::Another)]
}

fn data() -> impl Strategy<Value = Vec<DataChange>> {
    let value = prop::option::of((0..3_u8).prop_map(|value| Arc::from([value].as_slice())));
    let change =
        (prop::sample::select(vec!["a", "b"]), value).prop_map(|(key, value)| DataChange { key: key.into(), value });
    prop::collection::vec(change, 0..3)
}

fn lifetime() -> impl Strategy<Value = Expiry> {
    (1..60_000_u64, 1..120_000_u64).prop_map(|(idle_ms, absolute_at)| Expiry { idle_ms, absolute_at })
}

fn identity() -> impl Strategy<Value = Arc<Identity>> {
    prop::option::weighted(0.8, prop::sample::select(&USERS[..]))
        .prop_map(|who| Arc::new(Identity::new(who.map(user), None)))
}

fn record() -> impl Strategy<Value = Record> {
    let level = prop::sample::select(vec![Level::Anonymous, Level::Remembered, Level::Full]);
    (0..RECORDS, level, identity(), lifetime()).prop_map(|(id, level, identity, expiry)| Record {
        id: record_id(id),
        header: header(0, level),
        identity,
        data: Arc::default(),
        expiry,
    })
}

fn commit() -> impl Strategy<Value = Commit> {
    let stamp = (0..20_000_u64, 0..30_000_u64, 0..2_u32).prop_map(|(seen, gap, epoch)| Stamp { seen, gap, epoch });
    let change = (prop::option::of(stamp), data(), prop::option::of(lifetime()));
    (0..RECORDS, change, any::<(bool, bool)>()).prop_map(
        |(id, (stamp, data, expiry), (mark_step_up, count_failure))| Commit {
            stamp,
            data,
            expiry,
            mark_step_up,
            count_failure,
            ..Commit::of(record_id(id), 0)
        },
    )
}

fn turn() -> impl Strategy<Value = (Option<u64>, Rotate)> {
    let parts = (record(), prop::option::weighted(0.2, 0..TOKENS), 0..TOKENS, data());
    (parts, 0..2_u32, 0..10_u64).prop_map(|((record, from, to, data), epoch, last_seen)| {
        let rotate = Rotate {
            record: record.id,
            from: token(from.unwrap_or_default()),
            to: token(to),
            generation: None,
            header: Header { epoch, last_seen, longest_gap: 7, ..record.header },
            identity: record.identity,
            expiry: record.expiry,
            data,
            now: 0,
        };
        (from, rotate)
    })
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    let reason = prop::sample::select(vec![EndReason::Logout, EndReason::Idle, EndReason::Revoked]);
    let unseen = prop::option::of((-5..5_i64, -1..2_i64));
    let advance = prop_oneof![10 => 0..20_000_u64, 2 => 0..200_000_u64, 1 => Just(25 * HOUR)];
    prop_oneof![
        6 => (0..TOKENS, record(), prop::option::of(0..TOKENS), wanted()).prop_map(
            |(token, record, presented, generation)| Op::Create { token, record, presented, generation }
        ),
        4 => (wanted(), commit()).prop_map(|(version, commit)| Op::Commit { version, commit }),
        3 => (turn(), wanted()).prop_map(|((from, rotate), generation)| Op::Rotate { from, generation, rotate }),
        2 => (0..RECORDS, reason, unseen).prop_map(|(record, reason, unseen)| Op::End { end: end(record, reason, 0), unseen }),
        1 => (prop::sample::select(&USERS[..]), prop::option::of(0..RECORDS)).prop_map(|(who, except)| Op::Reset { who, except }),
        2 => advance.prop_map(Op::Advance),
        1 => (0..4_usize).prop_map(Op::Sweep),
    ]
}
