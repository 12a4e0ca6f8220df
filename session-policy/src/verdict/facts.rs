//! Everything a judgement looks at.

use crate::{client::UaMatch, policy::Level};

/// What is known of a request before the store is asked.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Whether it came over a transport that is secure by the builder's declaration.
    pub secure: bool,
    /// Whether it is unsafe by its method (or an upgrade).
    pub is_unsafe: bool,
    /// Whether its headers pass the cross-site table.
    pub same_origin: bool,
    /// Whether the route's own attribute wrote `csrf`, which then applies to every method.
    pub csrf_on_every_method: bool,
}

/// What is known of a session and the request that presents it. Times are UTC milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// When the request arrived.
    pub now: u64,
    /// How far a stamp may be ahead of `now`.
    pub max_skew_ms: u64,
    /// When the session was created.
    pub created: u64,
    /// When each level was last authenticated.
    pub authenticated: [Option<u64>; 4],
    /// The last activity.
    pub last_seen: u64,
    /// The longest unattended gap since the last authentication, in milliseconds.
    pub longest_gap: u64,
    /// How strongly it is authenticated.
    pub level: Level,
    /// The index of its role.
    pub role: Option<usize>,
    /// The index of the role that its user was given meanwhile, and that the next authentication brings: until then the
    /// session may do what both roles allow.
    pub granted: Option<usize>,
    /// How the user agent compares with the captured one.
    pub ua: UaMatch,
    /// Marked by an earlier mismatch.
    pub step_up: bool,
    /// The lost answer of a rotation was made up for since the last authentication, or is with this request: nothing is
    /// `fresh` then.
    pub recovered: bool,
    /// Whether this is the page where one re-authenticates, which every live session must be able to reach.
    pub at_reauth: bool,
    /// What the arrival of the request tells.
    pub seen: Seen,
}

impl Facts {
    /// Time since `then`; a stamp from the near future counts as now.
    pub(super) const fn since(&self, then: u64) -> u64 {
        self.now.saturating_sub(then)
    }

    /// Whether a stamp is further in the future than clocks may differ.
    pub(super) fn in_the_future(&self) -> bool {
        let latest = self.authenticated.iter().flatten().fold(self.created.max(self.last_seen), |a, b| a.max(*b));
        latest > self.now.saturating_add(self.max_skew_ms)
    }

    /// Time since the last authentication at the session's own level; for an anonymous session, since its creation.
    pub(super) fn since_authentication(&self) -> u64 {
        let at = self.authenticated.get(self.level as usize).copied().flatten();
        self.since(at.unwrap_or(self.created))
    }

    /// Time since the last authentication at `least` or above; `None` if there was none.
    pub(super) fn since_authentication_at(&self, least: Level) -> Option<u64> {
        let at = self.authenticated.iter().skip(least as usize).flatten().max()?;
        Some(self.since(*at))
    }

    /// The longest unattended gap since the last authentication, the present one included.
    pub(super) fn gap(&self) -> u64 {
        self.longest_gap.max(self.since(self.last_seen))
    }
}
