//! Random operations on this store and on the model: the same answers, and the same sessions afterwards, also across
//! opening the file again.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_assert_eq, prop_oneof,
    test_runner::{Config, TestCaseError, TestRunner},
};

use super::*;
use crate::store::conformance::ModelStore;

#[derive(Clone, Debug)]
enum Step {
    Login { number: u32, who: u8, supersede: Option<u32>, limit: bool, stale: bool },
    Load(u32),
    Stamp(u32),
    Entry(u32, u8),
    Rotation { number: u32, from: u32, to: u32 },
    Reauth { number: u32, from: u32, to: u32, who: u8 },
    Mark(u32),
    End { number: u32, lease: bool },
    Reset { who: u8, except: Option<u32> },
    ResetEveryone,
    Role { who: u8, admin: bool },
    Sweep { at_most: u8, lease: bool },
    Reclaim,
    Settle(u32),
    Wait(u32),
    Reopen,
}

/// Records, and their first tokens; successors have numbers of their own.
const NUMBERS: u32 = 5;
const SUCCESSORS: std::ops::Range<u32> = NUMBERS..NUMBERS + 6;
const NAMES: [&str; 3] = ["alice", "bob", "carol"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let number = || 0..NUMBERS;
    let who = || 0..NAMES.len() as u8;
    let any_token = || 0..SUCCESSORS.end;
    let maybe = || proptest::option::of(any_token());
    let step = prop_oneof![
        5 => (number(), who(), maybe(), any::<bool>(), any::<bool>()).prop_map(|(number, who, supersede, limit, stale)| {
            Step::Login { number, who, supersede, limit, stale }
        }),
        6 => any_token().prop_map(Step::Load),
        4 => number().prop_map(Step::Stamp),
        2 => (number(), 0..3_u8).prop_map(|(number, key)| Step::Entry(number, key)),
        // Mostly of the record's own token, else of one that may be its own by now.
        4 => (number(), any_token(), any::<bool>(), SUCCESSORS).prop_map(|(number, other, own, to)| {
            Step::Rotation { number, from: if own { number } else { other }, to }
        }),
        3 => (number(), any_token(), any::<bool>(), SUCCESSORS, who()).prop_map(|(number, other, own, to, who)| {
            Step::Reauth { number, from: if own { number } else { other }, to, who }
        }),
        1 => number().prop_map(Step::Mark),
        2 => (number(), any::<bool>()).prop_map(|(number, lease)| Step::End { number, lease }),
        1 => (who(), maybe()).prop_map(|(who, except)| Step::Reset { who, except }),
        1 => Just(Step::ResetEveryone),
        1 => (who(), any::<bool>()).prop_map(|(who, admin)| Step::Role { who, admin }),
        2 => (1..4_u8, any::<bool>()).prop_map(|(at_most, lease)| Step::Sweep { at_most, lease }),
        1 => Just(Step::Reclaim),
        1 => number().prop_map(Step::Settle),
        3 => (1..900_u32).prop_map(Step::Wait),
        1 => Just(Step::Reopen),
    ];
    vec(step, 1..60)
}

/// What a store answered, without what is its own affair.
async fn answer<S: Admit>(store: &S, step: &Step, now: u64, past: &[Generation]) -> String {
    // Both number generations in the same way; opaque as they are, equal sequences are equal.
    let lease = |yes: bool| yes.then_some(now + 300);
    match step.clone() {
        Step::Login { number, who, supersede, limit, stale } => {
            let name = NAMES[usize::from(who)];
            let mut record = record(number, name);
            record.header.created = now;
            record.header.last_seen = now;
            record.expiry.absolute_at = now + 2_500;
            let generation = if stale { past.first().copied() } else { None };
            let supersede = supersede.map(token);
            let create = Create { token: token(number), record, generation, supersede, lease: lease(limit), now };
            let created = if limit {
                store.admit(create, SessionLimit { most: 2, on_limit: OnLimit::EvictIdle }).await
            } else {
                store.create(create).await
            };
            format!("{:?}", created.unwrap())
        }
        Step::Load(number) => format!("{:?}", store.load(Load { token: token(number), now }).await.unwrap()),
        Step::Stamp(number) => {
            let stamp = Stamp { seen: now, gap: now % 77, epoch: number % 2 };
            let commit = Commit { stamp: Some(stamp), ..Commit::of(id(number), now) };
            format!("{:?}", store.commit(commit).await.unwrap())
        }
        Step::Entry(number, key) => {
            let change =
                DataChange { key: format!("k{key}").into(), value: now.is_multiple_of(2).then(|| vec![key; 3].into()) };
            let commit =
                Commit { data: vec![change], if_version: (key == 2).then_some(1), ..Commit::of(id(number), now) };
            format!("{:?}", store.commit(commit).await.unwrap())
        }
        Step::Rotation { number, from, to } => {
            let successor = Successor { from: token(from), to: token(to), grace_until: now + 100 };
            let commit = Commit { successor: Some(successor), ..Commit::of(id(number), now) };
            format!("{:?}", store.commit(commit).await.unwrap())
        }
        Step::Reauth { number, from, to, who } => {
            let mut record = record(number, NAMES[usize::from(who)]);
            record.header.epoch = (now % 3) as u32;
            let rotate = Rotate {
                record: id(number),
                seen: None,
                from: token(from),
                to: token(to),
                generation: past.last().copied().filter(|_| number.is_multiple_of(4)),
                if_identity: number.is_multiple_of(2).then(|| Arc::clone(&record.identity)),
                header: record.header,
                identity: record.identity,
                expiry: Expiry { idle_ms: 1_500, absolute_at: now + 3_000 },
                data: Vec::new(),
                acts_at: now,
                now,
            };
            format!("{:?}", store.rotate(rotate).await.unwrap())
        }
        Step::Mark(number) => {
            let commit = Commit { mark_step_up: true, count_failure: true, ..Commit::of(id(number), now) };
            format!("{:?}", store.commit(commit).await.unwrap())
        }
        Step::End { number, lease: leased } => {
            let if_unseen_since = number.is_multiple_of(3).then_some((now.saturating_sub(200), 1));
            let end = End { record: id(number), reason: EndReason::Logout, if_unseen_since, lease: lease(leased), now };
            format!("{:?}", store.end(end).await.unwrap())
        }
        Step::Reset { who, except } => {
            let user = user(NAMES[usize::from(who)]);
            let reset = Reset { user, except: except.map(id), reason: EndReason::Revoked, lease: lease(true), now };
            format!("{:?}", store.reset_user(reset).await.unwrap())
        }
        Step::ResetEveryone => {
            let mut reset =
                ResetEveryone { reason: EndReason::Revoked, after: None, at_most: 2, lease: lease(true), now };
            let mut ended = Vec::new();
            loop {
                let Swept { claims, next, .. } = store.reset_everyone(reset).await.unwrap();
                ended.extend(claims.into_iter().map(|claim| format!("{claim:?}")));
                reset.after = next;
                if next.is_none() {
                    ended.sort();
                    return format!("{ended:?}");
                }
            }
        }
        Step::Role { who, admin } => {
            let role = Some(if admin { "Admin".into() } else { "Member".into() });
            let set = SetRole { user: user(NAMES[usize::from(who)]), role, now };
            format!("{:?}", store.set_role(set).await.unwrap())
        }
        Step::Sweep { at_most, lease: leased } => {
            let sweep = Sweep { due: now, at_most: usize::from(at_most), lease: lease(leased), now };
            let mut ended = Vec::new();
            loop {
                let Swept { claims, next, ended: count } = store.sweep(sweep).await.unwrap();
                assert!(count <= usize::from(at_most));
                ended.extend(claims.into_iter().map(|claim| format!("{claim:?}")));
                if next.is_none() {
                    ended.sort();
                    return format!("{ended:?}");
                }
            }
        }
        Step::Reclaim => {
            let claims = store.reclaim(Reclaim { at_most: 99, lease: now + 300, now }).await.unwrap();
            let mut claims: Vec<_> = claims.iter().map(|claim| format!("{claim:?}")).collect();
            claims.sort();
            format!("{claims:?}")
        }
        Step::Settle(number) => format!("{:?}", store.settle(vec![id(number)]).await.unwrap()),
        Step::Wait(_) | Step::Reopen => String::new(),
    }
}

/// `rev` counts changes; which of them change nothing is a store's own affair.
fn without_rev(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once(" rev: ") {
        plain.push_str(before);
        rest = after.trim_start_matches(|char: char| char.is_ascii_digit());
    }
    plain + rest
}

async fn compare(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let folder = Folder::new();
    let (model, mut store) = (ModelStore::new(), folder.open());
    let mut now = 10_000;
    let mut past = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Wait(ms) => now += u64::from(*ms),
            Step::Reopen => {
                drop(store);
                store = folder.open();
            }
            _ => {}
        }
        let expected = answer(&model, step, now, &past).await;
        let found = answer(&store, step, now, &past).await;
        prop_assert_eq!(without_rev(&found), without_rev(&expected), "step {}: {:?}", at, step);
        for name in NAMES {
            let generation = model.generation(&user(name)).await.unwrap();
            prop_assert_eq!(store.generation(&user(name)).await.unwrap(), generation);
            past.push(generation);
            let [expected, found] =
                [model.of_user(&user(name)).await.unwrap(), store.of_user(&user(name)).await.unwrap()];
            prop_assert_eq!(without_rev(&format!("{found:?}")), without_rev(&format!("{expected:?}")), "step {}", at);
        }
        past.drain(..past.len().saturating_sub(6));
    }
    Ok(())
}

#[test]
fn it_answers_as_the_model_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&steps(), |steps| runtime.block_on(compare(steps))).unwrap();
}
