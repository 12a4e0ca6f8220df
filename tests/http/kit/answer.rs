//! An answer, and what must hold of every answer.

use std::fmt;

use super::{SetCookie, decode, query_value};

/// A parsed answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In order; names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The statuses of interim answers (`100 Continue`) before it.
    pub(crate) interim: Vec<u16>,
}

impl Answer {
    pub(super) fn of_head(head: &[u8]) -> Self {
        // Header bytes beyond ASCII have no meaning of ours; any faithful mapping does.
        let head: String = head.iter().map(|byte| char::from(*byte)).collect();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').expect("a header field has a colon");
            (name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned())
        });
        Self {
            status: status.expect("a status line has a status"),
            headers: headers.collect(),
            body: Vec::new(),
            interim: Vec::new(),
        }
    }

    /// What the specification says of every answer, whatever was asked.
    #[track_caller]
    pub(super) fn check(&self) {
        let cookies = self.set_cookies();
        for cookie in &cookies {
            cookie.check(self);
            let same_name = cookies.iter().filter(|other| other.name == cookie.name).count();
            assert!(same_name == 1, "one Set-Cookie per name: {self}");
            assert!(self.is_private(), "an answer with a cookie is `no-store` and varies: {self}");
            let token = cookie.value.as_str();
            assert!(token.is_empty() || !self.text().contains(token), "a token never stands in a body: {self}");
            let elsewhere = |(name, value): &(String, String)| name != "set-cookie" && value.contains(token);
            assert!(token.is_empty() || !self.headers.iter().any(elsewhere), "… or another field: {self}");
        }
        if self.header("content-type").is_some_and(|kind| kind.starts_with("application/problem+json")) {
            let said = if self.body.is_empty() { self.status.into() } else { self.json()["status"].clone() };
            assert_eq!(said, self.status, "{self}");
            assert!(self.is_private(), "{self}");
            if self.status == 401 {
                assert_eq!(self.challenge().0, "Session", "{self}");
            }
        }
        if let Some(cleared) = self.header("clear-site-data") {
            // `"cookies"` would reach other hosts of the domain.
            assert_eq!(cleared, r#""cache", "storage""#, "{self}");
            assert!(cookies.iter().any(SetCookie::is_removal), "only where somebody signed out: {self}");
        }
        if self.status == 503 {
            assert!(self.header("retry-after").is_some(), "{self}");
        }
    }

    /// Fails with the whole answer unless it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Fails unless it is a redirection to this place.
    #[track_caller]
    pub(crate) fn expect_redirect(self, location: &str) -> Self {
        assert_eq!((self.status, self.location()), (303, location), "{self}");
        self
    }

    /// Fails unless it is the denial that programs see: status, stable reason, private, no HTML.
    #[track_caller]
    pub(crate) fn expect_denial(self, status: u16, reason: &str) -> Self {
        assert_eq!((self.status, self.reason().as_str()), (status, reason), "{self}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        assert!(self.is_private(), "{self}");
        self
    }

    /// Fails unless it asks a living session to authenticate again, in RFC 9470's words.
    #[track_caller]
    pub(crate) fn expect_step_up(self, reason: &str, max_age: &str) -> Self {
        let answer = self.expect_denial(401, reason).expect_no_cookie();
        assert_eq!(answer.challenge_value("error").as_deref(), Some("insufficient_user_authentication"), "{answer}");
        assert_eq!(answer.challenge_value("max_age").as_deref(), Some(max_age), "{answer}");
        answer
    }

    /// Fails unless it sends a navigation to `page`, with this reason and this `next`.
    #[track_caller]
    pub(crate) fn expect_sent_to(self, page: &str, reason: Option<&str>, next: Option<&str>) -> Self {
        let location = self.location().to_owned();
        let path = location.split('?').next();
        assert_eq!((self.status, path), (303, Some(page)), "{self}");
        assert_eq!(query_value(&location, "next").as_deref(), next, "{self}");
        assert_eq!(query_value(&location, "reason").as_deref(), reason, "{self}");
        assert!(self.is_private(), "{self}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_no_cookie(self) -> Self {
        assert!(self.set_cookies().is_empty(), "no cookie here: {self}");
        self
    }

    /// Fails unless the browser is told to forget the cookie.
    #[track_caller]
    pub(crate) fn expect_removal(self) -> Self {
        let cookie = self.set_cookie();
        assert!(cookie.as_ref().is_some_and(SetCookie::is_removal), "the cookie goes: {self}");
        self
    }

    /// Fails unless the browser is given a token; the token.
    #[track_caller]
    pub(crate) fn expect_token(&self) -> String {
        match self.set_cookie() {
            Some(cookie) if !cookie.is_removal() => cookie.value,
            _ => panic!("a new token comes with it: {self}"),
        }
    }

    /// The only field of that name.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(values.len() < 2, "`{name}` once: {self}");
        values.first().copied()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn set_cookies(&self) -> Vec<SetCookie> {
        self.all("set-cookie").into_iter().map(SetCookie::parse).collect()
    }

    /// The session cookie, if it is set or removed; the bank sets no other.
    #[track_caller]
    pub(crate) fn set_cookie(&self) -> Option<SetCookie> {
        let mut cookies = self.set_cookies();
        assert!(cookies.len() < 2, "{self}");
        cookies.pop()
    }

    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("JSON ({error}): {self}"))
    }

    /// The `reason` of a denial, wherever its form puts it; empty if it has none.
    pub(crate) fn reason(&self) -> String {
        if let Some(reason) = query_value(self.location(), "reason") {
            return reason;
        }
        let problem = serde_json::from_slice::<serde_json::Value>(&self.body).unwrap_or_default();
        problem["reason"].as_str().unwrap_or_default().to_owned()
    }

    /// `no-store`, and dependent on the cookie.
    pub(crate) fn is_private(&self) -> bool {
        let lists = |name: &str, word: &str| {
            self.all(name).iter().flat_map(|list| list.split(',')).any(|item| item.trim().eq_ignore_ascii_case(word))
        };
        lists("cache-control", "no-store") && lists("vary", "cookie")
    }

    /// Scheme and parameters of `WWW-Authenticate`.
    #[track_caller]
    pub(crate) fn challenge(&self) -> (String, Vec<(String, String)>) {
        let field = self.header("www-authenticate").unwrap_or_else(|| panic!("a 401 has a challenge: {self}"));
        let (scheme, rest) = field.split_once(' ').unwrap_or((field, ""));
        let parameters = rest.split(',').map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or_else(|| panic!("auth-param: {self}"));
            (name.trim().to_owned(), value.trim().trim_matches('"').to_owned())
        });
        let parameters: Vec<_> = parameters.collect();
        assert!(parameters.iter().any(|(name, realm)| name == "realm" && !realm.is_empty()), "{self}");
        assert!(parameters.iter().any(|(name, error)| name == "error" && !error.is_empty()), "{self}");
        (scheme.to_owned(), parameters)
    }

    #[track_caller]
    pub(crate) fn challenge_value(&self, name: &str) -> Option<String> {
        self.challenge().1.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Everything but the date: what an observer can compare.
    pub(crate) fn without_date(&self) -> (u16, Vec<(String, String)>, String) {
        let headers = self.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
        (self.status, headers, self.text())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nthe answer was {} (interim: {:?})", self.status, self.interim)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        if let Some(next) = self.all("location").first().and_then(|location| query_value(location, "next")) {
            writeln!(f, "(next: {})", decode(&next))?;
        }
        let text: String = self.text().chars().take(1500).collect();
        writeln!(f, "\n{text}")
    }
}
