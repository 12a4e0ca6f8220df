//! What the session cookie looks like.

/// When a browser sends the cookie on requests that another site started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// On top-level navigations with a safe method, and within the site. The default.
    Lax,
    /// Within the site only.
    Strict,
    /// Always; needs a `purpose`.
    None,
}

/// The attributes of the session cookie. `Secure` and `HttpOnly` are always there and cannot be turned off.
///
/// ```
/// use session_policy::cookie::{CookieSpec, SameSite};
///
/// const COOKIE: CookieSpec = CookieSpec::new("__Host-id");
/// assert_eq!((COOKIE.name, COOKIE.path, COOKIE.same_site), ("__Host-id", "/", SameSite::Lax));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CookieSpec {
    /// The name, with its prefix.
    pub name: &'static str,
    /// `SameSite`.
    pub same_site: SameSite,
    /// `Path`; `/` unless set.
    pub path: &'static str,
    /// `Domain`; host-only unless set.
    pub domain: Option<&'static str>,
    /// `Partitioned`.
    pub partitioned: bool,
    /// Why `SameSite=None` or a `Domain` is needed.
    pub purpose: Option<&'static str>,
}

impl CookieSpec {
    /// A host-only cookie for the whole origin, `SameSite=Lax`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, same_site: SameSite::Lax, path: "/", domain: None, partitioned: false, purpose: None }
    }

    /// Sets `SameSite`.
    #[must_use]
    pub const fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Sets `Path`.
    #[must_use]
    pub const fn path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Sets `Domain`.
    #[must_use]
    pub const fn domain(mut self, domain: &'static str) -> Self {
        self.domain = Some(domain);
        self
    }

    /// Sets `Partitioned`.
    #[must_use]
    pub const fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// Says why `SameSite=None` or a `Domain` is needed.
    #[must_use]
    pub const fn purpose(mut self, purpose: &'static str) -> Self {
        self.purpose = Some(purpose);
        self
    }
}

/// A type that describes the session cookie: `#[derive(SessionCookie)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not describe a session cookie",
    label = "not a session cookie",
    note = "write `#[derive(SessionCookie)]` and `#[cookie(…)]` above the struct"
)]
pub trait SessionCookie: Send + Sync + 'static {
    /// The cookie.
    const COOKIE: CookieSpec;
}

/// The cookie where none is declared: `__Host-id`, `Path=/`, `SameSite=Lax`.
impl SessionCookie for () {
    const COOKIE: CookieSpec = CookieSpec::new("__Host-id");
}
