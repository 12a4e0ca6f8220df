//! PostgreSQL: what breaks, what the caller sees, and what the store holds afterwards. Prints the table.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use session_policy::store::{Snapshot, Store, sql::PostgresStore};
use sqlx::{
    Executor, PgPool, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    fault_table::{prepare, row, seen, sessions},
    operations::{OPERATIONS, READS, holds_no_values, run},
    proxy::{Cut, Proxy},
    samples::{NOW, live},
    server::Server,
};

const TABLES: [&str; 7] = ["sessions", "tokens", "gone", "claims", "users", "clocks", "meta"];

/// Tables with the prepared sessions, and a copy of each to go back to.
struct Prepared {
    admin: PgPool,
    store: PostgresStore,
    session: Snapshot,
}

impl Prepared {
    async fn on(server: &Server) -> Self {
        let admin = server.pool();
        let store = store(admin.clone());
        store.migrate().await.expect("tables");
        prepare(&store).await;
        let session = live(&store, 1, NOW).await;
        for table in TABLES {
            let copy = format!("CREATE TABLE copy_{table} AS TABLE test_{table}");
            admin.execute(sqlx::AssertSqlSafe(copy)).await.expect("a copy");
        }
        Self { admin, store, session }
    }

    async fn restore(&self) {
        let mut text = String::new();
        for table in TABLES {
            text += &format!("DELETE FROM test_{table}; INSERT INTO test_{table} TABLE copy_{table};");
        }
        sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&self.admin).await.expect("the copy");
    }

    async fn texts(&self, columns: impl Fn(&str) -> &'static str) -> Vec<String> {
        let parts = TABLES.map(|table| format!("SELECT '{table} ' || ({})::text FROM test_{table} t", columns(table)));
        let text = format!("{} ORDER BY 1", parts.join(" UNION ALL "));
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&self.admin).await.expect("rows");
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn dump(&self) -> Vec<String> {
        self.texts(|_| "t").await
    }

    /// Without what says how often something was written, and which number was drawn.
    async fn once(&self) -> Vec<String> {
        let columns = |table: &str| match table {
            "sessions" => "ROW(id, user_key, deadline, absolute_end)",
            "users" => "user_key",
            "meta" => "name",
            "clocks" => "ROW(engine, reported)",
            _ => "t",
        };
        self.texts(columns).await
    }
}

fn store(pool: PgPool) -> PostgresStore {
    PostgresStore::new(pool).prefix("test_").expect("a name")
}

/// A pool of one connection, which is not looked at before it is used.
async fn one(options: PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false).connect_lazy_with(options);
    drop(pool.acquire().await.expect("the server is there"));
    // It is looked at when it comes back: that is no message of an operation.
    while pool.num_idle() == 0 {
        tokio::task::yield_now().await;
    }
    pool
}

/// The connection is lost in the middle of each operation: at each message that the client sends, and at each point of it.
/// Nothing or all of it is in the store, and the same call again has it there once.
#[tokio::test(flavor = "multi_thread")]
async fn connection_lost_in_the_middle() {
    let server = Server::start();
    let prepared = Prepared::on(&server).await;
    row("operation", "the connection is lost", "the caller saw", "the store held", "how often");
    for operation in OPERATIONS {
        prepared.restore().await;
        let before = prepared.dump().await;
        run(&prepared.store, &prepared.session, operation).await.expect("an answer");
        let (after, once, opened) = (prepared.dump().await, prepared.once().await, sessions(&prepared.store).await);
        assert_eq!(READS.contains(&operation), before == after, "{operation}: a change, or none");
        for cut in [Cut::InRequest, Cut::BeforeAnswer, Cut::InAnswer] {
            let mut seen_and_held = BTreeMap::new();
            for message in 0.. {
                let name = format!("{operation}, message {message}, {cut:?}");
                assert!(message < 200, "{name}: it never ends");
                prepared.restore().await;
                let proxy = Proxy::to(server.port).await;
                let store = store(one(server.options(proxy.port)).await);
                proxy.arm(cut, message);
                let began = Instant::now();
                let outcome = run(&store, &prepared.session, operation).await;
                assert!(began.elapsed() < Duration::from_millis(2_500), "{name}: {:?}", began.elapsed());
                if proxy.is_armed() {
                    // So many messages it does not send.
                    outcome.expect("nothing broke");
                    break;
                }
                let held = prepared.dump().await;
                let saw = seen(&outcome);
                let held = match &outcome {
                    Ok(_) => {
                        assert_eq!(held, after, "{name}");
                        if before == after { "as before" } else { "all of it" }
                    }
                    Err(error) => {
                        holds_no_values(error);
                        assert!(!READS.contains(&operation), "{name}: what only reads is asked again: {error}");
                        assert!(held == before || held == after, "{name}: a part of it: {held:#?}");
                        if held == before { "nothing of it" } else { "all of it" }
                    }
                };
                *seen_and_held.entry((saw, held)).or_insert(0) += 1;
                // The next one has a new connection, and the same call again does nothing twice.
                if outcome.is_err() {
                    run(&store, &prepared.session, operation).await.expect("the connection is made anew");
                    assert_eq!(prepared.once().await, once, "{name}: the same call again");
                    assert_eq!(sessions(&prepared.store).await, opened, "{name}: the same call again");
                }
            }
            if !READS.contains(&operation) {
                // The one message that decides is among those that were broken.
                let held = if cut == Cut::InRequest { "nothing of it" } else { "all of it" };
                assert!(seen_and_held.contains_key(&("StoreError", held)), "{operation}, {cut:?}: {seen_and_held:?}");
            }
            for ((saw, held), times) in seen_and_held {
                row(operation, &format!("{cut:?}"), saw, held, &format!("{times} messages"));
            }
        }
    }
}

/// The account may only read (as on a standby): what only reads is answered, everything else fails, and nothing is written.
#[tokio::test(flavor = "multi_thread")]
async fn read_only_server() {
    let server = Server::start();
    let prepared = Prepared::on(&server).await;
    let before = prepared.dump().await;
    let options = server.options(server.port).options([("default_transaction_read_only", "on")]);
    let store = store(one(options).await);
    for operation in OPERATIONS {
        let outcome = run(&store, &prepared.session, operation).await;
        assert_eq!(outcome.is_ok(), READS.contains(&operation), "{operation}: {outcome:?}");
        if let Err(error) = &outcome {
            assert!(error.to_string().contains("25006"), "{error}");
            holds_no_values(error);
        }
        assert_eq!(prepared.dump().await, before, "{operation}");
        row(operation, "the server is read only", seen(&outcome), "as before", "");
    }
}

/// Every answer takes 2 seconds: the caller has its error in time, and nobody waits for what is still under way.
#[tokio::test(flavor = "multi_thread")]
async fn slow_server() {
    let server = Server::start();
    let prepared = Prepared::on(&server).await;
    for operation in OPERATIONS {
        let proxy = Proxy::to(server.port).await;
        let store = store(one(server.options(proxy.port)).await).timeout(Duration::from_millis(200));
        proxy.delay(Duration::from_secs(2));
        let began = Instant::now();
        let outcome = run(&store, &prepared.session, operation).await;
        let took = began.elapsed();
        assert_eq!(seen(&outcome), "StoreError (time)", "{operation}: {outcome:?}");
        assert!(took < Duration::from_millis(1_500), "{operation}: {took:?}");
        row(operation, "the server takes 2 s", seen(&outcome), "", "");
    }
    // Late, not lost: of a write nothing can be said but that it is whole. Whoever comes another way is not kept waiting.
    run(&prepared.store, &prepared.session, "load").await.expect("the server is quick on this side");
}

/// Somebody else holds the lock: the operation gives up in time, leaves nothing, and is not done later behind anybody's back.
#[tokio::test(flavor = "multi_thread")]
async fn locked_rows() {
    let server = Server::start();
    let prepared = Prepared::on(&server).await;
    let store = store(server.pool()).timeout(Duration::from_millis(300));
    let mut holder = prepared.admin.begin().await.expect("a transaction");
    sqlx::query("SELECT 1 FROM test_sessions FOR UPDATE").fetch_all(&mut *holder).await.expect("the rows");
    let before = prepared.dump().await;
    for operation in ["commit", "rotate", "end", "sweep", "reset_user", "set_role"] {
        let outcome = run(&store, &prepared.session, operation).await;
        assert_eq!(seen(&outcome), "StoreError (time)", "{operation}: {outcome:?}");
        assert_eq!(prepared.dump().await, before, "{operation}");
        row(operation, "somebody else holds the row", seen(&outcome), "nothing of it", "");
    }
    holder.rollback().await.expect("an end");
    run(&store, &prepared.session, "commit").await.expect("the row is free");
}

/// The server is killed and started again: errors in time while it is away, and the first call after that is answered.
#[tokio::test(flavor = "multi_thread")]
async fn restarted_server() {
    let mut server = Server::start();
    let prepared = Prepared::on(&server).await;
    // The pool tries to connect until then.
    let impatient = store(prepared.admin.clone()).timeout(Duration::from_millis(200));
    let before = prepared.dump().await;
    for _ in 0..2 {
        server.kill();
        for operation in OPERATIONS {
            let began = Instant::now();
            let outcome = run(&impatient, &prepared.session, operation).await;
            holds_no_values(outcome.as_ref().expect_err(operation));
            assert!(began.elapsed() < Duration::from_millis(1_500), "{operation}: {:?}", began.elapsed());
            row(operation, "the server is down", seen(&outcome), "nothing of it", "");
        }
        server.start_again();
        run(&prepared.store, &prepared.session, "load").await.expect("it is there again");
        assert_eq!(prepared.dump().await, before);
    }
    assert_eq!(
        run(&prepared.store, &prepared.session, "commit").await.expect("it is there again"),
        "Done { failed: 0, rotated: false }"
    );
}

/// The account's own idea of isolation changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn any_isolation() {
    let server = Server::start();
    let prepared = Prepared::on(&server).await;
    for level in ["read committed", "repeatable read", "serializable"] {
        for operation in OPERATIONS {
            prepared.restore().await;
            let expected = run(&prepared.store, &prepared.session, operation).await.expect("an answer");
            prepared.restore().await;
            let options = server.options(server.port).options([("default_transaction_isolation", level)]);
            let store = store(one(options).await);
            // A generation is a number that never was.
            let said = run(&store, &prepared.session, operation).await.expect("an answer");
            assert_eq!(said, expected, "{operation}, {level}");
        }
        let options = server.options(server.port).options([("default_transaction_isolation", level)]);
        let pool = PgPoolOptions::new().max_connections(6).connect_lazy_with(options);
        let store = store(pool).timeout(Duration::from_secs(20));
        prepared.restore().await;
        let failures = futures_of(&store, &prepared.session).await;
        assert_eq!(failures, 20, "each of 20 parallel attempts counts, {level}");
    }
}

/// Parallel failed attempts from what was seen once; how many the session counts then.
async fn futures_of(store: &PostgresStore, seen: &Snapshot) -> u8 {
    let attempt = || async {
        let mut commit = session_policy::store::Commit::of(seen.id, NOW);
        commit.seen = Some(Box::new(seen.clone()));
        commit.count_failure = true;
        store.commit(commit).await.expect("an answer");
    };
    let five = || async { tokio::join!(attempt(), attempt(), attempt(), attempt(), attempt()) };
    tokio::join!(five(), five(), five(), five());
    live(store, 1, NOW).await.header.failed
}
