//! Where random bytes come from.

use std::{fmt, sync::Arc};

/// A source of random bytes that nobody can predict. Injected, so that a test can make it fail.
///
/// Implement it only over a cryptographically secure generator: tokens are made from nothing else.
///
/// ```
/// use session_policy::token::{Random, SystemRandom};
///
/// let (mut one, mut other) = ([0; 32], [0; 32]);
/// SystemRandom.fill(&mut one)?;
/// SystemRandom.fill(&mut other)?;
/// assert_ne!(one, other);
/// # Ok::<(), session_policy::token::RandomError>(())
/// ```
pub trait Random: Send + Sync + fmt::Debug {
    /// Fills the whole slice.
    ///
    /// # Errors
    /// [`RandomError`] if the source cannot answer; what stands in `bytes` then must not be used.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

/// The operating system's generator (`getrandom`).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(bytes).map_err(|_| RandomError::new())
    }
}

impl<R: Random + ?Sized> Random for Arc<R> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        (**self).fill(bytes)
    }
}

/// The source of random bytes did not answer. Nothing was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RandomError {}

impl RandomError {
    /// For sources of one's own.
    #[must_use]
    pub const fn new() -> Self {
        Self {}
    }
}

impl fmt::Display for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the source of random bytes did not answer")
    }
}

impl std::error::Error for RandomError {}
