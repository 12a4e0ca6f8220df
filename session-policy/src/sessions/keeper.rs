//! What happens without requests: sessions that nobody comes back to end, hooks whose node died are called again, and the
//! engine says what time it has.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, sync::mpsc, task::JoinHandle, time::sleep};

use super::{
    Event, Sessions,
    clocks::{REPORT_EVERY, Trust},
    engine::Engine,
    hooks::{BATCH, LEASE_MS, Round},
    lower::shielded,
};
use crate::{
    clock::MAX_SKEW_MS,
    store::{Reclaim, StoreError, Sweep},
};

/// How often the engine sweeps, unless the builder says otherwise: every 30 seconds.
pub(super) const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// How many sessions are swept in one call, where no hook has to keep pace.
const SWEPT_AT_ONCE: usize = 1_000;

/// The engine's one background task.
pub(super) struct Keeper {
    every: Duration,
    runs: AtomicBool,
}

impl Keeper {
    pub(super) const fn new(every: Duration) -> Self {
        Self { every, runs: AtomicBool::new(false) }
    }
}

impl Sessions {
    /// Ends every session that died unattended, and calls the hook ([`Builder::on_end`](super::Builder::on_end)) for each, and
    /// again for those whose node died inside it. Resolves when all of that is done, with the number of sessions that this call
    /// ended.
    ///
    /// An engine in a tokio runtime does it by itself ([`Builder::sweep_every`](super::Builder::sweep_every)); call it in tests,
    /// or from a program that runs now and then. Any number of engines may sweep one store at once: each end is one engine's.
    /// Without a runtime that has a timer, sessions end all the same, but no hook runs here: their ends wait (up to
    /// [7 days](crate::store::CLAIM_KEPT_MS)) for an engine that can. Do not call it inside the hook, which it would wait for.
    ///
    /// A session ends here 10 seconds after its deadline, as far as clocks may differ; whoever presents its token is refused
    /// from the deadline on. An engine whose clock disagrees with the others' ends nothing
    /// ([`Event::ClockDisagrees`]).
    ///
    /// # Errors
    /// If the store does not answer. What was done until then is done; the next call goes on.
    ///
    /// ```
    /// # use session_policy::{SessionPolicy, Sessions, client::Transport, store::MemoryStore};
    /// # #[derive(SessionPolicy)]
    /// # #[session(idle = "30m", absolute = "8h")]
    /// # struct Site;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = Sessions::builder::<Site, ()>()
    ///     .on_end(|end| async move { println!("{} is over: {}", end.id(), end.reason().as_str()) })
    /// #   .store(MemoryStore::new()).transport(Transport::loopback())
    ///     .build()?;
    /// // A job that runs once a night: when this resolves, every hook has returned.
    /// let ended = sessions.sweep().await?;
    /// println!("{ended} sessions ended unattended");
    /// # assert_eq!(ended, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let (round, mut hooks) = mpsc::channel(1);
        let ended = self.round(Some(round)).await?;
        // Nobody sends anything: it closes when the last hook of this round is over.
        while hooks.recv().await.is_some() {}
        self.settle_now().await?;
        Ok(ended)
    }

    /// One round, in bounded batches; how many sessions it ended.
    async fn round(&self, round: Option<Round>) -> Result<usize, StoreError> {
        // What cannot be done of one must not keep the others waiting.
        let settled = self.settle_now().await;
        let reclaimed = self.reclaim_all(round.clone()).await;
        let ended = self.sweep_all(round).await?;
        settled.and(reclaimed).map(|()| ended)
    }

    async fn reclaim_all(&self, round: Option<Round>) -> Result<(), StoreError> {
        while self.reclaim_some(round.clone()).await? {}
        Ok(())
    }

    async fn sweep_all(&self, round: Option<Round>) -> Result<usize, StoreError> {
        let mut ended = 0;
        loop {
            let (some, more) = self.sweep_some(round.clone()).await?;
            ended += some;
            if !more {
                return Ok(ended);
            }
            // A store in memory answers at once: requests come in between.
            tokio::task::yield_now().await;
        }
    }

    /// Takes over claims whose holders died. Whether there may be more.
    async fn reclaim_some(&self, round: Option<Round>) -> Result<bool, StoreError> {
        if !self.0.hooks.is_set() || self.hook_runtime().is_none() {
            return Ok(false);
        }
        self.room_for_claims().await;
        let now = self.now_ms();
        if self.trust(now).await? != Trust::Good {
            return Ok(false);
        }
        let sessions = self.clone();
        shielded(async move {
            let lease = now.saturating_add(LEASE_MS);
            let claims = sessions.0.store.reclaim(Reclaim { at_most: BATCH, lease, now }).await?;
            for claim in &claims {
                sessions.hand_over(claim, lease, round.as_ref());
            }
            Ok(claims.len() >= BATCH)
        })
        .await
    }

    /// Ends some of the sessions that are dead by every clock; how many, and whether there may be more.
    async fn sweep_some(&self, round: Option<Round>) -> Result<(usize, bool), StoreError> {
        if self.0.hooks.is_set() {
            self.room_for_claims().await;
        }
        let now = self.now_ms();
        if self.trust(now).await? != Trust::Good {
            return Ok((0, false));
        }
        let sessions = self.clone();
        shielded(async move {
            let lease = sessions.lease(now);
            let at_most = if lease.is_some() { BATCH } else { SWEPT_AT_ONCE };
            let sweep = Sweep { due: now.saturating_sub(MAX_SKEW_MS), at_most, lease, now };
            let swept = sessions.0.store.sweep(sweep).await?;
            sessions.ended_in(&swept.claims, round.as_ref());
            Ok((swept.ended, swept.next.is_some()))
        })
        .await
    }

    /// Starts the background task, if there is a runtime and it does not run yet.
    pub(super) fn keep(&self) {
        let keeper = &self.0.keeper;
        if keeper.runs.load(Ordering::Relaxed) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        if keeper.runs.swap(true, Ordering::AcqRel) {
            return;
        }
        if !self.0.hooks.has_timer() {
            self.tell(Event::NoTimer);
            return;
        }
        let turn = Turn(Arc::downgrade(&self.0));
        drop(runtime.spawn(turn.keep(keeper.every, self.0.store.is_shared())));
    }

    pub(super) fn tell_failure(&self, outcome: Result<impl Sized, StoreError>) {
        if let Err(error) = outcome {
            self.tell(Event::StoreFailed { cause: error.to_string() });
        }
    }
}

/// The background task's turn. It does not keep the engine alive; if the runtime shuts down, another may take over.
struct Turn(Weak<Engine>);

impl Turn {
    async fn keep(self, every: Duration, is_shared: bool) {
        let tick = if is_shared { every.min(REPORT_EVERY) } else { every };
        let mut waited = Duration::ZERO;
        let mut round: Option<JoinHandle<()>> = None;
        loop {
            sleep(tick).await;
            let Some(engine) = self.0.upgrade() else { return };
            let sessions = Sessions(engine);
            let now = sessions.now_ms();
            let looked = sessions.clone();
            sessions.tell_failure(shielded(async move { looked.trust(now).await }).await);
            waited += tick;
            // A round waits for hooks; what time it is must be said all the same.
            if waited >= every && round.as_ref().is_none_or(JoinHandle::is_finished) {
                waited = Duration::ZERO;
                round = Some(tokio::spawn(async move { sessions.tell_failure(sessions.round(None).await) }));
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(engine) = self.0.upgrade() {
            engine.keeper.runs.store(false, Ordering::Release);
        }
    }
}
