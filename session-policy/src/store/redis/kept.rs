//! A session as it stands in the server: what the scripts read of it, then the session itself.

use crate::{
    store::{Claim, EndReason, Header, Snapshot, StoreError},
    token::{RecordId, TokenId},
};

/// 30 days: how long after a session's absolute end, or after the time until which something is kept, the server itself
/// drops it. Sweeps are what forgets; this is for what nobody sweeps any more.
pub(super) const BACKSTOP_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// The longest expiry that is asked for: 10 years, because servers refuse one beyond their numbers.
pub(super) const FOREVER_MS: u64 = 10 * 365 * 24 * 60 * 60 * 1000;

/// How long from now the server keeps what is needed until then.
pub(super) fn backstop(until: u64, now: u64) -> u64 {
    until.saturating_sub(now).min(FOREVER_MS) + BACKSTOP_MS
}

/// What the scripts read (`lua/common.lua` says where), and the session.
pub(super) fn to_bytes(session: &Snapshot) -> Result<Vec<u8>, StoreError> {
    let user = session.identity.user.as_ref().map_or("", |user| user.as_str());
    let tokens: Vec<TokenId> = session.line.tokens().collect();
    let too_long = |_| StoreError::new("a session has more tokens, or its user a longer id, than one may have");
    let lengths = [u8::try_from(tokens.len()).map_err(too_long)?, u8::try_from(user.len()).map_err(too_long)?];
    let mut bytes = Vec::with_capacity(256);
    bytes.extend(session.rev.to_be_bytes());
    // As text: Lua's numbers are inexact beyond 2^53, and so are the bytes of one.
    bytes.extend(format!("{:020}", session.expiry.absolute_at).into_bytes());
    bytes.extend(lengths);
    for token in &tokens {
        bytes.extend(token.0);
    }
    bytes.extend(user.as_bytes());
    bytes.extend(session.to_bytes()?);
    Ok(bytes)
}

pub(super) fn from_bytes(bytes: &[u8]) -> Result<Snapshot, StoreError> {
    let unreadable = || StoreError::new("a record cannot be read: what stands before it is too short");
    let (rev, rest) = bytes.split_first_chunk::<8>().ok_or_else(unreadable)?;
    let (_absolute_end, rest) = rest.split_at_checked(20).ok_or_else(unreadable)?;
    let (&[tokens, user], rest) = rest.split_first_chunk::<2>().ok_or_else(unreadable)?;
    let before = 32 * usize::from(tokens) + usize::from(user);
    let (_, session) = rest.split_at_checked(before).ok_or_else(unreadable)?;
    let mut session = Snapshot::from_bytes(session)?;
    // Of a version that this one cannot read, too.
    session.rev = u64::from_be_bytes(*rev);
    Ok(session)
}

/// A claim, as the scripts write it: when (20 digits), the reason's length and word, the session.
pub(super) fn claim_from_bytes(bytes: &[u8]) -> Result<Claim, StoreError> {
    let unreadable = |what: &str| StoreError::new(format!("a claim cannot be read: {what}"));
    let (at, rest) = bytes.split_at_checked(20).ok_or_else(|| unreadable("it is too short"))?;
    let at = std::str::from_utf8(at).ok().and_then(|at| at.parse().ok()).ok_or_else(|| unreadable("its time"))?;
    let (length, rest) = rest.split_first().ok_or_else(|| unreadable("it is too short"))?;
    let (word, session) = rest.split_at_checked(usize::from(*length)).ok_or_else(|| unreadable("it is too short"))?;
    Ok(Claim { session: from_bytes(session)?, reason: reason(word)?, at })
}

pub(super) fn reason(word: &[u8]) -> Result<EndReason, StoreError> {
    let known = std::str::from_utf8(word).ok().and_then(EndReason::parse);
    known.ok_or_else(|| StoreError::new("a tombstone cannot be read: its reason is unknown to this version"))
}

pub(super) fn record_id(bytes: &[u8]) -> Result<RecordId, StoreError> {
    bytes.try_into().map(RecordId).map_err(StoreError::new)
}

/// Changing what cannot be read would lose what it holds.
pub(super) fn changeable(session: Snapshot) -> Result<Snapshot, StoreError> {
    if session.header.version != Header::VERSION {
        return Err(StoreError::new(format!(
            "a record has version {}, and this one can change version {} only",
            session.header.version,
            Header::VERSION
        )));
    }
    Ok(session)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        client::UserAgent,
        store::{Captured, Expiry, Identity, Record, UserId},
    };

    fn session() -> Snapshot {
        let record = Record {
            id: RecordId([7; 16]),
            header: Header::new(5, Captured::new(UserAgent::MISSING)),
            identity: std::sync::Arc::new(Identity::new(Some(UserId::try_from("x".repeat(255)).unwrap()), None)),
            data: Default::default(),
            expiry: Expiry { idle_ms: 1, absolute_at: u64::MAX },
        };
        let mut session = Snapshot::new(TokenId([9; 32]), record);
        session.rev = u64::MAX;
        session
    }

    #[test]
    fn a_session_is_read_as_it_was_written() {
        let bytes = to_bytes(&session()).unwrap();
        assert_eq!(bytes[8..28], *b"18446744073709551615");
        let again = from_bytes(&bytes).unwrap();
        assert_eq!((again.id, again.rev, again.line), (session().id, u64::MAX, session().line));
    }

    /// Whatever the server gives back, it is an error and not a panic.
    #[test]
    fn half_a_session_is_an_error() {
        let bytes = to_bytes(&session()).unwrap();
        for length in 0..bytes.len() {
            assert!(from_bytes(&bytes[..length]).is_err(), "{length} bytes");
            assert!(claim_from_bytes(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn an_expiry_is_generous_and_in_bounds() {
        assert_eq!(backstop(5, 10), BACKSTOP_MS);
        assert_eq!(backstop(u64::MAX, 0), FOREVER_MS + BACKSTOP_MS);
    }
}
