//! `Set-Cookie`, as a browser reads it.

use super::Answer;

/// One parsed `Set-Cookie`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetCookie {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Names in lower case, in order.
    pub(crate) attributes: Vec<(String, String)>,
}

impl SetCookie {
    pub(super) fn parse(field: &str) -> Self {
        let mut parts = field.split(';');
        let (name, value) = parts.next().unwrap().split_once('=').expect("a cookie has a name and a value");
        let attributes = parts.map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.trim().to_ascii_lowercase(), value.trim().to_owned())
        });
        Self { name: name.trim().to_owned(), value: value.trim().to_owned(), attributes: attributes.collect() }
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the browser forgets the cookie.
    pub(crate) fn is_removal(&self) -> bool {
        self.attribute("max-age") == Some("0") || self.attribute("expires").is_some_and(|date| date.contains("1970"))
    }

    /// Everything that tells a browser which cookie is meant, and how it is kept: not its value, not its lifetime.
    pub(crate) fn identity(&self) -> (String, Vec<(String, String)>) {
        let mut kept = self.attributes.clone();
        kept.retain(|(name, _)| !matches!(name.as_str(), "max-age" | "expires"));
        kept.sort();
        (self.name.clone(), kept)
    }

    /// What holds of every cookie that the bank sets or removes.
    #[track_caller]
    pub(super) fn check(&self, answer: &Answer) {
        // The prefix makes browsers insist on Secure, `Path=/` and no Domain; spelled exactly so.
        assert!(self.name.starts_with("__Host-"), "{answer}");
        assert_eq!(self.attribute("secure"), Some(""), "{answer}");
        assert_eq!(self.attribute("httponly"), Some(""), "{answer}");
        assert_eq!(self.attribute("path"), Some("/"), "{answer}");
        assert_eq!(self.attribute("domain"), None, "{answer}");
        assert!(matches!(self.attribute("samesite"), Some("Lax" | "Strict")), "{answer}");
        if !self.is_removal() {
            let canonical = self.value.len() == 43
                && self.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            assert!(canonical, "a token is 43 characters of base64url: {answer}");
        }
    }
}
