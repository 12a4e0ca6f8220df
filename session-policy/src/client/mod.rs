//! The client: the class of its user agent, and the transport it came by.

mod transport;
mod ua;

pub(crate) use transport::is_loopback_host;
pub use transport::{Channel, ProxyTrust, Transport, TrustedProxies};
pub use ua::{Family, Os, UaMatch, UserAgent};
