//! Sessions as bytes, for stores that keep bytes: MessagePack arrays behind a version.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Captured, Challenge, Claim, EndReason, Expiry, Header, How, Identity, Line, Rotation, Snapshot, StoreError,
    Superseded, Turn, UserId,
};
use crate::{
    client::UserAgent,
    policy::Level,
    token::{RecordId, TokenId},
};

/// A session on the wire. Fields are only ever added at the end of `body`'s type together with a new [`Header::VERSION`].
#[derive(Serialize, Deserialize)]
struct Envelope(u16, [u8; 16], Option<Body>);

#[derive(Serialize, Deserialize)]
struct Body {
    version: u64,
    rev: u64,
    created: u64,
    authenticated: [Option<u64>; 4],
    epoch: u32,
    last_seen: u64,
    longest_gap: u64,
    rotated_at: u64,
    level: u8,
    captured: [u8; UserAgent::BYTES],
    marks: (bool, bool),
    failed: u8,
    challenge: Option<(u32, bool)>,
    user: Option<String>,
    role: Option<String>,
    granted: Option<String>,
    data: Vec<(String, Bytes)>,
    expiry: (u64, u64),
    line: Tokens,
}

/// The current token, the parent with its grace, and the rotation: since when, its grace, the siblings.
type Tokens = ([u8; 32], Option<([u8; 32], u64)>, Option<(u64, u64, Vec<[u8; 32]>)>);

/// Bytes as bytes: serde's default for `Vec<u8>` is a list of numbers.
#[derive(Debug)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

impl Snapshot {
    /// The session as bytes. What they hold is the session's data in clear: a store that keeps them at rest may be wrapped in
    /// `Sealed`.
    ///
    /// # Errors
    /// If it cannot be encoded; memory is all that can be lacking.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        let Self { id, version, rev, header, identity, data, expiry, line } = self;
        let turn = line.turn.as_deref();
        let rotation = turn.and_then(|turn| turn.rotation.as_ref());
        let body = Body {
            version: *version,
            rev: *rev,
            created: header.created,
            authenticated: header.authenticated,
            epoch: header.epoch,
            last_seen: header.last_seen,
            longest_gap: header.longest_gap,
            rotated_at: header.rotated_at,
            level: header.level as u8,
            captured: header.captured.ua.to_bytes(),
            marks: (header.step_up, header.recovered),
            failed: header.failed,
            challenge: header.challenge.map(|challenge| (challenge.digest, challenge.answered)),
            user: identity.user.as_ref().map(|user| user.as_str().to_owned()),
            role: identity.role.as_deref().map(str::to_owned),
            granted: identity.granted.as_deref().map(str::to_owned),
            data: data.iter().map(|(key, value)| (key.to_string(), Bytes(value.to_vec()))).collect(),
            expiry: (expiry.idle_ms, expiry.absolute_at),
            line: (
                line.current.0,
                turn.and_then(|turn| turn.parent).map(|(token, until)| (token.0, until)),
                rotation.map(|rotation| {
                    let siblings = rotation.siblings.iter().map(|token| token.0).collect();
                    (rotation.at, rotation.grace_until, siblings)
                }),
            ),
        };
        rmp_serde::to_vec(&Envelope(header.version, id.0, Some(body))).map_err(StoreError::new)
    }

    /// The session of these bytes. One of a version that this one does not know has its id and its version only, never dies
    /// by itself, and opens nothing: a rolling deploy must not end what the newer version wrote.
    ///
    /// # Errors
    /// If they are not a session's.
    ///
    /// ```
    /// # use session_policy::{client::UserAgent, store::*, token::{RecordId, TokenId}};
    /// # let record = Record {
    /// #     id: RecordId([1; 16]),
    /// #     header: Header::new(5, Captured::new(UserAgent::MISSING)),
    /// #     identity: Default::default(),
    /// #     data: Default::default(),
    /// #     expiry: Expiry { idle_ms: 1, absolute_at: 2 },
    /// # };
    /// let session = Snapshot::new(TokenId([0; 32]), record);
    /// let again = Snapshot::from_bytes(&session.to_bytes()?)?;
    /// assert_eq!((again.id, again.header, again.line), (session.id, session.header, session.line));
    /// # Ok::<(), StoreError>(())
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let foreign = |(version, id): (u16, [u8; 16])| {
            let mut header = Header::new(0, Captured::new(UserAgent::MISSING));
            header.version = version;
            let expiry = Expiry { idle_ms: u64::MAX, absolute_at: u64::MAX };
            Self {
                id: RecordId(id),
                version: 0,
                rev: 0,
                header,
                identity: Arc::default(),
                data: Arc::default(),
                expiry,
                line: Line::new(TokenId([0; 32])),
            }
        };
        let body = match rmp_serde::from_slice::<Envelope>(bytes) {
            Ok(Envelope(Header::VERSION, id, Some(body))) => return body.session(RecordId(id)),
            Ok(Envelope(version, id, _)) if version != Header::VERSION => return Ok(foreign((version, id))),
            Ok(_) => return Err(StoreError::new("a record cannot be read: there is nothing in it")),
            Err(error) => error,
        };
        // A later version's body may look like anything; its first two fields do not.
        match rmp_serde::from_slice::<(u16, [u8; 16], serde::de::IgnoredAny)>(bytes) {
            Ok((version, id, _)) if version != Header::VERSION => Ok(foreign((version, id))),
            _ => Err(StoreError::new(format!("a record cannot be read: {body}"))),
        }
    }
}

impl Body {
    fn session(self, id: RecordId) -> Result<Snapshot, StoreError> {
        let unreadable = |what: &str| StoreError::new(format!("a record cannot be read: {what}"));
        let level =
            Level::ALL.into_iter().find(|level| *level as u8 == self.level).ok_or_else(|| unreadable("its level"))?;
        let ua = UserAgent::from_bytes(self.captured).ok_or_else(|| unreadable("its user agent"))?;
        let mut header = Header::new(self.created, Captured::new(ua));
        header.authenticated = self.authenticated;
        header.epoch = self.epoch;
        header.last_seen = self.last_seen;
        header.longest_gap = self.longest_gap;
        header.rotated_at = self.rotated_at;
        header.level = level;
        (header.step_up, header.recovered) = self.marks;
        header.failed = self.failed;
        header.challenge = self.challenge.map(|(digest, answered)| Challenge { digest, answered });
        let identity = Identity {
            user: self.user.map(UserId::try_from).transpose().map_err(StoreError::new)?,
            role: self.role.map(Arc::from),
            granted: self.granted.map(Arc::from),
        };
        let (current, parent, rotation) = self.line;
        let parent = parent.map(|(token, until)| (TokenId(token), until));
        let rotation = rotation.map(|(at, grace_until, siblings)| {
            let siblings = siblings.into_iter().map(TokenId).collect();
            Rotation { at, grace_until, siblings }
        });
        let turn = (parent.is_some() || rotation.is_some()).then(|| Box::new(Turn { parent, rotation }));
        Ok(Snapshot {
            id,
            version: self.version,
            rev: self.rev,
            header,
            identity: Arc::new(identity),
            data: Arc::new(self.data.into_iter().map(|(key, value)| (key.into(), value.0.into())).collect()),
            expiry: Expiry { idle_ms: self.expiry.0, absolute_at: self.expiry.1 },
            line: Line { current: TokenId(current), turn },
        })
    }
}

impl Superseded {
    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 26] {
        let mut bytes = [0; 26];
        let (by, rest) = bytes.split_at_mut(16);
        by.copy_from_slice(&self.by.0);
        let (at, flags) = rest.split_at_mut(8);
        at.copy_from_slice(&self.at.to_be_bytes());
        let how = match self.how {
            How::Replaced => 0,
            How::Rotated => 1,
        };
        flags.copy_from_slice(&[u8::from(self.authenticated), how]);
        bytes
    }

    /// From bytes; `None` if they are none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (by, rest) = bytes.split_first_chunk::<16>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let [authenticated, how] = *rest else { return None };
        let how = match how {
            0 => How::Replaced,
            1 => How::Rotated,
            _ => return None,
        };
        Some(Self { by: RecordId(*by), at: u64::from_be_bytes(*at), authenticated: authenticated == 1, how })
    }
}

impl Claim {
    /// As bytes.
    ///
    /// # Errors
    /// As [`Snapshot::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        rmp_serde::to_vec(&(self.at, self.reason.as_str(), Bytes(self.session.to_bytes()?))).map_err(StoreError::new)
    }

    /// From bytes.
    ///
    /// # Errors
    /// If they are not a claim's.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let (at, word, session): (u64, String, Bytes) = rmp_serde::from_slice(bytes).map_err(StoreError::new)?;
        let reason = EndReason::parse(&word)
            .ok_or_else(|| StoreError::new(format!("a claim cannot be read: its reason is `{word}`")))?;
        Ok(Self { session: Snapshot::from_bytes(&session.0)?, reason, at })
    }
}

#[cfg(test)]
mod tests;
