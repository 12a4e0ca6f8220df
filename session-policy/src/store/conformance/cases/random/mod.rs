//! Random operations on the store and on the model, side by side: after each, both answer the same.
//!
//! The ids come from a small space, so that everything collides with everything. A sequence that fails is made as short as
//! possible before it is shown.

mod draw;

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use crate::{
    store::{
        Admission, Commit, Create, Created, End, Ended, Generation, Loaded, Reclaim, Reset, ResetEveryone, Rotate,
        SessionLimit, Snapshot, Sweep, TokenStanding, admission,
        conformance::{ModelStore, Stores, Subject, kit::*},
    },
    token::{RecordId, TokenId},
};

const SEQUENCES: u64 = 40;
/// After so many steps, everything is looked at.
const LOOK_EVERY: usize = 7;
/// Tokens beyond these are not used.
const TOKENS: u32 = 40;
const USERS: [&str; 2] = ["alice", "bob"];
/// One operation. Where the store's own numbers come in (a generation, a snapshot), it says which one.
#[derive(Clone, Debug)]
enum Step {
    /// With the generation of this slot, under this limit.
    Create(Box<Create>, Option<u32>, Option<SessionLimit>),
    Load(TokenId, u64),
    /// With a hint of what was last seen of the record.
    Commit(Box<Commit>, bool),
    Rotate(Box<Rotate>, Option<u32>, bool),
    End(End),
    Sweep(Sweep),
    Reclaim(Reclaim),
    Settle(Vec<RecordId>),
    Ticket(&'static str, u32),
    ResetUser(Reset),
    ResetEveryone(ResetEveryone),
    SetRole(&'static str, Option<&'static str>),
}

/// A store, and what a sequence remembers of it.
struct Side {
    store: Subject,
    tickets: BTreeMap<u32, Generation>,
    seen: BTreeMap<RecordId, Snapshot>,
}

impl Side {
    const fn new(store: Subject) -> Self {
        Self { store, tickets: BTreeMap::new(), seen: BTreeMap::new() }
    }
}

pub(in crate::store::conformance) async fn random_operations_agree_with_the_model(stores: &Stores) {
    for sequence in 1..=SEQUENCES {
        let seed = sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let steps = draw::steps(seed, stores.provides()).await;
        if replay(stores, &steps).await.is_ok() {
            continue;
        }
        let steps = shrink(stores, steps).await;
        let mut text = format!("seed {seed:#x}, as short as it gets:\n");
        for step in &steps {
            _ = writeln!(text, "  {step:?}");
        }
        match replay(stores, &steps).await {
            Err(difference) => panic!("{text}{difference}"),
            Ok(()) => panic!("{text}it failed before, and not again: is the store the same for the same operations?"),
        }
    }
}

/// Leaves out whatever is not needed for the failure.
async fn shrink(stores: &Stores, mut steps: Vec<Step>) -> Vec<Step> {
    let mut size = steps.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..steps.len().min(at + size));
            if replay(stores, &fewer).await.is_err() {
                steps = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    steps
}

/// Runs a sequence on a fresh store and on a fresh model.
async fn replay(stores: &Stores, steps: &[Step]) -> Result<(), String> {
    let model = Arc::new(ModelStore::new());
    let (mut tried, mut right) = (Side::new(stores.fresh().await), Side::new(Subject::of_model(Arc::clone(&model))));
    let mut now = T0;
    for (n, step) in steps.iter().enumerate() {
        if is_open(&model, step) {
            continue;
        }
        now = now.max(time_of(step));
        let answer = apply(&mut tried, step).await;
        // When a store is full is its own business; then nothing happened.
        if answer == "Full" {
            continue;
        }
        let also = refusals(&model, &right, step).await;
        let expected = apply(&mut right, step).await;
        if answer != expected && !(also.contains(&expected.as_str()) && also.contains(&answer.as_str())) {
            return Err(format!("{step:?}\nanswers  {answer}\nand not  {expected}"));
        }
        if (n + 1).is_multiple_of(LOOK_EVERY) || n + 1 == steps.len() {
            let all = look(&model, &tried, &right, now).await;
            all.map_err(|difference| format!("after {step:?}\n{difference}"))?;
        }
    }
    Ok(())
}

/// Whether the contract leaves the outcome to the store.
fn is_open(model: &ModelStore, step: &Step) -> bool {
    match step {
        // Whether the id of a record that was superseded while live is known any longer.
        Step::Create(create, ..) if model.was_superseded(&create.record.id) => true,
        // A parent whose grace is over, presented at a login: a token of the session, or of the past.
        Step::Create(create, ..) => create.supersede.is_some_and(|token| {
            let standing = |session: Snapshot| session.line.standing(&token, create.now);
            model.peek(&token).map(standing) == Some(TokenStanding::Replayed)
        }),
        _ => false,
    }
}

/// Where several reasons speak against a step, it is refused; for which of them is the store's own business.
async fn refusals(model: &ModelStore, right: &Side, step: &Step) -> Vec<&'static str> {
    let mut all = Vec::new();
    let (user, slot) = match step {
        Step::Create(create, slot, _) => (&create.record.identity.user, slot),
        Step::Rotate(rotate, slot, _) => (&rotate.identity.user, slot),
        _ => return all,
    };
    if let (Some(user), Some(ticket)) = (user, slot.and_then(|slot| right.tickets.get(&slot)))
        && right.store.generation(user.as_str()).await != *ticket
    {
        all.push("Reset");
    }
    match step {
        Step::Create(create, _, limit) => {
            if model.knows(&create.token, Some(&create.record.id)) {
                all.push("Taken");
            }
            if let (Some(user), Some(limit)) = (user, limit) {
                let replaced = create.supersede.and_then(|token| model.peek(&token)).map(|session| session.id);
                let mut others = right.store.of_user(user.as_str()).await;
                others.retain(|session| Some(session.id) != replaced);
                if admission(&others, *limit, create.now) == Admission::Reject {
                    all.push("Limit");
                }
            }
        }
        Step::Rotate(rotate, ..) => {
            if model.knows(&rotate.to, None) {
                all.push("Taken");
            }
            match model.of_record(&rotate.record) {
                None => all.push("Gone"),
                Some(session) => {
                    let expected = rotate.if_identity.as_ref().is_none_or(|expected| *expected == session.identity);
                    if !expected || !session.line.may_act(&rotate.from, rotate.acts_at) {
                        all.push("Conflict");
                    }
                }
            }
        }
        _ => {}
    }
    all
}

fn time_of(step: &Step) -> u64 {
    match step {
        Step::Create(create, ..) => create.now,
        Step::Load(_, now) => *now,
        Step::Commit(commit, _) => commit.now,
        Step::Rotate(rotate, ..) => rotate.now,
        Step::End(end) => end.now,
        Step::Sweep(sweep) => sweep.now,
        Step::Reclaim(reclaim) => reclaim.now,
        Step::ResetUser(reset) => reset.now,
        Step::ResetEveryone(reset) => reset.now,
        Step::Settle(_) | Step::Ticket(..) | Step::SetRole(..) => T0,
    }
}

/// Runs one step, and tells its complete outcome.
async fn apply(side: &mut Side, step: &Step) -> String {
    let store = &side.store;
    match step.clone() {
        Step::Create(mut create, slot, limit) => {
            create.generation = slot.and_then(|slot| side.tickets.get(&slot).copied());
            let created = match limit {
                Some(limit) => store.admit(*create, limit).await,
                None => store.create(*create).await,
            };
            match created {
                Created::Done(claims) => shown_claims(&claims),
                other => format!("{other:?}"),
            }
        }
        Step::Load(token, now) => {
            let loaded = store.load(token, now).await;
            if let Loaded::Live(session) = &loaded {
                side.seen.insert(session.id, session.clone());
            }
            shown_load(&loaded)
        }
        Step::Commit(mut commit, hint) => {
            commit.seen = side.seen.get(&commit.record).filter(|_| hint).cloned().map(Box::new);
            format!("{:?}", store.commit(*commit).await)
        }
        Step::Rotate(mut rotate, slot, hint) => {
            rotate.generation = slot.and_then(|slot| side.tickets.get(&slot).copied());
            rotate.seen = side.seen.get(&rotate.record).filter(|_| hint).cloned().map(Box::new);
            format!("{:?}", store.rotate(*rotate).await)
        }
        Step::End(end) => match store.end(end).await {
            Ended::Done(claim) => shown_claims(&[*claim]),
            other => format!("{other:?}"),
        },
        Step::Sweep(sweep) => {
            let swept = sweep_all(store, sweep).await;
            format!("{} ended, {}", swept.ended, shown_claims(&swept.claims))
        }
        Step::Reclaim(reclaim) => shown_claims(&store.reclaim(reclaim).await),
        Step::Settle(ends) => {
            store.settle(ends).await;
            String::new()
        }
        Step::Ticket(user, slot) => {
            let generation = store.generation(user).await;
            let same = side.tickets.insert(slot, generation) == Some(generation);
            format!("the same as in the slot: {same}")
        }
        Step::ResetUser(reset) => {
            let swept = store.reset_user(reset).await;
            format!("{} ended, {}", swept.ended, shown_claims(&swept.claims))
        }
        Step::ResetEveryone(mut reset) => {
            let (mut ended, mut claims) = (0, Vec::new());
            for _ in 0..100 {
                let swept = store.reset_everyone(reset).await;
                ended += swept.ended;
                claims.extend(swept.claims);
                reset.after = swept.next;
                if reset.after.is_none() {
                    return format!("{ended} ended, {}", shown_claims(&claims));
                }
            }
            "does not come to an end".to_owned()
        }
        Step::SetRole(user, role) => format!("{} sessions", store.set_role(user, role).await),
    }
}

/// Everything that can be seen without presenting a sibling for the first time.
async fn look(model: &ModelStore, tried: &Side, right: &Side, now: u64) -> Result<(), String> {
    for n in 0..TOKENS {
        let (id, standing) = (token(n), |session: Snapshot| session.line.standing(&token(n), now));
        if model.peek(&id).map(standing) == Some(TokenStanding::Sibling) {
            continue;
        }
        let answers = [shown_load(&tried.store.load(id, now).await), shown_load(&right.store.load(id, now).await)];
        if let [answer, expected] = &answers
            && answer != expected
        {
            return Err(format!("token {n} is  {answer}\nand not  {expected}"));
        }
    }
    if !tried.store.says().0 {
        return Ok(());
    }
    for user in USERS {
        let (answer, expected) = (listed(&tried.store, user).await, listed(&right.store, user).await);
        if answer != expected {
            return Err(format!("{user} has  {answer}\nand not  {expected}"));
        }
    }
    Ok(())
}

/// Oldest first; among those of one age, in any order.
async fn listed(store: &Subject, user: &str) -> String {
    let mut sessions = store.of_user(user).await;
    assert!(sessions.is_sorted_by_key(|session| session.header.created), "oldest first");
    sessions.sort_by_key(|session| (session.header.created, session.id));
    sessions.iter().map(|session| format!("\n  {}", shown(session))).collect()
}
