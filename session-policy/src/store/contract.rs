//! The contract that every store keeps.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use super::{Challenge, EndReason, Expiry, Header, Identity, Record, Snapshot, Stamp, UserId};
use crate::token::{RecordId, TokenId};

/// Keeps records. Every operation is atomic: it happens as a whole or not at all, also when its future is dropped half way.
///
/// - An update never creates; **an end wins**: nothing that arrives after it brings the session back.
/// - A token id that the store was never given is [`Loaded::Unknown`] and is never stored.
/// - A full store refuses new records ([`Created::Full`]); it never drops a live one.
pub trait Store: Send + Sync + fmt::Debug + 'static {
    /// Creates a record, if its token id and record id are unknown and the user's generation is still the expected one.
    ///
    /// Supersedes the presented token in the same operation, also if its session is dead; an unknown one is not stored, and
    /// one that was superseded before stays as it is. A live session that is superseded is gone with its data, and the new
    /// one takes its place, so there is room for it in a full store, too.
    fn create(&self, create: Create) -> impl Future<Output = Result<Created, StoreError>> + Send;

    /// What is known of a token. Changes nothing; a session past its deadline is still live (the caller judges), and a
    /// superseded token stays superseded, whatever becomes of its successor.
    fn load(&self, token: TokenId) -> impl Future<Output = Result<Loaded, StoreError>> + Send;

    /// Merges changes into a live record. Activity merges by maximum within one authentication.
    fn commit(&self, commit: Commit) -> impl Future<Output = Result<Committed, StoreError>> + Send;

    /// Replaces the token of a live record, if the expected one is still current and the user's generation is still the
    /// expected one, without grace for the old one.
    fn rotate(&self, rotate: Rotate) -> impl Future<Output = Result<Rotated, StoreError>> + Send;

    /// Ends a record. A tombstone keeps the reason; the data is gone.
    fn end(&self, end: End) -> impl Future<Output = Result<Ended, StoreError>> + Send;

    /// Whether the store takes every stamp of activity (an embedded one) or wants them coalesced by `touch`.
    fn exact_stamps(&self) -> bool {
        false
    }
}

/// A store that finds the sessions of a user.
pub trait ByUser: Store {
    /// The user's generation: it rises whenever all sessions of the user are reset.
    fn generation(&self, user: &UserId) -> impl Future<Output = Result<Generation, StoreError>> + Send;

    /// The live sessions of a user, oldest first.
    fn of_user(&self, user: &UserId) -> impl Future<Output = Result<Vec<Snapshot>, StoreError>> + Send;

    /// Raises the generation and ends the user's sessions, in one operation: a login that began before finds its generation
    /// gone. Returns how many it ended. The new generation is known for at least 24 hours.
    fn reset_user(&self, reset: Reset) -> impl Future<Output = Result<usize, StoreError>> + Send;
}

/// A user's generation. Opaque; compared for equality only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generation(pub u64);

/// See [`Store::create`].
#[derive(Clone, Debug)]
pub struct Create {
    /// The token that opens the record.
    pub token: TokenId,
    /// The record.
    pub record: Record,
    /// Create only if the generation of the record's user is still this one. Without a user it says nothing.
    pub generation: Option<Generation>,
    /// The token that the client presented.
    pub supersede: Option<Supersede>,
    /// The caller's time.
    pub now: u64,
}

/// The presented token that a login or a new session replaces.
#[derive(Clone, Copy, Debug)]
pub struct Supersede {
    /// The token.
    pub token: TokenId,
}

/// See [`Store::create`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Created {
    /// It stands.
    Done,
    /// The user's generation moved on: all sessions were reset while the login went on.
    Reset,
    /// There is no room for another live session.
    Full,
    /// The token id or the record id is taken; the caller draws again.
    Taken,
}

/// See [`Store::load`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Loaded {
    /// Never heard of, or forgotten.
    Unknown,
    /// A live session whose current token it is.
    Live(Snapshot),
    /// Replaced by another token.
    Superseded(Superseded),
    /// Its session ended.
    Ended(EndReason),
}

/// A token that was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// The record that the successor opens; where a login superseded that one in its turn, the last one known.
    pub by: RecordId,
    /// When it was replaced.
    pub at: u64,
    /// Whether it opened a live session of a signed-in user when it was replaced.
    pub authenticated: bool,
}

/// See [`Store::commit`]. [`Commit::of`] changes nothing.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The record.
    pub record: RecordId,
    /// Only if the record's version is still this one.
    pub if_version: Option<u64>,
    /// Activity. Of another authentication than the record's, it changes nothing.
    pub stamp: Option<Stamp>,
    /// Entries to write or to remove.
    pub data: Vec<DataChange>,
    /// Sets the mark of a binding mismatch; only a re-authentication takes it away.
    pub mark_step_up: bool,
    /// Counts a failed attempt.
    pub count_failure: bool,
    /// Replaces the challenge.
    pub challenge: Option<Option<Challenge>>,
    /// The policy may have changed since the record was written.
    pub expiry: Option<Expiry>,
    /// The caller's time.
    pub now: u64,
}

impl Commit {
    /// A commit that changes nothing yet.
    #[must_use]
    pub const fn of(record: RecordId, now: u64) -> Self {
        Self {
            record,
            if_version: None,
            stamp: None,
            data: Vec::new(),
            mark_step_up: false,
            count_failure: false,
            challenge: None,
            expiry: None,
            now,
        }
    }
}

/// One entry to write, or to remove. `Debug` shows its size only.
#[derive(Clone)]
pub struct DataChange {
    /// The entry's key.
    pub key: Arc<str>,
    /// The new value; `None` removes it.
    pub value: Option<Arc<[u8]>>,
}

impl fmt::Debug for DataChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.value.as_ref().map(|value| value.len());
        f.debug_struct("DataChange").field("key", &self.key).field("bytes", &bytes).finish()
    }
}

/// See [`Store::commit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Committed {
    /// Merged. `failed` counts the failed attempts in a row.
    Done {
        /// Failed attempts in a row, this one included.
        failed: u8,
    },
    /// The version moved on; nothing was changed.
    Conflict,
    /// There is no such live record: it ended, was superseded, or never was; nothing was changed.
    Gone,
}

/// See [`Store::rotate`].
#[derive(Clone, Debug)]
pub struct Rotate {
    /// The record.
    pub record: RecordId,
    /// The token that must still be current.
    pub from: TokenId,
    /// Its successor.
    pub to: TokenId,
    /// Rotate only if the generation of [`identity`](Self::identity)'s user is still this one: a re-authentication that began
    /// before a reset must not survive it in the session that the reset spared. Without a user it says nothing.
    pub generation: Option<Generation>,
    /// Level, times, captured properties and marks after the change.
    ///
    /// `created` stays the record's, and `last_seen` never falls. If the `epoch` is the record's, there was no authentication
    /// in between, so what parallel requests wrote still holds: `longest_gap` and `failed` do not fall, and a mark stays.
    pub header: Header,
    /// Whose session it is after the change.
    pub identity: Arc<Identity>,
    /// When it dies unattended.
    pub expiry: Expiry,
    /// Entries to write or to remove.
    pub data: Vec<DataChange>,
    /// The caller's time.
    pub now: u64,
}

/// See [`Store::rotate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotated {
    /// The new token is current.
    Done,
    /// Another token became current meanwhile; nothing was changed.
    Conflict,
    /// The user's generation moved on; nothing was changed.
    Reset,
    /// The new token id is taken; the caller draws again.
    Taken,
    /// There is no such live record: it ended, was superseded, or never was; nothing was changed.
    Gone,
}

/// See [`Store::end`].
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// The record.
    pub record: RecordId,
    /// Why.
    pub reason: EndReason,
    /// Only if there was no later activity and no later authentication than the judgement saw: `(last_seen, epoch)`.
    pub if_unseen_since: Option<(u64, u32)>,
    /// The caller's time.
    pub now: u64,
}

/// See [`Store::end`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// This call ended it.
    Done,
    /// It had ended before, for this reason.
    Already(EndReason),
    /// There was later activity; it lives on.
    Alive,
    /// Never heard of, forgotten, or superseded by another session while it was live. In any case it is not live.
    Unknown,
}

/// See [`ByUser::reset_user`].
#[derive(Clone, Debug)]
pub struct Reset {
    /// The user.
    pub user: UserId,
    /// This one lives on.
    pub except: Option<RecordId>,
    /// Why the others end.
    pub reason: EndReason,
    /// The caller's time.
    pub now: u64,
}

/// The store could not answer. What it says goes to the operator, never to the client.
#[derive(Debug)]
pub struct StoreError(Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// From an error or a text.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the session store did not answer: {}", self.0)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`Store`] as an object, so that `Sessions` needs no type parameter. One allocation a call.
pub(crate) trait DynStore: Send + Sync + fmt::Debug {
    fn create(&self, create: Create) -> BoxFuture<'_, Result<Created, StoreError>>;
    fn load(&self, token: TokenId) -> BoxFuture<'_, Result<Loaded, StoreError>>;
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, StoreError>>;
    fn rotate(&self, rotate: Rotate) -> BoxFuture<'_, Result<Rotated, StoreError>>;
    fn end(&self, end: End) -> BoxFuture<'_, Result<Ended, StoreError>>;
    fn exact_stamps(&self) -> bool;
}

impl<S: Store> DynStore for S {
    fn create(&self, create: Create) -> BoxFuture<'_, Result<Created, StoreError>> {
        Box::pin(Store::create(self, create))
    }
    fn load(&self, token: TokenId) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        Box::pin(Store::load(self, token))
    }
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, StoreError>> {
        Box::pin(Store::commit(self, commit))
    }
    fn rotate(&self, rotate: Rotate) -> BoxFuture<'_, Result<Rotated, StoreError>> {
        Box::pin(Store::rotate(self, rotate))
    }
    fn end(&self, end: End) -> BoxFuture<'_, Result<Ended, StoreError>> {
        Box::pin(Store::end(self, end))
    }
    fn exact_stamps(&self) -> bool {
        Store::exact_stamps(self)
    }
}
