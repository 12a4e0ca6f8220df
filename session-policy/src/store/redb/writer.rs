//! One thread writes. Whatever came in while it was busy goes into one transaction and costs one `fsync`; nobody hears of an
//! operation before it is durable.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

use ::redb::Database;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    Fault,
    pending::Pending,
    state::{Outcome, State},
};
use crate::store::StoreError;

/// How long activity waits at most before it is written.
const FLUSH_AFTER: Duration = Duration::from_secs(5);
/// How many operations share a transaction at most.
const MOST_IN_ONE: usize = 256;
/// How many operations wait at most; further callers wait outside, and can still change their mind.
const MOST_WAITING: usize = 1024;

/// What readers and the writer share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) database: Database,
    pub(super) pending: Pending,
    /// The last write failed, or nobody writes any more.
    pub(super) broken: AtomicBool,
}

impl Shared {
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }
}

/// The way to the writing thread. Dropping it writes what waits, and closes the file.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<Sender<Message>>,
    thread: Option<JoinHandle<()>>,
    places: Arc<Semaphore>,
}

enum Message {
    Do(Box<dyn Job>),
    /// Activity waits that did not before.
    Wake,
}

/// An operation that can be tried again.
trait Job: Send {
    fn run(&mut self, state: &mut State<'_>) -> Result<(), Fault>;
    fn tell(self: Box<Self>, done: Result<(), StoreError>);
}

struct Task<W, R> {
    work: W,
    result: Option<R>,
    caller: oneshot::Sender<Result<R, StoreError>>,
    _place: OwnedSemaphorePermit,
}

impl<W, R> Job for Task<W, R>
where
    W: FnMut(&mut State<'_>) -> Result<R, Fault> + Send,
    R: Send,
{
    fn run(&mut self, state: &mut State<'_>) -> Result<(), Fault> {
        self.result = Some((self.work)(state)?);
        Ok(())
    }

    fn tell(self: Box<Self>, done: Result<(), StoreError>) {
        let Self { result, caller, .. } = *self;
        let result = done.and_then(|()| result.ok_or_else(|| StoreError::new("the operation was not carried out")));
        // A caller who went away knows nothing of it; it happened as a whole.
        let _gone = caller.send(result);
    }
}

impl Writer {
    pub(super) fn start(shared: Arc<Shared>) -> std::io::Result<Self> {
        let (queue, messages) = channel();
        let thread = Builder::new().name("session-store".to_owned()).spawn(move || write(&shared, &messages))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), places: Arc::new(Semaphore::new(MOST_WAITING)) })
    }

    /// Carries out `work` in a transaction, alone or with others; resolves when it is durable.
    pub(super) async fn carry_out<R: Send + 'static>(
        &self,
        work: impl FnMut(&mut State<'_>) -> Result<R, Fault> + Send + 'static,
    ) -> Result<R, StoreError> {
        let ended = || StoreError::new("the thread that writes the file has ended");
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(StoreError::new)?;
        let (caller, answer) = oneshot::channel();
        let task = Task { work, result: None, caller, _place: place };
        self.queue.as_ref().and_then(|queue| queue.send(Message::Do(Box::new(task))).ok()).ok_or_else(ended)?;
        answer.await.map_err(|_| ended())?
    }

    /// Activity waits that did not before.
    pub(super) fn wake(&self) {
        if let Some(queue) = &self.queue {
            // Without the thread every operation fails; this is not one.
            let _ended = queue.send(Message::Wake);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// However the writing ends, by a panic of the database's, say: from then on nothing is taken for written.
struct Ended<'s>(&'s Shared);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.broken.store(true, Ordering::Relaxed);
    }
}

fn write(shared: &Shared, messages: &Receiver<Message>) {
    let _ended = Ended(shared);
    let mut flush_at: Option<Instant> = None;
    loop {
        let message = match flush_at {
            None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(at) => messages.recv_timeout(at.saturating_duration_since(Instant::now())),
        };
        let mut jobs = Vec::new();
        let mut is_over = false;
        match message {
            Ok(Message::Do(job)) => jobs.push(job),
            Ok(Message::Wake) => {
                flush_at.get_or_insert_with(|| Instant::now() + FLUSH_AFTER);
                continue;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => is_over = true,
        }
        while jobs.len() < MOST_IN_ONE
            && let Ok(message) = messages.try_recv()
        {
            match message {
                Message::Do(job) => jobs.push(job),
                Message::Wake => flush_at = flush_at.or_else(|| Some(Instant::now() + FLUSH_AFTER)),
            }
        }
        let is_due = is_over || flush_at.is_some_and(|at| at <= Instant::now());
        if is_due {
            // What cannot be written now is tried again.
            let _unwritten = attempt(shared, &mut [], true);
            flush_at = (!shared.pending.is_empty()).then(|| Instant::now() + FLUSH_AFTER);
        }
        carry_out(shared, jobs);
        if is_over {
            return;
        }
    }
}

/// Why a transaction came to nothing.
enum Failed {
    /// One of the operations could not be carried out.
    Operation(Fault),
    /// The transaction could not be written.
    Write(Fault),
}

fn carry_out(shared: &Shared, mut jobs: Vec<Box<dyn Job>>) {
    if jobs.is_empty() {
        return;
    }
    match attempt(shared, &mut jobs, false) {
        Ok(()) => jobs.into_iter().for_each(|job| job.tell(Ok(()))),
        // One that cannot be carried out takes no other with it.
        Err(Failed::Operation(_)) if jobs.len() > 1 => {
            for job in jobs {
                carry_out(shared, vec![job]);
            }
        }
        Err(Failed::Operation(error) | Failed::Write(error)) => {
            for job in jobs {
                job.tell(Err(error.clone().into()));
            }
        }
    }
}

/// All of them in one transaction, or none.
fn attempt(shared: &Shared, jobs: &mut [Box<dyn Job>], flush: bool) -> Result<(), Failed> {
    let failed = Failed::Operation;
    let unwritten = |fault: Fault| {
        shared.broken.store(true, Ordering::Relaxed);
        Failed::Write(fault)
    };
    let write = shared.database.begin_write().map_err(|error| unwritten(error.into()))?;
    let Outcome { changed, written } = {
        let mut state = State::open(&write, &shared.pending).map_err(failed)?;
        if flush {
            let _sessions = state.flush().map_err(failed)?;
        }
        for job in jobs {
            job.run(&mut state).map_err(failed)?;
        }
        state.close()
    };
    if changed {
        write.commit().map_err(|error| unwritten(error.into()))?;
        shared.broken.store(false, Ordering::Relaxed);
    } else {
        write.abort().map_err(|error| unwritten(error.into()))?;
    }
    shared.pending.forget(&written);
    Ok(())
}
