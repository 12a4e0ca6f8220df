//! Random operations, over few ids so that they meet, on this store and on the model beside it: they answer the same.

use proptest::prelude::*;

use super::*;
use crate::store::conformance::ModelStore;

/// Too few for a share to be kept for users.
const CAPACITY: usize = 5;
const TOKENS: u64 = 24;
const RECORDS: u64 = 14;
const USERS: [&str; 3] = ["alice", "bob", "carol"];
const ALL: usize = 1_000;

/// Times count from when the operation runs.
#[derive(Clone, Debug)]
enum Op {
    Create {
        token: u64,
        record: Record,
        presented: Option<u64>,
        stale: bool,
        limit: Option<SessionLimit>,
        listen: bool,
    },
    Load(u64),
    Commit {
        commit: Commit,
        on_version: Option<bool>,
        successor: Option<u64>,
    },
    Rotate {
        rotate: Rotate,
        stale: bool,
    },
    End {
        end: End,
        unseen: Option<(i64, i64)>,
        listen: bool,
    },
    Reset {
        who: &'static str,
        except: Option<u64>,
        listen: bool,
    },
    Everyone(bool),
    Role(&'static str, Option<&'static str>),
    Sweep {
        at_most: usize,
        listen: bool,
    },
    Reclaim,
    Settle(u64),
    Advance(u64),
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

fn record() -> impl Strategy<Value = Record> {
    let level = prop::sample::select(vec![Level::Anonymous, Level::Remembered, Level::Full]);
    let identity = prop::option::weighted(0.8, prop::sample::select(&USERS[..]))
        .prop_map(|who| Arc::new(Identity::new(who.map(user), None)));
    (0..RECORDS, level, identity, lifetime()).prop_map(|(id, level, identity, expiry)| Record {
        id: record_id(id),
        header: header(0, level),
        identity,
        data: Arc::default(),
        expiry,
    })
}

fn create() -> impl Strategy<Value = Op> {
    let on_limit = prop::sample::select(vec![OnLimit::Reject, OnLimit::EvictOldest, OnLimit::EvictIdle]);
    let limit = (1..4_u32, on_limit).prop_map(|(most, on_limit)| SessionLimit { most, on_limit });
    let how = (prop::option::of(0..TOKENS), prop::bool::weighted(0.1), prop::option::of(limit), any::<bool>());
    (0..TOKENS, record(), how).prop_map(|(token, record, (presented, stale, limit, listen))| Op::Create {
        token,
        record,
        presented,
        stale,
        limit,
        listen,
    })
}

fn commit() -> impl Strategy<Value = Op> {
    let stamp = (0..20_000_u64, 0..30_000_u64, 0..2_u32).prop_map(|(seen, gap, epoch)| Stamp { seen, gap, epoch });
    let expiry = prop::option::of((lifetime(), 0..2_u32));
    let change = (prop::option::of(stamp), data(), expiry, any::<(bool, bool)>());
    (0..RECORDS, change, prop::option::of(any::<bool>()), prop::option::of(0..TOKENS)).prop_map(
        |(id, (stamp, data, expiry, (mark_step_up, count_failure)), on_version, successor)| {
            let commit = Commit { stamp, data, expiry, mark_step_up, count_failure, ..Commit::of(record_id(id), 0) };
            Op::Commit { commit, on_version, successor }
        },
    )
}

fn turn() -> impl Strategy<Value = Op> {
    let epochs = (0..2_u32, 0..10_u64, prop::bool::weighted(0.1));
    (record(), 0..TOKENS, 0..TOKENS, data(), epochs).prop_map(|(record, from, to, data, (epoch, last_seen, stale))| {
        let rotate = Rotate {
            record: record.id,
            seen: None,
            from: token(from),
            to: token(to),
            generation: None,
            if_identity: None,
            header: Header { epoch, last_seen, longest_gap: 7, ..record.header },
            identity: record.identity,
            expiry: record.expiry,
            data,
            acts_at: 0,
            now: 0,
        };
        Op::Rotate { rotate, stale }
    })
}

fn op() -> impl Strategy<Value = Op> {
    let reason = prop::sample::select(vec![EndReason::Logout, EndReason::Idle, EndReason::Revoked]);
    let unseen = prop::option::of((-5..5_i64, -1..2_i64));
    let advance = prop_oneof![10 => 0..20_000_u64, 2 => 0..200_000_u64, 1 => Just(25 * HOUR), 1 => Just(8 * 24 * HOUR)];
    let who = || prop::sample::select(&USERS[..]);
    let role = prop::option::of(prop::sample::select(vec!["admin", "clerk"]));
    prop_oneof![
        6 => create(),
        4 => (0..TOKENS).prop_map(Op::Load),
        6 => commit(),
        3 => turn(),
        2 => (0..RECORDS, reason, unseen, any::<bool>())
            .prop_map(|(record, reason, unseen, listen)| Op::End { end: end(record, reason, 0), unseen, listen }),
        1 => (who(), prop::option::of(0..RECORDS), any::<bool>())
            .prop_map(|(who, except, listen)| Op::Reset { who, except, listen }),
        1 => prop::bool::weighted(0.5).prop_map(Op::Everyone),
        1 => (who(), role).prop_map(|(who, role)| Op::Role(who, role)),
        1 => (0..4_usize, any::<bool>()).prop_map(|(at_most, listen)| Op::Sweep { at_most, listen }),
        1 => Just(Op::Reclaim),
        1 => (0..RECORDS).prop_map(Op::Settle),
        2 => advance.prop_map(Op::Advance),
    ]
}

/// Does what the operation says at that time, and puts the answer into words.
fn run<S: Admit>(store: &S, op: &Op, at: u64) -> String {
    let leased = |listen: bool| listen.then_some(at + MINUTE);
    let claims = |claims: &[Claim]| {
        let mut told: Vec<_> = claims.iter().map(|claim| (claim.session.id, told(claim))).collect();
        told.sort_unstable();
        format!("{told:?}")
    };
    let swept = |swept: &Swept| format!("{} {}", swept.ended, claims(&swept.claims));
    match op.clone() {
        Op::Create { token: number, record, presented, stale, limit, listen } => {
            // A create reclaims by itself; here there is nothing left for it to reclaim.
            sweep_all(store, at);
            // The model gives a record the id of one whose end still waits for a hook; this store does not.
            now(store.settle(vec![record.id])).unwrap();
            let generation = record.identity.user.as_ref().map(|who| now(store.generation(who)).unwrap());
            let generation = if stale { Some(Generation(u64::MAX)) } else { generation };
            let header = Header { created: at, last_seen: at, ..record.header };
            let expiry = Expiry { absolute_at: record.expiry.absolute_at + at, ..record.expiry };
            let create = Create {
                token: token(number),
                record: Record { header, expiry, ..record },
                generation,
                supersede: presented.map(token),
                lease: leased(listen),
                now: at,
            };
            let created = match limit {
                Some(limit) => now(store.admit(create, limit)),
                None => now(store.create(create)),
            };
            match created.unwrap() {
                Created::Done(ended) => format!("done {}", claims(&ended)),
                other => format!("{other:?}"),
            }
        }
        Op::Load(number) => match store.look_at(number, at) {
            Loaded::Live(session) => describe(&session),
            other => format!("{other:?}"),
        },
        Op::Commit { mut commit, on_version, successor } => {
            let found = of_all(store).into_iter().find(|session| session.id == commit.record);
            let version = found.as_ref().map_or(0, |session| session.version);
            commit.if_version = on_version.map(|right| if right { version } else { version + 1 });
            if let Some(stamp) = &mut commit.stamp {
                stamp.seen = at - stamp.seen;
            }
            commit.expiry =
                commit.expiry.zip(found.as_ref()).map(|((expiry, epoch), found)| (no_later(expiry, found), epoch));
            commit.successor = successor.map(|to| Successor {
                from: found.map_or(token(0), |session| session.line.current),
                to: token(to),
                grace_until: at + 30_000,
            });
            commit.now = at;
            format!("{:?}", store.change(commit))
        }
        Op::Rotate { mut rotate, stale } => {
            let found = of_all(store).into_iter().find(|session| session.id == rotate.record);
            rotate.generation = rotate.identity.user.as_ref().map(|who| now(store.generation(who)).unwrap());
            if stale {
                rotate.generation = Some(Generation(u64::MAX));
            }
            if let Some(found) = found {
                rotate.from = found.line.current;
                rotate.header.epoch += found.header.epoch;
                rotate.expiry = no_later(rotate.expiry, &found);
            }
            rotate.header.last_seen += at - 5;
            (rotate.acts_at, rotate.now) = (at, at);
            format!("{:?}", store.turn(rotate))
        }
        Op::End { mut end, unseen, listen } => {
            (end.now, end.lease) = (at, leased(listen));
            let found = of_all(store).into_iter().find(|session| session.id == end.record);
            end.if_unseen_since = found.zip(unseen).map(|(found, (seen, epoch))| {
                let epoch = found.header.epoch.saturating_add_signed(i32::try_from(epoch).unwrap());
                (found.header.last_seen.saturating_add_signed(seen), epoch)
            });
            match now(store.end(end)).unwrap() {
                Ended::Done(claim) => claims(&[*claim]),
                other => format!("{other:?}"),
            }
        }
        Op::Reset { who, except, listen } => {
            let (user, except, reason) = (user(who), except.map(record_id), EndReason::CredentialChanged);
            swept(&now(store.reset_user(Reset { user, except, reason, lease: leased(listen), now: at })).unwrap())
        }
        Op::Everyone(listen) => {
            let reset =
                ResetEveryone { reason: EndReason::Revoked, after: None, at_most: ALL, lease: leased(listen), now: at };
            swept(&now(store.reset_everyone(reset)).unwrap())
        }
        Op::Role(who, role) => {
            let set = SetRole { user: user(who), role: role.map(Arc::from), now: at };
            format!("{}", now(store.set_role(set)).unwrap())
        }
        Op::Sweep { at_most, listen } => {
            let sweep = Sweep { due: at - MAX_SKEW_MS, at_most, lease: leased(listen), now: at };
            let some = now(store.sweep(sweep)).unwrap();
            let rest = now(store.sweep(Sweep { at_most: ALL, ..sweep })).unwrap();
            assert!(some.next.is_some() || rest.ended == 0, "{some:?} {rest:?}");
            // Which ones come first is the store's own business.
            format!("{} {}", some.ended, claims(&[some.claims, rest.claims].concat()))
        }
        Op::Reclaim => {
            let reclaim = Reclaim { at_most: ALL, lease: at + MINUTE, now: at };
            claims(&now(store.reclaim(reclaim)).unwrap())
        }
        Op::Settle(record) => format!("{:?}", now(store.settle(vec![record_id(record)])).unwrap()),
        Op::Advance(_) => String::new(),
    }
}

fn sweep_all(store: &impl Store, at: u64) {
    now(store.sweep(Sweep { due: at - MAX_SKEW_MS, at_most: ALL, lease: None, now: at })).unwrap();
}

fn settle_all(store: &impl Store) {
    now(store.settle((0..RECORDS).map(record_id).collect())).unwrap();
}

/// An absolute end that does not move away: how long a superseded token is kept when it does is `bounds`' business.
fn no_later(expiry: Expiry, found: &Snapshot) -> Expiry {
    Expiry { absolute_at: found.expiry.absolute_at - expiry.absolute_at / 8, ..expiry }
}

/// A session with everything about it; `Debug` leaves out data and tokens.
fn describe(session: &Snapshot) -> String {
    let data: Vec<_> = session.data.iter().map(|(key, value)| (key, value.to_vec())).collect();
    format!("{session:?} {data:?} {:?}", session.line)
}

fn told(claim: &Claim) -> String {
    format!("{} {:?} {}", describe(&claim.session), claim.reason, claim.at)
}

fn of_all(store: &impl ByUser) -> Vec<Snapshot> {
    USERS.iter().flat_map(|who| now(store.of_user(&user(who))).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_and_the_model_agree(ops in prop::collection::vec(op(), 1..100)) {
        let (store, model) = (MemoryStore::with_capacity(CAPACITY), ModelStore::with_capacity(CAPACITY));
        let mut at = T0;
        for op in ops {
            if let Op::Advance(by) = op {
                at += by;
            }
            prop_assert_eq!(run(&store, &op, at), run(&model, &op, at), "{:?}", op);
            let described = |sessions: Vec<Snapshot>| sessions.iter().map(describe).collect::<Vec<_>>();
            prop_assert_eq!(described(of_all(&store)), described(of_all(&model)), "{:?}", op);
            prop_assert_eq!(store.live_sessions(), model.live_sessions());
        }
        sweep_all(&store, at);
        sweep_all(&model, at);
        for number in 0..TOKENS {
            prop_assert_eq!(run(&store, &Op::Load(number), at), run(&model, &Op::Load(number), at));
        }
        // What is left of the data is that of the live and of the claims; without them, nothing.
        run(&store, &Op::Everyone(false), at);
        settle_all(&store);
        prop_assert_eq!((store.live_sessions(), store.data_bytes()), (0, 0));
    }
}
