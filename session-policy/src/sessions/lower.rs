//! What lowers a session: done in the store before the call resolves, on a task that a dropped request cannot cancel, and
//! never undone.

use std::future::Future;

use super::{
    Event, Session, SessionError, Sessions,
    handle::{Standing, State},
    stage::Staged,
};
use crate::{
    store::{Commit, Committed, End, Ended, Loaded, StoreError},
    token::{RecordId, TokenId},
    verdict::EndReason,
};

/// The fifth failed attempt in a row ends the session.
const MOST_ATTEMPTS: u8 = 5;

/// Runs `work` to its end even if the caller is dropped half way.
pub(super) async fn shielded<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn(work).await.map_err(StoreError::new)?,
        // Without a runtime nobody can drop the request half way either.
        Err(_) => work.await,
    }
}

impl Sessions {
    /// Ends a record.
    pub(super) async fn end_record(&self, end: End) -> Result<Ended, StoreError> {
        let store = self.0.store.clone();
        let ended = shielded(async move { store.end(end).await }).await?;
        if ended == Ended::Done {
            self.tell(Event::Ended { record: end.record, reason: end.reason });
        }
        Ok(ended)
    }

    /// Tries once more to tell the store of a logout that it could not confirm.
    pub(super) async fn confirm_logout(&self, token: TokenId, record: Option<RecordId>, now: u64) {
        let record = match record {
            Some(record) => record,
            None => match self.0.store.load(token).await {
                Ok(Loaded::Live(snapshot)) => snapshot.id,
                // Nobody's, or over: there is nothing left to end.
                Ok(_) => return self.confirmed(token),
                Err(_) => return,
            },
        };
        let end = End { record, reason: EndReason::Logout, if_unseen_since: None, now };
        if self.end_record(end).await.is_ok() {
            self.confirmed(token);
        }
    }
}

impl Session {
    /// Signs the user out: the session is dead in the store before this returns, whatever becomes of the request.
    /// The removal cookie and `Clear-Site-Data` go out with the answer; what was staged in this request is discarded.
    /// Without a session it does nothing.
    ///
    /// # Errors
    /// [`SessionError::SafeMethod`] on GET, HEAD or OPTIONS. [`SessionError::Store`] if the store does not answer: the token is
    /// then dead on this node, and the removal cookie goes out all the same.
    pub async fn logout(&self) -> Result<(), SessionError> {
        if !self.0.is_unsafe {
            return Err(SessionError::SafeMethod);
        }
        match self.end_now(EndReason::Logout).await {
            Err(SessionError::Ended(_)) => Ok(()),
            other => other,
        }
    }

    /// An attempt to re-authenticate failed. Counted in the store before this returns; the fifth in a row ends the session.
    /// Returns how many attempts are left.
    ///
    /// # Errors
    /// [`SessionError::Ended`] with [`EndReason::TooManyAttempts`] at the fifth; [`SessionError::NoUser`] without a session;
    /// [`SessionError::Store`] if the store does not answer.
    pub async fn reauth_failed(&self) -> Result<u8, SessionError> {
        let record = {
            let state = self.open_state()?;
            let Standing::Live(snapshot) = &state.standing else { return Err(SessionError::NoUser) };
            snapshot.id
        };
        let store = self.sessions()?.0.store.clone();
        let mut attempt = Commit::of(record, self.0.now);
        attempt.count_failure = true;
        match shielded(async move { store.commit(attempt).await }).await? {
            Committed::Done { failed } if failed >= MOST_ATTEMPTS => {
                self.end_now(EndReason::TooManyAttempts).await?;
                Err(SessionError::Ended(EndReason::TooManyAttempts))
            }
            Committed::Done { failed } => Ok(MOST_ATTEMPTS - failed),
            Committed::Conflict | Committed::Gone => {
                self.fall(EndReason::TooManyAttempts, false);
                Err(SessionError::Ended(EndReason::TooManyAttempts))
            }
        }
    }

    /// Ends the presented session, also one that this route may not see.
    pub(super) async fn end_now(&self, reason: EndReason) -> Result<(), SessionError> {
        let sessions = self.sessions()?.clone();
        let record = {
            let state = self.open_state()?;
            match &state.standing {
                Standing::Live(snapshot) => Some(snapshot.id),
                Standing::Barred(record, _) => Some(*record),
                // A late answer with a removal cookie would sign the successor out.
                Standing::Superseded => return Ok(()),
                _ => None,
            }
        };
        let explicit = reason == EndReason::Logout;
        let Some(record) = record else {
            if self.0.token.is_some() {
                self.fall(reason, explicit);
            }
            return Ok(());
        };
        let end = End { record, reason, if_unseen_since: None, now: self.0.now };
        let token = self.0.token;
        // The deny list is written on the same task as the end: a dropped request loses neither.
        let work = async move {
            let outcome = sessions.end_record(end).await;
            if let (Err(_), Some(token), true) = (&outcome, token, explicit) {
                sessions.deny_on_this_node(token, Some(record));
            }
            outcome
        };
        let outcome = shielded(work).await;
        // Dead from here on for the rest of this request, also where the store did not confirm it.
        self.fall(reason, explicit);
        outcome?;
        Ok(())
    }

    /// The handle after an end: nothing staged survives, the cookie goes.
    fn fall(&self, reason: EndReason, explicit: bool) {
        let mut state = self.state();
        let committed = state.committed;
        *state = State {
            standing: Standing::EndedHere(reason),
            staged: Staged::default(),
            remove: true,
            clear: explicit,
            committed,
        };
    }
}
