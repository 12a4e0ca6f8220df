//! SQLite files, each in a folder that goes with it.

use std::time::Duration;

use session_policy::store::sql::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

#[path = "../folder.rs"]
mod folder;
pub(crate) use folder::Folder;

/// A store of its own for one test.
pub(crate) async fn fresh() -> (SqliteStore, Folder) {
    let folder = Folder::new();
    let store = SqliteStore::new(pool(&folder)).timeout(Duration::from_secs(20));
    store.migrate().await.expect("tables");
    (store, folder)
}

pub(crate) fn options(folder: &Folder) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(folder.file()).create_if_missing(true).journal_mode(SqliteJournalMode::Wal)
}

pub(crate) fn pool(folder: &Folder) -> SqlitePool {
    SqlitePoolOptions::new().max_connections(4).connect_lazy_with(options(folder))
}
