//! The neutral view of a request, so that nothing below an adapter knows a framework.

use std::net::SocketAddr;

#[cfg(feature = "axum")]
mod http_request;
#[cfg(test)]
mod test_request;

#[cfg(feature = "axum")]
pub use http_request::HttpRequest;
#[cfg(test)]
pub(crate) use test_request::TestRequest;

/// What a framework shows of a request. The core asks for single fields and copies what it keeps.
pub trait RequestView {
    /// The method as it was sent; methods are case-sensitive (RFC 9110, 9.1).
    fn method(&self) -> &str;

    /// Path and query as the client sent them, before any router took a prefix off.
    fn path_and_query(&self) -> &str;

    /// Shows every field of that name, one call for each field line, in order. `name` is in lower case.
    ///
    /// `host` stands for the authority wherever the protocol carries it: a view shows `:authority`, and a `Host` field that
    /// differs from it as a second one.
    fn each_header(&self, name: &'static str, visit: &mut dyn FnMut(&[u8]));

    /// Whether any field's name starts with `prefix`, which is in lower case: `x-forwarded-`.
    fn has_header_starting(&self, prefix: &'static str) -> bool;

    /// Who opened the connection. `None` if it cannot be known (a Unix socket), which is never taken for a loopback.
    fn peer(&self) -> Option<SocketAddr>;

    /// Whether the client asks for another protocol: an HTTP/1 `Upgrade` field, or extended CONNECT.
    fn is_upgrade(&self) -> bool;
}

/// A field that must not be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Single<'a> {
    /// It is not there.
    Absent,
    /// It is there once; its value.
    One(&'a [u8]),
    /// It is there more than once, whatever the values.
    Many,
}

/// Reads a field that must not be repeated, without allocating. Returns what `read` made of it.
///
/// `read` sees the first value before it is known that there is a second one; its last answer counts, so it only classifies.
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use session_policy::request::{HttpRequest, Single, single_header};
///
/// let (parts, ()) = http::Request::get("/").header("origin", "null").body(()).unwrap().into_parts();
/// let request = HttpRequest::new(&parts, None);
/// assert!(single_header(&request, "origin", |origin| origin == Single::One(b"null")));
/// assert!(single_header(&request, "referer", |referer| referer == Single::Absent));
/// # }
/// ```
pub fn single_header<R>(request: &dyn RequestView, name: &'static str, mut read: impl FnMut(Single<'_>) -> R) -> R {
    let mut answer = None;
    request.each_header(name, &mut |value| {
        let single = if answer.is_none() { Single::One(value) } else { Single::Many };
        answer = Some(read(single));
    });
    answer.unwrap_or_else(|| read(Single::Absent))
}

/// Whether a field is there at all, once or more.
pub fn has_header(request: &dyn RequestView, name: &'static str) -> bool {
    let mut found = false;
    request.each_header(name, &mut |_| found = true);
    found
}

/// Takes SP and HTAB off both ends: the only whitespace of HTTP fields (RFC 9110, 5.6.3).
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_absent_single_or_repeated() {
        let owned = |single: Single<'_>| match single {
            Single::Absent => None,
            Single::One(value) => Some(Some(value.to_vec())),
            Single::Many => Some(None),
        };
        let request = TestRequest::get("/").header("origin", "a").header("referer", "x").header("referer", "x");
        assert_eq!(single_header(&request, "origin", owned), Some(Some(b"a".to_vec())));
        assert_eq!(single_header(&request, "referer", owned), Some(None));
        assert_eq!(single_header(&request, "cookie", owned), None);
        assert!(has_header(&request, "referer") && !has_header(&request, "cookie"));
    }

    #[test]
    fn only_space_and_tab_are_whitespace() {
        assert_eq!(trim(b" \t a b\t "), b"a b");
        assert_eq!(trim(b" \t "), b"");
        assert_eq!(trim("\u{2000}a\u{a0}".as_bytes()), "\u{2000}a\u{a0}".as_bytes());
        assert_eq!(trim(b"\x0ba\r"), b"\x0ba\r");
    }
}
