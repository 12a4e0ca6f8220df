//! SQLite.

use std::{sync::Arc, time::Duration};

use sqlx::{
    AssertSqlSafe, Row as _, Sqlite, SqlitePool, Transaction, TypeInfo, ValueRef, query::Query, sqlite::SqliteRow,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{
    dialect::{Argument, Cell, Dialect, Fault, Kind, Row},
    engine::Engine,
    migrate::check_name,
    statements::{Names, Syntax},
    stores::store,
};
use crate::store::StoreError;

/// Sessions in SQLite, for the processes of one machine. See the [module](super).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use session_policy::store::sql::SqliteStore;
/// use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
///
/// # let folder = std::env::temp_dir().join(format!("session-policy-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let file = SqliteConnectOptions::new()
///     .filename(folder.join("sessions.db"))
///     .create_if_missing(true)
///     .journal_mode(SqliteJournalMode::Wal);
/// let pool = SqlitePoolOptions::new().max_connections(4).connect_with(file).await?;
/// let store = SqliteStore::new(pool.clone());
/// store.migrate().await?;
/// # pool.close().await;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SqliteStore(Engine<File>);

impl SqliteStore {
    /// On this pool, with tables whose names begin with `session_policy_`. Nothing is asked of the file yet.
    ///
    /// A pool of `:memory:` needs `max_connections(1)`: each connection is a database of its own.
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self(Engine::new(File { pool, turn: Arc::default() }))
    }

    /// What the tables' names begin with. Default `session_policy_`. Stores with the same file and prefix share their
    /// sessions.
    ///
    /// # Errors
    /// If the name has anything but small letters, digits and underscores, begins with a digit, or is longer than 40.
    pub fn prefix(self, prefix: &str) -> Result<Self, StoreError> {
        check_name(prefix, "prefix")?;
        Ok(Self(self.0.named(None, prefix.to_owned())))
    }
}

store!(SqliteStore);

#[derive(Clone, Debug)]
pub(super) struct File {
    pool: SqlitePool,
    /// SQLite has one writer at a time; whoever waits for it polls. Those of this store wait here, in the order of their coming.
    turn: Arc<Mutex<()>>,
}

/// The transaction is over before the next one has its turn.
pub(super) struct Write {
    transaction: Transaction<'static, Sqlite>,
    turn: OwnedMutexGuard<()>,
}

impl Dialect for File {
    type Transaction = Write;

    const SYNTAX: Syntax = Syntax { bytes: "BLOB", lock: "", share: "", skip: "", put: None, bury: None };

    const FIND_META: &'static str =
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND '\"' || name || '\"' = '@meta'";

    async fn begin(&self) -> Result<Write, Fault> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        // From the start as the writer: a reader that begins to write is refused if another wrote in between.
        let transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
        Ok(Write { transaction, turn })
    }

    async fn within(write: &mut Write, statement: &Arc<str>, arguments: Vec<Argument>) -> Result<Vec<Row>, Fault> {
        rows(query(statement, arguments)?.fetch_all(&mut *write.transaction).await)
    }

    async fn finish(write: Write) -> Result<(), Fault> {
        let Write { transaction, turn } = write;
        let outcome = transaction.commit().await.map_err(fault);
        drop(turn);
        outcome
    }

    async fn alone_in_migration(_: &mut Write, _: &Names) -> Result<(), Fault> {
        // Whoever writes is alone.
        Ok(())
    }

    async fn alone(&self, statement: &Arc<str>, arguments: Vec<Argument>) -> Result<Vec<Row>, Fault> {
        rows(query(statement, arguments)?.fetch_all(&self.pool).await)
    }
}

type Arguments = <Sqlite as sqlx::Database>::Arguments;

/// The text is one of `statements`, with names that were checked.
fn query(statement: &Arc<str>, arguments: Vec<Argument>) -> Result<Query<'static, Sqlite, Arguments>, Fault> {
    let mut query = sqlx::query(AssertSqlSafe(Arc::clone(statement)));
    for argument in arguments {
        query = match argument {
            Argument::Number(number) => query.bind(number),
            Argument::MaybeNumber(number) => query.bind(number),
            Argument::Bytes(bytes) => query.bind(bytes),
            Argument::Word(word) => query.bind(word),
            Argument::List(_) => return Err(Fault::Failed(StoreError::new("SQLite takes no lists"))),
        };
    }
    Ok(query)
}

fn rows(rows: Result<Vec<SqliteRow>, sqlx::Error>) -> Result<Vec<Row>, Fault> {
    let rows = rows.map_err(fault)?;
    rows.iter().map(row).collect::<Result<_, sqlx::Error>>().map_err(fault)
}

fn row(row: &SqliteRow) -> Result<Row, sqlx::Error> {
    let cell = |n: usize| {
        let value = row.try_get_raw(n)?;
        if value.is_null() {
            return Ok(Cell::None);
        }
        Ok(match value.type_info().name() {
            "INTEGER" => Cell::Number(row.try_get_unchecked(n)?),
            "BLOB" => Cell::Bytes(row.try_get_unchecked(n)?),
            "TEXT" => Cell::Word(row.try_get_unchecked(n)?),
            _ => Cell::None,
        })
    };
    (0..row.len()).map(cell).collect::<Result<_, _>>().map(Row::new)
}

fn fault(error: sqlx::Error) -> Fault {
    Fault::of(error, kind)
}

/// SQLite's extended result codes; the low byte is the kind.
fn kind(code: &str) -> Kind {
    match code.parse::<u32>().map(|code| code & 0xff) {
        // Busy, locked.
        Ok(5 | 6) => Kind::Again,
        // The file cannot be opened.
        Ok(14) => Kind::Lost,
        // Full.
        Ok(13) => Kind::Full,
        // Constraint, mismatch.
        Ok(19 | 20) => Kind::Data,
        _ => Kind::Other,
    }
}
