#![doc = include_str!("README.md")]

mod builder;
mod change;
mod create;
mod ends;
mod kept;
mod link;
mod recent;
mod scripts;

use std::sync::Arc;

pub use self::builder::RedisBuilder;
use self::{
    link::Link,
    recent::Recent,
    scripts::{Call, Lua},
};
use super::{
    Admit, ByUser, Capabilities, Claim, ClockReport, Commit, Committed, Create, Created, End, Ended, Generation, Load,
    Loaded, Reclaim, Reset, ResetEveryone, Rotate, Rotated, SessionLimit, SetRole, Snapshot, Store, StoreError, Sweep,
    Swept, UserId,
};
use crate::token::{RecordId, TokenId};

/// So many sessions at most are ended in one script: a server does nothing else meanwhile.
const BATCH: usize = 256;

/// Sessions in Redis or Valkey. See the [module](self).
///
/// It is one connection, shared by all requests. Put it into [`Sessions::builder`](crate::Sessions::builder) by value, or
/// in an `Arc` if several engines share it.
///
/// ```no_run
/// # async fn doc() -> Result<(), session_policy::store::StoreError> {
/// use session_policy::store::redis::RedisStore;
///
/// let store = RedisStore::connect("redis://127.0.0.1/").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RedisStore {
    link: Link,
    prefix: Arc<str>,
    /// The sessions of users who began a login.
    of_users: Recent<UserId, Vec<Snapshot>>,
    /// Sessions of nobody that were loaded: a login takes their place.
    of_nobody: Recent<TokenId, Snapshot>,
}

impl RedisStore {
    /// Connects with the defaults of [`RedisStore::builder`].
    ///
    /// # Errors
    /// As [`RedisBuilder::connect`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder(url).connect().await
    }

    /// To set more than the address. Takes a URL (`redis://user:password@host:6379/0`, `rediss://…` for TLS,
    /// `redis+unix:///path`), or a `redis::ConnectionInfo`.
    #[must_use]
    pub fn builder(server: impl ::redis::IntoConnectionInfo) -> RedisBuilder {
        RedisBuilder::new(server)
    }

    fn script(&self, lua: &Lua) -> Call {
        Call::new(lua, &self.prefix)
    }
}

impl Store for RedisStore {
    async fn create(&self, create: Create) -> Result<Created, StoreError> {
        self.create_now(create, None).await
    }

    async fn load(&self, load: Load) -> Result<Loaded, StoreError> {
        self.load_now(load).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.commit_now(commit).await
    }

    async fn rotate(&self, rotate: Rotate) -> Result<Rotated, StoreError> {
        self.rotate_now(rotate).await
    }

    async fn end(&self, end: End) -> Result<Ended, StoreError> {
        self.end_now(&end).await
    }

    async fn sweep(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        self.sweep_now(&sweep).await
    }

    async fn reclaim(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        self.reclaim_now(&reclaim).await
    }

    async fn settle(&self, ends: Vec<RecordId>) -> Result<(), StoreError> {
        self.settle_now(&ends).await
    }

    async fn report_clock(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        self.report_clock_now(report).await
    }

    fn capabilities(&self) -> Capabilities<'_> {
        Capabilities::none().by_user(self).admit(self)
    }
}

impl ByUser for RedisStore {
    async fn generation(&self, user: &UserId) -> Result<Generation, StoreError> {
        self.generation_now(user).await
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        self.of_user_now(user, self.link.until()).await
    }

    async fn reset_user(&self, reset: Reset) -> Result<Swept, StoreError> {
        self.reset_user_now(&reset).await
    }

    async fn reset_everyone(&self, reset: ResetEveryone) -> Result<Swept, StoreError> {
        self.reset_everyone_now(&reset).await
    }

    async fn set_role(&self, set: SetRole) -> Result<usize, StoreError> {
        self.set_role_now(&set).await
    }
}

impl Admit for RedisStore {
    async fn admit(&self, create: Create, limit: SessionLimit) -> Result<Created, StoreError> {
        self.create_now(create, Some(limit)).await
    }
}
