//! What is kept, beyond what the suite of all stores asks: large sessions, sessions of a later version, and what the server
//! dropped by itself.

use std::sync::Arc;

use session_policy::store::{
    Admit, ByUser, Created, DataChange, Ended, Header, OnLimit, Reclaim, SessionLimit, SetRole, Store, Sweep,
};

use crate::{
    samples::{DAY, MINUTE, NOW, create, end, id, live, rotate, token, user, write},
    server::Server,
};

const KIB: usize = 1024;

fn key(kind: &str, bytes: &[u8]) -> Vec<u8> {
    [format!("{{session-policy}}:{kind}:").as_bytes(), bytes].concat()
}

/// 60 sessions of 60 KiB each: no answer is larger than what a connection carries at once, and nothing is left in the end.
#[tokio::test(flavor = "multi_thread")]
async fn large_sessions_go_in_parts() {
    let server = Server::start();
    let store = server.store().await;
    for n in 0..60 {
        store.create(create(n, Some("alice"), NOW)).await.expect("an answer");
        let mut commit = write(n, "large", NOW);
        commit.data = vec![DataChange { key: "large".into(), value: Some(Arc::from(vec![7; 60 * KIB])) }];
        store.commit(commit).await.expect("an answer");
    }
    let now = NOW + DAY;
    let (mut calls, mut ended) = (0, 0);
    loop {
        let swept = store.sweep(Sweep { due: now, at_most: 100, lease: Some(now + 1), now }).await.expect("an answer");
        (calls, ended) = (calls + 1, ended + swept.ended);
        assert!(swept.claims.len() == swept.ended && swept.ended < 25, "{} at once", swept.ended);
        if swept.next.is_none() {
            break;
        }
    }
    assert_eq!(ended, 60);
    assert!((3..10).contains(&calls), "{calls} calls");
    let mut reclaimed = 0;
    loop {
        let reclaim = Reclaim { at_most: 100, lease: now + MINUTE, now: now + 1 };
        let claims = store.reclaim(reclaim).await.expect("an answer");
        if claims.is_empty() {
            break;
        }
        reclaimed += claims.len();
        assert!(claims.len() < 25, "{} at once", claims.len());
        store.settle(claims.iter().map(|claim| claim.session.id).collect()).await.expect("an answer");
    }
    assert_eq!(reclaimed, 60);
}

/// A session that the next version wrote is shown to whoever judges, changed by nobody, and ended only on purpose.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_later_version_is_left_alone() {
    let server = Server::start();
    let store = server.store().await;
    store.create(create(1, Some("alice"), NOW)).await.expect("an answer");
    let seen = live(&store, 1, NOW).await;
    let mut admin = server.admin();
    let name = key("r", &id(1).0);
    let mut kept: Vec<u8> = redis::cmd("GET").arg(&name).query(&mut admin).expect("a session");
    // Behind what the scripts read: one token, and `alice`. The version is the first of three fields.
    let version = 30 + 32 + 5 + 1;
    assert_eq!(kept[version - 1..=version], [0x93, Header::VERSION.to_be_bytes()[1]]);
    kept[version] += 1;
    let () = redis::cmd("SET").arg(&name).arg(&kept).query(&mut admin).expect("an answer");
    assert_eq!(live(&store, 1, NOW).await.header.version, Header::VERSION + 1);
    store.commit(write(1, "cart", NOW)).await.expect_err("it would be lost what is not understood");
    store.rotate(rotate(&seen, 1, 2, NOW)).await.expect_err("it would be lost what is not understood");
    let set = SetRole { user: user("alice"), role: Some("clerk".into()), now: NOW };
    store.set_role(set).await.expect_err("a role that would not hold");
    let now = NOW + 2 * DAY;
    let sweep = Sweep { due: now, at_most: 10, lease: None, now };
    assert_eq!(store.sweep(sweep).await.expect("an answer").ended, 0, "when it is over, only its version knows");
    let still: Vec<u8> = redis::cmd("GET").arg(&name).query(&mut admin).expect("a session");
    assert_eq!(still, kept);
    assert!(matches!(store.end(end(1, now)).await.expect("an answer"), Ended::Done(_)));
}

/// The server's own expiry takes a session: whoever comes finds nothing, it counts for no limit, and the sweep cleans up.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_dropped_is_taken_off_the_lists() {
    let server = Server::start();
    let store = server.store().await;
    for n in [1, 2] {
        store.create(create(n, Some("alice"), NOW)).await.expect("an answer");
    }
    for (kind, bytes) in [("r", &id(1).0[..]), ("t", &token(1).0[..])] {
        let gone: u32 = redis::cmd("DEL").arg(key(kind, bytes)).query(&mut server.admin()).expect("an answer");
        assert_eq!(gone, 1);
    }
    assert_eq!(store.of_user(&user("alice")).await.expect("an answer").len(), 1);
    let limit = SessionLimit { most: 2, on_limit: OnLimit::Reject };
    let created = store.admit(create(3, Some("alice"), NOW), limit).await.expect("an answer");
    assert!(matches!(created, Created::Done(_)), "{created:?}");
    let now = NOW + 2 * DAY;
    let swept = store.sweep(Sweep { due: now, at_most: 10, lease: Some(now), now }).await.expect("an answer");
    assert_eq!((swept.ended, swept.claims.len(), swept.next), (2, 2, None));
    for list in ["due", "live"] {
        assert_eq!(server.run::<u64>(&format!("ZCARD {{session-policy}}:{list}")), 0, "{list}");
    }
}
