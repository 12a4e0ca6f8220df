//! SQLite: what breaks, what the caller sees, and what the store holds afterwards.

use std::time::{Duration, Instant};

use session_policy::store::{Snapshot, Store, sql::SqliteStore};
use sqlx::{
    Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

use crate::{
    fault_table::{prepare, row, seen},
    file::{Folder, options, pool},
    operations::{OPERATIONS, READS, holds_no_values, run},
    samples::{MINUTE, NOW, create, live, write},
};

const TABLES: [&str; 7] = ["sessions", "tokens", "gone", "claims", "users", "clocks", "meta"];

async fn prepared() -> (Folder, SqliteStore, Snapshot) {
    let folder = Folder::new();
    let store = SqliteStore::new(pool(&folder));
    store.migrate().await.expect("tables");
    prepare(&store).await;
    let session = live(&store, 1, NOW).await;
    (folder, store, session)
}

async fn dump(folder: &Folder) -> Vec<String> {
    let pool = pool(folder);
    let mut dump = Vec::new();
    for table in TABLES {
        let text = format!("SELECT * FROM session_policy_{table} ORDER BY 1");
        for row in sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&pool).await.expect("rows") {
            let cells = (0..row.len()).map(|n| {
                let bytes: Option<Vec<u8>> = row.get_unchecked(n);
                format!("{bytes:?}")
            });
            dump.push(format!("{table}: {}", cells.collect::<Vec<_>>().join(" ")));
        }
    }
    pool.close().await;
    dump
}

async fn one(options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the file")
}

/// The disk is full: what needs room fails as a whole, a new session is refused as such, and nobody is dropped.
#[tokio::test(flavor = "multi_thread")]
async fn full_disk() {
    let (folder, _, session) = prepared().await;
    let pages: i64 = sqlx::query("PRAGMA page_count").fetch_one(&pool(&folder)).await.expect("a number").get(0);
    let store = SqliteStore::new(one(options(&folder).pragma("max_page_count", pages.to_string())).await);
    // Until no page has room left: a session, a token, an index.
    let (mut n, mut refused) = (1_000, 0);
    while refused < 3 {
        let created = store.create(create(n, Some("carol"), NOW)).await.expect("an answer");
        refused += usize::from(format!("{created:?}") == "Full");
        n += 1;
        assert!(n < 3_000, "it is never full");
    }
    let before = dump(&folder).await;
    let mut large = write(1, "large", NOW + MINUTE);
    large.data[0].value = Some(vec![7; 60 * 1024].into());
    let error = store.commit(large).await.expect_err("no room");
    assert!(error.to_string().contains("full"), "{error}");
    holds_no_values(&error);
    assert_eq!(dump(&folder).await, before, "nothing of it");
    for operation in ["create", "load", "generation", "of_user", "settle", "end"] {
        let before = dump(&folder).await;
        let outcome = run(&store, &session, operation).await;
        let held = if dump(&folder).await == before { "as before" } else { "all of it" };
        let expected = match operation {
            "create" => ("Full", "as before"),
            "settle" | "end" => ("the answer", "all of it"),
            _ => ("the answer", "as before"),
        };
        assert_eq!((seen(&outcome), held), expected, "{operation}: {outcome:?}");
        row(operation, "the disk is full", seen(&outcome), held, "");
    }
}

/// The file is read only: what only reads is answered, everything else fails.
#[tokio::test(flavor = "multi_thread")]
async fn read_only_file() {
    let (folder, _, session) = prepared().await;
    let before = dump(&folder).await;
    let store = SqliteStore::new(one(options(&folder).read_only(true)).await);
    for operation in OPERATIONS {
        let outcome = run(&store, &session, operation).await;
        assert_eq!(outcome.is_ok(), READS.contains(&operation), "{operation}: {outcome:?}");
        if let Err(error) = &outcome {
            holds_no_values(error);
        }
        assert_eq!(dump(&folder).await, before, "{operation}");
        row(operation, "the file is read only", seen(&outcome), "as before", "");
    }
}

/// Another process holds the file: whoever reads is answered, whoever writes has its error in time.
#[tokio::test(flavor = "multi_thread")]
async fn locked_file() {
    let (folder, _, session) = prepared().await;
    let other = one(options(&folder)).await;
    // With and without patience of SQLite's own.
    for patience in [Duration::from_secs(5), Duration::ZERO] {
        let store = SqliteStore::new(one(options(&folder).busy_timeout(patience)).await);
        let store = store.timeout(Duration::from_millis(300));
        let holder = other.begin_with("BEGIN IMMEDIATE").await.expect("the file");
        let loaded = run(&store, &session, "load").await;
        assert_eq!(seen(&loaded), "the answer", "{loaded:?}");
        let began = Instant::now();
        let outcome = run(&store, &session, "commit").await;
        assert!(outcome.is_err() && began.elapsed() < Duration::from_secs(1), "{:?}: {outcome:?}", began.elapsed());
        row("commit", "another process holds the file", seen(&outcome), "nothing of it", "");
        holder.rollback().await.expect("an end");
    }
    let store = SqliteStore::new(one(options(&folder)).await);
    run(&store, &session, "commit").await.expect("the file is free");
}

/// Two processes on one file: each write waits for the other's, and none is lost. In both journals of SQLite.
#[tokio::test(flavor = "multi_thread")]
async fn two_on_one_file() {
    for journal in [SqliteJournalMode::Wal, SqliteJournalMode::Delete] {
        let folder = Folder::new();
        let pools =
            || SqlitePoolOptions::new().max_connections(3).connect_lazy_with(options(&folder).journal_mode(journal));
        let stores = [0, 1].map(|_| SqliteStore::new(pools()).timeout(Duration::from_secs(20)));
        stores[0].migrate().await.expect("tables");
        stores[0].create(create(1, Some("alice"), NOW)).await.expect("an answer");
        let write = |store: usize| {
            let store = &stores[store];
            async move {
                for _ in 0..20 {
                    let mut commit = session_policy::store::Commit::of(crate::samples::id(1), NOW);
                    commit.count_failure = true;
                    store.commit(commit).await.expect("an answer");
                }
            }
        };
        tokio::join!(write(0), write(1), write(0), write(1));
        assert_eq!(live(&stores[1], 1, NOW).await.header.failed, 80, "{journal:?}");
    }
}
