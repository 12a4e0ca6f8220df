//! A share of the records. All that is known of a record and of its tokens is in one shard, under one lock, so that
//! "an end wins" needs no more than that lock.

use std::{collections::HashMap, sync::Arc};

use super::{
    super::{
        Claim, Commit, Committed, Created, End, EndReason, Ended, How, Identity, Load, Loaded, Merged, Presented,
        Record, Rotate, Rotated, Snapshot, StoreError, TokenStanding, UserId,
    },
    claims::Claims,
    id_hash::IdHash,
    past::{Fate, Gone, Past},
    room::Room,
    slots::Slots,
    tokens::{Entered, Place, Tokens},
};
use crate::token::{RecordId, TokenId};

#[derive(Debug)]
pub(super) struct Shard {
    /// Which one it is.
    number: usize,
    slots: Slots,
    /// The slots of the live ones.
    records: HashMap<RecordId, u32, IdHash>,
    pub(super) past: Past,
    pub(super) claims: Claims,
}

impl Shard {
    /// Remembers at most `most` ended and `most` superseded tokens.
    pub(super) fn new(number: usize, most: usize) -> Self {
        Self {
            number,
            slots: Slots::new(),
            records: HashMap::default(),
            past: Past::new(most),
            claims: Claims::default(),
        }
    }

    /// What is known of a token, if finding out changes nothing: `None` for a successor that is presented for the first
    /// time.
    pub(super) fn load(&self, load: &Load, slot: u32) -> Option<Loaded> {
        let Some(session) = self.slots.get(slot) else { return Some(self.former(&load.token)) };
        match session.line.standing(&load.token, load.now) {
            TokenStanding::Sibling => return None,
            TokenStanding::Unknown => return Some(self.former(&load.token)),
            _ => {}
        }
        let mut session = session.clone();
        match session.present(&load.token, load.now) {
            Presented::Open => Some(Loaded::Live(session)),
            Presented::Superseded(what) => Some(Loaded::Superseded(what)),
            Presented::Confirmed(_) | Presented::Unknown => None,
        }
    }

    /// The same, for any token.
    pub(super) fn present(&mut self, load: &Load, slot: u32, tokens: &Tokens) -> Loaded {
        let presented =
            self.slots.change(slot, |session| (session.present(&load.token, load.now), Snapshot::clone(session)));
        match presented {
            Some((Presented::Open, session)) => Loaded::Live(session),
            Some((Presented::Confirmed(former), session)) => {
                self.rotated(&session, former, load.now, tokens);
                Loaded::Live(session)
            }
            Some((Presented::Superseded(what), _)) => Loaded::Superseded(what),
            Some((Presented::Unknown, _)) | None => self.former(&load.token),
        }
    }

    /// These tokens of the session were rotated, and are good for nothing any more.
    fn rotated(&mut self, session: &Snapshot, former: impl IntoIterator<Item = TokenId>, at: u64, tokens: &Tokens) {
        let (of, until) = (session.id, session.expiry.absolute_at);
        for token in former {
            self.past.rotate(token, of, session.replaced(at, How::Rotated, of), until, tokens);
        }
    }

    fn former(&self, token: &TokenId) -> Loaded {
        match self.past.fate(token) {
            Some(Fate::Ended(reason)) => Loaded::Ended(reason),
            Some(Fate::Superseded(superseded)) => Loaded::Superseded(superseded),
            None => Loaded::Unknown,
        }
    }

    pub(super) fn get(&self, record: &RecordId) -> Option<&Snapshot> {
        self.slots.get(*self.records.get(record)?)
    }

    /// The record, if it is live and that user's.
    pub(super) fn get_of(&self, record: &RecordId, user: &UserId) -> Option<&Snapshot> {
        self.get(record).filter(|session| session.is_of(user))
    }

    /// The live session that the token leads to.
    pub(super) fn find(&self, token: &TokenId, slot: u32) -> Option<&Snapshot> {
        self.slots.get(slot).filter(|session| session.line.tokens().any(|known| known == *token))
    }

    /// Whether a record of this id was ever given and is not forgotten.
    pub(super) fn knows(&self, record: &RecordId) -> bool {
        self.records.contains_key(record) || self.past.record(record).is_some() || self.claims.has(record)
    }

    /// Keeps a new record; `None` if it stands. It does not if it is known, or if `room` says that there is none.
    pub(super) fn create(
        &mut self,
        token: TokenId,
        record: Record,
        tokens: &Tokens,
        room: impl FnOnce() -> bool,
    ) -> Result<Option<Created>, StoreError> {
        let id = record.id;
        if self.knows(&id) {
            return Ok(Some(Created::Taken));
        }
        let entered = tokens.enter(token, || {
            let slot = self.slots.insert(Snapshot::new(token, record)).ok_or(())?;
            if !room() {
                self.slots.take(slot);
                return Err(());
            }
            self.records.insert(id, slot);
            Ok(Place::new(self.number, slot))
        })?;
        Ok(match entered {
            Entered::Done => None,
            Entered::Taken => Some(Created::Taken),
            Entered::Refused(()) => Some(Created::Full),
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
    ) -> Option<Snapshot> {
        if self.find(&token, slot).is_none() {
            self.past.succeed_dead(token, by, at, until, tokens);
            return None;
        }
        let session = self.slots.take(slot)?;
        self.records.remove(&session.id);
        self.past.succeed(&session, by, at, until, tokens);
        Some(session)
    }

    pub(super) fn commit(&mut self, mut commit: Commit, tokens: &Tokens, room: &Room) -> Result<Committed, StoreError> {
        let Some(slot) = self.records.get(&commit.record).copied() else { return Ok(Committed::Gone) };
        let mut merged = None;
        if let Some(successor) = commit.successor {
            tokens.enter(successor.to, || {
                let now_merged = self.merge(slot, &commit, room);
                let rotated = matches!(now_merged, Ok(Some((Merged::Done { rotated: true, .. }, _))));
                merged = Some(now_merged);
                if rotated { Ok(Place::new(self.number, slot)) } else { Err(()) }
            })?;
        }
        let merged = match merged {
            Some(merged) => merged?,
            None => {
                // The successor's token is known already: none is issued.
                commit.successor = None;
                self.merge(slot, &commit, room)?
            }
        };
        Ok(match merged {
            None => Committed::Gone,
            Some((Merged::Conflict, _)) => Committed::Conflict,
            Some((Merged::Done { rotated, former }, failed)) => {
                if let Some(former) = former
                    && let Some(session) = self.slots.get(slot).cloned()
                {
                    self.rotated(&session, [former], commit.now, tokens);
                }
                Committed::Done { failed, rotated }
            }
        })
    }

    /// Merges a commit, and says how many attempts have failed.
    fn merge(&mut self, slot: u32, commit: &Commit, room: &Room) -> Result<Option<(Merged, u8)>, StoreError> {
        let merged = self.slots.change(slot, |session| {
            let signed_in = session.identity.user.is_some();
            let merged = room.write(session, signed_in, &commit.data, |session| session.merge(commit))?;
            Ok((merged, session.header.failed))
        });
        merged.transpose()
    }

    /// Hands back whose the record was if it rotated.
    pub(super) fn rotate(
        &mut self,
        rotate: &Rotate,
        tokens: &Tokens,
        room: &Room,
    ) -> Result<(Rotated, Option<Arc<Identity>>), StoreError> {
        let signed_in = rotate.identity.user.is_some();
        let mut turned = None;
        let entered = tokens.enter(rotate.to, || {
            let slot = *self.records.get(&rotate.record).ok_or(Ok::<_, StoreError>(Rotated::Gone))?;
            let rotated = self.slots.change(slot, |session| {
                let was = Arc::clone(&session.identity);
                let former = room.write(session, signed_in, &rotate.data, |session| session.rotate(rotate))?;
                Ok(former.map(|former| (former, was, session.expiry.absolute_at)))
            });
            match rotated {
                None => Err(Ok(Rotated::Gone)),
                Some(Err(error)) => Err(Err(error)),
                Some(Ok(None)) => Err(Ok(Rotated::Conflict)),
                Some(Ok(done)) => {
                    turned = done;
                    Ok(Place::new(self.number, slot))
                }
            }
        })?;
        match entered {
            Entered::Done => {}
            Entered::Taken => return Ok((Rotated::Taken, None)),
            Entered::Refused(refused) => return Ok((refused?, None)),
        }
        let Some((former, was, until)) = turned else { return Ok((Rotated::Done, None)) };
        for (token, what) in former {
            self.past.rotate(token, rotate.record, what, until, tokens);
        }
        Ok((Rotated::Done, Some(was)))
    }

    pub(super) fn end(&mut self, end: &End, tokens: &Tokens) -> Ended {
        let Some(slot) = self.records.get(&end.record).copied() else {
            return match self.past.record(&end.record) {
                Some(Gone::Ended(reason)) => Ended::Already(reason),
                Some(Gone::SucceededBy(_)) | None => Ended::Unknown,
            };
        };
        let later = |session: &Snapshot| end.if_unseen_since.is_some_and(|seen| session.seen_since(seen));
        if self.slots.get(slot).is_some_and(later) {
            return Ended::Alive;
        }
        match self.bury(slot, end.now, |_| end.reason, end.lease, tokens) {
            Some(claim) => Ended::Done(Box::new(claim)),
            None => Ended::Unknown,
        }
    }

    /// Ends a record if it is live and that user's.
    pub(super) fn end_of(&mut self, user: &UserId, end: &End, tokens: &Tokens) -> Option<Claim> {
        self.get_of(&end.record, user)?;
        let slot = *self.records.get(&end.record)?;
        self.bury(slot, end.now, |_| end.reason, end.lease, tokens)
    }

    /// Gives a record another role, if it is live and that user's.
    pub(super) fn set_role(&mut self, record: &RecordId, user: &UserId, role: Option<&Arc<str>>) -> bool {
        let Some(slot) = self.records.get(record).copied() else { return false };
        let set = |session: &mut Snapshot| {
            let theirs = session.is_of(user);
            if theirs {
                session.set_role(role);
            }
            theirs
        };
        self.slots.change(slot, set).unwrap_or(false)
    }

    /// Whether a record may be dead by `due`.
    pub(super) fn may_be_dead(&self, due: u64) -> bool {
        self.slots.may_be_dead(due)
    }

    /// Looks at one page where a record may have died by `due`; `None` if there is none. Hands back at most `at_most`
    /// records that did, each ended for the deadline that came first.
    pub(super) fn bury_dead(
        &mut self,
        due: u64,
        now: u64,
        at_most: usize,
        lease: Option<u64>,
        tokens: &Tokens,
    ) -> Option<Vec<Claim>> {
        let dead = self.slots.dead(due, at_most)?;
        Some(dead.into_iter().filter_map(|slot| self.bury(slot, now, Snapshot::overdue, lease, tokens)).collect())
    }

    /// Ends whoever is live on one page, from this slot on. Hands back at most `at_most`, and the slot to go on from; `None`
    /// behind the last page.
    pub(super) fn bury_from(
        &mut self,
        slot: u32,
        reason: EndReason,
        now: u64,
        at_most: usize,
        lease: Option<u64>,
        tokens: &Tokens,
    ) -> (Vec<Claim>, Option<u32>) {
        let (these, next) = self.slots.from(slot, at_most);
        let claims = these.into_iter().filter_map(|slot| self.bury(slot, now, |_| reason, lease, tokens)).collect();
        (claims, next)
    }

    fn bury(
        &mut self,
        slot: u32,
        now: u64,
        reason: impl FnOnce(&Snapshot) -> EndReason,
        lease: Option<u64>,
        tokens: &Tokens,
    ) -> Option<Claim> {
        let session = self.slots.take(slot)?;
        self.records.remove(&session.id);
        let reason = reason(&session);
        self.past.end(&session, reason, now, tokens);
        let claim = Claim { session, reason, at: now };
        if let Some(lease) = lease {
            self.claims.keep(claim.clone(), lease);
        }
        Some(claim)
    }

    /// Another user's session was superseded: its end is claimed, too.
    pub(super) fn claim(&mut self, session: Snapshot, lease: Option<u64>, now: u64) -> Claim {
        let claim = Claim { session, reason: EndReason::IdentityChanged, at: now };
        if let Some(lease) = lease {
            self.claims.keep(claim.clone(), lease);
        }
        claim
    }
}
