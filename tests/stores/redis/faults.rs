//! What breaks, what the caller sees, and what the store holds afterwards. Prints the table.

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

use session_policy::store::{
    Admit, ByUser, ClockReport, EndReason, OnLimit, Reclaim, Reset, ResetEveryone, SessionLimit, SetRole, Snapshot,
    Store, StoreError, Sweep, redis::RedisStore,
};

use crate::{
    fault_table::{prepare, row, seen, sessions},
    proxy::{Cut, Proxy},
    samples::{DAY, MINUTE, NOW, create, end, id, live, load, rotate, succeed, token, user, write},
    server::Server,
};

/// An operation, and its requests, so that each can be broken: `r` only reads, `l` finds out what there is to decide and
/// changes nothing, `w` writes, `n` would write and finds nothing to do.
const OPERATIONS: [(&str, &str); 19] = [
    ("create", "w"),
    ("create (supersedes)", "lw"),
    ("admit (evicts)", "lw"),
    ("load", "r"),
    ("load (confirms)", "rw"),
    ("commit", "rw"),
    ("commit (seen)", "w"),
    ("commit (rotates)", "rw"),
    ("rotate", "rw"),
    ("end", "w"),
    ("end (unless seen)", "lw"),
    ("sweep", "rwn"),
    ("reclaim", "w"),
    ("settle", "w"),
    ("report_clock", "w"),
    ("generation", "r"),
    ("reset_user", "w"),
    ("reset_everyone", "w"),
    ("set_role", "rw"),
];

/// Those that change nothing: their answer may be fetched a second time.
const READS: [&str; 2] = ["load", "generation"];

/// Runs the operation; its outcome as text.
async fn run(store: &RedisStore, operation: &str) -> Result<String, StoreError> {
    fn text<T: Debug>(outcome: Result<T, StoreError>) -> Result<String, StoreError> {
        outcome.map(|outcome| format!("{outcome:?}"))
    }
    let now = NOW + MINUTE;
    match operation {
        "create" => text(store.create(create(7, Some("carol"), now)).await),
        "create (supersedes)" => {
            let mut login = create(7, Some("bob"), now);
            login.supersede = Some(token(3));
            text(store.create(login).await)
        }
        "admit (evicts)" => {
            let limit = SessionLimit { most: 2, on_limit: OnLimit::EvictOldest };
            text(store.admit(create(7, Some("alice"), now), limit).await)
        }
        "load" => text(store.load(load(1, now)).await),
        "load (confirms)" => text(store.load(load(33, now)).await),
        "commit" => text(store.commit(write(1, "cart", now)).await),
        "commit (rotates)" => text(store.commit(succeed(1, 1, 11, now)).await),
        "end" => text(store.end(end(1, now)).await),
        "end (unless seen)" => {
            let mut idle = end(1, now);
            idle.if_unseen_since = Some((NOW + 1, 1));
            text(store.end(idle).await)
        }
        "sweep" => text(store.sweep(Sweep { due: NOW + 10, at_most: 10, lease: None, now }).await),
        "reclaim" => text(store.reclaim(Reclaim { at_most: 5, lease: now + MINUTE, now }).await),
        "settle" => text(store.settle(vec![id(4)]).await),
        "report_clock" => text(store.report_clock(ClockReport { engine: 9, now }).await),
        "generation" => text(store.generation(&user("alice")).await),
        "reset_user" => {
            let reason = EndReason::CredentialChanged;
            text(store.reset_user(Reset { user: user("alice"), except: Some(id(2)), reason, lease: None, now }).await)
        }
        "reset_everyone" => {
            let reason = EndReason::Revoked;
            text(store.reset_everyone(ResetEveryone { reason, after: None, at_most: 10, lease: None, now }).await)
        }
        "set_role" => text(store.set_role(SetRole { user: user("alice"), role: Some("clerk".into()), now }).await),
        other => panic!("{other} needs what was loaded"),
    }
}

/// Like [`run`], with the session 1 as it was loaded before.
async fn run_seen(store: &RedisStore, seen: &Snapshot, operation: &str) -> Result<String, StoreError> {
    let now = NOW + MINUTE;
    match operation {
        "commit (seen)" => {
            let mut commit = write(1, "cart", now);
            commit.seen = Some(Box::new(seen.clone()));
            store.commit(commit).await.map(|outcome| format!("{outcome:?}"))
        }
        "rotate" => store.rotate(rotate(seen, 1, 11, now)).await.map(|outcome| format!("{outcome:?}")),
        _ => run(store, operation).await,
    }
}

/// The server's state before an operation and after it, without any fault, and then what the tokens open.
async fn states(server: &Server, operation: &str) -> (Vec<String>, Vec<String>, String) {
    let store = server.store().await;
    let () = server.run("FLUSHALL");
    prepare(&store).await;
    let before = server.dump();
    let seen = live(&store, 1, NOW).await;
    run_seen(&store, &seen, operation).await.expect("an answer");
    (before, server.dump(), sessions(&store).await)
}

/// The connection is lost in the middle of each operation, in each of its requests, at each point of it.
#[tokio::test(flavor = "multi_thread")]
async fn connection_lost_in_the_middle() {
    let server = Server::start();
    row("operation", "the connection is lost", "the caller saw", "the store held", "the same call again");
    for (operation, requests) in OPERATIONS {
        let (before, after, opened) = states(&server, operation).await;
        let reads = READS.contains(&operation);
        assert_eq!(reads, before == after, "{operation}: an operation that changes nothing proves nothing");
        for (request, does) in requests.chars().enumerate() {
            for cut in [Cut::Idle, Cut::InRequest, Cut::BeforeAnswer, Cut::InAnswer] {
                let name = format!("{operation}, request {}, {cut:?}", request + 1);
                let () = server.run("FLUSHALL");
                let beside = server.store().await;
                prepare(&beside).await;
                let session = live(&beside, 1, NOW).await;
                let proxy = Proxy::to(server.port).await;
                let store = RedisStore::connect(&proxy.url()).await.expect("the proxy is there");
                if cut == Cut::Idle {
                    if request > 0 {
                        continue;
                    }
                    proxy.end_all();
                    // The driver needs a moment to see it; a call before that is a call into a dead connection.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                } else {
                    proxy.arm(cut, request);
                }
                let began = Instant::now();
                let outcome = run_seen(&store, &session, operation).await;
                assert!(began.elapsed() < Duration::from_millis(1_500), "{name}: {:?}", began.elapsed());
                assert!(!proxy.is_armed(), "{name}: the request that was to be broken never came");
                let held = server.dump();
                let arrived = matches!(cut, Cut::BeforeAnswer | Cut::InAnswer);
                let (should_fail, should_hold) = match does {
                    // The connection was known to be dead.
                    _ if cut == Cut::Idle => (false, &after),
                    // It is asked again.
                    'r' => (false, &after),
                    'w' if arrived => (true, &after),
                    'n' => (true, &after),
                    _ => (true, &before),
                };
                let fault = match cut {
                    Cut::Idle => "while nothing was under way".to_owned(),
                    _ => format!("{cut:?} {} of {}", request + 1, requests.len()),
                };
                assert_eq!(outcome.is_err(), should_fail, "{name}: {outcome:?}");
                let other: Vec<_> = held.iter().filter(|line| !should_hold.contains(line)).collect();
                let missing: Vec<_> = should_hold.iter().filter(|line| !held.contains(line)).collect();
                assert!(other.is_empty() && missing.is_empty(), "{name}: {other:#?} instead of {missing:#?}");
                // The connection is made anew, and the same call again has what it did in the store once, not twice.
                let again = run_seen(&store, &session, operation).await.expect("the connection is made anew");
                assert_eq!(once(&server.dump()), once(&after), "{name}: the same call again, {again}");
                assert_eq!(sessions(&beside).await, opened, "{name}: the same call again, {again}");
                let held = if should_hold == &after { "all of it" } else { "nothing of it" };
                let again = again.split([' ', '(']).next().unwrap_or_default();
                row(operation, &fault, seen(&outcome), held, &format!("{again}; in the store once"));
            }
        }
    }
}

/// Without what says how often something was written, and which number was drawn.
fn once(dump: &[String]) -> Vec<String> {
    let skip = |line: &&String| {
        ["{session-policy}:r:", "{session-policy}:n:", "{session-policy}:all", "{session-policy}:last"]
            .iter()
            .any(|prefix| line.starts_with(prefix))
    };
    let keys = |line: &String| line.split(" = ").next().unwrap_or_default().to_owned();
    dump.iter().map(|line| if skip(&line) { keys(line) } else { line.clone() }).collect()
}

/// What every operation says to a server that is broken in this way, and that it leaves no trace.
async fn all_fail(server: &Server, store: &RedisStore, fault: &str, work: &[&str]) {
    let session = live(store, 1, NOW).await;
    let before = server.dump();
    for (operation, _) in OPERATIONS {
        let began = Instant::now();
        let outcome = run_seen(store, &session, operation).await;
        assert!(began.elapsed() < Duration::from_millis(1_500), "{operation}: {:?}", began.elapsed());
        let held = if work.contains(&operation) {
            outcome.as_ref().expect(operation);
            "as before"
        } else {
            assert!(outcome.is_err(), "{operation}: {outcome:?}");
            "nothing of it"
        };
        assert_eq!(server.dump(), before, "{operation}");
        row(operation, fault, seen(&outcome), held, "");
    }
}

/// Every answer takes 2 seconds: the caller has its error after one.
#[tokio::test(flavor = "multi_thread")]
async fn slow_server() {
    let server = Server::start();
    let proxy = Proxy::to(server.port).await;
    let store = RedisStore::connect(&proxy.url()).await.expect("the proxy is there");
    let beside = server.store().await;
    prepare(&beside).await;
    let session = live(&beside, 1, NOW).await;
    proxy.delay(Duration::from_secs(2));
    for operation in ["load", "commit (seen)", "create", "end"] {
        let began = Instant::now();
        let outcome = run_seen(&store, &session, operation).await;
        let took = began.elapsed();
        assert_eq!(seen(&outcome), "StoreError (time)", "{operation}: {outcome:?}");
        assert!(took > Duration::from_millis(900) && took < Duration::from_millis(1_500), "{operation}: {took:?}");
        row(operation, "the server takes 2 s", seen(&outcome), "", "");
    }
    proxy.delay(Duration::ZERO);
    // The first two were late, not lost: the write and the end are there. Of the others nothing can be said but that.
    run(&store, "load").await.expect("the server is quick again");
}

/// A replica: what only reads is answered, everything else fails, and nothing is written.
#[tokio::test(flavor = "multi_thread")]
async fn read_only_server() {
    let (server, primary) = (Server::start(), Server::start());
    let (store, beside) = (server.store().await, primary.store().await);
    prepare(&beside).await;
    replicate(&server, &primary);
    all_fail(&server, &store, "the server is a replica", &READS).await;
}

/// No memory is left: new sessions are refused, what lowers a session works, and nothing is dropped.
#[tokio::test(flavor = "multi_thread")]
async fn full_server() {
    let server = Server::start();
    let store = server.store().await;
    let expected = [
        ("create", "Full"),
        ("create (supersedes)", "Done"),
        ("admit (evicts)", "Done"),
        ("load", "Live"),
        ("load (confirms)", "StoreError"),
        ("commit", "StoreError"),
        ("commit (seen)", "StoreError"),
        ("commit (rotates)", "StoreError"),
        ("rotate", "StoreError"),
        ("end", "Done"),
        ("end (unless seen)", "Done"),
        ("sweep", "Swept"),
        ("reclaim", "[Claim"),
        ("settle", "()"),
        ("report_clock", "StoreError"),
        ("generation", "Generation"),
        ("reset_user", "Swept"),
        ("reset_everyone", "Swept"),
        ("set_role", "2"),
    ];
    for ((operation, _), (same, outcome)) in OPERATIONS.into_iter().zip(expected) {
        assert_eq!(operation, same);
        let () = server.run("CONFIG SET maxmemory 0");
        let () = server.run("FLUSHALL");
        prepare(&store).await;
        let session = live(&store, 1, NOW).await;
        let before = server.dump();
        let () = server.run("CONFIG SET maxmemory 1");
        let got = run_seen(&store, &session, operation).await;
        let said = got.as_ref().map_or("StoreError", |said| said.split([' ', '(']).next().unwrap_or_default());
        let said = if got.as_ref().is_ok_and(|said| said == "()") { "()" } else { said };
        assert_eq!(said, outcome, "{operation}: {got:?}");
        let refused = matches!(outcome, "Full" | "StoreError");
        let changed = server.dump() != before;
        assert_eq!(changed, !refused && !READS.contains(&operation), "{operation}");
        let held = if changed { "all of it" } else { "nothing of it" };
        row(operation, "no memory is left", outcome, held, "");
    }
}

fn replicate(replica: &Server, primary: &Server) {
    let () = replica.run(&format!("REPLICAOF 127.0.0.1 {}", primary.port));
    let until = Instant::now() + Duration::from_secs(20);
    let synced = || {
        let offset = |server: &Server, field| server.info("replication", field);
        offset(replica, "master_link_status").as_deref() == Some("up")
            && offset(replica, "slave_repl_offset") == offset(primary, "master_repl_offset")
    };
    while !synced() {
        assert!(Instant::now() < until, "the replica does not follow");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The primary dies, its replica takes over behind the same name: the process goes on, its sessions too, and scripts that the
/// new one never saw are loaded.
#[tokio::test(flavor = "multi_thread")]
async fn failover() {
    let (mut primary, replica) = (Server::start(), Server::start());
    let proxy = Proxy::to(primary.port).await;
    let store = RedisStore::connect(&proxy.url()).await.expect("the proxy is there");
    prepare(&store).await;
    replicate(&replica, &primary);
    primary.kill();
    let while_down = run(&store, "load").await;
    row("load", "the primary was killed", seen(&while_down), "", "");
    assert!(while_down.is_err(), "{while_down:?}");
    assert!(run(&store, "end").await.is_err());
    let () = replica.run("REPLICAOF NO ONE");
    proxy.lead_to(replica.port);
    for (operation, _) in OPERATIONS {
        if ["end", "set_role", "reset_user", "load (confirms)"].contains(&operation) {
            let outcome = run(&store, operation).await;
            row(operation, "its replica took over", seen(&outcome), "all of it", "");
            outcome.expect(operation);
        }
    }
    // The sessions are those of before; what was ended meanwhile is not.
    live(&store, 33, NOW + MINUTE).await;
}

/// The primary became a replica, and the connection to it stands: the first write finds out, and is done where it belongs.
#[tokio::test(flavor = "multi_thread")]
async fn failover_with_the_old_primary_alive() {
    let (old, new) = (Server::start(), Server::start());
    let proxy = Proxy::to(old.port).await;
    let store = RedisStore::connect(&proxy.url()).await.expect("the proxy is there");
    prepare(&store).await;
    replicate(&new, &old);
    let () = new.run("REPLICAOF NO ONE");
    replicate(&old, &new);
    proxy.lead_new_ones_to(new.port);
    let outcome = run(&store, "commit").await;
    row("commit", "the primary became a replica", seen(&outcome), "all of it", "");
    outcome.expect("it is written to the new primary");
    assert!(live(&new.store().await, 1, NOW).await.data.contains_key("cart"));
}

/// The server is killed and started again: errors at once while it is away, and the first call after that is answered.
#[tokio::test(flavor = "multi_thread")]
async fn restarted_server() {
    let mut server = Server::with(&["--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
    let store = server.store().await;
    prepare(&store).await;
    for _ in 0..3 {
        server.kill();
        let began = Instant::now();
        for operation in ["load", "commit", "create", "end"] {
            let outcome = run(&store, operation).await;
            row(operation, "the server is down", seen(&outcome), "", "");
            assert!(outcome.is_err(), "{operation}: {outcome:?}");
        }
        assert!(began.elapsed() < Duration::from_millis(500), "nobody is there: {:?}", began.elapsed());
        server.start_again();
        run(&store, "load").await.expect("it is there again");
        assert_eq!(run(&store, "commit").await.expect("it is there again"), "Done { failed: 0, rotated: false }");
    }
}

/// A server that evicts is refused, unless one says so.
#[tokio::test(flavor = "multi_thread")]
async fn evicting_server() {
    let server = Server::with(&["--save", "", "--maxmemory-policy", "volatile-lru"]);
    let error = RedisStore::connect(&server.url()).await.expect_err("it evicts");
    assert!(error.to_string().contains("noeviction"), "{error}");
    RedisStore::builder(server.url()).accept_eviction().connect().await.expect("it was said");
}

/// Keys expire long after what they hold is over, and not before.
#[tokio::test(flavor = "multi_thread")]
async fn expiry_is_a_backstop() {
    let server = Server::start();
    let store = server.store().await;
    prepare(&store).await;
    let mut admin = server.admin();
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(&mut admin).expect("keys");
    let mut expiring = 0;
    for key in keys {
        let left: i64 = redis::cmd("PTTL").arg(&key).query(&mut admin).expect("an expiry");
        let name = String::from_utf8_lossy(&key);
        let list = ["due", "live", "until", "leases", "last"].iter().any(|list| name.ends_with(&format!("}}:{list}")));
        assert_eq!(left == -1, list, "{name}: {left}");
        if !list {
            expiring += 1;
            let days = left / i64::try_from(DAY).expect("small");
            assert!((29..=38).contains(&days), "{name}: {days} days");
        }
    }
    assert!(expiring > 10);
}
