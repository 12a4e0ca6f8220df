//! Create and admit: one transaction. Whoever signs in as the same user waits for it.

use super::{
    dialect::{Dialect, Fault},
    engine::{Engine, transaction},
    kept::{self, bytes, time},
};
use crate::{
    store::{
        Admission, Claim, Create, Created, EndReason, How, SessionLimit, Snapshot, StoreError, Superseded, admission,
    },
    token::{RecordId, TokenId},
};

/// What the presented token leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Live(RecordId),
    Ended,
    /// Unknown, or superseded before: nothing is to be done.
    Other,
}

impl<D: Dialect> Engine<D> {
    pub(super) async fn create(&self, create: Create, limit: Option<SessionLimit>) -> Result<Created, StoreError> {
        let operation = async { transaction!(self, |transaction| self.create_within(transaction, &create, limit)) };
        match self.in_time(operation).await {
            Err(Fault::Full(_)) => Ok(Created::Full),
            outcome => Ok(outcome?),
        }
    }

    async fn create_within(
        &self,
        transaction: &mut D::Transaction,
        create: &Create,
        limit: Option<SessionLimit>,
    ) -> Result<Created, Fault> {
        let Create { token, record, generation, supersede, lease, now } = create;
        let session = Snapshot::new(*token, record.clone());
        let user = session.identity.user.as_ref();
        if let Some(user) = user
            && !self.lock_user(transaction, user, *generation, *now).await?
        {
            return Ok(Created::Reset);
        }
        if self.is_taken(transaction, token, &session.id).await? {
            return Ok(Created::Taken);
        }
        let mut place = self.place(transaction, supersede.as_ref()).await?;
        let mut sessions = match (user.filter(|_| limit.is_some()), place) {
            (None, Place::Live(id)) => self.peek(transaction, &id).await?.into_iter().collect(),
            (Some(user), place) => {
                let replaced = if let Place::Live(id) = place { id } else { session.id };
                let arguments = vec![bytes(user.as_str().as_bytes()), bytes(&replaced.0)];
                kept::sessions(D::within(transaction, &self.statements.lock_of_user, arguments).await?)?
            }
            _ => Vec::new(),
        };
        let mut replaced = None;
        if let Place::Live(id) = place {
            // It is locked now: before, it may have ended, or taken another token.
            place = self.place(transaction, supersede.as_ref()).await?;
            if place == Place::Live(id) {
                let at = sessions.iter().position(|session| session.id == id);
                replaced = at.map(|at| sessions.swap_remove(at));
            } else {
                sessions.retain(|session| user.is_some_and(|user| session.is_of(user)));
            }
        }
        let mut claims = Vec::new();
        if let (Some(_), Some(limit)) = (user, limit) {
            let Admission::Ending(these) = admission(&sessions, limit, *now) else { return Ok(Created::Limit) };
            let mut take = |id| {
                let at = sessions.iter().position(|session| session.id == id)?;
                Some(sessions.swap_remove(at))
            };
            let victims = these.into_iter().filter_map(|(id, reason)| Some((take(id)?, reason))).collect();
            claims = self.bury(transaction, victims, *lease, *now).await?;
        }
        if let Some(old) = replaced {
            claims.extend(self.replace(transaction, old, &session, *lease, *now).await?);
        } else if let (Place::Ended, Some(presented)) = (place, supersede) {
            let what = Superseded { by: session.id, at: *now, authenticated: false, how: How::Replaced };
            self.supersede(transaction, &[(*presented, what)], session.expiry.absolute_at).await?;
        }
        self.insert(transaction, &session).await?;
        Ok(Created::Done(claims))
    }

    async fn is_taken(&self, transaction: &mut D::Transaction, token: &TokenId, id: &RecordId) -> Result<bool, Fault> {
        let rows = D::within(transaction, &self.statements.taken, vec![bytes(&token.0), bytes(&id.0)]).await?;
        Ok(rows.into_iter().next().map(|mut row| row.number()).transpose()? != Some(0))
    }

    async fn place(&self, transaction: &mut D::Transaction, token: Option<&TokenId>) -> Result<Place, Fault> {
        let Some(token) = token else { return Ok(Place::Other) };
        let rows = D::within(transaction, &self.statements.place, vec![bytes(&token.0)]).await?;
        let Some(mut row) = rows.into_iter().next() else { return Ok(Place::Other) };
        Ok(match (row.number()?, kept::record_id(&row.bytes()?)?) {
            (0, id) => Place::Live(id),
            (2, _) => Place::Ended,
            _ => Place::Other,
        })
    }

    /// A session takes another's place.
    async fn replace(
        &self,
        transaction: &mut D::Transaction,
        old: Snapshot,
        by: &Snapshot,
        lease: Option<u64>,
        now: u64,
    ) -> Result<Option<Claim>, Fault> {
        kept::changeable(&old)?;
        let until = by.expiry.absolute_at;
        let former: Vec<_> = old.all_replaced(now, by.id).collect();
        self.supersede(transaction, &former, until).await?;
        let gone = vec![bytes(&old.id.0), bytes(&by.id.0), time(until)];
        D::within(transaction, &self.statements.succeed_record, gone).await?;
        // Another user's session is over; nobody's, or the same user's, goes on in the new one.
        let reason = EndReason::IdentityChanged;
        let is_over = old.identity.user.is_some() && old.identity.user != by.identity.user;
        if is_over {
            self.claim(transaction, &old.id, reason, lease, now).await?;
        }
        D::within(transaction, &self.statements.delete, vec![bytes(&old.id.0)]).await?;
        Ok(is_over.then_some(Claim { session: old, reason, at: now }))
    }
}
