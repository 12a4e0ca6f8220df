//! A store that keeps the contract's first trait only: it neither finds the sessions of a user nor counts them.

use std::future::pending;

use session_policy::{
    store::{
        Claim, ClockReport, Commit, Committed, Create, Created, End, Ended, Load, Loaded, Reclaim, Rotate, Rotated,
        Store, StoreError, Sweep, Swept,
    },
    token::RecordId,
};

/// Nobody calls it: these programs are compiled only.
#[derive(Debug)]
pub struct Plain;

impl Store for Plain {
    async fn create(&self, _: Create) -> Result<Created, StoreError> {
        pending().await
    }
    async fn load(&self, _: Load) -> Result<Loaded, StoreError> {
        pending().await
    }
    async fn commit(&self, _: Commit) -> Result<Committed, StoreError> {
        pending().await
    }
    async fn rotate(&self, _: Rotate) -> Result<Rotated, StoreError> {
        pending().await
    }
    async fn end(&self, _: End) -> Result<Ended, StoreError> {
        pending().await
    }
    async fn sweep(&self, _: Sweep) -> Result<Swept, StoreError> {
        pending().await
    }
    async fn reclaim(&self, _: Reclaim) -> Result<Vec<Claim>, StoreError> {
        pending().await
    }
    async fn settle(&self, _: Vec<RecordId>) -> Result<(), StoreError> {
        pending().await
    }
    async fn report_clock(&self, _: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        pending().await
    }
}
