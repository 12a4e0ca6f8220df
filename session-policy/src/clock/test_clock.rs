//! A clock for tests: it stands still until it is told to move.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::Clock;
use crate::duration::{self, DurationError};

/// A clock that stands still until [`advance`](Self::advance) moves it. Clones share the time.
///
/// ```
/// use session_policy::clock::{Clock, TestClock};
///
/// let clock = TestClock::new();
/// let (shared, start) = (clock.clone(), clock.now_ms());
/// clock.advance("31m")?;
/// assert_eq!(shared.now_ms() - start, 31 * 60 * 1000);
/// # Ok::<(), session_policy::duration::DurationError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TestClock {
    now: Arc<AtomicU64>,
}

impl TestClock {
    /// Where a new clock stands: 2026-01-05T09:00:00Z, a Monday morning.
    pub const START_MS: u64 = 1_767_603_600_000;

    /// A clock at [`START_MS`](Self::START_MS).
    #[must_use]
    pub fn new() -> Self {
        Self { now: Arc::new(AtomicU64::new(Self::START_MS)) }
    }

    /// Moves the clock forward by a duration in the policy language's grammar: `"31m"`, `"1799s"`, `"8h"`, `"1h30m"`.
    ///
    /// # Errors
    /// [`DurationError`], with the right spelling, for anything else; the clock then stays where it was.
    pub fn advance(&self, by: &str) -> Result<(), DurationError> {
        let by = duration::parse(by)?;
        self.advance_ms(u64::try_from(by.as_millis()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Moves the clock forward by milliseconds; it stops at the largest time there is.
    pub fn advance_ms(&self, by: u64) {
        // A plain addition would wrap around to 1970.
        let (set, fetch) = (Ordering::SeqCst, Ordering::SeqCst);
        let _before = self.now.fetch_update(set, fetch, |now| Some(now.saturating_add(by)));
    }

    /// Puts the clock to a time, also an earlier one: how a node whose clock runs behind is shown.
    pub fn set_ms(&self, now: u64) {
        self.now.store(now, Ordering::SeqCst);
    }

    /// The time it shows; the same as [`Clock::now_ms`], without importing the trait.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.now.load(Ordering::SeqCst)
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> u64 {
        self.now.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_on_a_monday_morning() {
        let (ms_a_day, days) = (86_400_000, TestClock::START_MS / 86_400_000);
        assert_eq!(TestClock::START_MS % ms_a_day, 9 * 3_600_000);
        assert_eq!((days + 3) % 7, 0, "1970-01-01 was a Thursday, the fourth day counted from Monday");
    }

    #[test]
    fn moves_by_what_it_is_told() {
        let clock = TestClock::new();
        for (by, ms) in [("31m", 1_860_000), ("1799s", 1_799_000), ("8h", 28_800_000), ("1h30m", 5_400_000)] {
            let before = clock.now_ms();
            clock.advance(by).expect(by);
            assert_eq!(clock.now_ms() - before, ms, "{by}");
        }
        let before = clock.now_ms();
        clock.advance_ms(1);
        assert_eq!(clock.now_ms() - before, 1);
    }

    #[test]
    fn stays_when_it_does_not_understand() {
        let clock = TestClock::new();
        assert_eq!(clock.advance("31").unwrap_err().to_string(), r#"`31` has no unit: write "31m" or "31s""#);
        assert_eq!(clock.now_ms(), TestClock::START_MS);
    }

    #[test]
    fn never_wraps() {
        let clock = TestClock::new();
        clock.advance_ms(u64::MAX);
        assert_eq!(clock.now_ms(), u64::MAX);
        clock.set_ms(7);
        assert_eq!(Clock::now_ms(&clock.clone()), 7, "clones share the time");
    }
}
