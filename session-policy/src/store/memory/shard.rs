//! A share of the records. All that is known of a record and of its tokens is in one shard, under one lock, so that
//! "an end wins" needs no more than that lock.

use std::{collections::HashMap, sync::Arc};

use super::{
    super::{
        Commit, Committed, Created, End, EndReason, Ended, Identity, Loaded, Record, Rotate, Rotated, Snapshot,
        StoreError, Superseded, UserId,
    },
    TOMBSTONE_MS,
    id_hash::IdHash,
    live::Live,
    past::{Fate, Gone, Past},
    slots::Slots,
    tokens::{Entered, Place, Tokens},
};
use crate::token::{RecordId, TokenId};

#[derive(Debug)]
pub(super) struct Shard {
    slots: Slots,
    /// The slots of the live ones.
    records: HashMap<RecordId, u32, IdHash>,
    pub(super) past: Past,
}

impl Shard {
    /// Remembers at most `most` ended and `most` superseded tokens.
    pub(super) fn new(most: usize) -> Self {
        Self { slots: Slots::new(), records: HashMap::default(), past: Past::new(most) }
    }

    pub(super) fn load(&self, token: &TokenId, slot: u32) -> Loaded {
        if let Some(live) = self.slots.get(slot)
            && live.token == *token
        {
            return Loaded::Live(live.snapshot());
        }
        match self.past.fate(token) {
            Some(Fate::Ended(reason)) => Loaded::Ended(reason),
            Some(Fate::Superseded(superseded)) => Loaded::Superseded(superseded),
            None => Loaded::Unknown,
        }
    }

    pub(super) fn get(&self, record: &RecordId) -> Option<&Live> {
        self.slots.get(*self.records.get(record)?)
    }

    pub(super) fn snapshot_of(&self, record: &RecordId, user: &UserId) -> Option<Snapshot> {
        self.get(record).filter(|live| live.identity.user.as_ref() == Some(user)).map(Live::snapshot)
    }

    /// Whether the token is the current one of a live record.
    pub(super) fn is_current(&self, token: &TokenId, slot: u32) -> bool {
        self.slots.get(slot).is_some_and(|live| live.token == *token)
    }

    /// Keeps a new record, unless it is known, or `room` says that there is none.
    pub(super) fn create(
        &mut self,
        shard: usize,
        token: TokenId,
        record: Record,
        tokens: &Tokens,
        room: impl FnOnce() -> bool,
    ) -> Result<Created, StoreError> {
        let id = record.id;
        if self.records.contains_key(&id) || self.past.record(&id).is_some() {
            return Ok(Created::Taken);
        }
        let entered = tokens.enter(token, || {
            let slot = self.slots.insert(Live::new(token, record)).ok_or(())?;
            if !room() {
                self.slots.take(slot);
                return Err(());
            }
            self.records.insert(id, slot);
            Ok(Place::new(shard, slot))
        })?;
        Ok(match entered {
            Entered::Done => Created::Done,
            Entered::Taken => Created::Taken,
            Entered::Refused(()) => Created::Full,
        })
    }

    /// Lets another record take over from the one that the token opens or opened. Hands back what was live.
    pub(super) fn succeed(
        &mut self,
        token: TokenId,
        slot: u32,
        by: RecordId,
        at: u64,
        until: u64,
        tokens: &Tokens,
    ) -> Option<Live> {
        if self.is_current(&token, slot) {
            let live = self.slots.take(slot)?;
            self.records.remove(&live.id);
            let by = Superseded { by, at, authenticated: live.signed_in() };
            self.past.succeed(token, live.id, by, until, tokens);
            Some(live)
        } else {
            self.past.succeed_dead(token, Superseded { by, at, authenticated: false }, until, tokens);
            None
        }
    }

    pub(super) fn commit(&mut self, commit: Commit) -> Committed {
        let Some(slot) = self.records.get(&commit.record) else { return Committed::Gone };
        let merged = self.slots.change(*slot, |live| {
            if commit.if_version.is_some_and(|version| version != live.version) {
                return Committed::Conflict;
            }
            live.commit(commit);
            Committed::Done { failed: live.header.failed }
        });
        merged.unwrap_or(Committed::Gone)
    }

    /// Hands back whose the record was if it rotated.
    pub(super) fn rotate(
        &mut self,
        shard: usize,
        rotate: Rotate,
        tokens: &Tokens,
    ) -> Result<(Rotated, Option<Arc<Identity>>), StoreError> {
        let (record, from, at, until) = (rotate.record, rotate.from, rotate.now, rotate.expiry.absolute_at);
        let Some((slot, live)) = self.records.get(&record).and_then(|slot| Some((*slot, self.slots.get(*slot)?)))
        else {
            return Ok((Rotated::Gone, None));
        };
        if live.token != from {
            return Ok((Rotated::Conflict, None));
        }
        match tokens.enter::<()>(rotate.to, || Ok(Place::new(shard, slot)))? {
            Entered::Done => {}
            Entered::Taken | Entered::Refused(()) => return Ok((Rotated::Taken, None)),
        }
        let old = Superseded { by: record, at, authenticated: live.signed_in() };
        let was = Arc::clone(&live.identity);
        self.slots.change(slot, |live| live.rotate(rotate));
        self.past.rotate(from, record, old, until, tokens);
        Ok((Rotated::Done, Some(was)))
    }

    /// Hands back what was live if this call ended it.
    pub(super) fn end(&mut self, end: &End, tokens: &Tokens) -> (Ended, Option<Live>) {
        let Some(slot) = self.records.get(&end.record).copied() else {
            let ended = match self.past.record(&end.record) {
                Some(Gone::Ended(reason)) => Ended::Already(reason),
                Some(Gone::SucceededBy(_)) | None => Ended::Unknown,
            };
            return (ended, None);
        };
        let later = |live: &Live| {
            end.if_unseen_since
                .is_some_and(|(last_seen, epoch)| live.header.last_seen > last_seen || live.header.epoch > epoch)
        };
        if self.slots.get(slot).is_some_and(later) {
            return (Ended::Alive, None);
        }
        match self.bury(slot, end.now, |_| end.reason, tokens) {
            Some(live) => (Ended::Done, Some(live)),
            None => (Ended::Unknown, None),
        }
    }

    /// Looks at one page where a record may have died by `by`; `None` if there is none. Hands back at most `at_most`
    /// records that did, each ended for the deadline that came first.
    pub(super) fn bury_dead(&mut self, by: u64, now: u64, at_most: usize, tokens: &Tokens) -> Option<Vec<Live>> {
        let dead = self.slots.dead(by, at_most)?;
        Some(dead.into_iter().filter_map(|slot| self.bury(slot, now, Live::overdue, tokens)).collect())
    }

    fn bury(&mut self, slot: u32, now: u64, reason: impl FnOnce(&Live) -> EndReason, tokens: &Tokens) -> Option<Live> {
        let live = self.slots.take(slot)?;
        self.records.remove(&live.id);
        self.past.end(live.token, live.id, reason(&live), now.saturating_add(TOMBSTONE_MS), tokens);
        Some(live)
    }
}
