use proptest::prelude::*;

use super::*;
use crate::request::TestRequest;

/// The whole table, as `tests/data/csrf.py` reads semantics.md §9.
const TABLE: &str = include_str!("../../../../tests/data/csrf.tsv");
const OWN: &str = "https://app.example.org";
const TRUSTED: &str = "https://partner.example.com:8443";

fn rules() -> OriginRules {
    OriginRules { own: vec![origin(OWN)], trusted: vec![origin(TRUSTED)], own_host: false }
}

fn origin(text: &str) -> Origin {
    Origin::parse(text).unwrap()
}

/// The request that a row of the table describes.
fn request(method: &str, site: &str, origin: &str, referer: &str) -> TestRequest {
    let mut request = TestRequest::new(method, "/");
    request = match site {
        "absent" => request,
        "junk" => request.header("sec-fetch-site", "Same-Origin"),
        "repeated" => request.header("sec-fetch-site", "same-origin").header("sec-fetch-site", "same-origin"),
        site => request.header("sec-fetch-site", site),
    };
    request = match origin {
        "absent" => request,
        "own" => request.header("origin", OWN),
        "trusted" => request.header("origin", TRUSTED),
        "sibling" => request.header("origin", "https://blog.example.org"),
        "other" => request.header("origin", "https://evil.example"),
        "null" => request.header("origin", "null"),
        "repeated" => request.header("origin", OWN).header("origin", OWN),
        "malformed" => request.header("origin", format!("{OWN}/")),
        origin => panic!("no such origin: {origin}"),
    };
    match referer {
        "absent" => request,
        "own" => request.header("referer", format!("{OWN}/transfer?to=bob")),
        "other" => request.header("referer", "https://evil.example/"),
        "malformed" => request.header("referer", "app.example.org/transfer"),
        referer => panic!("no such referer: {referer}"),
    }
}

#[test]
fn the_whole_table() {
    let mut rows = 0;
    for row in TABLE.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let [method, site, origin, referer, cookie, expected, step] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let request = request(method, site, origin, referer);
        let found = if is_unsafe(method, false) {
            match decide(&rules(), &request, cookie == "yes") {
                Ok(step) => ("allow", step.to_string()),
                Err(fault) => ("403", fault.step().to_string()),
            }
        } else {
            ("allow", "safe".into())
        };
        assert_eq!(found, (expected, step.into()), "{row}");
        rows += 1;
    }
    assert_eq!(rows, 7 * 7 * 8 * 4 * 2, "a row for every combination");
}

/// Each fault by name: those that share a step are told apart.
#[test]
fn faults() {
    let judged = |site, origin, referer, cookie| judge(&rules(), &request("POST", site, origin, referer), cookie);
    for (fault, site, origin, referer) in [
        (OriginFault::ForeignOrigin, "same-origin", "other", "own"),
        (OriginFault::Repeated, "same-origin", "repeated", "absent"),
        (OriginFault::Repeated, "repeated", "own", "absent"),
        (OriginFault::UnknownSite, "junk", "own", "absent"),
        (OriginFault::UserStartedElsewhere, "none", "trusted", "absent"),
        (OriginFault::CrossSite, "same-site", "absent", "own"),
        (OriginFault::NullOrigin, "absent", "null", "own"),
        (OriginFault::ForeignReferer, "absent", "absent", "other"),
        (OriginFault::NoEvidence, "absent", "absent", "absent"),
    ] {
        assert_eq!(judged(site, origin, referer, true), Err(fault), "{fault}");
    }
    assert_eq!(judged("absent", "absent", "absent", false), Ok(()));
    assert_eq!(OriginFault::CrossSite.to_string(), "cross_site (step 5)");
}

/// Repeated fields whose values differ, and a repeated Referer, which the table does not list.
#[test]
fn repeated_fields_are_refused_whatever_they_say() {
    let fields = [("origin", OWN, "https://evil.example"), ("sec-fetch-site", "same-origin", "cross-site")];
    for (name, one, other) in fields {
        for values in [[one, other], [other, one]] {
            let request = TestRequest::new("POST", "/").header(name, values[0]).header(name, values[1]);
            assert_eq!(judge(&rules(), &request, true), Err(OriginFault::Repeated), "{name}: {values:?}");
        }
    }
    let page = format!("{OWN}/");
    let request = TestRequest::new("POST", "/").header("referer", &page).header("referer", &page);
    assert_eq!(judge(&rules(), &request, true), Err(OriginFault::Repeated));
}

#[test]
fn odd_origins_are_foreign() {
    for odd in [
        "",
        "Null",
        "null ",
        "https://",
        "https:///",
        "app.example.org",
        "//app.example.org",
        "http://app.example.org",
        "http://app.example.org:443",
        "https://app.example.org:8443",
        "https://app.example.org:",
        "https://app.example.org:+443",
        "https://app.example.org:00000000443a",
        "https://app.example.org:65979",
        "https://app.example.org.",
        "https://app.example.org#",
        "https://app.example.org?",
        "https://app.example.org https://app.example.org",
        "https://app.example.org, https://app.example.org",
        "https://user@app.example.org",
        "https://app.example.org\\@evil.example",
        "https://evil.example\0app.example.org",
        "https://xapp.example.org",
        "https://app.example.orgx",
        "https:app.example.org",
        "ftp://app.example.org",
        "chrome-extension://app.example.org",
        "https://\u{ff41}pp.example.org",
    ] {
        let request = TestRequest::new("POST", "/").header("origin", odd).header("sec-fetch-site", "same-origin");
        assert_eq!(judge(&rules(), &request, true), Err(OriginFault::ForeignOrigin), "{odd:?}");
    }
    for same in [OWN, "HTTPS://App.Example.Org", "https://app.example.org:443"] {
        let request = TestRequest::new("POST", "/").header("origin", same).header("sec-fetch-site", "cross-site");
        assert_eq!(judge(&rules(), &request, true), Ok(()), "{same:?}");
    }
}

#[test]
fn the_referer_is_a_url() {
    let judged = |referer: &str| judge(&rules(), &TestRequest::new("POST", "/").header("referer", referer), true);
    for good in [OWN, "https://app.example.org/", "https://app.example.org?a", "https://app.example.org#a/@evil"] {
        assert_eq!(judged(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "null",
        "about:blank",
        "https://evil.example/https://app.example.org/",
        "https://app.example.org@evil.example/",
    ] {
        assert_eq!(judged(bad), Err(OriginFault::ForeignReferer), "{bad}");
    }
}

#[test]
fn the_own_host_counts_on_a_loopback_only() {
    let judged = |own_host, hosts: &[&str], origin: &str| {
        let rules = OriginRules { own_host, ..rules() };
        let mut request = TestRequest::new("POST", "/").header("origin", origin);
        for host in hosts {
            request = request.header("host", host);
        }
        judge(&rules, &request, true).is_ok()
    };
    for (host, origin) in [
        ("localhost:3000", "http://localhost:3000"),
        ("LocalHost", "http://localhost"),
        ("127.0.0.1:80", "http://127.0.0.1"),
        ("[::1]:3000", "http://[0:0::1]:3000"),
    ] {
        assert!(judged(true, &[host], origin), "{host} {origin}");
        assert!(!judged(false, &[host], origin), "not asked for: {host} {origin}");
    }
    for (hosts, origin) in [
        (&["localhost:3000"][..], "https://localhost:3000"),
        (&["localhost:443"], "https://localhost"),
        (&["localhost:3000"], "http://localhost:3001"),
        (&["localhost:3000"], "http://localhost"),
        (&["127.0.0.1:3000"], "http://localhost:3000"),
        (&["evil.example"], "http://evil.example"),
        (&["192.0.2.1"], "http://192.0.2.1"),
        (&["localhost", "localhost"], "http://localhost"),
        (&[], "http://localhost"),
    ] {
        assert!(!judged(true, hosts, origin), "{hosts:?} {origin}");
    }
    assert!(judged(true, &["localhost"], OWN), "the configured origin still counts");
}

#[test]
fn unsafe_requests() {
    for method in ["GET", "HEAD", "OPTIONS"] {
        assert!(!is_unsafe(method, false) && is_unsafe(method, true), "{method}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY", "get", "Get", "", "GET "] {
        assert!(is_unsafe(method, false), "{method}");
    }
}

#[test]
fn origins_as_people_write_them() {
    for (text, written) in [
        ("https://example.org", "https://example.org"),
        ("https://example.org/", "https://example.org"),
        ("HTTPS://EXAMPLE.org:443", "https://example.org"),
        ("http://example.org:80", "http://example.org"),
        ("http://example.org:443", "http://example.org:443"),
        ("https://a-b_c.example.org:8443", "https://a-b_c.example.org:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://[2001:DB8:0::1]", "http://[2001:db8::1]"),
    ] {
        assert_eq!(origin(text).to_string(), written);
        assert_eq!(origin(text), origin(written));
    }
    for (text, said) in [
        ("example.org", "has no scheme"),
        ("", "has no scheme"),
        ("ftp://example.org", "another scheme"),
        ("https://example.org/app", "has a path: an origin ends after host and port, write \"https://example.org\""),
        ("https://example.org//", "has a path"),
        ("https://example.org?x", "has a path"),
        ("https://me@example.org", "names a user"),
        ("https://*.example.org", "has a wildcard"),
        ("https://ex\u{e4}mple.org", "is not ASCII"),
        ("https://", "no valid host and port"),
        ("https://example..org", "no valid host and port"),
        ("https://example.org:", "no valid host and port"),
        ("https://example.org:70000", "no valid host and port"),
        ("https://example.org:+1", "no valid host and port"),
        ("https://[::1", "no valid host and port"),
        ("https://[::1]x", "no valid host and port"),
        ("https://127.1", "no valid host and port"),
        ("https://exa mple.org", "no valid host and port"),
    ] {
        let error = Origin::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{text}`")) && error.contains(said), "{error}");
    }
}

proptest! {
    /// Any bytes have an answer, and only our own origin's bytes are allowed from elsewhere.
    #[test]
    fn hostile_bytes(
        origin in proptest::option::of(field()),
        referer in proptest::option::of(field()),
        host in proptest::option::of(field()),
        site in proptest::option::of(field()),
    ) {
        let mut request = TestRequest::new("POST", "/");
        for (name, value) in [("origin", &origin), ("referer", &referer), ("host", &host), ("sec-fetch-site", &site)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let rules = OriginRules { own_host: true, ..rules() };
        if judge(&rules, &request, true).is_ok() {
            let names_us = |field: &Option<Vec<u8>>| field.as_ref().is_some_and(|field| {
                let text = String::from_utf8_lossy(field).to_ascii_lowercase();
                text.starts_with(OWN) || text.starts_with(TRUSTED) || text.starts_with("http://localhost")
            });
            let said = site.as_deref().is_some_and(|site| site == b"same-origin" || site == b"none");
            prop_assert!(names_us(&origin) || names_us(&referer) || said);
        }
    }
}

fn field() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(OWN.as_bytes().to_vec()),
        Just(TRUSTED.as_bytes().to_vec()),
        Just(b"http://localhost".to_vec()),
        Just(b"localhost".to_vec()),
        Just(b"same-origin".to_vec()),
        Just(b"none".to_vec()),
        Just(b"null".to_vec()),
        Just(b":80".to_vec()),
        Just(b"/".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}
