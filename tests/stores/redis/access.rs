//! What the store's user must be allowed to do, and nothing beyond it.

use session_policy::store::{Store, redis::RedisStore};

use crate::{
    samples::load,
    server::{RIGHTS, Server},
};

/// The conformance suite runs with these rights; here: they are the documented ones, and lead nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn the_documented_rights() {
    let documented = include_str!("../../../session-policy/src/store/redis/README.md");
    for right in RIGHTS.split_whitespace().filter(|right| right.starts_with('+')) {
        assert!(documented.contains(right), "{right} is not in the documentation");
    }
    let server = Server::start();
    let () = server.run(&format!("ACL SETUSER sessions on >secret {RIGHTS} ~{{session-policy}}:*"));
    let url = format!("redis://sessions:secret@127.0.0.1:{}/", server.port);
    RedisStore::connect(&url).await.expect("allowed");
    // Without `INFO` the server is not asked how it evicts.
    let () = server.run("ACL SETUSER sessions -info");
    RedisStore::connect(&url).await.expect("allowed");
    let store = RedisStore::builder(url.as_str()).prefix("elsewhere").connect().await;
    let refused = store.expect("nothing of a prefix is touched at first").load(load(1, 1)).await;
    let refused = refused.expect_err("another prefix").to_string();
    assert!(refused.contains("permission") || refused.contains("can't access"), "{refused}");
}
