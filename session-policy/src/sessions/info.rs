//! A session as its user sees it in a list.

use std::time::SystemTime;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{clock::system_time, policy::Level, store::Snapshot, token::RecordId};

/// One of a user's sessions, for a page that lists them. See [`Session::list`](super::Session::list).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionInfo {
    /// Names the session in [`end_one`](super::Session::end_one): 22 characters that fit into a form or a path. It opens
    /// nothing, and stays the same for as long as the session lives.
    pub handle: String,
    /// When the user signed in.
    pub created: SystemTime,
    /// The last activity; a store that coalesces stamps is late by up to `touch`. For the current session, now.
    pub last_seen: SystemTime,
    /// The client at the last authentication, in words: "Firefox on Linux". It is what the client says of itself.
    pub device: String,
    /// How strongly it is authenticated.
    pub level: Level,
    /// Whether it is the session of this request.
    pub current: bool,
}

impl SessionInfo {
    pub(super) fn of(session: &Snapshot, current: bool, now: u64) -> Self {
        let header = &session.header;
        Self {
            handle: handle(session.id),
            created: system_time(header.created),
            last_seen: system_time(if current { now } else { header.last_seen }),
            device: header.captured.ua.to_string(),
            level: header.level,
            current,
        }
    }
}

/// Keeps handles apart from everything else that is derived from a record id.
const LABEL: &[u8] = b"session-policy/handle/1\0";

/// How many bytes of the digest make a handle.
const HANDLE_BYTES: usize = 16;

/// The name of a session in lists: derived from the record id, which others derive from, too, and which it does not show.
pub(super) fn handle(record: RecordId) -> String {
    let digest: [u8; 32] = Sha256::new().chain_update(LABEL).chain_update(record.0).finalize().into();
    URL_SAFE_NO_PAD.encode(digest.get(..HANDLE_BYTES).unwrap_or(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_stable_and_shows_no_record_id() {
        let id = RecordId([7; 16]);
        // Computed outside: SHA-256 over the label, a zero byte and sixteen sevens; the first 16 bytes in base64url.
        assert_eq!(handle(id), HANDLE_OF_SEVENS);
        assert_eq!(handle(id).len(), 22);
        assert_ne!(handle(id), URL_SAFE_NO_PAD.encode(id.0));
        assert_ne!(handle(id), handle(RecordId([8; 16])));
    }

    const HANDLE_OF_SEVENS: &str = "sj-8F9Sja4zvDoY7rSAxJw";
}
