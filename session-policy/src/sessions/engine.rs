//! The engine: everything that is fixed once the builder is done.

use std::{
    collections::HashMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use super::{Event, clocks::OwnClock, event::OnEvent, hooks::Hooks, keeper::Keeper};
use crate::{
    client::Transport,
    clock::Clock,
    cookie::{self, CookieSpec},
    policy::{Effective, Level, RoleSpec, RoleTable, Rules, Spec, coarsest_touch_ms},
    store::{DynStore, Expiry, Header, Identity},
    token::{Random, RecordId, TokenId},
    verdict::OriginRules,
};

/// The session engine of an application: built once, cheap to clone, shared by all handlers.
///
/// See [`Sessions::builder`].
#[derive(Clone)]
pub struct Sessions(pub(super) Arc<Engine>);

pub(super) struct Engine {
    pub(super) base: Spec,
    pub(super) roles: RoleTable,
    /// W for a session without a role, then for each role in the table's order.
    pub(super) session_wide: Vec<(Rules, Effective)>,
    pub(super) cookie: CookieSpec,
    pub(super) transport: Transport,
    pub(super) origins: OriginRules,
    pub(super) store: Arc<dyn DynStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    #[cfg(feature = "report")]
    pub(super) system_random: bool,
    pub(super) login_page: Option<String>,
    pub(super) reauth_page: Option<String>,
    pub(super) logout_path: Option<String>,
    pub(super) status_path: Option<String>,
    pub(super) realm: String,
    pub(super) on_event: Option<OnEvent>,
    pub(super) clocks: OwnClock,
    pub(super) hooks: Hooks,
    pub(super) keeper: Keeper,
    /// Tokens whose logout the store has not confirmed yet: dead on this node.
    pub(super) unconfirmed: Mutex<HashMap<TokenId, Option<RecordId>>>,
    /// Whether a task is telling the store of them.
    pub(super) confirming: AtomicBool,
    pub(super) spare: super::handle::Spare,
}

/// In an outage anybody can invent tokens to sign out with: beyond this, only the cookie goes.
const UNKNOWN_DENIED_MOST: usize = 100_000;

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("base", &self.0.base.name)
            .field("roles", &self.0.roles.name)
            .field("cookie", &self.0.cookie)
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}

impl Sessions {
    /// The application's base policy.
    #[must_use]
    pub fn base(&self) -> &Spec {
        &self.0.base
    }

    /// The roles that sessions may have.
    #[must_use]
    pub fn roles(&self) -> RoleTable {
        self.0.roles
    }

    /// The session cookie.
    #[must_use]
    pub fn cookie(&self) -> CookieSpec {
        self.0.cookie
    }

    /// Whether tokens come from the operating system's generator, for reports.
    #[cfg(feature = "report")]
    pub(crate) fn has_system_random(&self) -> bool {
        self.0.system_random
    }

    /// The declared transport in a word, for reports.
    #[cfg(feature = "report")]
    pub(crate) fn transport_word(&self) -> &'static str {
        self.0.transport.word()
    }

    /// The time, in UTC milliseconds, by the builder's clock.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.0.clock.now_ms()
    }

    pub(crate) fn realm(&self) -> &str {
        &self.0.realm
    }

    pub(crate) fn login_page(&self) -> Option<&str> {
        self.0.login_page.as_deref()
    }

    pub(crate) fn reauth_page(&self) -> Option<&str> {
        self.0.reauth_page.as_deref()
    }

    /// Whether `path` is one that `next` must never lead back to.
    pub(crate) fn is_own_page(&self, path: &str) -> bool {
        [&self.0.login_page, &self.0.reauth_page, &self.0.logout_path, &self.0.status_path]
            .into_iter()
            .flatten()
            .any(|page| super::next::path_of(page) == path)
    }

    /// The `Set-Cookie` that removes the session cookie, with all attributes of the one that set it.
    #[must_use]
    pub fn removal_cookie(&self) -> String {
        cookie::remove(&self.0.cookie)
    }

    #[allow(clippy::needless_pass_by_value, reason = "every caller makes the event for this call")]
    pub(crate) fn tell(&self, event: Event) {
        if let Some(on_event) = &self.0.on_event {
            // Whoever listens cannot stop what is told of: a session that ended has ended, and a denial is answered.
            drop(catch_unwind(AssertUnwindSafe(|| on_event(&event))));
        }
    }

    /// The role's rules and W, by the index of the role.
    pub(super) fn session_wide(&self, role: Option<usize>) -> Option<&(Rules, Effective)> {
        self.0.session_wide.get(role.map_or(0, |index| index + 1))
    }

    /// The index of a stored role name; `Err` for a name that this version does not know.
    fn role_index(&self, id: Option<&Arc<str>>) -> Result<Option<usize>, UnknownRole> {
        let Some(id) = id else { return Ok(None) };
        self.0.roles.roles.iter().position(|role| role.id == &**id).map(Some).ok_or(UnknownRole)
    }

    /// W of a session: of its role; if its user was given another one, of both.
    pub(super) fn wide(&self, identity: &Identity) -> Result<Wide, UnknownRole> {
        let role = self.role_index(identity.role.as_ref())?;
        let granted = self.role_index(identity.granted.as_ref())?;
        let (mut rules, mut w) = *self.session_wide(role).ok_or(UnknownRole)?;
        if granted.is_some() {
            let (others, _) = self.session_wide(granted).ok_or(UnknownRole)?;
            rules = rules.meet(*others);
            w = rules.resolve();
        }
        Ok(Wide { role, granted, rules, w })
    }

    /// The role of a set of one, with its index; `None` where there are no roles.
    pub(super) fn role_named(
        &self,
        set: crate::policy::RoleSet,
    ) -> Result<Option<(usize, &'static RoleSpec)>, super::SessionError> {
        let table = self.0.roles;
        if !set.is_of(table) {
            return Err(super::SessionError::Role(format!(
                "the role is of the enum `{}`, but the sessions were built with `{}`",
                set.table().name,
                table.name
            )));
        }
        Ok(table.roles.iter().enumerate().find(|(index, _)| set.contains(*index)))
    }

    /// When a session with this header dies unattended.
    pub(super) fn expiry(&self, header: &Header, w: &Effective) -> Expiry {
        let at = header.authenticated.get(header.level as usize).copied().flatten().unwrap_or(header.created);
        Expiry { idle_ms: w.idle_ms, absolute_at: at.saturating_add(w.absolute_ms) }
    }

    /// A mounted policy that this engine cannot hold: a role of another enum, an `auth = "anonymous"` that the base closes, a
    /// key of sessions that neither base nor any role has, or a `touch` too coarse for its `idle`.
    #[must_use]
    pub fn misfit(&self, spec: &Spec) -> Option<String> {
        if spec.public {
            return None;
        }
        let rules = spec.rules();
        if let Some(roles) = rules.role
            && !roles.is_of(self.0.roles)
        {
            return Some(format!(
                "its `role` is of the enum `{}`, but the sessions were built with `{}`",
                roles.table().name,
                self.0.roles.name
            ));
        }
        let site = self.0.base.rules();
        let above = rules.meet(site).resolve().auth;
        if rules.auth == Some(Level::Anonymous) && above > Level::Anonymous {
            return Some(format!(
                "its `auth = \"anonymous\"` can never apply: `{}` asks for \"{}\" on every route, so that nobody could ever \
                 sign in; write `{}` on the routes or on a module",
                self.0.base.name,
                above.as_str(),
                if site.auth.is_some() { "auth" } else { "fresh" }
            ));
        }
        let beyond: Option<Vec<&str>> =
            self.0.session_wide.iter().map(|(wide, _)| rules.session_key_beyond(wide)).collect();
        if let Some(key) = beyond.and_then(|keys| keys.first().copied()) {
            return Some(format!(
                "what it extends has a `{key}` that no session has, and a route cannot change its sessions: write it on `{}` or \
                 on a role, or extend another policy",
                self.0.base.name
            ));
        }
        for (wide, effective) in &self.0.session_wide {
            let idle_ms = rules.meet(*wide).resolve().idle_ms;
            let coarsest_ms = coarsest_touch_ms(idle_ms);
            if effective.touch_ms > coarsest_ms && !self.0.store.exact_stamps() {
                return Some(format!(
                    "its `idle` is {} s, but activity is only written every {} s: write `touch = \"{}s\"` or less on the base",
                    idle_ms / 1000,
                    effective.touch_ms / 1000,
                    (coarsest_ms / 1000).max(1)
                ));
            }
        }
        None
    }

    /// The logouts that the store has not confirmed: plain data, whole also after a panic.
    pub(super) fn unconfirmed(&self) -> MutexGuard<'_, HashMap<TokenId, Option<RecordId>>> {
        self.0.unconfirmed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a logout that the store could not confirm; without a record, if the store could not even say whose it is.
    pub(super) fn deny_on_this_node(&self, token: TokenId, record: Option<RecordId>) {
        let mut denied = self.unconfirmed();
        if record.is_some() || denied.len() < UNKNOWN_DENIED_MOST {
            denied.insert(token, record);
        }
    }

    /// The record of a token whose logout the store has not confirmed.
    pub(super) fn denied_on_this_node(&self, token: TokenId) -> Option<Option<RecordId>> {
        self.unconfirmed().get(&token).copied()
    }

    /// All logouts that the store has not confirmed.
    pub(super) fn all_unconfirmed(&self) -> Vec<(TokenId, Option<RecordId>)> {
        self.unconfirmed().iter().map(|(token, record)| (*token, *record)).collect()
    }

    /// Forgets a logout that the store has confirmed.
    pub(super) fn confirmed(&self, token: TokenId) {
        self.unconfirmed().remove(&token);
    }
}

/// What holds on every route for one session.
pub(super) struct Wide {
    /// The index of its role.
    pub(super) role: Option<usize>,
    /// The index of the role that the next authentication brings.
    pub(super) granted: Option<usize>,
    pub(super) rules: Rules,
    pub(super) w: Effective,
}

/// The stored role name is unknown to this version of the application.
pub(super) struct UnknownRole;
