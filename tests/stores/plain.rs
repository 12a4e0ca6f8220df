//! A store that does nothing beyond [`Store`]: the suite is for such ones, too.

use session_policy::{
    store::{
        Claim, ClockReport, Commit, Committed, Create, Created, End, Ended, Load, Loaded, Reclaim, Rotate, Rotated,
        Store, StoreError, Sweep, Swept, conformance::ModelStore,
    },
    token::RecordId,
};

#[derive(Debug, Default)]
pub(crate) struct Plain(ModelStore);

impl Store for Plain {
    async fn create(&self, create: Create) -> Result<Created, StoreError> {
        self.0.create(create).await
    }
    async fn load(&self, load: Load) -> Result<Loaded, StoreError> {
        self.0.load(load).await
    }
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.0.commit(commit).await
    }
    async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        self.0.rotate(rotate).await
    }
    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        self.0.end(end).await
    }
    async fn sweep(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        self.0.sweep(sweep).await
    }
    async fn reclaim(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        self.0.reclaim(reclaim).await
    }
    async fn settle(&self, ends: Vec<RecordId>) -> Result<(), StoreError> {
        self.0.settle(ends).await
    }
    async fn report_clock(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        self.0.report_clock(report).await
    }
}
