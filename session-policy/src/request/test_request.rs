//! A request of our own, for tests.

use std::net::SocketAddr;

use super::RequestView;

/// An owned request whose fields may hold any bytes.
#[derive(Clone, Debug)]
pub(crate) struct TestRequest {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    peer: Option<SocketAddr>,
}

impl TestRequest {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self { method: method.into(), target: target.into(), headers: Vec::new(), peer: None }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn peer(mut self, peer: SocketAddr) -> Self {
        self.peer = Some(peer);
        self
    }
}

impl RequestView for TestRequest {
    fn method(&self) -> &str {
        &self.method
    }
    fn path_and_query(&self) -> &str {
        &self.target
    }
    fn each_header(&self, name: &'static str, visit: &mut dyn FnMut(&[u8])) {
        self.headers.iter().filter(|(n, _)| n == name).for_each(|(_, value)| visit(value));
    }
    fn has_header_starting(&self, prefix: &'static str) -> bool {
        self.headers.iter().any(|(name, _)| name.starts_with(prefix))
    }
    fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }
    fn is_upgrade(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == "upgrade")
    }
}
