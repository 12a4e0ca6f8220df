//! Load, commit, rotate: what is read is changed by the functions that all stores share, and written if it is still what was
//! read. Where one statement can do that (PostgreSQL), it is tried first; else, and if others were in the way, a short
//! transaction does, which holds the session's row from the first look on.

use super::{
    dialect::{Argument, Dialect, Fault, Row, unreadable},
    engine::{Engine, transaction},
    kept::{self, Former, bits, bytes, time},
};
use crate::{
    store::{
        Commit, Committed, Generation, Load, Loaded, Merged, Presented, Rotate, Rotated, Snapshot, StoreError,
        Superseded, TOMBSTONE_KEPT_MS, UserId,
    },
    token::TokenId,
};

/// What a merged commit writes.
struct Change {
    session: Snapshot,
    /// A token that leads to the session from now on.
    new: Option<TokenId>,
    former: Former,
    answer: Committed,
}

impl<D: Dialect> Engine<D> {
    pub(super) async fn load(&self, load: Load) -> Result<Loaded, StoreError> {
        Ok(self.in_time(self.load_now(load)).await?)
    }

    async fn load_now(&self, load: Load) -> Result<Loaded, Fault> {
        let rows = self.read(&self.statements.load, vec![bytes(&load.token.0)]).await?;
        let Some(mut row) = rows.into_iter().next() else { return Ok(Loaded::Unknown) };
        let (state, what, reason) = (row.number()?, row.maybe_bytes()?, kept::reason(&mut row)?);
        match (state, reason) {
            (0, _) => {}
            (1, _) => {
                let last = self.read(&self.statements.chain, vec![bytes(&load.token.0)]).await?;
                return superseded(what, last);
            }
            (2, Some(reason)) => return Ok(Loaded::Ended(reason)),
            _ => return Err(unreadable("what became of a token").into()),
        }
        let seen = kept::session(&mut row)?;
        let mut session = seen.clone();
        match session.present(&load.token, load.now) {
            Presented::Open => Ok(Loaded::Live(session)),
            Presented::Superseded(what) => Ok(Loaded::Superseded(what)),
            Presented::Unknown => Ok(Loaded::Unknown),
            Presented::Confirmed(former) => {
                let former = kept::rotated_away(&session, former, load.now);
                if self.put(seen.rev, &session, None, &former).await? {
                    return Ok(Loaded::Live(session));
                }
                transaction!(self, |transaction| self.load_within(transaction, &load))
            }
        }
    }

    /// A successor that is presented for the first time, or was until a moment ago.
    async fn load_within(&self, transaction: &mut D::Transaction, load: &Load) -> Result<Loaded, Fault> {
        let token = &load.token;
        let place = D::within(transaction, &self.statements.place, vec![bytes(&token.0)]).await?;
        let Some(mut place) = place.into_iter().next() else { return Ok(Loaded::Unknown) };
        let id = match (place.number()?, place.bytes()?) {
            (0, id) => Some(kept::record_id(&id)?),
            _ => None,
        };
        let mut session = match id {
            Some(id) => self.peek(transaction, &id).await?,
            None => None,
        };
        if let Some(session) = &mut session {
            match session.present(token, load.now) {
                Presented::Open => return Ok(Loaded::Live(session.clone())),
                Presented::Superseded(what) => return Ok(Loaded::Superseded(what)),
                Presented::Confirmed(former) => {
                    let former = kept::rotated_away(session, former, load.now);
                    self.update(transaction, session).await?;
                    self.supersede(transaction, &former, session.expiry.absolute_at).await?;
                    return Ok(Loaded::Live(session.clone()));
                }
                // It was replaced between the two looks.
                Presented::Unknown => {}
            }
        }
        let rows = D::within(transaction, &self.statements.load, vec![bytes(&token.0)]).await?;
        let Some(mut row) = rows.into_iter().next() else { return Ok(Loaded::Unknown) };
        match (row.number()?, row.maybe_bytes()?, kept::reason(&mut row)?) {
            (1, what, _) => {
                superseded(what, D::within(transaction, &self.statements.chain, vec![bytes(&token.0)]).await?)
            }
            (2, _, Some(reason)) => Ok(Loaded::Ended(reason)),
            _ => Err(Fault::Again("the token's session changed meanwhile".to_owned())),
        }
    }

    pub(super) async fn commit(&self, mut commit: Commit) -> Result<Committed, StoreError> {
        let seen = commit.seen.take().filter(|seen| seen.id == commit.record);
        let commit = &commit;
        let operation = async move {
            if let Some(seen) = seen
                && let Some(change) = merged(&seen, commit, commit.successor.is_some())?
                && self.put(seen.rev, &change.session, change.new, &change.former).await?
            {
                return Ok(change.answer);
            }
            transaction!(self, |transaction| self.commit_within(transaction, commit))
        };
        Ok(self.in_time(operation).await?)
    }

    async fn commit_within(&self, transaction: &mut D::Transaction, commit: &Commit) -> Result<Committed, Fault> {
        let Some(seen) = self.peek(transaction, &commit.record).await? else { return Ok(Committed::Gone) };
        let may_issue = match commit.successor {
            Some(successor) => !self.is_known(transaction, &successor.to).await?,
            None => false,
        };
        let Some(change) = merged(&seen, commit, may_issue)? else { return Ok(Committed::Conflict) };
        self.update(transaction, &change.session).await?;
        if let Some(new) = change.new {
            self.lead(transaction, &new, &change.session.id).await?;
        }
        self.supersede(transaction, &change.former, change.session.expiry.absolute_at).await?;
        Ok(change.answer)
    }

    async fn is_known(&self, transaction: &mut D::Transaction, token: &TokenId) -> Result<bool, Fault> {
        Ok(!D::within(transaction, &self.statements.place, vec![bytes(&token.0)]).await?.is_empty())
    }

    /// Writes the session if it is still what was read, and the new token is nobody's; `false` if not, or if this database
    /// has no such statement. The user stays the same.
    async fn put(
        &self,
        rev: u64,
        session: &Snapshot,
        new: Option<TokenId>,
        former: &[(TokenId, Superseded)],
    ) -> Result<bool, Fault> {
        let Some(put) = &self.statements.put else { return Ok(false) };
        let arguments = vec![
            bytes(&session.id.0),
            bits(rev),
            bits(session.rev),
            time(session.deadline()),
            time(session.expiry.absolute_at),
            Argument::Bytes(Some(session.to_bytes()?)),
            Argument::Bytes(new.map(|new| new.0.to_vec())),
            Argument::List(former.iter().map(|(token, _)| token.0.to_vec()).collect()),
            Argument::List(former.iter().map(|(_, what)| what.to_bytes().to_vec()).collect()),
        ];
        match self.database.alone(put, arguments).await {
            Ok(rows) => Ok(!rows.is_empty()),
            Err(Fault::Again(_)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    pub(super) async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        let operation = async { transaction!(self, |transaction| self.rotate_within(transaction, &rotate)) };
        Ok(self.in_time(operation).await?)
    }

    async fn rotate_within(&self, transaction: &mut D::Transaction, rotate: &Rotate) -> Result<Rotated, Fault> {
        if let Some(user) = &rotate.identity.user
            && !self.lock_user(transaction, user, rotate.generation, rotate.now).await?
        {
            return Ok(Rotated::Reset);
        }
        if self.is_known(transaction, &rotate.to).await? {
            return Ok(Rotated::Taken);
        }
        let Some(mut session) = self.peek(transaction, &rotate.record).await? else { return Ok(Rotated::Gone) };
        kept::changeable(&session)?;
        let Some(former) = session.rotate(rotate) else { return Ok(Rotated::Conflict) };
        self.update(transaction, &session).await?;
        self.supersede(transaction, &former, session.expiry.absolute_at).await?;
        self.lead(transaction, &rotate.to, &session.id).await?;
        Ok(Rotated::Done)
    }

    /// Whoever signs in as this user, or resets the user's sessions, waits until this transaction is over. Whether the
    /// generation is the expected one.
    pub(super) async fn lock_user(
        &self,
        transaction: &mut D::Transaction,
        user: &UserId,
        expected: Option<Generation>,
        now: u64,
    ) -> Result<bool, Fault> {
        let until = time(now.saturating_add(TOMBSTONE_KEPT_MS));
        let rows = D::within(transaction, &self.statements.lock_user, vec![bytes(user.as_str().as_bytes()), until]);
        let own = rows.await?.pop().ok_or_else(|| unreadable("a user's generation"))?.number()?;
        let Some(expected) = expected else { return Ok(true) };
        let rows = D::within(transaction, &self.statements.everyone, Vec::new()).await?;
        let everyone = rows.into_iter().next().ok_or_else(|| unreadable("the generation"))?.number()?;
        Ok(own.max(everyone).cast_unsigned() == expected.0)
    }
}

/// What a token was replaced by, and the last session in the row of those that took over.
fn superseded(what: Option<Vec<u8>>, mut last: Vec<Row>) -> Result<Loaded, Fault> {
    let what = what.and_then(|what| Superseded::from_bytes(&what));
    let mut what = what.ok_or_else(|| unreadable("what a token was replaced by"))?;
    if let Some(mut last) = last.pop() {
        what.by = kept::record_id(&last.bytes()?)?;
    }
    Ok(Loaded::Superseded(what))
}

/// What the commit makes of the session; `None` if its version moved on.
fn merged(seen: &Snapshot, commit: &Commit, may_issue: bool) -> Result<Option<Change>, StoreError> {
    kept::changeable(seen)?;
    let mut session = seen.clone();
    let unissued;
    let commit = if may_issue || commit.successor.is_none() {
        commit
    } else {
        unissued = Commit { successor: None, ..commit.clone() };
        &unissued
    };
    let Merged::Done { rotated, former } = session.merge(commit) else { return Ok(None) };
    let new = commit.successor.filter(|_| rotated).map(|successor| successor.to);
    let former = kept::rotated_away(&session, former, commit.now);
    let answer = Committed::Done { failed: session.header.failed, rotated };
    Ok(Some(Change { session, new, former, answer }))
}
