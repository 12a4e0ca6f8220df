//! Which sessions make room for another one of the same user: one place for every store.

use super::{EndReason, Header, OnLimit, SessionLimit, Snapshot};
use crate::{clock::MAX_SKEW_MS, token::RecordId};

/// What admitting one more session takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Admission {
    /// It may be created, once these have ended, in the same operation.
    Ending(Vec<(RecordId, EndReason)>),
    /// There are enough, and the limit says to refuse the new one.
    Reject,
}

/// Decides by the user's live sessions, without the one that the new one replaces. Sessions that are dead for longer than
/// clocks may differ end for their own reason and do not count.
///
/// ```
/// use session_policy::{policy::OnLimit, store::{Admission, SessionLimit, admission}};
/// let limit = SessionLimit { most: 3, on_limit: OnLimit::Reject };
/// assert_eq!(admission(&[], limit, 0), Admission::Ending(vec![]));
/// ```
#[must_use]
pub fn admission(sessions: &[Snapshot], limit: SessionLimit, now: u64) -> Admission {
    let is_dead = |session: &&Snapshot| session.deadline().saturating_add(MAX_SKEW_MS) <= now;
    let (dead, mut live): (Vec<_>, Vec<_>) = sessions.iter().partition(is_dead);
    let mut ending: Vec<_> = dead.into_iter().map(|session| (session.id, session.overdue())).collect();
    let most = usize::try_from(limit.most).unwrap_or(usize::MAX);
    let over = (live.len() + 1).saturating_sub(most);
    if over > 0 {
        // What a later version wrote counts, but is not this version's to end.
        live.retain(|session| session.header.version == Header::VERSION);
        if live.len() < over {
            return Admission::Reject;
        }
        match limit.on_limit {
            OnLimit::Reject => return Admission::Reject,
            OnLimit::EvictOldest => live.sort_by_key(|session| (session.header.created, session.id)),
            OnLimit::EvictIdle => live.sort_by_key(|session| (session.header.last_seen, session.id)),
        }
        ending.extend(live.into_iter().take(over).map(|session| (session.id, EndReason::Evicted)));
    }
    Admission::Ending(ending)
}
