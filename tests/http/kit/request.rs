//! A request, byte by byte: nothing is added behind the test's back but `Host`, `User-Agent`,
//! `Connection` and `Content-Length`, each unless it is there already.

use super::{CHROME, encode_form};

/// A request before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    target: String,
    host: Option<Vec<u8>>,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    keep_alive: bool,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            host: None,
            headers: Vec::new(),
            body: Vec::new(),
            keep_alive: false,
        }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn post(target: &str) -> Self {
        Self::new("POST", target)
    }

    /// Adds a field; the same name twice gives two lines.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Another `Host` than the bank's own.
    pub(crate) fn host(mut self, host: &str) -> Self {
        self.host = Some(host.as_bytes().to_vec());
        self
    }

    pub(crate) fn body(mut self, kind: &str, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self.header("Content-Type", kind)
    }

    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        self.body("application/x-www-form-urlencoded", encode_form(fields))
    }

    pub(crate) fn json(self, body: &str) -> Self {
        self.body("application/json", body)
    }

    /// What a browser adds to a request that a page of this origin started.
    pub(crate) fn same_origin(self) -> Self {
        self.header("Sec-Fetch-Site", "same-origin")
    }

    /// The connection is used again.
    pub(crate) fn keep_alive(mut self) -> Self {
        self.keep_alive = true;
        self
    }

    /// As it goes over the wire.
    pub(crate) fn bytes(&self, authority: &str) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        let mut line = |name: &str, value: &[u8]| {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        };
        line("Host", self.host.as_deref().unwrap_or(authority.as_bytes()));
        let named = |name: &str| self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !self.keep_alive && !named("Connection") {
            line("Connection", b"close");
        }
        if !named("User-Agent") {
            // The same in all requests: `/account` binds sessions to it.
            line("User-Agent", CHROME.as_bytes());
        }
        for (name, value) in &self.headers {
            line(name, value);
        }
        let has_body = !self.body.is_empty() || !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        if has_body && !named("Content-Length") && !named("Transfer-Encoding") {
            line("Content-Length", self.body.len().to_string().as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
