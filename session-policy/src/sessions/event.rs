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
    /// A session ended.
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
}
