//! How a store is set up.

use std::{fmt, sync::Arc, time::Duration};

use ::redis::{ConnectionInfo, IntoConnectionInfo};

use super::{
    RedisStore,
    link::{self, Link},
    recent::Recent,
};
use crate::store::StoreError;

/// Sets up a [`RedisStore`].
///
/// ```no_run
/// # async fn doc() -> Result<(), session_policy::store::StoreError> {
/// use std::time::Duration;
/// use session_policy::store::redis::RedisStore;
///
/// let store = RedisStore::builder("redis://127.0.0.1/")
///     .prefix("shop")
///     .timeout(Duration::from_millis(500))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
pub struct RedisBuilder {
    server: Result<ConnectionInfo, StoreError>,
    prefix: String,
    timeout: Duration,
    accept_eviction: bool,
}

impl fmt::Debug for RedisBuilder {
    /// Not the URL: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisBuilder")
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .field("accept_eviction", &self.accept_eviction)
            .finish_non_exhaustive()
    }
}

impl RedisBuilder {
    pub(super) fn new(server: impl IntoConnectionInfo) -> Self {
        Self {
            server: link::info(server),
            prefix: "session-policy".to_owned(),
            timeout: Duration::from_secs(1),
            accept_eviction: false,
        }
    }

    /// What all keys begin with, in braces: `shop` gives `{shop}:…`. Engines with the same prefix share their sessions.
    /// Default `session-policy`. Not empty, and without `{` and `}`: in a cluster it decides about the slot.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// In so much time an operation succeeds or fails, whatever it takes: connecting, waiting, trying again. A request makes
    /// one to three. Default 1 second.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Takes a server that drops keys when its memory is full (any `maxmemory-policy` but `noeviction`): users are logged out
    /// then, and worse, it may forget that a session was ended for cause, and let in a login that began before a reset.
    /// Default: [`connect`](Self::connect) refuses such a server.
    #[must_use]
    pub fn accept_eviction(mut self) -> Self {
        self.accept_eviction = true;
        self
    }

    /// Connects, loads the scripts, and looks at the server's `maxmemory-policy` if the access list allows `INFO`.
    ///
    /// # Errors
    /// If the address or the prefix is none, the server does not answer in time or refuses, or it evicts
    /// ([`accept_eviction`](Self::accept_eviction)).
    ///
    /// # Panics
    /// As everything of Tokio that waits: outside of its runtime, or in one whose timers are not enabled.
    pub async fn connect(self) -> Result<RedisStore, StoreError> {
        if self.prefix.is_empty() || self.prefix.contains(['{', '}']) {
            return Err(StoreError::new(format!("`{}` is no prefix: empty, or with braces", self.prefix)));
        }
        let link = Link::new(self.server?, self.timeout);
        link.prepare().await?;
        if !self.accept_eviction
            && let Some(memory) = link.memory().await?
            && let Some(policy) = evicts(&memory)
        {
            return Err(StoreError::new(format!(
                "the server drops keys when its memory is full (`maxmemory-policy {policy}`), and with them sessions, \
                 and what is known of those that ended: set it to `noeviction`, or say `.accept_eviction()`"
            )));
        }
        let prefix = Arc::from(format!("{{{}}}:", self.prefix));
        Ok(RedisStore { link, prefix, of_users: Recent::default(), of_nobody: Recent::default() })
    }
}

/// The policy, if it is not `noeviction`.
fn evicts(memory: &str) -> Option<&str> {
    let policy = memory.lines().find_map(|line| line.strip_prefix("maxmemory_policy:"))?.trim();
    (policy != "noeviction").then_some(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_evicts_is_recognised() {
        assert_eq!(evicts("# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n"), Some("allkeys-lru"));
        assert_eq!(evicts("maxmemory_policy:noeviction\r\n"), None);
        // What does not say is not refused: `INFO` is shortened by some providers.
        assert_eq!(evicts("# Memory\r\n"), None);
    }

    #[test]
    fn debug_shows_no_password() {
        let builder = RedisBuilder::new("redis://user:open-sesame@127.0.0.1/");
        let link = Link::new(link::info("redis://user:open-sesame@127.0.0.1/").unwrap(), Duration::from_secs(1));
        for text in [format!("{builder:?}"), format!("{link:?}")] {
            assert!(!text.contains("sesame"), "{text}");
        }
    }
}
