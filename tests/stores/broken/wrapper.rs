//! The model, with a fault in front of it.

use std::future::Future;

use session_policy::{
    client::UserAgent,
    store::{
        Admit, ByUser, Capabilities, Captured, Claim, ClockReport, Commit, Committed, Create, Created, End, Ended,
        Expiry, Generation, Header, Load, Loaded, Reclaim, Record, Reset, ResetEveryone, Rotate, Rotated, SessionLimit,
        SetRole, Snapshot, Store, StoreError, Sweep, Swept, UserId, conformance::ModelStore,
    },
    token::RecordId,
};

pub(crate) type Answer<T> = Result<T, StoreError>;

/// What a broken store does otherwise than the model. What it does not name, it does not spoil.
pub(crate) trait Fault: std::fmt::Debug + Send + Sync + 'static {
    fn create(&self, model: &ModelStore, create: Create) -> impl Future<Output = Answer<Created>> + Send {
        model.create(create)
    }
    fn load(&self, model: &ModelStore, load: Load) -> impl Future<Output = Answer<Loaded>> + Send {
        model.load(load)
    }
    fn commit(&self, model: &ModelStore, commit: Commit) -> impl Future<Output = Answer<Committed>> + Send {
        model.commit(commit)
    }
    fn rotate(&self, model: &ModelStore, rotate: Rotate) -> impl Future<Output = Answer<Rotated>> + Send {
        model.rotate(rotate)
    }
    fn end(&self, model: &ModelStore, end: End) -> impl Future<Output = Answer<Ended>> + Send {
        model.end(end)
    }
    fn sweep(&self, model: &ModelStore, sweep: Sweep) -> impl Future<Output = Answer<Swept>> + Send {
        model.sweep(sweep)
    }
    fn reclaim(&self, model: &ModelStore, reclaim: Reclaim) -> impl Future<Output = Answer<Vec<Claim>>> + Send {
        model.reclaim(reclaim)
    }
    fn settle(&self, model: &ModelStore, ends: Vec<RecordId>) -> impl Future<Output = Answer<()>> + Send {
        model.settle(ends)
    }
    fn generation(&self, model: &ModelStore, user: UserId) -> impl Future<Output = Answer<Generation>> + Send {
        async move { model.generation(&user).await }
    }
    fn of_user(&self, model: &ModelStore, user: UserId) -> impl Future<Output = Answer<Vec<Snapshot>>> + Send {
        async move { model.of_user(&user).await }
    }
    fn reset_user(&self, model: &ModelStore, reset: Reset) -> impl Future<Output = Answer<Swept>> + Send {
        model.reset_user(reset)
    }
    fn reset_everyone(&self, model: &ModelStore, reset: ResetEveryone) -> impl Future<Output = Answer<Swept>> + Send {
        model.reset_everyone(reset)
    }
    fn set_role(&self, model: &ModelStore, set: SetRole) -> impl Future<Output = Answer<usize>> + Send {
        model.set_role(set)
    }
    fn admit(
        &self,
        model: &ModelStore,
        create: Create,
        limit: SessionLimit,
    ) -> impl Future<Output = Answer<Created>> + Send {
        model.admit(create, limit)
    }
}

/// A store with a fault.
#[derive(Debug, Default)]
pub(crate) struct Broken<F> {
    model: ModelStore,
    fault: F,
}

impl<F: Fault> Store for Broken<F> {
    async fn create(&self, create: Create) -> Answer<Created> {
        self.fault.create(&self.model, create).await
    }
    async fn load(&self, load: Load) -> Answer<Loaded> {
        self.fault.load(&self.model, load).await
    }
    async fn commit(&self, commit: Commit) -> Answer<Committed> {
        self.fault.commit(&self.model, commit).await
    }
    async fn rotate(&self, rotate: Rotate) -> Answer<Rotated> {
        self.fault.rotate(&self.model, rotate).await
    }
    async fn end(&self, end: End) -> Answer<Ended> {
        self.fault.end(&self.model, end).await
    }
    async fn sweep(&self, sweep: Sweep) -> Answer<Swept> {
        self.fault.sweep(&self.model, sweep).await
    }
    async fn reclaim(&self, reclaim: Reclaim) -> Answer<Vec<Claim>> {
        self.fault.reclaim(&self.model, reclaim).await
    }
    async fn settle(&self, ends: Vec<RecordId>) -> Answer<()> {
        self.fault.settle(&self.model, ends).await
    }
    async fn report_clock(&self, report: ClockReport) -> Answer<Vec<ClockReport>> {
        self.model.report_clock(report).await
    }
    fn capabilities(&self) -> Capabilities<'_> {
        Capabilities::none().by_user(self).admit(self)
    }
}

impl<F: Fault> ByUser for Broken<F> {
    async fn generation(&self, user: &UserId) -> Answer<Generation> {
        self.fault.generation(&self.model, user.clone()).await
    }
    async fn of_user(&self, user: &UserId) -> Answer<Vec<Snapshot>> {
        self.fault.of_user(&self.model, user.clone()).await
    }
    async fn reset_user(&self, reset: Reset) -> Answer<Swept> {
        self.fault.reset_user(&self.model, reset).await
    }
    async fn reset_everyone(&self, reset: ResetEveryone) -> Answer<Swept> {
        self.fault.reset_everyone(&self.model, reset).await
    }
    async fn set_role(&self, set: SetRole) -> Answer<usize> {
        self.fault.set_role(&self.model, set).await
    }
}

impl<F: Fault> Admit for Broken<F> {
    async fn admit(&self, create: Create, limit: SessionLimit) -> Answer<Created> {
        self.fault.admit(&self.model, create, limit).await
    }
}

/// Where a store that is not atomic lets others in.
pub(crate) async fn others_come_between() {
    tokio::task::yield_now().await;
}

/// A session of nobody's.
pub(crate) fn anonymous(id: RecordId, now: u64) -> Record {
    let header = Header::new(now, Captured::new(UserAgent::MISSING));
    let expiry = Expiry { idle_ms: 60_000, absolute_at: now.saturating_add(600_000) };
    Record { id, header, identity: Default::default(), data: Default::default(), expiry }
}

/// A live session of one of the suite's users, without presenting a token.
pub(crate) async fn find(model: &ModelStore, id: RecordId) -> Answer<Option<Snapshot>> {
    for user in ["alice", "bob"] {
        let user = UserId::try_from(user).map_err(StoreError::new)?;
        if let Some(session) = model.of_user(&user).await?.into_iter().find(|session| session.id == id) {
            return Ok(Some(session));
        }
    }
    Ok(None)
}
