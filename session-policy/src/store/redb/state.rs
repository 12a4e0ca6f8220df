//! The tables inside one write: each operation reads what it needs, decides by the functions that all stores share, and
//! writes. Nothing of it is in the file before the write is committed.

use ::redb::{ReadableTable, Table, WriteTransaction};

use super::{
    Fault,
    pending::{Pending, Waiting},
    read::{self, Found, known},
    tables::{
        CLAIMS, DEADLINES, DUE, Due, DueKey, GENERATION_KEY, GENERATIONS, GONE, Gone, IdKey, LAST_GENERATION_KEY,
        LEASES, META, Place, RECORDS, TOKENS, TokenKey, USERS,
    },
};
use crate::{
    store::{CLAIM_KEPT_MS, Claim, EndReason, Generation, Header, Snapshot, Superseded, TOMBSTONE_KEPT_MS, UserId},
    token::{RecordId, TokenId},
};

/// All tables of one write.
pub(super) struct State<'t> {
    pub(super) records: Table<'t, IdKey, &'static [u8]>,
    pub(super) tokens: Table<'t, TokenKey, &'static [u8]>,
    pub(super) users: Table<'t, (&'static str, u64, IdKey), ()>,
    pub(super) deadlines: Table<'t, (u64, IdKey), ()>,
    pub(super) gone: Table<'t, IdKey, &'static [u8]>,
    pub(super) claims: Table<'t, IdKey, (u64, &'static [u8])>,
    pub(super) leases: Table<'t, (u64, IdKey), ()>,
    pub(super) generations: Table<'t, &'static str, (u64, u64)>,
    pub(super) due: Table<'t, DueKey, ()>,
    meta: Table<'t, &'static str, u64>,
    pending: &'t Pending,
    /// What is in the file once the write is committed, and waits no longer.
    written: Vec<(RecordId, Waiting)>,
    changed: bool,
}

/// What the write came to.
pub(super) struct Outcome {
    pub(super) changed: bool,
    pub(super) written: Vec<(RecordId, Waiting)>,
}

/// A live session, and where the indexes have it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) session: Snapshot,
    deadline: Option<u64>,
    user: Option<(UserId, u64)>,
}

impl<'t> State<'t> {
    pub(super) fn open(write: &'t WriteTransaction, pending: &'t Pending) -> Result<Self, Fault> {
        Ok(Self {
            records: write.open_table(RECORDS)?,
            tokens: write.open_table(TOKENS)?,
            users: write.open_table(USERS)?,
            deadlines: write.open_table(DEADLINES)?,
            gone: write.open_table(GONE)?,
            claims: write.open_table(CLAIMS)?,
            leases: write.open_table(LEASES)?,
            generations: write.open_table(GENERATIONS)?,
            due: write.open_table(DUE)?,
            meta: write.open_table(META)?,
            pending,
            written: Vec::new(),
            changed: false,
        })
    }

    pub(super) fn close(self) -> Outcome {
        Outcome { changed: self.changed, written: self.written }
    }

    /// Writes down all activity that waits. Of how many sessions.
    pub(super) fn flush(&mut self) -> Result<usize, Fault> {
        let waiting = self.pending.all();
        let sessions = waiting.len();
        for (id, waiting) in waiting {
            match self.get(&id)? {
                Some(kept) if known(&kept.session).is_ok() => self.put(kept)?,
                _ => self.written.push((id, waiting)),
            }
        }
        Ok(sessions)
    }

    /// A live session, with the activity that waits.
    pub(super) fn get(&self, id: &RecordId) -> Result<Option<Kept>, Fault> {
        let waiting = self.pending.get(id);
        let Some(mut session) = read::record(&self.records, id)? else { return Ok(None) };
        if known(&session).is_err() {
            return Ok(Some(Kept { session, deadline: None, user: None }));
        }
        let deadline = Some(session.deadline());
        let user = session.identity.user.clone().map(|user| (user, session.header.created));
        if let Some(waiting) = waiting {
            waiting.merge_into(&mut session);
        }
        Ok(Some(Kept { session, deadline, user }))
    }

    /// Writes a session that [`get`](Self::get) found, and moves it in the indexes.
    pub(super) fn put(&mut self, kept: Kept) -> Result<(), Fault> {
        let Kept { session, deadline, user } = kept;
        known(&session)?;
        self.changed = true;
        let id = &session.id.0;
        let now_due = session.deadline();
        if deadline != Some(now_due) {
            if let Some(deadline) = deadline {
                self.deadlines.remove((deadline, id))?;
            }
            self.deadlines.insert((now_due, id), ())?;
        }
        let now_of = session.identity.user.clone().map(|user| (user, session.header.created));
        if user != now_of {
            if let Some((user, created)) = user {
                self.users.remove((user.as_str(), created, id))?;
            }
            if let Some((user, created)) = now_of {
                self.users.insert((user.as_str(), created, id), ())?;
            }
        }
        self.records.insert(id, session.to_bytes()?.as_slice())?;
        self.written.extend(
            self.pending
                .get(&session.id)
                .filter(|waiting| waiting.is_in(&session))
                .map(|waiting| (session.id, waiting)),
        );
        Ok(())
    }

    /// Writes a new session.
    pub(super) fn insert(&mut self, token: &TokenId, session: Snapshot) -> Result<(), Fault> {
        self.lead(token, &session.id)?;
        self.put(Kept { session, deadline: None, user: None })
    }

    /// The token opens the session.
    pub(super) fn lead(&mut self, token: &TokenId, id: &RecordId) -> Result<(), Fault> {
        self.changed = true;
        self.tokens.insert(&token.0, Place::Live(*id).to_bytes().as_slice())?;
        Ok(())
    }

    /// Takes a session out of the live ones.
    pub(super) fn remove(&mut self, kept: &Kept) -> Result<(), Fault> {
        self.changed = true;
        let id = &kept.session.id.0;
        self.records.remove(id)?;
        if let Some(deadline) = kept.deadline {
            self.deadlines.remove((deadline, id))?;
        }
        if let Some((user, created)) = &kept.user {
            self.users.remove((user.as_str(), *created, id))?;
        }
        self.written.extend(self.pending.get(&kept.session.id).map(|waiting| (kept.session.id, waiting)));
        Ok(())
    }

    pub(super) fn find(&self, token: &TokenId) -> Result<Found, Fault> {
        read::find(&self.tokens, &self.records, &self.gone, token)
    }

    pub(super) fn is_known(&self, token: &TokenId) -> Result<bool, Fault> {
        Ok(self.tokens.get(&token.0)?.is_some())
    }

    /// The user's live sessions, oldest first. One of a later format is only known to be the user's.
    pub(super) fn of_user(&self, user: &UserId) -> Result<Vec<Kept>, Fault> {
        let user = user.as_str();
        let mut found = Vec::new();
        for entry in self.users.range((user, 0, &[0; 16])..=(user, u64::MAX, &[u8::MAX; 16]))? {
            let (key, ()) = {
                let (key, value) = entry?;
                (key, value.value())
            };
            let (_, created, id) = key.value();
            let Some(mut kept) = self.get(&RecordId(*id))? else { continue };
            if kept.session.header.version != Header::VERSION {
                kept.user = UserId::try_from(user).ok().map(|user| (user, created));
            }
            found.push(kept);
        }
        Ok(found)
    }

    /// A token that belongs to the past.
    pub(super) fn remember(&mut self, token: &TokenId, place: Place) -> Result<(), Fault> {
        self.changed = true;
        self.tokens.insert(&token.0, place.to_bytes().as_slice())?;
        match place.until() {
            Some(until) => self.forget_at(until, &Due::Token(*token)),
            None => Ok(()),
        }
    }

    /// These tokens of the session were rotated, and are good for nothing any more.
    pub(super) fn rotated(
        &mut self,
        session: &Snapshot,
        former: impl IntoIterator<Item = TokenId>,
        now: u64,
    ) -> Result<(), Fault> {
        for token in former {
            let what = session.replaced(now, crate::store::How::Rotated, session.id);
            self.remember(&token, Place::Superseded { what, until: session.expiry.absolute_at })?;
        }
        Ok(())
    }

    pub(super) fn superseded(
        &mut self,
        tokens: impl IntoIterator<Item = (TokenId, Superseded)>,
        until: u64,
    ) -> Result<(), Fault> {
        for (token, what) in tokens {
            self.remember(&token, Place::Superseded { what, until })?;
        }
        Ok(())
    }

    pub(super) fn forget_at(&mut self, until: u64, what: &Due) -> Result<(), Fault> {
        let (kind, which) = what.key();
        self.due.insert((until, kind, which), ())?;
        Ok(())
    }

    /// What became of a record, kept at least as long as any of its tokens.
    pub(super) fn keep_gone(&mut self, id: &RecordId, what: Gone, until: u64) -> Result<(), Fault> {
        self.gone.insert(&id.0, what.to_bytes(until).as_slice())?;
        self.forget_at(until, &Due::Gone(*id))
    }

    /// Ends a session.
    pub(super) fn bury(&mut self, kept: Kept, reason: EndReason, lease: Option<u64>, now: u64) -> Result<Claim, Fault> {
        self.remove(&kept)?;
        let session = kept.session;
        let until = now.saturating_add(TOMBSTONE_KEPT_MS);
        for token in session.line.tokens() {
            self.remember(&token, Place::Ended { reason, until })?;
        }
        // Of a later format nobody here can tell how long its tokens are around: as long as a session can be.
        let last =
            if known(&session).is_ok() { session.expiry.absolute_at } else { until.saturating_add(CLAIM_KEPT_MS) };
        self.keep_gone(&session.id, Gone::Ended(reason), until.max(last))?;
        let claim = Claim { session, reason, at: now };
        if let Some(lease) = lease {
            self.claim(&claim, lease)?;
        }
        Ok(claim)
    }

    /// The claim is somebody's until then.
    pub(super) fn claim(&mut self, claim: &Claim, lease: u64) -> Result<(), Fault> {
        let id = &claim.session.id;
        self.lease_again(&id.0, &claim.to_bytes()?, lease)?;
        self.forget_at(claim.at.saturating_add(CLAIM_KEPT_MS), &Due::Claim(*id))
    }

    /// The claim of these bytes is somebody's until then.
    pub(super) fn lease_again(&mut self, id: &[u8; 16], claim: &[u8], lease: u64) -> Result<(), Fault> {
        self.changed = true;
        let before = self.claims.insert(id, (lease, claim))?.map(|old| old.value().0);
        if let Some(before) = before {
            self.leases.remove((before, id))?;
        }
        self.leases.insert((lease, id), ())?;
        Ok(())
    }

    pub(super) fn settle(&mut self, id: &RecordId) -> Result<(), Fault> {
        let lease = self.claims.remove(&id.0)?.map(|old| old.value().0);
        if let Some(lease) = lease {
            self.changed = true;
            self.leases.remove((lease, &id.0))?;
        }
        Ok(())
    }

    fn number(&self, key: &str) -> Result<u64, Fault> {
        Ok(self.meta.get(key)?.map_or(0, |number| number.value()))
    }

    pub(super) fn generation_of(&self, user: &UserId) -> Result<Generation, Fault> {
        let own = self.generations.get(user.as_str())?.map_or(0, |entry| entry.value().0);
        Ok(Generation(own.max(self.number(GENERATION_KEY)?)))
    }

    fn next_generation(&mut self) -> Result<u64, Fault> {
        self.changed = true;
        let next = self.number(LAST_GENERATION_KEY)?.wrapping_add(1);
        self.meta.insert(LAST_GENERATION_KEY, next)?;
        Ok(next)
    }

    pub(super) fn raise(&mut self, user: &UserId, now: u64) -> Result<(), Fault> {
        let next = self.next_generation()?;
        self.generations.insert(user.as_str(), (next, now))?;
        self.forget_at(now.saturating_add(TOMBSTONE_KEPT_MS), &Due::Generation(user.as_str().to_owned()))
    }

    pub(super) fn raise_everyone(&mut self) -> Result<(), Fault> {
        let next = self.next_generation()?;
        self.meta.insert(GENERATION_KEY, next)?;
        Ok(())
    }

    pub(super) fn touch(&mut self) {
        self.changed = true;
    }
}
