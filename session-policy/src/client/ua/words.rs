//! A client in words, for the person who owns it.

use std::fmt;

use super::{Family, Os, UserAgent};

/// Products without a family of their own that people may know; a class keeps only the hash of the name.
const OTHERS: &[(&str, &str)] = &[
    ("curl", "curl"),
    ("Wget", "Wget"),
    ("HTTPie", "HTTPie"),
    ("PostmanRuntime", "Postman"),
    ("python-requests", "a Python program"),
    ("Go-http-client", "a Go program"),
    ("okhttp", "an Android app"),
    ("Edge", "Edge"),
    ("YaBrowser", "Yandex Browser"),
    ("Whale", "Whale"),
    ("UCBrowser", "UC Browser"),
    ("MiuiBrowser", "Mi Browser"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("QQBrowser", "QQ Browser"),
    ("Silk", "Silk"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("Ddg", "DuckDuckGo"),
    ("GSA", "the Google app"),
    ("Focus", "Firefox Focus"),
    ("Klar", "Firefox Klar"),
    ("PaleMoon", "Pale Moon"),
    ("SeaMonkey", "SeaMonkey"),
    ("Waterfox", "Waterfox"),
    ("HeadlessChrome", "Chrome without a window"),
    ("Trident", "Internet Explorer"),
];

const UNKNOWN: &str = "an unknown client";

impl Family {
    const fn words(self) -> Option<&'static str> {
        Some(match self {
            Self::Missing | Self::Repeated | Self::Other(_) => return None,
            Self::Chrome | Self::ChromeIos => "Chrome",
            Self::Edge | Self::EdgeIos => "Edge",
            Self::Firefox | Self::FirefoxIos => "Firefox",
            Self::Opera => "Opera",
            Self::Safari => "Safari",
            Self::Samsung => "Samsung Internet",
        })
    }
}

impl Os {
    const fn words(self) -> Option<&'static str> {
        Some(match self {
            Self::Unknown => return None,
            Self::Windows => "Windows",
            Self::MacOs => "macOS",
            Self::Linux => "Linux",
            Self::ChromeOs => "ChromeOS",
            Self::Android => "Android",
            // A tablet calls itself mobile as well; which of the two it is, a class does not keep.
            Self::Ios => "iPhone or iPad",
        })
    }
}

/// In words, for a list of one's own devices: never more than the client says of itself.
///
/// ```
/// use session_policy::client::UserAgent;
///
/// let words = |text: &str| UserAgent::parse(Some(text.as_bytes())).to_string();
/// assert_eq!(words("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), "Firefox on Linux");
/// assert_eq!(
///     words("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"),
///     "Safari on iPhone or iPad"
/// );
/// assert_eq!(words("curl/8.5.0"), "curl");
/// assert_eq!(UserAgent::MISSING.to_string(), "an unknown client");
/// ```
impl fmt::Display for UserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let other = || OTHERS.iter().find(|(product, _)| Family::other(product.as_bytes()) == self.family);
        f.write_str(self.family.words().or_else(|| other().map(|(_, words)| *words)).unwrap_or(UNKNOWN))?;
        match self.os.words() {
            Some(os) => write!(f, " on {os}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_products_share_a_hash() {
        let mut hashes: Vec<_> =
            OTHERS.iter().map(|(product, _)| Family::other(product.as_bytes()).to_code()).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), OTHERS.len());
    }

    #[test]
    fn everything_has_words() {
        let words = |text: &str| UserAgent::parse(Some(text.as_bytes())).to_string();
        assert_eq!(words("Wget/1.21.4"), "Wget");
        assert_eq!(words("zzz/1 (X11; Linux x86_64)"), "an unknown client on Linux");
        assert_eq!(words("<script>alert(1)</script>"), UNKNOWN);
        assert_eq!(UserAgent::REPEATED.to_string(), UNKNOWN);
        assert_eq!(
            words(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 \
                 Safari/537.36 Edg/126.0.0.0"
            ),
            "Edge on Windows"
        );
    }
}
