//! The stores in PostgreSQL, on real servers, and in SQLite.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is how a test fails"
)]
#![allow(clippy::print_stdout, reason = "the fault table is part of the proof")]

#[path = "../redis/fault_table.rs"]
mod fault_table;
mod faults;
mod file;
mod file_faults;
mod operations;
#[path = "../redis/proxy.rs"]
#[allow(dead_code, reason = "shared with the tests of the store in Redis, which use more of it")]
mod proxy;
#[path = "../redis/samples.rs"]
#[allow(dead_code, reason = "as above")]
mod samples;
mod server;
mod tables;

// The suite that every store must pass. Its many tasks on few processors get more time than a request would.
session_policy::conformance!(sqlite, async { file::fresh().await });
session_policy::conformance!(postgres, async { server::fresh().await });
