//! The operations of the contract, inside one write.

use ::redb::ReadableTable;

use super::{
    Fault,
    read::{self, Found, known},
    state::{Kept, State},
    tables::{Gone, Place},
};
use crate::{
    store::{
        Admission, Claim, Commit, Committed, Create, Created, Cursor, End, EndReason, Ended, How, Load, Loaded, Merged,
        Presented, Reclaim, Reset, ResetEveryone, Rotate, Rotated, SessionLimit, SetRole, Snapshot, Superseded, Sweep,
        Swept, UserId, admission,
    },
    token::{RecordId, TokenId},
};

/// How many things one sweep forgets at least, if they are due.
const FORGET_AT_ONCE: usize = 256;

impl State<'_> {
    pub(super) fn create(&mut self, create: &Create, limit: Option<SessionLimit>) -> Result<Created, Fault> {
        let Create { token, record, generation, supersede, lease, now } = create;
        let user = record.identity.user.as_ref();
        if let (Some(user), Some(expected)) = (user, generation)
            && self.generation_of(user)? != *expected
        {
            return Ok(Created::Reset);
        }
        let is_taken = self.is_known(token)?
            || self.records.get(&record.id.0)?.is_some()
            || read::gone(&self.gone, &record.id)?.is_some();
        if is_taken {
            return Ok(Created::Taken);
        }
        let presented = match supersede {
            Some(token) => read::place(&self.tokens, token)?.map(|place| (*token, place)),
            None => None,
        };
        let replaced = match presented {
            Some((_, Place::Live(id))) => Some(id),
            _ => None,
        };
        let mut ending = Vec::new();
        if let (Some(user), Some(limit)) = (user, limit) {
            let mut others = self.of_user(user)?;
            others.retain(|kept| Some(kept.session.id) != replaced);
            let sessions: Vec<_> = others.iter().map(|kept| kept.session.clone()).collect();
            let Admission::Ending(these) = admission(&sessions, limit, *now) else { return Ok(Created::Limit) };
            for (id, reason) in these {
                let this = others.iter().position(|kept| kept.session.id == id).map(|at| others.swap_remove(at));
                ending.extend(this.map(|kept| (kept, reason)));
            }
        }
        let mut claims = Vec::new();
        for (kept, reason) in ending {
            claims.push(self.bury(kept, reason, *lease, *now)?);
        }
        let session = Snapshot::new(*token, record.clone());
        if let Some((token, place)) = presented {
            claims.extend(self.supersede(&token, place, &session, *lease, *now)?);
        }
        self.insert(token, session)?;
        Ok(Created::Done(claims))
    }

    /// A session takes the place of whatever the presented token opens or opened.
    fn supersede(
        &mut self,
        token: &TokenId,
        place: Place,
        by: &Snapshot,
        lease: Option<u64>,
        now: u64,
    ) -> Result<Option<Claim>, Fault> {
        let until = by.expiry.absolute_at;
        match place {
            Place::Superseded { .. } => Ok(None),
            Place::Ended { .. } => {
                let what = Superseded { by: by.id, at: now, authenticated: false, how: How::Replaced };
                self.remember(token, Place::Superseded { what, until })?;
                Ok(None)
            }
            Place::Live(id) => {
                let Some(kept) = self.get(&id)? else { return Ok(None) };
                known(&kept.session)?;
                self.remove(&kept)?;
                self.keep_gone(&id, Gone::SucceededBy(by.id), until)?;
                let old = kept.session;
                let former: Vec<_> = old.all_replaced(now, by.id).collect();
                self.superseded(former, until)?;
                // Another user's session is over; nobody's, or the same user's, goes on in the new one.
                if old.identity.user.is_none() || old.identity.user == by.identity.user {
                    return Ok(None);
                }
                let claim = Claim { session: old, reason: EndReason::IdentityChanged, at: now };
                if let Some(lease) = lease {
                    self.claim(&claim, lease)?;
                }
                Ok(Some(claim))
            }
        }
    }

    pub(super) fn load(&mut self, load: &Load) -> Result<Loaded, Fault> {
        let id = match self.find(&load.token)? {
            Found::Unknown => return Ok(Loaded::Unknown),
            Found::Ended(reason) => return Ok(Loaded::Ended(reason)),
            Found::Superseded(what) => return Ok(Loaded::Superseded(what)),
            Found::Live(session) => session.id,
        };
        let Some(mut kept) = self.get(&id)? else { return Ok(Loaded::Unknown) };
        Ok(match kept.session.present(&load.token, load.now) {
            Presented::Open => Loaded::Live(kept.session),
            Presented::Confirmed(former) => {
                let session = kept.session.clone();
                self.put(kept)?;
                self.rotated(&session, former, load.now)?;
                Loaded::Live(session)
            }
            Presented::Superseded(what) => Loaded::Superseded(what),
            Presented::Unknown => Loaded::Unknown,
        })
    }

    pub(super) fn commit(&mut self, commit: &Commit) -> Result<Committed, Fault> {
        let mut commit = commit.clone();
        let to = commit.successor.map(|successor| successor.to);
        if let Some(to) = to
            && self.is_known(&to)?
        {
            commit.successor = None;
        }
        let Some(mut kept) = self.get(&commit.record)? else { return Ok(Committed::Gone) };
        known(&kept.session)?;
        match kept.session.merge(&commit) {
            Merged::Conflict => Ok(Committed::Conflict),
            Merged::Done { rotated, former } => {
                let session = kept.session.clone();
                self.put(kept)?;
                if let (true, Some(to)) = (rotated, to) {
                    self.lead(&to, &session.id)?;
                }
                self.rotated(&session, former, commit.now)?;
                Ok(Committed::Done { failed: session.header.failed, rotated })
            }
        }
    }

    pub(super) fn rotate(&mut self, rotate: &Rotate) -> Result<Rotated, Fault> {
        if let (Some(user), Some(expected)) = (&rotate.identity.user, rotate.generation)
            && self.generation_of(user)? != expected
        {
            return Ok(Rotated::Reset);
        }
        if self.is_known(&rotate.to)? {
            return Ok(Rotated::Taken);
        }
        let Some(mut kept) = self.get(&rotate.record)? else { return Ok(Rotated::Gone) };
        known(&kept.session)?;
        let Some(former) = kept.session.rotate(rotate) else { return Ok(Rotated::Conflict) };
        let until = kept.session.expiry.absolute_at;
        self.put(kept)?;
        self.superseded(former, until)?;
        self.lead(&rotate.to, &rotate.record)?;
        Ok(Rotated::Done)
    }

    pub(super) fn end(&mut self, end: &End) -> Result<Ended, Fault> {
        let Some(kept) = self.get(&end.record)? else {
            return Ok(match read::gone(&self.gone, &end.record)? {
                Some((Gone::Ended(reason), _)) => Ended::Already(reason),
                Some((Gone::SucceededBy(_), _)) | None => Ended::Unknown,
            });
        };
        if end.if_unseen_since.is_some_and(|seen| kept.session.seen_since(seen)) {
            return Ok(Ended::Alive);
        }
        Ok(Ended::Done(Box::new(self.bury(kept, end.reason, end.lease, end.now)?)))
    }

    pub(super) fn sweep(&mut self, sweep: &Sweep) -> Result<Swept, Fault> {
        // The index has the deadlines of the records as they are in the file.
        self.flush()?;
        let (mut dead, mut stale, mut more) = (Vec::new(), Vec::new(), false);
        for entry in self.deadlines.range(..=(sweep.due, &[u8::MAX; 16]))? {
            let key = entry?.0;
            let (deadline, id) = key.value();
            match self.get(&RecordId(*id))? {
                Some(kept) if kept.session.deadline() <= sweep.due => {
                    if dead.len() == sweep.at_most {
                        more = true;
                        break;
                    }
                    dead.push(kept);
                }
                // Of a later format: it never dies here.
                Some(_) => {}
                None => stale.push((deadline, *id)),
            }
        }
        for (deadline, id) in stale {
            self.touch();
            self.deadlines.remove((deadline, &id))?;
        }
        let mut claims = Vec::new();
        for kept in dead {
            let reason = kept.session.overdue();
            claims.push(self.bury(kept, reason, sweep.lease, sweep.now)?);
        }
        more |= self.forget(sweep.now, sweep.at_most.max(FORGET_AT_ONCE))?;
        Ok(swept(claims, sweep.lease, more.then_some(Cursor([0; 16]))))
    }

    pub(super) fn reclaim(&mut self, reclaim: &Reclaim) -> Result<Vec<Claim>, Fault> {
        let mut due = Vec::new();
        for entry in self.leases.range(..=(reclaim.now, &[u8::MAX; 16]))?.take(reclaim.at_most) {
            let key = entry?.0;
            due.push(*key.value().1);
        }
        let mut claims = Vec::new();
        for id in due {
            let Some(bytes) = self.claims.get(&id)?.map(|entry| entry.value().1.to_vec()) else { continue };
            self.lease_again(&id, &bytes, reclaim.lease)?;
            // One that cannot be read is nobody's until its lease is over, and keeps no other waiting.
            claims.extend(Claim::from_bytes(&bytes).ok());
        }
        Ok(claims)
    }

    pub(super) fn sessions_of(&self, user: &UserId) -> Result<Vec<Snapshot>, Fault> {
        Ok(self.of_user(user)?.into_iter().map(|kept| kept.session).collect())
    }

    pub(super) fn reset_user(&mut self, reset: &Reset) -> Result<Swept, Fault> {
        self.raise(&reset.user, reset.now)?;
        let mut these = self.of_user(&reset.user)?;
        these.retain(|kept| Some(kept.session.id) != reset.except);
        let claims = self.bury_all(these, reset.reason, reset.lease, reset.now)?;
        Ok(swept(claims, reset.lease, None))
    }

    pub(super) fn reset_everyone(&mut self, reset: &ResetEveryone) -> Result<Swept, Fault> {
        if reset.after.is_none() {
            self.raise_everyone()?;
        }
        let after = reset.after.map(|Cursor(id)| id);
        let from = after.as_ref().map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        let mut ids = Vec::new();
        for entry in self.records.range::<&[u8; 16]>((from, std::ops::Bound::Unbounded))?.take(reset.at_most) {
            ids.push(RecordId(*entry?.0.value()));
        }
        let next = if ids.len() == reset.at_most { ids.last().map(|id| Cursor(id.0)) } else { None };
        let mut these = Vec::new();
        for id in ids {
            these.extend(self.get(&id)?);
        }
        let claims = self.bury_all(these, reset.reason, reset.lease, reset.now)?;
        Ok(swept(claims, reset.lease, next))
    }

    fn bury_all(
        &mut self,
        these: Vec<Kept>,
        reason: EndReason,
        lease: Option<u64>,
        now: u64,
    ) -> Result<Vec<Claim>, Fault> {
        these.into_iter().map(|kept| self.bury(kept, reason, lease, now)).collect()
    }

    pub(super) fn set_role(&mut self, set: &SetRole) -> Result<usize, Fault> {
        self.raise(&set.user, set.now)?;
        let these = self.of_user(&set.user)?;
        let sessions = these.len();
        for mut kept in these {
            known(&kept.session)?;
            if kept.session.set_role(set.role.as_ref()) {
                self.put(kept)?;
            }
        }
        Ok(sessions)
    }
}

fn swept(claims: Vec<Claim>, lease: Option<u64>, next: Option<Cursor>) -> Swept {
    Swept { ended: claims.len(), claims: if lease.is_some() { claims } else { Vec::new() }, next }
}
