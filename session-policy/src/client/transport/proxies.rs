//! Which proxies are believed, and what they say.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Chain, Channel};
use crate::request::RequestView;

/// The proxies in front of this server, and the field in which they name the client.
///
/// Every proxy that is counted or listed here must append to that field (nginx: `$proxy_add_x_forwarded_for`) and must say
/// `proto`, or set `X-Forwarded-Proto`. What stands to the left of the entries that they wrote came from the client and is
/// never read. More than 16 proxies, or more than 8 KiB of such fields, are not believed at all.
#[derive(Clone, Debug)]
pub struct TrustedProxies {
    trust: ProxyTrust,
    field: Field,
}

/// Which proxies are believed. Say next in which field they name the client: [`forwarded`](Self::forwarded) or
/// [`x_forwarded`](Self::x_forwarded).
#[derive(Clone, Debug)]
#[must_use = "say `.forwarded()` or `.x_forwarded()`"]
pub struct ProxyTrust(Trust);

#[derive(Clone, Debug)]
enum Trust {
    Nets(Box<[IpNet]>),
    Hops(u8),
}

#[derive(Clone, Copy, Debug)]
enum Field {
    Forwarded,
    XForwarded,
}

impl TrustedProxies {
    /// Proxies by their addresses: the peer must be one of them, and the entries are walked from the right as long as they
    /// name another. Without any net nobody is believed, and no request is secure.
    ///
    /// ```
    /// use session_policy::client::TrustedProxies;
    /// let proxies = TrustedProxies::nets(["10.0.0.0/8".parse()?, "fd00::/8".parse()?]).forwarded();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nets(nets: impl IntoIterator<Item = IpNet>) -> ProxyTrust {
        ProxyTrust(Trust::Nets(nets.into_iter().collect()))
    }

    /// Proxies by their number, 1 to 16, for those whose addresses change or cannot be seen (a Unix socket). Only right if
    /// nobody can reach this server around them. With 0, or more than 16, no request is secure.
    ///
    /// ```
    /// use session_policy::client::TrustedProxies;
    /// let proxies = TrustedProxies::hops(1).x_forwarded();
    /// ```
    pub fn hops(hops: u8) -> ProxyTrust {
        ProxyTrust(Trust::Hops(hops))
    }

    /// The client, and whether it came to the outermost proxy over TLS.
    pub(super) fn assess(&self, peer: Option<IpAddr>, request: &dyn RequestView) -> Channel {
        let untrusted = Channel { secure: false, client: peer };
        let trusted = |ip: IpAddr| match &self.trust.0 {
            Trust::Nets(nets) => nets.iter().any(|net| net.contains(&ip)),
            Trust::Hops(_) => false,
        };
        match &self.trust.0 {
            // No peer to compare: nothing is known. Another peer: the client itself, whatever it says.
            Trust::Nets(_) if !peer.is_some_and(trusted) => return untrusted,
            Trust::Hops(0) => return untrusted,
            Trust::Nets(_) | Trust::Hops(_) => {}
        }
        let chain = match self.field {
            Field::Forwarded => Chain::of_forwarded(request),
            Field::XForwarded => Chain::of_x_forwarded(request),
        };
        // How many entries were written by proxies that are believed; the last of them names the client.
        let entries = match &self.trust.0 {
            Trust::Hops(hops) => usize::from(*hops),
            Trust::Nets(_) => chain.walk(trusted),
        };
        chain.channel(entries)
    }
}

impl ProxyTrust {
    /// They write `Forwarded` (RFC 7239).
    #[must_use]
    pub fn forwarded(self) -> TrustedProxies {
        TrustedProxies { trust: self, field: Field::Forwarded }
    }

    /// They write `X-Forwarded-For` and `X-Forwarded-Proto`. Where the latter has several values, all that could have been
    /// written by believed proxies must say `https`: unlike in `Forwarded`, nothing ties a value to a client.
    #[must_use]
    pub fn x_forwarded(self) -> TrustedProxies {
        TrustedProxies { trust: self, field: Field::XForwarded }
    }
}
