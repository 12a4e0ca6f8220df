//! A new session, and what makes room for it.

use super::{
    super::{
        Admission, Claim, Create, Created, End, EndReason, Record, SessionLimit, Snapshot, StoreError, UserId,
        admission,
    },
    MemoryStore,
    id_hash::shard_of,
    locks::SHARD_BITS,
    room::{Need, bytes_of},
    users::UserShard,
};
use crate::token::{RecordId, TokenId};

/// How often a decision under a limit is made again, because the session to be replaced was not there any more.
const TRIES: usize = 16;

/// What goes for the new session.
#[derive(Debug, Default)]
pub(super) struct Instead {
    /// These of the same user end.
    ending: Vec<(RecordId, EndReason)>,
    /// What their data takes, if nobody is to hear of their end.
    bytes: usize,
    /// The decision holds if the presented token leads to this live session, or to none.
    replaced: Option<Option<RecordId>>,
}

/// A new session that stands.
pub(super) struct Stands {
    /// The session that it took over from.
    succeeded: Option<Snapshot>,
    /// The end of that one, if it was another user's.
    claim: Option<Claim>,
    /// It took a place of its own.
    took: bool,
}

/// Why a new session does not stand.
pub(super) enum Not {
    Created(Created),
    /// The presented token does not lead where it did when the decision was made; nothing was changed.
    Moved,
}

impl MemoryStore {
    pub(super) fn create_now(&self, create: &Create, limit: Option<SessionLimit>) -> Result<Created, StoreError> {
        self.hear(create.lease, create.now);
        self.reclaim_a_little(create.now);
        if !self.room.has(need(&create.record)) {
            self.reclaim_room(create.now);
        }
        let placed = match &create.record.identity.user {
            None => self.place(create, &Instead::default())?.map(|stands| (stands, Vec::new())),
            Some(user) => self.create_of(user, create, limit)?,
        };
        let (Stands { succeeded, claim, took }, ended) = match placed {
            Ok(stands) => stands,
            Err(Not::Created(refused)) => return Ok(refused),
            Err(Not::Moved) => return Err(StoreError::new("the presented session kept changing")),
        };
        let claimed = create.lease.is_some();
        let mut gone = ended.len();
        self.give_data(&ended, claimed);
        if let Some(session) = &succeeded {
            gone += 1;
            if claim.is_some() && claimed {
                self.room.add_claims(1);
            } else {
                self.room.give_bytes(bytes_of(&session.data));
            }
            self.unlist(session);
        }
        match (took, gone) {
            (true, gone) => self.room.give(gone),
            (false, 0) => self.room.take_anyway(),
            (false, gone) => self.room.give(gone - 1),
        }
        Ok(Created::Done(ended.into_iter().chain(claim).collect()))
    }

    /// A session of a user, in one operation: nobody else adds to the user's sessions, or resets them, meanwhile.
    fn create_of(
        &self,
        user: &UserId,
        create: &Create,
        limit: Option<SessionLimit>,
    ) -> Result<Result<(Stands, Vec<Claim>), Not>, StoreError> {
        let mut users = self.users.write(user)?;
        if create.generation.is_some_and(|expected| expected != users.generation(user)) {
            return Ok(Err(Not::Created(Created::Reset)));
        }
        for _ in 0..TRIES {
            let instead = match limit {
                None => Instead::default(),
                Some(limit) => match self.decide(&users, user, create, limit)? {
                    Ok(instead) => instead,
                    Err(refused) => return Ok(Err(Not::Created(refused))),
                },
            };
            match self.place(create, &instead)? {
                Err(Not::Moved) => {}
                Err(refused) => return Ok(Err(refused)),
                Ok(stands) => {
                    users.add(user.clone(), create.record.id);
                    let (now, lease) = (create.now, create.lease);
                    let end = |(record, reason)| End { record, reason, if_unseen_since: None, lease, now };
                    let ended = instead.ending.into_iter().filter_map(|one| self.evict(&mut users, user, &end(one)));
                    return Ok(Ok((stands, ended.collect())));
                }
            }
        }
        Ok(Err(Not::Moved))
    }

    /// What has to go under the limit.
    pub(super) fn decide(
        &self,
        users: &UserShard,
        user: &UserId,
        create: &Create,
        limit: SessionLimit,
    ) -> Result<Result<Instead, Created>, StoreError> {
        let home = shard_of(&create.record.id, SHARD_BITS);
        if self.tokens.find(&create.token)?.is_some() || self.records.read(home)?.knows(&create.record.id) {
            return Ok(Err(Created::Taken));
        }
        let replaced = match create.supersede {
            Some(token) => self.opens(&token)?,
            None => None,
        };
        let mut others = self.sessions_of(users, user)?;
        others.retain(|session| Some(session.id) != replaced);
        let ending = match admission(&others, limit, create.now) {
            Admission::Ending(ending) => ending,
            Admission::Reject => return Ok(Err(Created::Limit)),
        };
        let goes = |session: &&Snapshot| ending.iter().any(|(id, _)| *id == session.id);
        let bytes = match create.lease {
            Some(_) => 0,
            None => others.iter().filter(goes).map(|session| bytes_of(&session.data)).sum(),
        };
        Ok(Ok(Instead { ending, bytes, replaced: Some(replaced) }))
    }

    /// The live session that a token leads to.
    fn opens(&self, token: &TokenId) -> Result<Option<RecordId>, StoreError> {
        let Some(place) = self.tokens.find(token)? else { return Ok(None) };
        Ok(self.records.read(place.shard())?.find(token, place.slot()).map(|session| session.id))
    }

    fn evict(&self, users: &mut UserShard, user: &UserId, end: &End) -> Option<Claim> {
        // None of a broken shard's sessions is of use to anybody.
        let claim = self.records.write(shard_of(&end.record, SHARD_BITS)).ok()?.end_of(user, end, &self.tokens)?;
        users.remove(user, &end.record);
        Some(claim)
    }

    /// Keeps a new record and supersedes the presented token, under the locks of both.
    pub(super) fn place(&self, create: &Create, instead: &Instead) -> Result<Result<Stands, Not>, StoreError> {
        let Create { token, ref record, supersede, lease, now, .. } = *create;
        let (id, until) = (record.id, record.expiry.absolute_at);
        let need = need(record);
        let user = record.identity.user.as_ref();
        let near = shard_of(&id, SHARD_BITS);
        let presented = match supersede {
            Some(token) => self.tokens.find(&token)?.map(|place| (token, place)),
            None => None,
        };
        let mut shards = self.records.write_two(near, presented.map_or(near, |(_, place)| place.shard()))?;
        let found = presented.and_then(|(token, place)| shards.far().find(&token, place.slot()));
        if instead.replaced.is_some_and(|replaced| replaced != found.map(|session| session.id)) {
            return Ok(Err(Not::Moved));
        }
        // Another user's session is over; nobody's, or the same user's, goes on in the new one.
        let ends =
            found.is_some_and(|session| session.identity.user.is_some() && session.identity.user.as_ref() != user);
        let freed = match found {
            Some(session) if !ends || lease.is_none() => bytes_of(&session.data),
            _ => 0,
        };
        // It takes the place of what goes: it needs no further room.
        let takes_place = found.is_some() || !instead.ending.is_empty();
        let room = || self.room.take(need, takes_place, freed.saturating_add(instead.bytes));
        if let Some(refused) = shards.near().create(token, record.clone(), &self.tokens, room)? {
            return Ok(Err(Not::Created(refused)));
        }
        let succeeded = presented
            .and_then(|(token, place)| shards.far().succeed(token, place.slot(), id, now, until, &self.tokens));
        let claim = match &succeeded {
            Some(session) if ends => Some(shards.far().claim(session.clone(), lease, now)),
            _ => None,
        };
        Ok(Ok(Stands { succeeded, claim, took: !takes_place }))
    }
}

fn need(record: &Record) -> Need {
    Need { signed_in: record.identity.user.is_some(), bytes: bytes_of(&record.data) }
}
