//! The contract, written down in the plainest way: a few ordered maps behind one lock. It is what the conformance suite
//! compares other stores with; nothing in it is fast.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    store::{
        Admission, Admit, ByUser, CLAIM_KEPT_MS, Capabilities, Claim, ClockReport, Clocks, Commit, Committed, Create,
        Created, Cursor, End, EndReason, Ended, Generation, How, Load, Loaded, Merged, Presented, Reclaim, Reset,
        ResetEveryone, Rotate, Rotated, SessionLimit, SetRole, Snapshot, Store, StoreError, Superseded, Sweep, Swept,
        TOMBSTONE_KEPT_MS, UserId, admission,
    },
    token::{RecordId, TokenId},
};

/// A store for tests: the contract in the plainest way.
#[derive(Debug)]
pub struct ModelStore {
    state: Mutex<State>,
    clocks: Clocks,
    most: usize,
}

#[derive(Debug, Default)]
struct State {
    live: BTreeMap<RecordId, Snapshot>,
    gone: BTreeMap<RecordId, Gone>,
    tokens: BTreeMap<TokenId, Place>,
    claims: BTreeMap<RecordId, (Claim, u64)>,
    generations: BTreeMap<UserId, (Generation, u64)>,
    /// Of users without one of their own.
    generation: Generation,
    last_generation: u64,
}

/// What became of a record.
#[derive(Clone, Copy, Debug)]
enum Gone {
    Ended(EndReason),
    SucceededBy(RecordId),
}

/// What a token leads to.
#[derive(Clone, Copy, Debug)]
enum Place {
    Live(RecordId),
    Superseded { of: RecordId, what: Superseded, until: u64 },
    Ended { of: RecordId, reason: EndReason, until: u64 },
}

impl Default for ModelStore {
    fn default() -> Self {
        Self::new()
    }
}

impl ModelStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(1_000_000)
    }

    /// An empty store for so many live sessions.
    #[must_use]
    pub fn with_capacity(most: usize) -> Self {
        Self { state: Mutex::default(), clocks: Clocks::default(), most }
    }

    /// How many sessions it holds that have not ended.
    #[must_use]
    pub fn live_sessions(&self) -> usize {
        self.state().live.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the suite asks the model, and no other store.
impl ModelStore {
    /// The live session that a token leads to, without presenting the token.
    pub(super) fn peek(&self, token: &TokenId) -> Option<Snapshot> {
        let state = self.state();
        match state.tokens.get(token)? {
            Place::Live(id) => state.live.get(id).cloned(),
            Place::Superseded { .. } | Place::Ended { .. } => None,
        }
    }

    /// All live sessions, in the order of their ids.
    pub(super) fn all_live(&self) -> Vec<Snapshot> {
        self.state().live.values().cloned().collect()
    }

    /// The live session of this id.
    pub(super) fn of_record(&self, record: &RecordId) -> Option<Snapshot> {
        self.state().live.get(record).cloned()
    }

    /// Whether the token, or the record, is known.
    pub(super) fn knows(&self, token: &TokenId, record: Option<&RecordId>) -> bool {
        let state = self.state();
        state.tokens.contains_key(token)
            || record.is_some_and(|id| state.live.contains_key(id) || state.gone.contains_key(id))
    }

    /// Whether another session took this one's place while it was live.
    pub(super) fn was_superseded(&self, record: &RecordId) -> bool {
        matches!(self.state().gone.get(record), Some(Gone::SucceededBy(_)))
    }
}

impl State {
    fn generation_of(&self, user: &UserId) -> Generation {
        self.generations
            .get(user)
            .map_or(self.generation, |(generation, _)| Generation(generation.0.max(self.generation.0)))
    }

    fn next_generation(&mut self) -> Generation {
        self.last_generation += 1;
        Generation(self.last_generation)
    }

    fn raise(&mut self, user: &UserId, now: u64) {
        let generation = self.next_generation();
        self.generations.insert(user.clone(), (generation, now));
    }

    fn of_user(&self, user: &UserId) -> Vec<Snapshot> {
        let mut found: Vec<_> = self.live.values().filter(|session| session.is_of(user)).cloned().collect();
        found.sort_by_key(|session| (session.header.created, session.id));
        found
    }

    fn remember(&mut self, of: RecordId, token: TokenId, what: Superseded, until: u64) {
        self.tokens.insert(token, Place::Superseded { of, what, until });
    }

    fn bury(&mut self, id: RecordId, reason: EndReason, lease: Option<u64>, now: u64) -> Option<Claim> {
        let session = self.live.remove(&id)?;
        self.gone.insert(id, Gone::Ended(reason));
        for token in session.line.tokens() {
            let until = now.saturating_add(TOMBSTONE_KEPT_MS);
            self.tokens.insert(token, Place::Ended { of: id, reason, until });
        }
        let claim = Claim { session, reason, at: now };
        if let Some(lease) = lease {
            self.claims.insert(id, (claim.clone(), lease));
        }
        Some(claim)
    }

    /// A session takes the place of whatever the presented token opens or opened.
    fn supersede(&mut self, token: TokenId, by: &Snapshot, lease: Option<u64>, now: u64) -> Option<Claim> {
        let until = by.expiry.absolute_at;
        match self.tokens.get(&token).copied()? {
            Place::Live(id) => {
                let old = self.live.remove(&id)?;
                self.gone.insert(id, Gone::SucceededBy(by.id));
                for (token, what) in old.all_replaced(now, by.id) {
                    self.remember(id, token, what, until);
                }
                // Another user's session is over; nobody's, or the same user's, goes on in the new one.
                if old.identity.user.is_none() || old.identity.user == by.identity.user {
                    return None;
                }
                let claim = Claim { session: old, reason: EndReason::IdentityChanged, at: now };
                if let Some(lease) = lease {
                    self.claims.insert(id, (claim.clone(), lease));
                }
                Some(claim)
            }
            Place::Ended { of, .. } => {
                let what = Superseded { by: by.id, at: now, authenticated: false, how: How::Replaced };
                self.remember(of, token, what, until);
                None
            }
            Place::Superseded { .. } => None,
        }
    }

    fn create(&mut self, create: Create, limit: Option<SessionLimit>, most: usize) -> Created {
        let Create { token, record, generation, supersede, lease, now } = create;
        let user = record.identity.user.clone();
        if let (Some(user), Some(expected)) = (&user, generation)
            && self.generation_of(user) != expected
        {
            return Created::Reset;
        }
        if self.tokens.contains_key(&token) || self.live.contains_key(&record.id) || self.gone.contains_key(&record.id)
        {
            return Created::Taken;
        }
        let replaced = supersede.and_then(|token| match self.tokens.get(&token) {
            Some(Place::Live(id)) => Some(*id),
            _ => None,
        });
        let mut ending = Vec::new();
        if let (Some(user), Some(limit)) = (&user, limit) {
            let mut others = self.of_user(user);
            others.retain(|session| Some(session.id) != replaced);
            match admission(&others, limit, now) {
                Admission::Reject => return Created::Limit,
                Admission::Ending(these) => ending = these,
            }
        }
        if self.live.len() >= most + ending.len() + usize::from(replaced.is_some()) {
            return Created::Full;
        }
        let mut claims: Vec<_> =
            ending.into_iter().filter_map(|(id, reason)| self.bury(id, reason, lease, now)).collect();
        let session = Snapshot::new(token, record);
        claims.extend(supersede.and_then(|presented| self.supersede(presented, &session, lease, now)));
        self.tokens.insert(token, Place::Live(session.id));
        self.live.insert(session.id, session);
        Created::Done(claims)
    }

    fn load(&mut self, load: Load) -> Loaded {
        match self.tokens.get(&load.token).copied() {
            None => Loaded::Unknown,
            Some(Place::Ended { reason, .. }) => Loaded::Ended(reason),
            Some(Place::Superseded { mut what, .. }) => {
                while let Some(Gone::SucceededBy(next)) = self.gone.get(&what.by) {
                    what.by = *next;
                }
                Loaded::Superseded(what)
            }
            Some(Place::Live(id)) => {
                let Some(session) = self.live.get_mut(&id) else { return Loaded::Unknown };
                match session.present(&load.token, load.now) {
                    Presented::Open => Loaded::Live(session.clone()),
                    Presented::Confirmed(former) => {
                        let session = session.clone();
                        self.rotated(&session, former, load.now);
                        Loaded::Live(session)
                    }
                    Presented::Superseded(what) => Loaded::Superseded(what),
                    Presented::Unknown => Loaded::Unknown,
                }
            }
        }
    }

    /// These tokens of the session were rotated, and are good for nothing any more.
    fn rotated(&mut self, session: &Snapshot, former: impl IntoIterator<Item = TokenId>, now: u64) {
        for token in former {
            let what = session.replaced(now, How::Rotated, session.id);
            self.remember(session.id, token, what, session.expiry.absolute_at);
        }
    }

    fn commit(&mut self, mut commit: Commit) -> Committed {
        let to = commit.successor.map(|successor| successor.to);
        if to.is_some_and(|to| self.tokens.contains_key(&to)) {
            commit.successor = None;
        }
        let Some(session) = self.live.get_mut(&commit.record) else { return Committed::Gone };
        match session.merge(&commit) {
            Merged::Conflict => Committed::Conflict,
            Merged::Done { rotated, former } => {
                let session = session.clone();
                let failed = session.header.failed;
                if let (true, Some(to)) = (rotated, to) {
                    self.tokens.insert(to, Place::Live(session.id));
                }
                self.rotated(&session, former, commit.now);
                Committed::Done { failed, rotated }
            }
        }
    }

    fn rotate(&mut self, rotate: &Rotate) -> Rotated {
        if let (Some(user), Some(expected)) = (&rotate.identity.user, rotate.generation)
            && self.generation_of(user) != expected
        {
            return Rotated::Reset;
        }
        if self.tokens.contains_key(&rotate.to) {
            return Rotated::Taken;
        }
        let Some(session) = self.live.get_mut(&rotate.record) else { return Rotated::Gone };
        let Some(former) = session.rotate(rotate) else { return Rotated::Conflict };
        let (id, until) = (session.id, session.expiry.absolute_at);
        for (token, what) in former {
            self.remember(id, token, what, until);
        }
        self.tokens.insert(rotate.to, Place::Live(id));
        Rotated::Done
    }

    fn end(&mut self, end: &End) -> Ended {
        let Some(session) = self.live.get(&end.record) else {
            return match self.gone.get(&end.record) {
                Some(Gone::Ended(reason)) => Ended::Already(*reason),
                Some(Gone::SucceededBy(_)) | None => Ended::Unknown,
            };
        };
        if end.if_unseen_since.is_some_and(|seen| session.seen_since(seen)) {
            return Ended::Alive;
        }
        self.bury(end.record, end.reason, end.lease, end.now)
            .map_or(Ended::Unknown, |claim| Ended::Done(Box::new(claim)))
    }

    fn sweep(&mut self, sweep: Sweep) -> Swept {
        let dead: Vec<_> = self
            .live
            .values()
            .filter(|session| session.deadline() <= sweep.due)
            .map(|session| (session.id, session.overdue()))
            .collect();
        let more = dead.len() > sweep.at_most;
        let claims: Vec<_> = dead
            .into_iter()
            .take(sweep.at_most)
            .filter_map(|(id, reason)| self.bury(id, reason, sweep.lease, sweep.now))
            .collect();
        self.forget(sweep.now);
        Swept {
            ended: claims.len(),
            claims: if sweep.lease.is_some() { claims } else { Vec::new() },
            next: more.then_some(Cursor([0; 16])),
        }
    }

    fn forget(&mut self, now: u64) {
        let live = &self.live;
        self.tokens.retain(|_, place| match place {
            Place::Live(_) => true,
            Place::Ended { until, .. } => now < *until,
            // A successor may live longer than was foreseen when it took over.
            Place::Superseded { what, until, .. } => {
                now < *until || live.get(&what.by).is_some_and(|session| now < session.expiry.absolute_at)
            }
        });
        let known: BTreeSet<_> = self
            .tokens
            .values()
            .filter_map(|place| match place {
                Place::Live(_) => None,
                Place::Ended { of, .. } | Place::Superseded { of, .. } => Some(*of),
            })
            .collect();
        self.gone.retain(|id, _| known.contains(id));
        self.claims.retain(|_, (claim, _)| now < claim.at.saturating_add(CLAIM_KEPT_MS));
        // Whoever has none of their own has everybody's.
        self.generations.retain(|user, (_, at)| {
            now < at.saturating_add(TOMBSTONE_KEPT_MS) || live.values().any(|session| session.is_of(user))
        });
    }

    fn reset(&mut self, reset: &Reset) -> Swept {
        self.raise(&reset.user, reset.now);
        let these: Vec<_> = self.of_user(&reset.user).into_iter().map(|session| session.id).collect();
        let claims: Vec<_> = these
            .into_iter()
            .filter(|id| Some(*id) != reset.except)
            .filter_map(|id| self.bury(id, reset.reason, reset.lease, reset.now))
            .collect();
        Swept { ended: claims.len(), claims: if reset.lease.is_some() { claims } else { Vec::new() }, next: None }
    }

    fn reset_everyone(&mut self, reset: &ResetEveryone) -> Swept {
        if reset.after.is_none() {
            self.generation = self.next_generation();
        }
        let after = reset.after.map(|Cursor(bytes)| RecordId(bytes));
        let these: Vec<_> =
            self.live.keys().filter(|id| after.is_none_or(|after| **id > after)).take(reset.at_most).copied().collect();
        let next = if these.len() == reset.at_most { these.last().map(|id| Cursor(id.0)) } else { None };
        let claims: Vec<_> =
            these.into_iter().filter_map(|id| self.bury(id, reset.reason, reset.lease, reset.now)).collect();
        Swept { ended: claims.len(), claims: if reset.lease.is_some() { claims } else { Vec::new() }, next }
    }

    fn set_role(&mut self, set: &SetRole) -> usize {
        self.raise(&set.user, set.now);
        let mut sessions = 0;
        for session in self.live.values_mut().filter(|session| session.is_of(&set.user)) {
            session.set_role(set.role.as_ref());
            sessions += 1;
        }
        sessions
    }

    fn reclaim(&mut self, reclaim: Reclaim) -> Vec<Claim> {
        let due = self.claims.values_mut().filter(|(_, lease)| *lease <= reclaim.now).take(reclaim.at_most);
        due.map(|(claim, lease)| {
            *lease = reclaim.lease;
            claim.clone()
        })
        .collect()
    }
}

impl Store for ModelStore {
    async fn create(&self, create: Create) -> Result<Created, StoreError> {
        Ok(self.state().create(create, None, self.most))
    }

    async fn load(&self, load: Load) -> Result<Loaded, StoreError> {
        Ok(self.state().load(load))
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        Ok(self.state().commit(commit))
    }

    async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        Ok(self.state().rotate(&rotate))
    }

    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        Ok(self.state().end(&end))
    }

    async fn sweep(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        Ok(self.state().sweep(sweep))
    }

    async fn reclaim(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        Ok(self.state().reclaim(reclaim))
    }

    async fn settle(&self, ends: Vec<RecordId>) -> Result<(), StoreError> {
        let mut state = self.state();
        for end in ends {
            state.claims.remove(&end);
        }
        Ok(())
    }

    async fn report_clock(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        Ok(self.clocks.report(report))
    }

    fn clocks(&self) -> Option<&Clocks> {
        Some(&self.clocks)
    }

    fn capabilities(&self) -> Capabilities<'_> {
        Capabilities::none().by_user(self).admit(self)
    }

    fn exact_stamps(&self) -> bool {
        true
    }

    fn is_shared(&self) -> bool {
        false
    }
}

impl ByUser for ModelStore {
    async fn generation(&self, user: &UserId) -> Result<Generation, StoreError> {
        Ok(self.state().generation_of(user))
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        Ok(self.state().of_user(user))
    }

    async fn reset_user(&self, reset: Reset) -> Result<Swept, StoreError> {
        Ok(self.state().reset(&reset))
    }

    async fn reset_everyone(&self, reset: ResetEveryone) -> Result<Swept, StoreError> {
        Ok(self.state().reset_everyone(&reset))
    }

    async fn set_role(&self, set: SetRole) -> Result<usize, StoreError> {
        Ok(self.state().set_role(&set))
    }
}

impl Admit for ModelStore {
    async fn admit(&self, create: Create, limit: SessionLimit) -> Result<Created, StoreError> {
        Ok(self.state().create(create, Some(limit), self.most))
    }
}
