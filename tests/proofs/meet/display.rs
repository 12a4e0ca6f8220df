//! What a policy prints is the language itself: a parser of the documented grammar reads the same policy back.

use std::collections::BTreeSet;

use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use session_policy::policy::{Events, OnLimit, Rules};

use super::{
    oracle::{KEYS, Meeting, Value, Written, written},
    strategy::{ROLES, rules},
};

/// `key = value, key = value`, where a value is a string, a path, or a list of either in brackets.
fn parse(mut text: &str) -> Written {
    let mut read = Written::new();
    while !text.is_empty() {
        let (key, rest) = text.split_once(" = ").expect("key = value");
        let (values, rest) = match rest.strip_prefix('[') {
            Some(list) => {
                let (list, rest) = list.split_once(']').expect("a closed list");
                let values: Vec<&str> = list.split(", ").filter(|item| !item.is_empty()).collect();
                assert!(values.len() != 1, "a single value needs no list: {text}");
                (values, rest)
            }
            None => {
                let end = rest.find(", ").unwrap_or(rest.len());
                (vec![&rest[..end]], &rest[end..])
            }
        };
        let (name, meeting) = KEYS.iter().find(|(known, _)| *known == key).expect("a key of the table");
        assert!(read.insert(name, value(*meeting, &values)).is_none(), "{key} twice");
        text = rest.strip_prefix(", ").unwrap_or(rest);
    }
    read
}

fn value(meeting: Meeting, values: &[&str]) -> Value {
    let quoted =
        |text: &str| text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).expect("a string").to_owned();
    match (meeting, values) {
        (Meeting::Min, [one]) => Value::Seconds(seconds(&quoted(one))),
        (Meeting::Fewer, [one]) => Value::Count(one.parse().expect("a number, not a string")),
        (Meeting::Stricter(order) | Meeting::OfTheFewer(_, order), [one]) => {
            let one = quoted(one);
            Value::Word(order.iter().find(|word| **word == one).expect("a word of the table"))
        }
        (Meeting::Union, values) => Value::Words(values.iter().map(|value| quoted(value)).collect()),
        (Meeting::Intersection, values) => Value::Words(values.iter().map(|path| role(path)).collect::<BTreeSet<_>>()),
        odd => unreachable!("{odd:?}"),
    }
}

fn role(path: &str) -> String {
    let variant = path.strip_prefix("Role::").expect("a path, not a string");
    let index = ROLES.roles.iter().position(|role| role.variant == variant).expect("a variant");
    format!("#{index}")
}

/// A duration of the language: integers with units, largest first, each at most once.
fn seconds(text: &str) -> u32 {
    let units = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
    let (mut total, mut number, mut next) = (0_u32, String::new(), 0);
    for character in text.chars() {
        if character.is_ascii_digit() {
            number.push(character);
            continue;
        }
        let at = units.iter().position(|(unit, _)| *unit == character).expect("a unit");
        assert!(at >= next, "largest first, each once: {text}");
        let count: u32 = number.parse().expect("a number before its unit");
        assert!(count > 0 && !number.starts_with('0'), "{text}");
        total += count * units[at].1;
        (next, number) = (at + 1, String::new());
    }
    assert!(number.is_empty() && total > 0, "every number has its unit: {text}");
    total
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_what_is_written(a in rules()) {
        prop_assert_eq!(parse(&a.to_string()), written(&a), "{}", a);
    }

    /// The crate's own reader of durations agrees with the one above on all that is printed.
    #[test]
    fn printed_durations_are_the_languages(idle in 1..=315_360_000_u32) {
        let printed = Rules::UNSET.idle(idle).to_string();
        let text = printed.strip_prefix("idle = \"").and_then(|text| text.strip_suffix('"')).expect("one key");
        prop_assert_eq!(session_policy::duration::parse(text).map(|read| read.as_secs()), Ok(u64::from(idle)), "{}", printed);
    }
}

#[test]
fn in_the_order_of_the_table() {
    let rules = Rules::UNSET.rotate_on(Events::LOGIN).bind_ua(None).absolute(8 * 3600).idle(30 * 60);
    assert_eq!(rules.to_string(), r#"idle = "30m", absolute = "8h", bind = "ua", rotate_on = "login""#);
    let rules =
        Rules::UNSET.limit(3, OnLimit::EvictOldest).touch(6).grace(30).rotate_every(900).rotate_on(Events::LOGIN);
    assert_eq!(
        rules.to_string(),
        r#"rotate_on = "login", rotate_every = "15m", grace = "30s", touch = "6s", max_sessions = 3, on_limit = "evict_oldest""#
    );
    assert_eq!(Rules::UNSET.to_string(), "");
}
