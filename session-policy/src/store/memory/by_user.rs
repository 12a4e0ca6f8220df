//! All sessions of a user, and everybody's.

use super::{
    super::{Claim, Cursor, End, Reset, ResetEveryone, SetRole, Snapshot, StoreError, Swept, UserId},
    MemoryStore,
    id_hash::shard_of,
    locks::{SHARD_BITS, SHARDS},
    reclaim::PAGES,
    users::UserShard,
};

impl MemoryStore {
    pub(super) fn of_user_now(&self, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        let users = self.users.read(user)?;
        self.sessions_of(&users, user)
    }

    /// The live sessions of a user whose shard is locked, oldest first.
    pub(super) fn sessions_of(&self, users: &UserShard, user: &UserId) -> Result<Vec<Snapshot>, StoreError> {
        let mut found = Vec::new();
        for id in users.sessions(user) {
            found.extend(self.records.read(shard_of(&id, SHARD_BITS))?.get_of(&id, user).cloned());
        }
        found.sort_unstable_by_key(|session| (session.header.created, session.id));
        Ok(found)
    }

    pub(super) fn reset_user_now(&self, reset: Reset) -> Result<Swept, StoreError> {
        let Reset { user, except, reason, lease, now } = reset;
        self.hear(lease, now);
        let mut users = self.users.write(&user)?;
        users.reset(&user, self.users.next_generation(), now);
        let mut claims = Vec::new();
        let mut broken = None;
        for record in users.sessions(&user) {
            if except == Some(record) {
                continue;
            }
            // A broken shard does not save the sessions in the others.
            match self.records.write(shard_of(&record, SHARD_BITS)) {
                Ok(mut records) => {
                    let end = End { record, reason, if_unseen_since: None, lease, now };
                    claims.extend(records.end_of(&user, &end, &self.tokens));
                }
                Err(error) => broken = Some(error),
            }
        }
        drop(users);
        self.let_go(&claims, lease.is_some());
        match broken {
            // It cannot promise that all are gone. Claims that were leased run out, and are handed on.
            Some(error) => Err(error),
            None => Ok(swept(claims, lease, None)),
        }
    }

    pub(super) fn reset_everyone_now(&self, reset: &ResetEveryone) -> Swept {
        let ResetEveryone { reason, after, at_most, lease, now } = *reset;
        self.hear(lease, now);
        let (mut shard, mut slot) = match after {
            Some(cursor) => position(cursor),
            None => {
                // Before anybody ends: a create that still found the old generation stands where this will come by.
                self.users.raise_all();
                (0, 0)
            }
        };
        // No broken shard needs to end: none of its sessions is of use to anybody.
        let at_most = at_most.max(1);
        let mut pages = at_most.saturating_add(PAGES);
        let mut claims = Vec::new();
        while shard < SHARDS {
            if claims.len() >= at_most || pages == 0 {
                return swept(claims, lease, Some(cursor(shard, slot)));
            }
            pages -= 1;
            let (dead, next) = match self.records.write(shard) {
                Ok(mut records) => records.bury_from(slot, reason, now, at_most - claims.len(), lease, &self.tokens),
                Err(_) => (Vec::new(), None),
            };
            self.let_go(&dead, lease.is_some());
            claims.extend(dead);
            (shard, slot) = match next {
                Some(next) => (shard, next),
                None => (shard + 1, 0),
            };
        }
        swept(claims, lease, None)
    }

    pub(super) fn set_role_now(&self, set: &SetRole) -> Result<usize, StoreError> {
        let SetRole { user, role, now } = set;
        let mut users = self.users.write(user)?;
        users.reset(user, self.users.next_generation(), *now);
        let mut sessions = 0;
        let mut broken = None;
        for record in users.sessions(user) {
            match self.records.write(shard_of(&record, SHARD_BITS)) {
                Ok(mut records) => sessions += usize::from(records.set_role(&record, user, role.as_ref())),
                Err(error) => broken = Some(error),
            }
        }
        broken.map_or(Ok(sessions), Err)
    }
}

fn swept(claims: Vec<Claim>, lease: Option<u64>, next: Option<Cursor>) -> Swept {
    Swept { ended: claims.len(), claims: if lease.is_some() { claims } else { Vec::new() }, next }
}

/// The shard and the slot to go on from.
fn cursor(shard: usize, slot: u32) -> Cursor {
    let shard = u128::try_from(shard).unwrap_or(u128::MAX);
    Cursor(((shard << u32::BITS) | u128::from(slot)).to_be_bytes())
}

fn position(Cursor(bytes): Cursor) -> (usize, u32) {
    let position = u128::from_be_bytes(bytes);
    let slot = u32::try_from(position & u128::from(u32::MAX)).unwrap_or_default();
    (usize::try_from(position >> u32::BITS).unwrap_or(usize::MAX), slot)
}
