//! What happens when sessions end: the event, and what the hook is told.

use std::{fmt, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{
    Event, SessionData, SessionError, Sessions,
    data::decode,
    hooks::{LEASE_MS, Round},
};
use crate::{
    clock::system_time,
    policy::{Level, RoleTable, Roles, role_of},
    store::{Claim, UserId},
    token::RecordId,
    verdict::EndReason,
};

/// A session that ended, as it was: what [`Builder::on_end`](super::Builder::on_end) is told. `Debug` shows of the data its
/// keys and sizes only.
///
/// ```
/// # use session_policy::{SessionPolicy, Sessions, client::Transport, store::MemoryStore};
/// use session_policy::{SessionData, sessions::EndedSession};
///
/// #[derive(Default, serde::Serialize, serde::Deserialize, SessionData)]
/// #[data(key = "cart")]
/// struct Cart {
///     items: Vec<u32>,
/// }
///
/// async fn free_the_stock(end: EndedSession) {
///     let cart = end.get::<Cart>().ok().flatten().unwrap_or_default();
///     // The id is the same if the hook has to be called again: keep it beside what was done.
///     println!("{}: {} frees {} items", end.id(), end.reason().as_str(), cart.items.len());
/// }
/// # #[derive(SessionPolicy)]
/// # #[session(idle = "30m", absolute = "8h")]
/// # struct Site;
/// let sessions = Sessions::builder::<Site, ()>()
///     .on_end(free_the_stock)
/// #   .store(MemoryStore::new())
/// #   .transport(Transport::loopback())
///     .build()?;
/// # Ok::<(), session_policy::BuildError>(())
/// ```
pub struct EndedSession {
    id: String,
    claim: Claim,
    roles: RoleTable,
}

impl EndedSession {
    pub(super) fn new(claim: Claim, roles: RoleTable) -> Self {
        Self { id: end_id(claim.session.id), claim, roles }
    }

    /// The end's id: 43 characters, the same whenever the hook is called for this end, and no other end's. It is not the
    /// record's id, and cannot be traced back to it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Why it ended.
    #[must_use]
    pub fn reason(&self) -> EndReason {
        self.claim.reason
    }

    /// Whose session it was; `None` for an anonymous one.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        self.claim.session.identity.user.as_ref()
    }

    /// The role that it had; `None` if it had none, or if `R` is not the builder's enum.
    #[must_use]
    pub fn role<R: Roles>(&self) -> Option<R> {
        role_of(self.roles, self.role_name()?)
    }

    /// The stored name of its role, also of one that this version of the application does not know.
    #[must_use]
    pub fn role_name(&self) -> Option<&str> {
        self.claim.session.identity.role.as_deref()
    }

    /// How strongly it was authenticated.
    #[must_use]
    pub fn level(&self) -> Level {
        self.claim.session.header.level
    }

    /// When it was created.
    #[must_use]
    pub fn created(&self) -> SystemTime {
        system_time(self.claim.session.header.created)
    }

    /// Its last activity, as exact as the store keeps it.
    #[must_use]
    pub fn last_seen(&self) -> SystemTime {
        system_time(self.claim.session.header.last_seen)
    }

    /// When it was ended, by the clock of whoever did it. A session that nobody came back to is ended by the sweeper, some time
    /// after its deadline.
    #[must_use]
    pub fn ended_at(&self) -> SystemTime {
        system_time(self.claim.at)
    }

    /// The entry of type `T`, as it was; `None` if there was none.
    ///
    /// # Errors
    /// [`SessionError::Data`] if the stored bytes are not a `T`.
    pub fn get<T: SessionData>(&self) -> Result<Option<T>, SessionError> {
        self.claim.session.data.get(T::DATA.key).map(|stored| decode(stored)).transpose()
    }
}

impl fmt::Debug for EndedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndedSession").field("id", &self.id).field("claim", &self.claim).finish_non_exhaustive()
    }
}

/// The record's id never leaves: tokens of other kinds derive from it.
pub(super) fn end_id(record: RecordId) -> String {
    let mut hash = Sha256::new();
    hash.update(b"session-policy: the id of an end\0");
    hash.update(record.0);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

impl Sessions {
    /// Until when the claims of ends at `now` are this engine's; `None` if nobody listens for ends. Where no hook can run, the
    /// lease is over at once: the claim is for whoever can run it.
    pub(super) fn lease(&self, now: u64) -> Option<u64> {
        if !self.0.hooks.is_set() {
            return None;
        }
        Some(if self.hook_runtime().is_some() { now.saturating_add(LEASE_MS) } else { now })
    }

    /// Says so of every one of these ends, and lets the hook run for it: not in the request, and not before it is dead.
    pub(super) fn ended(&self, claims: &[Claim]) {
        self.ended_in(claims, None);
    }

    /// The same, in a round that waits for the hooks.
    pub(super) fn ended_in(&self, claims: &[Claim], round: Option<&Round>) {
        for claim in claims {
            self.tell(Event::Ended { record: claim.session.id, reason: claim.reason });
            self.hand_over(claim, claim.at.saturating_add(LEASE_MS), round);
        }
    }
}
