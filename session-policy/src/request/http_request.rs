//! A request of the `http` crate, version 1.

use std::net::SocketAddr;

use http::{Method, Uri, header, request::Parts};

use super::RequestView;

/// A request of the `http` crate, and who opened its connection (which `http` does not know: the adapter finds it).
///
/// ```
/// use session_policy::request::{HttpRequest, RequestView};
///
/// let (parts, ()) = http::Request::post("/transfer?to=bob").body(()).unwrap().into_parts();
/// let request = HttpRequest::new(&parts, Some(([127, 0, 0, 1], 50_000).into()));
/// assert_eq!((request.method(), request.path_and_query()), ("POST", "/transfer?to=bob"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HttpRequest<'a> {
    parts: &'a Parts,
    uri: &'a Uri,
    peer: Option<SocketAddr>,
}

impl<'a> HttpRequest<'a> {
    /// A view of the parts. `peer`: the other end of the connection, if it is known.
    #[must_use]
    pub const fn new(parts: &'a Parts, peer: Option<SocketAddr>) -> Self {
        Self { parts, uri: &parts.uri, peer }
    }

    /// The target as the client sent it, where a nested router has taken its prefix off the one in the parts.
    #[must_use]
    pub const fn sent_to(mut self, uri: &'a Uri) -> Self {
        self.uri = uri;
        self
    }
}

impl RequestView for HttpRequest<'_> {
    fn method(&self) -> &str {
        self.parts.method.as_str()
    }

    fn path_and_query(&self) -> &str {
        self.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }

    fn each_header(&self, name: &'static str, visit: &mut dyn FnMut(&[u8])) {
        let fields = self.parts.headers.get_all(name).iter().map(http::HeaderValue::as_bytes);
        let authority = if name == "host" { self.uri.authority() } else { None };
        let Some(authority) = authority.map(|authority| authority.as_str().as_bytes()) else {
            return fields.for_each(visit);
        };
        // HTTP/2 and the absolute form: the target's authority is the host; a `Host` that disagrees makes two of them.
        visit(authority);
        fields.filter(|host| !host.eq_ignore_ascii_case(authority)).for_each(visit);
    }

    fn has_header_starting(&self, prefix: &'static str) -> bool {
        self.parts.headers.keys().any(|name| name.as_str().starts_with(prefix))
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    fn is_upgrade(&self) -> bool {
        // Without a look at `Connection`: a field too many makes a request stricter, never laxer.
        self.parts.headers.contains_key(header::UPGRADE) || self.parts.method == Method::CONNECT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::has_header;

    fn parts(request: http::request::Builder) -> Parts {
        request.body(()).unwrap().into_parts().0
    }

    fn hosts(parts: &Parts) -> Vec<String> {
        let mut hosts = Vec::new();
        HttpRequest::new(parts, None).each_header("host", &mut |host| {
            hosts.push(String::from_utf8_lossy(host).into_owned());
        });
        hosts
    }

    #[test]
    fn the_authority_is_the_host() {
        let get = http::Request::get;
        assert_eq!(hosts(&parts(get("/").header("host", "a.example"))), ["a.example"]);
        assert_eq!(hosts(&parts(get("https://a.example/"))), ["a.example"]);
        assert_eq!(hosts(&parts(get("https://a.example/").header("host", "A.example"))), ["a.example"]);
        assert_eq!(hosts(&parts(get("https://a.example/").header("host", "b.example"))), ["a.example", "b.example"]);
        assert_eq!(hosts(&parts(get("/"))), Vec::<String>::new());
    }

    #[test]
    fn the_target_is_what_the_client_sent() {
        let parts = parts(http::Request::get("/inner?a=1"));
        assert_eq!(HttpRequest::new(&parts, None).path_and_query(), "/inner?a=1");
        let sent = Uri::from_static("/outer/inner?a=1");
        assert_eq!(HttpRequest::new(&parts, None).sent_to(&sent).path_and_query(), "/outer/inner?a=1");
    }

    #[test]
    fn fields_by_name_and_by_prefix() {
        let parts = parts(http::Request::get("/").header("X-Forwarded-Anything", "1").header("cookie", "a"));
        let request = HttpRequest::new(&parts, None);
        assert!(request.has_header_starting("x-forwarded-") && !request.has_header_starting("x-real-"));
        assert!(has_header(&request, "cookie") && !has_header(&request, "via"));
    }

    #[test]
    fn upgrades() {
        let upgrade = |request| HttpRequest::new(&parts(request), None).is_upgrade();
        assert!(upgrade(http::Request::get("/").header("upgrade", "websocket")));
        assert!(upgrade(http::Request::connect("/")));
        assert!(!upgrade(http::Request::get("/").header("connection", "keep-alive")));
    }
}
