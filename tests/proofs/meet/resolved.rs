//! What `resolve` makes of valid policies is valid, also after they met, and never looser than what either of them wrote.

use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use session_policy::policy::{Csrf, Effective, Level, OnMismatch, Rules};

use super::{
    oracle::{is_valid, written},
    strategy::valid,
};

/// dsl.md: a `touch` is positive and at most a tenth of `idle`; `idle` and `fresh` fit into `absolute`; a role or `fresh`
/// needs somebody. An `idle` or a `rotate_every` equal to `absolute` is what is left of a pair that met; it changes nothing. No
/// token is good for longer than its successor takes to be replaced in its turn.
fn faults(effective: &Effective) -> Vec<&'static str> {
    let Effective { idle_ms, absolute_ms, fresh_ms, touch_ms, auth, role, rotate_every_ms, grace_ms, limit, .. } =
        *effective;
    let checks = [
        (touch_ms > 0, "touch is positive"),
        (touch_ms * 10 <= idle_ms, "touch is at most a tenth of idle"),
        (idle_ms <= absolute_ms, "idle fits into absolute"),
        (fresh_ms.is_none_or(|fresh| fresh > 0 && fresh <= absolute_ms), "fresh fits into absolute"),
        (fresh_ms.is_none() || auth >= Level::Full, "fresh needs an active authentication"),
        (role.is_none() || auth >= Level::Remembered, "a role needs somebody"),
        (rotate_every_ms.is_none_or(|every| every <= absolute_ms), "rotate_every fits into absolute"),
        (
            rotate_every_ms.is_none_or(|every| every == absolute_ms || (120_000 <= every && grace_ms < every)),
            "rotation leaves requests the time to finish",
        ),
        (grace_ms > 0 && grace_ms <= 60_000, "grace is at most a minute"),
        (limit.is_none_or(|limit| limit.most > 0), "a limit lets somebody in"),
        (absolute_ms <= 3_650 * 86_400_000, "no longer than the language can say"),
    ];
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, check)| check).collect()
}

/// Where `of` wrote a key, `effective` is at least as strict.
fn looser(effective: &Effective, of: &Rules) -> Vec<&'static str> {
    let longer = |got: u64, wrote: Option<u32>| wrote.is_some_and(|wrote| got > u64::from(wrote) * 1000);
    let rung = match written(of).get("on_mismatch") {
        Some(super::oracle::Value::Word(word)) => Some(*word),
        _ => None,
    };
    let checks = [
        (longer(effective.idle_ms, of.idle), "idle"),
        (longer(effective.absolute_ms, of.absolute), "absolute"),
        (longer(effective.fresh_ms.unwrap_or(u64::MAX), of.fresh), "fresh"),
        (longer(effective.touch_ms, of.touch), "touch"),
        (longer(effective.rotate_every_ms.unwrap_or(u64::MAX), of.rotate_every), "rotate_every"),
        (longer(effective.grace_ms, of.grace), "grace"),
        (of.limit.is_some_and(|wrote| effective.limit.is_none_or(|got| got.most > wrote.most)), "max_sessions"),
        (of.auth.is_some_and(|auth| effective.auth < auth), "auth"),
        (of.csrf == Some(Csrf::Origin) && effective.csrf == Csrf::Off, "csrf"),
        (written(of).contains_key("bind") && effective.bind.ua.is_none(), "bind"),
        (rung == Some("end") && effective.bind.ua != Some(OnMismatch::End), "on_mismatch end"),
        (rung == Some("step_up") && effective.bind.ua == Some(OnMismatch::Log), "on_mismatch step_up"),
        (
            of.role.is_some_and(|wrote| {
                effective.role.is_none_or(|got| (0..64).any(|index| got.contains(index) && !wrote.contains(index)))
            }),
            "role",
        ),
    ];
    checks.into_iter().filter(|(is_looser, _)| *is_looser).map(|(_, key)| key).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_valid_policy_resolves_to_a_valid_one(a in valid()) {
        prop_assert!(is_valid(&written(&a)), "the strategy repairs: {}", a);
        prop_assert_eq!(faults(&a.resolve()), Vec::<&str>::new(), "{}", a);
        prop_assert_eq!(looser(&a.resolve(), &a), Vec::<&str>::new(), "{}", a);
    }

    #[test]
    fn valid_policies_meet_in_a_valid_one(a in valid(), b in valid(), c in valid()) {
        let all = a.meet(b).meet(c);
        let effective = all.resolve();
        prop_assert_eq!(faults(&effective), Vec::<&str>::new(), "{} ∧ {} ∧ {}", a, b, c);
        for part in [a, b, c] {
            prop_assert_eq!(looser(&effective, &part), Vec::<&str>::new(), "{} of {}", part, all);
        }
    }

    /// Key by key: where both wrote it, the meeting is at least as strict as each of them resolved on its own. `idle` and
    /// `fresh` are cut to `absolute`, so a default `absolute` of one of them must not be what is compared with.
    #[test]
    fn no_looser_than_either_alone(a in valid(), b in valid()) {
        let (both, each) = (a.meet(b).resolve(), [a.resolve(), b.resolve()]);
        let bounded = a.absolute.is_some() && b.absolute.is_some();
        for one in each {
            prop_assert!(!bounded || both.absolute_ms <= one.absolute_ms);
            prop_assert!(!bounded || a.idle.is_none() || b.idle.is_none() || both.idle_ms <= one.idle_ms);
            prop_assert!(!bounded || a.fresh.is_none() || b.fresh.is_none() || both.fresh_ms <= one.fresh_ms);
            let rotated = a.rotate_every.is_some() && b.rotate_every.is_some();
            prop_assert!(!bounded || !rotated || both.rotate_every_ms <= one.rotate_every_ms);
            prop_assert!(a.grace.is_none() || b.grace.is_none() || both.grace_ms <= one.grace_ms);
            prop_assert!(one.limit.is_none_or(|one| both.limit.is_some_and(|both| both.most <= one.most)));
            prop_assert!(a.auth.is_none() || b.auth.is_none() || both.auth >= one.auth);
            prop_assert!(a.csrf.is_none() || b.csrf.is_none() || both.csrf >= one.csrf);
            prop_assert!(one.role.is_none() || both.role.is_some());
            prop_assert!(one.bind.ua.is_none() || both.bind.ua.is_some());
        }
    }

    /// The defaults are applied once, after the meets: a default is never stricter than what somebody wrote.
    #[test]
    fn a_default_does_not_tighten(a in valid(), absolute in 1..=315_360_000_u32) {
        let mut written = a;
        written.absolute = a.absolute.or(Some(absolute));
        prop_assert_eq!(Some(written.meet(Rules::UNSET).resolve().absolute_ms / 1000), written.absolute.map(u64::from));
        if let (Some(idle), Some(absolute)) = (written.idle, written.absolute) {
            prop_assert_eq!(written.resolve().idle_ms / 1000, u64::from(idle.min(absolute)));
        }
    }
}

/// The defaults of the table, in milliseconds.
#[test]
fn the_defaults() {
    let default = Rules::UNSET.resolve();
    assert_eq!((default.idle_ms, default.absolute_ms, default.touch_ms), (1_800_000, 43_200_000, 30_000));
    assert_eq!((default.auth, default.csrf), (Level::Full, Csrf::Origin));
    assert_eq!((default.fresh_ms, default.role, default.bind.ua), (None, None, None));
    assert_eq!((default.rotate_every_ms, default.grace_ms, default.limit), (None, 30_000, None));
    // A token that lives shorter than its rotation is never rotated.
    assert_eq!(Rules::UNSET.rotate_every(900).absolute(600).resolve().rotate_every_ms, Some(600_000));
    assert_eq!(Rules::UNSET.bind_ua(None).resolve().bind.ua, Some(OnMismatch::End));
    // idle/60, at most 60 s.
    assert_eq!(Rules::UNSET.idle(60).resolve().touch_ms, 1_000);
    assert_eq!(Rules::UNSET.idle(11 * 3600).resolve().touch_ms, 60_000);
}
