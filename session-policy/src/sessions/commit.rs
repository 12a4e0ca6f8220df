//! From the handler's answer to the store and the answer's headers.

use std::sync::Arc;

use super::{
    Event, Session, SessionError, Sessions,
    handle::Standing,
    lower::shielded,
    stage::{Changes, Login, Raise, Staged, against, carries_over, check_growth, check_size, merge},
};
use crate::{
    cookie,
    policy::{Effective, Level, Rules},
    store::{
        Challenge, Commit, Committed, Create, Created, Entries, Header, Identity, Loaded, Record, Rotate, Rotated,
        Snapshot, Stamp, StoreError, Supersede,
    },
    token::{RecordId, Token, TokenId, TokenKind},
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

/// A drawn token or record id that is taken is drawn again; with 256 bits, a second time means a broken source.
const DRAWS: usize = 3;
/// How often an update is applied again when others write the same session. Of so many in lockstep each wins once; beyond
/// that the answer is 503, never a lost update.
const RETRIES: usize = 256;

impl Session {
    /// Commits what the handler staged, if its answer's status allows it. The handle accepts no change afterwards.
    pub async fn finish(self, status: u16) -> Finished {
        let (standing, staged, mut remove, clear) = {
            let mut state = self.state();
            state.committed = true;
            let standing = std::mem::replace(&mut state.standing, Standing::Nobody);
            (standing, std::mem::take(&mut state.staged), state.remove, state.clear)
        };
        let Some(sessions) = self.0.sessions.clone() else { return Finished::Keep(Vec::new()) };
        let tombstone = matches!(standing, Standing::Tombstone(_));
        let outcome = sessions.commit(&self, standing, staged, status).await;
        // A login beside this request may have put the successor's cookie where the tombstone's was.
        if let (true, Ok(None), Some(token)) = (tombstone, &outcome, self.0.token)
            && let Ok(Loaded::Superseded(_)) = sessions.0.store.load(token).await
        {
            remove = false;
        }
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
            (Some(Raise::Reauth(level)), Standing::Live(snapshot)) => {
                self.commit_reauth(session, &snapshot, &staged.data, level).await.map(Some)
            }
            (_, Standing::Live(snapshot)) => {
                self.commit_live(session, &snapshot, &staged.data).await?;
                Ok(None)
            }
            (_, standing) if !staged.data.is_empty() => self.commit_anonymous(session, &standing, &staged.data).await,
            _ => Ok(None),
        }
    }

    /// Activity and data of a live session.
    async fn commit_live(&self, session: &Session, snapshot: &Snapshot, changes: &Changes) -> Result<(), Fault> {
        let exchange = &session.0;
        let header = &snapshot.header;
        let w = self.wide_of(&snapshot.identity)?;
        let mut commit = Commit::of(snapshot.id, exchange.now);
        let gap = exchange.now.saturating_sub(header.last_seen);
        if exchange.counts && self.writes_activity(gap, &w) {
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
            commit.expiry = Some(expiry);
        }
        commit.data = against(changes, Some(&snapshot.data)).map_err(Fault::Data)?;
        let nothing =
            commit.stamp.is_none() && commit.challenge.is_none() && commit.expiry.is_none() && commit.data.is_empty();
        if nothing {
            return Ok(());
        }
        if changes.values().any(super::stage::Change::depends) {
            return self.commit_updates(session, snapshot, changes, commit).await;
        }
        check_growth(&snapshot.data, &commit.data).map_err(Fault::Data)?;
        match self.0.store.commit(commit).await? {
            Committed::Done { .. } => {}
            Committed::Conflict | Committed::Gone => {
                if !changes.is_empty() {
                    self.tell(Event::WriteDropped { record: snapshot.id });
                }
            }
        }
        Ok(())
    }

    /// Whether activity after so long a gap is written, or coalesced with the last one.
    pub(super) fn writes_activity(&self, gap: u64, w: &Effective) -> bool {
        self.0.store.exact_stamps() || gap >= w.touch_ms
    }

    /// Updates are conditional on the version: where another request wrote meanwhile, they are applied to what it wrote.
    async fn commit_updates(
        &self,
        session: &Session,
        snapshot: &Snapshot,
        changes: &Changes,
        mut commit: Commit,
    ) -> Result<(), Fault> {
        let Some(token) = session.0.token else { return Ok(()) };
        let mut version = snapshot.version;
        for _ in 0..RETRIES {
            commit.if_version = Some(version);
            match self.0.store.commit(commit.clone()).await? {
                Committed::Done { .. } => return Ok(()),
                Committed::Gone => {
                    self.tell(Event::WriteDropped { record: snapshot.id });
                    return Ok(());
                }
                Committed::Conflict => {}
            }
            let fresh = match self.0.store.load(token).await? {
                Loaded::Live(fresh) => fresh,
                // The session lives on under another token: the client may try again with that.
                Loaded::Superseded(_) => return Err(Fault::Denied(Denial::login(Reason::Superseded))),
                Loaded::Unknown | Loaded::Ended(_) => {
                    self.tell(Event::WriteDropped { record: snapshot.id });
                    return Ok(());
                }
            };
            version = fresh.version;
            commit.data = against(changes, Some(&fresh.data)).map_err(Fault::Data)?;
            check_growth(&fresh.data, &commit.data).map_err(Fault::Data)?;
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
            if let Standing::Live(old) = standing {
                data = Entries::clone(&old.data);
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
        self.create(session, header, login.identity, data, w, exchange.token).await
    }

    /// A new session for nobody in particular, because data was set.
    async fn commit_anonymous(
        &self,
        session: &Session,
        standing: &Standing,
        changes: &Changes,
    ) -> Result<Option<Token>, Fault> {
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
        self.create(session, header, Arc::new(Identity::default()), data, w, None).await.map(Some)
    }

    async fn create(
        &self,
        session: &Session,
        header: Header,
        identity: Arc<Identity>,
        data: Entries,
        w: &Effective,
        presented: Option<TokenId>,
    ) -> Result<Token, Fault> {
        let data = Arc::new(data);
        let expiry = self.expiry(&header, w);
        for _ in 0..DRAWS {
            let (token, id) = self.draw()?;
            let record = RecordId::random(&*self.0.random).map_err(|_| Fault::Random)?;
            let create = Create {
                token: id,
                record: Record { id: record, header, identity: Arc::clone(&identity), data: Arc::clone(&data), expiry },
                generation: None,
                supersede: presented.map(|token| Supersede { token }),
                now: session.0.now,
            };
            let store = self.0.store.clone();
            match shielded(async move { store.create(create).await }).await? {
                Created::Done => return Ok(token),
                Created::Full => return Err(Fault::Denied(Denial::retry(Reason::Full))),
                Created::Reset => return Err(Fault::Denied(Denial::login(Reason::Ended(EndReason::Revoked)))),
                Created::Taken => {}
            }
        }
        Err(Fault::Random)
    }

    /// The session authenticated again: a new token, no grace for the old one.
    async fn commit_reauth(
        &self,
        session: &Session,
        snapshot: &Snapshot,
        changes: &Changes,
        level: Level,
    ) -> Result<Token, Fault> {
        let exchange = &session.0;
        let now = exchange.now;
        let mut header = snapshot.header;
        if let Some(slot) = header.authenticated.get_mut(level as usize) {
            *slot = Some(now);
        }
        header.level = header.level.max(level);
        header.epoch = header.epoch.wrapping_add(1);
        header.last_seen = now;
        header.longest_gap = 0;
        header.rotated_at = now;
        header.captured = exchange.captured;
        header.step_up = false;
        header.failed = 0;
        header.challenge = header.challenge.map(|challenge| Challenge { answered: true, ..challenge });
        let w = self.wide_of(&snapshot.identity)?;
        let expiry = self.expiry(&header, &w);
        let data = against(changes, Some(&snapshot.data)).map_err(Fault::Data)?;
        check_growth(&snapshot.data, &data).map_err(Fault::Data)?;
        let Some(from) = exchange.token else { return Err(Fault::Denied(Denial::login(Reason::NoSession))) };
        for _ in 0..DRAWS {
            let (token, to) = self.draw()?;
            let identity = Arc::clone(&snapshot.identity);
            let rotate = Rotate {
                record: snapshot.id,
                from,
                to,
                header,
                identity,
                expiry,
                data: data.clone(),
                generation: None,
                now,
            };
            let store = self.0.store.clone();
            match shielded(async move { store.rotate(rotate).await }).await? {
                Rotated::Done => return Ok(token),
                Rotated::Conflict => return Err(Fault::Denied(Denial::login(Reason::Superseded))),
                Rotated::Gone => return Err(Fault::Denied(Denial::login(Reason::NoSession))),
                Rotated::Reset => return Err(Fault::Denied(Denial::login(Reason::Ended(EndReason::Revoked)))),
                Rotated::Taken => {}
            }
        }
        Err(Fault::Random)
    }

    fn draw(&self) -> Result<(Token, TokenId), Fault> {
        let token = Token::random(&*self.0.random).map_err(|_| Fault::Random)?;
        let id = token.id(TokenKind::Session);
        Ok((token, id))
    }

    /// W of a session.
    fn wide_of(&self, identity: &Identity) -> Result<Effective, Fault> {
        let version = || Fault::Denied(Denial::retry(Reason::Version));
        let role = self.role_index(identity).map_err(|_| version())?;
        let (_, w): &(Rules, Effective) = self.session_wide(role).ok_or_else(version)?;
        Ok(*w)
    }
}
