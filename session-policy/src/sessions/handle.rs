//! The handle that a handler holds, and what it shares with the runtime for the length of one request.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{SessionError, Sessions, stage::Staged, ticket::Tickets};
use crate::{
    store::{Captured, Generation, Snapshot},
    token::{RecordId, TokenId},
    verdict::{Denial, EndReason, Reason},
};

/// The session of the request. Perhaps nobody is signed in: see [`UserSession`](super::UserSession) for handlers that need somebody.
///
/// A cheap handle: pass `&Session` to helpers. Changes are staged and take effect when the handler's answer is known;
/// what lowers the session ([`logout`](Self::logout), a failed attempt) is done in the store before the call resolves.
#[derive(Clone)]
pub struct Session(pub(super) Arc<Exchange>);

/// One request, from its arrival to its answer.
pub(super) struct Exchange {
    /// `None` once the exchange is over and the allocation waits for another.
    pub(super) sessions: Option<Sessions>,
    pub(super) now: u64,
    pub(super) captured: Captured,
    pub(super) token: Option<TokenId>,
    pub(super) is_unsafe: bool,
    /// Whether its arrival is user activity.
    pub(super) counts: bool,
    /// Tells its path from others; see `Challenge`.
    pub(super) route: u32,
    /// `reason` of the query, if it is one of ours.
    pub(super) reason: Option<Reason>,
    /// `next` of the query, if it is a local path.
    pub(super) next: Option<String>,
    pub(super) state: Mutex<State>,
}

/// What changes while the handler runs.
pub(super) struct State {
    pub(super) standing: Standing,
    pub(super) staged: Staged,
    /// A removal cookie goes out with the answer.
    pub(super) remove: bool,
    /// The user signed out: the browser is asked to clear cache and storage.
    pub(super) clear: bool,
    pub(super) committed: bool,
    /// Logins that began in this request.
    pub(super) tickets: Tickets,
    /// This request itself reset the user's sessions: the generation before, and the one after.
    pub(super) own_reset: Option<(Generation, Generation)>,
}

/// What the presented token came to.
pub(super) enum Standing {
    /// No token, an unknown one, a malformed one.
    Nobody,
    /// A live session that this route may see.
    Live(Box<Snapshot>),
    /// The token was replaced; what the client is told.
    Superseded(Reason),
    /// The session had ended before, or was found to be over.
    Tombstone(EndReason),
    /// A live session that an anonymous route may not see; it can be signed out.
    Barred(RecordId, Denial),
    /// It was ended in this request.
    EndedHere(EndReason),
    /// The store did not answer.
    ReadOnly,
    /// The engine's clock is wrong: nothing was looked at.
    NoTime,
}

impl State {
    pub(super) fn new(standing: Standing) -> Self {
        let remove = matches!(standing, Standing::Tombstone(_));
        Self {
            standing,
            staged: Staged::default(),
            remove,
            clear: false,
            committed: false,
            tickets: Tickets::default(),
            own_reset: None,
        }
    }
}

impl Exchange {
    /// What a waiting allocation holds: nothing of anybody.
    fn spent() -> Self {
        Self {
            sessions: None,
            now: 0,
            captured: Captured::new(crate::client::UserAgent::parse(None)),
            token: None,
            is_unsafe: false,
            counts: false,
            route: 0,
            reason: None,
            next: None,
            state: Mutex::new(State { committed: true, ..State::new(Standing::Nobody) }),
        }
    }
}

impl Session {
    /// The state. A poisoned lock is a panic in a handler's own closure: the state is plain data and stays whole.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, for a change: refused once the answer is on its way.
    pub(super) fn open_state(&self) -> Result<MutexGuard<'_, State>, SessionError> {
        let state = self.state();
        if state.committed {
            return Err(SessionError::Committed);
        }
        match &state.standing {
            Standing::EndedHere(reason) => Err(SessionError::Ended(*reason)),
            Standing::ReadOnly => Err(SessionError::ReadOnly),
            _ => Ok(state),
        }
    }

    /// The engine, until the exchange is over.
    #[must_use]
    pub fn engine(&self) -> Option<Sessions> {
        self.0.sessions.clone()
    }

    pub(super) fn sessions(&self) -> Result<&Sessions, SessionError> {
        self.0.sessions.as_ref().ok_or(SessionError::Committed)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("user", &self.user()).field("level", &self.level()).finish_non_exhaustive()
    }
}

/// Allocations of finished exchanges, kept for the next ones: an anonymous request then costs none.
/// Nothing of the finished exchange stays in them.
#[derive(Default)]
pub(super) struct Spare(Mutex<Vec<Arc<Exchange>>>);

impl Spare {
    /// About as many as requests run at once on a large machine.
    const MOST: usize = 64;

    /// A handle for `exchange`.
    pub(super) fn fill(&self, exchange: Exchange) -> Session {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(mut spare) = spare
            && let Some(slot) = Arc::get_mut(&mut spare)
        {
            *slot = exchange;
            return Session(spare);
        }
        Session(Arc::new(exchange))
    }

    /// Takes the allocation back, unless somebody still holds the handle.
    pub(super) fn keep(&self, session: Session) {
        let mut exchange = session.0;
        if let Some(slot) = Arc::get_mut(&mut exchange) {
            *slot = Exchange::spent();
            let mut spares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if spares.len() < Self::MOST {
                spares.push(exchange);
            }
        }
    }
}
