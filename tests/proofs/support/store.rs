//! The in-memory store behind switches: an operation can fail, wait, or be shown something else; calls are counted.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

use session_policy::store::{
    Commit, Committed, Create, Created, End, Ended, Loaded, MemoryStore, Rotate, Rotated, Snapshot, Store, StoreError,
};
use session_policy::token::TokenId;
use tokio::sync::{Semaphore, watch};

/// An operation of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Create,
    Load,
    Commit,
    Rotate,
    End,
}

type Tamper = Box<dyn Fn(&mut Snapshot) + Send>;

struct Knobs {
    inner: MemoryStore,
    coalesces: bool,
    broken: [AtomicBool; 5],
    calls: [AtomicUsize; 5],
    tamper: Mutex<Option<Tamper>>,
    /// An `end` waits until this is true, and says so.
    open: watch::Sender<bool>,
    waiting: Semaphore,
}

/// Clones share everything: one goes to the builder, the test keeps the other.
#[derive(Clone)]
pub(crate) struct Faulty(Arc<Knobs>);

impl Faulty {
    /// Exact stamps, room for plenty.
    pub(crate) fn new() -> Self {
        Self::of(MemoryStore::new(), false)
    }

    /// A store that wants its stamps coalesced by `touch`, as a remote one would.
    pub(crate) fn coalescing() -> Self {
        Self::of(MemoryStore::new(), true)
    }

    /// Room for so many sessions.
    pub(crate) fn with_capacity(most: usize) -> Self {
        Self::of(MemoryStore::with_capacity(most), false)
    }

    fn of(inner: MemoryStore, coalesces: bool) -> Self {
        Self(Arc::new(Knobs {
            inner,
            coalesces,
            broken: Default::default(),
            calls: Default::default(),
            tamper: Mutex::new(None),
            open: watch::Sender::new(true),
            waiting: Semaphore::new(0),
        }))
    }

    /// From now on these operations fail, all others work.
    pub(crate) fn fail(&self, ops: &[Op]) {
        for op in [Op::Create, Op::Load, Op::Commit, Op::Rotate, Op::End] {
            self.0.broken[op as usize].store(ops.contains(&op), SeqCst);
        }
    }

    /// Every operation fails.
    pub(crate) fn fail_all(&self) {
        self.fail(&[Op::Create, Op::Load, Op::Commit, Op::Rotate, Op::End]);
    }

    /// Every operation works again.
    pub(crate) fn heal(&self) {
        self.fail(&[]);
    }

    /// How often the operation was called, failures included.
    pub(crate) fn calls(&self, op: Op) -> usize {
        self.0.calls[op as usize].load(SeqCst)
    }

    /// What `load` shows of a live session is changed first; the store itself keeps what it has.
    pub(crate) fn show(&self, tamper: impl Fn(&mut Snapshot) + Send + 'static) {
        *self.0.tamper.lock().unwrap() = Some(Box::new(tamper));
    }

    /// `load` shows what is there.
    pub(crate) fn show_all(&self) {
        *self.0.tamper.lock().unwrap() = None;
    }

    /// Every `end` waits from now on.
    pub(crate) fn close_gate(&self) {
        self.0.open.send_replace(false);
    }

    /// Resolves as soon as an `end` waits at the closed gate.
    pub(crate) async fn until_end_waits(&self) {
        self.0.waiting.acquire().await.unwrap().forget();
    }

    /// Lets every `end` go on.
    pub(crate) fn open_gate(&self) {
        self.0.open.send_replace(true);
    }

    /// What the store really knows.
    pub(crate) fn inner(&self) -> &MemoryStore {
        &self.0.inner
    }

    /// How many hold this store, this one included.
    pub(crate) fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    fn enter(&self, op: Op) -> Result<(), StoreError> {
        self.0.calls[op as usize].fetch_add(1, SeqCst);
        if self.0.broken[op as usize].load(SeqCst) {
            return Err(StoreError::new(format!("{op:?} was told to fail")));
        }
        Ok(())
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").finish_non_exhaustive()
    }
}

impl Store for Faulty {
    async fn create(&self, create: Create) -> Result<Created, StoreError> {
        self.enter(Op::Create)?;
        Store::create(&self.0.inner, create).await
    }

    async fn load(&self, token: TokenId) -> Result<Loaded, StoreError> {
        self.enter(Op::Load)?;
        let mut loaded = Store::load(&self.0.inner, token).await?;
        if let Loaded::Live(snapshot) = &mut loaded
            && let Some(tamper) = &*self.0.tamper.lock().unwrap()
        {
            tamper(snapshot);
        }
        Ok(loaded)
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.enter(Op::Commit)?;
        Store::commit(&self.0.inner, commit).await
    }

    async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        self.enter(Op::Rotate)?;
        Store::rotate(&self.0.inner, rotate).await
    }

    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        self.enter(Op::End)?;
        let mut open = self.0.open.subscribe();
        if !*open.borrow() {
            self.0.waiting.add_permits(1);
        }
        open.wait_for(|open| *open).await.map_err(StoreError::new)?;
        Store::end(&self.0.inner, end).await
    }

    fn exact_stamps(&self) -> bool {
        !self.0.coalesces
    }
}
