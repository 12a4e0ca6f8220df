//! Periodic rotation, as the engine sees it: which tokens still open a session, when a successor is due, what a replay ends.
//! What becomes of the tokens is decided in [`Line`](crate::store::Line), in the store.

use super::{
    Sessions,
    handle::{Exchange, Standing},
};
use crate::{
    client::{UaMatch, UserAgent},
    clock::MAX_SKEW_MS,
    policy::Effective,
    store::{End, Ended, How, RECOVER_WITHIN_MS, Snapshot, StoreError, Successor, Superseded, TokenStanding},
    token::{RandomError, Token, TokenId, TokenKind},
    verdict::{EndReason, Reason},
};

/// An ex-authenticated token presented later than this after it was replaced by a login or a re-authentication is a replay.
const REPLAY_AFTER_MS: u64 = 60_000;

/// Of no session's last activity: with it, an end looks at the epoch alone. As large as a signed column holds.
const EVER_MS: u64 = i64::MAX.unsigned_abs();

/// What a presented token may do for the live session that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearer {
    /// It opens it.
    Holder,
    /// It opens it in place of a successor whose answer was lost; nothing counts as `fresh` for it.
    Recovering,
    /// Its successor's answer was lost too long ago, too often, or it comes from another client.
    Late,
}

impl Sessions {
    /// The time by which a rotated token's grace is judged. Machines that share a store differ in their clocks: the grace is
    /// over when it is over for all of them.
    pub(super) fn grace_time(&self, now: u64) -> u64 {
        now.saturating_sub(if self.0.store.is_shared() { MAX_SKEW_MS } else { 0 })
    }

    /// What the token may do at `now`, coming from this client.
    ///
    /// # Errors
    /// The store showed a session that this token does not open.
    pub(super) fn bearer(
        &self,
        snapshot: &Snapshot,
        token: &TokenId,
        ua: UserAgent,
        now: u64,
    ) -> Result<Bearer, StoreError> {
        match snapshot.line.standing(token, self.grace_time(now)) {
            TokenStanding::Current | TokenStanding::Parent => Ok(Bearer::Holder),
            TokenStanding::Unanswered { since, recoveries } => {
                // Whatever the policy binds: a second token for one client is for that very client.
                let same = UserAgent::compare(snapshot.header.captured.ua, ua) == UaMatch::Same;
                let in_time = now < since.saturating_add(RECOVER_WITHIN_MS);
                Ok(if same && in_time && recoveries > 0 { Bearer::Recovering } else { Bearer::Late })
            }
            TokenStanding::Sibling | TokenStanding::Replayed | TokenStanding::Unknown => {
                Err(StoreError::new("it showed a session that the presented token does not open"))
            }
        }
    }

    /// A successor for the token of this request, if one is due. The store has the last word: of parallel requests with the
    /// same token one gets it.
    ///
    /// # Errors
    /// The source of randomness does not answer.
    pub(super) fn successor(
        &self,
        exchange: &Exchange,
        snapshot: &Snapshot,
        w: &Effective,
    ) -> Result<Option<(Token, Successor)>, RandomError> {
        let Some(from) = exchange.token.filter(|_| exchange.counts) else { return Ok(None) };
        let now = exchange.now;
        let due = match snapshot.line.standing(&from, self.grace_time(now)) {
            TokenStanding::Current => {
                w.rotate_every_ms.is_some_and(|every| now.saturating_sub(snapshot.header.rotated_at) >= every)
            }
            // Also if rotation was switched off meanwhile: without a successor, the client would be left with a dead token.
            TokenStanding::Unanswered { .. } => true,
            TokenStanding::Parent | TokenStanding::Sibling | TokenStanding::Replayed | TokenStanding::Unknown => false,
        };
        // What an engine writes of the time while others disagree is wrong for all.
        if !due || !self.keeps_time() {
            return Ok(None);
        }
        let token = Token::random(&*self.0.random)?;
        // The handler may have taken its time: the grace begins when the answer goes out.
        let grace_until = self.now_ms().max(now).saturating_add(w.grace_ms);
        let to = token.id(TokenKind::Session);
        Ok(Some((token, Successor { from, to, grace_until })))
    }

    /// A replaced token. It opens nothing; where it must have been copied, the session of its successor ends.
    pub(super) async fn superseded(&self, superseded: Superseded, now: u64) -> Result<Standing, StoreError> {
        let Superseded { by, at, authenticated, how } = superseded;
        let replayed = match how {
            How::Rotated => true,
            How::Replaced => authenticated && now > at.saturating_add(REPLAY_AFTER_MS),
        };
        if !replayed || !self.keeps_time() {
            return Ok(Standing::Superseded(Reason::Superseded));
        }
        // Whoever planted an anonymous token must not be able to sign out who signed in with it: only an anonymous session,
        // which was never authenticated, ends for it.
        let if_unseen_since = (!authenticated).then_some((EVER_MS, 0));
        let reason = EndReason::TokenReplayed;
        let ended = self.end_record(End { if_unseen_since, ..End::of(by, reason, now) }).await?;
        Ok(Standing::Superseded(match (how, ended) {
            (How::Rotated, Ended::Done(_)) => Reason::Ended(reason),
            (How::Rotated, Ended::Already(earlier)) => Reason::Ended(earlier),
            // A late request with a token of before a login is told no more than an early one.
            _ => Reason::Superseded,
        }))
    }
}
