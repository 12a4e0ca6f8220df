//! The token, its id, and the record id.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

pub use crate::random::{Random, RandomError, SystemRandom};

/// What a token is for. Tokens of two kinds never stand for one another: the kind is part of the hashed input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum TokenKind {
    /// Opens a session.
    Session = 1,
}

/// The only bearer secret: 256 random bits, 43 characters in the cookie. `Debug` shows nothing; memory is wiped on drop.
///
/// It has no `PartialEq`: tokens are looked up by their [`TokenId`], never compared.
///
/// ```
/// use session_policy::token::{SystemRandom, Token, TokenKind};
///
/// let token = Token::random(&SystemRandom)?;
/// let again = Token::parse(token.text().as_bytes()).expect("what we write, we read");
/// assert_eq!(token.id(TokenKind::Session), again.id(TokenKind::Session));
/// assert_eq!(format!("{token:?}"), "Token(…)");
/// # Ok::<(), session_policy::token::RandomError>(())
/// ```
#[derive(Clone)]
pub struct Token([u8; 32]);

impl Token {
    /// The length of a token in a cookie.
    pub const TEXT_LEN: usize = 43;

    /// A new token.
    ///
    /// # Errors
    /// [`RandomError`] if the source of random bytes does not answer.
    pub fn random(random: &dyn Random) -> Result<Self, RandomError> {
        let mut token = Self([0; 32]);
        random.fill(&mut token.0)?;
        Ok(token)
    }

    /// Reads a token as it stands in the cookie: exactly 43 characters of base64url without padding, the two unused bits
    /// zero, so that a token has one spelling only. Anything else is `None`. Allocates nothing.
    ///
    /// ```
    /// use session_policy::token::Token;
    /// assert!(Token::parse("A".repeat(43).as_bytes()).is_some());
    /// assert!(Token::parse("A".repeat(42).as_bytes()).is_none());
    /// assert!(Token::parse(format!("{}B", "A".repeat(42)).as_bytes()).is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.len() != Self::TEXT_LEN {
            return None;
        }
        let mut token = Self([0; 32]);
        match URL_SAFE_NO_PAD.decode_slice(text, &mut token.0) {
            Ok(32) => Some(token),
            _ => None,
        }
    }

    /// The 43 characters for the cookie. The `String` is not wiped: what leaves in a header is copied by everything below.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Whether the client sent the same token twice. Both sides come from the client, so the time it takes tells it nothing.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// What the store sees: SHA-256 of the kind and the token's bytes.
    #[must_use]
    pub fn id(&self, kind: TokenKind) -> TokenId {
        let mut hash = Sha256::new();
        hash.update([kind as u8]);
        hash.update(self.0);
        TokenId(hash.finalize().into())
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The hash under which a store knows a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenId(pub [u8; 32]);

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenId(")?;
        for byte in self.0.iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("…)")
    }
}

/// A record's id: random, stable across rotation, never a credential.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub [u8; 16]);

impl RecordId {
    /// A new record id: 128 random bits.
    ///
    /// # Errors
    /// [`RandomError`] if the source of random bytes does not answer.
    ///
    /// ```
    /// use session_policy::token::{RecordId, SystemRandom};
    /// assert_ne!(RecordId::random(&SystemRandom)?, RecordId::random(&SystemRandom)?);
    /// # Ok::<(), session_policy::token::RandomError>(())
    /// ```
    pub fn random(random: &dyn Random) -> Result<Self, RandomError> {
        let mut id = Self([0; 16]);
        random.fill(&mut id.0)?;
        Ok(id)
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordId(")?;
        for byte in self.0.iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("…)")
    }
}

#[cfg(test)]
mod tests;
