//! Reading one name out of the `Cookie` fields, by hand: the `cookie` crate trims Unicode whitespace and percent-decodes,
//! and both let a name that a browser does not protect pass for one with the `__Host-` prefix.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{request::RequestView, token::Token};

/// The most bytes of all `Cookie` fields together that are read. Servers allow less; beyond it nothing is trusted.
const MOST_BYTES: usize = 64 * 1024;

/// What the client presented under the cookie's name.
#[derive(Clone, Debug)]
pub enum Presented {
    /// No cookie of ours.
    Nothing,
    /// One token, well formed; whether anybody knows it is the store's business.
    Token(Token),
    /// A cookie of ours that is no token, or more than 64 KiB of cookies. No session.
    Malformed,
    /// Two different values under one name, be they tokens or not: somebody may have planted one, and the order of cookies
    /// proves nothing (RFC 6265, 4.2.2). No session, and an event.
    Conflict,
}

impl Presented {
    /// Whether the request carries a cookie of ours, good or bad.
    #[must_use]
    pub const fn is_some(&self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// One value under our name: a token, or the digest of something else.
enum Value {
    Token(Token),
    Malformed(u64),
}

impl Value {
    fn new(text: &[u8]) -> Self {
        Token::parse(text).map_or_else(
            || {
                // Tells malformed values apart without keeping them. A collision only changes one refusal into another.
                let mut hasher = DefaultHasher::new();
                text.hash(&mut hasher);
                Self::Malformed(hasher.finish())
            },
            Self::Token,
        )
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Token(a), Self::Token(b)) => a.same(b),
            (Self::Malformed(a), Self::Malformed(b)) => a == b,
            _ => false,
        }
    }
}

/// Reads the cookie called `name` from all `Cookie` fields of the request, which count as one. Allocates nothing.
///
/// - Pairs are parted by `;`; SP and HTAB before a name are skipped, and nothing else: no Unicode whitespace, and none behind
///   a name. Names then match byte for byte.
/// - A value is everything up to the next `;`: quotes and percent signs mean themselves, so they make a value malformed.
/// - The same value twice counts once. Two different values are a [`Presented::Conflict`], also if only one is well formed.
/// - More than 64 KiB are [`Presented::Malformed`], wherever our cookie stands in them.
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use session_policy::{cookie::{Presented, read}, request::HttpRequest};
///
/// let cookies = format!("theme=dark; __Host-id={}", "A".repeat(43));
/// let (parts, ()) = http::Request::get("/").header("cookie", cookies).body(()).unwrap().into_parts();
/// let request = HttpRequest::new(&parts, None);
/// assert!(matches!(read(&request, "__Host-id"), Presented::Token(_)));
/// assert!(matches!(read(&request, "__Host-other"), Presented::Nothing));
/// # }
/// ```
#[must_use]
pub fn read(request: &dyn RequestView, name: &str) -> Presented {
    let (mut seen, mut conflict, mut bytes) = (None::<Value>, false, 0_usize);
    request.each_header("cookie", &mut |field| {
        bytes = bytes.saturating_add(field.len());
        if bytes > MOST_BYTES {
            return;
        }
        for value in field.split(|byte| *byte == b';').filter_map(|pair| value_of(pair, name.as_bytes())) {
            let value = Value::new(value);
            match &seen {
                Some(first) => conflict |= !first.same(&value),
                None => seen = Some(value),
            }
        }
    });
    match seen {
        _ if bytes > MOST_BYTES => Presented::Malformed,
        _ if conflict => Presented::Conflict,
        None => Presented::Nothing,
        Some(Value::Token(token)) => Presented::Token(token),
        Some(Value::Malformed(_)) => Presented::Malformed,
    }
}

/// The value of a pair, if it has our name.
fn value_of<'a>(mut pair: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    while let [b' ' | b'\t', rest @ ..] = pair {
        pair = rest;
    }
    pair.strip_prefix(name)?.strip_prefix(b"=")
}

#[cfg(test)]
mod tests;
