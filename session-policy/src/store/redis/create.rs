//! Create and admit: one script. What makes room, and what is replaced, is decided here for what the script last saw, or for
//! what was read before the login.

use super::{
    RedisStore,
    change::{TRIES, contended, former_tokens},
    ends::Ending,
    kept,
    link::Fault,
    scripts::{self, Answer, unexpected},
};
use crate::{
    store::{
        Admission, Claim, Create, Created, EndReason, How, SessionLimit, Snapshot, StoreError, Superseded, UserId,
        admission,
    },
    token::{RecordId, TokenId},
};

/// What a creation does besides creating, and for what it was decided. By default: nothing is replaced, and the user has no
/// other session.
#[derive(Default)]
struct Plan {
    replaced: Option<Snapshot>,
    others: Vec<Snapshot>,
    ending: Vec<(RecordId, EndReason)>,
}

impl Plan {
    /// `None` if the limit says no.
    fn new(replaced: Option<Snapshot>, others: Vec<Snapshot>, limit: Option<SessionLimit>, now: u64) -> Option<Self> {
        let mut ending = Vec::new();
        if let Some(limit) = limit {
            let Admission::Ending(these) = admission(&others, limit, now) else { return None };
            ending = these;
        }
        Some(Self { replaced, others, ending })
    }

    /// Another user's session is over; nobody's, or the same user's, goes on in the new one.
    fn replaced_reason(&self, by: &Snapshot) -> Option<EndReason> {
        let old = &self.replaced.as_ref()?.identity.user;
        (old.is_some() && *old != by.identity.user).then_some(EndReason::IdentityChanged)
    }

    /// The script says what they were.
    fn claims(&self, by: &Snapshot, at: u64, mut ended: Answer) -> Result<Vec<Claim>, StoreError> {
        let reasons = self.ending.iter().map(|(_, reason)| *reason).chain(self.replaced_reason(by));
        reasons.map(|reason| Ok(Claim { session: kept::from_bytes(&ended.need()?)?, reason, at })).collect()
    }
}

impl RedisStore {
    /// The first attempt: for what was read when the login began, if it was. The script does nothing by it unless all of it
    /// is still so. A refusal would be nobody's to check: that takes a new look.
    fn first_plan(
        &self,
        user: Option<&UserId>,
        presented: Option<&TokenId>,
        limit: Option<SessionLimit>,
        now: u64,
    ) -> Plan {
        let mut others = user.and_then(|user| self.of_users.take(user)).unwrap_or_default();
        let replaced = presented.and_then(|token| {
            let own = others.iter().position(|other| other.line.tokens().any(|known| known == *token));
            own.map(|own| others.swap_remove(own)).or_else(|| self.of_nobody.take(token))
        });
        if limit.is_none() {
            others.clear();
        }
        Plan::new(replaced, others, limit, now).unwrap_or_default()
    }

    pub(super) async fn create_now(&self, create: Create, limit: Option<SessionLimit>) -> Result<Created, StoreError> {
        let until = self.link.until();
        let Create { token, record, generation, supersede, lease, now } = create;
        let session = Snapshot::new(token, record);
        let tombstone = Superseded { by: session.id, at: now, authenticated: false, how: How::Replaced };
        let user = session.identity.user.as_ref();
        let mut plan = self.first_plan(user, supersede.as_ref(), limit, now);
        for _ in 0..TRIES {
            let call = self
                .script(&scripts::CREATE)
                .ending(&Ending { lease, now })
                .bytes(&session.id.0)
                .bytes(&token.0)
                .session(&session, now)?
                .text(user.map_or("", |user| user.as_str()))
                .text(&generation.map_or_else(String::new, |generation| generation.0.to_string()))
                .bytes(supersede.as_ref().map_or(&[], |token| &token.0))
                .bytes(&tombstone.to_bytes())
                .millis(session.expiry.absolute_at)
                .text(if limit.is_some() { "1" } else { "0" });
            let mut call = match &plan.replaced {
                Some(old) => {
                    let formers: Vec<_> = old.all_replaced(now, session.id).collect();
                    let reason = plan.replaced_reason(&session).map_or("", EndReason::as_str);
                    former_tokens(call.bytes(&old.id.0).bytes(&old.rev.to_be_bytes()).text(reason), &formers)
                }
                None => call.text("").text("").text("").count(0),
            };
            call = call.count(plan.others.len());
            call = plan.others.iter().fold(call, |call, other| call.bytes(&other.id.0).bytes(&other.rev.to_be_bytes()));
            call = call.count(plan.ending.len());
            call = plan.ending.iter().fold(call, |call, (victim, reason)| call.bytes(&victim.0).text(reason.as_str()));
            let mut answer = match self.link.call(call, until).await {
                Ok(answer) => answer,
                Err(Fault::Full(_)) => return Ok(Created::Full),
                Err(Fault::Failed(error)) => return Err(error),
            };
            match answer.word()?.as_str() {
                "done" => return plan.claims(&session, now, answer).map(Created::Done),
                "reset" => return Ok(Created::Reset),
                "taken" => return Ok(Created::Taken),
                "decide" => {}
                other => return Err(unexpected(other)),
            }
            let replaced = answer.need()?;
            let replaced = if replaced.is_empty() { None } else { Some(kept::from_bytes(&replaced)?) };
            let mut others = Vec::new();
            while let Some(other) = answer.bytes()? {
                others.push(kept::from_bytes(&other)?);
            }
            plan = match Plan::new(replaced, others, limit, now) {
                Some(plan) => plan,
                None => return Ok(Created::Limit),
            };
        }
        Err(contended())
    }
}
