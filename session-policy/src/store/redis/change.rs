//! Load, commit, rotate: what is read is changed by the plain functions, and written if it is still what was read.

use super::{
    RedisStore, kept,
    recent::without_data,
    scripts::{self, Answer, Call, unexpected},
};
use crate::{
    store::{
        Commit, Committed, Generation, How, Load, Loaded, Merged, Presented, Rotate, Rotated, Snapshot, StoreError,
        Superseded, UserId,
    },
    token::{RecordId, TokenId},
};
use tokio::time::Instant;

/// How often something is tried: others may change it in between, each time. Each time one of them succeeds, so so many
/// requests at once lose nothing; the store's timeout bounds them, too.
pub(super) const TRIES: usize = 256;

pub(super) fn contended() -> StoreError {
    StoreError::new("the session changed with every try to write it")
}

/// What a change hangs on besides the session itself.
#[derive(Clone, Copy, Default)]
struct If<'a> {
    generation: Option<(&'a UserId, Generation)>,
    /// A token that nobody has yet.
    new: Option<TokenId>,
}

/// Tokens that belong to the past from now on.
type Former = Vec<(TokenId, Superseded)>;

/// How a write, or a look at what it hangs on, turned out.
enum Outcome {
    Done,
    Reset,
    Taken,
    Gone,
    /// The session is another by now.
    Changed(Box<Snapshot>),
}

impl Call {
    fn depends(self, on: If<'_>) -> Self {
        let call = match on.generation {
            Some((user, generation)) => self.text(user.as_str()).text(&generation.0.to_string()),
            None => self.text("").text(""),
        };
        match on.new {
            Some(token) => call.bytes(&token.0),
            None => call.text(""),
        }
    }

    /// A session, when it is due, and how long the server keeps it at most.
    pub(super) fn session(self, session: &Snapshot, now: u64) -> Result<Self, StoreError> {
        let backstop = kept::backstop(session.expiry.absolute_at, now);
        Ok(self.bytes(&kept::to_bytes(session)?).millis(session.deadline()).millis(backstop))
    }
}

impl RedisStore {
    pub(super) async fn load_now(&self, load: Load) -> Result<Loaded, StoreError> {
        let until = self.link.until();
        for _ in 0..TRIES {
            let mut answer = self.call(self.script(&scripts::LOAD).bytes(&load.token.0), until).await?;
            let session = match answer.word()?.as_str() {
                "unknown" => return Ok(Loaded::Unknown),
                "ended" => return Ok(Loaded::Ended(kept::reason(&answer.need()?)?)),
                "superseded" => {
                    let what = Superseded::from_bytes(&answer.need()?);
                    return what
                        .map(Loaded::Superseded)
                        .ok_or_else(|| StoreError::new("a token's place cannot be read"));
                }
                "live" => kept::from_bytes(&answer.need()?)?,
                other => return Err(unexpected(other)),
            };
            let mut presented = session.clone();
            match presented.present(&load.token, load.now) {
                Presented::Open => return Ok(self.live(load.token, presented)),
                Presented::Superseded(what) => return Ok(Loaded::Superseded(what)),
                Presented::Unknown => return Ok(Loaded::Unknown),
                Presented::Confirmed(former) => {
                    let former = rotated_away(&presented, former, load.now);
                    if let Outcome::Done =
                        self.put(session.rev, &presented, If::default(), former, load.now, until).await?
                    {
                        return Ok(self.live(load.token, presented));
                    }
                    // Another request was first; what the token is now, only a new look tells.
                }
            }
        }
        Err(contended())
    }

    /// Whoever is not signed in may be about to log in.
    fn live(&self, token: TokenId, session: Snapshot) -> Loaded {
        if session.identity.user.is_none() {
            self.of_nobody.keep(token, without_data(session.clone()), size_of::<Snapshot>());
        }
        Loaded::Live(session)
    }

    pub(super) async fn commit_now(&self, mut commit: Commit) -> Result<Committed, StoreError> {
        let until = self.link.until();
        let mut hint = true;
        let mut seen = match commit.seen.take().filter(|seen| seen.id == commit.record) {
            Some(seen) => seen,
            None => {
                hint = false;
                match self.peek(commit.record, If::default(), until).await? {
                    Outcome::Changed(session) => session,
                    _ => return Ok(Committed::Gone),
                }
            }
        };
        for _ in 0..TRIES {
            let mut session = kept::changeable(Snapshot::clone(&seen))?;
            let (rotated, former) = match session.merge(&commit) {
                Merged::Done { rotated, former } => (rotated, former),
                // Perhaps only what the caller saw is old.
                Merged::Conflict if hint => {
                    hint = false;
                    match self.peek(commit.record, If::default(), until).await? {
                        Outcome::Changed(session) => seen = session,
                        _ => return Ok(Committed::Gone),
                    }
                    continue;
                }
                Merged::Conflict => return Ok(Committed::Conflict),
            };
            let new = commit.successor.filter(|_| rotated).map(|successor| successor.to);
            let former = rotated_away(&session, former, commit.now);
            let on = If { generation: None, new };
            match self.put(seen.rev, &session, on, former, commit.now, until).await? {
                Outcome::Done => return Ok(Committed::Done { failed: session.header.failed, rotated }),
                Outcome::Taken => commit.successor = None,
                Outcome::Gone | Outcome::Reset => return Ok(Committed::Gone),
                Outcome::Changed(other) => {
                    hint = false;
                    seen = other;
                }
            }
        }
        Err(contended())
    }

    pub(super) async fn rotate_now(&self, mut rotate: Rotate) -> Result<Rotated, StoreError> {
        let until = self.link.until();
        let user = rotate.identity.user.clone();
        let on = If { generation: user.as_ref().zip(rotate.generation), new: Some(rotate.to) };
        let mut seen = rotate.seen.take().filter(|seen| seen.id == rotate.record);
        for _ in 0..TRIES {
            let (current, fresh) = match seen.take() {
                Some(seen) => (seen, false),
                None => match self.peek(rotate.record, on, until).await? {
                    Outcome::Changed(session) => (session, true),
                    other => return Ok(refused(&other)),
                },
            };
            let mut session = kept::changeable(Snapshot::clone(&current))?;
            let Some(former) = session.rotate(&rotate) else {
                if fresh {
                    return Ok(Rotated::Conflict);
                }
                continue;
            };
            match self.put(current.rev, &session, on, former, rotate.now, until).await? {
                Outcome::Done => return Ok(Rotated::Done),
                // Looked at again with everything that it hangs on.
                Outcome::Changed(_) => {}
                other => return Ok(refused(&other)),
            }
        }
        Err(contended())
    }

    async fn peek(&self, record: RecordId, on: If<'_>, until: Instant) -> Result<Outcome, StoreError> {
        outcome(self.call(self.script(&scripts::PEEK).bytes(&record.0).depends(on), until).await?)
    }

    async fn put(
        &self,
        rev: u64,
        session: &Snapshot,
        on: If<'_>,
        former: Former,
        now: u64,
        until: Instant,
    ) -> Result<Outcome, StoreError> {
        let call = self.script(&scripts::PUT).bytes(&session.id.0).bytes(&rev.to_be_bytes()).session(session, now)?;
        let call = call.depends(on).millis(session.expiry.absolute_at);
        outcome(self.call(former_tokens(call, &former), until).await?)
    }

    pub(super) async fn call(&self, call: Call, until: Instant) -> Result<Answer, StoreError> {
        Ok(self.link.call(call, until).await?)
    }
}

pub(super) fn former_tokens(call: Call, former: &[(TokenId, Superseded)]) -> Call {
    let call = call.count(former.len());
    former.iter().fold(call, |call, (token, what)| call.bytes(&token.0).bytes(&what.to_bytes()))
}

/// These tokens of the session were rotated, and are good for nothing any more.
fn rotated_away(session: &Snapshot, former: impl IntoIterator<Item = TokenId>, now: u64) -> Former {
    former.into_iter().map(|token| (token, session.replaced(now, How::Rotated, session.id))).collect()
}

fn outcome(mut answer: Answer) -> Result<Outcome, StoreError> {
    Ok(match answer.word()?.as_str() {
        "done" => Outcome::Done,
        "reset" => Outcome::Reset,
        "taken" => Outcome::Taken,
        "gone" => Outcome::Gone,
        "changed" => Outcome::Changed(Box::new(kept::from_bytes(&answer.need()?)?)),
        other => return Err(unexpected(other)),
    })
}

fn refused(outcome: &Outcome) -> Rotated {
    match outcome {
        Outcome::Done => Rotated::Done,
        Outcome::Reset => Rotated::Reset,
        Outcome::Taken => Rotated::Taken,
        Outcome::Gone => Rotated::Gone,
        Outcome::Changed(_) => Rotated::Conflict,
    }
}
