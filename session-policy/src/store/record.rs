//! What is kept of a session.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::Line;
use crate::{client::UserAgent, policy::Level, token::RecordId};

/// One session: a header of fixed size, whose it is, and its data. `Debug` shows of the data its keys and sizes only.
#[derive(Clone)]
pub struct Record {
    /// Random, stable across rotation, new at login.
    pub id: RecordId,
    /// Times, level, bindings and marks.
    pub header: Header,
    /// Whose session it is.
    pub identity: Arc<Identity>,
    /// Its data.
    pub data: Arc<Entries>,
    /// When it dies unattended.
    pub expiry: Expiry,
}

/// The part of a record that every judgement reads. Times are UTC milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Of the record's format; [`Header::VERSION`].
    pub version: u16,
    /// When the record was created.
    pub created: u64,
    /// When each level was last authenticated, by [`Level`] as index; the anonymous slot stays empty.
    pub authenticated: [Option<u64>; 4],
    /// How often the session was authenticated; stamps of an earlier authentication no longer count.
    pub epoch: u32,
    /// The last activity.
    pub last_seen: u64,
    /// The longest unattended gap since the last authentication, in milliseconds.
    pub longest_gap: u64,
    /// When the token was last replaced.
    pub rotated_at: u64,
    /// How strongly it is authenticated.
    pub level: Level,
    /// The client as it was at the last authentication.
    pub captured: Captured,
    /// Marked by a binding mismatch: every holder must re-authenticate.
    pub step_up: bool,
    /// A rotation's lost answer was made up for since the last authentication: it does not count as `fresh` any more.
    pub recovered: bool,
    /// Failed attempts to re-authenticate, in a row.
    pub failed: u8,
    /// The last challenge to re-authenticate that this session met.
    pub challenge: Option<Challenge>,
}

impl Header {
    /// The format that this version writes and reads.
    pub const VERSION: u16 = 1;

    /// A header of a session created at `now`.
    #[must_use]
    pub const fn new(now: u64, captured: Captured) -> Self {
        Self {
            version: Self::VERSION,
            created: now,
            authenticated: [None; 4],
            epoch: 0,
            last_seen: now,
            longest_gap: 0,
            rotated_at: now,
            level: Level::Anonymous,
            captured,
            step_up: false,
            recovered: false,
            failed: 0,
            challenge: None,
        }
    }
}

/// Client properties, captured at creation and at every authentication, whatever the policies ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Captured {
    /// The class of the user agent.
    pub ua: UserAgent,
}

impl Captured {
    /// What was seen.
    #[must_use]
    pub const fn new(ua: UserAgent) -> Self {
        Self { ua }
    }
}

/// A challenge to re-authenticate: if it comes again right after one that was answered, asking once more is pointless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Tells route and reason apart.
    pub digest: u32,
    /// Whether a re-authentication succeeded since.
    pub answered: bool,
}

/// When a session dies if nobody comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// So long after `last_seen`, in milliseconds.
    pub idle_ms: u64,
    /// At this time at the latest.
    pub absolute_at: u64,
}

impl Expiry {
    /// The instant from which the session is dead.
    #[must_use]
    pub const fn deadline(&self, last_seen: u64) -> u64 {
        let idle_at = last_seen.saturating_add(self.idle_ms);
        if idle_at < self.absolute_at { idle_at } else { self.absolute_at }
    }
}

/// Activity, seen at the arrival of an allowed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the request arrived.
    pub seen: u64,
    /// The unattended gap that it ended, in milliseconds.
    pub gap: u64,
    /// The header's `epoch` as it was loaded.
    pub epoch: u32,
}

/// Whose session it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The user; none for an anonymous session.
    pub user: Option<UserId>,
    /// The role's stored name.
    pub role: Option<Arc<str>>,
    /// The role that the next authentication brings, if `set_role` gave another one: until then the session may do what both
    /// roles allow.
    pub granted: Option<Arc<str>>,
}

impl Identity {
    /// Of a user, in a role.
    #[must_use]
    pub const fn new(user: Option<UserId>, role: Option<Arc<str>>) -> Self {
        Self { user, role, granted: None }
    }
}

/// Data by key; small, and read in order.
pub type Entries = BTreeMap<Arc<str>, Arc<[u8]>>;

/// A live session as a store keeps it: cheap to clone. `Debug` shows of the data its keys and sizes only.
#[derive(Clone)]
pub struct Snapshot {
    /// The record's id.
    pub id: RecordId,
    /// Changes with every change of data, identity or level; not with activity.
    pub version: u64,
    /// Changes with every change: what a store writes conditionally on.
    pub rev: u64,
    /// Times, level, bindings and marks.
    pub header: Header,
    /// Whose session it is.
    pub identity: Arc<Identity>,
    /// Its data.
    pub data: Arc<Entries>,
    /// When it dies unattended.
    pub expiry: Expiry,
    /// Its tokens.
    pub line: Line,
}

/// Entries as logs may see them: what a session holds (tokens of other services, say) is nobody's business there.
struct Sizes<'a>(&'a Entries);

impl fmt::Debug for Sizes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(key, value)| (key, value.len()))).finish()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.id)
            .field("header", &self.header)
            .field("identity", &self.identity)
            .field("data", &Sizes(&self.data))
            .field("expiry", &self.expiry)
            .finish()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("rev", &self.rev)
            .field("header", &self.header)
            .field("identity", &self.identity)
            .field("data", &Sizes(&self.data))
            .field("expiry", &self.expiry)
            .finish()
    }
}

/// A user's id: 1 to 255 bytes, from strings and integers.
///
/// ```
/// use session_policy::store::UserId;
/// assert_eq!(UserId::try_from("alice")?.as_str(), "alice");
/// assert_eq!(UserId::from(42_u64).as_str(), "42");
/// assert!(UserId::try_from("").is_err());
/// # Ok::<(), session_policy::store::UserIdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(Arc<str>);

impl UserId {
    /// The most bytes an id may have.
    pub const MOST_BYTES: usize = 255;

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserId({:?})", self.0)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<&str> for UserId {
    type Error = UserIdError;
    fn try_from(id: &str) -> Result<Self, UserIdError> {
        if id.is_empty() || id.len() > Self::MOST_BYTES {
            return Err(UserIdError { bytes: id.len() });
        }
        Ok(Self(id.into()))
    }
}

impl TryFrom<String> for UserId {
    type Error = UserIdError;
    fn try_from(id: String) -> Result<Self, UserIdError> {
        Self::try_from(id.as_str())
    }
}

impl TryFrom<&String> for UserId {
    type Error = UserIdError;
    fn try_from(id: &String) -> Result<Self, UserIdError> {
        Self::try_from(id.as_str())
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => { $(
        impl From<$integer> for UserId {
            fn from(id: $integer) -> Self {
                Self(id.to_string().into())
            }
        }
    )* };
}
from_integer!(u32, u64, u128, i32, i64, i128);

/// A user id is empty or longer than 255 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserIdError {
    bytes: usize,
}

impl fmt::Display for UserIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a user id has 1 to {} bytes, this one has {}", UserId::MOST_BYTES, self.bytes)
    }
}

impl std::error::Error for UserIdError {}

impl From<std::convert::Infallible> for UserIdError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{Commit, DataChange},
        token::TokenId,
    };

    /// Stores are written by others, and others log what they are given.
    #[test]
    fn debug_shows_no_data() {
        let header = Header::new(0, Captured::new(UserAgent::MISSING));
        let expiry = Expiry { idle_ms: 1, absolute_at: 1 };
        let value: Arc<[u8]> = vec![201, 202, 203].into();
        let data = Arc::new(Entries::from([(Arc::from("cart"), Arc::clone(&value))]));
        let (id, identity) = (RecordId([0; 16]), Arc::new(Identity::default()));
        let record = Record { id, header, identity: Arc::clone(&identity), data: Arc::clone(&data), expiry };
        let snapshot = Snapshot::new(TokenId([0; 32]), record.clone());
        let mut commit = Commit::of(id, 0);
        commit.data = vec![DataChange { key: "cart".into(), value: Some(value) }];
        for text in [format!("{record:?}"), format!("{snapshot:#?}"), format!("{commit:?}")] {
            assert!(text.contains("cart") && !text.contains("202"), "{text}");
        }
    }
}
