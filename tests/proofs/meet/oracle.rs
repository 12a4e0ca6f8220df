//! dsl.md, "Keys", read as a table: each key's written value as plain text or a number, and how two of them meet.
//! Nothing here calls `meet`, `max` or `resolve`.

use std::collections::{BTreeMap, BTreeSet};

use session_policy::policy::{BindRule, Events, OnLimit, OnMismatch, Rules};

/// How two written values of a key meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// Durations in seconds: the smaller.
    Min,
    /// Words in the order of the table, weakest first: the later one.
    Stricter(&'static [&'static str]),
    /// Sets of words: what both allow.
    Intersection,
    /// Sets of words: what either asks for.
    Union,
    /// Numbers: the smaller.
    Fewer,
    /// "That of the smaller limit; tie: as listed": words in the order of the table, beside the number of that key.
    OfTheFewer(&'static str, &'static [&'static str]),
}

/// The composable keys of this version, with the column "meet" of the table.
pub(crate) const KEYS: &[(&str, Meeting)] = &[
    ("idle", Meeting::Min),
    ("absolute", Meeting::Min),
    ("fresh", Meeting::Min),
    ("auth", Meeting::Stricter(&["anonymous", "remembered", "full", "mfa"])),
    ("role", Meeting::Intersection),
    ("bind", Meeting::Union),
    // Per kind of `bind`; there is one kind.
    ("on_mismatch", Meeting::Stricter(&["log", "step_up", "end"])),
    ("rotate_on", Meeting::Union),
    ("rotate_every", Meeting::Min),
    ("grace", Meeting::Min),
    ("touch", Meeting::Min),
    ("csrf", Meeting::Stricter(&["off", "origin"])),
    ("max_sessions", Meeting::Fewer),
    ("on_limit", Meeting::OfTheFewer("max_sessions", &["reject", "evict_oldest", "evict_idle"])),
];

/// A written value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Seconds(u32),
    Word(&'static str),
    Words(BTreeSet<String>),
    Count(u32),
}

/// A policy as it is written: the keys that stand there.
pub(crate) type Written = BTreeMap<&'static str, Value>;

/// The stricter of two.
pub(crate) fn stricter(a: &Written, b: &Written) -> Written {
    let mut both = Written::new();
    for (key, meeting) in KEYS {
        let value = match (a.get(key), b.get(key)) {
            (None, None) => continue,
            (Some(value), None) | (None, Some(value)) => value.clone(),
            (Some(x), Some(y)) => match *meeting {
                Meeting::OfTheFewer(key, order) => of_the_fewer(order, (a.get(key), x), (b.get(key), y)),
                meeting => meet_values(meeting, x, y),
            },
        };
        both.insert(key, value);
    }
    both
}

/// A word goes with its number.
fn of_the_fewer(order: &[&str], a: (Option<&Value>, &Value), b: (Option<&Value>, &Value)) -> Value {
    let place = |(number, word): (Option<&Value>, &Value)| match (number, word) {
        (Some(Value::Count(number)), Value::Word(word)) => {
            (*number, order.iter().position(|listed| listed == word).expect("a word of the table"))
        }
        odd => unreachable!("a word without its number: {odd:?}"),
    };
    if place(a) <= place(b) { a.1.clone() } else { b.1.clone() }
}

fn meet_values(meeting: Meeting, x: &Value, y: &Value) -> Value {
    match (meeting, x, y) {
        (Meeting::Min, Value::Seconds(x), Value::Seconds(y)) => {
            let mut both = [*x, *y];
            both.sort_unstable();
            Value::Seconds(both[0])
        }
        (Meeting::Fewer, Value::Count(x), Value::Count(y)) => Value::Count(if x < y { *x } else { *y }),
        (Meeting::Stricter(order), Value::Word(x), Value::Word(y)) => {
            Value::Word(order.iter().rev().find(|word| *word == x || *word == y).expect("a word of the table"))
        }
        (Meeting::Intersection, Value::Words(x), Value::Words(y)) => Value::Words(x & y),
        (Meeting::Union, Value::Words(x), Value::Words(y)) => Value::Words(x | y),
        odd => unreachable!("a key holds values of one sort: {odd:?}"),
    }
}

/// What stands in a value of [`Rules`].
pub(crate) fn written(rules: &Rules) -> Written {
    let mut written = Written::new();
    let seconds = [
        ("idle", rules.idle),
        ("absolute", rules.absolute),
        ("fresh", rules.fresh),
        ("rotate_every", rules.rotate_every),
        ("grace", rules.grace),
        ("touch", rules.touch),
    ];
    for (key, value) in seconds {
        if let Some(value) = value {
            written.insert(key, Value::Seconds(value));
        }
    }
    if let Some(auth) = rules.auth {
        written.insert("auth", Value::Word(auth.as_str()));
    }
    if let Some(csrf) = rules.csrf {
        written.insert("csrf", Value::Word(csrf.as_str()));
    }
    if let Some(roles) = rules.role {
        let names = (0..64).filter(|index| roles.contains(*index)).map(|index| format!("#{index}"));
        written.insert("role", Value::Words(names.collect()));
    }
    match rules.bind.ua {
        BindRule::Unset => {}
        BindRule::Bound => {
            written.insert("bind", words(&["ua"]));
        }
        BindRule::BoundWith(rung) => {
            written.insert("bind", words(&["ua"]));
            let word = match rung {
                OnMismatch::Log => "log",
                OnMismatch::StepUp => "step_up",
                OnMismatch::End => "end",
            };
            written.insert("on_mismatch", Value::Word(word));
        }
    }
    let events = [("login", Events::LOGIN), ("reauth", Events::REAUTH), ("privilege", Events::PRIVILEGE)];
    let named: Vec<&str> =
        events.into_iter().filter(|(_, event)| rules.rotate_on.contains(*event)).map(|(word, _)| word).collect();
    if !named.is_empty() {
        written.insert("rotate_on", words(&named));
    }
    if let Some(limit) = rules.limit {
        written.insert("max_sessions", Value::Count(limit.most));
        let word = match limit.on_limit {
            OnLimit::Reject => "reject",
            OnLimit::EvictOldest => "evict_oldest",
            OnLimit::EvictIdle => "evict_idle",
        };
        written.insert("on_limit", Value::Word(word));
    }
    written
}

fn words(words: &[&str]) -> Value {
    Value::Words(words.iter().map(|word| (*word).to_owned()).collect())
}

/// Faults of one written policy: dsl.md, "Rules that hold everywhere", as far as it is about keys that compose.
/// `None` where the pair is not written: a default contradicts nobody.
pub(crate) fn is_valid(written: &Written) -> bool {
    let seconds = |key: &str| match written.get(key) {
        Some(Value::Seconds(seconds)) => Some(u64::from(*seconds)),
        _ => None,
    };
    let ok = |pair: Option<(u64, u64)>, holds: fn(u64, u64) -> bool| pair.is_none_or(|(a, b)| holds(a, b));
    let anonymous = written.get("auth") == Some(&Value::Word("anonymous"));
    let nobody = matches!(written.get("role"), Some(Value::Words(roles)) if roles.is_empty());
    ["idle", "absolute", "fresh", "touch"].iter().all(|key| seconds(key) != Some(0))
        && ok(seconds("idle").zip(seconds("absolute")), |idle, absolute| idle < absolute)
        && ok(seconds("fresh").zip(seconds("absolute")), |fresh, absolute| fresh <= absolute)
        && ok(seconds("touch").zip(seconds("idle")), |touch, idle| touch <= idle / 10)
        && seconds("rotate_every").is_none_or(|every| every >= 120)
        && seconds("grace").is_none_or(|grace| (1..=60).contains(&grace))
        && ok(seconds("rotate_every").zip(seconds("absolute")), |every, absolute| every < absolute)
        && (written.contains_key("rotate_every") || !written.contains_key("grace"))
        && written.get("max_sessions") != Some(&Value::Count(0))
        && !(anonymous && (written.contains_key("fresh") || written.contains_key("role")))
        && !nobody
        && (written.contains_key("bind") || !written.contains_key("on_mismatch"))
}
