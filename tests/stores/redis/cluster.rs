//! A cluster: all keys of a prefix are in one slot, and the store finds the node that has it.

use session_policy::store::{Store, redis::RedisStore};

use crate::{
    samples::{NOW, create, live, write},
    server::Server,
};

/// Two nodes, each with half of the slots; the store is told of either.
#[tokio::test(flavor = "multi_thread")]
async fn the_node_with_the_slot_is_found() {
    let nodes = [Server::cluster_node(), Server::cluster_node()];
    let () = nodes[0].run("CLUSTER ADDSLOTSRANGE 0 8191");
    let () = nodes[1].run("CLUSTER ADDSLOTSRANGE 8192 16383");
    let () = nodes[0].run(&format!("CLUSTER MEET 127.0.0.1 {}", nodes[1].port));
    for node in &nodes {
        node.wait_for_cluster();
    }
    let slot: u16 = nodes[0].run("CLUSTER KEYSLOT {session-policy}:live");
    let (owner, other) = if slot < 8192 { (&nodes[0], &nodes[1]) } else { (&nodes[1], &nodes[0]) };
    for node in [other, owner] {
        let store = RedisStore::connect(&node.url()).await.expect("a node is there");
        let n = u64::from(node.port);
        store.create(create(n, Some("alice"), NOW)).await.expect("it is done where the slot is");
        live(&store, n, NOW).await;
        store.commit(write(n, "cart", NOW)).await.expect("an answer");
    }
    assert_eq!(other.run::<u64>("DBSIZE"), 0);
    assert!(owner.run::<u64>("DBSIZE") > 6);
}
