//! How a request came: whether nobody could read it on the way, and who sent it.

use std::net::{IpAddr, SocketAddr};

use crate::request::{RequestView, Single, has_header, single_header};

mod chain;
mod proxies;

use chain::Chain;
pub use proxies::{ProxyTrust, TrustedProxies};

/// What the builder declares about the way to this server. Without a declaration there is no answer that is safe for everyone.
///
/// ```
/// use session_policy::client::{Transport, TrustedProxies};
///
/// let own_tls = Transport::tls();
/// let local = Transport::loopback();
/// let proxied = Transport::behind(TrustedProxies::nets(["10.0.0.0/8".parse()?]).x_forwarded());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Transport(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Tls,
    Behind(TrustedProxies),
    Loopback,
}

/// What is known of the way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Whether the token may travel: TLS, or a loopback that nobody forwards to.
    pub secure: bool,
    /// The client's address; an IPv4 address inside IPv6 is shown as IPv4. `None` if it cannot be known.
    pub client: Option<IpAddr>,
}

impl Channel {
    /// Not secure, from nobody known.
    const CLOSED: Self = Self { secure: false, client: None };
}

impl Transport {
    /// This process ends TLS itself; every request is secure, the peer is the client.
    #[must_use]
    pub const fn tls() -> Self {
        Self(Kind::Tls)
    }

    /// Proxies stand in front and say how the client came.
    #[must_use]
    pub const fn behind(proxies: TrustedProxies) -> Self {
        Self(Kind::Behind(proxies))
    }

    /// For development, without TLS. A request is secure only if the peer is a loopback address, `Host` is `localhost` or a
    /// loopback literal, and no `Forwarded`, `X-Forwarded-…` or `Via` is there: a proxy on this machine forwards strangers.
    #[must_use]
    pub const fn loopback() -> Self {
        Self(Kind::Loopback)
    }

    /// Which of the three it is.
    #[cfg(feature = "report")]
    pub(crate) const fn word(&self) -> &'static str {
        match self.0 {
            Kind::Tls => "tls",
            Kind::Behind(_) => "behind",
            Kind::Loopback => "loopback",
        }
    }

    /// Whether this is [`loopback`](Self::loopback).
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        matches!(self.0, Kind::Loopback)
    }

    /// Judges one request. Any bytes have an answer; what cannot be understood is not secure. Allocates nothing.
    ///
    /// ```
    /// # #[cfg(feature = "axum")] {
    /// use session_policy::{client::Transport, request::HttpRequest};
    ///
    /// let (parts, ()) = http::Request::get("/").header("host", "localhost:3000").body(()).unwrap().into_parts();
    /// let from = |peer: [u8; 4]| HttpRequest::new(&parts, Some((peer, 50_000).into()));
    /// assert!(Transport::loopback().assess(&from([127, 0, 0, 1])).secure);
    /// assert!(!Transport::loopback().assess(&from([192, 0, 2, 7])).secure);
    /// # }
    /// ```
    #[must_use]
    pub fn assess(&self, request: &dyn RequestView) -> Channel {
        let peer = request.peer().map(|peer: SocketAddr| peer.ip().to_canonical());
        match &self.0 {
            Kind::Tls => Channel { secure: true, client: peer },
            Kind::Behind(proxies) => proxies.assess(peer, request),
            Kind::Loopback => {
                Channel { secure: peer.is_some_and(|peer| peer.is_loopback()) && is_local(request), client: peer }
            }
        }
    }
}

/// Whether the request itself says that it was meant for this machine, and does not say that it was forwarded.
fn is_local(request: &dyn RequestView) -> bool {
    let host = single_header(request, "host", |host| matches!(host, Single::One(host) if is_loopback_host(host)));
    host && !has_header(request, "forwarded")
        && !has_header(request, "via")
        && !request.has_header_starting("x-forwarded-")
}

/// Whether a `Host` is `localhost` or a loopback literal (`127.0.0.0/8`, `[::1]`), with or without a port. A name that only
/// resolves to a loopback address is somebody else's: that is how DNS rebinding starts.
pub(crate) fn is_loopback_host(host: &[u8]) -> bool {
    let Ok(host) = str::from_utf8(host) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => {
            if !port.bytes().all(|byte| byte.is_ascii_digit()) || port.parse::<u16>().is_err() {
                return false;
            }
            name
        }
        _ => host,
    };
    if let Some(v6) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return v6.parse::<std::net::Ipv6Addr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    }
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests;
