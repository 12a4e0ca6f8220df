//! Looking without changing: the same for a reader and inside a write.

use ::redb::ReadableTable;

use super::{
    Fault,
    tables::{Gone, IdKey, Place, TokenKey},
};
use crate::{
    store::{EndReason, Header, Snapshot, StoreError, Superseded},
    token::{RecordId, TokenId},
};

/// What a token leads to.
#[derive(Debug)]
pub(super) enum Found {
    Unknown,
    /// The session as it stands in the file.
    Live(Snapshot),
    Superseded(Superseded),
    Ended(EndReason),
}

pub(super) fn place(
    tokens: &impl ReadableTable<TokenKey, &'static [u8]>,
    token: &TokenId,
) -> Result<Option<Place>, Fault> {
    tokens.get(&token.0)?.map(|bytes| Place::from_bytes(bytes.value())).transpose()
}

pub(super) fn record(
    records: &impl ReadableTable<IdKey, &'static [u8]>,
    id: &RecordId,
) -> Result<Option<Snapshot>, Fault> {
    Ok(records.get(&id.0)?.map(|bytes| Snapshot::from_bytes(bytes.value())).transpose()?)
}

pub(super) fn gone(
    table: &impl ReadableTable<IdKey, &'static [u8]>,
    id: &RecordId,
) -> Result<Option<(Gone, u64)>, Fault> {
    table.get(&id.0)?.map(|bytes| Gone::from_bytes(bytes.value())).transpose()
}

pub(super) fn find(
    tokens: &impl ReadableTable<TokenKey, &'static [u8]>,
    records: &impl ReadableTable<IdKey, &'static [u8]>,
    gone_table: &impl ReadableTable<IdKey, &'static [u8]>,
    token: &TokenId,
) -> Result<Found, Fault> {
    Ok(match place(tokens, token)? {
        None => Found::Unknown,
        Some(Place::Ended { reason, .. }) => Found::Ended(reason),
        Some(Place::Superseded { mut what, .. }) => {
            while let Some((Gone::SucceededBy(next), _)) = gone(gone_table, &what.by)? {
                what.by = next;
            }
            Found::Superseded(what)
        }
        Some(Place::Live(id)) => match record(records, &id)? {
            Some(session) => Found::Live(session),
            // Its tokens were in a record that this version could not read when it ended.
            None => match gone(gone_table, &id)? {
                Some((Gone::Ended(reason), _)) => Found::Ended(reason),
                Some((Gone::SucceededBy(_), _)) | None => Found::Unknown,
            },
        },
    })
}

/// Refuses to change what a later version wrote: its meaning is not known here.
pub(super) fn known(session: &Snapshot) -> Result<(), Fault> {
    if session.header.version == Header::VERSION {
        return Ok(());
    }
    let version = session.header.version;
    Err(StoreError::new(format!("a session was written in format {version}; this version knows {}", Header::VERSION))
        .into())
}
