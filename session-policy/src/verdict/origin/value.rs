//! Origins: scheme, host and port (RFC 6454), owned as configured and borrowed as seen.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn of(text: &[u8]) -> Option<Self> {
        [Self::Http, Self::Https].into_iter().find(|scheme| text.eq_ignore_ascii_case(scheme.as_str().as_bytes()))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// An origin of the web: scheme (`http` or `https`), host and port.
///
/// ```
/// use session_policy::verdict::origin::Origin;
///
/// assert_eq!(Origin::parse("HTTPS://Example.ORG:443/")?, Origin::parse("https://example.org")?);
/// assert_eq!(Origin::parse("http://localhost:3000")?.to_string(), "http://localhost:3000");
/// assert_eq!(
///     Origin::parse("https://example.org/app").unwrap_err().to_string(),
///     "`https://example.org/app` has a path: an origin ends after host and port, write \"https://example.org\""
/// );
/// # Ok::<(), session_policy::verdict::origin::OriginError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: Host<Box<str>>,
    port: u16,
}

/// A name (or IPv4 address) in lower case, or an IPv6 address, which has many spellings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Host<N> {
    Name(N),
    V6(Ipv6Addr),
}

impl Origin {
    /// Reads an origin as a person writes it: case, a spelled-out default port and one trailing slash make no difference.
    ///
    /// # Errors
    /// [`OriginError`], which says what is wrong and what to write instead, for anything that is more or less than an origin.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let fault = |cause| OriginError { text: text.into(), cause };
        let Some((scheme, rest)) = text.split_once("://") else { return Err(fault(Cause::NoScheme)) };
        let Some(scheme) = Scheme::of(scheme.as_bytes()) else { return Err(fault(Cause::Scheme)) };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if let Some(at) = rest.find(['/', '?', '#']) {
            let origin = rest.get(..at).unwrap_or_default();
            return Err(fault(Cause::Path(format!("{}://{origin}", scheme.as_str()))));
        }
        if rest.contains('@') {
            return Err(fault(Cause::User));
        }
        if rest.contains('*') {
            return Err(fault(Cause::Wildcard));
        }
        if !rest.is_ascii() {
            return Err(fault(Cause::Unicode));
        }
        let Some(seen) = Seen::authority(scheme, rest.as_bytes()) else { return Err(fault(Cause::Host)) };
        let host = match seen.host {
            Host::V6(ip) => Host::V6(ip),
            Host::Name(name) => Host::Name(String::from_utf8_lossy(name).to_ascii_lowercase().into()),
        };
        Ok(Self { scheme: seen.scheme, host, port: seen.port })
    }
}

impl Origin {
    /// Whether nobody on the way can put a page there.
    pub(crate) fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }
}

impl FromStr for Origin {
    type Err = OriginError;
    fn from_str(text: &str) -> Result<Self, OriginError> {
        Self::parse(text)
    }
}

/// As a browser writes it in `Origin`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme.as_str())?;
        match &self.host {
            Host::Name(name) => f.write_str(name)?,
            Host::V6(ip) => write!(f, "[{ip}]")?,
        }
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// A text is not an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginError {
    text: String,
    cause: Cause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cause {
    NoScheme,
    Scheme,
    Path(String),
    User,
    Wildcard,
    Unicode,
    Host,
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match &self.cause {
            Cause::NoScheme => write!(f, "`{text}` has no scheme: write \"https://example.org\""),
            Cause::Scheme => write!(f, "`{text}` has another scheme than `http` and `https`"),
            Cause::Path(origin) => {
                write!(f, "`{text}` has a path: an origin ends after host and port, write \"{origin}\"")
            }
            Cause::User => write!(f, "`{text}` names a user: an origin has scheme, host and port only"),
            Cause::Wildcard => write!(f, "`{text}` has a wildcard: name every origin"),
            Cause::Unicode => write!(f, "`{text}` is not ASCII: write the host as browsers send it, \"xn--…\""),
            Cause::Host => write!(f, "`{text}` has no valid host and port: write \"https://example.org:8443\""),
        }
    }
}

impl std::error::Error for OriginError {}

/// An origin as it stands in a field.
#[derive(Debug)]
pub(super) struct Seen<'v> {
    scheme: Scheme,
    host: Host<&'v [u8]>,
    port: u16,
}

impl<'v> Seen<'v> {
    /// `https://example.org:8443`, and nothing behind it.
    pub(super) fn origin(field: &'v [u8]) -> Option<Self> {
        let (scheme, rest) = scheme(field)?;
        Self::authority(scheme, rest)
    }

    /// The origin of a URL: whatever stands behind host and port makes no difference.
    pub(super) fn url(field: &'v [u8]) -> Option<Self> {
        let (scheme, rest) = scheme(field)?;
        Self::authority(scheme, rest.split(|byte| matches!(byte, b'/' | b'?' | b'#')).next()?)
    }

    /// `http` on that `Host`.
    pub(super) fn http(host: &'v [u8]) -> Option<Self> {
        Self::authority(Scheme::Http, host)
    }

    /// Host and port; without a port, the scheme's.
    fn authority(scheme: Scheme, text: &'v [u8]) -> Option<Self> {
        let (host, rest) = if let [b'[', inside @ ..] = text {
            let end = inside.iter().position(|byte| *byte == b']')?;
            let ip = str::from_utf8(inside.get(..end)?).ok()?.parse().ok()?;
            (Host::V6(ip), inside.get(end.saturating_add(1)..)?)
        } else {
            let end = text.iter().position(|byte| *byte == b':').unwrap_or(text.len());
            (Host::Name(name(text.get(..end)?)?), text.get(end..)?)
        };
        let port = match rest {
            [] => scheme.default_port(),
            [b':', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
                str::from_utf8(digits).ok()?.parse().ok()?
            }
            _ => return None,
        };
        Some(Self { scheme, host, port })
    }

    /// Whether this is that origin.
    pub(super) fn is(&self, origin: &Origin) -> bool {
        let host = match (&self.host, &origin.host) {
            (Host::Name(seen), Host::Name(name)) => seen.eq_ignore_ascii_case(name.as_bytes()),
            (Host::V6(seen), Host::V6(ip)) => seen == ip,
            _ => false,
        };
        host && (self.scheme, self.port) == (origin.scheme, origin.port)
    }
}

impl PartialEq for Seen<'_> {
    fn eq(&self, other: &Self) -> bool {
        let host = match (&self.host, &other.host) {
            (Host::Name(one), Host::Name(other)) => one.eq_ignore_ascii_case(other),
            (Host::V6(one), Host::V6(other)) => one == other,
            _ => false,
        };
        host && (self.scheme, self.port) == (other.scheme, other.port)
    }
}

fn scheme(field: &[u8]) -> Option<(Scheme, &[u8])> {
    let at = field.iter().position(|byte| *byte == b':')?;
    Some((Scheme::of(field.get(..at)?)?, field.get(at..)?.strip_prefix(b"://")?))
}

/// A host name of letters, digits, `-`, `_` and dots between labels (one more at the end is another host, and legal), or an
/// IPv4 address in its one spelling: what ends in a number is an address to a browser, so `127.1` never arrives.
fn name(text: &[u8]) -> Option<&[u8]> {
    let labels = text.strip_suffix(b".").unwrap_or(text);
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let good = labels.split(|byte| *byte == b'.').all(|label| !label.is_empty() && label.iter().all(letter));
    let numeric = labels.rsplit(|byte| *byte == b'.').next().is_some_and(|last| last.iter().all(u8::is_ascii_digit));
    let address = || str::from_utf8(text).is_ok_and(|text| text.parse::<Ipv4Addr>().is_ok());
    (good && (!numeric || address())).then_some(text)
}
