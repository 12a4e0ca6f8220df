//! The tables: made once, by whoever comes first, and used by programs that know them.

use session_policy::store::{
    Header, SetRole, Store, Sweep,
    sql::{PostgresStore, SqliteStore},
};
use sqlx::Executor;

use crate::{
    file::{Folder, pool},
    samples::{DAY, NOW, create, end, id, live, load, rotate, user, write},
    server::Server,
};

/// Many nodes start at once, and again.
#[tokio::test(flavor = "multi_thread")]
async fn made_once() {
    let server = Server::start();
    let store = || PostgresStore::new(server.pool()).schema("shop").expect("a name");
    let stores = [store(), store(), store(), store()];
    let [a, b, c, d] = &stores;
    let made = tokio::join!(a.migrate(), b.migrate(), c.migrate(), d.migrate());
    for outcome in [made.0, made.1, made.2, made.3] {
        outcome.expect("tables");
    }
    a.create(create(1, Some("alice"), NOW)).await.expect("an answer");
    b.migrate().await.expect("there are tables");
    live(c, 1, NOW).await;
    // Another schema, another prefix: other sessions.
    let elsewhere = store().prefix("other_").expect("a name");
    elsewhere.migrate().await.expect("tables");
    assert_eq!(format!("{:?}", elsewhere.load(load(1, NOW)).await.expect("an answer")), "Unknown");
    assert_eq!(server.sql("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'shop'"), "14");

    let folder = Folder::new();
    let stores = [0, 1].map(|_| SqliteStore::new(pool(&folder)));
    let made = tokio::join!(stores[0].migrate(), stores[1].migrate());
    made.0.expect("tables");
    made.1.expect("tables");
    stores[0].create(create(1, Some("alice"), NOW)).await.expect("an answer");
    stores[1].migrate().await.expect("there are tables");
    live(&stores[1], 1, NOW).await;
}

/// What a newer program made is left alone, and without tables there is an error that says so.
#[tokio::test(flavor = "multi_thread")]
async fn newer_or_none() {
    let server = Server::start();
    let store = PostgresStore::new(server.pool()).schema("shop").expect("a name");
    let error = store.load(load(1, NOW)).await.expect_err("no tables").to_string();
    assert!(error.contains("does not exist"), "{error}");
    store.migrate().await.expect("tables");
    server.sql("UPDATE shop.session_policy_meta SET value = 2 WHERE name = 'version'");
    let error = store.migrate().await.expect_err("a newer one").to_string();
    assert!(error.contains("version 2"), "{error}");

    let folder = Folder::new();
    let store = SqliteStore::new(pool(&folder));
    let error = store.load(load(1, NOW)).await.expect_err("no tables").to_string();
    assert!(error.contains("no such table"), "{error}");
    store.migrate().await.expect("tables");
    pool(&folder).execute("UPDATE session_policy_meta SET value = 2 WHERE name = 'version'").await.expect("a row");
    let error = store.migrate().await.expect_err("a newer one").to_string();
    assert!(error.contains("version 2"), "{error}");
}

/// Tables that somebody else made: an account that may read and write rows, and make nothing, is enough.
#[tokio::test(flavor = "multi_thread")]
async fn rights_of_rows_are_enough() {
    let server = Server::start();
    server.sql("CREATE ROLE owner LOGIN; GRANT CREATE ON DATABASE postgres TO owner");
    server.sql("REVOKE CREATE ON DATABASE postgres FROM app");
    let owner = PostgresStore::new(sqlx::PgPool::connect_lazy_with(server.options(server.port).username("owner")));
    owner.schema("shop").expect("a name").migrate().await.expect("tables");
    server.sql("GRANT USAGE ON SCHEMA shop TO app");
    server.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO app");
    let store = PostgresStore::new(server.pool()).schema("shop").expect("a name");
    store.migrate().await.expect("there are tables");
    crate::fault_table::prepare(&store).await;
    let seen = live(&store, 1, NOW).await;
    for operation in crate::operations::OPERATIONS {
        crate::operations::run(&store, &seen, operation).await.unwrap_or_else(|error| panic!("{operation}: {error}"));
    }
}

/// A session that the next version wrote is shown to whoever judges, changed by nobody, and ended only on purpose.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_later_version_is_left_alone() {
    let server = Server::start();
    let store = PostgresStore::new(server.pool()).schema("shop").expect("a name");
    store.migrate().await.expect("tables");
    store.create(create(1, Some("alice"), NOW)).await.expect("an answer");
    let seen = live(&store, 1, NOW).await;
    // The version is the first of three fields of the body.
    assert_eq!(Header::VERSION, 1);
    let next = "UPDATE shop.session_policy_sessions SET format = 2, body = set_byte(body, 1, 2)";
    server.sql(next);
    let body = || server.sql("SELECT body FROM shop.session_policy_sessions");
    let kept = body();
    assert!(kept.starts_with("\\x9302"), "{kept}");
    assert_eq!(live(&store, 1, NOW).await.header.version, 2);
    store.commit(write(1, "cart", NOW)).await.expect_err("it would be lost what is not understood");
    store.rotate(rotate(&seen, 1, 2, NOW)).await.expect_err("it would be lost what is not understood");
    let set = SetRole { user: user("alice"), role: Some("clerk".into()), now: NOW };
    session_policy::store::ByUser::set_role(&store, set).await.expect_err("a role that would not hold");
    let now = NOW + 2 * DAY;
    let swept = store.sweep(Sweep { due: now, at_most: 10, lease: None, now }).await.expect("an answer");
    assert_eq!(swept.ended, 0, "when it is over, only its version knows");
    assert_eq!(body(), kept);
    let mut on_purpose = end(1, now);
    on_purpose.lease = Some(now);
    let ended = format!("{:?}", store.end(on_purpose).await.expect("an answer"));
    assert!(ended.starts_with("Done"), "{ended}");
    // For the hook it is kept as it was.
    assert_eq!(server.sql("SELECT body FROM shop.session_policy_claims"), kept);
    assert_eq!(format!("{:?}", store.load(load(1, now)).await.expect("an answer")), "Ended(Logout)");
    store.settle(vec![id(1)]).await.expect("an answer");
}
