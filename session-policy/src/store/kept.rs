//! What a change does to a live session: one place for every store. Plain functions: no locks, no maps, no clock.
//!
//! A store that can change a record in place does so under its lock; one that cannot (a database) applies the change to what
//! it read, and writes the result on condition that [`Snapshot::rev`] is still what it was.

use std::sync::Arc;

use super::{
    Commit, DataChange, EndReason, Entries, Header, How, Identity, Line, Record, Rotate, Snapshot, Stamp, Superseded,
    TokenStanding, UserId,
};
use crate::{
    policy::Level,
    token::{RecordId, TokenId},
};

/// Keys of entries begin with it that are not the session's but of a store around the store (`Sealed`, say): they are kept as
/// all others, and change no [`Snapshot::version`].
pub(crate) const STORES_OWN: char = '\u{1}';

/// A presented token, judged by the session that it leads to. See [`Snapshot::present`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presented {
    /// It opens the session; nothing changed.
    Open,
    /// It opens the session, and was confirmed: the change must be stored before anybody is told, and these tokens are
    /// [`How::Rotated`] from now on.
    Confirmed(Vec<TokenId>),
    /// It was replaced.
    Superseded(Superseded),
    /// The session does not know it.
    Unknown,
}

/// What a merged commit came to. See [`Snapshot::merge`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Merged {
    /// Merged.
    Done {
        /// The successor leads to the session from now on; `false` if none was asked for or could be issued.
        rotated: bool,
        /// This token is [`How::Rotated`] from now on.
        former: Option<TokenId>,
    },
    /// The version moved on; nothing was changed.
    Conflict,
}

impl Snapshot {
    /// Of a new record.
    #[must_use]
    pub fn new(token: TokenId, record: Record) -> Self {
        let Record { id, header, identity, data, expiry } = record;
        Self { id, version: 0, rev: 0, header, identity, data, expiry, line: Line::new(token) }
    }

    /// The instant from which it is dead.
    #[must_use]
    pub fn deadline(&self) -> u64 {
        self.expiry.deadline(self.header.last_seen)
    }

    /// Why it dies at its deadline: by the one that comes first; the absolute end if both come at once.
    #[must_use]
    pub fn overdue(&self) -> EndReason {
        if self.deadline() < self.expiry.absolute_at { EndReason::Idle } else { EndReason::Absolute }
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub fn signed_in(&self) -> bool {
        self.header.level > Level::Anonymous
    }

    /// Whether it is this user's.
    #[must_use]
    pub fn is_of(&self, user: &UserId) -> bool {
        self.identity.user.as_ref() == Some(user)
    }

    /// Presents a token that leads here. The first presentation of a successor confirms it, whatever becomes of the request.
    ///
    /// Of a record in a format that this version does not know, the tokens are not known either: whoever has one that leads
    /// here finds it ([`Presented::Open`]), and is told to come back later.
    pub fn present(&mut self, token: &TokenId, now: u64) -> Presented {
        if self.header.version != Header::VERSION {
            return Presented::Open;
        }
        match self.line.standing(token, now) {
            TokenStanding::Current | TokenStanding::Parent | TokenStanding::Unanswered { .. } => Presented::Open,
            TokenStanding::Sibling => {
                self.rev = self.rev.wrapping_add(1);
                Presented::Confirmed(self.line.confirm(*token))
            }
            TokenStanding::Replayed => {
                Presented::Superseded(self.replaced(self.header.rotated_at, How::Rotated, self.id))
            }
            TokenStanding::Unknown => Presented::Unknown,
        }
    }

    /// What is known of a token of this session once it belongs to the past.
    #[must_use]
    pub fn replaced(&self, at: u64, how: How, by: RecordId) -> Superseded {
        Superseded { by, at, authenticated: self.signed_in(), how }
    }

    /// What becomes of each of its tokens when another token, or another session, takes its place at `now`, without grace.
    pub fn all_replaced(&self, now: u64, by: RecordId) -> impl Iterator<Item = (TokenId, Superseded)> + '_ {
        self.line.tokens().map(move |token| {
            let how = if self.line.is_spent(&token, now) { How::Rotated } else { How::Replaced };
            (token, self.replaced(now, how, by))
        })
    }

    /// Merges a commit.
    pub fn merge(&mut self, commit: &Commit) -> Merged {
        if commit.if_version.is_some_and(|version| version != self.version) {
            return Merged::Conflict;
        }
        self.rev = self.rev.wrapping_add(1);
        if let Some(stamp) = commit.stamp {
            merge_stamp(&mut self.header, stamp);
        }
        if merge_data(&mut self.data, &commit.data) {
            self.version = self.version.wrapping_add(1);
        }
        if commit.mark_step_up {
            self.header.step_up = true;
        }
        if commit.count_failure {
            self.header.failed = self.header.failed.saturating_add(1);
        }
        if let Some(challenge) = commit.challenge {
            self.header.challenge = challenge;
        }
        // What was computed from another authentication says nothing about this one.
        if let Some((expiry, epoch)) = commit.expiry
            && epoch == self.header.epoch
        {
            self.expiry = expiry;
        }
        let issued = commit
            .successor
            .and_then(|successor| self.line.issue(successor.from, successor.to, successor.grace_until, commit.now));
        match issued {
            None => Merged::Done { rotated: false, former: None },
            Some(issued) => {
                self.header.rotated_at = self.header.rotated_at.max(commit.now);
                self.header.recovered |= issued.recovery;
                Merged::Done { rotated: true, former: issued.former }
            }
        }
    }

    /// Takes a new token after an authentication or a change of level or role, without grace for the old ones. Returns what
    /// they are from now on; `None`, and no change, if `from` may not act for the session, or its identity is not the expected one.
    pub fn rotate(&mut self, rotate: &Rotate) -> Option<Vec<(TokenId, Superseded)>> {
        if !self.line.may_act(&rotate.from, rotate.acts_at) {
            return None;
        }
        if rotate.if_identity.as_ref().is_some_and(|expected| *expected != self.identity) {
            return None;
        }
        let former = self.all_replaced(rotate.now, self.id).collect();
        let old = self.header;
        let mut new = rotate.header;
        new.created = old.created;
        new.last_seen = new.last_seen.max(old.last_seen);
        // Without an authentication in between, what parallel requests wrote since the caller loaded the record still holds.
        if new.epoch == old.epoch {
            new.longest_gap = new.longest_gap.max(old.longest_gap);
            new.step_up |= old.step_up;
            new.recovered |= old.recovered;
            new.failed = new.failed.max(old.failed);
        }
        self.line = Line::new(rotate.to);
        self.header = new;
        self.expiry = rotate.expiry;
        self.identity = Arc::clone(&rotate.identity);
        merge_data(&mut self.data, &rotate.data);
        self.version = self.version.wrapping_add(1);
        self.rev = self.rev.wrapping_add(1);
        Some(former)
    }

    /// Gives its user another role: what the old role allowed is gone at once, what the new one allows needs a
    /// re-authentication. Whether anything changed.
    pub fn set_role(&mut self, role: Option<&Arc<str>>) -> bool {
        let granted = if self.identity.role.as_ref() == role { None } else { role.cloned() };
        if self.identity.granted == granted {
            return false;
        }
        self.identity = Arc::new(Identity { granted, ..Identity::clone(&self.identity) });
        self.version = self.version.wrapping_add(1);
        self.rev = self.rev.wrapping_add(1);
        true
    }

    /// Whether there was activity or an authentication that the judgement `(last_seen, epoch)` did not see.
    #[must_use]
    pub fn seen_since(&self, (last_seen, epoch): (u64, u32)) -> bool {
        self.header.last_seen > last_seen || self.header.epoch > epoch
    }
}

fn merge_stamp(header: &mut Header, stamp: Stamp) {
    // An authentication began anew: a gap before it no longer counts, and a request before it was not its activity.
    if stamp.epoch == header.epoch {
        header.last_seen = header.last_seen.max(stamp.seen);
        header.longest_gap = header.longest_gap.max(stamp.gap);
    }
}

/// Whether anything of the session's own changed.
fn merge_data(data: &mut Arc<Entries>, changes: &[DataChange]) -> bool {
    let mut changed = false;
    for DataChange { key, value } in changes {
        if data.get(&**key) == value.as_ref() {
            continue;
        }
        changed |= !key.starts_with(STORES_OWN);
        let data = Arc::make_mut(data);
        match value {
            Some(value) => data.insert(Arc::clone(key), Arc::clone(value)),
            None => data.remove(&**key),
        };
    }
    changed
}

#[cfg(test)]
mod tests;
