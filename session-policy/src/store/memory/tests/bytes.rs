//! How much data the store holds.

use super::*;
use crate::store::memory::room::bytes_of;

/// What an entry "blob" counts beside its value.
const ENTRY: usize = "blob".len() + 128;

fn with_data(number: u64, who: &str, bytes: usize) -> Record {
    let data = Arc::new(Entries::from([("blob".into(), vec![0; bytes].into())]));
    Record { data, ..signed_in(number, who, T0) }
}

fn put(store: &MemoryStore, number: u64, key: &str, bytes: usize) -> bool {
    let data = vec![write(key, &vec![0; bytes])];
    now(store.commit(Commit { data, ..Commit::of(record_id(number), T0) })).is_ok()
}

#[test]
fn data_is_bounded_and_a_refused_commit_changes_nothing() {
    let store = MemoryStore::new().with_data_capacity(10_000);
    assert_eq!(store.make(create(1, with_data(1, "alice", 4_000), T0)), Made::Done);
    assert_eq!(store.data_bytes(), 4_000 + ENTRY);
    assert_eq!(store.make(create(2, with_data(2, "bob", 6_000), T0)), Made::Full);
    assert_eq!(store.make(create(2, signed_in(2, "bob", T0), T0)), Made::Done, "one without data still fits");
    assert!(put(&store, 2, "blob", 5_000));
    assert!(!put(&store, 2, "more", 800), "800 bytes and what an entry costs are too many");
    let was = store.live(2);
    assert_eq!((was.data.len(), was.version, was.rev, store.data_bytes()), (1, 1, 1, 9_000 + 2 * ENTRY));
    let turn = Rotate { data: vec![write("more", &[0; 800])], ..rotate(2, 2, 3, &was, T0) };
    assert!(now(store.rotate(turn)).is_err());
    assert!(matches!(store.look(3), Loaded::Unknown));
    assert_eq!(store.live(2).version, 1);
    assert!(put(&store, 2, "blob", 5_600), "what is overwritten makes room");
    assert!(put(&store, 2, "blob", 10));
    assert_eq!(store.data_bytes(), 4_010 + 2 * ENTRY);
    store.change(Commit { data: vec![remove("blob")], ..Commit::of(record_id(2), T0) });
    store.stop(end(1, EndReason::Logout, T0));
    assert_eq!(store.data_bytes(), 0);
}

#[test]
fn a_full_store_still_counts_failures_takes_stamps_and_ends() {
    let store = MemoryStore::new().with_data_capacity(0);
    assert_eq!(store.make(create(1, signed_in(1, "alice", T0), T0)), Made::Done);
    let commit = Commit { count_failure: true, data: vec![remove("never")], ..Commit::of(record_id(1), T0) };
    assert_eq!(store.change(commit), Committed::Done { failed: 1, rotated: false });
    assert!(!put(&store, 1, "a", 0));
    assert_eq!(store.stop(end(1, EndReason::Logout, T0)), Stopped::Done);
}

#[test]
fn a_login_takes_the_bytes_of_the_session_it_supersedes_and_of_those_it_evicts() {
    let store = MemoryStore::new().with_data_capacity(5_000);
    store.make(create(1, with_data(1, "alice", 4_000), T0));
    let login = |number, bytes| superseding(number, with_data(number, "alice", bytes), 1, T0);
    assert_eq!(store.make(login(2, 5_000)), Made::Full);
    store.live(1);
    assert_eq!(store.make(login(2, 4_500)), Made::Done);
    let limit = SessionLimit { most: 1, on_limit: OnLimit::EvictOldest };
    let admit =
        |number, bytes| made(&now(store.admit(create(number, with_data(number, "alice", bytes), T0), limit)).unwrap());
    assert_eq!(admit(3, 5_000), Made::Full);
    store.live(2);
    assert_eq!(admit(3, 4_800), Made::Done);
    assert_eq!((store.live_sessions(), store.data_bytes()), (1, 4_800 + ENTRY));
}

#[test]
fn the_data_of_anonymous_sessions_leaves_room_for_users() {
    let store = MemoryStore::new().with_data_capacity(8_000);
    store.make(create(1, anonymous(1, T0), T0));
    store.make(create(2, signed_in(2, "alice", T0), T0));
    assert!(!put(&store, 1, "a", 7_000));
    assert!(put(&store, 2, "a", 7_000));
}

#[test]
fn the_dead_give_back_their_bytes_to_a_create() {
    let store = MemoryStore::new().with_data_capacity(5_000);
    store.make(create(
        1,
        Record { expiry: Expiry { idle_ms: MINUTE, absolute_at: T0 + HOUR }, ..with_data(1, "alice", 4_000) },
        T0,
    ));
    assert_eq!(store.make(create(2, with_data(2, "bob", 4_000), T0)), Made::Full);
    assert_eq!(store.make(create(2, with_data(2, "bob", 4_000), T0 + HOUR)), Made::Done);
}

#[test]
fn parallel_writes_never_exceed_the_bytes() {
    const MOST: usize = 20_000;
    let store = MemoryStore::new().with_data_capacity(MOST);
    for number in 0..8 {
        store.make(create(number, signed_in(number, "alice", T0), T0));
    }
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..2_000_u64 {
                    let number = (n + thread) % 8;
                    if n % 3 == 0 {
                        let data = vec![remove("a"), remove("b")];
                        store.change(Commit { data, ..Commit::of(record_id(number), T0) });
                    } else {
                        put(store, number, if n % 2 == 0 { "a" } else { "b" }, (n % 7) as usize * 600);
                    }
                    assert!(store.data_bytes() <= MOST);
                }
            });
        }
    });
    let held: usize = (0..8).map(|number| bytes_of(&store.live(number).data)).sum();
    assert_eq!(held, store.data_bytes());
}
