//! What lowers a session: done in the store before the call resolves, on a task that a dropped request cannot cancel, and
//! never undone.

use std::{future::Future, sync::atomic::Ordering};

use super::{
    Session, SessionError, Sessions,
    handle::{Standing, State},
    stage::Staged,
};
use crate::{
    store::{Commit, Committed, End, Ended, Load, Loaded, StoreError},
    token::{RecordId, TokenId},
    verdict::{EndReason, Reason},
};

/// The fifth failed attempt in a row ends the session.
pub(super) const MOST_ATTEMPTS: u8 = 5;

/// Runs `work` to its end even if the caller is dropped half way.
pub(super) async fn shielded<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn(work).await.map_err(StoreError::new)?,
        // Without a runtime nobody can drop the request half way either.
        Err(_) => work.await,
    }
}

impl Sessions {
    /// What the store knows of a token.
    pub(super) async fn load(&self, token: TokenId, now: u64) -> Result<Loaded, StoreError> {
        self.0.store.load(Load { token, now: self.grace_time(now) }).await
    }

    /// Ends a record, and says so: both also if the caller is dropped half way, or a thief who hangs up would not be heard of.
    pub(super) async fn end_record(&self, end: End) -> Result<Ended, StoreError> {
        let sessions = self.clone();
        shielded(async move {
            let ended = sessions.0.store.end(End { lease: sessions.lease(end.now), ..end }).await?;
            if let Ended::Done(claim) = &ended {
                sessions.ended(std::slice::from_ref(claim));
            }
            Ok(ended)
        })
        .await
    }

    /// Counts a failed attempt; the last one allowed ends the session in the same breath, which may fail by itself.
    async fn count_failure(
        &self,
        record: RecordId,
        now: u64,
    ) -> Result<(Committed, Result<(), StoreError>), StoreError> {
        let mut attempt = Commit::of(record, now);
        attempt.count_failure = true;
        let sessions = self.clone();
        shielded(async move {
            let committed = sessions.0.store.commit(attempt).await?;
            let mut ended = Ok(());
            if matches!(committed, Committed::Done { failed, .. } if failed >= MOST_ATTEMPTS) {
                let reason = EndReason::TooManyAttempts;
                ended = sessions.end_record(End::of(record, reason, now)).await.map(drop);
            }
            Ok((committed, ended))
        })
        .await
    }

    /// Tries once more to tell the store of a logout that it could not confirm. Whether it did.
    pub(super) async fn confirm_logout(&self, token: TokenId, record: Option<RecordId>, now: u64) -> bool {
        let record = match record {
            Some(record) => Some(record),
            None => match self.load(token, now).await {
                Ok(Loaded::Live(snapshot)) => Some(snapshot.id),
                // Nobody's, or over: there is nothing left to end.
                Ok(_) => None,
                Err(_) => return false,
            },
        };
        if let Some(record) = record
            && self.end_record(End::of(record, EndReason::Logout, now)).await.is_err()
        {
            return false;
        }
        self.confirmed(token);
        true
    }

    /// The store answers: it is told of the logouts that it could not confirm. Nobody waits for it, and who signed out will
    /// not come back with the token.
    pub(super) fn confirm_logouts(&self, now: u64) {
        if self.unconfirmed().is_empty() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.0.confirming.swap(true, Ordering::AcqRel) {
            return;
        }
        let turn = Turn(self.clone());
        drop(runtime.spawn(async move {
            let Turn(sessions) = &turn;
            for (token, record) in sessions.all_unconfirmed() {
                // The store failed again: the next request that it answers tries once more.
                if !sessions.confirm_logout(token, record, now).await {
                    return;
                }
            }
        }));
    }
}

/// The one task that confirms logouts; given back also if the task is dropped.
struct Turn(Sessions);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.0.confirming.store(false, Ordering::Release);
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
        self.refuse_safe()?;
        match self.end_now(EndReason::Logout).await {
            Err(SessionError::Ended(_)) => Ok(()),
            other => other,
        }
    }

    /// An attempt to re-authenticate failed. Counted in the store before this returns; the fifth in a row ends the session.
    /// Returns how many attempts are left.
    ///
    /// # Errors
    /// [`SessionError::Ended`] with [`EndReason::TooManyAttempts`] at the fifth, or with the reason of an end beside this request;
    /// [`SessionError::Superseded`] if the user signed in anew beside it; [`SessionError::NoUser`] without a session;
    /// [`SessionError::Store`] if the store does not answer.
    pub async fn reauth_failed(&self) -> Result<u8, SessionError> {
        let sessions = self.sessions()?;
        let record = {
            let state = self.open_state()?;
            let Standing::Live(snapshot) = &state.standing else { return Err(SessionError::NoUser) };
            snapshot.id
        };
        let (counted, ended) = sessions.count_failure(record, sessions.now_ms()).await?;
        match counted {
            Committed::Done { failed, .. } if failed >= MOST_ATTEMPTS => {
                self.state().fall(EndReason::TooManyAttempts);
                ended?;
                Err(SessionError::Ended(EndReason::TooManyAttempts))
            }
            Committed::Done { failed, .. } => Ok(MOST_ATTEMPTS - failed),
            Committed::Conflict | Committed::Gone => Err(self.gone().await?),
        }
    }

    /// What became of the session that was live when the request arrived and is not any more.
    async fn gone(&self) -> Result<SessionError, SessionError> {
        let Some(token) = self.0.token else { return Ok(SessionError::NoUser) };
        let loaded = self.sessions()?.load(token, self.0.now).await?;
        let mut state = self.state();
        Ok(match loaded {
            Loaded::Ended(reason) => {
                state.fall(reason);
                SessionError::Ended(reason)
            }
            // The client holds the successor by now: its cookie stays.
            Loaded::Superseded(_) => {
                state.become_of(Standing::Superseded(Reason::Superseded));
                SessionError::Superseded
            }
            Loaded::Live(_) | Loaded::Unknown => {
                state.become_of(Standing::Nobody);
                SessionError::NoUser
            }
        })
    }

    /// Ends the presented session, also one that this route may not see.
    pub(super) async fn end_now(&self, reason: EndReason) -> Result<(), SessionError> {
        let sessions = self.sessions()?.clone();
        let explicit = reason == EndReason::Logout;
        let record = {
            let mut state = self.open_state()?;
            let record = match &state.standing {
                Standing::Live(snapshot) => Some(snapshot.id),
                Standing::Barred(record, _) => Some(*record),
                // A late answer with a removal cookie would sign the successor out.
                Standing::Superseded(_) => return Ok(()),
                _ if self.0.token.is_none() => return Ok(()),
                _ => None,
            };
            // Dead from here on for the rest of this request, also where the store does not confirm it, or nobody waits for it.
            state.fall(reason);
            state.clear = explicit;
            record
        };
        let Some(record) = record else { return Ok(()) };
        let end = End::of(record, reason, sessions.now_ms());
        let token = self.0.token;
        // What the user asked for holds here also while the store cannot be told.
        let asked_for = matches!(reason, EndReason::Logout | EndReason::Revoked);
        // The deny list is written on the same task as the end: a dropped request loses neither.
        let work = async move {
            let outcome = sessions.end_record(end).await;
            if let (Err(_), Some(token), true) = (&outcome, token, asked_for) {
                sessions.deny_on_this_node(token, Some(record));
            }
            outcome
        };
        if matches!(shielded(work).await?, Ended::Unknown) {
            // A login beside this request superseded the session: cookie and storage are the successor's.
            let mut state = self.state();
            (state.remove, state.clear) = (false, false);
        }
        Ok(())
    }
}

impl State {
    /// The handle after an end: nothing staged survives, the cookie goes.
    fn fall(&mut self, reason: EndReason) {
        self.become_of(Standing::EndedHere(reason));
        self.remove = true;
    }

    /// The handle after the session turned out to be something else: nothing staged survives.
    fn become_of(&mut self, standing: Standing) {
        self.standing = standing;
        self.staged = Staged::default();
        (self.remove, self.clear) = (false, false);
    }
}
