//! The secrets of an application, in a ring: the first one writes, all of them read.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

/// Secrets by id. The first one writes; all of them read, so that a new one can be put in front while what the others wrote is
/// still around. `Debug` shows the ids only; memory is wiped on drop.
///
/// **Changing the key**: put a new pair in front and restart. What is written from then on is written with it. Once everything
/// older is gone (for sessions: after the longest `absolute` of your policies), leave the old pair out.
///
/// **What must not change with it**: sealed stores group a user's sessions by a keyed digest of the user id, and that key comes
/// from the **last** secret of the ring. Before you leave the last one out, keep its secret as
/// [`indexed_by`](Self::indexed_by); it can stay there for as long as the store exists.
///
/// ```
/// use session_policy::keys::KeyRing;
///
/// # let [new, old] = [[1; 32], [2; 32]];
/// // From your secret store: at least 32 random bytes each.
/// let ring = KeyRing::new([("2027-01", new), ("2026-07", old)])?;
/// assert_eq!(format!("{ring:?}"), r#"KeyRing(["2027-01", "2026-07"])"#);
/// // Half a year later: the old one reads nothing any more, but users are found as before.
/// let later = KeyRing::new([("2027-07", [3; 32]), ("2027-01", new)])?.indexed_by(old)?;
/// # Ok::<(), session_policy::keys::KeyRingError>(())
/// ```
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<(String, Root)>,
    index: Root,
}

impl KeyRing {
    /// The fewest bytes of a secret.
    pub const FEWEST_BYTES: usize = 32;
    /// The most bytes of an id.
    pub const MOST_ID_BYTES: usize = 32;

    /// A ring of these pairs of id and secret; the first one writes. An id names its secret for ever: it stands in clear beside
    /// what was written with it.
    ///
    /// # Errors
    /// There is none; an id is empty, longer than 32 bytes, or there twice; a secret has fewer than 32 bytes.
    pub fn new<I: Into<String>, S: AsRef<[u8]>>(keys: impl IntoIterator<Item = (I, S)>) -> Result<Self, KeyRingError> {
        let mut ring: Vec<(String, Root)> = Vec::new();
        for (id, secret) in keys {
            let id = id.into();
            if id.is_empty() || id.len() > Self::MOST_ID_BYTES {
                return Err(KeyRingError::Id(id));
            }
            if ring.iter().any(|(known, _)| *known == id) {
                return Err(KeyRingError::Twice(id));
            }
            let root = Root::of(&id, secret.as_ref())?;
            ring.push((id, root));
        }
        let index = ring.last().map(|(_, root)| root.clone()).ok_or(KeyRingError::Empty)?;
        Ok(Self { keys: ring, index })
    }

    /// Takes the key of digests from this secret instead of the ring's last one.
    ///
    /// # Errors
    /// It has fewer than 32 bytes.
    pub fn indexed_by(mut self, secret: impl AsRef<[u8]>) -> Result<Self, KeyRingError> {
        self.index = Root::of("index", secret.as_ref())?;
        Ok(self)
    }

    /// All keys for one purpose, the writing one first.
    pub(crate) fn derived(&self, purpose: &str) -> impl Iterator<Item = (&str, Root)> {
        self.keys.iter().map(move |(id, root)| (id.as_str(), root.derive(purpose)))
    }

    /// The key of digests for one purpose; it stays when the writing key changes.
    pub(crate) fn index(&self, purpose: &str) -> Root {
        self.index.derive(purpose)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.keys.iter().map(|(id, _)| id).collect();
        f.debug_tuple("KeyRing").field(&ids).finish()
    }
}

/// 256 secret bits that others are derived from, by HMAC-SHA256 (the two steps of HKDF, RFC 5869).
#[derive(Clone)]
pub(crate) struct Root([u8; 32]);

impl Root {
    fn of(id: &str, secret: &[u8]) -> Result<Self, KeyRingError> {
        if secret.len() < KeyRing::FEWEST_BYTES {
            return Err(KeyRingError::Short { id: id.to_owned(), bytes: secret.len() });
        }
        Ok(Self(mac(b"session-policy: key ring, v1    ", &[secret])))
    }

    pub(crate) fn derive(&self, purpose: &str) -> Self {
        Self(self.digest(&[b"derive", purpose.as_bytes()]))
    }

    /// A keyed digest of the parts; which part ends where is part of it.
    pub(crate) fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.0, parts)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root(…)")
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key shorter than the block is filled up with zeros, by HMAC's own rule.
    let mut block = [0; 64];
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    block.zeroize();
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// What is wrong with a ring. It never shows a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyRingError {
    /// There is no key in it.
    Empty,
    /// An id is empty or longer than 32 bytes.
    Id(String),
    /// An id is there twice.
    Twice(String),
    /// A secret is too short.
    Short {
        /// Its id, or `index`.
        id: String,
        /// How many bytes it has.
        bytes: usize,
    },
}

impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a key ring needs a key"),
            Self::Id(id) => {
                write!(f, "the id of a key has 1 to {} bytes, {id:?} has {}", KeyRing::MOST_ID_BYTES, id.len())
            }
            Self::Twice(id) => write!(f, "the key {id:?} is in the ring twice"),
            Self::Short { id, bytes } => {
                write!(
                    f,
                    "the secret of the key {id:?} has {bytes} bytes; it needs {} random ones",
                    KeyRing::FEWEST_BYTES
                )
            }
        }
    }
}

impl std::error::Error for KeyRingError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_and_no_secret_shown() {
        let wrong = |keys: &[(&str, &[u8])]| KeyRing::new(keys.iter().copied()).unwrap_err().to_string();
        assert!(wrong(&[]).contains("needs a key"));
        assert!(wrong(&[("a", &[0x5a; 31])]).contains("31 bytes"));
        assert!(wrong(&[("", &[1; 32])]).contains("has 0"));
        assert!(wrong(&[(&"x".repeat(33), &[1; 32])]).contains("has 33"));
        assert!(wrong(&[("a", &[1; 32]), ("a", &[2; 32])]).contains("twice"));
        assert!(KeyRing::new([("a", [1; 32])]).unwrap().indexed_by([1; 31]).is_err());
        let shown = format!("{:?} {:?}", KeyRing::new([("a", [201; 32])]).unwrap(), Root([201; 32]));
        assert!(!shown.contains("201"), "{shown}");
    }

    #[test]
    fn purposes_and_secrets_are_told_apart_and_the_index_outlives_its_key() {
        let ring = KeyRing::new([("new", [1; 32]), ("old", [2; 32])]).unwrap();
        let keys: Vec<_> = ["seal", "other"].iter().flat_map(|p| ring.derived(p).map(|(_, key)| key.0)).collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key));
        }
        let later = KeyRing::new([("newer", [3; 32]), ("new", [1; 32])]).unwrap();
        assert_ne!(ring.index("user").0, later.index("user").0);
        assert_eq!(ring.index("user").0, later.indexed_by([2; 32]).unwrap().index("user").0);
    }

    #[test]
    fn parts_are_told_apart() {
        let key = Root([7; 32]);
        assert_ne!(key.digest(&[b"ab", b"c"]), key.digest(&[b"a", b"bc"]));
        assert_ne!(key.digest(&[b"ab"]), key.digest(&[b"ab", b""]));
    }
}
