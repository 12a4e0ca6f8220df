//! From the handler's answer to the store and the answer's headers.

use std::sync::Arc;

use super::{
    Event, Session, SessionError, Sessions,
    clocks::Trust,
    handle::Standing,
    lower::shielded,
    raise::{Login, Raise, Reauth},
    stage::{Changes, Staged, against, carries_over, check_growth, check_size, merge},
};
use crate::{
    cookie,
    policy::Effective,
    store::{
        Challenge, Commit, Committed, Create, Created, Entries, Generation, Header, Identity, Loaded, Record, Rotate,
        Rotated, SessionLimit, Snapshot, Stamp, StoreError,
    },
    token::{RandomError, RecordId, Token, TokenId, TokenKind},
    verdict::{Denial, EndReason, Reason},
};

/// What becomes of the handler's answer.
#[derive(Debug)]
pub enum Finished {
    /// These header fields are added.
    Keep(Vec<(&'static str, String)>),
    /// The change could not be stored: this takes the answer's place, with or without a removal cookie.
    Replace(Denial, bool),
    /// The change could never be stored (too large): the application's fault takes the answer's place, likewise.
    Fault(SessionError, bool),
}

/// Why a commit did not happen.
enum Fault {
    Store(StoreError),
    Random,
    Denied(Denial),
    /// The application's own fault (an entry that cannot be encoded any more).
    Data(SessionError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<RandomError> for Fault {
    fn from(_: RandomError) -> Self {
        Self::Random
    }
}

/// A new session.
struct New {
    header: Header,
    identity: Arc<Identity>,
    data: Entries,
    /// What the user's generation must still be.
    generation: Option<Generation>,
    /// The presented token.
    supersede: Option<TokenId>,
}

/// An authentication as old as this does not answer a binding mismatch: 5 minutes.
const CLEARS_MARK_MS: u64 = 5 * 60 * 1000;

/// A drawn token or record id that is taken is drawn again; with 256 bits, a second time means a broken source.
const DRAWS: usize = 3;
/// How often an update is applied again when others write the same session. Of so many in lockstep each wins once; beyond
/// that the answer is 503, never a lost update.
const RETRIES: usize = 256;

impl Session {
    /// Commits what the handler staged, if its answer's status allows it. The handle accepts no change afterwards.
    pub async fn finish(self, status: u16) -> Finished {
        let (mut standing, staged, mut remove, mut clear) = {
            let mut state = self.state();
            state.committed = true;
            let standing = std::mem::replace(&mut state.standing, Standing::Nobody);
            (standing, std::mem::take(&mut state.staged), state.remove, state.clear)
        };
        let Some(sessions) = self.0.sessions.clone() else { return Finished::Keep(Vec::new()) };
        let logs_in = status < 400 && matches!(staged.raise, Some(Raise::Login(_)));
        // A login beside this request may have put the successor's cookie where the dead session's was: then cookie and storage
        // are the successor's.
        if let (true, Standing::Tombstone(_) | Standing::EndedHere(_), Some(token)) =
            (!logs_in, &standing, self.0.token)
            && let Ok(Loaded::Superseded(_)) = sessions.load(token, self.0.now).await
        {
            standing = Standing::Superseded(Reason::Superseded);
            (remove, clear) = (false, false);
        }
        let outcome = sessions.commit(&self, standing, staged, status).await;
        // Nobody asked what became of its token; the next request does.
        remove &= !(logs_in && outcome.is_err());
        let finished = match outcome {
            Ok(new) => {
                let mut headers = Vec::new();
                if let Some(token) = new {
                    remove = false;
                    headers.push(("set-cookie", cookie::set(&sessions.0.cookie, &token)));
                }
                if remove {
                    headers.push(("set-cookie", sessions.removal_cookie()));
                }
                if clear {
                    headers.push(("clear-site-data", r#""cache", "storage""#.to_owned()));
                }
                Finished::Keep(headers)
            }
            Err(Fault::Denied(denial)) => Finished::Replace(denial, remove),
            Err(Fault::Store(error)) => {
                sessions.tell(Event::StoreFailed { cause: error.to_string() });
                Finished::Replace(Denial::retry(Reason::Store), remove)
            }
            Err(Fault::Data(error)) => {
                sessions.tell(Event::DataRefused { cause: error.to_string() });
                Finished::Fault(error, remove)
            }
            Err(Fault::Random) => Finished::Replace(Denial::retry(Reason::Store), remove),
        };
        sessions.0.spare.keep(self);
        finished
    }
}

impl Sessions {
    /// The new token, if there is one.
    async fn commit(
        &self,
        session: &Session,
        standing: Standing,
        mut staged: Staged,
        status: u16,
    ) -> Result<Option<Token>, Fault> {
        if status >= 500 {
            return Ok(None);
        }
        if status >= 400 {
            staged.raise = None;
        }
        match (staged.raise, standing) {
            (Some(Raise::Login(login)), standing) => {
                self.commit_login(session, &standing, &staged.data, *login).await.map(Some)
            }
            (Some(Raise::Reauth(reauth)), Standing::Live(snapshot)) => {
                self.commit_reauth(session, snapshot, &staged.data, &reauth).await.map(Some)
            }
            (_, Standing::Live(snapshot)) => self.commit_live(session, snapshot, &staged.data, status < 400).await,
            (_, standing) if !staged.data.is_empty() => self.commit_anonymous(session, &standing, &staged.data).await,
            _ => Ok(None),
        }
    }

    /// Activity, data and a successor of the token of a live session, in one go. The new token, if the store issued it.
    async fn commit_live(
        &self,
        session: &Session,
        snapshot: Box<Snapshot>,
        changes: &Changes,
        rotates: bool,
    ) -> Result<Option<Token>, Fault> {
        let exchange = &session.0;
        let header = &snapshot.header;
        let record = snapshot.id;
        let w = self.wide_of(&snapshot.identity)?;
        let mut commit = Commit::of(record, exchange.now);
        let gap = exchange.now.saturating_sub(header.last_seen);
        if exchange.counts && self.writes_activity(gap, &w) && self.keeps_time() {
            commit.stamp = Some(Stamp { seen: exchange.now, gap, epoch: header.epoch });
        }
        // The challenge of this very route was met.
        if let Some(challenge) = header.challenge
            && challenge.digest & !0xff == exchange.route
        {
            commit.challenge = Some(None);
        }
        let expiry = self.expiry(header, &w);
        if expiry != snapshot.expiry {
            commit.expiry = Some((expiry, header.epoch));
        }
        commit.data = against(changes, Some(&snapshot.data)).map_err(Fault::Data)?;
        let successor = if rotates { self.successor(exchange, &snapshot, &w)? } else { None };
        let (token, successor) = successor.unzip();
        commit.successor = successor;
        let nothing = commit.stamp.is_none()
            && commit.challenge.is_none()
            && commit.expiry.is_none()
            && commit.data.is_empty()
            && commit.successor.is_none();
        if nothing {
            return Ok(None);
        }
        let committed = if changes.values().any(super::stage::Change::depends) {
            self.commit_updates(session, snapshot, changes, commit).await?
        } else {
            check_growth(&snapshot.data, &commit.data).map_err(Fault::Data)?;
            commit.seen = Some(snapshot);
            self.0.store.commit(commit).await?
        };
        match committed {
            // Only what the store issued goes out: beside a login, a logout or another rotation, the old cookie is not ours
            // to replace.
            Committed::Done { rotated, .. } => Ok(token.filter(|_| rotated)),
            Committed::Conflict | Committed::Gone => {
                if !changes.is_empty() {
                    self.tell(Event::WriteDropped { record });
                }
                Ok(None)
            }
        }
    }

    /// Whether activity after so long a gap is written, or coalesced with the last one.
    pub(super) fn writes_activity(&self, gap: u64, w: &Effective) -> bool {
        self.0.store.exact_stamps() || gap >= w.touch_ms
    }

    /// Updates are conditional on the version: where another request wrote meanwhile, they are applied to what it wrote.
    /// Never [`Committed::Conflict`].
    async fn commit_updates(
        &self,
        session: &Session,
        snapshot: Box<Snapshot>,
        changes: &Changes,
        mut commit: Commit,
    ) -> Result<Committed, Fault> {
        let Some(token) = session.0.token else { return Ok(Committed::Gone) };
        let mut seen = Some(snapshot);
        for _ in 0..RETRIES {
            commit.if_version = seen.as_ref().map(|seen| seen.version);
            let attempt = Commit { seen: seen.take(), ..commit.clone() };
            match self.0.store.commit(attempt).await? {
                Committed::Conflict => {}
                done => return Ok(done),
            }
            let fresh = match self.load(token, session.0.now).await? {
                Loaded::Live(fresh) => fresh,
                // The session lives on under another token: the client may try again with that.
                Loaded::Superseded(_) => return Err(Fault::Denied(Denial::login(Reason::Superseded))),
                Loaded::Unknown | Loaded::Ended(_) => return Ok(Committed::Gone),
            };
            commit.data = against(changes, Some(&fresh.data)).map_err(Fault::Data)?;
            check_growth(&fresh.data, &commit.data).map_err(Fault::Data)?;
            seen = Some(Box::new(fresh));
        }
        Err(Fault::Store(StoreError::new("the session changed with every try to write it")))
    }

    /// A new session for somebody; it replaces the presented token, whatever that was.
    async fn commit_login(
        &self,
        session: &Session,
        standing: &Standing,
        before: &Changes,
        login: Login,
    ) -> Result<Token, Fault> {
        let exchange = &session.0;
        let mut data = Entries::new();
        if carries_over(standing, &login.identity) {
            // Where nothing moves over, another look would cost every login one, and find nothing.
            if let (Standing::Live(old), Some(token)) = (standing, exchange.token)
                && old.data.values().any(|value| super::data::carries(value))
            {
                data = match self.load(token, exchange.now).await? {
                    // What was written beside a login that took its time moves over, too.
                    Loaded::Live(fresh) => Entries::clone(&fresh.data),
                    // What was ended beside it is gone.
                    Loaded::Ended(_) => Entries::new(),
                    // Another login was faster; of a form that was sent twice, either may be the one that is kept.
                    Loaded::Superseded(_) | Loaded::Unknown => Entries::clone(&old.data),
                };
            }
            let changes = against(before, Some(&data)).map_err(Fault::Data)?;
            merge(&mut data, changes);
            data.retain(|_, value| super::data::carries(value));
        }
        let changes = against(&login.data, Some(&data)).map_err(Fault::Data)?;
        merge(&mut data, changes);
        check_size(&data).map_err(Fault::Data)?;
        let mut header = Header::new(exchange.now, exchange.captured);
        header.level = login.level;
        header.epoch = 1;
        if let Some(slot) = header.authenticated.get_mut(login.level as usize) {
            *slot = Some(login.at);
        }
        let Some((_, w)) = self.session_wide(login.role) else {
            return Err(Fault::Denied(Denial::retry(Reason::Version)));
        };
        // The presented token is superseded, whatever it was.
        let (generation, supersede) = (login.generation, exchange.token);
        self.create(session, New { header, identity: login.identity, data, generation, supersede }, w).await
    }

    /// A new session for nobody in particular, because data was set.
    async fn commit_anonymous(
        &self,
        session: &Session,
        standing: &Standing,
        changes: &Changes,
    ) -> Result<Option<Token>, Fault> {
        // Superseded while the handler ran: a new cookie would sign the successor out. The client may try again with that.
        if matches!(standing, Standing::Superseded(_)) {
            return Err(Fault::Denied(Denial::login(Reason::Superseded)));
        }
        // Elsewhere a change of data was refused when it was staged.
        if !matches!(standing, Standing::Nobody | Standing::Tombstone(_)) {
            return Ok(None);
        }
        let mut data = Entries::new();
        merge(&mut data, against(changes, None).map_err(Fault::Data)?);
        if data.is_empty() {
            return Ok(None);
        }
        check_size(&data).map_err(Fault::Data)?;
        let header = Header::new(session.0.now, session.0.captured);
        let Some((_, w)) = self.session_wide(None) else { return Err(Fault::Denied(Denial::retry(Reason::Version))) };
        // A tombstone stays one: its holder may still be told why.
        let new = New { header, identity: Arc::default(), data, generation: None, supersede: None };
        self.create(session, new, w).await.map(Some)
    }

    async fn create(&self, session: &Session, new: New, w: &Effective) -> Result<Token, Fault> {
        self.needs_time().await?;
        let New { header, identity, data, generation, supersede } = new;
        // The handler may have taken its time: leases and what is late for a superseded token count from now on.
        let (data, now) = (Arc::new(data), self.now_ms().max(session.0.now));
        let expiry = self.expiry(&header, w);
        let limit = w.limit.filter(|_| identity.user.is_some());
        for _ in 0..DRAWS {
            let (token, id) = self.draw()?;
            let record = RecordId::random(&*self.0.random)?;
            let record =
                Record { id: record, header, identity: Arc::clone(&identity), data: Arc::clone(&data), expiry };
            let create = Create { token: id, record, generation, supersede, lease: self.lease(now), now };
            let sessions = self.clone();
            // Who is evicted is told so also if this request is dropped half way.
            let created = shielded(async move {
                let created = sessions.create_within(create, limit).await?;
                if let Created::Done(claims) = &created {
                    sessions.ended(claims);
                }
                Ok::<_, Fault>(created)
            });
            match created.await? {
                Created::Done(_) => return Ok(token),
                Created::Full => return Err(Fault::Denied(Denial::retry(Reason::Full))),
                Created::Limit => return Err(Fault::Denied(Denial::refuse(Reason::SessionLimit))),
                Created::Reset => return Err(Fault::Denied(Denial::login(Reason::Ended(EndReason::Revoked)))),
                Created::Taken => {}
            }
        }
        Err(Fault::Random)
    }

    /// Creates a record, under the limit if there is one.
    async fn create_within(&self, create: Create, limit: Option<SessionLimit>) -> Result<Created, Fault> {
        let Some(limit) = limit else { return Ok(self.0.store.create(create).await?) };
        match self.0.store.capabilities().admit {
            Some(store) => Ok(store.admit(create, limit).await?),
            // `build` refuses such a store.
            None => Err(Fault::Data(SessionError::Unsupported("it does not admit sessions under a limit"))),
        }
    }

    /// The session authenticated again: a new token, no grace for the old one.
    async fn commit_reauth(
        &self,
        session: &Session,
        snapshot: Box<Snapshot>,
        changes: &Changes,
        reauth: &Reauth,
    ) -> Result<Token, Fault> {
        let exchange = &session.0;
        let now = exchange.now;
        self.needs_time().await?;
        let mut header = snapshot.header;
        if let Some(slot) = header.authenticated.get_mut(reauth.level as usize) {
            *slot = Some(reauth.at);
        }
        header.level = header.level.max(reauth.level);
        header.epoch = header.epoch.wrapping_add(1);
        // An identity provider's authentication may lie back: a gap longer than since then cannot have been after it.
        let (gap, age) = (now.saturating_sub(header.last_seen), now.saturating_sub(reauth.at));
        header.longest_gap = header.longest_gap.max(gap).min(age);
        header.last_seen = now;
        header.rotated_at = now;
        header.captured = exchange.captured;
        // The mark asks for a new authentication; one from long before may be from before the mismatch.
        header.step_up &= age >= CLEARS_MARK_MS;
        header.recovered &= age >= CLEARS_MARK_MS;
        header.failed = 0;
        header.challenge = header.challenge.map(|challenge| Challenge { answered: true, ..challenge });
        let role = reauth.role_after(&snapshot.identity).map(Arc::from);
        let identity = Arc::new(Identity { role, granted: None, ..Identity::clone(&snapshot.identity) });
        let w = self.wide_of(&identity)?;
        let expiry = self.expiry(&header, &w);
        let data = against(changes, Some(&snapshot.data)).map_err(Fault::Data)?;
        check_growth(&snapshot.data, &data).map_err(Fault::Data)?;
        // The reset that this request made itself is no reason to refuse it.
        let own_reset = session.state().own_reset;
        let generation = reauth.generation.map(|expected| match own_reset {
            Some((before, after)) if before == expected => after,
            _ => expected,
        });
        let Some(from) = exchange.token else { return Err(Fault::Denied(Denial::login(Reason::NoSession))) };
        let (record, was) = (snapshot.id, Arc::clone(&snapshot.identity));
        let mut seen = Some(snapshot);
        for _ in 0..DRAWS {
            let (token, to) = self.draw()?;
            let rotate = Rotate {
                record,
                seen: seen.take(),
                from,
                to,
                generation,
                if_identity: Some(Arc::clone(&was)),
                header,
                identity: Arc::clone(&identity),
                expiry,
                data: data.clone(),
                acts_at: self.grace_time(now),
                now: self.now_ms().max(now),
            };
            let store = self.0.store.clone();
            match shielded(async move { store.rotate(rotate).await }).await? {
                Rotated::Done => return Ok(token),
                Rotated::Conflict => {
                    // The token still opens the session: it was the role that changed.
                    let same_token = matches!(self.load(from, now).await?, Loaded::Live(_));
                    let superseded = Denial::login(Reason::Superseded);
                    let new_role = Denial::reauthenticate(Reason::NewRole, Some(0));
                    return Err(Fault::Denied(if same_token { new_role } else { superseded }));
                }
                Rotated::Gone => return Err(Fault::Denied(Denial::login(Reason::NoSession))),
                Rotated::Reset => return Err(Fault::Denied(Denial::login(Reason::Ended(EndReason::Revoked)))),
                Rotated::Taken => {}
            }
        }
        Err(Fault::Random)
    }

    /// What is written now would stand in the record for all engines.
    async fn needs_time(&self) -> Result<(), Fault> {
        // Not the request's arrival: it may lie back, and the other engines are told what time it is.
        match self.trust(self.now_ms()).await? {
            Trust::Good => Ok(()),
            Trust::Unproven | Trust::Bad => Err(Fault::Denied(Denial::retry(Reason::Clock))),
        }
    }

    fn draw(&self) -> Result<(Token, TokenId), Fault> {
        let token = Token::random(&*self.0.random)?;
        let id = token.id(TokenKind::Session);
        Ok((token, id))
    }

    /// W of a session.
    fn wide_of(&self, identity: &Identity) -> Result<Effective, Fault> {
        let wide = self.wide(identity).map_err(|_| Fault::Denied(Denial::retry(Reason::Version)))?;
        Ok(wide.w)
    }
}
