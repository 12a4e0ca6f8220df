//! What time it is: UTC milliseconds since 1970, from one injected clock.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

#[cfg(feature = "test")]
mod test_clock;

#[cfg(feature = "test")]
pub use test_clock::TestClock;

/// How far the clocks of two machines, or of a machine and a store's records, may differ (semantics §3): 10 seconds.
pub(crate) const MAX_SKEW_MS: u64 = 10_000;

/// A time as the rest of the world writes it. One far beyond any calendar counts as the beginning of it: a list must not fail
/// because of one record.
pub(crate) fn system_time(ms: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_millis(ms)).unwrap_or(UNIX_EPOCH)
}

/// The one source of time of everything that judges, stamps or sweeps.
///
/// ```
/// use session_policy::clock::{Clock, SystemClock};
/// assert!(SystemClock.now_ms() > 1_700_000_000_000); // November 2023
/// ```
pub trait Clock: Send + Sync + fmt::Debug {
    /// UTC milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
    fn now_ms(&self) -> u64;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// A clock that stands before 1970 reads 0: every stamp then lies in the future, and nothing is allowed.
    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now_ms(&self) -> u64 {
        (**self).now_ms()
    }
}
