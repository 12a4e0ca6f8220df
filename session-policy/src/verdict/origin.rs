//! Cross-site requests: what the request's own headers say about where it was started.

use std::fmt;

use crate::{
    client::is_loopback_host,
    request::{RequestView, Single, single_header},
};

mod value;

use value::Seen;
pub use value::{Origin, OriginError};

/// Whose requests are welcome.
///
/// ```
/// use session_policy::verdict::origin::{Origin, OriginRules};
/// let mut rules = OriginRules::default();
/// rules.own.push(Origin::parse("https://example.org")?);
/// # Ok::<(), session_policy::verdict::origin::OriginError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OriginRules {
    /// The application's own origins. `Host` and `X-Forwarded-Host` are never consulted instead: the client chooses them.
    pub own: Vec<Origin>,
    /// Other origins whose pages may send unsafe requests, cross-site ones included.
    pub trusted: Vec<Origin>,
    /// With `loopback()` only: `http://` and the request's own `Host`, if that is `localhost` or a loopback literal, is own.
    pub own_host: bool,
}

/// Which step of the table refused an unsafe request. For events and tests: the client is told `csrf` and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OriginFault {
    /// Step 1: `Origin` is neither own nor trusted, or no origin at all.
    ForeignOrigin,
    /// Step 2: `Origin`, `Sec-Fetch-Site` or `Referer` is there more than once.
    Repeated,
    /// Step 2: `Sec-Fetch-Site` has a value that its specification does not know.
    UnknownSite,
    /// Step 4: the user is said to have started it, but an `Origin` that is not own is there.
    UserStartedElsewhere,
    /// Step 5: another site, or another host of this one, started it.
    CrossSite,
    /// Step 6: without `Sec-Fetch-Site`, `Origin` is `null`.
    NullOrigin,
    /// Step 6: without `Sec-Fetch-Site` and `Origin`, `Referer` is neither own nor trusted.
    ForeignReferer,
    /// Step 6: no header says anything, and the request carries a cookie of ours.
    NoEvidence,
}

impl OriginFault {
    /// The step of the table, 1 to 6.
    #[must_use]
    pub const fn step(self) -> u8 {
        match self {
            Self::ForeignOrigin => 1,
            Self::Repeated | Self::UnknownSite => 2,
            Self::UserStartedElsewhere => 4,
            Self::CrossSite => 5,
            Self::NullOrigin | Self::ForeignReferer | Self::NoEvidence => 6,
        }
    }

    /// In a word, for events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ForeignOrigin => "foreign_origin",
            Self::Repeated => "repeated_field",
            Self::UnknownSite => "unknown_site",
            Self::UserStartedElsewhere => "user_started_elsewhere",
            Self::CrossSite => "cross_site",
            Self::NullOrigin => "null_origin",
            Self::ForeignReferer => "foreign_referer",
            Self::NoEvidence => "no_evidence",
        }
    }
}

impl fmt::Display for OriginFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (step {})", self.as_str(), self.step())
    }
}

/// Whether a request may change something: every method but GET, HEAD and OPTIONS, and every upgrade. Methods are
/// case-sensitive, so `get` is not GET.
///
/// ```
/// use session_policy::verdict::origin::is_unsafe;
/// assert!(is_unsafe("POST", false) && is_unsafe("GET", true) && is_unsafe("get", false));
/// assert!(!is_unsafe("HEAD", false));
/// ```
#[must_use]
pub fn is_unsafe(method: &str, is_upgrade: bool) -> bool {
    is_upgrade || !matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// Judges an unsafe request by its headers alone. Whether the request is unsafe ([`is_unsafe`], a `stream` route, a `csrf`
/// written on the handler) is the caller's to know; `has_cookie`: whether it carries a cookie of ours, good or bad.
/// Allocates nothing.
///
/// # Errors
/// [`OriginFault`], the step that refused.
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use session_policy::{request::HttpRequest, verdict::origin::{Origin, OriginFault, OriginRules, judge}};
///
/// let rules = OriginRules { own: vec![Origin::parse("https://example.org").unwrap()], ..OriginRules::default() };
/// let judged = |site: &str, origin: &str| {
///     let request = http::Request::post("/").header("sec-fetch-site", site).header("origin", origin);
///     let (parts, ()) = request.body(()).unwrap().into_parts();
///     judge(&rules, &HttpRequest::new(&parts, None), true)
/// };
/// assert_eq!(judged("same-origin", "https://example.org"), Ok(()));
/// assert_eq!(judged("cross-site", "https://evil.example"), Err(OriginFault::ForeignOrigin));
/// # }
/// ```
pub fn judge(rules: &OriginRules, request: &dyn RequestView, has_cookie: bool) -> Result<(), OriginFault> {
    decide(rules, request, has_cookie).map(|_step| ())
}

/// What an `Origin` or `Referer` field says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Absent,
    /// The origin `null`: a page without one.
    Null,
    Own,
    Trusted,
    /// Somebody else's, or not an origin.
    Foreign,
    Repeated,
}

impl Whose {
    const fn welcome(self) -> bool {
        matches!(self, Self::Own | Self::Trusted)
    }
}

/// What `Sec-Fetch-Site` says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Site {
    Absent,
    SameOrigin,
    /// `same-site` or `cross-site`: a neighbour is trusted no more than a stranger.
    Elsewhere,
    /// Nobody's page: the user typed it.
    None,
    Unknown,
    Repeated,
}

/// The table of semantics.md §9, first match wins; the step that allowed or refused.
fn decide(rules: &OriginRules, request: &dyn RequestView, has_cookie: bool) -> Result<u8, OriginFault> {
    let origin = single_header(request, "origin", |field| match field {
        Single::One(b"null") => Whose::Null,
        _ => whose(rules, request, field, Seen::origin),
    });
    if origin == Whose::Foreign {
        return Err(OriginFault::ForeignOrigin);
    }
    let referer = single_header(request, "referer", |field| whose(rules, request, field, Seen::url));
    let site = single_header(request, "sec-fetch-site", |field| match field {
        Single::Absent => Site::Absent,
        Single::One(b"same-origin") => Site::SameOrigin,
        Single::One(b"same-site" | b"cross-site") => Site::Elsewhere,
        Single::One(b"none") => Site::None,
        Single::One(_) => Site::Unknown,
        Single::Many => Site::Repeated,
    });
    if origin == Whose::Repeated || referer == Whose::Repeated || site == Site::Repeated {
        return Err(OriginFault::Repeated);
    }
    match site {
        Site::Unknown | Site::Repeated => Err(OriginFault::UnknownSite),
        Site::SameOrigin => Ok(3),
        Site::None if matches!(origin, Whose::Absent | Whose::Own) => Ok(4),
        Site::None => Err(OriginFault::UserStartedElsewhere),
        Site::Elsewhere if origin.welcome() => Ok(5),
        Site::Elsewhere => Err(OriginFault::CrossSite),
        Site::Absent => match (origin, referer) {
            (Whose::Own | Whose::Trusted, _) => Ok(6),
            (Whose::Absent, Whose::Own | Whose::Trusted) => Ok(6),
            (Whose::Absent, Whose::Absent) if !has_cookie => Ok(6),
            (Whose::Absent, Whose::Absent) => Err(OriginFault::NoEvidence),
            (Whose::Absent, _) => Err(OriginFault::ForeignReferer),
            _ => Err(OriginFault::NullOrigin),
        },
    }
}

/// Whose origin a field names, as `read` finds it in the field.
fn whose<'v>(
    rules: &OriginRules,
    request: &dyn RequestView,
    field: Single<'v>,
    read: fn(&'v [u8]) -> Option<Seen<'v>>,
) -> Whose {
    let field = match field {
        Single::Absent => return Whose::Absent,
        Single::Many => return Whose::Repeated,
        Single::One(field) => field,
    };
    match read(field) {
        Some(seen) if rules.own.iter().any(|own| seen.is(own)) => Whose::Own,
        Some(seen) if rules.own_host && is_own_host(request, &seen) => Whose::Own,
        Some(seen) if rules.trusted.iter().any(|trusted| seen.is(trusted)) => Whose::Trusted,
        _ => Whose::Foreign,
    }
}

/// Whether an origin is `http` on the request's own `Host`, which must be this machine's.
fn is_own_host(request: &dyn RequestView, seen: &Seen<'_>) -> bool {
    single_header(request, "host", |host| match host {
        Single::One(host) if is_loopback_host(host) => Seen::http(host).is_some_and(|own| own == *seen),
        _ => false,
    })
}

#[cfg(test)]
mod tests;
