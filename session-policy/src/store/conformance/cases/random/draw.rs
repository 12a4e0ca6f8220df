//! What to try next: mostly something that may succeed, sometimes anything.

use std::sync::Arc;

use super::{ModelStore, Side, Step, Subject, TOKENS, USERS, apply, is_open};
use crate::{
    policy::Level,
    store::{
        Challenge, Commit, DataChange, End, EndReason, Expiry, Identity, Reclaim, Reset, ResetEveryone, Rotate,
        SessionLimit, Snapshot, Stamp, Successor, Sweep,
        conformance::{Needs, kit::*, subject::user_id},
    },
    token::{RecordId, TokenId},
};

const STEPS: usize = 70;
const RECORDS: u32 = 10;
/// How many generations a sequence remembers, each in its slot: they are opaque, so each store has its own.
const SLOTS: u32 = 2;

/// A small generator of numbers that look random: xorshift with 64 bits of state. The same seed gives the same sequence.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: u32) -> u32 {
        // The high bits are the better ones.
        ((self.next() >> 32) % u64::from(most)) as u32
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize]
    }
}

/// The sequence of this seed. Nothing gets so old that a store may forget it.
///
/// The model runs along, so that most steps are about sessions that are there.
pub(super) async fn steps(seed: u64, provides: Needs) -> Vec<Step> {
    let model = Arc::new(ModelStore::new());
    let mut side = Side::new(Subject::of_model(Arc::clone(&model)));
    let mut draw = Draw { numbers: Numbers(seed), provides, now: T0, issued: 0, written: 1000, live: Vec::new() };
    let mut steps = Vec::new();
    while steps.len() < STEPS {
        draw.now += draw.numbers.of(&[0, 0, 0, 1, SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND]);
        draw.live = model.all_live();
        let step = draw.step();
        if !is_open(&model, &step) {
            apply(&mut side, &step).await;
            steps.push(step);
        }
    }
    steps
}

struct Draw {
    numbers: Numbers,
    provides: Needs,
    now: u64,
    /// So many token ids are in use.
    issued: u32,
    /// So many values were written.
    written: u32,
    live: Vec<Snapshot>,
}

impl Draw {
    /// A live session; rarely none.
    fn session(&mut self) -> Option<Snapshot> {
        if self.live.is_empty() || self.numbers.one_in(8) {
            return None;
        }
        let n = self.numbers.below(self.live.len() as u32);
        self.live.get(n as usize).cloned()
    }

    fn record(&mut self, session: Option<&Snapshot>) -> RecordId {
        session.map_or_else(|| record(self.numbers.below(RECORDS)), |session| session.id)
    }

    /// Mostly one of the session's, and of these mostly the current one.
    fn token(&mut self, session: Option<&Snapshot>) -> TokenId {
        match session {
            Some(session) if !self.numbers.one_in(8) => {
                let tokens: Vec<_> = session.line.tokens().collect();
                if self.numbers.one_in(2) { session.line.current } else { self.numbers.of(&tokens) }
            }
            _ => token(self.numbers.below(self.issued + 1)),
        }
    }

    /// Mostly one that is not in use.
    fn new_token(&mut self) -> TokenId {
        if self.issued + 1 == TOKENS || self.numbers.one_in(6) {
            return token(self.numbers.below(TOKENS));
        }
        self.issued += 1;
        token(self.issued)
    }

    /// Mostly the session's.
    fn epoch(&mut self, session: Option<&Snapshot>) -> u32 {
        match session {
            Some(session) if !self.numbers.one_in(4) => session.header.epoch,
            _ => self.numbers.below(4),
        }
    }

    fn step(&mut self) -> Step {
        let now = self.now;
        let session = self.session();
        let session = session.as_ref();
        let lease = self.numbers.one_in(2).then_some(now + 30 * SECOND);
        let reason = self.numbers.of(&EndReason::ALL);
        let by_user = self.provides >= Needs::ByUser;
        let slot = (by_user && self.numbers.one_in(3)).then(|| self.numbers.below(SLOTS));
        let hint = self.numbers.one_in(2);
        // Without users, the last steps are none.
        match self.numbers.below(if by_user { 46 } else { 39 }) {
            0..7 => self.create(session, slot, lease),
            7..17 => Step::Load(self.token(session), now),
            17..28 => Step::Commit(Box::new(self.commit(session)), hint),
            28..32 => Step::Rotate(Box::new(self.rotate(session)), slot, hint),
            32 | 33 => {
                let ago = u64::from(self.numbers.below(2)) * 20 * SECOND;
                let seen = session.map_or(now, |session| session.header.last_seen) - ago;
                let epoch = self.epoch(session);
                let if_unseen_since = self.numbers.one_in(2).then_some((seen, epoch));
                Step::End(End { record: self.record(session), reason, if_unseen_since, lease, now })
            }
            34 | 35 => {
                let due = now - self.numbers.of(&[0, 10 * SECOND]);
                Step::Sweep(Sweep { due, at_most: 1 + self.numbers.below(3) as usize, lease, now })
            }
            36 | 37 => Step::Reclaim(Reclaim { at_most: 100, lease: now + 30 * SECOND, now }),
            38 => Step::Settle(vec![record(self.numbers.below(RECORDS)), record(self.numbers.below(RECORDS))]),
            39..42 => Step::Ticket(self.numbers.of(&USERS), self.numbers.below(SLOTS)),
            42 => {
                let user = user_id(self.numbers.of(&USERS));
                let except = self.numbers.one_in(2).then(|| self.record(session));
                Step::ResetUser(Reset { user, except, reason, lease, now })
            }
            43 if self.numbers.one_in(4) => {
                let at_most = 1 + self.numbers.below(4) as usize;
                Step::ResetEveryone(ResetEveryone { reason, after: None, at_most, lease, now })
            }
            _ => Step::SetRole(self.numbers.of(&USERS), self.numbers.of(&[None, Some("member"), Some("admin")])),
        }
    }

    fn create(&mut self, session: Option<&Snapshot>, slot: Option<u32>, lease: Option<u64>) -> Step {
        let mut create = anonymous_at(0, self.now);
        create.token = self.new_token();
        create.record.id = record(self.numbers.below(RECORDS));
        create.record.identity = self.whose();
        if create.record.identity.user.is_some() {
            create.record.header = authenticated(create.record.header, self.now);
        }
        create.record.expiry = self.expiry();
        create.supersede = self.numbers.one_in(2).then(|| self.token(session));
        create.lease = lease;
        let limited = self.provides >= Needs::Admit && self.numbers.one_in(2);
        let limit =
            limited.then(|| SessionLimit { most: 1 + self.numbers.below(3), on_limit: self.numbers.of(&ON_LIMIT) });
        Step::Create(Box::new(create), slot, limit)
    }

    fn rotate(&mut self, session: Option<&Snapshot>) -> Rotate {
        let mut header = session.map_or_else(|| anonymous_at(0, self.now).record.header, |session| session.header);
        if self.numbers.one_in(2) {
            header = authenticated(header, self.now);
        }
        header.level = self.numbers.of(&[Level::Anonymous, Level::Full, Level::Mfa]);
        header.longest_gap = u64::from(self.numbers.below(3)) * SECOND;
        let was = session.map(|session| Arc::clone(&session.identity));
        let identity = was.clone().filter(|_| !self.numbers.one_in(3));
        Rotate {
            record: self.record(session),
            seen: None,
            from: self.token(session),
            to: self.new_token(),
            generation: None,
            if_identity: if self.numbers.one_in(4) { Some(self.whose()) } else { was },
            header,
            identity: identity.unwrap_or_else(|| self.whose()),
            expiry: self.expiry(),
            data: self.changes(),
            acts_at: self.now,
            now: self.now,
        }
    }

    fn commit(&mut self, session: Option<&Snapshot>) -> Commit {
        let mut commit = Commit::of(self.record(session), self.now);
        let version = session.map_or(0, |session| session.version);
        commit.if_version = self.numbers.one_in(4).then(|| version + u64::from(self.numbers.one_in(3)));
        commit.stamp = self.numbers.one_in(2).then(|| Stamp {
            seen: self.now - u64::from(self.numbers.below(2)) * 5 * SECOND,
            gap: u64::from(self.numbers.below(4)) * SECOND,
            epoch: self.epoch(session),
        });
        commit.data = self.changes();
        commit.mark_step_up = self.numbers.one_in(8);
        commit.count_failure = self.numbers.one_in(4);
        let challenge = Challenge { digest: self.numbers.below(9), answered: self.numbers.one_in(2) };
        commit.challenge = self.numbers.of(&[None, None, Some(None), Some(Some(challenge))]);
        commit.expiry = self.numbers.one_in(6).then(|| (self.expiry(), self.epoch(session)));
        commit.successor = self.numbers.one_in(2).then(|| Successor {
            from: self.token(session),
            to: self.new_token(),
            grace_until: self.now + self.numbers.of(&[0, 10 * SECOND, 30 * SECOND]),
        });
        commit
    }

    fn changes(&mut self) -> Vec<DataChange> {
        let mut changes = Vec::new();
        for key in ["first", "a", "b"] {
            if self.numbers.one_in(4) {
                // Never the same value again: whether that changes the version is the store's own business.
                self.written += 1;
                let value = self.written.to_be_bytes();
                changes.push(if self.numbers.one_in(4) { remove(key) } else { put(key, &value) });
            }
        }
        changes
    }

    fn whose(&mut self) -> Arc<Identity> {
        if self.numbers.one_in(5) { Arc::default() } else { identity(self.numbers.of(&USERS)) }
    }

    /// Idle within a sequence's reach; absolute beyond it.
    fn expiry(&mut self) -> Expiry {
        let idle_ms = self.numbers.of(&[20 * SECOND, 5 * MINUTE, 20 * MINUTE]);
        Expiry { idle_ms, absolute_at: self.now + self.numbers.of(&[2, 3]) * HOUR }
    }
}
