//! `next`: where to go after signing in. Validated when it is made and again when it is used.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// The most bytes of a `next`.
const MOST_BYTES: usize = 2048;

/// `target`, if it is a path (and query) on this site: it starts with one `/`, and holds no `//` at the start, no `\`, no
/// scheme, no control character, no space, and at most 2 KiB.
///
/// ```
/// use session_policy::sessions::local_path;
/// assert_eq!(local_path("/account?tab=2"), Some("/account?tab=2"));
/// for bad in ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", ""] {
///     assert_eq!(local_path(bad), None);
/// }
/// ```
#[must_use]
pub fn local_path(target: &str) -> Option<&str> {
    let rest = target.strip_prefix('/')?;
    let clean = target.len() <= MOST_BYTES
        && !rest.starts_with('/')
        && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    // An encoded slash or backslash at the start is decoded by some proxies.
    let lower = rest.get(..3).map(str::to_ascii_lowercase);
    let hidden = matches!(lower.as_deref(), Some("%2f" | "%5c" | "%09" | "%0a" | "%0d"));
    (clean && !hidden).then_some(target)
}

/// The path of `path_and_query`.
pub(super) fn path_of(path_and_query: &str) -> &str {
    path_and_query.split(['?', '#']).next().unwrap_or_default()
}

/// The value of `name` in a query, decoded.
pub(super) fn query_value(path_and_query: &str, name: &str) -> Option<String> {
    let (_, query) = path_and_query.split_once('?')?;
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// What a query value may hold as it is: the unreserved characters of RFC 3986, and `/`, which keeps a path readable.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Percent-encodes a query value.
pub(super) fn encode_query(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, IN_QUERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_survives_the_query() {
        let next = "/search?q=a+b&x=1%202#é";
        let query = format!("/login?reason=idle&next={}", encode_query(next));
        assert_eq!(query_value(&query, "next").as_deref(), Some(next));
        // What is broken is shown as it is, or replaced; `local_path` judges it afterwards.
        assert_eq!(query_value("/login?next=%zz", "next").as_deref(), Some("%zz"));
        assert_eq!(query_value("/login?next=/%ff", "next").as_deref().and_then(local_path), None);
        assert_eq!(query_value("/login", "next"), None);
    }

    #[test]
    fn only_local_paths_pass() {
        let long = format!("/{}", "a".repeat(MOST_BYTES));
        for bad in [
            "",
            "a",
            "//x",
            "/\\x",
            "\\/x",
            "/ x",
            "/x\0",
            "/x\u{7f}",
            "/é",
            "javascript:alert(1)",
            "http:/x",
            " /x",
            "/%2Fx",
            "/%5cx",
            "/x\\y",
            &long,
        ] {
            assert_eq!(local_path(bad), None, "{bad:?}");
        }
        for good in ["/", "/a/b?c=//d", "/a%20b", "/x?next=https://example.org"] {
            assert_eq!(local_path(good), Some(good));
        }
    }
}
