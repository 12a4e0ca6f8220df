//! The keys of `#[data(…)]`.

pub use super::next;
use super::{Text, Word};

keys! {
    /// The key under which the entry is stored. The same twice in one crate does not compile; libraries prefix theirs.
    ///
    /// - **Values**: up to 64 of `a`–`z`, `0`–`9`, `_`, `.`, `-`
    /// - **Default**: none: it must be written
    ///
    /// ```
    /// # use session_policy::SessionData;
    /// #[derive(serde::Serialize, serde::Deserialize, SessionData)]
    /// #[data(key = "shop.cart")]
    /// struct Cart(Vec<u32>);
    /// ```
    key: Text;

    /// Moves over to the session that a login creates, from an anonymous one or one of the same user.
    ///
    /// - **Values**: `"login"`
    /// - **Default**: stays behind
    ///
    /// ```
    /// # use session_policy::SessionData;
    /// #[derive(serde::Serialize, serde::Deserialize, SessionData)]
    /// #[data(key = "shop.cart", carry = "login")]
    /// struct Cart(Vec<u32>);
    /// ```
    carry: Word;
}
