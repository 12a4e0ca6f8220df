//! The `Set-Cookie` values that set and remove the cookie, both from the one constant.

use std::borrow::Cow;

use ::cookie::{Cookie, CookieBuilder, time};

use super::{CookieSpec, SameSite};
use crate::token::Token;

/// The value of the `Set-Cookie` field that gives the client a token. Without an end: the cookie ends with the browser.
///
/// ```
/// use session_policy::{cookie::{CookieSpec, set}, token::Token};
///
/// let token = Token::parse("A".repeat(43).as_bytes()).unwrap();
/// assert_eq!(
///     set(&CookieSpec::new("__Host-id"), &token),
///     "__Host-id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; HttpOnly; SameSite=Lax; Secure; Path=/"
/// );
/// ```
#[must_use]
pub fn set(spec: &CookieSpec, token: &Token) -> String {
    build(spec, token.text().into()).build().to_string()
}

/// The value of the `Set-Cookie` field that takes the cookie away: the same attributes, or the browser would keep it, and an
/// end in the past.
///
/// ```
/// use session_policy::cookie::{CookieSpec, remove};
/// assert_eq!(
///     remove(&CookieSpec::new("__Host-id")),
///     "__Host-id=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
/// );
/// ```
#[must_use]
pub fn remove(spec: &CookieSpec) -> String {
    // Not `CookieBuilder::removal`, which reads a clock of its own.
    build(spec, Cow::Borrowed(""))
        .max_age(time::Duration::ZERO)
        .expires(time::OffsetDateTime::UNIX_EPOCH)
        .build()
        .to_string()
}

/// All that setting and removing share.
fn build(spec: &CookieSpec, value: Cow<'static, str>) -> CookieBuilder<'static> {
    let mut cookie = Cookie::build((spec.name, value))
        .path(spec.path)
        .secure(true)
        .http_only(true)
        .same_site(match spec.same_site {
            SameSite::Lax => ::cookie::SameSite::Lax,
            SameSite::Strict => ::cookie::SameSite::Strict,
            SameSite::None => ::cookie::SameSite::None,
        })
        .partitioned(spec.partitioned);
    if let Some(domain) = spec.domain {
        cookie = cookie.domain(domain);
    }
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn specs() -> Vec<CookieSpec> {
        let mut specs = Vec::new();
        for same_site in [SameSite::Lax, SameSite::Strict, SameSite::None] {
            for domain in [None, Some("example.org")] {
                for partitioned in [false, true] {
                    for path in ["/", "/app"] {
                        let mut spec = CookieSpec::new("__Secure-id").same_site(same_site).path(path);
                        spec.domain = domain;
                        spec.partitioned = partitioned;
                        specs.push(spec);
                    }
                }
            }
        }
        specs
    }

    /// Attribute names in lower case, with their values; a repeated one fails.
    fn attributes(field: &str) -> std::collections::BTreeMap<String, String> {
        let mut attributes = std::collections::BTreeMap::new();
        for attribute in field.split("; ").skip(1) {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let before = attributes.insert(name.to_ascii_lowercase(), value.to_owned());
            assert_eq!(before, None, "{name} is repeated in {field}");
        }
        attributes
    }

    #[test]
    fn the_cookie_crate_reads_what_was_set() {
        let token = Token::parse(TOKEN.as_bytes()).unwrap();
        for spec in specs() {
            let field = set(&spec, &token);
            let read = Cookie::parse(field.as_str()).unwrap();
            assert_eq!((read.name(), read.value()), (spec.name, TOKEN));
            assert_eq!((read.secure(), read.http_only()), (Some(true), Some(true)), "{field}");
            assert_eq!((read.path(), read.domain()), (Some(spec.path), spec.domain), "{field}");
            assert_eq!(read.partitioned().unwrap_or(false), spec.partitioned, "{field}");
            assert_eq!(read.same_site().map(|s| s.to_string()), Some(format!("{:?}", spec.same_site)), "{field}");
            assert_eq!((read.max_age(), read.expires()), (None, None), "{field}");
        }
    }

    #[test]
    fn removal_has_the_same_attributes_and_an_end_in_the_past() {
        let token = Token::parse(TOKEN.as_bytes()).unwrap();
        for spec in specs() {
            let (set, field) = (set(&spec, &token), remove(&spec));
            assert!(field.starts_with("__Secure-id=;"), "{field}");
            let mut removal = attributes(&field);
            assert_eq!(removal.remove("max-age").as_deref(), Some("0"));
            assert_eq!(removal.remove("expires").as_deref(), Some("Thu, 01 Jan 1970 00:00:00 GMT"));
            assert_eq!(removal, attributes(&set));
        }
    }
}
