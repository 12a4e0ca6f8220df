//! By user: generations, lists, resets, roles.

use super::{
    dialect::{Argument, Dialect, Fault, unreadable},
    ends::{BATCH, swept},
    engine::{Engine, transaction},
    kept::{self, bytes, count},
};
use crate::{
    store::{Cursor, Generation, Reset, ResetEveryone, SetRole, Snapshot, StoreError, Swept, UserId},
    token::RecordId,
};

impl<D: Dialect> Engine<D> {
    pub(super) async fn generation(&self, user: &UserId) -> Result<Generation, StoreError> {
        let rows = self.in_time(self.read(&self.statements.generation, vec![bytes(user.as_str().as_bytes())])).await?;
        let mut row = rows.into_iter().next().ok_or_else(|| unreadable("the generation"))?;
        let (own, everyone) = (row.maybe_number()?.unwrap_or(0), row.number()?);
        Ok(Generation(own.max(everyone).cast_unsigned()))
    }

    pub(super) async fn of_user(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        let rows = self.in_time(self.read(&self.statements.of_user, vec![bytes(user.as_str().as_bytes())])).await?;
        let mut sessions = kept::sessions(rows)?;
        sessions.sort_by_key(|session| (session.header.created, session.id));
        Ok(sessions)
    }

    pub(super) async fn reset_user(&self, reset: Reset) -> Result<Swept, StoreError> {
        let operation = async { transaction!(self, |transaction| self.reset_user_within(transaction, &reset)) };
        Ok(self.in_time(operation).await?)
    }

    async fn reset_user_within(&self, transaction: &mut D::Transaction, reset: &Reset) -> Result<Swept, Fault> {
        let mut sessions = self.raise(transaction, &reset.user, reset.now).await?;
        sessions.retain(|session| Some(session.id) != reset.except);
        let ending = sessions.into_iter().map(|session| (session, reset.reason)).collect();
        let claims = self.bury(transaction, ending, reset.lease, reset.now).await?;
        Ok(swept(claims, reset.lease, None))
    }

    /// A new generation for the user; the user's sessions are locked from here on.
    async fn raise(&self, transaction: &mut D::Transaction, user: &UserId, now: u64) -> Result<Vec<Snapshot>, Fault> {
        self.lock_user(transaction, user, None, now).await?;
        let key = bytes(user.as_str().as_bytes());
        let arguments = vec![key.clone(), Argument::Bytes(None)];
        let mut sessions = kept::sessions(D::within(transaction, &self.statements.lock_of_user, arguments).await?)?;
        sessions.sort_by_key(|session| (session.header.created, session.id));
        let next = self.draw(transaction).await?;
        D::within(transaction, &self.statements.raise_user, vec![key, Argument::Number(next)]).await?;
        Ok(sessions)
    }

    /// A generation that never was.
    async fn draw(&self, transaction: &mut D::Transaction) -> Result<i64, Fault> {
        let rows = D::within(transaction, &self.statements.draw, Vec::new()).await?;
        Ok(rows.into_iter().next().ok_or_else(|| unreadable("the last generation"))?.number()?)
    }

    pub(super) async fn reset_everyone(&self, reset: ResetEveryone) -> Result<Swept, StoreError> {
        let operation = async { transaction!(self, |transaction| self.reset_everyone_within(transaction, &reset)) };
        Ok(self.in_time(operation).await?)
    }

    async fn reset_everyone_within(
        &self,
        transaction: &mut D::Transaction,
        reset: &ResetEveryone,
    ) -> Result<Swept, Fault> {
        let at_most = reset.at_most.clamp(1, BATCH);
        let rows = match reset.after {
            None => {
                // Waits for the logins that read the generation before, so that their sessions are among those that follow.
                let next = self.draw(transaction).await?;
                D::within(transaction, &self.statements.raise_everyone, vec![Argument::Number(next)]).await?;
                D::within(transaction, &self.statements.first, vec![count(at_most)]).await?
            }
            Some(Cursor(after)) => {
                D::within(transaction, &self.statements.after, vec![bytes(&after), count(at_most)]).await?
            }
        };
        let sessions = kept::sessions(rows)?;
        let last: Option<RecordId> = sessions.last().map(|session| session.id);
        let next = last.filter(|_| sessions.len() >= at_most).map(|id| Cursor(id.0));
        let ending = sessions.into_iter().map(|session| (session, reset.reason)).collect();
        let claims = self.bury(transaction, ending, reset.lease, reset.now).await?;
        Ok(swept(claims, reset.lease, next))
    }

    pub(super) async fn set_role(&self, set: SetRole) -> Result<usize, StoreError> {
        let operation = async { transaction!(self, |transaction| self.set_role_within(transaction, &set)) };
        Ok(self.in_time(operation).await?)
    }

    async fn set_role_within(&self, transaction: &mut D::Transaction, set: &SetRole) -> Result<usize, Fault> {
        let mut sessions = self.raise(transaction, &set.user, set.now).await?;
        for session in &mut sessions {
            kept::changeable(session)?;
            if session.set_role(set.role.as_ref()) {
                self.update(transaction, session).await?;
            }
        }
        Ok(sessions.len())
    }
}
