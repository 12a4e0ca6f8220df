//! Everything that ends sessions, and what is kept of them.

use super::{
    BATCH, RedisStore,
    change::{TRIES, contended},
    kept,
    recent::without_data,
    scripts::{self, Answer, Call, unexpected},
};
use crate::{
    store::{
        CLAIM_KEPT_MS, Claim, ClockReport, Cursor, End, EndReason, Ended, Generation, Reclaim, Reset, ResetEveryone,
        SetRole, Snapshot, StoreError, Sweep, Swept, TOMBSTONE_KEPT_MS, UserId,
    },
    token::RecordId,
};
use tokio::time::Instant;

/// A report in `lua/clock.lua`: engine and time, 8 bytes each.
const REPORT_BYTES: usize = 16;

/// When, and until when the caller has the claims.
pub(super) struct Ending {
    pub(super) lease: Option<u64>,
    pub(super) now: u64,
}

impl Call {
    /// What `lua/ending.lua` reads.
    pub(super) fn ending(self, ending: &Ending) -> Self {
        let Ending { lease, now } = *ending;
        let [tomb, claim] = [TOMBSTONE_KEPT_MS, CLAIM_KEPT_MS].map(|kept| now.saturating_add(kept));
        self.text(&format!("{now:020}"))
            .some_millis(lease)
            .millis(tomb)
            .millis(kept::backstop(tomb, now))
            .millis(claim)
            .millis(kept::backstop(claim, now))
    }
}

/// On condition of what a session is ended.
#[derive(Clone, Copy)]
enum On {
    Any,
    /// It is still what the caller saw.
    Rev(u64),
    /// Never: what is it?
    Look,
}

/// A session to end, and why.
type Item = (RecordId, On, EndReason);

/// Sessions on the list of deadlines, if they are still there.
type Due = Vec<(RecordId, Option<Snapshot>)>;

/// How an end turned out for one session.
enum Buried {
    Ended(Snapshot),
    /// It is another by now.
    Changed(Snapshot),
    /// It was not live.
    Gone(Option<EndReason>),
}

impl RedisStore {
    pub(super) async fn end_now(&self, end: &End) -> Result<Ended, StoreError> {
        let until = self.link.until();
        let ending = Ending { lease: end.lease, now: end.now };
        let Some(judged) = end.if_unseen_since else {
            return self
                .bury(&ending, &[(end.record, On::Any, end.reason)], until)
                .await
                .map(|buried| ended(buried, end));
        };
        let mut on = On::Look;
        for _ in 0..TRIES {
            let mut buried = self.bury(&ending, &[(end.record, on, end.reason)], until).await?;
            match buried.pop() {
                Some(Buried::Changed(session)) if session.seen_since(judged) => return Ok(Ended::Alive),
                Some(Buried::Changed(session)) => on = On::Rev(session.rev),
                other => return Ok(ended(other.into_iter().collect(), end)),
            }
        }
        Err(contended())
    }

    /// Ends these, in one operation.
    async fn bury(&self, ending: &Ending, these: &[Item], until: Instant) -> Result<Vec<Buried>, StoreError> {
        let mut call = self.script(&scripts::BURY).ending(ending).count(these.len());
        for (id, on, reason) in these {
            call = call.bytes(&id.0);
            call = match on {
                On::Any => call.text(""),
                On::Rev(rev) => call.bytes(&rev.to_be_bytes()),
                On::Look => call.text("look"),
            };
            call = call.text(reason.as_str());
        }
        let mut answer = self.call(call, until).await?;
        let mut buried = Vec::with_capacity(these.len());
        for _ in these {
            let (word, bytes) = (answer.word()?, answer.need()?);
            buried.push(match (word.as_str(), bytes.as_slice()) {
                ("ended", session) => Buried::Ended(kept::from_bytes(session)?),
                ("changed", session) => Buried::Changed(kept::from_bytes(session)?),
                ("gone", [b'E', reason @ ..]) => Buried::Gone(Some(kept::reason(reason)?)),
                ("gone", _) => Buried::Gone(None),
                (other, _) => return Err(unexpected(other)),
            });
        }
        Ok(buried)
    }

    pub(super) async fn sweep_now(&self, sweep: &Sweep) -> Result<Swept, StoreError> {
        let ending = Ending { lease: sweep.lease, now: sweep.now };
        let wanted = sweep.at_most.min(BATCH);
        let mut swept = Swept::default();
        let mut more = wanted > 0;
        // Those that this version cannot read, or that somebody just used, stay where they are: past them.
        let mut past = 0;
        while more && swept.ended == 0 {
            let due;
            (due, more) = self.due(sweep.due, past, wanted, self.link.until()).await?;
            let mut these: Vec<Item> = Vec::new();
            for (id, session) in due {
                match session {
                    Some(session) if session.deadline() <= sweep.due => {
                        these.push((id, On::Rev(session.rev), session.overdue()));
                    }
                    Some(_) => past += 1,
                    // Only the server's own expiry can have taken it; this takes it off the lists.
                    None => these.push((id, On::Look, EndReason::StoreLost)),
                }
            }
            if these.is_empty() {
                continue;
            }
            for (buried, (.., reason)) in self.bury(&ending, &these, self.link.until()).await?.into_iter().zip(&these) {
                match buried {
                    Buried::Ended(session) => {
                        swept.ended += 1;
                        if sweep.lease.is_some() {
                            swept.claims.push(Claim { session, reason: *reason, at: sweep.now });
                        }
                    }
                    Buried::Changed(_) => past += 1,
                    Buried::Gone(_) => {}
                }
            }
        }
        more |= self.forget(sweep, self.link.until()).await?;
        swept.next = more.then_some(Cursor([0; 16]));
        Ok(swept)
    }

    /// At most so many, and whether there are more.
    async fn due(&self, due: u64, skip: usize, at_most: usize, until: Instant) -> Result<(Due, bool), StoreError> {
        let call = self.script(&scripts::DUE).millis(due).count(skip).count(at_most);
        let mut answer = self.call(call, until).await?;
        let more = answer.word()? == "more";
        let mut found = Due::new();
        while let Some(id) = answer.bytes()? {
            let session = answer.need()?;
            let session = if session.is_empty() { None } else { Some(kept::from_bytes(&session)?) };
            found.push((kept::record_id(&id)?, session));
        }
        Ok((found, more))
    }

    /// Whether there is more to forget.
    async fn forget(&self, sweep: &Sweep, until: Instant) -> Result<bool, StoreError> {
        let at_most = sweep.at_most.max(BATCH);
        let call = self.script(&scripts::FORGET).millis(sweep.now).count(at_most);
        let call = call.millis(kept::BACKSTOP_MS).millis(kept::FOREVER_MS);
        let looked_at = self.call(call, until).await?.number()?;
        Ok(usize::try_from(looked_at).is_ok_and(|looked_at| looked_at >= at_most))
    }

    pub(super) async fn reclaim_now(&self, reclaim: &Reclaim) -> Result<Vec<Claim>, StoreError> {
        let call =
            self.script(&scripts::RECLAIM).millis(reclaim.now).millis(reclaim.lease).count(reclaim.at_most.min(BATCH));
        let mut answer = self.call(call, self.link.until()).await?;
        let mut claims = Vec::new();
        while let Some(claim) = answer.bytes()? {
            // One that cannot be read is nobody's until its lease is over, and keeps no other waiting.
            claims.extend(kept::claim_from_bytes(&claim).ok());
        }
        Ok(claims)
    }

    pub(super) async fn settle_now(&self, ends: &[RecordId]) -> Result<(), StoreError> {
        if ends.is_empty() {
            return Ok(());
        }
        let call = self.script(&scripts::SETTLE).count(ends.len());
        self.call(ends.iter().fold(call, |call, end| call.bytes(&end.0)), self.link.until()).await.map(drop)
    }

    pub(super) async fn generation_now(&self, user: &UserId) -> Result<Generation, StoreError> {
        let mut answer = self.call(self.script(&scripts::GENERATION).text(user.as_str()), self.link.until()).await?;
        let generation = answer.word()?.parse().map(Generation).map_err(StoreError::new)?;
        let mut sessions = Vec::new();
        while let Some(session) = answer.bytes()? {
            // Nobody's login begins in vain because one of them cannot be read: it will be seen then.
            sessions.extend(kept::from_bytes(&session).map(without_data));
        }
        self.of_users.take(user);
        if !sessions.is_empty() {
            let bytes = sessions.len() * size_of::<Snapshot>();
            self.of_users.keep(user.clone(), sessions, bytes);
        }
        Ok(generation)
    }

    pub(super) async fn of_user_now(&self, user: &UserId, until: Instant) -> Result<Vec<Snapshot>, StoreError> {
        let mut answer = self.call(self.script(&scripts::OF_USER).text(user.as_str()), until).await?;
        let mut sessions = Vec::new();
        while let Some(session) = answer.bytes()? {
            sessions.push(kept::from_bytes(&session)?);
        }
        sessions.sort_by_key(|session| (session.header.created, session.id));
        Ok(sessions)
    }

    pub(super) async fn reset_user_now(&self, reset: &Reset) -> Result<Swept, StoreError> {
        let ending = Ending { lease: reset.lease, now: reset.now };
        let call = self
            .script(&scripts::RESET_USER)
            .ending(&ending)
            .text(reset.user.as_str())
            .bytes(reset.except.as_ref().map_or(&[], |except| &except.0))
            .text(reset.reason.as_str());
        swept(self.call(call, self.link.until()).await?, reset.reason, reset.now)
    }

    pub(super) async fn reset_everyone_now(&self, reset: &ResetEveryone) -> Result<Swept, StoreError> {
        let ending = Ending { lease: reset.lease, now: reset.now };
        let call = self
            .script(&scripts::RESET_EVERYONE)
            .ending(&ending)
            .text(if reset.after.is_none() { "1" } else { "0" })
            .bytes(reset.after.as_ref().map_or(&[], |after| &after.0))
            .count(reset.at_most.clamp(1, BATCH))
            .text(reset.reason.as_str());
        let mut answer = self.call(call, self.link.until()).await?;
        let last = answer.need()?;
        let mut swept = swept(answer.nested()?, reset.reason, reset.now)?;
        if !last.is_empty() {
            swept.next = Some(Cursor(kept::record_id(&last)?.0));
        }
        Ok(swept)
    }

    pub(super) async fn set_role_now(&self, set: &SetRole) -> Result<usize, StoreError> {
        let until = self.link.until();
        let known_until = set.now.saturating_add(TOMBSTONE_KEPT_MS);
        for _ in 0..TRIES {
            let sessions = self.of_user_now(&set.user, until).await?;
            let mut call = self
                .script(&scripts::SET_ROLE)
                .text(set.user.as_str())
                .millis(set.now)
                .millis(known_until)
                .millis(kept::backstop(known_until, set.now))
                .count(sessions.len());
            let count = sessions.len();
            for session in sessions {
                let rev = session.rev;
                let mut session = kept::changeable(session)?;
                session.set_role(set.role.as_ref());
                call = call.bytes(&session.id.0).bytes(&rev.to_be_bytes()).session(&session, set.now)?;
            }
            match self.call(call, until).await?.word()?.as_str() {
                "done" => return Ok(count),
                "changed" => {}
                other => return Err(unexpected(other)),
            }
        }
        Err(contended())
    }

    pub(super) async fn report_clock_now(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        let call = self.script(&scripts::CLOCK).bytes(&report.engine.to_be_bytes()).bytes(&report.now.to_be_bytes());
        let reports = self.call(call, self.link.until()).await?.need()?;
        let report = |bytes: &[u8]| {
            let (engine, now) = bytes.split_first_chunk::<8>()?;
            Some(ClockReport { engine: u64::from_be_bytes(*engine), now: u64::from_be_bytes(now.try_into().ok()?) })
        };
        Ok(reports.chunks_exact(REPORT_BYTES).filter_map(report).collect())
    }
}

fn ended(mut buried: Vec<Buried>, end: &End) -> Ended {
    match buried.pop() {
        Some(Buried::Ended(session)) => Ended::Done(Box::new(Claim { session, reason: end.reason, at: end.now })),
        Some(Buried::Gone(Some(reason))) => Ended::Already(reason),
        Some(Buried::Changed(_) | Buried::Gone(None)) | None => Ended::Unknown,
    }
}

/// What `buried` in `lua/ending.lua` says.
fn swept(mut answer: Answer, reason: EndReason, at: u64) -> Result<Swept, StoreError> {
    let ended = usize::try_from(answer.number()?).map_err(StoreError::new)?;
    let mut claims = Vec::new();
    while let Some(session) = answer.bytes()? {
        claims.push(Claim { session: kept::from_bytes(&session)?, reason, at });
    }
    Ok(Swept { ended, claims, next: None })
}
