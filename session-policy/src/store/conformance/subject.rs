//! The store under test: without its type, so that the cases are compiled once.

use std::{any::Any, fmt, future::Future, pin::Pin, sync::Arc};

use super::{ModelStore, Needs, kit::T0};
use crate::{
    store::{
        Admit, ByUser, Claim, ClockReport, Commit, Committed, Create, Created, DynStore, End, Ended, Generation, Load,
        Loaded, Reclaim, Reset, ResetEveryone, Rotate, Rotated, SessionLimit, SetRole, Snapshot, Store, StoreError,
        Sweep, Swept, UserId,
    },
    token::{RecordId, TokenId},
};

/// What a factory makes: a store, or a store and what must live as long.
pub trait Fresh {
    /// The store.
    type Store: Store;
    /// Takes it apart.
    fn into_parts(self) -> (Self::Store, Box<dyn Any + Send + Sync>);
}

impl<S: Store> Fresh for S {
    type Store = S;
    fn into_parts(self) -> (S, Box<dyn Any + Send + Sync>) {
        (self, Box::new(()))
    }
}

impl<S: Store, Guard: Send + Sync + 'static> Fresh for (S, Guard) {
    type Store = S;
    fn into_parts(self) -> (S, Box<dyn Any + Send + Sync>) {
        (self.0, Box::new(self.1))
    }
}

/// One fresh store, without its type.
#[derive(Clone)]
pub struct Subject {
    store: Arc<dyn DynStore>,
    // After the store: dropped last.
    _guard: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

impl Subject {
    /// The model, for comparison.
    pub(super) fn of_model(model: Arc<ModelStore>) -> Self {
        Self { store: model, _guard: Arc::new(()) }
    }

    fn new(fresh: impl Fresh) -> Self {
        let (store, guard) = fresh.into_parts();
        Self { store: Arc::new(store), _guard: Arc::from(guard) }
    }
}

/// Makes fresh stores of one kind.
///
/// ```
/// use session_policy::store::conformance::{ModelStore, Needs, Stores};
/// assert_eq!(Stores::by_user(|| async { ModelStore::new() }).provides(), Needs::ByUser);
/// ```
pub struct Stores {
    make: Box<dyn Fn() -> Pin<Box<dyn Future<Output = Subject>>>>,
    provides: Needs,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").field("provides", &self.provides).finish_non_exhaustive()
    }
}

impl Stores {
    fn new<Made>(factory: impl Fn() -> Made + 'static, provides: Needs) -> Self
    where
        Made: Future<Output: Fresh> + 'static,
    {
        let make = move || -> Pin<Box<dyn Future<Output = Subject>>> {
            let made = factory();
            Box::pin(async { Subject::new(made.await) })
        };
        Self { make: Box::new(make), provides }
    }

    /// Stores that can do everything.
    pub fn full<Made>(factory: impl Fn() -> Made + 'static) -> Self
    where
        Made: Future<Output: Fresh<Store: Admit>> + 'static,
    {
        Self::new(factory, Needs::Admit)
    }

    /// Stores that find the sessions of a user, and do not admit under a limit.
    pub fn by_user<Made>(factory: impl Fn() -> Made + 'static) -> Self
    where
        Made: Future<Output: Fresh<Store: ByUser>> + 'static,
    {
        Self::new(factory, Needs::ByUser)
    }

    /// Stores that do not find the sessions of a user.
    pub fn store_only<Made>(factory: impl Fn() -> Made + 'static) -> Self
    where
        Made: Future<Output: Fresh> + 'static,
    {
        Self::new(factory, Needs::Store)
    }

    /// What cases they are for.
    #[must_use]
    pub const fn provides(&self) -> Needs {
        self.provides
    }

    /// A fresh one, with an engine that listens for ends: it asks for those that nobody handled, as every engine with hooks
    /// does when it starts. (While nobody listens, a store may end by itself what is long dead.)
    pub(super) async fn fresh(&self) -> Subject {
        let store = (self.make)().await;
        let claims = store.reclaim(Reclaim { at_most: 1, lease: T0, now: T0 }).await;
        assert!(claims.is_empty(), "a fresh store holds nothing: {} claims", claims.len());
        store
    }
}

/// No case expects the store itself to fail.
#[track_caller]
fn answered<T>(answer: Result<T, StoreError>, operation: &str) -> T {
    answer.unwrap_or_else(|error| panic!("`{operation}` fails: {error}"))
}

/// The operations, for cases: what a store must answer, it answers.
impl Subject {
    pub(super) async fn create(&self, create: Create) -> Created {
        answered(self.store.create(create).await, "create")
    }

    pub(super) async fn load(&self, token: TokenId, now: u64) -> Loaded {
        answered(self.store.load(Load { token, now }).await, "load")
    }

    pub(super) async fn commit(&self, commit: Commit) -> Committed {
        answered(self.store.commit(commit).await, "commit")
    }

    pub(super) async fn rotate(&self, rotate: Rotate) -> Rotated {
        answered(self.store.rotate(rotate).await, "rotate")
    }

    pub(super) async fn end(&self, end: End) -> Ended {
        answered(self.store.end(end).await, "end")
    }

    pub(super) async fn sweep(&self, sweep: Sweep) -> Swept {
        answered(self.store.sweep(sweep).await, "sweep")
    }

    pub(super) async fn reclaim(&self, reclaim: Reclaim) -> Vec<Claim> {
        answered(self.store.reclaim(reclaim).await, "reclaim")
    }

    pub(super) async fn settle(&self, ends: Vec<RecordId>) {
        answered(self.store.settle(ends).await, "settle");
    }

    pub(super) async fn report_clock(&self, engine: u64, now: u64) -> Vec<ClockReport> {
        answered(self.store.report_clock(ClockReport { engine, now }).await, "report_clock")
    }

    /// What it says of itself: whether it finds users, and whether it admits.
    pub(super) fn says(&self) -> (bool, bool) {
        let capabilities = self.store.capabilities();
        (capabilities.finds_by_user(), capabilities.admits())
    }

    pub(super) async fn generation(&self, user: &str) -> Generation {
        let capabilities = self.store.capabilities();
        let store = capabilities.by_user.expect("`capabilities` says `by_user`");
        answered(store.generation(&user_id(user)).await, "generation")
    }

    pub(super) async fn of_user(&self, user: &str) -> Vec<Snapshot> {
        let capabilities = self.store.capabilities();
        let store = capabilities.by_user.expect("`capabilities` says `by_user`");
        answered(store.of_user(&user_id(user)).await, "of_user")
    }

    pub(super) async fn reset_user(&self, reset: Reset) -> Swept {
        let capabilities = self.store.capabilities();
        let store = capabilities.by_user.expect("`capabilities` says `by_user`");
        answered(store.reset_user(reset).await, "reset_user")
    }

    pub(super) async fn reset_everyone(&self, reset: ResetEveryone) -> Swept {
        let capabilities = self.store.capabilities();
        let store = capabilities.by_user.expect("`capabilities` says `by_user`");
        answered(store.reset_everyone(reset).await, "reset_everyone")
    }

    pub(super) async fn set_role(&self, user: &str, role: Option<&str>) -> usize {
        let capabilities = self.store.capabilities();
        let store = capabilities.by_user.expect("`capabilities` says `by_user`");
        let set = SetRole { user: user_id(user), role: role.map(Arc::from), now: T0 };
        answered(store.set_role(set).await, "set_role")
    }

    pub(super) async fn admit(&self, create: Create, limit: SessionLimit) -> Created {
        let capabilities = self.store.capabilities();
        let store = capabilities.admit.expect("`capabilities` says `admit`");
        answered(store.admit(create, limit).await, "admit")
    }
}

#[track_caller]
pub(super) fn user_id(user: &str) -> UserId {
    UserId::try_from(user).expect("a user id of the suite")
}
