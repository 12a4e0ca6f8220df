//! Sessions encrypted at rest, in any store.

mod envelope;
mod seal;
#[cfg(test)]
#[cfg(feature = "memory")]
mod tests;

use std::{fmt, sync::Arc};

use self::seal::Seal;
use super::{
    Admit, ByUser, Capabilities, Claim, ClockReport, Clocks, Commit, Committed, Create, Created, DataChange, End,
    Ended, Generation, Load, Loaded, Reclaim, Reset, ResetEveryone, Rotate, Rotated, SessionLimit, SetRole, Snapshot,
    Store, StoreError, Sweep, Swept, UserId,
};
use crate::{
    keys::KeyRing,
    token::{RecordId, TokenId},
};

/// Encrypts what another store keeps: user ids, roles, the data and its keys, with XChaCha20-Poly1305 and a random nonce per
/// value. Each value is tied to its record and to what it is, so that none can be put elsewhere.
///
/// **Keys**: the first key of the [`KeyRing`] writes, all read. A session that was sealed with a key that is not in the ring is
/// a [`StoreError`] (503): it is not served, and not ended for it either. See there how a key is changed.
///
/// **Whoever reads the database** (a stolen backup, say) learns of each session: its times, its level, the class of its
/// browser, failed attempts and marks; how many entries it has and how long each is; which sessions are of the same user, but
/// not of whom; which sessions of one user have the same role, but not which. Tokens are hashes there anyhow. Who knows the
/// ring's index secret, too, can check a guess at a user's id.
///
/// **Whoever writes to the database** (an injection, say) cannot make up a session, or read one. A session is refused (503)
/// if anything was changed about: its user, role, level, its creation and authentications, the client it is bound to, its
/// data, or its tokens: a token opens no session that it was not issued for. What they *can* do: delete, and so sign out;
/// leave a session of one's own alive longer by taking away a failed attempt, a step-up mark, or by touching its last
/// activity; take away an entry as a whole; end a session in the name of the program; and put back an earlier state of the
/// same record, all of it or an entry (so a `set_role`, a logout or a used one-time entry can be undone for a session that was
/// there before, until its absolute end). If that is a danger, guard the database, too.
///
/// Ends never fail because a session cannot be opened: it ends, and its claim comes back with
/// [`reclaim`](Store::reclaim) as soon as the ring has the key.
///
/// A sealed value is some 50 to 80 bytes longer than a clear one, and every change of a token adds some 45 bytes to the record.
///
/// ```
/// use session_policy::{keys::KeyRing, store::{MemoryStore, Sealed}};
///
/// # let secret = [7; 32];
/// let store = Sealed::new(MemoryStore::new(), &KeyRing::new([("2027-01", secret)])?);
/// # Ok::<(), session_policy::keys::KeyRingError>(())
/// ```
pub struct Sealed<S> {
    inner: S,
    seal: Seal,
}

impl<S: fmt::Debug> fmt::Debug for Sealed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S: Admit> Sealed<S> {
    /// Seals what `store` keeps. It must have been sealed from its first session on: what is not is refused.
    #[must_use]
    pub fn new(store: S, keys: &KeyRing) -> Self {
        Self { inner: store, seal: Seal::new(keys) }
    }

    /// The store that keeps what is sealed.
    #[must_use]
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    fn create(&self, mut create: Create) -> Result<Create, StoreError> {
        create.record = self.seal.record(&create.token, create.record)?;
        Ok(create)
    }

    fn created(&self, created: Created) -> Created {
        match created {
            Created::Done(claims) => Created::Done(self.claims(claims)),
            other => other,
        }
    }

    fn claim(&self, claim: Claim) -> Result<Claim, StoreError> {
        Ok(Claim { session: self.seal.session(claim.session, None)?, ..claim })
    }

    /// One that cannot be opened is nobody's until its lease is over, and then is tried again.
    fn claims(&self, claims: Vec<Claim>) -> Vec<Claim> {
        claims.into_iter().filter_map(|claim| self.claim(claim).ok()).collect()
    }

    fn swept(&self, swept: Swept) -> Swept {
        Swept { claims: self.claims(swept.claims), ..swept }
    }

    /// Tokens that the session will never be opened by again, as far as the caller knows them.
    fn withdrawn<'a>(
        &'a self,
        record: RecordId,
        tokens: impl IntoIterator<Item = TokenId> + 'a,
    ) -> impl Iterator<Item = DataChange> + 'a {
        tokens.into_iter().map(move |token| self.seal.withdrawn(&record, &token))
    }
}

impl<S: Admit> Store for Sealed<S> {
    async fn create(&self, create: Create) -> Result<Created, StoreError> {
        Ok(self.created(self.inner.create(self.create(create)?).await?))
    }

    async fn load(&self, load: Load) -> Result<Loaded, StoreError> {
        Ok(match self.inner.load(load).await? {
            Loaded::Live(session) => Loaded::Live(self.seal.session(session, Some(&load.token))?),
            other => other,
        })
    }

    async fn commit(&self, mut commit: Commit) -> Result<Committed, StoreError> {
        let record = commit.record;
        let mut data = self.seal.changes(&record, &commit.data)?;
        if let Some(successor) = commit.successor {
            // Once its grace is over, the one before the last is good for nothing.
            let turn = commit.seen.as_deref().and_then(|seen| seen.line.turn.as_deref());
            let parent = turn.and_then(|turn| turn.parent).filter(|(_, until)| *until <= commit.now);
            data.extend(self.withdrawn(record, parent.map(|(parent, _)| parent)));
            data.push(self.seal.issued(&record, &successor.to));
        }
        commit.data = data;
        // What the caller saw is not what the inner store keeps.
        commit.seen = None;
        self.inner.commit(commit).await
    }

    async fn rotate(&self, mut rotate: Rotate) -> Result<Rotated, StoreError> {
        let record = rotate.record;
        let mut data = self.seal.changes(&record, &rotate.data)?;
        if let Some(seen) = rotate.seen.take() {
            data.extend(self.withdrawn(record, seen.line.tokens().filter(|token| *token != rotate.to)));
        }
        data.push(self.seal.authenticated(&record, &rotate.header, &rotate.identity)?);
        data.push(self.seal.issued(&record, &rotate.to));
        rotate.data = data;
        rotate.identity = Arc::new(self.seal.identity(&rotate.identity)?);
        // Equal identities are equal under the seal, too.
        rotate.if_identity = rotate.if_identity.map(|was| self.seal.identity(&was).map(Arc::new)).transpose()?;
        self.inner.rotate(rotate).await
    }

    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        Ok(match self.inner.end(end).await? {
            Ended::Done(claim) => match self.claim(*claim) {
                Ok(claim) => Ended::Done(Box::new(claim)),
                // It is over; whoever reclaims it can tell more.
                Err(_) => Ended::Already(end.reason),
            },
            other => other,
        })
    }

    async fn sweep(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        Ok(self.swept(self.inner.sweep(sweep).await?))
    }

    async fn reclaim(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        Ok(self.claims(self.inner.reclaim(reclaim).await?))
    }

    async fn settle(&self, ends: Vec<RecordId>) -> Result<(), StoreError> {
        self.inner.settle(ends).await
    }

    async fn report_clock(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        self.inner.report_clock(report).await
    }

    fn clocks(&self) -> Option<&Clocks> {
        self.inner.clocks()
    }

    fn capabilities(&self) -> Capabilities<'_> {
        Capabilities::none().by_user(self).admit(self)
    }

    fn exact_stamps(&self) -> bool {
        self.inner.exact_stamps()
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }
}

impl<S: Admit> ByUser for Sealed<S> {
    async fn generation(&self, user: &UserId) -> Result<Generation, StoreError> {
        self.inner.generation(&self.seal.user(user)?).await
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        let sessions = self.inner.of_user(&self.seal.user(user)?).await?;
        sessions.into_iter().map(|session| self.seal.session(session, None)).collect()
    }

    async fn reset_user(&self, mut reset: Reset) -> Result<Swept, StoreError> {
        reset.user = self.seal.user(&reset.user)?;
        Ok(self.swept(self.inner.reset_user(reset).await?))
    }

    async fn reset_everyone(&self, reset: ResetEveryone) -> Result<Swept, StoreError> {
        Ok(self.swept(self.inner.reset_everyone(reset).await?))
    }

    async fn set_role(&self, mut set: SetRole) -> Result<usize, StoreError> {
        let role = set.role.as_deref().map(|role| self.seal.role(Some(&set.user), role)).transpose()?;
        set.role = role.map(Arc::from);
        set.user = self.seal.user(&set.user)?;
        self.inner.set_role(set).await
    }
}

impl<S: Admit> Admit for Sealed<S> {
    async fn admit(&self, create: Create, limit: SessionLimit) -> Result<Created, StoreError> {
        Ok(self.created(self.inner.admit(self.create(create)?, limit).await?))
    }
}
