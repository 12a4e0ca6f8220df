//! `meet` is associative, commutative, idempotent, has the unset policy as identity, and is what the table says.

use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use session_policy::policy::Rules;

use super::{
    oracle::{stricter, written},
    strategy::rules,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_table(a in rules(), b in rules()) {
        prop_assert_eq!(written(&a.meet(b)), stricter(&written(&a), &written(&b)));
    }

    #[test]
    fn commutative(a in rules(), b in rules()) {
        prop_assert_eq!(a.meet(b), b.meet(a));
    }

    #[test]
    fn associative(a in rules(), b in rules(), c in rules()) {
        prop_assert_eq!(a.meet(b).meet(c), a.meet(b.meet(c)));
    }

    #[test]
    fn idempotent_with_an_identity(a in rules()) {
        prop_assert_eq!(a.meet(a), a);
        prop_assert_eq!(a.meet(Rules::UNSET), a);
        prop_assert_eq!(Rules::UNSET.meet(a), a);
    }
}

/// The oracle itself, on lines that a person can check against the table.
#[test]
fn the_oracle_reads_the_table() {
    use session_policy::policy::{
        Csrf, Events, Level,
        OnLimit::{EvictIdle, EvictOldest, Reject},
        OnMismatch,
    };
    let line = |rules: Rules| format!("{:?}", written(&rules));
    let met = |a: Rules, b: Rules| format!("{:?}", stricter(&written(&a), &written(&b)));
    let any = Rules::UNSET;
    assert_eq!(met(any.idle(60), any.idle(30)), line(any.idle(30)));
    assert_eq!(met(any.touch(6), any), line(any.touch(6)));
    assert_eq!(met(any.rotate_every(900).grace(10), any.rotate_every(600)), line(any.rotate_every(600).grace(10)));
    assert_eq!(met(any.limit(3, Reject), any.limit(2, EvictIdle)), line(any.limit(2, EvictIdle)));
    assert_eq!(met(any.limit(3, EvictIdle), any.limit(3, EvictOldest)), line(any.limit(3, EvictOldest)));
    assert_eq!(met(any.limit(3, EvictOldest), any.limit(3, Reject)), line(any.limit(3, Reject)));
    assert_eq!(met(any, any.limit(9, EvictIdle)), line(any.limit(9, EvictIdle)));
    assert_eq!(met(any.auth(Level::Remembered), any.auth(Level::Mfa)), line(any.auth(Level::Mfa)));
    assert_eq!(met(any.csrf(Csrf::Off), any.csrf(Csrf::Origin)), line(any.csrf(Csrf::Origin)));
    assert_eq!(met(any.bind_ua(None), any.bind_ua(Some(OnMismatch::Log))), line(any.bind_ua(Some(OnMismatch::Log))));
    assert_eq!(
        met(any.rotate_on(Events::LOGIN), any.rotate_on(Events::REAUTH)),
        line(any.rotate_on(Events::LOGIN.union(Events::REAUTH)))
    );
}
