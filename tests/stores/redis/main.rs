//! The Redis store on real servers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is how a test fails"
)]
#![allow(clippy::print_stdout, reason = "the fault table is part of the proof")]

mod access;
mod begun;
mod cluster;
mod commands;
mod fault_table;
mod faults;
mod keeping;
mod outage;
mod proxy;
mod samples;
mod server;

use session_policy::{keys::KeyRing, store::Sealed};

// The suite that every store must pass. Its many tasks on few processors get more time than a request would.
session_policy::conformance!(conformance, async { server::fresh().await });
session_policy::conformance!(in_cluster, async { server::fresh_in_cluster().await });
session_policy::conformance!(sealed, async {
    let (store, server) = server::fresh().await;
    (Sealed::new(store, &KeyRing::new([("new", [1; 32]), ("old", [2; 32])]).unwrap()), server)
});
