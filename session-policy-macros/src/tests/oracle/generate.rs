//! Random attributes: mostly keys that belong there and values that hold, with every slip in between.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    profile::PROFILES,
    table::{KEYS, Key, Takes, UNSAFE},
    text::{Entry, Place, Value},
};

const DURATIONS: &[&str] = &[
    "10s", "30s", "1m", "61s", "90s", "2m", "3m", "5m", "10m", "15m", "30m", "1h", "60m", "1h30m", "8h", "12h", "1d",
    "2w", "401d",
];
const NO_DURATIONS: &[&str] =
    &["", "30", "0s", "0h0m", "3651d", "600w", "30min", "1.5h", "30M", "1h 30m", "5m1h", "-5m"];
const BINDS: &[&str] = &[
    "ip",
    "ip/24",
    "ip/24/64",
    "ip/32/48",
    "header:X-Device",
    "header:x-device",
    "header:User-Agent",
    "dbsc",
    "dbsc-optional",
];
const NO_BINDS: &[&str] = &[
    "ip/33",
    "ip/0",
    "ip/24/128",
    "ip/24/0",
    "ip/x",
    "ip/",
    "ip/24/64/1",
    "header:",
    "header:X Device",
    "header:Cookie",
    "nonsense",
    "",
];
const BARE: &[&str] = &["30", "1.5", "true", "full", "Role::Admin", "'c'"];
const POLICIES: &[&str] = &["Other", "crate::Other", "Site", "PagePolicy", "Self"];
const ROLES: &[&str] = &["Role::Admin", "Role::Member", "crate::Role::Admin"];
const UNKNOWN_KEYS: &[&str] = &["idel", "timeout", "session_cookie_age", "colour", "same_site", "deviaton"];

fn text(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(words).prop_map(|word| Value::Text(word.to_owned())).boxed()
}

fn bare(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(words).prop_map(|word| Value::Bare(word.to_owned())).boxed()
}

fn one_or_list(one: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop_oneof![3 => one.clone(), 1 => vec(one, 0..4).prop_map(Value::List)].boxed()
}

/// A word of the key, or, seldom, one that it has not.
fn word(key: &'static Key, known: &'static [&'static str]) -> BoxedStrategy<Value> {
    let other = |table: &'static [(&'static str, &'static [&'static str])]| {
        let words =
            table.iter().find(|(name, _)| *name == key.name).map_or(&["nonsense"] as &[&str], |(_, words)| words);
        text(words)
    };
    prop_oneof![20 => text(known), 1 => other(UNSAFE), 1 => text(&["nonsense", "", "Full"])].boxed()
}

/// A value that the key takes, as a rule.
fn value(key: &'static Key) -> BoxedStrategy<Value> {
    match key.takes {
        Takes::Duration => prop_oneof![12 => text(DURATIONS), 1 => text(NO_DURATIONS)].boxed(),
        Takes::Word(known) => word(key, known),
        Takes::Words(known) => one_or_list(word(key, known)),
        Takes::Paths => one_or_list(bare(ROLES)),
        Takes::Path if key.name == "crate" => bare(&["::session_policy", "sp", "crate::sp"]),
        Takes::Path => bare(POLICIES),
        Takes::Name => {
            text(&["admin", "Admin", "", "a\nb", "12345678901234567890123456789012345678901234567890123456789012345"])
        }
        Takes::Flag => Just(Value::Nothing).boxed(),
        Takes::Reasons => {
            let about = prop_oneof![4 => Just("csrf"), 2 => select(KEYS).prop_map(|key| key.name), 1 => Just("crsf")];
            let why = prop_oneof![8 => text(&["signed", "no forms"]), 1 => text(&["", "  "]), 1 => slip()];
            vec((about.prop_map(str::to_owned), why), 0..3).prop_map(Value::Parens).boxed()
        }
        Takes::DurationOrOff => prop_oneof![6 => text(DURATIONS), 4 => text(&["off"]), 1 => text(NO_DURATIONS)].boxed(),
        Takes::Count => prop_oneof![4 => bare(&["1", "3", "0"]), 1 => bare(BARE)].boxed(),
        Takes::Binds => one_or_list(prop_oneof![8 => text(&["ua"]), 4 => text(BINDS), 1 => text(NO_BINDS)].boxed()),
        Takes::Profiles => {
            let name = select(PROFILES.iter().map(|profile| profile.name).collect::<Vec<_>>());
            let name = name.prop_map(|name| Value::Text(name.to_owned()));
            one_or_list(prop_oneof![8 => name, 1 => text(&["nist", "aal2", "asvs"])].boxed())
        }
    }
}

/// A value of another kind, or none.
fn slip() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Nothing),
        Just(Value::Missing),
        Just(Value::Parens(Vec::new())),
        Just(Value::Parens(vec![("why".to_owned(), Value::Text("so".to_owned()))])),
        text(&["ua", "30m", "csrf", "Site"]),
        bare(BARE),
        vec(prop_oneof![bare(BARE), text(&["ua", "login"])], 0..3).prop_map(Value::List),
    ]
    .boxed()
}

fn entry(place: Place) -> BoxedStrategy<Entry> {
    let of = |key: &'static Key| {
        let value = prop_oneof![12 => value(key), 1 => slip()];
        value.prop_map(move |value| Entry::Key(key.name.to_owned(), value))
    };
    let here: Vec<&'static Key> = KEYS.iter().filter(|key| key.places.contains(&place)).collect();
    let any: Vec<&'static Key> = KEYS.iter().collect();
    let path = if matches!(place, Place::Handler | Place::Module) { 2 } else { 1 };
    prop_oneof![
        60 => select(here).prop_flat_map(of),
        6 => select(any).prop_flat_map(of),
        path => select(POLICIES).prop_map(|path| Entry::Path(path.to_owned())),
        1 => (select(UNKNOWN_KEYS), slip()).prop_map(|(key, value)| Entry::Key(key.to_owned(), value)),
    ]
    .boxed()
}

/// Keys that have something to say only together.
const COMPANY: &[&[&str]] = &[&["rotate_every", "grace"], &["rotate_every", "idle"], &["max_sessions", "on_limit"]];

/// Both of two such keys, or nothing, as often.
fn company(place: Place) -> BoxedStrategy<Vec<Entry>> {
    let of = |name: &'static str| {
        let value = value(KEYS.iter().find(|key| key.name == name).unwrap());
        value.prop_map(move |value| Entry::Key(name.to_owned(), value)).boxed()
    };
    match place {
        Place::Role | Place::Base => {
            let both =
                select(COMPANY).prop_flat_map(move |names| names.iter().map(|name| of(name)).collect::<Vec<_>>());
            prop_oneof![both, Just(Vec::new())].boxed()
        }
        Place::Handler | Place::Module | Place::Roles => Just(Vec::new()).boxed(),
    }
}

/// An attribute somewhere.
pub(super) fn attribute() -> impl Strategy<Value = (Place, Vec<Entry>)> {
    let place = prop_oneof![
        7 => Just(Place::Handler),
        2 => Just(Place::Module),
        5 => Just(Place::Base),
        4 => Just(Place::Role),
        1 => Just(Place::Roles),
    ];
    place.prop_flat_map(|place| {
        let entries = (company(place), vec(entry(place), 0..8));
        (Just(place), entries.prop_map(|(company, others)| [company, others].concat()))
    })
}
