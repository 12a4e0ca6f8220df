//! A second reader of the language, written from its page and from nothing else: it shares no code and no table with the
//! macro. For a random attribute it says which rules must be reported, and the macro has to say the same.

mod duration;
mod generate;
mod judge;
mod profile;
mod read;
mod table;
mod text;

use std::collections::BTreeSet;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngSeed, TestRunner},
};

use self::{
    judge::Verdict,
    text::{Entry, Place},
};
use super::spans::{Source, errors, warnings};

/// How many attributes the two must agree on.
const POLICIES: u32 = 12_000;

fn config(cases: u32) -> ProptestConfig {
    // The same attributes every time: what is found is found again.
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(20_261_120),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What the macro reports, sorted.
fn macro_says(place: Place, entries: &[Entry]) -> Verdict {
    let source = Source::new(&text::source(place, entries)).unwrap();
    let output = match place {
        Place::Handler | Place::Module => crate::expand::attribute("axum", source.args, source.item),
        Place::Base | Place::Role | Place::Roles => crate::expand::derive_policy(source.all),
    };
    let mut errors: Vec<String> = errors(&output).into_iter().map(|error| error.rule.unwrap_or(error.text)).collect();
    errors.sort_unstable();
    let mut warnings = warnings(&output);
    warnings.sort_unstable();
    Verdict { errors, warnings }
}

proptest! {
    #![proptest_config(config(POLICIES))]

    #[test]
    fn the_macro_agrees((place, entries) in generate::attribute()) {
        let expected = judge::judge(place, &entries);
        prop_assert_eq!(macro_says(place, &entries), expected, "{}", text::source(place, &entries));
    }
}

/// What the two agree on is worth something: right and wrong attributes in quantity, and every rule among them.
#[test]
fn random_attributes_reach_every_rule() {
    let mut runner = TestRunner::new(config(1));
    let (mut right, mut seen) = (0, BTreeSet::new());
    for _ in 0..POLICIES {
        let (place, entries) = generate::attribute().new_tree(&mut runner).unwrap().current();
        let Verdict { errors, warnings } = judge::judge(place, &entries);
        right += usize::from(errors.is_empty());
        seen.extend(errors);
        seen.extend(warnings);
    }
    let total = POLICIES as usize;
    assert!(total / 10 < right && right < total * 4 / 5, "{right} of {total} are right");
    let missing: Vec<_> = RULES.iter().filter(|rule| !seen.contains(**rule)).collect();
    assert!(missing.is_empty(), "no attribute breaks {missing:?}");
}

/// The rules about one `#[session(…)]`.
const RULES: &[&str] = &[
    "absolute-over-30-days",
    "cookie-outlives-browser-limit",
    "csrf-off-without-reason",
    "deviation-from-nothing",
    "duplicate-entry",
    "duplicate-key",
    "duration",
    "duration-too-long",
    "duration-zero",
    "empty-list",
    "empty-reason",
    "end-on-ip-mismatch",
    "extends-itself",
    "fresh-above-absolute",
    "fresh-of-nobody",
    "fresh-on-passive",
    "fresh-under-30-seconds",
    "grace-not-below-rotate-every",
    "grace-too-long",
    "grace-without-rotate-every",
    "header-name",
    "idle-not-below-absolute",
    "idle-over-a-day",
    "ip-prefix",
    "key-in-wrong-place",
    "max-sessions-without-on-limit",
    "missing-value",
    "named-policy-with-keys",
    "no-sessions",
    "not-supported",
    "on-limit-without-max-sessions",
    "on-mismatch-without-bind",
    "past-profile-shall",
    "past-profile-should",
    "profile-leaves-no-room",
    "public-with-keys",
    "role-id",
    "role-of-nobody",
    "rotate-every-above-idle",
    "rotate-every-not-below-absolute",
    "rotate-every-too-short",
    "store-error-opens-route",
    "syntax",
    "touch-above-tenth-of-idle",
    "unknown-key",
    "unknown-value",
    "unsafe-value",
    "user-agent-exact",
    "warn-not-below-idle",
    "warn-too-short",
    "wrong-kind-of-value",
];
