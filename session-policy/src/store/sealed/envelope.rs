//! What of a session is sealed, and what stays clear: records and changes on their way in, sessions on their way out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::seal::{ENTRY, Kind, Seal, refused};
use crate::{
    client::UserAgent,
    store::{DataChange, Entries, Header, Identity, Record, Snapshot, StoreError, UserId},
    token::{RecordId, TokenId},
};

/// The names of our own entries.
const HEAD: &str = "h";
const BIRTH: &str = "b";

/// What decides about a session, and must be what we wrote: the clear header is compared with it.
#[derive(Serialize, Deserialize)]
struct Head {
    authenticated: [Option<u64>; 4],
    epoch: u32,
    level: u8,
    captured: [u8; UserAgent::BYTES],
    user: Option<String>,
    role: Option<String>,
}

impl Head {
    fn of(header: &Header, identity: &Identity) -> Self {
        Self {
            authenticated: header.authenticated,
            epoch: header.epoch,
            level: header.level as u8,
            captured: header.captured.ua.to_bytes(),
            user: identity.user.as_ref().map(|user| user.as_str().to_owned()),
            role: identity.role.as_deref().map(str::to_owned),
        }
    }

    /// What of the clear header is not what we wrote.
    fn differs(&self, header: &Header) -> Option<&'static str> {
        let Self { authenticated, epoch, level, captured, user: _, role: _ } = self;
        let checks = [
            (*level == header.level as u8, "its level"),
            (*authenticated == header.authenticated, "when it was authenticated"),
            (*epoch == header.epoch, "how often it was authenticated"),
            (*captured == header.captured.ua.to_bytes(), "the client it is bound to"),
        ];
        checks.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
    }
}

impl Seal {
    /// A new record, and the proof of its token.
    pub(super) fn record(&self, token: &TokenId, record: Record) -> Result<Record, StoreError> {
        let Record { id, header, identity, data, expiry } = record;
        let mut sealed = Entries::new();
        for (key, value) in data.iter() {
            let (name, value) = self.entry_of(&id, key, value)?;
            sealed.insert(name, value);
        }
        sealed.insert(BIRTH.into(), self.seal(Kind::Birth, &id, BIRTH, &header.created.to_be_bytes())?.into());
        sealed.insert(HEAD.into(), self.head(&id, &header, &identity)?);
        sealed.insert(self.token(&id, token).into(), Arc::default());
        Ok(Record { id, header, identity: Arc::new(self.identity(&identity)?), data: Arc::new(sealed), expiry })
    }

    /// Whose session it is, as the inner store sees it.
    pub(super) fn identity(&self, identity: &Identity) -> Result<Identity, StoreError> {
        let Identity { user, role, granted } = identity;
        let role_of = |role: &Option<Arc<str>>| {
            role.as_deref().map(|role| self.role(user.as_ref(), role).map(Arc::from)).transpose()
        };
        Ok(Identity {
            user: user.as_ref().map(|user| self.user(user)).transpose()?,
            role: role_of(role)?,
            granted: role_of(granted)?,
        })
    }

    /// After an authentication: the header and the user may be others.
    pub(super) fn authenticated(
        &self,
        id: &RecordId,
        header: &Header,
        identity: &Identity,
    ) -> Result<DataChange, StoreError> {
        Ok(DataChange { key: HEAD.into(), value: Some(self.head(id, header, identity)?) })
    }

    /// The token may lead to this record from now on.
    pub(super) fn issued(&self, id: &RecordId, token: &TokenId) -> DataChange {
        DataChange { key: self.token(id, token).into(), value: Some(Arc::default()) }
    }

    /// The token never leads to this record again.
    pub(super) fn withdrawn(&self, id: &RecordId, token: &TokenId) -> DataChange {
        DataChange { key: self.token(id, token).into(), value: None }
    }

    pub(super) fn changes(&self, id: &RecordId, changes: &[DataChange]) -> Result<Vec<DataChange>, StoreError> {
        let change = |DataChange { key, value }: &DataChange| {
            Ok(match value {
                None => DataChange { key: self.entry(id, key).into(), value: None },
                Some(value) => {
                    let (key, value) = self.entry_of(id, key, value)?;
                    DataChange { key, value: Some(value) }
                }
            })
        };
        changes.iter().map(change).collect()
    }

    fn head(&self, id: &RecordId, header: &Header, identity: &Identity) -> Result<Arc<[u8]>, StoreError> {
        let bytes = rmp_serde::to_vec(&Head::of(header, identity)).map_err(StoreError::new)?;
        Ok(self.seal(Kind::Head, id, HEAD, &bytes)?.into())
    }

    /// The entry's key is part of what is sealed: its name in the inner store tells nothing.
    fn entry_of(&self, id: &RecordId, key: &str, value: &[u8]) -> Result<(Arc<str>, Arc<[u8]>), StoreError> {
        let name = self.entry(id, key);
        let length = u32::try_from(key.len()).map_err(StoreError::new)?;
        let plain = [&length.to_be_bytes(), key.as_bytes(), value].concat();
        let sealed = self.seal(Kind::Entry, id, &name, &plain)?;
        Ok((name.into(), sealed.into()))
    }

    /// The session that the inner store keeps; `presented` is the token that led to it, if one did.
    pub(super) fn session(&self, inner: Snapshot, presented: Option<&TokenId>) -> Result<Snapshot, StoreError> {
        let id = inner.id;
        // What a later version wrote is the caller's to refuse.
        if inner.header.version != Header::VERSION {
            return Ok(Snapshot { identity: Arc::default(), data: Arc::default(), ..inner });
        }
        let ours = |name: &str| inner.data.get(name).ok_or_else(|| refused(&id, "something is missing"));
        if let Some(token) = presented
            && !inner.data.contains_key(self.token(&id, token).as_str())
        {
            return Err(refused(&id, "the token that leads to it was never issued for it"));
        }
        let birth = self.open(Kind::Birth, &id, BIRTH, ours(BIRTH)?)?;
        if birth != inner.header.created.to_be_bytes() {
            return Err(refused(&id, "when it was created"));
        }
        let head = self.open(Kind::Head, &id, HEAD, ours(HEAD)?)?;
        let head: Head = rmp_serde::from_slice(&head).map_err(StoreError::new)?;
        if let Some(what) = head.differs(&inner.header) {
            return Err(refused(&id, what));
        }
        let identity = self.open_identity(&id, &inner.identity, head)?;
        let mut data = Entries::new();
        for (name, value) in inner.data.iter().filter(|(name, _)| name.starts_with(ENTRY)) {
            let (key, value) = self.open_entry(&id, name, value)?;
            data.insert(key, value);
        }
        Ok(Snapshot { identity: Arc::new(identity), data: Arc::new(data), ..inner })
    }

    fn open_identity(&self, id: &RecordId, inner: &Identity, head: Head) -> Result<Identity, StoreError> {
        let user = head.user.map(UserId::try_from).transpose().map_err(StoreError::new)?;
        if user.as_ref().map(|user| self.user(user)).transpose()? != inner.user {
            return Err(refused(id, "its user"));
        }
        let role = inner.role.as_deref().map(|role| self.open_role(id, user.as_ref(), role)).transpose()?;
        if role != head.role {
            return Err(refused(id, "its role"));
        }
        let granted = inner.granted.as_deref().map(|role| self.open_role(id, user.as_ref(), role)).transpose()?;
        Ok(Identity { user, role: role.map(Arc::from), granted: granted.map(Arc::from) })
    }

    fn open_entry(&self, id: &RecordId, name: &str, sealed: &[u8]) -> Result<(Arc<str>, Arc<[u8]>), StoreError> {
        let plain = self.open(Kind::Entry, id, name, sealed)?;
        let entry = plain.split_first_chunk().and_then(|(length, rest)| {
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (key, value) = rest.split_at_checked(length)?;
            Some((std::str::from_utf8(key).ok()?, value))
        });
        let (key, value) = entry.ok_or_else(|| refused(id, "an entry"))?;
        Ok((key.into(), value.into()))
    }
}
