//! Running the hook for ends: once for each, never in a request, never without bound.
//!
//! Whoever ends a session has the claim of its end until a lease runs out ([`LEASE`]). Here the claims wait, the hook runs, and
//! the store is told that it is done ([`Store::settle`](crate::store::Store::settle)). A claim whose lease runs out without that
//! is handed to another engine ([`Store::reclaim`](crate::store::Store::reclaim)): so the hook is called
//!
//! - exactly once, while no node dies inside it (and the store confirms before the lease runs out),
//! - else again, with the same end id.
//!
//! A hook runs for [`HOOK_MOST`] at most, and starts only if its lease outlives that; so no two run for one end at once.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    future::Future,
    panic::catch_unwind,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{Notify, mpsc},
    time::{sleep, timeout},
};

use super::{EndedSession, Event, HookFailure, Sessions, ends::end_id, engine::Engine};
use crate::{
    clock::MAX_SKEW_MS,
    store::{Claim, StoreError},
    token::RecordId,
};

/// How long a claim is whose it is: 60 seconds. If the engine dies inside the hook, another one calls it again after that.
pub const LEASE: Duration = Duration::from_secs(60);

/// How long a hook may run: 30 seconds, half the lease. Then it is dropped.
pub const HOOK_MOST: Duration = Duration::from_secs(30);

/// [`LEASE`] in milliseconds.
pub(super) const LEASE_MS: u64 = LEASE.as_secs() * 1000;
/// A hook starts only if its lease outlives it, also by the clock of a machine that is ahead.
const STARTS_WITH_MS: u64 = HOOK_MOST.as_secs() * 1000 + MAX_SKEW_MS;
/// How many hooks run at once.
const AT_ONCE: usize = 64;
/// How many claims are taken at a time: with so many hooks at once they are worked off before their leases run out, if a hook
/// takes 5 seconds or less.
pub(super) const BATCH: usize = 4 * AT_ONCE;
/// How many claims wait in this process; beyond that they wait in the store, until their leases run out.
const WAITING_MOST: usize = 4_096;
/// Beyond so many ends that the store has not confirmed, no further hook runs.
const UNSETTLED_MOST: usize = 10_000;
/// How many ends are settled in one call.
const SETTLED_AT_ONCE: usize = 1_000;
/// After so long the store is asked again to confirm.
const SETTLE_AGAIN: Duration = Duration::from_secs(1);

/// What [`Builder::on_end`](super::Builder::on_end) was given.
pub(super) type OnEnd = Box<dyn Fn(EndedSession) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Held by every claim of a round, until its hook is over.
pub(super) type Round = mpsc::Sender<()>;

/// The hook, and the claims that are in this engine's hands.
#[derive(Default)]
pub(super) struct Hooks {
    on_end: Option<OnEnd>,
    has_timer: OnceLock<bool>,
    state: Mutex<State>,
    /// A claim left the queue.
    room: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Claim, Option<Round>)>,
    /// Claims that wait or whose hook runs, and until when they are this engine's.
    held: HashMap<RecordId, u64>,
    workers: usize,
    /// The hook is over, and the store has not confirmed that it knows.
    unsettled: HashSet<RecordId>,
    settling: bool,
}

impl Hooks {
    pub(super) fn new(on_end: Option<OnEnd>) -> Self {
        Self { on_end, ..Self::default() }
    }

    /// Whether somebody listens for ends.
    pub(super) fn is_set(&self) -> bool {
        self.on_end.is_some()
    }

    /// Plain data, whole also after a panic.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the runtime of this task has a timer. Asking one that has none panics inside, once: there is no other way.
    pub(super) fn has_timer(&self) -> bool {
        *self.has_timer.get_or_init(|| catch_unwind(|| drop(sleep(Duration::ZERO))).is_ok())
    }
}

impl Sessions {
    /// Where hooks run: a runtime with a timer, or a hook that hangs could not be stopped. Without one none is called, and the
    /// claims wait in the store for an engine that has one.
    pub(super) fn hook_runtime(&self) -> Option<Handle> {
        Handle::try_current().ok().filter(|_| self.0.hooks.has_timer())
    }

    /// The claim is this engine's until `until`: its hook runs when it is its turn.
    pub(super) fn hand_over(&self, claim: &Claim, until: u64, round: Option<&Round>) {
        if !self.0.hooks.is_set() {
            return;
        }
        let Some(runtime) = self.hook_runtime() else { return };
        let id = claim.session.id;
        {
            let mut state = self.0.hooks.state();
            if state.unsettled.contains(&id) {
                // Its hook is over; only the store does not know.
                drop(state);
                self.settle_soon();
                return;
            }
            if let Some(lease) = state.held.get_mut(&id) {
                *lease = until;
                return;
            }
            if state.waiting.len() >= WAITING_MOST || state.unsettled.len() >= UNSETTLED_MOST {
                return;
            }
            state.held.insert(id, until);
            state.waiting.push_back((claim.clone(), round.cloned()));
        }
        self.work_off(&runtime);
    }

    /// Sees to it that somebody works off what waits.
    fn work_off(&self, runtime: &Handle) {
        loop {
            {
                let mut state = self.0.hooks.state();
                if state.workers >= AT_ONCE.min(state.waiting.len()) {
                    return;
                }
                state.workers += 1;
            }
            let worker = Worker { sessions: self.clone(), left: false };
            drop(runtime.spawn(worker.work()));
        }
    }

    /// Resolves as soon as there is room for a batch of claims.
    pub(super) async fn room_for_claims(&self) {
        // A runtime that shut down may have taken its workers along, and left what waited.
        let Some(runtime) = self.hook_runtime() else { return };
        self.work_off(&runtime);
        loop {
            let left = self.0.hooks.room.notified();
            if self.0.hooks.state().waiting.len() <= AT_ONCE {
                return;
            }
            left.await;
        }
    }

    /// Calls the hook; `None` if the runtime shut down meanwhile.
    async fn call(&self, claim: Claim) -> Option<Result<(), HookFailure>> {
        let sessions = self.clone();
        let mut hook = tokio::spawn(async move {
            if let Some(on_end) = &sessions.0.hooks.on_end {
                on_end(EndedSession::new(claim, sessions.0.roles)).await;
            }
        });
        match timeout(HOOK_MOST, &mut hook).await {
            Ok(Ok(())) => Some(Ok(())),
            Ok(Err(error)) if error.is_panic() => Some(Err(HookFailure::Panicked)),
            Ok(Err(_)) => None,
            Err(_) => {
                hook.abort();
                Some(Err(HookFailure::TimedOut))
            }
        }
    }

    /// Tells the store which hooks are over, without anybody waiting for it, until it confirms.
    pub(super) fn settle_soon(&self) {
        let Some(runtime) = self.hook_runtime() else { return };
        {
            let mut state = self.0.hooks.state();
            if state.settling || state.unsettled.is_empty() {
                return;
            }
            state.settling = true;
        }
        let turn = Settling(Arc::downgrade(&self.0));
        drop(runtime.spawn(turn.settle()));
    }

    /// Tells the store which hooks are over.
    pub(super) async fn settle_now(&self) -> Result<(), StoreError> {
        while self.settle_some().await? {}
        Ok(())
    }

    /// Whether there was something to settle.
    async fn settle_some(&self) -> Result<bool, StoreError> {
        let ends: Vec<_> = self.0.hooks.state().unsettled.iter().take(SETTLED_AT_ONCE).copied().collect();
        if ends.is_empty() {
            return Ok(false);
        }
        self.0.store.settle(ends.clone()).await?;
        let mut state = self.0.hooks.state();
        for end in ends {
            state.unsettled.remove(&end);
        }
        Ok(true)
    }
}

/// A task that works off what waits, one after the other.
struct Worker {
    sessions: Sessions,
    /// It has left the count.
    left: bool,
}

impl Worker {
    async fn work(mut self) {
        while let Some((held, claim, round)) = self.next() {
            let (id, reason) = (claim.session.id, claim.reason);
            let Some(outcome) = self.sessions.call(claim).await else { return };
            held.over();
            self.sessions.settle_soon();
            drop(round);
            if let Err(cause) = outcome {
                self.sessions.tell(Event::HookFailed { end: end_id(id), reason, cause });
            }
        }
    }

    /// The next claim that is still this engine's; `None` if nothing waits, and the worker is gone.
    fn next(&mut self) -> Option<(Held, Claim, Option<Round>)> {
        let must_outlive = self.sessions.now_ms().saturating_add(STARTS_WITH_MS);
        let hooks = &self.sessions.0.hooks;
        let mut state = hooks.state();
        loop {
            let Some((claim, round)) = state.waiting.pop_front() else {
                state.workers = state.workers.saturating_sub(1);
                self.left = true;
                return None;
            };
            hooks.room.notify_waiters();
            let id = claim.session.id;
            if state.held.get(&id).is_some_and(|until| *until >= must_outlive) {
                return Some((Held { sessions: self.sessions.clone(), id }, claim, round));
            }
            // It waited too long: whoever reclaims it has a new lease.
            state.held.remove(&id);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.left {
            let mut state = self.sessions.0.hooks.state();
            state.workers = state.workers.saturating_sub(1);
        }
    }
}

/// A claim whose hook runs. Dropped before it is over, as a runtime does that shuts down, nothing is known of the hook: it is
/// called again when the lease has run out.
struct Held {
    sessions: Sessions,
    id: RecordId,
}

impl Held {
    /// The hook is over, one way or the other: it is not called again.
    fn over(self) {
        self.sessions.0.hooks.state().unsettled.insert(self.id);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.sessions.0.hooks.state().held.remove(&self.id);
    }
}

/// The one task that settles; given back also if the task is dropped.
struct Settling(Weak<Engine>);

impl Settling {
    async fn settle(self) {
        let mut failed = false;
        while let Some(engine) = self.0.upgrade() {
            let sessions = Sessions(engine);
            match sessions.settle_some().await {
                Ok(true) => failed = false,
                Ok(false) => {
                    let mut state = sessions.0.hooks.state();
                    if state.unsettled.is_empty() {
                        state.settling = false;
                        return;
                    }
                }
                Err(error) => {
                    // Said once, not every second.
                    if !std::mem::replace(&mut failed, true) {
                        sessions.tell(Event::StoreFailed { cause: error.to_string() });
                    }
                    drop(sessions);
                    sleep(SETTLE_AGAIN).await;
                }
            }
        }
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        if let Some(engine) = self.0.upgrade() {
            engine.hooks.state().settling = false;
        }
    }
}
