use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::request::TestRequest;

const CLASSES: &str = include_str!("../../../../tests/data/ua.tsv");
const PAIRS: &str = include_str!("../../../../tests/data/ua_pairs.tsv");

/// The rows of a table, without comment and heading.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('\t').collect())
}

/// The agents of the table by name, and the two that no string stands for.
fn agents() -> BTreeMap<&'static str, UserAgent> {
    let mut agents: BTreeMap<_, _> =
        rows(CLASSES).map(|row| (row[0], UserAgent::parse(Some(row[5].as_bytes())))).collect();
    assert_eq!(agents.len(), rows(CLASSES).count(), "a name stands twice in the table");
    agents.extend([("missing", UserAgent::MISSING), ("repeated", UserAgent::REPEATED)]);
    agents
}

#[test]
fn classes() {
    for row in rows(CLASSES) {
        let [name, family, os, mobile, major, text] = row[..] else { panic!("{row:?}") };
        let found = UserAgent::parse(Some(text.as_bytes()));
        match family.strip_prefix("other:") {
            Some(product) => assert_eq!(found.family, Family::other(product.as_bytes()), "{name}: {product}"),
            None => assert_eq!(format!("{:?}", found.family), family, "{name}"),
        }
        assert_eq!(format!("{:?}", found.os), os, "{name}");
        assert_eq!(found.mobile, mobile == "yes", "{name}");
        assert_eq!(found.major.to_string(), major, "{name}");
    }
}

#[test]
fn pairs() {
    let agents = agents();
    for row in rows(PAIRS) {
        let [captured, now, expected] = row[..] else { panic!("{row:?}") };
        let found = UserAgent::compare(agents[captured], agents[now]);
        assert_eq!(format!("{found:?}").to_lowercase(), expected, "{captured}, then {now}");
    }
}

/// A phone is never the desktop mode of another phone.
#[test]
fn desktop_mode_is_not_mobile() {
    let phone = |os| UserAgent { family: Family::Firefox, os, mobile: true, major: 127 };
    for (one, other) in [(Os::Android, Os::Linux), (Os::Ios, Os::MacOs)] {
        assert_eq!(UserAgent::compare(phone(one), phone(other)), UaMatch::Changed);
        assert_eq!(UserAgent::compare(phone(other), phone(one)), UaMatch::Changed);
    }
}

/// The vectors that the authors of FNV publish.
#[test]
fn the_hash_is_fnv_1a() {
    for (text, hash) in [("", 0x811c_9dc5), ("a", 0xe40c_292c), ("foobar", 0xbf9c_f968)] {
        assert_eq!(Family::other(text.as_bytes()), Family::Other(hash), "{text}");
    }
}

#[test]
fn missing_empty_and_repeated() {
    for nothing in [None, Some(&b""[..]), Some(b" \t ")] {
        assert_eq!(UserAgent::parse(nothing), UserAgent::MISSING);
    }
    let request = TestRequest::get("/");
    assert_eq!(UserAgent::of(&request), UserAgent::MISSING);
    let request = request.header("user-agent", "curl/8.5.0");
    assert_eq!(UserAgent::of(&request), UserAgent::parse(Some(b"curl/8.5.0")));
    let request = request.header("user-agent", "curl/8.5.0");
    assert_eq!(UserAgent::of(&request), UserAgent::REPEATED);
}

#[test]
fn a_long_one_is_cut() {
    let start = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0 ";
    let long = format!("{start}{} Edg/126.0", "x".repeat(MOST_BYTES));
    assert_eq!(UserAgent::parse(Some(long.as_bytes())), UserAgent::parse(Some(start.as_bytes())));
}

#[test]
fn stores_give_back_what_they_took() {
    for (name, agent) in agents() {
        assert_eq!(UserAgent::from_bytes(agent.to_bytes()), Some(agent), "{name}");
    }
    // What is stored must never change its meaning.
    let stored = |name| agents()[name].to_bytes();
    assert_eq!(stored("missing"), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(stored("repeated"), [1, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(stored("chrome-android"), [2, 5, 1, 0, 126, 0, 0, 0, 0]);
    assert_eq!(stored("chrome-ios"), [3, 6, 1, 0, 126, 0, 0, 0, 0]);
    assert_eq!(stored("edge-windows"), [4, 1, 0, 0, 126, 0, 0, 0, 0]);
    assert_eq!(stored("edge-ios"), [5, 6, 1, 0, 125, 0, 0, 0, 0]);
    assert_eq!(stored("firefox-mac"), [6, 2, 0, 0, 127, 0, 0, 0, 0]);
    assert_eq!(stored("firefox-ios"), [7, 6, 1, 0, 127, 0, 0, 0, 0]);
    assert_eq!(stored("opera-windows"), [8, 1, 0, 0, 111, 0, 0, 0, 0]);
    assert_eq!(stored("safari-mac"), [9, 2, 0, 0, 17, 0, 0, 0, 0]);
    assert_eq!(stored("samsung-desktop"), [10, 3, 0, 0, 25, 0, 0, 0, 0]);
    assert_eq!(stored("chrome-chromeos"), [2, 4, 0, 0, 126, 0, 0, 0, 0]);
    assert_eq!(stored("huge-version")[..5], [255, 0, 0, 255, 255]);
}

#[test]
fn unknown_codes_are_nobody() {
    let good =
        UserAgent::parse(Some(b"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0")).to_bytes();
    for (at, byte) in [(0, 11), (0, 254), (1, 7), (2, 2), (8, 1)] {
        let mut bytes = good;
        bytes[at] = byte;
        assert_eq!(UserAgent::from_bytes(bytes), None, "{byte} at {at}");
    }
}

proptest! {
    #[test]
    fn any_bytes_have_a_class(text in hostile()) {
        let agent = UserAgent::parse(Some(&text));
        prop_assert_eq!(UserAgent::from_bytes(agent.to_bytes()), Some(agent));
        prop_assert_eq!(UserAgent::compare(agent, agent), UaMatch::Same);
    }

    /// A family is one or the other in both directions; and what is one device in both directions has one version.
    #[test]
    fn comparing_is_fair(one in hostile(), other in hostile()) {
        let (one, other) = (UserAgent::parse(Some(&one)), UserAgent::parse(Some(&other)));
        let (there, back) = (UserAgent::compare(one, other), UserAgent::compare(other, one));
        prop_assert_eq!(there == UaMatch::Other, back == UaMatch::Other);
        if (there, back) == (UaMatch::Same, UaMatch::Same) {
            prop_assert_eq!(one.major, other.major);
        }
    }

    #[test]
    fn unknown_codes_never_panic(bytes in any::<[u8; UserAgent::BYTES]>()) {
        if let Some(agent) = UserAgent::from_bytes(bytes) {
            prop_assert_eq!(agent.to_bytes(), bytes);
        }
    }
}

/// Pieces of user agents, and other bytes between them.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "Mozilla/5.0 ",
        "(X11; Linux)",
        "(iPhone; like Mac OS X)",
        "Android",
        "Chrome/12",
        "Firefox/9",
        "Safari/1",
        "Version/3",
        "Mobile",
        "compatible; ",
        "compatible;",
        "(",
        ")",
        "/",
        " ",
        ";",
        "Edg/",
    ]);
    let piece =
        prop_oneof![word.prop_map(|word| word.as_bytes().to_vec()), proptest::collection::vec(any::<u8>(), 0..4)];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}
