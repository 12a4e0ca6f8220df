//! The class of a user agent, in small numbers.
//!
//! A `User-Agent` is a claim, not a proof: who steals a cookie can copy the string. Comparing classes detects the careless.

use crate::request::{RequestView, Single, single_header, trim};

mod table;
mod words;

pub use table::{Family, Os};

/// The most bytes of a `User-Agent` that are looked at; the longest real ones (apps that embed a browser) have about 500.
const MOST_BYTES: usize = 1024;

/// Browser family, operating system, mobile bit and major version. A missing `User-Agent` is a class of its own.
///
/// ```
/// use session_policy::client::{Family, Os, UserAgent};
///
/// let firefox = UserAgent::parse(Some(b"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"));
/// assert_eq!((firefox.family, firefox.os, firefox.mobile, firefox.major), (Family::Firefox, Os::Linux, false, 128));
/// assert_eq!(UserAgent::parse(None), UserAgent::MISSING);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UserAgent {
    /// The browser, or whatever the client says it is.
    pub family: Family,
    /// The operating system.
    pub os: Os,
    /// Whether it says that it is a phone (or, on iOS, a tablet).
    pub mobile: bool,
    /// The family's major version; 0 if there is none.
    pub major: u16,
}

/// How two classes compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UaMatch {
    /// The same device: equal, a desktop-mode pair, or a risen major version.
    Same,
    /// The same family, but a fallen major version, another operating system or another mobile bit: `step_up` at most.
    Changed,
    /// Another family.
    Other,
}

impl UserAgent {
    /// No `User-Agent`, or an empty one.
    pub const MISSING: Self = Self { family: Family::Missing, os: Os::Unknown, mobile: false, major: 0 };

    /// Several `User-Agent` fields: none can be believed.
    pub const REPEATED: Self = Self { family: Family::Repeated, os: Os::Unknown, mobile: false, major: 0 };

    /// How many bytes [`to_bytes`](Self::to_bytes) gives.
    pub const BYTES: usize = 9;

    /// The class of the request's user agent. Allocates nothing.
    #[must_use]
    pub fn of(request: &dyn RequestView) -> Self {
        single_header(request, "user-agent", |field| match field {
            Single::Absent => Self::MISSING,
            Single::One(text) => Self::parse(Some(text)),
            Single::Many => Self::REPEATED,
        })
    }

    /// The class of a `User-Agent` field's value, of which at most 1024 bytes are looked at. Any bytes have one.
    ///
    /// Known browsers are told by their product (`Firefox/128.0`), the most specific one first. Anything else is known by a
    /// 32-bit hash of its own product name, so that `curl` is not `python-requests`.
    #[must_use]
    pub fn parse(text: Option<&[u8]>) -> Self {
        let text = trim(text.unwrap_or_default());
        let text = text.get(..MOST_BYTES).unwrap_or(text);
        if text.is_empty() {
            return Self::MISSING;
        }
        let (family, major) = family(text);
        let rank = |word: &[u8]| table::SYSTEMS.iter().position(|(system, _)| word.starts_with(system));
        let system = words(text).filter_map(rank).min().and_then(|rank| table::SYSTEMS.get(rank));
        let os = system.map_or(Os::Unknown, |(_, os)| *os);
        Self { family, os, mobile: words(text).any(|word| word.starts_with(b"Mobile")), major }
    }

    /// How the class of the request (`now`) compares to the one that was captured.
    ///
    /// A phone's *desktop site* switch turns Android into Linux and iOS into macOS; within one family such a pair is one
    /// device. The major version may rise, as browsers update themselves; it must not fall below the captured one.
    ///
    /// ```
    /// use session_policy::client::{UaMatch, UserAgent};
    ///
    /// let ua = |text: &str| UserAgent::parse(Some(text.as_bytes()));
    /// let captured = ua("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36");
    /// let desktop = ua("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36");
    /// assert_eq!(UserAgent::compare(captured, desktop), UaMatch::Same);
    /// assert_eq!(UserAgent::compare(desktop, captured), UaMatch::Changed); // 126 after 127
    /// assert_eq!(UserAgent::compare(captured, ua("curl/8.5.0")), UaMatch::Other);
    /// ```
    #[must_use]
    pub fn compare(captured: Self, now: Self) -> UaMatch {
        if captured.family != now.family {
            return UaMatch::Other;
        }
        let same_device = (captured.os, captured.mobile) == (now.os, now.mobile)
            || captured.is_desktop_mode_of(now)
            || now.is_desktop_mode_of(captured);
        if same_device && now.major >= captured.major { UaMatch::Same } else { UaMatch::Changed }
    }

    /// Whether this is what the phone or tablet says when its user asks for the desktop site.
    fn is_desktop_mode_of(self, device: Self) -> bool {
        !self.mobile && matches!((self.os, device.os), (Os::Linux, Os::Android) | (Os::MacOs, Os::Ios))
    }

    /// The class for a store: family, system, mobile bit, major version (big-endian), product hash (big-endian).
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::BYTES] {
        let (family, product) = self.family.to_code();
        let ([v1, v0], [p3, p2, p1, p0]) = (self.major.to_be_bytes(), product.to_be_bytes());
        [family, self.os as u8, self.mobile as u8, v1, v0, p3, p2, p1, p0]
    }

    /// The class as a store gave it back. `None` for a family or system that this version does not know: written by a later
    /// one, it is not the client's fault.
    ///
    /// ```
    /// use session_policy::client::UserAgent;
    /// let curl = UserAgent::parse(Some(b"curl/8.5.0"));
    /// assert_eq!(UserAgent::from_bytes(curl.to_bytes()), Some(curl));
    /// ```
    #[must_use]
    pub fn from_bytes([family, os, mobile, v1, v0, p3, p2, p1, p0]: [u8; Self::BYTES]) -> Option<Self> {
        Some(Self {
            family: Family::from_code(family, u32::from_be_bytes([p3, p2, p1, p0]))?,
            os: Os::from_code(os)?,
            mobile: match mobile {
                0 => false,
                1 => true,
                _ => return None,
            },
            major: u16::from_be_bytes([v1, v0]),
        })
    }
}

/// Family and major version.
fn family(text: &[u8]) -> (Family, u16) {
    // "compatible; Googlebot/2.1": says outright that the browser around it is a costume.
    if let Some(after) = words(text).find_map(|word| word.strip_prefix(b"compatible;")) {
        let after = trim(after);
        let name = until(after, |byte| matches!(byte, b'/' | b';' | b')' | b' '));
        let version = after.get(name.len()..).and_then(|rest| rest.get(1..)).unwrap_or_default();
        return (Family::other(name), major(version));
    }
    let (mut best, mut first, mut last) = (None::<(usize, &[u8], &[u8])>, None, None);
    let (mut safari, mut version) = (false, 0);
    for (name, number, in_comment) in products(text) {
        match name {
            b"Safari" => safari = true,
            b"Version" => version = major(number),
            _ => {
                let rank = table::PRODUCTS.iter().position(|(product, _)| *product == name);
                if let Some(rank) = rank.filter(|rank| best.is_none_or(|(found, ..)| *rank < found)) {
                    best = Some((rank, name, number));
                }
            }
        }
        if !in_comment {
            first = first.or(Some((name, number)));
            last = Some((name, number));
        }
    }
    if let Some((rank, name, number)) = best {
        let family = table::PRODUCTS.get(rank).and_then(|(_, family)| *family).unwrap_or(Family::other(name));
        return (family, major(number));
    }
    if safari {
        return (Family::Safari, version);
    }
    // Nearly everything begins with "Mozilla/5.0"; what comes last then says most. Others introduce themselves first.
    match if matches!(first, Some((b"Mozilla", _))) { last } else { first } {
        Some((name, number)) => (Family::other(name), major(number)),
        None => (Family::other(until(text, |byte| matches!(byte, b' ' | b'('))), 0),
    }
}

/// Every `name/version` in the text, and whether it stands inside a comment.
fn products(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8], bool)> {
    let (mut depth, mut start) = (0_usize, 0);
    text.iter().enumerate().filter_map(move |(at, byte)| {
        let name_byte = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'!');
        let name = text.get(start..at).unwrap_or_default();
        if !name_byte {
            start = at + 1;
        }
        match byte {
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            b'/' if !name.is_empty() => return Some((name, text.get(at + 1..).unwrap_or_default(), depth > 0)),
            _ => {}
        }
        None
    })
}

/// The leading digits; a number beyond `u16` counts as the largest.
fn major(version: &[u8]) -> u16 {
    let digits = version.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0_u16, |sum, digit| sum.saturating_mul(10).saturating_add(u16::from(digit - b'0')))
}

/// The text from each of its words on: one pass, however many words are looked for.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut inside = false;
    text.iter().enumerate().filter_map(move |(at, byte)| {
        let begins = byte.is_ascii_alphanumeric() && !inside;
        inside = byte.is_ascii_alphanumeric();
        if begins { text.get(at..) } else { None }
    })
}

fn until(text: &[u8], stop: impl Fn(&u8) -> bool) -> &[u8] {
    text.split(stop).next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
