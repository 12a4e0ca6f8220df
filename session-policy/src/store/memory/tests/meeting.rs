//! Threads that do their work at the same instant.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

/// Where threads meet. They spin, so that they leave at about the same instant; one that is woken by the kernel comes late.
struct Meeting {
    threads: usize,
    arrivals: AtomicUsize,
}

impl Meeting {
    fn wait(&self) {
        let arrivals = self.arrivals.fetch_add(1, Ordering::SeqCst) + 1;
        let all = arrivals.next_multiple_of(self.threads);
        while self.arrivals.load(Ordering::SeqCst) < all {
            thread::yield_now();
        }
    }
}

/// Runs the jobs at once, round after round: they meet at a barrier before each round and after it, when `check` looks.
pub(super) fn rounds(rounds: u64, jobs: &[&(dyn Fn(u64) + Sync)], setup: impl Fn(u64), check: impl Fn(u64)) {
    let meet = Meeting { threads: jobs.len() + 1, arrivals: AtomicUsize::new(0) };
    // A job that panicked must not leave the others at the barrier.
    let failed = AtomicBool::new(false);
    let guarded = |job: &dyn Fn(u64), round| {
        if failed.load(Ordering::SeqCst) {
            return;
        }
        let caught = catch_unwind(AssertUnwindSafe(|| job(round)));
        failed.fetch_or(caught.is_err(), Ordering::SeqCst);
    };
    thread::scope(|scope| {
        for job in jobs {
            let (meet, guarded) = (&meet, &guarded);
            scope.spawn(move || {
                for round in 0..rounds {
                    meet.wait();
                    guarded(job, round);
                    meet.wait();
                }
            });
        }
        for round in 0..rounds {
            guarded(&setup, round);
            meet.wait();
            meet.wait();
            guarded(&check, round);
        }
    });
    assert!(!failed.into_inner(), "see the panic above");
}
