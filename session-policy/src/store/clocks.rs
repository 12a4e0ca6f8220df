//! What the engines on one store say about the time.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use super::ClockReport;
use crate::clock::Clock;

/// How many engines are remembered; the ones that reported longest ago go first.
const MOST: usize = 64;

/// The clocks of the engines on a store that lives in one process: the last report of each
/// ([`Store::report_clock`](super::Store::report_clock)), and the clocks themselves ([`Store::clocks`](super::Store::clocks)).
///
/// ```
/// use session_policy::store::{ClockReport, Clocks};
/// let clocks = Clocks::default();
/// let reports = clocks.report(ClockReport { engine: 1, now: 5 });
/// assert_eq!(reports, [ClockReport { engine: 1, now: 5 }]);
/// ```
#[derive(Default)]
pub struct Clocks {
    reports: Mutex<Vec<ClockReport>>,
    living: Mutex<Vec<(u64, Weak<dyn Clock>)>>,
}

/// Plain data: whole also after a panic.
fn lock<T>(data: &Mutex<T>) -> MutexGuard<'_, T> {
    data.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Clocks {
    /// Replaces the engine's report and returns all of them.
    pub fn report(&self, report: ClockReport) -> Vec<ClockReport> {
        let mut reports = lock(&self.reports);
        reports.retain(|known| known.engine != report.engine);
        if reports.len() >= MOST {
            reports.remove(0);
        }
        reports.push(report);
        reports.clone()
    }

    /// An engine begins to use the store; it is one of them until it drops its clock.
    pub(crate) fn join(&self, engine: u64, clock: &Arc<dyn Clock>) {
        let mut living = lock(&self.living);
        living.retain(|(known, clock)| *known != engine && clock.strong_count() > 0);
        living.push((engine, Arc::downgrade(clock)));
    }

    /// What the clocks of the other engines show now. Nothing is allocated where there are none.
    pub(crate) fn others(&self, engine: u64) -> Vec<ClockReport> {
        let living = lock(&self.living);
        let others = living.iter().filter(|(other, _)| *other != engine);
        others
            .filter_map(|(engine, clock)| Some(ClockReport { engine: *engine, now: clock.upgrade()?.now_ms() }))
            .collect()
    }
}

impl fmt::Debug for Clocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clocks").field("reports", &*lock(&self.reports)).finish_non_exhaustive()
    }
}
