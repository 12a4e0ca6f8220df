//! One key and its value: what it says, or which rule it breaks.

use super::{
    duration::{self, Duration},
    profile::PROFILES,
    table::{Takes, UNSAFE, find, has},
    text::{Place, Value},
};

/// What could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Read {
    Seconds(u64),
    Words(Vec<String>),
    Count(u64),
    /// It stands alone, or says `"off"`.
    Bare,
}

/// Reads a value; breaches go to `rules`.
pub(super) fn read(
    place: Place,
    key: &str,
    takes: Takes,
    value: &Value,
    rules: &mut Vec<&'static str>,
) -> Option<Read> {
    match (takes, value) {
        // Reported already, wherever it is.
        (_, Value::Missing) => return None,
        (Takes::Flag, Value::Nothing) => return Some(Read::Bare),
        (Takes::Flag, _) => rules.push("wrong-kind-of-value"),
        (Takes::Reasons, Value::Parens(pairs)) => return reasons(pairs, rules),
        (Takes::Reasons, _) => rules.push("wrong-kind-of-value"),
        (_, Value::Nothing) => rules.push("missing-value"),
        (_, Value::Parens(_)) => rules.push("wrong-kind-of-value"),

        (Takes::DurationOrOff, Value::Text(text)) if text == "off" => return Some(Read::Bare),
        (Takes::Duration | Takes::DurationOrOff, Value::Text(text)) => match duration::read(text) {
            Duration::Seconds(seconds) => return Some(Read::Seconds(seconds)),
            Duration::NotOne => rules.push("duration"),
            Duration::Zero => rules.push("duration-zero"),
            Duration::TooLong => rules.push("duration-too-long"),
        },
        (Takes::Duration | Takes::DurationOrOff, _) => rules.push("duration"),

        (Takes::Count, Value::Bare(number)) if number.bytes().all(|b| b.is_ascii_digit()) => {
            return Some(Read::Count(number.parse().unwrap()));
        }
        (Takes::Count, _) => rules.push("wrong-kind-of-value"),

        (Takes::Words(_) | Takes::Paths | Takes::Binds | Takes::Profiles, Value::List(items)) if items.is_empty() => {
            rules.push("empty-list");
        }
        (Takes::Words(known), Value::List(items)) => {
            return list(items, rules, |item, rules| word(key, known, item, rules));
        }
        (Takes::Paths, Value::List(items)) => return list(items, rules, path),
        (Takes::Binds, Value::List(items)) => return kinds(place, items, rules),
        (Takes::Binds, one) => return kinds(place, std::slice::from_ref(one), rules),
        (Takes::Profiles, Value::List(items)) => return once(list(items, rules, profile), items.len()),
        (Takes::Profiles, one) => return profile(one, rules).map(|name| Read::Words(vec![name])),
        (Takes::Word(known) | Takes::Words(known), one) => {
            return word(key, known, one, rules).map(|word| Read::Words(vec![word]));
        }
        (Takes::Path | Takes::Paths, one) => return path(one, rules).map(|path| Read::Words(vec![path])),

        (Takes::Name, Value::Text(text)) => {
            if text.is_empty() || text.len() > 64 || text.chars().any(char::is_control) {
                rules.push("role-id");
            }
            return Some(Read::Words(vec![text.clone()]));
        }
        (Takes::Name, _) => rules.push("wrong-kind-of-value"),
    }
    None
}

/// A list in which something stands twice cannot be read.
fn once(list: Option<Read>, written: usize) -> Option<Read> {
    list.filter(|list| matches!(list, Read::Words(words) if words.len() == written))
}

fn profile(value: &Value, rules: &mut Vec<&'static str>) -> Option<String> {
    match value {
        Value::Text(name) if PROFILES.iter().any(|profile| profile.name == name) => return Some(name.clone()),
        Value::Text(_) => rules.push("unknown-value"),
        _ => rules.push("wrong-kind-of-value"),
    }
    None
}

/// `bind`; one kind twice is one too many, whatever its parameter.
fn kinds(place: Place, items: &[Value], rules: &mut Vec<&'static str>) -> Option<Read> {
    let mut all: Vec<String> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for item in items {
        let Value::Text(text) = item else {
            rules.push("wrong-kind-of-value");
            continue;
        };
        let wrong = bind(place, text);
        let kind = match text.split_once(['/', ':']) {
            Some(("header", name)) => format!("header:{}", name.to_ascii_lowercase()),
            Some((kind, _)) => kind.to_owned(),
            None => text.trim_end_matches("-optional").to_owned(),
        };
        match wrong {
            Some(rule) => rules.push(rule),
            None if seen.contains(&kind) => rules.push("duplicate-entry"),
            None => {
                seen.push(kind);
                all.push(text.clone());
            }
        }
    }
    once(Some(Read::Words(all)), items.len())
}

/// What is wrong with one kind: "IPv4 prefix ≤ /32, IPv6 prefix ≤ /64", `header:Name` for roles and named policies.
fn bind(place: Place, text: &str) -> Option<&'static str> {
    if ["ua", "ip", "dbsc", "dbsc-optional"].contains(&text) {
        return None;
    }
    if let Some(prefixes) = text.strip_prefix("ip/") {
        let mut numbers = prefixes.split('/').map(str::parse::<u16>);
        let v4 = matches!(numbers.next(), Some(Ok(1..=32)));
        let v6 = matches!(numbers.next(), None | Some(Ok(1..=64)));
        return (!v4 || !v6 || numbers.next().is_some()).then_some("ip-prefix");
    }
    match text.strip_prefix("header:") {
        None => Some("unknown-value"),
        Some(name) if name.is_empty() || name.contains([' ', ':', 'é']) || name == "Cookie" => Some("header-name"),
        Some(_) if matches!(place, Place::Role | Place::Base) => None,
        Some(_) => Some("key-in-wrong-place"),
    }
}

/// Entries of a list; the same twice is one too many, and hides nothing.
fn list(
    items: &[Value],
    rules: &mut Vec<&'static str>,
    one: impl Fn(&Value, &mut Vec<&'static str>) -> Option<String>,
) -> Option<Read> {
    let mut all: Vec<String> = Vec::new();
    let mut unread = false;
    for item in items {
        match one(item, rules) {
            Some(known) if all.contains(&known) => rules.push("duplicate-entry"),
            Some(known) => all.push(known),
            None => unread = true,
        }
    }
    (!unread).then_some(Read::Words(all))
}

fn word(key: &str, known: &[&str], value: &Value, rules: &mut Vec<&'static str>) -> Option<String> {
    let Value::Text(text) = value else {
        rules.push("wrong-kind-of-value");
        return None;
    };
    if known.contains(&text.as_str()) {
        return Some(text.clone());
    }
    rules.push(if has(UNSAFE, key, text) { "unsafe-value" } else { "unknown-value" });
    None
}

fn path(value: &Value, rules: &mut Vec<&'static str>) -> Option<String> {
    match value {
        Value::Bare(path) if path != "true" && path.starts_with(|c: char| c.is_alphabetic() || c == ':') => {
            Some(path.clone())
        }
        _ => {
            rules.push("wrong-kind-of-value");
            None
        }
    }
}

/// `deviation(key = "why", …)`: the keys that have a reason.
fn reasons(pairs: &[(String, Value)], rules: &mut Vec<&'static str>) -> Option<Read> {
    if pairs.is_empty() {
        rules.push("empty-list");
        return None;
    }
    let mut all: Vec<String> = Vec::new();
    let mut unread = false;
    for (key, why) in pairs {
        rules.extend(matches!(why, Value::Missing).then_some("missing-value"));
        let wrong = match why {
            _ if find(key).is_none() => Some("unknown-key"),
            _ if all.contains(key) => {
                rules.push("duplicate-key");
                continue;
            }
            Value::Text(why) if why.trim().is_empty() => Some("empty-reason"),
            Value::Text(_) => None,
            Value::Nothing => Some("missing-value"),
            Value::Missing => {
                unread = true;
                continue;
            }
            Value::Bare(_) | Value::List(_) | Value::Parens(_) => Some("wrong-kind-of-value"),
        };
        match wrong {
            Some(rule) => {
                rules.push(rule);
                unread = true;
            }
            None => all.push(key.clone()),
        }
    }
    (!unread).then_some(Read::Words(all))
}
