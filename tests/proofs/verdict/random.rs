//! Random facts and policies, mostly a millisecond around the limits.

use proptest::{
    array, option,
    prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest},
    sample::select,
};
use session_policy::{
    client::UaMatch,
    policy::{Csrf, Effective, Level, OnMismatch, Place, RoleSet, RoleSpec, RoleTable, Rules},
    verdict::{Facts, Seen, judge},
};

use super::{NOW, line, oracle};

const fn role(variant: &'static str) -> RoleSpec {
    RoleSpec { variant, id: variant, rules: Rules::UNSET, place: Place::UNKNOWN, profiles: &[], deviations: &[] }
}
const ROLES: RoleTable =
    RoleTable { name: "Role", unique: "proofs::verdict::Role", roles: &[role("A"), role("B"), role("C")] };

/// The limits that policies may have here, in seconds: few, so that W and E meet and cross.
const LIMITS: [u32; 5] = [10, 60, 300, 900, 3_600];

fn limit() -> impl Strategy<Value = Option<u32>> {
    option::of(select(LIMITS.to_vec()))
}

/// An age a millisecond around a limit, or none at all, or far away, or in the future.
fn age() -> impl Strategy<Value = i64> {
    let around = (select(LIMITS.to_vec()), -1..=1_i64).prop_map(|(limit, off)| i64::from(limit) * 1000 + off);
    // Around the skew, which is 10 s: a stamp 10 000 ms ahead still counts.
    let ahead = (-1..=1_i64).prop_map(|off| -10_000 + off);
    prop_oneof![8 => around, 2 => Just(0), 1 => ahead, 1 => -9_000..=0_i64, 2 => 0..=4_000_000_i64, 1 => Just(90_000_000_i64)]
}

fn stamp() -> impl Strategy<Value = u64> {
    age().prop_map(|age| NOW.checked_add_signed(-age).expect("a time"))
}

fn rules() -> impl Strategy<Value = Rules> {
    let roles = option::of(select(vec![
        RoleSet::one(ROLES, 0),
        RoleSet::any_of(&[RoleSet::one(ROLES, 0), RoleSet::one(ROLES, 1)]),
        RoleSet::one(ROLES, 0).meet(RoleSet::one(ROLES, 1)),
    ]));
    let bind = select(vec![None, Some(None), Some(Some(OnMismatch::Log)), Some(Some(OnMismatch::StepUp))]);
    let auth = option::of(select(Level::ALL.to_vec()));
    let csrf = option::of(select(vec![Csrf::Off, Csrf::Origin]));
    (limit(), limit(), limit(), auth, roles, bind, csrf).prop_map(|(idle, absolute, fresh, auth, role, bind, csrf)| {
        let mut rules = Rules::UNSET;
        (rules.idle, rules.absolute, rules.fresh) = (idle, absolute, fresh);
        (rules.auth, rules.role, rules.csrf) = (auth, role, csrf);
        bind.map_or(rules, |on_mismatch| rules.bind_ua(on_mismatch))
    })
}

/// W, and E = route ∧ W.
fn policies() -> impl Strategy<Value = (Effective, Effective)> {
    (rules(), rules()).prop_map(|(mut wide, route)| {
        wide.role = None;
        (wide.resolve(), route.meet(wide).resolve())
    })
}

fn facts() -> impl Strategy<Value = Facts> {
    let seen = (
        prop_oneof![9 => Just(true), 1 => Just(false)],
        any::<bool>(),
        prop_oneof![4 => Just(true), 1 => Just(false)],
        any::<bool>(),
    );
    let times = (
        stamp(),
        array::uniform4(option::of(stamp())),
        stamp(),
        prop_oneof![age().prop_map(i64::unsigned_abs), Just(0)],
    );
    let client = (
        select(vec![UaMatch::Same, UaMatch::Same, UaMatch::Changed, UaMatch::Other]),
        prop_oneof![4 => Just(false), 1 => Just(true)],
        any::<bool>(),
        prop_oneof![4 => Just(false), 1 => Just(true)],
    );
    let roles = (option::of(0..3_usize), option::weighted(0.3, 0..3_usize));
    (times, select(Level::ALL.to_vec()), roles, client, seen).prop_map(
        |(
            (created, authenticated, last_seen, longest_gap),
            level,
            (role, granted),
            (ua, step_up, at_reauth, recovered),
            seen,
        )| {
            Facts {
                now: NOW,
                max_skew_ms: 10_000,
                created,
                authenticated,
                last_seen,
                longest_gap,
                level,
                role,
                granted,
                ua,
                step_up,
                recovered,
                at_reauth,
                seen: Seen { secure: seen.0, is_unsafe: seen.1, same_origin: seen.2, csrf_on_every_method: seen.3 },
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_oracle_agrees((w, e) in policies(), facts in facts()) {
        prop_assert_eq!(line(&judge(&w, &e, &facts)), oracle::judge(&w, &e, &facts));
    }
}

/// The strategies reach every verdict: a proof that never sees a case proves nothing about it.
#[test]
fn every_verdict_occurs() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..10_000 {
        let ((w, e), facts) = (policies(), facts()).new_tree(&mut runner).unwrap().current();
        let line = oracle::judge(&w, &e, &facts);
        seen.insert(line.split(" →").next().unwrap_or_default().split(';').next().unwrap_or_default().to_owned());
        seen.extend(line.split_once("; ").map(|(_, duty)| duty.to_owned()));
    }
    let expected = [
        "401 absolute",
        "401 binding",
        "401 fresh",
        "401 idle",
        "401 level",
        "401 new_role",
        "401 no_session",
        "401 route_absolute",
        "401 route_idle",
        "401 step_up",
        "403 csrf",
        "403 insecure_transport",
        "403 role",
        "503 clock",
        "allow",
        "end absolute",
        "end binding",
        "end idle",
        "mark",
        "report",
    ];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected);
}
