//! Challenges to re-authenticate: the same one again, right after it was answered, is refused instead of repeated for ever.

use super::{Sessions, lower::shielded};
use crate::{
    policy::Effective,
    store::{Challenge, Commit, Header, Snapshot, StoreError},
    verdict::{Denial, Reason, Remedy},
};

impl Sessions {
    /// Remembers a challenge, and refuses to repeat one that a re-authentication did not satisfy.
    pub(super) async fn challenge_once(
        &self,
        route: u32,
        e: &Effective,
        snapshot: &Snapshot,
        denial: Denial,
        now: u64,
    ) -> Result<Denial, StoreError> {
        if !matches!(denial.remedy, Remedy::Reauthenticate { .. }) {
            return Ok(denial);
        }
        let digest = challenge_digest(route, denial.reason);
        let fresh = Challenge { digest, answered: false };
        let denial = match snapshot.header.challenge {
            Some(challenge) if challenge == fresh => return Ok(denial),
            Some(challenge)
                if challenge.digest == digest && still_answered(e, &snapshot.header, denial.reason, now) =>
            {
                Denial::refuse(Reason::StepUpFailed)
            }
            _ => denial,
        };
        let mut commit = Commit::of(snapshot.id, now);
        commit.challenge = Some(Some(fresh));
        let store = self.0.store.clone();
        shielded(async move { store.commit(commit).await }).await?;
        Ok(denial)
    }
}

/// So soon after a re-authentication the same challenge can only be the one that it was meant to answer.
const ANSWER_HOLDS_MS: u64 = 60_000;

/// Whether the last authentication still answers a challenge, so that the same one again means that it did not help. An
/// answer wears off with the limit that it renewed: who did something else meanwhile is asked again, not refused.
fn still_answered(e: &Effective, header: &Header, reason: Reason, now: u64) -> bool {
    let limit = match reason {
        Reason::Fresh => e.fresh_ms.unwrap_or(ANSWER_HOLDS_MS),
        Reason::RouteIdle => e.idle_ms,
        Reason::RouteAbsolute => e.absolute_ms,
        _ => ANSWER_HOLDS_MS,
    };
    let last = header.authenticated.into_iter().flatten().max().unwrap_or(header.created);
    now.saturating_sub(last) < limit.min(ANSWER_HOLDS_MS)
}

/// Tells route and reason of a challenge apart: the route in the upper bits, the reason in the lowest byte.
fn challenge_digest(route: u32, reason: Reason) -> u32 {
    let code = Reason::ALL.iter().position(|known| *known == reason).unwrap_or_default();
    route | u32::try_from(code).unwrap_or_default() & 0xff
}

/// The route's part of a challenge digest: FNV-1a over the path, its lowest byte left free.
pub(super) fn route_digest(path: &str) -> u32 {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    path.bytes().fold(0x811c_9dc5, step) & !0xff
}
