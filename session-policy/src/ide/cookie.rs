//! The keys of `#[cookie(…)]`. `Secure` and `HttpOnly` are always there and have none.

pub use super::next;
use super::{Flag, Text, Word};

keys! {
    /// The cookie's name.
    ///
    /// Browsers let only this very host set a cookie called `__Host-…`, for all its paths; `__Secure-…` can have a
    /// `domain` or `path` (RFC 6265bis).
    ///
    /// - **Values**: a token (RFC 9110) that begins with `__Host-` or `__Secure-`
    /// - **Default**: `"__Host-id"`
    ///
    /// ```
    /// # use session_policy::SessionCookie;
    /// #[derive(SessionCookie)]
    /// #[cookie(name = "__Host-bank")]
    /// struct AppCookie;
    /// ```
    name: Text;

    /// Which requests from other sites carry the cookie.
    ///
    /// `"lax"`: navigations only; `"strict"`: none, so that whoever follows a link from elsewhere arrives signed out;
    /// `"none"`: all, which needs a `purpose`.
    ///
    /// - **Values**: `"lax"`, `"strict"`, `"none"`
    /// - **Default**: `"lax"`
    ///
    /// ```
    /// # use session_policy::SessionCookie;
    /// #[derive(SessionCookie)]
    /// #[cookie(same_site = "strict")]
    /// struct AppCookie;
    /// ```
    same_site: Word;

    /// The paths that the cookie is sent to. No protection from other paths of the host.
    ///
    /// - **Values**: begins with `/`; other than `"/"` only with a `name` that begins with `__Secure-`
    /// - **Default**: `"/"`
    ///
    /// ```
    /// # use session_policy::SessionCookie;
    /// #[derive(SessionCookie)]
    /// #[cookie(name = "__Secure-app", path = "/app")]
    /// struct AppCookie;
    /// ```
    path: Text;

    /// The host that the cookie is sent to with all its subdomains, each of which can then set and read it.
    ///
    /// - **Values**: a host name; needs a `name` that begins with `__Secure-`, and a `purpose`
    /// - **Default**: this host only
    ///
    /// ```
    /// # use session_policy::SessionCookie;
    /// #[derive(SessionCookie)]
    /// #[cookie(name = "__Secure-app", domain = "example.com", purpose = "one login for shop and help")]
    /// struct AppCookie;
    /// ```
    domain: Text;

    /// A jar of its own for each site that embeds this one (CHIPS).
    ///
    /// - **Values**: stands alone, with `same_site = "none"`
    /// - **Default**: not: one jar for all of them
    ///
    /// ```
    /// # use session_policy::SessionCookie;
    /// #[derive(SessionCookie)]
    /// #[cookie(same_site = "none", partitioned, purpose = "a widget on our customers' pages")]
    /// struct WidgetCookie;
    /// ```
    partitioned: Flag;

    /// Why `domain` or `same_site = "none"` is needed; both give up a protection.
    ///
    /// - **Values**: a reason that is not blank
    /// - **Default**: none
    ///
    /// ```
    /// # use session_policy::SessionCookie;
    /// #[derive(SessionCookie)]
    /// #[cookie(same_site = "none", purpose = "a widget on our customers' pages")]
    /// struct WidgetCookie;
    /// ```
    purpose: Text;
}
