//! Requests beside a sweep, and beside other company.

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use session_policy::store::{Commit, Committed, Load, Loaded, MemoryStore, Stamp, Store, Sweep};

use crate::sessions::{HOUR, Kind, MINUTE, START, filled, now, record_id, token};

/// So many sessions end in one call of a sweep.
const BATCH: usize = 1_000;
/// When the requests come: half of the sessions are dead.
const NOW: u64 = START + HOUR / 2;

/// What else goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Beside {
    Sweep,
    SweepForHook,
    Nothing,
    OtherWork,
}

impl Beside {
    /// The sweeps first: the others last as long.
    pub(crate) const ALL: [Self; 4] = [Self::SweepForHook, Self::Sweep, Self::Nothing, Self::OtherWork];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Sweep => "a full sweep",
            Self::SweepForHook => "a full sweep with claims, each settled",
            Self::Nothing => "nothing",
            Self::OtherWork => "a thread that computes",
        }
    }
}

/// What was found. Times of requests are nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) lasts_us: u64,
    pub(crate) requests: u64,
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) p999: u64,
    pub(crate) p9999: u64,
    pub(crate) slowest: u64,
}

/// Requests for live sessions while a sweep ends the dead half, or for `lasts_us` beside something else.
pub(crate) fn measure(count: u64, beside: Beside, lasts_us: u64) -> Measured {
    let store = filled(count, Kind::SignedIn, |number| if number % 2 == 0 { MINUTE } else { HOUR });
    let over = AtomicBool::new(false);
    let lasted = AtomicU64::new(0);
    let mut times = thread::scope(|scope| {
        let requests = scope.spawn(|| requests(&store, count, &over));
        scope.spawn(|| {
            let start = Instant::now();
            match beside {
                Beside::Sweep => sweep(&store, None),
                Beside::SweepForHook => sweep(&store, Some(NOW + MINUTE)),
                Beside::Nothing => thread::sleep(Duration::from_micros(lasts_us)),
                Beside::OtherWork => compute(Duration::from_micros(lasts_us)),
            }
            lasted.store(u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX), Relaxed);
            over.store(true, Relaxed);
        });
        requests.join().expect("no request fails")
    });
    if matches!(beside, Beside::Sweep | Beside::SweepForHook) {
        assert_eq!(store.live_sessions() as u64, count / 2, "the sweep ended the dead, and nobody else");
    }
    times.sort_unstable();
    let at = |share: f64| {
        let rank = (times.len() as f64 * share) as usize;
        times.get(rank.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    Measured {
        lasts_us: lasted.into_inner(),
        requests: times.len() as u64,
        p50: at(0.5),
        p99: at(0.99),
        p999: at(0.999),
        p9999: at(0.9999),
        slowest: at(1.0),
    }
}

/// One thread, one request after the other, for sessions here and there. Each is a look-up and a stamp of activity.
fn requests(store: &MemoryStore, count: u64, over: &AtomicBool) -> Vec<u64> {
    let mut times = Vec::with_capacity(8_000_000);
    let mut next = 1_u64;
    while !over.load(Relaxed) {
        next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The odd ones live.
        let number = ((next >> 33) % count) | 1;
        if number >= count {
            continue;
        }
        let start = Instant::now();
        let loaded = now(store.load(Load { token: token(number), now: NOW })).expect("it answers");
        let Loaded::Live(session) = loaded else { panic!("session {number} is not live: {loaded:?}") };
        let stamp = Some(Stamp { seen: NOW, gap: HOUR / 2, epoch: session.header.epoch });
        let committed = now(store.commit(Commit { stamp, ..Commit::of(record_id(number), NOW) })).expect("it answers");
        let took = start.elapsed();
        assert!(matches!(committed, Committed::Done { .. }), "{committed:?}");
        times.push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }
    times
}

/// Batch after batch without a pause, until nothing is left: a sweeper that takes its time disturbs less.
fn sweep(store: &MemoryStore, lease: Option<u64>) {
    loop {
        let swept = now(store.sweep(Sweep { due: NOW, at_most: BATCH, lease, now: NOW })).expect("it answers");
        if !swept.claims.is_empty() {
            let ends = swept.claims.iter().map(|claim| claim.session.id).collect();
            now(store.settle(ends)).expect("it answers");
        }
        if swept.next.is_none() {
            return;
        }
    }
}

/// Keeps a core busy and touches nobody's data: what remains of a sweep's effect is its locks and its memory traffic.
fn compute(lasts: Duration) {
    let start = Instant::now();
    let mut state = 1_u64;
    while start.elapsed() < lasts {
        for _ in 0..1_000 {
            state = black_box(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        }
    }
}
