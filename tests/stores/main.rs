//! Every store against the published suite, and stores with one fault each, which the suite must catch.
//!
//! `cargo test -p session-policy-tests --test stores -- --nocapture table` prints the cases and the stores as a table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is how a test fails"
)]

mod broken;
mod folder;
mod plain;
mod table;

use folder::Folder;
use plain::Plain;
use session_policy::{
    keys::KeyRing,
    store::{
        MemoryStore, RedbStore, Sealed,
        conformance::{ModelStore, Stores, check_capacity},
    },
};

/// A line for each store: it has a module of tests, and a column in the table.
macro_rules! stores {
    ($($name:ident = $factory:expr;)*) => {
        $(session_policy::conformance!($name, $factory);)*

        /// The stores by name, for the table.
        const STORES: &[(&str, fn() -> Stores)] = &[$((stringify!($name), || Stores::full(|| $factory)),)*];
    };
}

stores! {
    model = async { ModelStore::new() };
    memory = async { MemoryStore::new() };
    redb = async {
        let folder = Folder::new();
        (RedbStore::open(folder.file()).unwrap(), folder)
    };
    sealed_memory = async { Sealed::new(MemoryStore::new(), &keys()) };
    sealed_redb = async {
        let folder = Folder::new();
        (Sealed::new(RedbStore::open(folder.file()).unwrap(), &keys()), folder)
    };
}

fn keys() -> KeyRing {
    KeyRing::new([("new", [1; 32]), ("old", [2; 32])]).unwrap()
}

session_policy::conformance!(plain_store, async { Plain::default() }, store only);
session_policy::conformance!(listing_store, async { ModelStore::new() }, by user);

#[test]
fn a_full_store_refuses_and_loses_nobody() {
    check_capacity(&Stores::full(|| async { ModelStore::with_capacity(7) }), 7);
    check_capacity(&Stores::full(|| async { MemoryStore::with_capacity(7) }), 7);
}
