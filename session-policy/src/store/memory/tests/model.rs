//! Random operations against a model: the contract once more, written down in the plainest way, with one map of tokens and
//! one of records. Where the store may choose (when to reclaim, when to forget), the model checks that it might, and follows.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{
    operations::{Op, TOKENS, USERS, op},
    *,
};
use crate::store::{Generation, Superseded};

const CAPACITY: usize = 4;
const DAY: u64 = 24 * HOUR;
const SKEW: u64 = 10_000;

#[derive(Clone, Debug)]
enum Token {
    Opens(RecordId),
    Ended { reason: EndReason, of: RecordId, until: u64 },
    Replaced { what: Superseded, of: RecordId, until: u64, record_lives: bool },
}

#[allow(clippy::large_enum_variant, reason = "a model is plain")]
#[derive(Clone, Debug)]
enum Rec {
    Live { token: TokenId, version: u64, record: Record },
    Dead(Option<EndReason>),
}

#[derive(Debug, Default)]
struct Model {
    now: u64,
    tokens: HashMap<TokenId, Token>,
    records: HashMap<RecordId, Rec>,
    /// Which record took over from which.
    heirs: HashMap<RecordId, RecordId>,
    generations: HashMap<&'static str, (u64, u64)>,
    resets: u64,
}

impl Model {
    fn live(&mut self, id: &RecordId) -> Option<(&mut TokenId, &mut u64, &mut Record)> {
        match self.records.get_mut(id)? {
            Rec::Live { token, version, record } => Some((token, version, record)),
            Rec::Dead(_) => None,
        }
    }

    fn lives(&self) -> impl Iterator<Item = &Record> {
        self.records.values().filter_map(|rec| match rec {
            Rec::Live { record, .. } => Some(record),
            Rec::Dead(_) => None,
        })
    }

    fn overdue(&self, record: &Record) -> Option<EndReason> {
        let idle = record.header.last_seen + record.expiry.idle_ms;
        let absolute = record.expiry.absolute_at;
        (idle.min(absolute) + SKEW <= self.now).then_some(if absolute <= idle {
            EndReason::Absolute
        } else {
            EndReason::Idle
        })
    }

    fn kill(&mut self, id: RecordId, reason: EndReason) {
        let Some(Rec::Live { token, .. }) = self.records.insert(id, Rec::Dead(Some(reason))) else { panic!() };
        self.tokens.insert(token, Token::Ended { reason, of: id, until: self.now + DAY });
    }

    fn generation(&self, who: &str) -> u64 {
        self.generations.get(who).map_or(0, |(generation, _)| *generation)
    }

    fn create(&mut self, create: &Create) -> Created {
        let Create { token, record, generation, supersede, now } = create.clone();
        if let (Some(user), Some(Generation(wanted))) = (&record.identity.user, generation)
            && wanted != self.generation(user.as_str())
        {
            return Created::Reset;
        }
        if self.tokens.contains_key(&token) || self.records.contains_key(&record.id) {
            return Created::Taken;
        }
        let presented =
            supersede.and_then(|presented| Some((presented.token, self.tokens.get(&presented.token)?.clone())));
        let swaps = matches!(presented, Some((_, Token::Opens(_))));
        if self.lives().count() - usize::from(swaps) >= CAPACITY {
            return Created::Full;
        }
        let what = |authenticated| Superseded { by: record.id, at: now, authenticated };
        let until = record.expiry.absolute_at;
        match presented {
            Some((presented, Token::Opens(of))) => {
                let was = self.records.insert(of, Rec::Dead(None));
                self.heirs.insert(of, record.id);
                let Some(Rec::Live { record: was, .. }) = was else { panic!() };
                let what = what(was.header.level != Level::Anonymous);
                self.tokens.insert(presented, Token::Replaced { what, of, until, record_lives: false });
            }
            Some((presented, Token::Ended { of, .. })) => {
                let dead = Token::Replaced { what: what(false), of, until, record_lives: false };
                self.tokens.insert(presented, dead);
            }
            Some((_, Token::Replaced { .. })) | None => {}
        }
        self.tokens.insert(token, Token::Opens(record.id));
        self.records.insert(record.id, Rec::Live { token, version: 0, record });
        Created::Done
    }

    fn commit(&mut self, commit: &Commit) -> Committed {
        let Some((_, version, record)) = self.live(&commit.record) else { return Committed::Gone };
        if commit.if_version.is_some_and(|wanted| wanted != *version) {
            return Committed::Conflict;
        }
        let header = &mut record.header;
        match commit.stamp {
            Some(stamp) if stamp.epoch == header.epoch => {
                header.last_seen = header.last_seen.max(stamp.seen);
                header.longest_gap = header.longest_gap.max(stamp.gap);
            }
            _ => {}
        }
        header.step_up = header.step_up || commit.mark_step_up;
        header.failed = header.failed.saturating_add(u8::from(commit.count_failure));
        record.expiry = commit.expiry.unwrap_or(record.expiry);
        *version += u64::from(apply(&mut record.data, &commit.data));
        Committed::Done { failed: record.header.failed }
    }

    fn rotate(&mut self, rotate: &Rotate) -> Rotated {
        if let (Some(user), Some(Generation(wanted))) = (&rotate.identity.user, rotate.generation)
            && wanted != self.generation(user.as_str())
        {
            return Rotated::Reset;
        }
        let taken = self.tokens.contains_key(&rotate.to);
        let Some((token, version, record)) = self.live(&rotate.record) else { return Rotated::Gone };
        if *token != rotate.from {
            return Rotated::Conflict;
        }
        if taken {
            return Rotated::Taken;
        }
        let old = record.header;
        *token = rotate.to;
        *version += 1;
        record.header =
            Header { created: old.created, last_seen: old.last_seen.max(rotate.header.last_seen), ..rotate.header };
        if old.epoch == rotate.header.epoch {
            record.header.longest_gap = old.longest_gap.max(rotate.header.longest_gap);
            record.header.step_up = old.step_up || rotate.header.step_up;
            record.header.failed = old.failed.max(rotate.header.failed);
        }
        record.identity = Arc::clone(&rotate.identity);
        record.expiry = rotate.expiry;
        apply(&mut record.data, &rotate.data);
        let authenticated = old.level != Level::Anonymous;
        let what = Superseded { by: rotate.record, at: rotate.now, authenticated };
        let (of, until) = (rotate.record, rotate.expiry.absolute_at);
        self.tokens.insert(rotate.from, Token::Replaced { what, of, until, record_lives: true });
        self.tokens.insert(rotate.to, Token::Opens(of));
        Rotated::Done
    }

    fn end(&mut self, end: &End) -> Ended {
        match self.records.get(&end.record) {
            None | Some(Rec::Dead(None)) => Ended::Unknown,
            Some(Rec::Dead(Some(reason))) => Ended::Already(*reason),
            Some(Rec::Live { record: Record { header, .. }, .. }) => {
                if let Some((seen, epoch)) = end.if_unseen_since
                    && (header.last_seen > seen || header.epoch > epoch)
                {
                    return Ended::Alive;
                }
                self.kill(end.record, end.reason);
                Ended::Done
            }
        }
    }

    fn reset(&mut self, reset: &Reset, who: &'static str) -> usize {
        self.resets += 1;
        self.generations.insert(who, (self.resets, self.now));
        let of_user = |record: &&Record| record.identity.user.as_ref() == Some(&reset.user);
        let doomed: Vec<_> = self.lives().filter(of_user).map(|record| record.id).collect();
        let doomed: Vec<_> = doomed.into_iter().filter(|id| reset.except != Some(*id)).collect();
        doomed.iter().for_each(|id| self.kill(*id, reset.reason));
        doomed.len()
    }

    /// Follows what the store reclaimed and forgot, if it might.
    fn follow(&mut self, store: &MemoryStore) {
        let tokens: Vec<_> = self.tokens.iter().map(|(token, what)| (*token, what.clone())).collect();
        for (token, what) in &tokens {
            if let (Token::Opens(id), Loaded::Ended(reason)) = (what, now(store.load(*token)).unwrap()) {
                let record = self.live(id).unwrap().2.clone();
                assert_eq!(self.overdue(&record), Some(reason), "ended on its own: {record:?}");
                self.kill(*id, reason);
            }
        }
        for (token, what) in tokens {
            match (what, now(store.load(token)).unwrap()) {
                (Token::Ended { of, until, .. }, Loaded::Unknown) => {
                    assert!(until <= self.now, "a tombstone was forgotten early");
                    self.tokens.remove(&token);
                    self.records.remove(&of);
                }
                (Token::Replaced { what, of, until, record_lives }, Loaded::Unknown) => {
                    let successor = self.live(&what.by).map_or(0, |(_, _, record)| record.expiry.absolute_at);
                    assert!(until.max(successor) <= self.now, "a superseded token was forgotten early");
                    self.tokens.remove(&token);
                    if !record_lives {
                        self.records.remove(&of);
                        self.heirs.remove(&of);
                    }
                }
                _ => {}
            }
        }
        for who in USERS {
            let Some((_, at)) = self.generations.get(who) else { continue };
            let sessions = self.lives().any(|record| record.identity.user == Some(user(who)));
            if now(store.generation(&user(who))).unwrap() == Generation(0) {
                assert!(*at + DAY <= self.now && !sessions, "a generation was forgotten early");
                self.generations.remove(who);
            }
        }
    }

    fn agree(&mut self, store: &MemoryStore) {
        self.follow(store);
        for number in 0..TOKENS {
            match (self.tokens.get(&token(number)), store.look(number)) {
                (None, Loaded::Unknown) => {}
                (Some(Token::Ended { reason, .. }), Loaded::Ended(found)) => assert_eq!(*reason, found),
                (Some(Token::Replaced { what, .. }), Loaded::Superseded(found)) => {
                    let mut by = what.by;
                    while let Some(heir) = self.heirs.get(&by) {
                        by = *heir;
                    }
                    assert_eq!(Superseded { by, ..*what }, found);
                }
                (Some(Token::Opens(id)), Loaded::Live(found)) => {
                    let Some(Rec::Live { version, record, .. }) = self.records.get(id) else { panic!() };
                    assert_eq!((*id, *version, record.header), (found.id, found.version, found.header));
                    assert_eq!((&record.identity, &record.data), (&found.identity, &found.data));
                    assert_eq!(record.expiry, found.expiry);
                }
                (model, store) => panic!("token {number}: {model:?}, but the store says {store:?}"),
            }
        }
        for who in USERS {
            let of_user = |record: &&Record| record.identity.user == Some(user(who));
            let mut mine: Vec<_> =
                self.lives().filter(of_user).map(|record| (record.header.created, record.id)).collect();
            mine.sort_unstable();
            assert_eq!(mine.into_iter().map(|(_, id)| id).collect::<Vec<_>>(), store.list(who));
            assert_eq!(now(store.generation(&user(who))).unwrap().0, self.generation(who));
        }
        assert_eq!(self.lives().count(), store.live_sessions());
    }

    fn run(&mut self, store: &MemoryStore, op: Op) {
        match op {
            Op::Create { token: number, record, presented, generation } => {
                // A create reclaims by itself, unseen; here there is nothing left for it to reclaim.
                store.sweep(self.now, usize::MAX);
                self.follow(store);
                let mut record = record;
                record.header = Header { created: self.now, last_seen: self.now, ..record.header };
                record.expiry.absolute_at += self.now;
                let current = record.identity.user.as_ref().map_or(0, |user| self.generation(user.as_str()));
                let create = Create {
                    token: token(number),
                    record,
                    generation: generation.of(current).map(Generation),
                    supersede: presented.map(|presented| Supersede { token: token(presented) }),
                    now: self.now,
                };
                assert_eq!(store.make(create.clone()), self.create(&create), "{create:?}");
            }
            Op::Commit { version, commit } => {
                let current = self.live(&commit.record).map_or(0, |(_, version, _)| *version);
                let mut commit = Commit { if_version: version.of(current), now: self.now, ..commit };
                if let Some(stamp) = &mut commit.stamp {
                    stamp.seen = self.now - stamp.seen;
                }
                if let Some(expiry) = &mut commit.expiry {
                    expiry.absolute_at += self.now;
                }
                assert_eq!(store.change(commit.clone()), self.commit(&commit), "{commit:?}");
            }
            Op::Rotate { from, generation, mut rotate } => {
                let current = rotate.identity.user.as_ref().map_or(0, |user| self.generation(user.as_str()));
                rotate.generation = generation.of(current).map(Generation);
                let found = self.live(&rotate.record).map(|(token, _, record)| (*token, record.header));
                if let (None, Some((current, header))) = (from, found) {
                    rotate.from = current;
                    rotate.header.epoch += header.epoch;
                }
                rotate.header.last_seen += self.now - 5;
                rotate.expiry.absolute_at += self.now;
                rotate.now = self.now;
                assert_eq!(store.turn(rotate.clone()), self.rotate(&rotate), "{rotate:?}");
            }
            Op::End { mut end, unseen } => {
                end.now = self.now;
                if let (Some((_, _, record)), Some((seen, epoch))) = (self.live(&end.record), unseen) {
                    let header = record.header;
                    let epoch = header.epoch.saturating_add_signed(i32::try_from(epoch).unwrap());
                    end.if_unseen_since = Some((header.last_seen.saturating_add_signed(seen), epoch));
                }
                assert_eq!(store.stop(end), self.end(&end), "{end:?}");
            }
            Op::Reset { who, except } => {
                let reset = Reset {
                    user: user(who),
                    except: except.map(record_id),
                    reason: EndReason::CredentialChanged,
                    now: self.now,
                };
                assert_eq!(now(store.reset_user(reset.clone())).unwrap(), self.reset(&reset, who));
            }
            Op::Advance(by) => self.now += by,
            Op::Sweep(at_most) => {
                let before = self.lives().count();
                let overdue = self.lives().filter(|record| self.overdue(record).is_some()).count();
                let ended = store.sweep(self.now, at_most);
                assert_eq!(ended, overdue.min(at_most));
                assert_eq!(store.live_sessions(), before - ended);
            }
        }
        self.agree(store);
    }
}

/// Whether anything changed.
fn apply(data: &mut Arc<Entries>, changes: &[DataChange]) -> bool {
    let mut after = (**data).clone();
    let mut changed = false;
    for change in changes {
        let was = match &change.value {
            Some(value) => after.insert(Arc::clone(&change.key), Arc::clone(value)),
            None => after.remove(&change.key),
        };
        changed |= was != change.value;
    }
    *data = Arc::new(after);
    changed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_and_the_model_agree(ops in prop::collection::vec(op(), 1..80)) {
        let store = MemoryStore::with_capacity(CAPACITY);
        let mut model = Model { now: T0, ..Model::default() };
        for op in ops {
            model.run(&store, op);
        }
    }
}
