//! Engines that differ about the time.
//!
//! Engines on one store judge the same sessions, each by its own clock. One whose clock is ahead would end sessions early; one
//! whose clock is behind would serve dead ones; and what either writes is wrong for all. So an engine relies on its clock
//! ([`Trust::Good`]) only if more engines agree with it, itself included, than with any engine that disagrees: then of two clocks
//! that differ at most one is relied on. Alone, it relies on itself. An engine that agrees with too few ([`Trust::Bad`]) denies
//! every request with a token (503 `clock`), writes nothing and ends nothing.
//!
//! In a store of one process ([`Store::clocks`](crate::store::Store::clocks)) the engines read each other's clocks. Elsewhere
//! every engine tells the store what time it has, about every 10 seconds, and reads what the others said: a *look*. What it can
//! know of another from a report:
//!
//! - A report from the future cannot be old: that engine's clock is ahead of ours.
//! - A report from the past is either old (its engine is gone) or from an engine whose clock is behind. Which of them, the next
//!   look shows: a living engine has reported anew. Until then our own time is [`Trust::Unproven`], if those engines were enough
//!   to outvote us: sessions are served, and what is past its deadline is denied, but nothing that a clock decides is written.
//! - An engine that stays silent is gone: from the second look on, so that a report that comes late is no death.
//! - An engine that agreed and is silent still agrees, unless our own clock jumped since the look before.
//!
//! Clocks that differ by up to 10 seconds ([`MAX_SKEW_MS`]) agree; by reports, from 20 on (a report is up to 10 seconds old) they
//! never do.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{Event, Sessions, lower::shielded};
use crate::{
    clock::MAX_SKEW_MS,
    store::{ClockReport, Clocks, StoreError},
};

/// How often an engine says what time it has: every 10 seconds.
pub(super) const REPORT_EVERY: Duration = Duration::from_secs(10);
const REPORT_EVERY_MS: u64 = REPORT_EVERY.as_secs() * 1000;
/// What the last look showed holds for so long: then a request waits for the next one. A clock that jumps gets there at once.
const STALE_MS: u64 = 3 * REPORT_EVERY_MS;
/// Engines whose reports differ by more than this disagree: the report of one of them may be as old as the time between two.
const APART_MS: u64 = MAX_SKEW_MS + REPORT_EVERY_MS;

/// An engine that was silent at so many looks is gone.
const GONE_AFTER: u8 = 2;

/// What an engine's own clock is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// It is relied on.
    Good,
    /// Others may be alive whose clocks are behind: nothing that a clock decides is written.
    Unproven,
    /// It agrees with too few.
    Bad,
}

/// What this engine knows of the others' clocks.
pub(super) struct OwnClock {
    engine: u64,
    /// Whether the other engines of this process know of it.
    joined: AtomicBool,
    watch: Mutex<Watch>,
    /// Whether a task looks.
    looking: AtomicBool,
}

#[derive(Default)]
struct Watch {
    /// By our clock, the last look, and what it came to.
    last: Option<(u64, Trust)>,
    others: HashMap<u64, Other>,
}

/// Another engine.
struct Other {
    /// Its last report.
    reported: u64,
    /// What its clock was ahead of ours when we first saw that report, in milliseconds.
    ahead: i128,
    /// It has reported since a look of ours.
    lives: bool,
    /// At so many looks it had not.
    silent: u8,
}

impl Other {
    fn new(report: &ClockReport, now: u64) -> Self {
        Self { reported: report.now, ahead: i128::from(report.now) - i128::from(now), lives: false, silent: 0 }
    }

    /// It may be gone: nothing but an old report speaks for it.
    fn is_doubtful(&self) -> bool {
        !self.lives && self.ahead < -i128::from(APART_MS)
    }

    fn agrees_with_us(&self, apart_ms: u64) -> bool {
        (-i128::from(apart_ms)..=i128::from(MAX_SKEW_MS)).contains(&self.ahead)
    }

    fn agrees_with(&self, other: &Self, apart_ms: u64) -> bool {
        self.ahead.abs_diff(other.ahead) <= u128::from(apart_ms)
    }
}

/// How many agree with us, ourselves included, and whether that is more than with anybody who disagrees. What is seen of two
/// clocks that agree differs by up to `apart_ms`.
fn count(others: &[&Other], apart_ms: u64) -> (usize, bool) {
    let ours = 1 + others.iter().filter(|other| other.agrees_with_us(apart_ms)).count();
    let outvoted = others
        .iter()
        .filter(|other| !other.agrees_with_us(apart_ms))
        .any(|other| others.iter().filter(|another| another.agrees_with(other, apart_ms)).count() >= ours);
    (ours, !outvoted)
}

impl Watch {
    /// What a look shows; also how many engines there are, and how many of them agree with us.
    fn look(&mut self, us: ClockReport, reports: &[ClockReport]) -> (Trust, usize, usize) {
        let since = self.last.map(|(at, _)| us.now.abs_diff(at));
        // Looks of parallel requests are one.
        let counts = since.is_none_or(|since| since >= REPORT_EVERY_MS);
        let jumped = since.is_some_and(|since| since > STALE_MS);
        for report in reports.iter().filter(|report| report.engine != us.engine) {
            let mut new = Other::new(report, us.now);
            // It was not there at our last look.
            new.lives = since.is_some();
            if let Some(known) = self.others.get(&report.engine) {
                if known.reported == report.now {
                    new.lives = known.lives;
                    new.silent = known.silent.saturating_add(u8::from(counts));
                    new.ahead = if jumped { new.ahead } else { known.ahead };
                } else {
                    new.lives = true;
                }
            }
            self.others.insert(report.engine, new);
        }
        self.others.retain(|engine, _| reports.iter().any(|report| report.engine == *engine));

        let all: Vec<_> = self.others.values().filter(|other| other.silent < GONE_AFTER).collect();
        let sure: Vec<_> = all.iter().copied().filter(|other| !other.is_doubtful()).collect();
        let (agreeing, holds) = count(&sure, APART_MS);
        let trust = match (holds, count(&all, APART_MS).1) {
            (false, _) => Trust::Bad,
            (true, false) => Trust::Unproven,
            (true, true) => Trust::Good,
        };
        let at = if counts { us.now } else { self.last.map_or(us.now, |(at, _)| at) };
        self.last = Some((at, trust));
        (trust, 1 + sure.len(), agreeing)
    }
}

impl OwnClock {
    pub(super) fn new(engine: u64) -> Self {
        Self { engine, joined: AtomicBool::new(false), watch: Mutex::default(), looking: AtomicBool::new(false) }
    }

    /// Plain data, whole also after a panic.
    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sessions {
    /// What the engine's clock is worth at `now`. It asks the store before the first answer, when the last one is old, and when
    /// the clock jumped; else the store is asked in the background, about every 10 seconds.
    pub(super) async fn trust(&self, now: u64) -> Result<Trust, StoreError> {
        if let Some(clocks) = self.0.store.clocks() {
            return Ok(self.compare(clocks));
        }
        let last = self.0.clocks.watch().last;
        let Some((at, trust)) = last else { return self.look(now).await };
        let since = now.abs_diff(at);
        if since < REPORT_EVERY_MS {
            return Ok(trust);
        }
        // Whoever is denied by an old answer may just as well wait for a new one.
        if since > STALE_MS || trust != Trust::Good {
            return self.look(now).await;
        }
        self.look_soon(now);
        Ok(trust)
    }

    /// Whether what this engine writes of the time is right, as far as the last look showed.
    pub(super) fn keeps_time(&self) -> bool {
        self.0.clocks.watch().last.is_none_or(|(_, trust)| trust == Trust::Good)
    }

    /// The clocks of all engines in this process, side by side.
    fn compare(&self, clocks: &Clocks) -> Trust {
        let own = &self.0.clocks;
        if !own.joined.swap(true, Ordering::AcqRel) {
            clocks.join(own.engine, &self.0.clock);
        }
        let shown = clocks.others(own.engine);
        let now = self.now_ms();
        let others: Vec<_> = shown.iter().map(|report| Other::new(report, now)).collect();
        let (agreeing, holds) = count(&others.iter().collect::<Vec<_>>(), MAX_SKEW_MS);
        let trust = if holds { Trust::Good } else { Trust::Bad };
        let mut watch = own.watch();
        let told = watch.last.filter(|(at, last)| *last == trust && now.abs_diff(*at) < REPORT_EVERY_MS);
        if told.is_none() {
            watch.last = Some((now, trust));
            drop(watch);
            self.say(trust, 1 + others.len(), agreeing);
        }
        trust
    }

    fn say(&self, trust: Trust, engines: usize, agreeing: usize) {
        if trust == Trust::Bad {
            self.tell(Event::ClockDisagrees { engines, agreeing });
        }
    }

    /// Says what time it has, and reads what the others said.
    async fn look(&self, now: u64) -> Result<Trust, StoreError> {
        let us = ClockReport { engine: self.0.clocks.engine, now };
        let reports = self.0.store.report_clock(us).await?;
        let (trust, engines, agreeing) = self.0.clocks.watch().look(us, &reports);
        self.say(trust, engines, agreeing);
        Ok(trust)
    }

    /// A look that nobody waits for.
    fn look_soon(&self, now: u64) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.0.clocks.looking.swap(true, Ordering::AcqRel) {
            return;
        }
        let turn = Looking(self.clone());
        drop(runtime.spawn(async move {
            let Looking(sessions) = &turn;
            let looks = sessions.clone();
            let looked = shielded(async move { looks.look(now).await }).await;
            sessions.tell_failure(looked);
        }));
    }
}

/// The one task that looks; given back also if the task is dropped.
struct Looking(Sessions);

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.0.clocks.looking.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
