//! Control over a user's sessions: to list them, to end one, the others, all of them or everybody's, to give another role.
//!
//! What ends or lowers is done in the store before the call resolves, on a task that a dropped request cannot cancel.

use std::{cmp::Reverse, sync::Arc};

use super::{Session, SessionError, SessionInfo, Sessions, handle::Standing, info::handle, lower::shielded};
use crate::{
    policy::Roles,
    store::{DynByUser, End, Ended, Reset, ResetEveryone, SetRole, UserId, UserIdError},
    token::RecordId,
    verdict::EndReason,
};

/// How many sessions one call to the store ends where everybody's end.
const BATCH: usize = 1_000;

impl Sessions {
    /// The store's way to the sessions of a user.
    pub(super) fn by_user(&self) -> Result<&dyn DynByUser, SessionError> {
        let found = self.0.store.capabilities().by_user;
        found.ok_or(SessionError::Unsupported("it does not find sessions by user"))
    }

    /// The user's live sessions, newest activity first. For administrators' tools; see [`Session::list`] for users.
    ///
    /// # Errors
    /// [`SessionError::Unsupported`] if the store does not find sessions by user; [`SessionError::User`] if the id cannot be;
    /// [`SessionError::Store`] if the store does not answer.
    pub async fn list<U>(&self, user: U) -> Result<Vec<SessionInfo>, SessionError>
    where
        U: TryInto<UserId>,
        U::Error: Into<UserIdError>,
    {
        let user = user.try_into().map_err(Into::into)?;
        self.list_of(&user, None, self.now_ms()).await
    }

    async fn list_of(
        &self,
        user: &UserId,
        current: Option<RecordId>,
        now: u64,
    ) -> Result<Vec<SessionInfo>, SessionError> {
        let is_current = |id| current == Some(id);
        let mut list: Vec<_> = self
            .by_user()?
            .of_user(user)
            .await?
            .iter()
            .filter(|session| session.deadline() > now || is_current(session.id))
            .map(|session| SessionInfo::of(session, is_current(session.id), now))
            .collect();
        list.sort_by_key(|info| (Reverse(info.last_seen), Reverse(info.current), Reverse(info.created)));
        Ok(list)
    }

    /// Ends one session of the user, by its handle in the list, with the reason [`EndReason::Revoked`]. `false` if the user has
    /// no such session.
    ///
    /// # Errors
    /// Like [`list`](Self::list).
    pub async fn end_one<U>(&self, user: U, handle: &str) -> Result<bool, SessionError>
    where
        U: TryInto<UserId>,
        U::Error: Into<UserIdError>,
    {
        let user = user.try_into().map_err(Into::into)?;
        self.end_handle(user, handle.to_owned(), self.now_ms()).await
    }

    async fn end_handle(&self, user: UserId, wanted: String, now: u64) -> Result<bool, SessionError> {
        let sessions = self.clone();
        shielded(async move {
            let all = sessions.by_user()?.of_user(&user).await?;
            let Some(session) = all.into_iter().find(|session| handle(session.id) == wanted) else {
                return Ok::<_, SessionError>(false);
            };
            // Dead already, but nobody came by to find it so: it ends for its own reason.
            let reason = if session.deadline() <= now { session.overdue() } else { EndReason::Revoked };
            Ok(matches!(sessions.end_record(End::of(session.id, reason, now)).await?, Ended::Done(_)))
        })
        .await
    }

    /// Ends all sessions of the user ([`EndReason::Revoked`]), also the one of a request that is being answered, and refuses
    /// logins that began before. For a blocked account, a back-channel logout, or a password that was reset by mail. Returns
    /// how many sessions ended.
    ///
    /// A login that is to follow in the same request begins afterwards: call [`begin_login`](Self::begin_login) then.
    ///
    /// # Errors
    /// Like [`list`](Self::list).
    pub async fn end_all<U>(&self, user: U) -> Result<usize, SessionError>
    where
        U: TryInto<UserId>,
        U::Error: Into<UserIdError>,
    {
        let user = user.try_into().map_err(Into::into)?;
        let (sessions, now) = (self.clone(), self.now_ms());
        shielded(async move { sessions.reset(user, None, EndReason::Revoked, now).await }).await
    }

    async fn reset(
        &self,
        user: UserId,
        except: Option<RecordId>,
        reason: EndReason,
        now: u64,
    ) -> Result<usize, SessionError> {
        let swept = self.by_user()?.reset_user(Reset { user, except, reason, lease: self.lease(now), now }).await?;
        self.ended(&swept.claims);
        Ok(swept.ended)
    }

    /// Ends everybody's sessions ([`EndReason::Revoked`]), anonymous ones included, and refuses all logins that began before.
    /// Returns how many ended. Goes through the whole store in batches of 1000.
    ///
    /// # Errors
    /// [`SessionError::Unsupported`], [`SessionError::Store`]. If the store fails on the way, some are left: call it again.
    pub async fn end_everyone(&self) -> Result<usize, SessionError> {
        let sessions = self.clone();
        shielded(async move {
            let (mut ended, mut after) = (0, None);
            loop {
                let now = sessions.now_ms();
                let (reason, lease) = (EndReason::Revoked, sessions.lease(now));
                let batch = ResetEveryone { reason, after, at_most: BATCH, lease, now };
                let swept = sessions.by_user()?.reset_everyone(batch).await?;
                sessions.ended(&swept.claims);
                ended += swept.ended;
                after = swept.next;
                if after.is_none() {
                    return Ok(ended);
                }
            }
        })
        .await
    }

    /// Gives the user another role, in all live sessions, before this returns. How many there are.
    ///
    /// From the next request on, each of them is held to both roles: to what either demands, and only what both allow is
    /// allowed. What the old role alone allowed is refused with 403 `role`; what the new one alone allows asks for a
    /// re-authentication (401 `new_role`), which brings the new role, with a new token. Until then
    /// [`Session::role`] names neither. Logins and re-authentications that began before
    /// ([`begin_login`](Session::begin_login)) are refused. The old role, given back, is simply the session's again.
    ///
    /// # Errors
    /// [`SessionError::Role`] if `R` is not the enum that the sessions were built with; else like [`list`](Self::list).
    pub async fn set_role<U, R: Roles>(&self, user: U, role: R) -> Result<usize, SessionError>
    where
        U: TryInto<UserId>,
        U::Error: Into<UserIdError>,
    {
        let user = user.try_into().map_err(Into::into)?;
        let role = self.role_named(role.role_set())?.map(|(_, role)| Arc::from(role.id));
        let set = SetRole { user, role, now: self.now_ms() };
        let sessions = self.clone();
        shielded(async move { Ok(sessions.by_user()?.set_role(set).await?) }).await
    }
}

impl Session {
    /// Whose session this is, and which.
    fn mine(&self) -> Result<(UserId, RecordId), SessionError> {
        let state = self.open_state()?;
        let Standing::Live(snapshot) = &state.standing else { return Err(SessionError::NoUser) };
        Ok((snapshot.identity.user.clone().ok_or(SessionError::NoUser)?, snapshot.id))
    }

    /// The signed-in user's live sessions, newest activity first, this one included.
    ///
    /// # Errors
    /// [`SessionError::NoUser`] if nobody is signed in; [`SessionError::Unsupported`] if the store does not find sessions by
    /// user; [`SessionError::Store`] if it does not answer.
    ///
    /// ```
    /// use session_policy::{SessionError, UserSession, axum::session};
    ///
    /// #[session(auth = "full")]
    /// async fn my_sessions(me: UserSession) -> Result<String, SessionError> {
    ///     let mut page = String::new();
    ///     for session in me.list().await? {
    ///         page += &format!("{}{}\n", session.device, if session.current { " (this one)" } else { "" });
    ///     }
    ///     Ok(page)
    /// }
    /// ```
    pub async fn list(&self) -> Result<Vec<SessionInfo>, SessionError> {
        let (user, current) = self.mine()?;
        self.sessions()?.list_of(&user, Some(current), self.0.now).await
    }

    /// Ends one of the signed-in user's sessions ([`EndReason::Revoked`]), by its [`handle`](SessionInfo::handle). `false` if the
    /// user has no such session; another user's is none. The present one may be ended, too: its removal cookie goes out.
    ///
    /// # Errors
    /// [`SessionError::SafeMethod`] on GET, HEAD or OPTIONS; else like [`list`](Self::list).
    pub async fn end_one(&self, handle: &str) -> Result<bool, SessionError> {
        self.refuse_safe()?;
        let (user, current) = self.mine()?;
        if super::info::handle(current) == handle {
            self.end_now(EndReason::Revoked).await?;
            return Ok(true);
        }
        let sessions = self.sessions()?;
        sessions.end_handle(user, handle.to_owned(), sessions.now_ms()).await
    }

    /// Ends all other sessions of the signed-in user ([`EndReason::Revoked`]), and refuses logins that began before. Returns how
    /// many ended.
    ///
    /// A re-authentication in this same request stands. A *login* in this same request is refused if it began before: call
    /// [`begin_login`](Sessions::begin_login) afterwards, and hand its ticket in.
    ///
    /// # Errors
    /// [`SessionError::SafeMethod`] on GET, HEAD or OPTIONS; else like [`list`](Self::list).
    pub async fn end_others(&self) -> Result<usize, SessionError> {
        self.end_rest(EndReason::Revoked).await
    }

    /// A credential of the signed-in user changed (a new password, a factor added or removed): ends all other sessions, like
    /// [`end_others`](Self::end_others), with the reason [`EndReason::CredentialChanged`].
    ///
    /// # Errors
    /// Like [`end_others`](Self::end_others).
    pub async fn credential_changed(&self) -> Result<usize, SessionError> {
        self.end_rest(EndReason::CredentialChanged).await
    }

    async fn end_rest(&self, reason: EndReason) -> Result<usize, SessionError> {
        self.refuse_safe()?;
        let (user, current) = self.mine()?;
        let sessions = self.sessions()?.clone();
        let now = sessions.now_ms();
        // Somebody else's reset right between these has ended this session, too, or was made in it; and a role that was given
        // is never lost (`Rotate::if_identity`). So a re-authentication may take the last generation for its own.
        let (ended, before, after) = shielded(async move {
            let before = sessions.by_user()?.generation(&user).await?;
            let ended = sessions.reset(user.clone(), Some(current), reason, now).await?;
            // The sessions are gone: if the store does not answer now, only a re-authentication in this request is refused.
            let after = sessions.by_user()?.generation(&user).await.ok();
            Ok::<_, SessionError>((ended, before, after))
        })
        .await?;
        if let Some(after) = after {
            let mut state = self.state();
            let first = state.own_reset.filter(|(_, last)| *last == before).map_or(before, |(first, _)| first);
            state.own_reset = Some((first, after));
        }
        Ok(ended)
    }

    pub(super) fn refuse_safe(&self) -> Result<(), SessionError> {
        if self.0.is_unsafe { Ok(()) } else { Err(SessionError::SafeMethod) }
    }
}
