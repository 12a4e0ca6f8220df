//! Forgetting: what was kept for a while only.

use ::redb::ReadableTable;

use super::{
    Fault, read,
    state::State,
    tables::{Due, Gone, Place},
};
use crate::{
    store::{TOMBSTONE_KEPT_MS, UserId},
    token::RecordId,
};

/// How long the word of a successor is good for: 30 days.
const LOOK_AGAIN_MS: u64 = 30 * 24 * 60 * 60 * 1000;

impl State<'_> {
    /// Forgets what is due at `now`, at most so many. Whether there is more.
    pub(super) fn forget(&mut self, now: u64, at_most: usize) -> Result<bool, Fault> {
        let mut due = Vec::new();
        let mut more = false;
        for entry in self.due.range(..(now.saturating_add(1), 0, &[][..]))? {
            if due.len() == at_most {
                more = true;
                break;
            }
            let key = entry?.0;
            let (until, kind, which) = key.value();
            due.push((until, Due::from_key(kind, which)?));
        }
        for (until, what) in due {
            self.touch();
            let (kind, which) = what.key();
            self.due.remove((until, kind, which))?;
            if let Some(later) = self.forget_one(until, &what, now)? {
                self.forget_at(later, &what)?;
            }
        }
        Ok(more)
    }

    /// Forgets it, unless it is still of use: then until when.
    fn forget_one(&mut self, until: u64, what: &Due, now: u64) -> Result<Option<u64>, Fault> {
        match what {
            Due::Token(token) => {
                let place = read::place(&self.tokens, token)?;
                // It became something else since, which is due at a time of its own.
                let Some(place) = place.filter(|place| place.until() == Some(until)) else { return Ok(None) };
                if let Place::Superseded { what, .. } = place
                    && let Some(later) = self.lives_until(&what.by, now)?
                {
                    self.tokens.insert(&token.0, Place::Superseded { what, until: later }.to_bytes().as_slice())?;
                    return Ok(Some(later));
                }
                self.tokens.remove(&token.0)?;
            }
            Due::Gone(id) => {
                let Some((gone, _)) = read::gone(&self.gone, id)?.filter(|(_, kept)| *kept == until) else {
                    return Ok(None);
                };
                if let Gone::SucceededBy(by) = gone
                    && let Some(later) = self.lives_until(&by, now)?
                {
                    self.gone.insert(&id.0, gone.to_bytes(later).as_slice())?;
                    return Ok(Some(later));
                }
                self.gone.remove(&id.0)?;
            }
            Due::Claim(id) => self.settle(id)?,
            Due::Generation(user) => {
                let kept = self.generations.get(user.as_str())?.map(|entry| entry.value().1);
                if kept.is_none_or(|at| at.saturating_add(TOMBSTONE_KEPT_MS) > now) {
                    return Ok(None);
                }
                let live = match UserId::try_from(user.as_str()) {
                    Ok(user) => !self.of_user(&user)?.is_empty(),
                    Err(_) => false,
                };
                if live {
                    return Ok(Some(now.saturating_add(TOMBSTONE_KEPT_MS)));
                }
                self.generations.remove(user.as_str())?;
            }
        }
        Ok(None)
    }

    /// Until when a successor is live at the longest, if that is later than now: it may be later than was foreseen when it
    /// took over.
    fn lives_until(&self, id: &RecordId, now: u64) -> Result<Option<u64>, Fault> {
        let until = self.get(id)?.map(|kept| kept.session.expiry.absolute_at);
        // A session of a later format has no end that is known here: looked at again once in a while.
        Ok(until.filter(|until| *until > now).map(|until| until.min(now.saturating_add(LOOK_AGAIN_MS))))
    }
}
