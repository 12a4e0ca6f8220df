//! The cryptography of sealed stores: values under the ring's keys, digests and roles under its index key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use crate::{
    keys::{KeyRing, Root},
    store::{StoreError, UserId, kept::STORES_OWN},
    token::{Random, RecordId, SystemRandom, TokenId},
};

/// The first byte of a sealed value.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 24;
/// The names of the session's entries begin with it.
pub(super) const ENTRY: char = 'e';

/// What a sealed value is: a value in another place, or of another record, is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// An entry of the session's data, with its key.
    Entry = 1,
    /// Whose session it is, and what its authentications came to.
    Head = 2,
    /// When it was created.
    Birth = 3,
}

/// The keys, ready for use.
pub(super) struct Seal {
    /// By id; the first one writes.
    keys: Vec<(String, XChaCha20Poly1305)>,
    user: Root,
    entry: Root,
    token: Root,
    role_nonce: Root,
    role: XChaCha20Poly1305,
}

impl Seal {
    pub(super) fn new(ring: &KeyRing) -> Self {
        let cipher = |key: &Root| XChaCha20Poly1305::new(key.bytes().into());
        Self {
            keys: ring.derived("seal").map(|(id, key)| (id.to_owned(), cipher(&key))).collect(),
            user: ring.index("user"),
            entry: ring.index("entry"),
            token: ring.index("token"),
            role_nonce: ring.index("role nonce"),
            role: cipher(&ring.index("role")),
        }
    }

    /// Format, length of the key's id, the id, the nonce, the ciphertext with its tag.
    pub(super) fn seal(&self, kind: Kind, record: &RecordId, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (id, cipher) = self.keys.first().ok_or_else(|| StoreError::new("there is no key to seal with"))?;
        let mut nonce = [0; NONCE_BYTES];
        SystemRandom.fill(&mut nonce).map_err(StoreError::new)?;
        let context = context(kind, record, name);
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: value, aad: &context })
            .map_err(|_| StoreError::new("a value is too long to be sealed"))?;
        // An id has 1 to 32 bytes.
        let length = u8::try_from(id.len()).map_err(StoreError::new)?;
        Ok([&[FORMAT, length], id.as_bytes(), &nonce, &sealed].concat())
    }

    pub(super) fn open(&self, kind: Kind, record: &RecordId, name: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (id, nonce, sealed) = split(sealed).ok_or_else(|| refused(record, "a value is not sealed"))?;
        let known = self.keys.iter().find(|(known, _)| known.as_bytes() == id);
        let (_, cipher) = known.ok_or_else(|| {
            let id = String::from_utf8_lossy(id);
            StoreError::new(format!("a session is sealed with the key {id:?}, which is not in the key ring"))
        })?;
        let context = context(kind, record, name);
        cipher
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &context })
            .map_err(|_| refused(record, "a value was changed, or sealed with another secret of the same id"))
    }

    /// Under which the inner store groups a user's sessions.
    pub(super) fn user(&self, user: &UserId) -> Result<UserId, StoreError> {
        let digest = self.user.digest(&[user.as_str().as_bytes()]);
        UserId::try_from(URL_SAFE_NO_PAD.encode(digest)).map_err(StoreError::new)
    }

    /// Under which the inner store keeps an entry: another one in every record.
    pub(super) fn entry(&self, record: &RecordId, key: &str) -> String {
        format!("{ENTRY}{}", URL_SAFE_NO_PAD.encode(self.entry.digest(&[&record.0, key.as_bytes()])))
    }

    /// What stands in a record for a token that we issued for it: nobody without the key can put it there.
    pub(super) fn token(&self, record: &RecordId, token: &TokenId) -> String {
        format!("{STORES_OWN}{}", URL_SAFE_NO_PAD.encode(self.token.digest(&[&record.0, &token.0])))
    }

    /// A role, as the inner store compares it: of one user, equal roles look equal. The nonce comes from what is sealed, so it
    /// is never used for anything else.
    pub(super) fn role(&self, user: Option<&UserId>, role: &str) -> Result<String, StoreError> {
        let user = user.map_or(&[][..], |user| user.as_str().as_bytes());
        let mut nonce = [0; NONCE_BYTES];
        for (to, from) in nonce.iter_mut().zip(self.role_nonce.digest(&[user, role.as_bytes()])) {
            *to = from;
        }
        let sealed = self
            .role
            .encrypt(&XNonce::from(nonce), Payload { msg: role.as_bytes(), aad: user })
            .map_err(|_| StoreError::new("a role's name is too long to be sealed"))?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    pub(super) fn open_role(
        &self,
        record: &RecordId,
        user: Option<&UserId>,
        sealed: &str,
    ) -> Result<String, StoreError> {
        let user = user.map_or(&[][..], |user| user.as_str().as_bytes());
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok();
        let opened =
            bytes.as_deref().and_then(|bytes| bytes.split_first_chunk::<NONCE_BYTES>()).and_then(|(nonce, sealed)| {
                self.role.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: user }).ok()
            });
        opened.and_then(|name| String::from_utf8(name).ok()).ok_or_else(|| refused(record, "its role was changed"))
    }
}

fn split(sealed: &[u8]) -> Option<(&[u8], &[u8; NONCE_BYTES], &[u8])> {
    let [FORMAT, length, rest @ ..] = sealed else { return None };
    let (id, rest) = rest.split_at_checked(usize::from(*length))?;
    let (nonce, sealed) = rest.split_first_chunk()?;
    Some((id, nonce, sealed))
}

/// What a value is sealed together with: what it is, of which record, under which name.
fn context(kind: Kind, record: &RecordId, name: &str) -> Vec<u8> {
    [&b"session-policy sealed"[..], &[kind as u8], &record.0[..], name.as_bytes()].concat()
}

/// The record does not fit together. It is neither served nor ended: whoever changed it gains nothing.
pub(super) fn refused(record: &RecordId, what: &str) -> StoreError {
    StoreError::new(format!("the sealed session {record:?} was tampered with, or is damaged: {what}"))
}
