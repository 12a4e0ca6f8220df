use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const T0: TokenId = token(0);
const T1: TokenId = token(1);
const T2: TokenId = token(2);
const T3: TokenId = token(3);
const T4: TokenId = token(4);

/// When T0 is rotated, and how long it is served then.
const AT: u64 = 1_000_000;
const GRACE: u64 = 30_000;

const fn token(name: u8) -> TokenId {
    TokenId([name; 32])
}

/// T0, rotated at [`AT`], with these successors that nobody has presented.
fn rotated(siblings: &[TokenId]) -> Line {
    let mut line = Line::new(T0);
    for (step, sibling) in siblings.iter().enumerate() {
        let now = AT + GRACE * step as u64;
        let issued = line.issue(T0, *sibling, now + GRACE, now);
        assert_eq!(issued, Some(Issued { recovery: step > 0, former: None }));
    }
    line
}

const fn unanswered(recoveries: usize) -> TokenStanding {
    TokenStanding::Unanswered { since: AT, recoveries }
}

#[test]
fn standing_before_and_after_a_rotation() {
    let line = Line::new(T0);
    assert_eq!(line.standing(&T0, 0), TokenStanding::Current);
    assert_eq!(line.standing(&T0, u64::MAX), TokenStanding::Current);
    assert_eq!(line.standing(&T1, 0), TokenStanding::Unknown);

    let line = rotated(&[T1]);
    for (now, expected) in [
        (AT, TokenStanding::Parent),
        (AT + GRACE - 1, TokenStanding::Parent),
        (AT + GRACE, unanswered(2)),
        (u64::MAX, unanswered(2)),
    ] {
        assert_eq!(line.standing(&T0, now), expected, "{now}");
        assert_eq!(line.standing(&T1, now), TokenStanding::Sibling, "{now}");
    }
}

#[test]
fn standing_after_a_successor_was_presented() {
    let mut line = rotated(&[T1]);
    assert_eq!(line.confirm(T1), []);
    for (now, expected) in [
        (AT, TokenStanding::Parent),
        (AT + GRACE - 1, TokenStanding::Parent),
        (AT + GRACE, TokenStanding::Replayed),
        (u64::MAX, TokenStanding::Replayed),
    ] {
        assert_eq!(line.standing(&T0, now), expected, "{now}");
        assert_eq!(line.is_spent(&T0, now), expected == TokenStanding::Replayed, "{now}");
        assert_eq!(line.standing(&T1, now), TokenStanding::Current, "{now}");
    }
}

/// The first sibling is the one; the others, and the parent's own parent, are no longer the session's.
#[test]
fn confirming_one_of_several() {
    for (first, others) in [(T1, [T2, T3]), (T2, [T1, T3]), (T3, [T1, T2])] {
        let mut line = rotated(&[T1, T2, T3]);
        assert_eq!(line.confirm(first), others);
        assert_eq!((line.current, line.tokens().collect::<Vec<_>>()), (first, vec![first, T0]));
        for other in others {
            assert_eq!(line.standing(&other, AT), TokenStanding::Unknown, "for the store to remember");
        }
        // What is confirmed already, or was never issued, changes nothing.
        let before = line.clone();
        for nobody in [first, T0, T4, others[0]] {
            assert_eq!(line.confirm(nobody), []);
            assert_eq!(line, before);
        }
    }
}

/// The grace of the last successor counts: each was answered with a grace of its own.
#[test]
fn a_recovery_has_a_grace_of_its_own() {
    let line = rotated(&[T1, T2]);
    assert_eq!(line.standing(&T0, AT + 2 * GRACE - 1), TokenStanding::Parent);
    assert_eq!(line.standing(&T0, AT + 2 * GRACE), unanswered(1));
    // It never takes away what was promised before.
    let mut line = rotated(&[T1]);
    assert!(line.issue(T0, T2, 0, AT + GRACE).is_some());
    assert_eq!(line.standing(&T0, AT + GRACE - 1), TokenStanding::Parent);
}

#[test]
fn two_recoveries_within_ten_minutes() {
    let mut line = rotated(&[T1, T2, T3]);
    let (before, late) = (line.clone(), AT + 3 * GRACE);
    assert_eq!(line.standing(&T0, late), unanswered(0));
    assert_eq!(line.issue(T0, T4, late + GRACE, late), None);
    assert_eq!(line, before);

    let end = AT + RECOVER_WITHIN_MS;
    let mut line = rotated(&[T1]);
    assert_eq!(line.issue(T0, T2, end + GRACE, end), None);
    assert_eq!(line.issue(T0, T2, end + GRACE, end - 1), Some(Issued { recovery: true, former: None }));
    // Counted from the first successor, not from the last.
    assert_eq!(line.issue(T0, T3, end + 3 * GRACE, end + 2 * GRACE), None);
}

#[test]
fn what_may_not_have_a_successor() {
    let now = AT + 1;
    let mut line = rotated(&[T1]);
    let mut refused = |from: TokenId, when: u64| {
        let before = line.clone();
        assert_eq!(line.issue(from, T4, when + GRACE, when), None, "{from:?} {when}");
        assert_eq!(line, before);
    };
    refused(T0, now);
    refused(T0, AT + GRACE - 1);
    refused(T1, now);
    refused(T4, now);
    line.confirm(T1);
    let mut refused = |from: TokenId, when: u64| assert_eq!(line.issue(from, T4, when + GRACE, when), None, "{from:?}");
    refused(T0, now);
    refused(T0, AT + GRACE);
    // One grace at a time: the parent is served for as long as it was promised.
    refused(T1, AT + GRACE - 1);
    assert_eq!(line.issue(T1, T4, AT + 2 * GRACE, AT + GRACE), Some(Issued { recovery: false, former: Some(T0) }));
    assert_eq!(line.tokens().collect::<Vec<_>>(), [T1, T4]);
}

#[test]
fn who_may_act() {
    let mut line = rotated(&[T1, T2]);
    let acts = |line: &Line, now| [T0, T1, T2, T3].map(|token| line.may_act(&token, now));
    assert_eq!(acts(&line, AT), [true, false, false, false], "a successor only once it was presented");
    assert_eq!(acts(&line, u64::MAX), [true, false, false, false]);
    line.confirm(T2);
    assert_eq!(acts(&line, AT + 2 * GRACE - 1), [true, false, true, false]);
    assert_eq!(acts(&line, AT + 2 * GRACE), [false, false, true, false]);
}

/// What can happen to a line.
#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(u64),
    /// The token at this place, of all that were ever issued, gets a successor.
    Issue(usize),
    /// … or is presented.
    Present(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wait = prop_oneof![Just(1), Just(GRACE - 1), Just(GRACE), Just(RECOVER_WITHIN_MS), 0..GRACE * 3];
    let step = prop_oneof![
        wait.prop_map(Step::Wait),
        (0..12_usize).prop_map(Step::Issue),
        (0..12_usize).prop_map(Step::Present),
        // Mostly the newest tokens, or nothing would ever go on.
        Just(Step::Issue(0)),
        Just(Step::Present(0)),
        Just(Step::Present(1)),
    ];
    proptest::collection::vec(step, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: one token is the session's own, beside it at most one is in its grace, and a
    /// token that once opened nothing never opens anything again.
    #[test]
    fn at_most_one_holder(steps in steps()) {
        let (mut line, mut now) = (Line::new(token(0)), AT);
        let mut issued = vec![token(0)];
        let mut parents: BTreeMap<TokenId, TokenId> = BTreeMap::new();
        let mut dead: Vec<TokenId> = Vec::new();
        for step in steps {
            let pick = |place: usize| issued.iter().rev().nth(place).copied();
            match step {
                Step::Wait(ms) => now += ms,
                Step::Issue(place) => {
                    let to = token(u8::try_from(issued.len()).unwrap());
                    if let Some(from) = pick(place)
                        && let Some(done) = line.issue(from, to, now + GRACE, now)
                    {
                        prop_assert!(!dead.contains(&from));
                        parents.insert(to, from);
                        issued.push(to);
                        dead.extend(done.former);
                    }
                }
                Step::Present(place) => {
                    if let Some(token) = pick(place)
                        && line.standing(&token, now) == TokenStanding::Sibling
                    {
                        prop_assert_eq!(parents[&token], line.current, "the current token's own successor");
                        dead.extend(line.confirm(token));
                        prop_assert_eq!(line.current, token);
                    }
                }
            }
            let standings: Vec<_> = issued.iter().map(|token| (*token, line.standing(token, now))).collect();
            let of = |wanted: fn(&TokenStanding) -> bool| standings.iter().filter(|(_, standing)| wanted(standing)).count();
            let own = |standing: &TokenStanding| matches!(standing, TokenStanding::Current | TokenStanding::Unanswered { .. });
            let acting = standings.iter().filter(|(token, _)| line.may_act(token, now)).count();
            prop_assert!(of(own) <= 1 && of(|standing| *standing == TokenStanding::Parent) <= 1, "{:?}", standings);
            prop_assert!(acting == of(own) + of(|standing| *standing == TokenStanding::Parent));
            prop_assert!((1..=2).contains(&acting) && line.may_act(&line.current, now));
            prop_assert!(of(|standing| *standing == TokenStanding::Sibling) <= 1 + RECOVERIES);
            for (token, standing) in &standings {
                if matches!(standing, TokenStanding::Replayed | TokenStanding::Unknown) {
                    dead.push(*token);
                }
                let alive = !matches!(standing, TokenStanding::Replayed | TokenStanding::Unknown);
                prop_assert!(!alive || !dead.contains(token), "{:?} came back as {:?}", token, standing);
            }
            let mut known: Vec<_> = line.tokens().collect();
            prop_assert_eq!(known[0], line.current);
            known.sort_unstable();
            known.dedup();
            prop_assert_eq!(known.len(), line.tokens().count(), "each once");
            prop_assert!(known.iter().all(|token| line.standing(token, now) != TokenStanding::Unknown));
        }
    }
}
