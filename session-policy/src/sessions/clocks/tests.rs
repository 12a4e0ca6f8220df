//! Engines with random clocks report and look at random times; what each of them then relies on.

use proptest::{prelude::*, sample::select};

use super::*;

const SECOND: u64 = 1_000;

/// An engine of the simulation.
struct Engine {
    /// What its clock shows at the true time 0.
    ahead: u64,
    /// The true time of its next look.
    next: u64,
    watch: Watch,
    trust: Option<Trust>,
}

/// Lets every engine look every 10 seconds, more or less, until `looks` of them are over for each; `pause` is the jitter.
fn run(engines: &mut [Engine], reports: &Clocks, looks: u64, pause: &mut impl Iterator<Item = u64>) {
    let end = looks * (REPORT_EVERY_MS + SECOND);
    while let Some((id, engine)) = engines.iter_mut().enumerate().min_by_key(|(_, engine)| engine.next)
        && engine.next < end
    {
        let us = ClockReport { engine: id as u64, now: engine.ahead + engine.next };
        let (trust, known, agreeing) = engine.watch.look(us, &reports.report(us));
        assert!(agreeing <= known);
        engine.trust = Some(trust);
        engine.next += REPORT_EVERY_MS + pause.next().unwrap();
    }
}

fn engines(ahead: &[u64], starts: &[u64]) -> Vec<Engine> {
    let engine =
        |(ahead, next): (&u64, &u64)| Engine { ahead: *ahead, next: *next, watch: Watch::default(), trust: None };
    ahead.iter().zip(starts).map(engine).collect()
}

/// Offsets around an hour, so that clocks behind stay above zero: right ones, slightly wrong ones, and wrong ones.
fn offsets() -> impl Strategy<Value = Vec<u64>> {
    let hour = 3_600 * SECOND;
    let some = select(vec![0, 0, 0, 2, 5, 300, 302, 1_800, 365 * 86_400]).prop_map(move |s: u64| hour + s * SECOND);
    let behind = select(vec![300, 1_800]).prop_map(move |s: u64| hour - s * SECOND);
    prop::collection::vec(prop_oneof![4 => some, 1 => behind], 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Once everybody has looked a few times: an engine relies on its clock exactly if more agree with it than with any that
    /// disagrees. So no two that differ do.
    #[test]
    fn the_largest_group_is_relied_on(
        ahead in offsets(),
        starts in prop::collection::vec(0..10 * SECOND, 8),
        pauses in prop::collection::vec(0..SECOND, 64),
    ) {
        let mut all = engines(&ahead, &starts);
        run(&mut all, &Clocks::default(), 5, &mut pauses.iter().copied().cycle());
        let near = |a: u64, b: u64| a.abs_diff(b) <= MAX_SKEW_MS;
        let group = |of: u64| ahead.iter().filter(|other| near(**other, of)).count();
        for engine in &all {
            let ours = group(engine.ahead);
            let best = ahead.iter().filter(|other| !near(**other, engine.ahead)).all(|other| group(*other) < ours);
            let expected = if best { Trust::Good } else { Trust::Bad };
            prop_assert_eq!(engine.trust, Some(expected), "{} of {:?}", engine.ahead, ahead);
        }
    }

    /// At its very first look an engine whose clock is wrong never relies on it.
    #[test]
    fn nobody_joins_with_a_wrong_clock(
        wrong in select(vec![300_u64, 1_800, 86_400, 365 * 86_400]),
        behind in any::<bool>(),
        right in 1_usize..6,
        starts in prop::collection::vec(0..10 * SECOND, 8),
    ) {
        let year = 366 * 86_400 * SECOND;
        let (mut all, reports) = (engines(&vec![year; right], &starts), Clocks::default());
        run(&mut all, &reports, 3, &mut std::iter::repeat(0));
        let time = 3 * (REPORT_EVERY_MS + SECOND);
        let ahead = if behind { year - wrong * SECOND } else { year + wrong * SECOND };
        let us = ClockReport { engine: 99, now: ahead + time };
        let (trust, ..) = Watch::default().look(us, &reports.report(us));
        prop_assert_eq!(trust, if behind { Trust::Bad } else { Trust::Unproven });
        // One with the right clock is welcome at once.
        let us = ClockReport { engine: 100, now: year + time };
        let (trust, ..) = Watch::default().look(us, &reports.report(us));
        prop_assert_eq!(trust, Trust::Good);
    }
}

/// Looks of parallel requests are one: nobody is gone because many asked at once.
#[test]
fn looks_at_once_are_one() {
    let mut watch = Watch::default();
    let other = ClockReport { engine: 2, now: 100_000 };
    let looks = |watch: &mut Watch, now| {
        let us = ClockReport { engine: 1, now };
        watch.look(us, &[us, other])
    };
    for _ in 0..10 {
        assert_eq!(looks(&mut watch, 200_000), (Trust::Unproven, 1, 1));
    }
    for now in [205_000, 209_999, 210_000, 210_000, 219_999] {
        assert_eq!(looks(&mut watch, now).0, Trust::Unproven, "{now}");
    }
    assert_eq!(looks(&mut watch, 220_000), (Trust::Good, 1, 1));
}
