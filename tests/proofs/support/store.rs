//! The in-memory store behind switches: an operation can fail, wait, or be shown something else; calls are counted.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

use session_policy::store::{
    Admit, ByUser, Capabilities, Claim, ClockReport, Clocks, Commit, Committed, Create, Created, End, Ended,
    Generation, Load, Loaded, MemoryStore, Reclaim, Reset, ResetEveryone, Rotate, Rotated, SessionLimit, SetRole,
    Snapshot, Store, StoreError, Sweep, Swept, UserId,
};
use session_policy::token::{RecordId, TokenId};
use tokio::sync::{Semaphore, watch};

/// An operation of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Create,
    Load,
    Commit,
    Rotate,
    End,
    Sweep,
    Reclaim,
    Settle,
    Clock,
    ByUser,
}

const OPS: [Op; 10] =
    [Op::Create, Op::Load, Op::Commit, Op::Rotate, Op::End, Op::Sweep, Op::Reclaim, Op::Settle, Op::Clock, Op::ByUser];

type Tamper = Box<dyn Fn(&mut Snapshot) + Send>;

struct Knobs {
    inner: MemoryStore,
    coalesces: bool,
    /// Lets everybody else in between, as a network would.
    yields: bool,
    /// Says that other machines use it, too.
    shared: bool,
    /// Finds no sessions by user, and admits nobody under a limit.
    plain: bool,
    broken: [AtomicBool; OPS.len()],
    calls: [AtomicUsize; OPS.len()],
    tamper: Mutex<Option<Tamper>>,
    /// An `end` or a reset waits until this is true, and says so.
    open: watch::Sender<bool>,
    /// It waits behind the operation, not before it.
    answers_late: AtomicBool,
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
        Self(Arc::new(Self::knobs(inner, coalesces)))
    }

    /// A store behind a network, as it were: every operation lets everybody else in between.
    pub(crate) fn polite() -> Self {
        Self(Arc::new(Knobs { yields: true, ..Self::knobs(MemoryStore::new(), false) }))
    }

    /// A store that other machines use, too.
    pub(crate) fn shared() -> Self {
        Self(Arc::new(Knobs { shared: true, ..Self::knobs(MemoryStore::new(), false) }))
    }

    /// A store that can do no more than the contract asks of every store.
    pub(crate) fn plain() -> Self {
        Self(Arc::new(Knobs { plain: true, ..Self::knobs(MemoryStore::new(), false) }))
    }

    fn knobs(inner: MemoryStore, coalesces: bool) -> Knobs {
        Knobs {
            inner,
            coalesces,
            yields: false,
            shared: false,
            plain: false,
            broken: Default::default(),
            calls: Default::default(),
            tamper: Mutex::new(None),
            open: watch::Sender::new(true),
            answers_late: AtomicBool::new(false),
            waiting: Semaphore::new(0),
        }
    }

    /// From now on these operations fail, all others work.
    pub(crate) fn fail(&self, ops: &[Op]) {
        for op in OPS {
            self.0.broken[op as usize].store(ops.contains(&op), SeqCst);
        }
    }

    /// Every operation fails.
    pub(crate) fn fail_all(&self) {
        self.fail(&OPS);
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

    /// Every `end` and every reset of a user waits from now on.
    pub(crate) fn close_gate(&self) {
        self.0.open.send_replace(false);
    }

    /// Every `end` happens, and its answer waits from now on.
    pub(crate) fn close_gate_behind(&self) {
        self.0.answers_late.store(true, SeqCst);
        self.close_gate();
    }

    /// Resolves as soon as one waits at the closed gate.
    pub(crate) async fn until_end_waits(&self) {
        self.0.waiting.acquire().await.unwrap().forget();
    }

    /// Lets all of them go on.
    pub(crate) fn open_gate(&self) {
        self.0.open.send_replace(true);
    }

    /// What the store really knows.
    pub(crate) fn inner(&self) -> &MemoryStore {
        &self.0.inner
    }

    /// What the store really knows of a token. A successor is confirmed by it; for everything else it is a look only.
    pub(crate) async fn known(&self, token: TokenId) -> Loaded {
        Store::load(&self.0.inner, Load { token, now: 0 }).await.unwrap()
    }

    /// How many hold this store, this one included.
    pub(crate) fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    async fn pass_the_gate(&self) -> Result<(), StoreError> {
        let mut open = self.0.open.subscribe();
        if !*open.borrow() {
            self.0.waiting.add_permits(1);
        }
        open.wait_for(|open| *open).await.map(drop).map_err(StoreError::new)
    }

    async fn enter(&self, op: Op) -> Result<(), StoreError> {
        if self.0.yields {
            tokio::task::yield_now().await;
        }
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
        self.enter(Op::Create).await?;
        Store::create(&self.0.inner, create).await
    }

    async fn load(&self, load: Load) -> Result<Loaded, StoreError> {
        self.enter(Op::Load).await?;
        let mut loaded = Store::load(&self.0.inner, load).await?;
        if let Loaded::Live(snapshot) = &mut loaded
            && let Some(tamper) = &*self.0.tamper.lock().unwrap()
        {
            tamper(snapshot);
        }
        Ok(loaded)
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.enter(Op::Commit).await?;
        Store::commit(&self.0.inner, commit).await
    }

    async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        self.enter(Op::Rotate).await?;
        Store::rotate(&self.0.inner, rotate).await
    }

    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        self.enter(Op::End).await?;
        if self.0.answers_late.load(SeqCst) {
            let ended = Store::end(&self.0.inner, end).await;
            self.pass_the_gate().await?;
            return ended;
        }
        self.pass_the_gate().await?;
        Store::end(&self.0.inner, end).await
    }

    async fn sweep(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        self.enter(Op::Sweep).await?;
        Store::sweep(&self.0.inner, sweep).await
    }

    async fn reclaim(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        self.enter(Op::Reclaim).await?;
        Store::reclaim(&self.0.inner, reclaim).await
    }

    async fn settle(&self, ends: Vec<RecordId>) -> Result<(), StoreError> {
        self.enter(Op::Settle).await?;
        Store::settle(&self.0.inner, ends).await
    }

    async fn report_clock(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        self.enter(Op::Clock).await?;
        Store::report_clock(&self.0.inner, report).await
    }

    fn clocks(&self) -> Option<&Clocks> {
        if self.0.shared { None } else { Store::clocks(&self.0.inner) }
    }

    fn capabilities(&self) -> Capabilities<'_> {
        if self.0.plain { Capabilities::none() } else { Capabilities::none().by_user(self).admit(self) }
    }

    fn exact_stamps(&self) -> bool {
        !self.0.coalesces
    }

    fn is_shared(&self) -> bool {
        self.0.shared
    }
}

impl ByUser for Faulty {
    async fn generation(&self, user: &UserId) -> Result<Generation, StoreError> {
        self.enter(Op::ByUser).await?;
        self.0.inner.generation(user).await
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        self.enter(Op::ByUser).await?;
        self.0.inner.of_user(user).await
    }

    async fn reset_user(&self, reset: Reset) -> Result<Swept, StoreError> {
        self.enter(Op::ByUser).await?;
        self.pass_the_gate().await?;
        self.0.inner.reset_user(reset).await
    }

    async fn reset_everyone(&self, reset: ResetEveryone) -> Result<Swept, StoreError> {
        self.enter(Op::ByUser).await?;
        self.0.inner.reset_everyone(reset).await
    }

    async fn set_role(&self, set: SetRole) -> Result<usize, StoreError> {
        self.enter(Op::ByUser).await?;
        self.0.inner.set_role(set).await
    }
}

impl Admit for Faulty {
    async fn admit(&self, create: Create, limit: SessionLimit) -> Result<Created, StoreError> {
        self.enter(Op::Create).await?;
        self.0.inner.admit(create, limit).await
    }
}
