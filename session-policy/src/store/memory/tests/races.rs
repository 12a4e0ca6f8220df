//! Real threads against one store. Each test states what may never be seen, whatever the order.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::{meeting::rounds, *};
use crate::store::memory::locks::Shards;

#[test]
fn nothing_brings_an_ended_session_back() {
    let store = MemoryStore::new();
    // Three tokens a round: the first, and what two rotations would replace it by.
    let [first, second] = [0, 1].map(|n| move |round: u64| 10 * round + n);
    let end = |round| {
        assert_eq!(store.stop(end(round, EndReason::Logout, T0)), Stopped::Done);
        assert_eq!(store.change(Commit::of(record_id(round), T0)), Committed::Gone);
        for token in [first(round), second(round)] {
            assert!(!matches!(store.look(token), Loaded::Live(_)), "seen by whoever ended it");
        }
    };
    let commit = |round| {
        let mut gone = false;
        for n in 0..8_u8 {
            let stamp = Some(Stamp { seen: T0 + u64::from(n), gap: 0, epoch: 0 });
            let data = vec![write("n", &[n])];
            match store.change(Commit { stamp, data, ..Commit::of(record_id(round), T0) }) {
                Committed::Gone => gone = true,
                done => assert!(!gone, "{done:?} after Gone"),
            }
        }
    };
    let turn = |round| {
        if let Loaded::Live(was) = store.look(first(round)) {
            let turned = store.turn(rotate(round, first(round), second(round), &was, T0));
            assert!(matches!(turned, Rotated::Done | Rotated::Gone), "{turned:?}");
        }
    };
    let load = |round| {
        let mut ended = false;
        for n in 0..16 {
            match store.look(if n % 2 == 0 { first(round) } else { second(round) }) {
                Loaded::Ended(_) => ended = true,
                Loaded::Live(_) => assert!(!ended, "live after its end"),
                Loaded::Superseded(_) | Loaded::Unknown => {}
            }
        }
    };
    rounds(
        2_000,
        &[&end, &commit, &turn, &load],
        |round| assert_eq!(store.make(create(first(round), signed_in(round, "alice", T0), T0)), Made::Done),
        |round| {
            let logout = |loaded: &Loaded| matches!(loaded, Loaded::Ended(EndReason::Logout));
            match (store.look(first(round)), store.look(second(round))) {
                (loaded, Loaded::Unknown) => assert!(logout(&loaded), "{loaded:?}"),
                (Loaded::Superseded(old), loaded) => {
                    assert!(old.authenticated && old.by == record_id(round) && logout(&loaded), "{old:?} {loaded:?}");
                }
                other => panic!("{other:?}"),
            }
            assert_eq!((store.list("alice"), store.live_sessions()), (vec![], 0));
        },
    );
}

#[test]
fn of_parallel_rotations_of_one_token_one_wins() {
    const THREADS: u64 = 4;
    let store = MemoryStore::new();
    let won = AtomicUsize::new(0);
    let base = |round| (THREADS + 1) * round;
    let turns: Vec<_> = (1..=THREADS)
        .map(|n| {
            let (store, won) = (&store, &won);
            move |round| {
                let was = match store.look(base(round)) {
                    Loaded::Live(was) => was,
                    Loaded::Superseded(_) => return,
                    other => panic!("{other:?}"),
                };
                match store.turn(rotate(round, base(round), base(round) + n, &was, T0)) {
                    Rotated::Done => drop(won.fetch_add(1, Ordering::SeqCst)),
                    other => assert_eq!(other, Rotated::Conflict),
                }
            }
        })
        .collect();
    let jobs: Vec<&(dyn Fn(u64) + Sync)> = turns.iter().map(|turn| turn as _).collect();
    rounds(
        1_500,
        &jobs,
        |round| assert_eq!(store.make(create(base(round), anonymous(round, T0), T0)), Made::Done),
        |round| {
            assert_eq!(won.swap(0, Ordering::SeqCst), 1);
            assert!(matches!(store.look(base(round)), Loaded::Superseded(_)));
            let found = (1..=THREADS).map(|n| store.look(base(round) + n));
            let (live, other): (Vec<_>, Vec<_>) = found.partition(|loaded| matches!(loaded, Loaded::Live(_)));
            assert_eq!(live.len(), 1);
            assert!(other.iter().all(|loaded| matches!(loaded, Loaded::Unknown)));
        },
    );
}

fn issue(store: &MemoryStore, record: u64, from: u64, to: u64, at: u64) -> Committed {
    let successor = Some(Successor { from: token(from), to: token(to), grace_until: at });
    store.change(Commit { successor, ..Commit::of(record_id(record), at) })
}

#[test]
fn of_parallel_successors_of_one_token_one_is_issued() {
    const THREADS: u64 = 4;
    let store = MemoryStore::new();
    let issued = AtomicUsize::new(0);
    let base = |round| (THREADS + 1) * round;
    let issues: Vec<_> = (1..=THREADS)
        .map(|n| {
            let (store, issued) = (&store, &issued);
            move |round| {
                let grace_until = T0 + MINUTE;
                let successor = Some(Successor { from: token(base(round)), to: token(base(round) + n), grace_until });
                match store.change(Commit { successor, ..Commit::of(record_id(base(round)), T0) }) {
                    Committed::Done { rotated, .. } => drop(issued.fetch_add(usize::from(rotated), Ordering::SeqCst)),
                    other => panic!("{other:?}"),
                }
            }
        })
        .collect();
    let jobs: Vec<&(dyn Fn(u64) + Sync)> = issues.iter().map(|issue| issue as _).collect();
    rounds(
        1_500,
        &jobs,
        |round| assert_eq!(store.make(create(base(round), anonymous(round * (THREADS + 1), T0), T0)), Made::Done),
        |round| {
            assert_eq!(issued.swap(0, Ordering::SeqCst), 1);
            assert!(matches!(store.look(base(round)), Loaded::Live(_)), "the parent is in its grace");
            let found = (1..=THREADS).map(|n| store.look(base(round) + n));
            let (live, other): (Vec<_>, Vec<_>) = found.partition(|loaded| matches!(loaded, Loaded::Live(_)));
            assert_eq!(live.len(), 1);
            assert!(other.iter().all(|loaded| matches!(loaded, Loaded::Unknown)));
        },
    );
}

#[test]
fn of_siblings_presented_at_once_one_is_confirmed() {
    let store = MemoryStore::new();
    let first = |round: u64| 10 * round;
    let seen = AtomicUsize::new(0);
    let present = |n: u64| {
        let (store, seen) = (&store, &seen);
        move |round: u64| {
            for _ in 0..3 {
                match store.look(first(round) + n) {
                    Loaded::Live(session) => {
                        assert_eq!(session.line.current, token(first(round) + n));
                        seen.fetch_or(1 << n, Ordering::SeqCst);
                    }
                    Loaded::Superseded(what) => assert_eq!(what.how, How::Rotated),
                    other => panic!("{other:?}"),
                }
            }
        }
    };
    let parent = |round: u64| {
        let mut replayed = false;
        for _ in 0..6 {
            match store.look(first(round)) {
                Loaded::Live(_) => assert!(!replayed, "its successor was presented before"),
                Loaded::Superseded(what) => replayed = what.how == How::Rotated,
                other => panic!("{other:?}"),
            }
        }
    };
    rounds(
        2_000,
        &[&present(1), &present(2), &present(3), &parent],
        |round| {
            assert_eq!(store.make(create(first(round), signed_in(round, "alice", T0), T0)), Made::Done);
            for n in 1..=3 {
                let issued = issue(&store, round, first(round), first(round) + n, T0);
                assert_eq!(issued, Committed::Done { failed: 0, rotated: true });
            }
        },
        |round| {
            assert_eq!(seen.swap(0, Ordering::SeqCst).count_ones(), 1, "two siblings were served");
            let live = (0..=3).filter(|n| matches!(store.look(first(round) + n), Loaded::Live(_))).count();
            assert_eq!(live, 1);
            assert_eq!(store.stop(end(round, EndReason::TokenReplayed, T0)), Stopped::Done);
            assert!((0..=3).all(|n| !matches!(store.look(first(round) + n), Loaded::Live(_))));
        },
    );
}

#[test]
fn a_login_that_began_before_a_reset_never_leaves_a_session() {
    const LOGINS: u64 = 40;
    let store = MemoryStore::new();
    let before = std::sync::Mutex::new(Generation::default());
    let number = |round: u64, thread: u64, n: u64| 1_000 * round + 100 * thread + n;
    let login = |thread: u64| {
        let (store, before) = (&store, &before);
        move |round: u64| {
            let generation = Some(*before.lock().unwrap());
            let old = number(round, 0, 0);
            // Until the reset comes; the first replaces a session, so it locks two shards.
            for n in 0..LOGINS {
                let number = number(round, thread, n);
                let login = superseding(number, signed_in(number, "alice", T0), old, T0);
                match store.make(Create { generation, ..login }) {
                    Made::Done => {}
                    other => return assert_eq!(other, Made::Reset),
                }
            }
        }
    };
    let turn = |round| {
        let old = number(round, 0, 0);
        if let Loaded::Live(was) = store.look(old) {
            store.turn(rotate(old, old, old + 1, &was, T0));
        }
    };
    let reset = |round| {
        // Somewhere in the middle of the logins.
        while !matches!(store.look(number(round, 1, round % (LOGINS / 2))), Loaded::Live(_)) {
            thread::yield_now();
        }
        store.reset("alice", None, T0);
    };
    rounds(
        300,
        &[&login(1), &login(2), &reset, &turn],
        |round| {
            *before.lock().unwrap() = now(store.generation(&user("alice"))).unwrap();
            let old = number(round, 0, 0);
            assert_eq!(store.make(create(old, signed_in(old, "alice", T0), T0)), Made::Done);
        },
        |round| {
            for (thread, n) in (0..3).flat_map(|thread| (0..LOGINS).map(move |n| (thread, n))) {
                let loaded = store.look(number(round, thread, n));
                assert!(!matches!(loaded, Loaded::Live(_)), "{thread}, {n}: {loaded:?}");
            }
            assert_eq!((store.list("alice"), store.live_sessions()), (vec![], 0));
        },
    );
}

#[test]
fn stamps_of_parallel_requests_merge() {
    const COMMITS: u64 = 2_000;
    let store = with_one(anonymous(1, T0));
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            let store = &store;
            scope.spawn(move || {
                let mut last = 0;
                for n in 0..COMMITS {
                    // The order of arrival is not that of time; the largest of each is somewhere in the middle.
                    let mixed = (n * 7 + thread) * 2_654_435_761 % 1_000_003;
                    let stamp = Some(Stamp { seen: T0 + mixed, gap: mixed / 3, epoch: 0 });
                    store.change(Commit { stamp, ..Commit::of(record_id(1), T0) });
                    let seen = store.live(1).header.last_seen;
                    assert!(seen >= last.max(T0 + mixed), "activity was taken back");
                    last = seen;
                }
            });
        }
    });
    let most = (0..4 * COMMITS).map(|n| (n / 4 * 7 + n % 4) * 2_654_435_761 % 1_000_003).max().unwrap();
    let header = store.live(1).header;
    assert_eq!((header.last_seen, header.longest_gap), (T0 + most, most / 3));
}

#[test]
fn no_update_is_lost() {
    const EACH: u64 = 1_000;
    let store = with_one(anonymous(1, T0));
    thread::scope(|scope| {
        for thread in 0..4_u8 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..EACH {
                    // Of one key, by version; of another, blindly: it merges.
                    let own = format!("own {thread}");
                    let data = vec![write(&own, &n.to_le_bytes())];
                    store.change(Commit { data, ..Commit::of(record_id(1), T0) });
                    loop {
                        let found = store.live(1);
                        let count =
                            found.data.get("count").map_or(0, |v| u64::from_le_bytes(v[..].try_into().unwrap()));
                        let data = vec![write("count", &(count + 1).to_le_bytes())];
                        let if_version = Some(found.version);
                        match store.change(Commit { if_version, data, ..Commit::of(record_id(1), T0) }) {
                            Committed::Done { .. } => break,
                            other => assert_eq!(other, Committed::Conflict),
                        }
                    }
                }
            });
        }
    });
    let found = store.live(1);
    assert_eq!(found.data.get("count").unwrap()[..], (4 * EACH).to_le_bytes());
    assert!((0..4).all(|thread| found.data[&*format!("own {thread}")][..] == (EACH - 1).to_le_bytes()));
    assert_eq!(found.version, 8 * EACH);
}

#[test]
fn no_failure_goes_uncounted() {
    let store = MemoryStore::new();
    let counts = std::sync::Mutex::new(Vec::new());
    let fail = |round| match store.change(Commit { count_failure: true, ..Commit::of(record_id(round), T0) }) {
        Committed::Done { failed, rotated: false } => counts.lock().unwrap().push(failed),
        other => panic!("{other:?}"),
    };
    rounds(
        500,
        &[&fail, &fail, &fail, &fail],
        |round| assert_eq!(store.make(create(round, anonymous(round, T0), T0)), Made::Done),
        |_| {
            let mut counts = std::mem::take(&mut *counts.lock().unwrap());
            counts.sort_unstable();
            assert_eq!(counts, [1, 2, 3, 4], "two attempts saw the same count");
        },
    );
}

#[test]
fn parallel_logins_never_exceed_the_capacity() {
    const ROOM: usize = 8;
    let store = MemoryStore::with_capacity(ROOM);
    let done = AtomicUsize::new(0);
    let number = |round: u64, thread: u64, n: u64| 100 * round + 10 * thread + n;
    let login = |thread| {
        let (store, done) = (&store, &done);
        move |round| {
            for number in (0..6).map(|n| number(round, thread, n)) {
                match store.make(create(number, signed_in(number, "alice", T0), T0)) {
                    Made::Done => drop(done.fetch_add(1, Ordering::SeqCst)),
                    other => assert_eq!(other, Made::Full),
                }
            }
        }
    };
    rounds(
        1_000,
        &[&login(0), &login(1), &login(2), &login(3)],
        |_| assert_eq!((done.swap(0, Ordering::SeqCst), store.live_sessions()), (0, 0)),
        |round| {
            assert_eq!((done.swap(0, Ordering::SeqCst), store.live_sessions()), (ROOM, ROOM));
            for (thread, n) in (0..4).flat_map(|thread| (0..6).map(move |n| (thread, n))) {
                store.stop(end(number(round, thread, n), EndReason::Logout, T0));
            }
        },
    );
}

#[test]
fn of_a_session_superseded_twice_and_ended_nothing_lives_on() {
    let store = MemoryStore::new();
    let login = |n: u64| {
        let store = &store;
        move |round: u64| {
            let number = 10 * round + n;
            let login = superseding(number, signed_in(number, "alice", T0), 10 * round, T0);
            assert_eq!(store.make(login), Made::Done, "a logout that came first does not stop a login");
        }
    };
    let logout = |round| {
        let ended = store.stop(end(10 * round, EndReason::Logout, T0));
        assert!(matches!(ended, Stopped::Done | Stopped::Unknown), "{ended:?}");
    };
    rounds(
        2_000,
        &[&login(1), &login(2), &logout],
        |round| assert_eq!(store.make(create(10 * round, signed_in(10 * round, "bob", T0), T0)), Made::Done),
        |round| {
            assert!(matches!(store.look(10 * round), Loaded::Superseded(_)));
            assert_eq!(store.list("bob"), []);
            assert_eq!(store.list("alice"), [1, 2].map(|n| record_id(10 * round + n)));
            assert_eq!((store.reset("alice", None, T0), store.live_sessions()), (2, 0));
        },
    );
}

#[test]
fn whoever_locks_two_shards_waits_for_the_lower_with_empty_hands() {
    for (near, far) in [(3, 9), (9, 3)] {
        let shards = Shards::new(|_| 0_u32);
        let about_to = AtomicUsize::new(0);
        thread::scope(|scope| {
            let lower = shards.write(3).unwrap();
            scope.spawn(|| {
                about_to.store(1, Ordering::SeqCst);
                let mut two = shards.write_two(near, far).unwrap();
                *two.near() += 1;
                *two.far() += 2;
            });
            while about_to.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            for _ in 0..2_000 {
                assert!(shards.is_free(9));
                thread::yield_now();
            }
            drop(lower);
        });
        assert_eq!([near, far].map(|shard| *shards.read(shard).unwrap()), [1, 2]);
    }
    let same = Shards::new(|_| 0_u32);
    let mut two = same.write_two(5, 5).unwrap();
    *two.near() += 1;
    *two.far() += 2;
    assert_eq!(*two.near(), 3);
}

#[test]
fn everything_at_once_neither_locks_up_nor_loses_count() {
    const TOKENS: u64 = 200;
    let store = MemoryStore::with_capacity(60);
    let users = ["alice", "bob", "carol"];
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            let store = &store;
            scope.spawn(move || {
                let mut random = thread.wrapping_mul(0x9e37_79b9) | 1;
                let mut next = |below: u64| {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    random % below
                };
                for step in 0..6_000_u64 {
                    // A day has passed at the end: tombstones are forgotten and tokens come again.
                    let at = T0 + step * 30_000;
                    let (token, other, who) = (next(TOKENS), next(TOKENS), users[next(3) as usize]);
                    match next(8) {
                        0..=2 => drop(store.make(superseding(token, signed_in(token, who, at), other, at))),
                        3 => drop(store.stop(end(token, EndReason::Logout, at))),
                        4 => drop(store.change(Commit { count_failure: true, ..Commit::of(record_id(token), at) })),
                        5 => {
                            if let Loaded::Live(was) = store.look(token) {
                                let mut turn = rotate(0, token, other, &was, at);
                                turn.record = was.id;
                                turn.identity = Arc::new(Identity::new(Some(user(who)), None));
                                store.turn(turn);
                            }
                        }
                        6 if step % 16 == 0 => drop(store.reset(who, Some(token), at)),
                        6 => drop(store.list(who)),
                        _ => drop(store.clean(at, 5)),
                    }
                    assert!(store.live_sessions() <= 60);
                }
            });
        }
    });
    let live = (0..TOKENS).filter(|token| matches!(store.look(*token), Loaded::Live(_))).count();
    let listed: usize = users.iter().map(|who| store.list(who).len()).sum();
    assert_eq!((live, listed), (store.live_sessions(), store.live_sessions()));
    let ended: usize = users.iter().map(|who| store.reset(who, None, T0)).sum();
    assert_eq!((ended, store.live_sessions()), (live, 0));
}
