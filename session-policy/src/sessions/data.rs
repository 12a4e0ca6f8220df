//! Typed entries of session data, and how they look in a store.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};

use super::SessionError;

/// How one entry is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataSpec {
    /// The entry's key, unique in the crate.
    pub key: &'static str,
    /// Whether it moves over to the session that a login creates.
    pub carry_login: bool,
}

impl DataSpec {
    /// An entry that stays with its session.
    #[must_use]
    pub const fn new(key: &'static str) -> Self {
        Self { key, carry_login: false }
    }

    /// `carry = "login"`: moves over at a login, if the old session was anonymous or the same user's.
    #[must_use]
    pub const fn carry_login(mut self) -> Self {
        self.carry_login = true;
        self
    }
}

/// One typed entry of session data: `#[derive(SessionData)]`.
///
/// It is kept as MessagePack with field names, so that a field can be added with `#[serde(default)]` while sessions live on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not session data",
    label = "not session data",
    note = "write `#[derive(SessionData)]` and `#[data(key = \"…\")]` above the type"
)]
pub trait SessionData: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// How the entry is kept.
    const DATA: DataSpec;
}

/// The most bytes one entry may take.
pub(super) const ENTRY_MOST_BYTES: usize = 16 * 1024;
/// The most bytes all entries of a record may take, keys included.
pub(super) const RECORD_MOST_BYTES: usize = 64 * 1024;

/// The first byte of a stored entry.
const PLAIN: u8 = 0;
const CARRY_LOGIN: u8 = 1;

/// An entry as it is stored: one byte that says how it is kept, then MessagePack.
pub(super) fn encode<T: SessionData>(value: &T) -> Result<Arc<[u8]>, SessionError> {
    let mut bytes = vec![if T::DATA.carry_login { CARRY_LOGIN } else { PLAIN }];
    rmp_serde::encode::write_named(&mut bytes, value)
        .map_err(|error| SessionError::Data { key: T::DATA.key, cause: error.to_string() })?;
    if bytes.len() > ENTRY_MOST_BYTES {
        return Err(SessionError::Data {
            key: T::DATA.key,
            cause: format!("it takes {} bytes, an entry may take {ENTRY_MOST_BYTES}", bytes.len()),
        });
    }
    Ok(bytes.into())
}

/// The value of a stored entry.
pub(super) fn decode<T: SessionData>(stored: &[u8]) -> Result<T, SessionError> {
    let (_, bytes) =
        stored.split_first().ok_or_else(|| SessionError::Data { key: T::DATA.key, cause: "it is empty".to_owned() })?;
    rmp_serde::from_slice(bytes).map_err(|error| SessionError::Data { key: T::DATA.key, cause: error.to_string() })
}

/// Whether a stored entry moves over at a login.
pub(super) fn carries(stored: &[u8]) -> bool {
    stored.first() == Some(&CARRY_LOGIN)
}
