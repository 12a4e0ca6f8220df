//! What an operator may want to hear of.

use crate::{token::RecordId, verdict::EndReason};

/// What is called for each [`Event`].
pub(super) type OnEvent = Box<dyn Fn(&Event) + Send + Sync>;

/// Something happened that no answer shows. Never carries a token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A request carried two different values of the session cookie; it was treated as having no session.
    CookieConflict,
    /// A request failed the cross-site table.
    CrossSite,
    /// A binding did not match, and the policy only logs it.
    BindingMismatch {
        /// The session.
        record: RecordId,
    },
    /// A session ended. Where nobody listens for ends ([`Builder::on_end`](super::Builder::on_end)), those that the engine ends
    /// many at a time are only counted: what the sweeper finds, and all sessions of a user or of everybody.
    Ended {
        /// The session.
        record: RecordId,
        /// Why.
        reason: EndReason,
    },
    /// A write arrived after the session had ended and was dropped.
    WriteDropped {
        /// The session.
        record: RecordId,
    },
    /// What the handler staged could not be written: an entry is too large, or cannot be read. The answer was 500.
    DataRefused {
        /// What is wrong with it.
        cause: String,
    },
    /// The store did not answer.
    StoreFailed {
        /// What it said.
        cause: String,
    },
    /// The hook of an end did not return. The session is dead all the same, and the hook is not called again.
    HookFailed {
        /// The end's id, as [`EndedSession::id`](super::EndedSession::id) gives it.
        end: String,
        /// Why the session ended.
        reason: EndReason,
        /// What became of the hook.
        cause: HookFailure,
    },
    /// The runtime has no timer, so this engine sweeps nothing by itself and runs no hook: ends wait for one that can. Build the
    /// runtime with `enable_time`, or `enable_all`.
    NoTimer,
    /// The clock of this engine differs from those of most others on the store. Until that is over, it denies every request with
    /// a token (503 `clock`), writes nothing and ends nothing. Told at every look, that is about every 10 seconds.
    ClockDisagrees {
        /// How many engines there are, this one included.
        engines: usize,
        /// How many of them show the time that this one shows, itself included.
        agreeing: usize,
    },
}

/// What became of a hook that did not return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HookFailure {
    /// It panicked.
    Panicked,
    /// It ran for [`HOOK_MOST`](super::HOOK_MOST), and was dropped.
    TimedOut,
}
