//! Sessions in one file: they survive a restart and a crash. For programs that run as one process.

mod forget;
mod open;
mod operations;
mod pending;
mod read;
mod state;
mod tables;
#[cfg(test)]
mod tests;
mod writer;

use std::{fmt, path::Path, sync::Arc};

use ::redb::ReadableDatabase;
use tokio::runtime::Handle;

pub use self::open::OpenError;
use self::{
    pending::Pending,
    read::{Found, known},
    tables::{GENERATION_KEY, GENERATIONS, GONE, META, RECORDS, TOKENS},
    writer::{Shared, Writer},
};
use super::{
    Admit, ByUser, Capabilities, Claim, ClockReport, Clocks, Commit, Committed, Create, Created, End, Ended,
    Generation, Load, Loaded, Merged, Presented, Reclaim, Reset, ResetEveryone, Rotate, Rotated, SessionLimit, SetRole,
    Snapshot, Store, StoreError, Sweep, Swept, UserId,
};
use crate::token::RecordId;

/// Keeps sessions in one file, by the embedded database `redb`. For programs that run as one process.
///
/// - **Durable**: an operation that was answered is on the disk (`fsync`), and an operation is on it as a whole or not at all,
///   also if the process is killed or the power fails in the middle. Operations that come in at the same time share a
///   transaction and its `fsync`.
/// - **Activity** is the exception, because it comes with every request: a commit with nothing but a [`Stamp`](super::Stamp)
///   is answered at once, is seen by everybody at once, and is written with the session's next change, or 5 seconds later, or
///   when the store is dropped or [flushed](Self::flush). A crash in between takes it away, so a session may end by so many
///   seconds earlier; it never lives longer.
/// - **One process per file**: a second one is refused with [`OpenError`] ([`is_in_use`](OpenError::is_in_use)). A new file
///   can be read by its owner only (Unix); it holds what the sessions hold, in clear: for a file that others may get hold of,
///   see `Sealed` (feature `sealed`).
/// - **Size**: as many sessions as the disk has room for; [`Created::Full`] never comes. What was ended and forgotten leaves
///   room in the file, which is used again; the file does not shrink. At most 64 MiB of it are kept in memory.
/// - **A full or failing disk** is a [`StoreError`]: nothing that was acknowledged is lost, and nothing is acknowledged that
///   is not on the disk. After a failed write, the file is not written again until it is opened anew: once there is room,
///   start the program again.
///
/// Inside a tokio runtime, reading is done on its threads for blocking work. Dropping the store blocks until what waits is
/// written.
///
/// ```
/// use session_policy::store::{Load, Loaded, RedbStore, Store};
/// use session_policy::token::TokenId;
///
/// # let folder = std::env::temp_dir().join(format!("session-policy-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let store = RedbStore::open(folder.join("sessions.redb"))?;
/// let nobody = store.load(Load { token: TokenId([0; 32]), now: 0 }).await?;
/// assert!(matches!(nobody, Loaded::Unknown));
/// // There is one store per file.
/// let second = RedbStore::open(folder.join("sessions.redb"));
/// assert!(second.is_err_and(|error| error.is_in_use()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RedbStore {
    // Before the rest: dropping it writes what waits.
    writer: Writer,
    shared: Arc<Shared>,
    clocks: Clocks,
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore").finish_non_exhaustive()
    }
}

impl RedbStore {
    /// Opens the file, or creates it. Blocks: after a crash, a file of a gigabyte takes some seconds to check.
    ///
    /// # Errors
    /// [`OpenError`]: in use, a directory, not writable, not a session file, or written by a newer version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        Self::with(open::open(path)?).map_err(|error| OpenError::other(path, &error))
    }

    fn with(database: ::redb::Database) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { database, pending: Pending::default(), broken: false.into() });
        Ok(Self { writer: Writer::start(Arc::clone(&shared))?, shared, clocks: Clocks::default() })
    }

    /// Writes the activity that waits: for a program that ends without dropping the store.
    ///
    /// # Errors
    /// If it cannot be written; it still waits then.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.writer.carry_out(|state| state.flush().map(drop)).await
    }

    /// Reads without waiting for whoever writes.
    async fn read<R: Send + 'static>(
        &self,
        look: impl FnOnce(&Shared) -> Result<R, Fault> + Send + 'static,
    ) -> Result<R, StoreError> {
        let shared = Arc::clone(&self.shared);
        let looked = match Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(move || look(&shared)).await.map_err(StoreError::new)?,
            Err(_) => look(&shared),
        };
        looked.map_err(StoreError::from)
    }
}

impl Shared {
    /// What a token leads to; `None` if somebody must write to say so.
    fn load(&self, load: &Load) -> Result<Option<Loaded>, Fault> {
        // Activity first, the record afterwards: see `Pending`.
        let waiting = match self.find(load)? {
            Found::Live(session) => self.pending.get(&session.id).map(|waiting| (session.id, waiting)),
            Found::Unknown => return Ok(Some(Loaded::Unknown)),
            Found::Superseded(what) => return Ok(Some(Loaded::Superseded(what))),
            Found::Ended(reason) => return Ok(Some(Loaded::Ended(reason))),
        };
        Ok(Some(match self.find(load)? {
            Found::Unknown => Loaded::Unknown,
            Found::Superseded(what) => Loaded::Superseded(what),
            Found::Ended(reason) => Loaded::Ended(reason),
            Found::Live(mut session) => {
                if let Some((_, waiting)) = waiting.filter(|(id, _)| *id == session.id) {
                    waiting.merge_into(&mut session);
                }
                match session.present(&load.token, load.now) {
                    Presented::Open => Loaded::Live(session),
                    Presented::Confirmed(_) => return Ok(None),
                    Presented::Superseded(what) => Loaded::Superseded(what),
                    Presented::Unknown => Loaded::Unknown,
                }
            }
        }))
    }

    fn find(&self, load: &Load) -> Result<Found, Fault> {
        let read = self.database.begin_read()?;
        read::find(&read.open_table(TOKENS)?, &read.open_table(RECORDS)?, &read.open_table(GONE)?, &load.token)
    }

    /// A commit that brings activity and nothing else; `None` if there is more to it.
    fn stamp(&self, commit: &Commit) -> Result<Option<(Committed, bool)>, Fault> {
        let waiting = self.pending.get(&commit.record);
        let session = read::record(&self.database.begin_read()?.open_table(RECORDS)?, &commit.record)?;
        let Some(mut session) = session else { return Ok(Some((Committed::Gone, false))) };
        known(&session)?;
        if let Some(waiting) = waiting {
            waiting.merge_into(&mut session);
        }
        let before = (session.header, session.expiry);
        if session.merge(commit) == Merged::Conflict {
            return Ok(Some((Committed::Conflict, false)));
        }
        if session.expiry != before.1 {
            return Ok(None);
        }
        let is_first = match commit.stamp {
            Some(stamp) if session.header != before.0 => self.pending.add(session.id, stamp),
            _ => false,
        };
        Ok(Some((Committed::Done { failed: session.header.failed, rotated: false }, is_first)))
    }
}

/// Whether a commit brings at most activity.
fn is_light(commit: &Commit) -> bool {
    commit.data.is_empty()
        && !commit.mark_step_up
        && !commit.count_failure
        && commit.challenge.is_none()
        && commit.successor.is_none()
}

impl Store for RedbStore {
    async fn create(&self, create: Create) -> Result<Created, StoreError> {
        self.writer.carry_out(move |state| state.create(&create, None)).await
    }

    async fn load(&self, load: Load) -> Result<Loaded, StoreError> {
        match self.read(move |shared| shared.load(&load)).await? {
            Some(loaded) => Ok(loaded),
            None => self.writer.carry_out(move |state| state.load(&load)).await,
        }
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        if is_light(&commit) && !self.shared.is_broken() {
            let copy = commit.clone();
            if let Some((committed, is_first)) = self.read(move |shared| shared.stamp(&copy)).await? {
                if is_first {
                    self.writer.wake();
                }
                return Ok(committed);
            }
        }
        self.writer.carry_out(move |state| state.commit(&commit)).await
    }

    async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        self.writer.carry_out(move |state| state.rotate(&rotate)).await
    }

    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        self.writer.carry_out(move |state| state.end(&end)).await
    }

    async fn sweep(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        self.writer.carry_out(move |state| state.sweep(&sweep)).await
    }

    async fn reclaim(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        self.writer.carry_out(move |state| state.reclaim(&reclaim)).await
    }

    async fn settle(&self, ends: Vec<RecordId>) -> Result<(), StoreError> {
        self.writer.carry_out(move |state| ends.iter().try_for_each(|id| state.settle(id))).await
    }

    async fn report_clock(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        Ok(self.clocks.report(report))
    }

    fn clocks(&self) -> Option<&Clocks> {
        Some(&self.clocks)
    }

    fn capabilities(&self) -> Capabilities<'_> {
        Capabilities::none().by_user(self).admit(self)
    }

    /// Every stamp is taken; the store itself writes several at once.
    fn exact_stamps(&self) -> bool {
        true
    }

    fn is_shared(&self) -> bool {
        false
    }
}

impl ByUser for RedbStore {
    async fn generation(&self, user: &UserId) -> Result<Generation, StoreError> {
        let user = user.clone();
        self.read(move |shared| {
            let read = shared.database.begin_read()?;
            let own = read.open_table(GENERATIONS)?.get(user.as_str())?.map_or(0, |entry| entry.value().0);
            let everybodys = read.open_table(META)?.get(GENERATION_KEY)?.map_or(0, |entry| entry.value());
            Ok(Generation(own.max(everybodys)))
        })
        .await
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        let user = user.clone();
        // Where nothing is removed from what waits meanwhile: nobody's activity is missed.
        self.writer.carry_out(move |state| state.sessions_of(&user)).await
    }

    async fn reset_user(&self, reset: Reset) -> Result<Swept, StoreError> {
        self.writer.carry_out(move |state| state.reset_user(&reset)).await
    }

    async fn reset_everyone(&self, reset: ResetEveryone) -> Result<Swept, StoreError> {
        self.writer.carry_out(move |state| state.reset_everyone(&reset)).await
    }

    async fn set_role(&self, set: SetRole) -> Result<usize, StoreError> {
        self.writer.carry_out(move |state| state.set_role(&set)).await
    }
}

impl Admit for RedbStore {
    async fn admit(&self, create: Create, limit: SessionLimit) -> Result<Created, StoreError> {
        self.writer.carry_out(move |state| state.create(&create, Some(limit))).await
    }
}

/// Why something could not be done, in words for the operator.
#[derive(Clone, Debug)]
struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::new(fault.0)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self(std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string))
    }
}

impl From<::redb::StorageError> for Fault {
    fn from(error: ::redb::StorageError) -> Self {
        Self(match error {
            ::redb::StorageError::PreviousIo => {
                "an earlier read or write of the session file failed; it is not used again until the program is restarted"
                    .to_owned()
            }
            error => format!("the session file failed: {error}"),
        })
    }
}

macro_rules! from_redb {
    ($($error:ident),*) => { $(
        impl From<::redb::$error> for Fault {
            fn from(error: ::redb::$error) -> Self {
                match error {
                    ::redb::$error::Storage(error) => error.into(),
                    error => Self(format!("the session file failed: {error}")),
                }
            }
        }
    )* };
}
from_redb!(TableError, TransactionError, CommitError);
