//! Stores as objects, so that `Sessions` needs no type parameter. One allocation a call.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use super::{
    Admit, ByUser, Claim, ClockReport, Clocks, Commit, Committed, Create, Created, End, Ended, Generation, Load,
    Loaded, Reclaim, Reset, ResetEveryone, Rotate, Rotated, SessionLimit, SetRole, Snapshot, Store, StoreError, Sweep,
    Swept, UserId,
};
use crate::token::RecordId;

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What a store can do beyond [`Store`]. See [`Store::capabilities`].
///
/// A store that implements both writes `Capabilities::none().by_user(self).admit(self)`.
///
/// ```
/// use session_policy::store::{Capabilities, MemoryStore, Store};
///
/// assert!(!Capabilities::none().finds_by_user());
/// assert!(MemoryStore::new().capabilities().admits());
/// ```
#[derive(Clone, Copy, Default)]
pub struct Capabilities<'a> {
    pub(crate) by_user: Option<&'a dyn DynByUser>,
    pub(crate) admit: Option<&'a dyn DynAdmit>,
}

impl<'a> Capabilities<'a> {
    /// Nothing more.
    #[must_use]
    pub const fn none() -> Self {
        Self { by_user: None, admit: None }
    }

    /// It finds the sessions of a user.
    #[must_use]
    pub fn by_user(self, store: &'a impl ByUser) -> Self {
        Self { by_user: Some(store), ..self }
    }

    /// It admits under a limit.
    #[must_use]
    pub fn admit(self, store: &'a impl Admit) -> Self {
        Self { admit: Some(store), ..self }
    }

    /// Whether it finds the sessions of a user.
    #[must_use]
    pub const fn finds_by_user(&self) -> bool {
        self.by_user.is_some()
    }

    /// Whether it admits under a limit.
    #[must_use]
    pub const fn admits(&self) -> bool {
        self.admit.is_some()
    }
}

impl fmt::Debug for Capabilities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capabilities")
            .field("by_user", &self.by_user.is_some())
            .field("admit", &self.admit.is_some())
            .finish()
    }
}

/// [`Store`] as an object.
pub(crate) trait DynStore: Send + Sync + fmt::Debug {
    fn create(&self, create: Create) -> BoxFuture<'_, Created>;
    fn load(&self, load: Load) -> BoxFuture<'_, Loaded>;
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Committed>;
    fn rotate(&self, rotate: Rotate) -> BoxFuture<'_, Rotated>;
    fn end(&self, end: End) -> BoxFuture<'_, Ended>;
    fn sweep(&self, sweep: Sweep) -> BoxFuture<'_, Swept>;
    fn reclaim(&self, reclaim: Reclaim) -> BoxFuture<'_, Vec<Claim>>;
    fn settle(&self, ends: Vec<RecordId>) -> BoxFuture<'_, ()>;
    fn report_clock(&self, report: ClockReport) -> BoxFuture<'_, Vec<ClockReport>>;
    fn clocks(&self) -> Option<&Clocks>;
    fn capabilities(&self) -> Capabilities<'_>;
    fn exact_stamps(&self) -> bool;
    fn is_shared(&self) -> bool;
}

impl<S: Store> DynStore for S {
    fn create(&self, create: Create) -> BoxFuture<'_, Created> {
        Box::pin(Store::create(self, create))
    }
    fn load(&self, load: Load) -> BoxFuture<'_, Loaded> {
        Box::pin(Store::load(self, load))
    }
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Committed> {
        Box::pin(Store::commit(self, commit))
    }
    fn rotate(&self, rotate: Rotate) -> BoxFuture<'_, Rotated> {
        Box::pin(Store::rotate(self, rotate))
    }
    fn end(&self, end: End) -> BoxFuture<'_, Ended> {
        Box::pin(Store::end(self, end))
    }
    fn sweep(&self, sweep: Sweep) -> BoxFuture<'_, Swept> {
        Box::pin(Store::sweep(self, sweep))
    }
    fn reclaim(&self, reclaim: Reclaim) -> BoxFuture<'_, Vec<Claim>> {
        Box::pin(Store::reclaim(self, reclaim))
    }
    fn settle(&self, ends: Vec<RecordId>) -> BoxFuture<'_, ()> {
        Box::pin(Store::settle(self, ends))
    }
    fn report_clock(&self, report: ClockReport) -> BoxFuture<'_, Vec<ClockReport>> {
        Box::pin(Store::report_clock(self, report))
    }
    fn clocks(&self) -> Option<&Clocks> {
        Store::clocks(self)
    }
    fn capabilities(&self) -> Capabilities<'_> {
        Store::capabilities(self)
    }
    fn exact_stamps(&self) -> bool {
        Store::exact_stamps(self)
    }
    fn is_shared(&self) -> bool {
        Store::is_shared(self)
    }
}

/// [`ByUser`] as an object.
pub(crate) trait DynByUser: Send + Sync {
    fn generation<'a>(&'a self, user: &'a UserId) -> BoxFuture<'a, Generation>;
    fn of_user<'a>(&'a self, user: &'a UserId) -> BoxFuture<'a, Vec<Snapshot>>;
    fn reset_user(&self, reset: Reset) -> BoxFuture<'_, Swept>;
    fn reset_everyone(&self, reset: ResetEveryone) -> BoxFuture<'_, Swept>;
    fn set_role(&self, set: SetRole) -> BoxFuture<'_, usize>;
}

impl<S: ByUser> DynByUser for S {
    fn generation<'a>(&'a self, user: &'a UserId) -> BoxFuture<'a, Generation> {
        Box::pin(ByUser::generation(self, user))
    }
    fn of_user<'a>(&'a self, user: &'a UserId) -> BoxFuture<'a, Vec<Snapshot>> {
        Box::pin(ByUser::of_user(self, user))
    }
    fn reset_user(&self, reset: Reset) -> BoxFuture<'_, Swept> {
        Box::pin(ByUser::reset_user(self, reset))
    }
    fn reset_everyone(&self, reset: ResetEveryone) -> BoxFuture<'_, Swept> {
        Box::pin(ByUser::reset_everyone(self, reset))
    }
    fn set_role(&self, set: SetRole) -> BoxFuture<'_, usize> {
        Box::pin(ByUser::set_role(self, set))
    }
}

/// [`Admit`] as an object.
pub(crate) trait DynAdmit: Send + Sync {
    fn admit(&self, create: Create, limit: SessionLimit) -> BoxFuture<'_, Created>;
}

impl<S: Admit> DynAdmit for S {
    fn admit(&self, create: Create, limit: SessionLimit) -> BoxFuture<'_, Created> {
        Box::pin(Admit::admit(self, create, limit))
    }
}

/// Several engines of one process may share a store.
impl<S: Store> Store for Arc<S> {
    async fn create(&self, create: Create) -> Result<Created, StoreError> {
        S::create(self, create).await
    }
    async fn load(&self, load: Load) -> Result<Loaded, StoreError> {
        S::load(self, load).await
    }
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        S::commit(self, commit).await
    }
    async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        S::rotate(self, rotate).await
    }
    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        S::end(self, end).await
    }
    async fn sweep(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        S::sweep(self, sweep).await
    }
    async fn reclaim(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        S::reclaim(self, reclaim).await
    }
    async fn settle(&self, ends: Vec<RecordId>) -> Result<(), StoreError> {
        S::settle(self, ends).await
    }
    async fn report_clock(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        S::report_clock(self, report).await
    }
    fn clocks(&self) -> Option<&Clocks> {
        S::clocks(self)
    }
    fn capabilities(&self) -> Capabilities<'_> {
        S::capabilities(self)
    }
    fn exact_stamps(&self) -> bool {
        S::exact_stamps(self)
    }
    fn is_shared(&self) -> bool {
        S::is_shared(self)
    }
}

impl<S: ByUser> ByUser for Arc<S> {
    async fn generation(&self, user: &UserId) -> Result<Generation, StoreError> {
        S::generation(self, user).await
    }
    async fn of_user(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        S::of_user(self, user).await
    }
    async fn reset_user(&self, reset: Reset) -> Result<Swept, StoreError> {
        S::reset_user(self, reset).await
    }
    async fn reset_everyone(&self, reset: ResetEveryone) -> Result<Swept, StoreError> {
        S::reset_everyone(self, reset).await
    }
    async fn set_role(&self, set: SetRole) -> Result<usize, StoreError> {
        S::set_role(self, set).await
    }
}

impl<S: Admit> Admit for Arc<S> {
    async fn admit(&self, create: Create, limit: SessionLimit) -> Result<Created, StoreError> {
        S::admit(self, create, limit).await
    }
}
