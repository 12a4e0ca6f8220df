//! The contract that every store keeps.

use std::{fmt, future::Future, sync::Arc};

use super::{
    Capabilities, Challenge, Clocks, EndReason, Expiry, Header, Identity, Record, SessionLimit, Snapshot, Stamp, UserId,
};
use crate::token::{RecordId, TokenId};

/// Keeps records. Every operation is atomic: it happens as a whole or not at all, also when its future is dropped half way.
///
/// - An update never creates; **an end wins**: nothing that arrives after it brings the session back.
/// - A token id that the store was never given is [`Loaded::Unknown`] and is never stored.
/// - A full store refuses new records ([`Created::Full`]); it never drops a live one.
/// - Times come from the caller; a store has no clock of its own.
/// - What a change does to a record is not the store's own idea: it calls [`Snapshot::present`], [`Snapshot::merge`],
///   [`Snapshot::rotate`], [`Snapshot::set_role`] and [`admission`](super::admission()), and keeps what they return.
///
/// The suite behind the feature `conformance` checks all of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session store",
    label = "not a session store",
    note = "implement `session_policy::store::Store`, or use one of the stores of that module"
)]
pub trait Store: Send + Sync + fmt::Debug + 'static {
    /// Creates a record, if its token id and record id are unknown and the user's generation is still the expected one.
    ///
    /// Supersedes the presented token in the same operation, also if its session is dead; an unknown one is not stored, and
    /// one that was superseded before stays as it is. A live session that is superseded is gone with its data, and the new
    /// one takes its place, so there is room for it in a full store, too. If it was another user's, it ended
    /// ([`EndReason::IdentityChanged`]): with [`Create::lease`] its claim comes back.
    fn create(&self, create: Create) -> impl Future<Output = Result<Created, StoreError>> + Send;

    /// What is known of a token. The first presentation of a successor confirms it ([`Snapshot::present`]); nothing else
    /// changes. A session past its deadline is still live (the caller judges), and a superseded token stays superseded,
    /// whatever becomes of its successor.
    fn load(&self, load: Load) -> impl Future<Output = Result<Loaded, StoreError>> + Send;

    /// Merges changes into a live record ([`Snapshot::merge`]), and issues a successor of its token if one is asked for.
    fn commit(&self, commit: Commit) -> impl Future<Output = Result<Committed, StoreError>> + Send;

    /// Replaces the token of a live record after an authentication ([`Snapshot::rotate`]), if the presented one may act for
    /// the session and the user's generation is still the expected one.
    fn rotate(&self, rotate: Rotate) -> impl Future<Output = Result<Rotated, StoreError>> + Send;

    /// Ends a record: it is dead, and all its tokens are tombstones with the reason. Without a lease the data is gone; with
    /// one, it is kept for the hook until [`settle`](Self::settle): the caller has the claim until the lease runs out.
    fn end(&self, end: End) -> impl Future<Output = Result<Ended, StoreError>> + Send;

    /// Ends records whose own deadline ([`Snapshot::deadline`]) is at or before `sweep.due`, each for the deadline that came
    /// first ([`Snapshot::overdue`]). At most `at_most` of them; the next call goes on. Also forgets tombstones, superseded
    /// tokens and generations whose time is up, and claims that nobody settled for [`CLAIM_KEPT_MS`].
    fn sweep(&self, sweep: Sweep) -> impl Future<Output = Result<Swept, StoreError>> + Send;

    /// Claims whose lease ran out at or before `now`: whoever had them died inside the hook. Each goes to one caller, with
    /// a new lease.
    fn reclaim(&self, reclaim: Reclaim) -> impl Future<Output = Result<Vec<Claim>, StoreError>> + Send;

    /// The hooks of these ends returned: their claims and data are gone. Unknown ones are none of its business.
    fn settle(&self, ends: Vec<RecordId>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Keeps what an engine says about the time, and returns the last report of each (the most recent 64 at least): so
    /// engines whose clocks disagree find out. [`Clocks`](super::Clocks) does it for a store in one process.
    fn report_clock(&self, report: ClockReport) -> impl Future<Output = Result<Vec<ClockReport>, StoreError>> + Send;

    /// The clocks of the engines, for a store that lives in one process: engines then compare clocks, where reports would have to
    /// be waited for. `None` (the default) for a store that others reach, and for one that does not care.
    fn clocks(&self) -> Option<&Clocks> {
        None
    }

    /// What it can do beyond this trait. A store that implements [`ByUser`] or [`Admit`] says so here.
    fn capabilities(&self) -> Capabilities<'_> {
        Capabilities::none()
    }

    /// Whether the store takes every stamp of activity (an embedded one) or wants them coalesced by `touch`.
    fn exact_stamps(&self) -> bool {
        false
    }

    /// Whether several machines may use it at once. Their clocks differ: where a token's grace is judged, the caller then
    /// allows for the skew.
    fn is_shared(&self) -> bool {
        true
    }
}

/// A store that finds the sessions of a user.
pub trait ByUser: Store {
    /// The user's generation: it changes whenever sessions of the user are reset, or everybody's. For at least 24 hours after
    /// a reset ([`TOMBSTONE_KEPT_MS`]) no generation from before it comes again: longer than any ticket is good for.
    fn generation(&self, user: &UserId) -> impl Future<Output = Result<Generation, StoreError>> + Send;

    /// The live sessions of a user, oldest first. A session past its deadline is still live.
    fn of_user(&self, user: &UserId) -> impl Future<Output = Result<Vec<Snapshot>, StoreError>> + Send;

    /// Raises the generation and ends the user's sessions, in one operation: a login that began before finds its generation
    /// gone.
    fn reset_user(&self, reset: Reset) -> impl Future<Output = Result<Swept, StoreError>> + Send;

    /// Ends everybody's sessions, in bounded batches. The first call (`after` is `None`) also raises every generation. Goes
    /// through all records once, in an order of its own: whoever was there at the first call is gone when [`Swept::next`] is
    /// `None`.
    fn reset_everyone(&self, reset: ResetEveryone) -> impl Future<Output = Result<Swept, StoreError>> + Send;

    /// Raises the generation and gives all live sessions of the user another role ([`Snapshot::set_role`]), in one operation.
    /// Returns how many there are.
    fn set_role(&self, set: SetRole) -> impl Future<Output = Result<usize, StoreError>> + Send;
}

/// A store that counts a user's sessions and takes a place among them in one operation. A base or a role with `max_sessions`
/// needs it: `.store(…)` of the builder does not compile without.
pub trait Admit: ByUser {
    /// Like [`Store::create`], under a limit: ends what [`admission`](super::admission()) says in the same operation, or
    /// answers [`Created::Limit`]. N parallel logins never exceed it. The session that the new one replaces does not count.
    fn admit(&self, create: Create, limit: SessionLimit) -> impl Future<Output = Result<Created, StoreError>> + Send;
}

/// How long a claim that nobody settles is kept: 7 days after its end.
pub const CLAIM_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// How long a tombstone and a generation are kept at least: 24 hours.
pub const TOMBSTONE_KEPT_MS: u64 = 24 * 60 * 60 * 1000;

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
    pub supersede: Option<TokenId>,
    /// Somebody listens for ends: the claims of those that this brings about are the caller's until then.
    pub lease: Option<u64>,
    /// The caller's time.
    pub now: u64,
}

/// See [`Store::create`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Created {
    /// It stands. These ended for it: evicted, found dead, or another user's. Without a lease, the claims are for
    /// information: nobody needs to settle them.
    Done(Vec<Claim>),
    /// The user's generation moved on: all sessions were reset while the login went on.
    Reset,
    /// The user has as many sessions as the limit allows.
    Limit,
    /// There is no room for another live session.
    Full,
    /// The token id or the record id is taken; the caller draws again.
    Taken,
}

/// See [`Store::load`].
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The presented token.
    pub token: TokenId,
    /// By which time a rotated token's grace is judged.
    pub now: u64,
}

/// See [`Store::load`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Loaded {
    /// Never heard of, or forgotten.
    Unknown,
    /// A live session; [`Line::standing`](super::Line::standing) says how the token stands to it.
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
    /// By what.
    pub how: How,
}

/// By what a token was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum How {
    /// A login, a re-authentication, or a change of level or role: a late request may still carry it.
    Replaced,
    /// A periodic rotation, and the client is known to have the successor: presenting it again is a replay.
    Rotated,
}

/// See [`Store::commit`]. [`Commit::of`] changes nothing.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The record.
    pub record: RecordId,
    /// The record as the caller loaded it: a store that writes conditionally on [`Snapshot::rev`] need not read it again
    /// for the first attempt. A hint: the outcome is the same without.
    pub seen: Option<Box<Snapshot>>,
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
    /// The policy may have changed since the record was written. With the header's `epoch` as the caller saw it: of another
    /// authentication than the record's, it changes nothing.
    pub expiry: Option<(Expiry, u32)>,
    /// Issues a successor of the token, if that is possible now ([`Line::issue`](super::Line::issue)).
    pub successor: Option<Successor>,
    /// The caller's time.
    pub now: u64,
}

/// A periodic rotation. See [`Commit::successor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Successor {
    /// The token that must be current.
    pub from: TokenId,
    /// Its successor. If the store knows it already, nothing is issued.
    pub to: TokenId,
    /// Until when `from` is served as if nothing had happened.
    pub grace_until: u64,
}

impl Commit {
    /// A commit that changes nothing yet.
    #[must_use]
    pub const fn of(record: RecordId, now: u64) -> Self {
        Self {
            record,
            seen: None,
            if_version: None,
            stamp: None,
            data: Vec::new(),
            mark_step_up: false,
            count_failure: false,
            challenge: None,
            expiry: None,
            successor: None,
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
    /// Merged.
    Done {
        /// Failed attempts in a row, this one included.
        failed: u8,
        /// Whether the successor was issued.
        rotated: bool,
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
    /// The record as the caller loaded it; see [`Commit::seen`].
    pub seen: Option<Box<Snapshot>>,
    /// The presented token; it must be able to act for the session.
    pub from: TokenId,
    /// Its successor.
    pub to: TokenId,
    /// Rotate only if the generation of [`identity`](Self::identity)'s user is still this one: a re-authentication that began
    /// before a reset must not survive it in the session that the reset spared. Without a user it says nothing.
    pub generation: Option<Generation>,
    /// Rotate only if the record's identity is still this one, else [`Rotated::Conflict`]: a role that was given meanwhile
    /// must not be lost.
    pub if_identity: Option<Arc<Identity>>,
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
    /// When the request arrived, as the caller judges a token's grace: whether [`from`](Self::from) may act. A handler that
    /// took its time does not lose what it was served with.
    pub acts_at: u64,
    /// The caller's time: when the former tokens are replaced.
    pub now: u64,
}

/// See [`Store::rotate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotated {
    /// The new token is current.
    Done,
    /// Another token became current meanwhile, or the identity changed; nothing was changed.
    Conflict,
    /// The user's generation moved on; nothing was changed.
    Reset,
    /// The new token id is taken; the caller draws again.
    Taken,
    /// There is no such live record: it ended, was superseded, or never was; nothing was changed.
    Gone,
}

/// See [`Store::end`]. [`End::of`] makes no condition.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// The record.
    pub record: RecordId,
    /// Why.
    pub reason: EndReason,
    /// Only if there was no later activity and no later authentication than the judgement saw: `(last_seen, epoch)`.
    pub if_unseen_since: Option<(u64, u32)>,
    /// Somebody listens for ends: the claim is the caller's until then.
    pub lease: Option<u64>,
    /// The caller's time.
    pub now: u64,
}

impl End {
    /// An end whatever happened since, of which nobody wants to hear.
    #[must_use]
    pub const fn of(record: RecordId, reason: EndReason, now: u64) -> Self {
        Self { record, reason, if_unseen_since: None, lease: None, now }
    }
}

/// See [`Store::end`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ended {
    /// This call ended it. With a lease the caller now runs the hook and settles.
    Done(Box<Claim>),
    /// It had ended before, for this reason.
    Already(EndReason),
    /// There was later activity; it lives on.
    Alive,
    /// Never heard of, forgotten, or superseded by another session while it was live. In any case it is not live.
    Unknown,
}

/// An end, with the session as it was. A record ends once, so its id is the end's id, too.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The session, its data included.
    pub session: Snapshot,
    /// Why it ended.
    pub reason: EndReason,
    /// When, by the time of whoever ended it.
    pub at: u64,
}

/// See [`Store::sweep`].
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// End what is dead since then. The caller has taken off what clocks may differ by.
    pub due: u64,
    /// At most so many.
    pub at_most: usize,
    /// Somebody listens for ends: the claims are the caller's until then.
    pub lease: Option<u64>,
    /// The caller's time.
    pub now: u64,
}

/// Sessions that one call ended.
#[derive(Clone, Debug, Default)]
pub struct Swept {
    /// How many.
    pub ended: usize,
    /// Their claims; with a lease all of them, without one none.
    pub claims: Vec<Claim>,
    /// Where the next call goes on; `None` if nothing is left to do.
    pub next: Option<Cursor>,
}

/// Where a batch ended. Opaque to everybody but the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub [u8; 16]);

/// See [`Store::reclaim`].
#[derive(Clone, Copy, Debug)]
pub struct Reclaim {
    /// At most so many.
    pub at_most: usize,
    /// The claims are the caller's until then.
    pub lease: u64,
    /// The caller's time.
    pub now: u64,
}

/// What an engine's clock says. See [`Store::report_clock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReport {
    /// The engine: a random number drawn at its start.
    pub engine: u64,
    /// Its time.
    pub now: u64,
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
    /// Somebody listens for ends: the claims are the caller's until then.
    pub lease: Option<u64>,
    /// The caller's time.
    pub now: u64,
}

/// See [`ByUser::reset_everyone`].
#[derive(Clone, Copy, Debug)]
pub struct ResetEveryone {
    /// Why they end.
    pub reason: EndReason,
    /// Where the call before stopped; `None` for the first.
    pub after: Option<Cursor>,
    /// At most so many, where the store can stop in between.
    pub at_most: usize,
    /// Somebody listens for ends: the claims are the caller's until then.
    pub lease: Option<u64>,
    /// The caller's time.
    pub now: u64,
}

/// See [`ByUser::set_role`].
#[derive(Clone, Debug)]
pub struct SetRole {
    /// The user.
    pub user: UserId,
    /// The role's stored name.
    pub role: Option<Arc<str>>,
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
