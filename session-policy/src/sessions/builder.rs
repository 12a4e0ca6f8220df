//! Building the engine.

use std::{fmt, future::Future, marker::PhantomData, sync::Arc, time::Duration};

use super::{
    EndedSession, Event, Sessions,
    clocks::OwnClock,
    engine::Engine,
    event::OnEvent,
    handle::Spare,
    hooks::{Hooks, OnEnd},
    keeper::{Keeper, SWEEP_EVERY},
    next::{local_path, path_of},
};
use crate::{
    client::Transport,
    clock::{Clock, SystemClock},
    cookie::{CookieSpec, SameSite, SessionCookie},
    policy::{Effective, Needs, Policy, Roles, Rules},
    store::{DynStore, Holds, Store},
    token::{Random, SystemRandom},
    verdict::{Origin, OriginRules},
};

/// Builds a [`Sessions`]. What has no default is asked for by [`build`](Self::build).
pub struct Builder<Site, Role> {
    store: Option<Arc<dyn DynStore>>,
    transport: Option<Transport>,
    own: Vec<String>,
    trusted: Vec<String>,
    cookie: CookieSpec,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    #[cfg(feature = "report")]
    system_random: bool,
    login_page: Option<String>,
    reauth_page: Option<String>,
    logout_path: Option<String>,
    status_path: Option<String>,
    realm: Option<String>,
    on_event: Option<OnEvent>,
    on_end: Option<OnEnd>,
    sweep_every: Duration,
    policy: PhantomData<fn() -> (Site, Role)>,
}

impl<Site, Role> fmt::Debug for Builder<Site, Role> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("store", &self.store).field("cookie", &self.cookie).finish_non_exhaustive()
    }
}

impl Sessions {
    /// Starts building: `Site` is the application's base policy, `Role` its enum of roles (`()` if it has none).
    ///
    /// ```
    /// use session_policy::{Sessions, SessionPolicy, client::Transport, store::MemoryStore};
    ///
    /// #[derive(SessionPolicy)]
    /// #[session(idle = "30m", absolute = "8h")]
    /// struct Site;
    ///
    /// let sessions = Sessions::builder::<Site, ()>()
    ///     .store(MemoryStore::new())
    ///     .transport(Transport::tls())
    ///     .origins(["https://bank.example"])
    ///     .login("/login")
    ///     .reauth("/reauth")
    ///     .build()?;
    /// # Ok::<(), session_policy::BuildError>(())
    /// ```
    #[must_use]
    pub fn builder<Site: Policy + Needs, Role: Roles + Needs>() -> Builder<Site, Role> {
        Builder {
            store: None,
            transport: None,
            own: Vec::new(),
            trusted: Vec::new(),
            cookie: <() as SessionCookie>::COOKIE,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            #[cfg(feature = "report")]
            system_random: true,
            login_page: None,
            reauth_page: None,
            logout_path: None,
            status_path: None,
            realm: None,
            on_event: None,
            on_end: None,
            sweep_every: SWEEP_EVERY,
            policy: PhantomData,
        }
    }
}

impl<Site: Policy, Role: Roles> Builder<Site, Role> {
    /// Where records are kept. Required. It has to be able to do what the base and the roles need ([`Needs`]).
    #[must_use]
    pub fn store<S>(mut self, store: S) -> Self
    where
        Site: Needs,
        Role: Needs,
        S: Store + Holds<Site::Store> + Holds<Role::Store>,
    {
        self.store = Some(Arc::new(store));
        self
    }

    /// How requests reach this process. Required: without it nobody knows which request is secure.
    #[must_use]
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The origins of this application, as `https://host[:port]`. Required, except with [`Transport::loopback`].
    #[must_use]
    pub fn origins<O: Into<String>>(mut self, own: impl IntoIterator<Item = O>) -> Self {
        self.own.extend(own.into_iter().map(Into::into));
        self
    }

    /// Other origins whose pages may send unsafe requests here.
    #[must_use]
    pub fn trusted_origins<O: Into<String>>(mut self, trusted: impl IntoIterator<Item = O>) -> Self {
        self.trusted.extend(trusted.into_iter().map(Into::into));
        self
    }

    /// The session cookie. Default: `__Host-id`, `Path=/`, `SameSite=Lax`.
    #[must_use]
    pub fn cookie<Cookie: SessionCookie>(mut self) -> Self {
        self.cookie = Cookie::COOKIE;
        self
    }

    /// The path of the page where one signs in. Without it, nobody is redirected there.
    #[must_use]
    pub fn login(mut self, path: impl Into<String>) -> Self {
        self.login_page = Some(path.into());
        self
    }

    /// The path of the page where one re-authenticates. Without it, nobody is redirected there.
    #[must_use]
    pub fn reauth(mut self, path: impl Into<String>) -> Self {
        self.reauth_page = Some(path.into());
        self
    }

    /// The path where one signs out: `next` never leads there. An unsafe request to it also signs out while the store cannot
    /// say whose session it is: the cookie goes, and this process no longer takes the token. Without this path, such a
    /// request is answered 503 and the user stays signed in.
    #[must_use]
    pub fn logout(mut self, path: impl Into<String>) -> Self {
        self.logout_path = Some(path.into());
        self
    }

    /// The path where a page asks how long its session has left: `next` never leads there.
    #[must_use]
    pub fn status(mut self, path: impl Into<String>) -> Self {
        self.status_path = Some(path.into());
        self
    }

    /// The realm in `WWW-Authenticate`. Default: the name of the base policy.
    #[must_use]
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// The clock. Default: [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The source of randomness. Default: the operating system's ([`SystemRandom`]).
    #[must_use]
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Arc::new(random);
        #[cfg(feature = "report")]
        {
            self.system_random = false;
        }
        self
    }

    /// Called for what no answer shows. It runs in the request: keep it short. A panic in it changes nothing.
    #[must_use]
    pub fn on_event(mut self, on_event: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Box::new(on_event));
        self
    }

    /// Called for every end of a session, for whatever reason, with its data still readable: to free what the session held, or to
    /// write an audit line. See [`EndedSession`].
    ///
    /// The session is dead before the hook is called, and no request waits for it. It is called exactly once while no node dies
    /// inside it and the store answers; else again, with the same [end id](EndedSession::id). One that panics, or runs longer
    /// than [`HOOK_MOST`](super::HOOK_MOST) (30 seconds), is dropped, told as [`Event::HookFailed`] and not called again. At most
    /// 64 run at once. Sessions that nobody comes back to end with the sweeper ([`sweep_every`](Self::sweep_every)).
    ///
    /// It needs a tokio runtime with a timer (`enable_all`, as `#[tokio::main]` has it). Requests that are served without one end
    /// sessions all the same; their ends then wait, up to 7 days, for an engine on the same store that can run the hook.
    ///
    /// Default: none, and nothing is kept of a session that ended but its reason.
    #[must_use]
    pub fn on_end<F, Fut>(mut self, on_end: F) -> Self
    where
        F: Fn(EndedSession) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.on_end = Some(Box::new(move |end| Box::pin(on_end(end))));
        self
    }

    /// How often the engine ends sessions that nobody comes back to, and takes over hooks whose node died. In real time, by a
    /// background task in the tokio runtime where the engine is built or first used; it ends with the engine. Default: every
    /// 30 seconds. [`Sessions::sweep`] does it by hand.
    #[must_use]
    pub fn sweep_every(mut self, every: Duration) -> Self {
        self.sweep_every = every;
        self
    }

    /// The engine.
    ///
    /// # Errors
    /// Says what is missing or contradicts itself, and what to write.
    pub fn build(self) -> Result<Sessions, BuildError> {
        let store = self.store.ok_or_else(|| BuildError::new("no store: write `.store(MemoryStore::new())`"))?;
        let transport = self.transport.ok_or_else(|| {
            BuildError::new(
                "no transport: write `.transport(Transport::tls())`, `Transport::behind(…)` or `Transport::loopback()`",
            )
        })?;
        let own = parse_origins(&self.own)?;
        let trusted = parse_origins(&self.trusted)?;
        if own.is_empty() && !transport.is_loopback() {
            return Err(BuildError::new("no origins: write `.origins([\"https://www.example.org\"])`"));
        }
        if let Some(plain) = own.iter().find(|own| !own.is_https() && !transport.is_loopback()) {
            // Whoever sits on the way writes the pages of an `http` origin, and they would be welcome here.
            return Err(BuildError::new(format!("the origin `{plain}` is not `https`: no session lives there")));
        }
        let origins = OriginRules { own, trusted, own_host: transport.is_loopback() };
        let reauth_page = self.reauth_page;
        for page in [&self.login_page, &reauth_page, &self.logout_path, &self.status_path].into_iter().flatten() {
            if local_path(page).is_none() {
                return Err(BuildError::new(format!("`{page}` is not a path on this site: it starts with one `/`")));
            }
        }
        if let (Some(login), Some(reauth)) = (&self.login_page, &reauth_page)
            && path_of(login) == path_of(reauth)
        {
            return Err(BuildError::new(format!("`{login}` cannot be both the login and the re-authentication page")));
        }
        check_cookie(&self.cookie)?;
        if self.sweep_every.is_zero() {
            return Err(BuildError::new(
                "`.sweep_every(…)` needs a time between two sweeps: write `Duration::from_secs(30)`",
            ));
        }
        let base = Site::SPEC;
        let roles = Role::TABLE;
        let site = base.rules();
        let session_wide: Vec<(Rules, Effective)> = std::iter::once(Rules::UNSET)
            .chain(roles.roles.iter().map(|role| role.rules))
            .map(|role| {
                let rules = role.meet(site);
                (rules, rules.resolve())
            })
            .collect();
        if session_wide.iter().any(|(_, w)| w.limit.is_some()) && !store.capabilities().admits() {
            return Err(BuildError::new(
                "the base or a role has `max_sessions`, and this store cannot hold it: it does not admit sessions under a \
                 limit",
            ));
        }
        let realm = self.realm.unwrap_or_else(|| base.name.to_owned());
        if !realm.bytes().all(|byte| (byte.is_ascii_graphic() || byte == b' ') && byte != b'"' && byte != b'\\') {
            return Err(BuildError::new("the realm may hold printable ASCII without `\"` and `\\`"));
        }
        let mut engine = [0; 8];
        self.random.fill(&mut engine).map_err(|error| BuildError::new(error.to_string()))?;
        let sessions = Sessions(Arc::new(Engine {
            base,
            roles,
            session_wide,
            cookie: self.cookie,
            transport,
            origins,
            store,
            clock: self.clock,
            random: self.random,
            #[cfg(feature = "report")]
            system_random: self.system_random,
            login_page: self.login_page,
            reauth_page,
            logout_path: self.logout_path,
            status_path: self.status_path,
            realm,
            on_event: self.on_event,
            clocks: OwnClock::new(u64::from_le_bytes(engine)),
            hooks: Hooks::new(self.on_end),
            keeper: Keeper::new(self.sweep_every),
            unconfirmed: std::sync::Mutex::default(),
            confirming: std::sync::atomic::AtomicBool::new(false),
            spare: Spare::default(),
        }));
        sessions.keep();
        Ok(sessions)
    }
}

fn parse_origins(texts: &[String]) -> Result<Vec<Origin>, BuildError> {
    texts
        .iter()
        .map(|text| Origin::parse(text).map_err(|error| BuildError::new(format!("the origin `{text}`: {error}"))))
        .collect()
}

/// The macro has checked a derived cookie; one written by hand comes here first.
fn check_cookie(cookie: &CookieSpec) -> Result<(), BuildError> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if cookie.name.is_empty() || !cookie.name.bytes().all(token) {
        return Err(BuildError::new(format!("the cookie name `{}` is not a token (RFC 9110)", cookie.name)));
    }
    // Browsers match the prefix in any case, and servers by bytes: written otherwise it protects nothing.
    let prefixed = ["__Host-", "__Secure-"].into_iter().any(|prefix| cookie.name.starts_with(prefix));
    if !prefixed {
        return Err(BuildError::new(format!(
            "the cookie name `{}` starts with neither `__Host-` nor `__Secure-`",
            cookie.name
        )));
    }
    if cookie.name.starts_with("__Host-") && (cookie.domain.is_some() || cookie.path != "/") {
        return Err(BuildError::new("a `__Host-` cookie has no `domain` and the path `/`"));
    }
    let part = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';');
    if !cookie.path.starts_with('/') || !part(cookie.path) || !cookie.domain.is_none_or(part) {
        return Err(BuildError::new("the cookie's `path` or `domain` cannot be sent in a header"));
    }
    if cookie.purpose.is_none() && (cookie.same_site == SameSite::None || cookie.domain.is_some()) {
        return Err(BuildError::new("a cookie with `SameSite=None` or a `domain` needs a `purpose`"));
    }
    Ok(())
}

/// The engine cannot be built, or a mounted policy cannot be held; the message says what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError(String);

impl BuildError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BuildError {}
