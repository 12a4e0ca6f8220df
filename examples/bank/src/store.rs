//! Where sessions are kept: in memory, in a file, in Redis, PostgreSQL or SQLite.

use std::{error::Error, path::Path, sync::Arc};

use session_policy::{
    sessions::Builder,
    store::{
        MemoryStore, RedbStore,
        redis::RedisStore,
        sql::{PostgresStore, SqliteStore},
    },
};
use sqlx::{
    Connection, PgConnection,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

use crate::{
    cli::{self, ServerUrl},
    policies::{Role, Site},
};

/// The store that the command line asks for.
pub(crate) enum Storage {
    Memory,
    File(Arc<RedbStore>),
    Redis(Arc<RedisStore>),
    Postgres(Arc<PostgresStore>),
    Sqlite(Arc<SqliteStore>),
}

impl Storage {
    /// # Errors
    /// The file is in use, not writable, or not a session file. The server does not answer, does not let us in, or may drop
    /// sessions.
    pub(crate) async fn open(store: &cli::Store) -> Result<Self, Box<dyn Error>> {
        Ok(match store {
            cli::Store::Memory => Self::Memory,
            cli::Store::File(path) => Self::File(Arc::new(RedbStore::open(path)?)),
            cli::Store::Redis(url) => Self::Redis(Arc::new(redis(url).await?)),
            cli::Store::Postgres(url) => Self::Postgres(Arc::new(postgres(url).await?)),
            cli::Store::Sqlite(path) => Self::Sqlite(Arc::new(sqlite(path).await?)),
        })
    }

    /// Sessions are kept here.
    pub(crate) fn keep(&self, builder: Builder<Site, Role>) -> Builder<Site, Role> {
        match self {
            Self::Memory => builder.store(MemoryStore::new()),
            Self::File(store) => builder.store(Arc::clone(store)),
            Self::Redis(store) => builder.store(Arc::clone(store)),
            Self::Postgres(store) => builder.store(Arc::clone(store)),
            Self::Sqlite(store) => builder.store(Arc::clone(store)),
        }
    }

    /// Before the end: the last seconds of activity, which a file store has not written yet.
    ///
    /// # Errors
    /// They could not be written.
    pub(crate) async fn flush(&self) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Memory | Self::Redis(_) | Self::Postgres(_) | Self::Sqlite(_) => Ok(()),
            Self::File(store) => Ok(store.flush().await?),
        }
    }
}

/// So many connections serve a bank on a small machine.
const CONNECTIONS: u32 = 8;

/// The database with its tables, or what is wrong and what to do.
async fn postgres(url: &ServerUrl) -> Result<PostgresStore, String> {
    let fault = |cause: String| format!("cannot keep sessions in {url}: {cause}");
    // One connection by itself says at once what is wrong; a pool would try again until its time is up.
    PgConnection::connect(url.secret()).await.map_err(|error| {
        let advice = match error {
            sqlx::Error::Io(_) => "; is the server running, and are host and port right?",
            _ => "; write postgres://user:password@host:port/database",
        };
        fault(format!("{error}{advice}"))
    })?;
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect_lazy(url.secret());
    let store = PostgresStore::new(pool.map_err(|error| fault(error.to_string()))?);
    store.migrate().await.map_err(|error| fault(format!("its tables cannot be made: {error}")))?;
    Ok(store)
}

/// The database file with its tables, or what is wrong with it.
async fn sqlite(path: &Path) -> Result<SqliteStore, String> {
    let fault = |cause: String| format!("cannot keep sessions in {}: {cause}", path.display());
    let file = SqliteConnectOptions::new().filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect_with(file)
        .await
        .map_err(|error| fault(error.to_string()))?;
    let store = SqliteStore::new(pool);
    store.migrate().await.map_err(|error| fault(format!("its tables cannot be made: {error}")))?;
    Ok(store)
}

/// The server, or what is wrong and what to do: whoever reads this has a bank that does not start.
async fn redis(url: &ServerUrl) -> Result<RedisStore, String> {
    RedisStore::connect(url.secret()).await.map_err(|error| {
        // What happened, without the sentence that is the same for every store.
        let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        explained(url, &cause)
    })
}

/// One line: the server, what it said, and what to do where that does not say so itself.
fn explained(url: &ServerUrl, cause: &str) -> String {
    let says = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    let advice = if says(&["NOAUTH"]) {
        return format!(
            "cannot keep sessions in {url}: the server wants a password: write redis://user:password@host:port"
        );
    } else if says(&["WRONGPASS"]) {
        "; redis://user:password@host:port, without the user for the server's own password"
    } else if says(&["NoPerm", "NOPERM"]) {
        // It says so for every script; once will do.
        let first = cause.split_once("NoPerm: ").and_then(|(_, rest)| rest.split(')').next()).unwrap_or(cause);
        return format!(
            "cannot keep sessions in {url}: {first}; the rights that an account needs are in the documentation of \
             session_policy::store::redis"
        );
    } else if says(&["Connection refused", "no answer within", "lookup address"]) {
        "; is the server running, and are host and port right?"
    } else {
        ""
    };
    format!("cannot keep sessions in {url}: {cause}{advice}")
}
