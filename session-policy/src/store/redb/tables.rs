//! The tables of the file, and what stands in them. All numbers in keys sort as numbers.

use ::redb::TableDefinition;

use super::Fault;
use crate::{
    store::{EndReason, StoreError, Superseded},
    token::{RecordId, TokenId},
};

/// A record's id, as a key.
pub(super) type IdKey = &'static [u8; 16];
/// A token's id, as a key.
pub(super) type TokenKey = &'static [u8; 32];
/// When something can be forgotten, what kind of thing it is, and which one. See [`Due`].
pub(super) type DueKey = (u64, u8, &'static [u8]);

/// Live sessions: [`Snapshot::to_bytes`](crate::store::Snapshot::to_bytes).
pub(super) const RECORDS: TableDefinition<'_, IdKey, &[u8]> = TableDefinition::new("records");
/// What each known token leads to: a [`Place`].
pub(super) const TOKENS: TableDefinition<'_, TokenKey, &[u8]> = TableDefinition::new("tokens");
/// The live sessions of each user, by `created`: oldest first.
pub(super) const USERS: TableDefinition<'_, (&str, u64, IdKey), ()> = TableDefinition::new("users");
/// The live sessions by the deadline that their record says.
pub(super) const DEADLINES: TableDefinition<'_, (u64, IdKey), ()> = TableDefinition::new("deadlines");
/// What became of records that are no longer live: a [`Gone`].
pub(super) const GONE: TableDefinition<'_, IdKey, &[u8]> = TableDefinition::new("gone");
/// Ends whose hook has not returned: the lease, and [`Claim::to_bytes`](crate::store::Claim::to_bytes).
pub(super) const CLAIMS: TableDefinition<'_, IdKey, (u64, &[u8])> = TableDefinition::new("claims");
/// The claims by the end of their lease.
pub(super) const LEASES: TableDefinition<'_, (u64, IdKey), ()> = TableDefinition::new("leases");
/// Users' own generations, and when they were raised.
pub(super) const GENERATIONS: TableDefinition<'_, &str, (u64, u64)> = TableDefinition::new("generations");
/// What can be forgotten, by when.
pub(super) const DUE: TableDefinition<'_, DueKey, ()> = TableDefinition::new("due");
/// Numbers of the whole file: [`FORMAT_KEY`], [`GENERATION_KEY`], [`LAST_GENERATION_KEY`].
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// The version of these tables.
pub(super) const FORMAT_KEY: &str = "format";
/// The generation of users without one of their own.
pub(super) const GENERATION_KEY: &str = "generation";
/// The last generation that was given away.
pub(super) const LAST_GENERATION_KEY: &str = "last generation";
/// What this version writes and reads. A change that an older version must not touch raises it.
pub(super) const FORMAT: u64 = 1;

/// What a token leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Live(RecordId),
    Superseded { what: Superseded, until: u64 },
    Ended { reason: EndReason, until: u64 },
}

impl Place {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::Live(id) => [&[0], &id.0[..]].concat(),
            Self::Superseded { what, until } => [&[1], &until.to_be_bytes()[..], &what.to_bytes()].concat(),
            Self::Ended { reason, until } => [&[2], &until.to_be_bytes()[..], reason.as_str().as_bytes()].concat(),
        }
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let parsed = bytes.split_first().and_then(|(kind, rest)| match kind {
            0 => Some(Self::Live(RecordId(rest.try_into().ok()?))),
            1 => split_time(rest)
                .and_then(|(until, rest)| Some(Self::Superseded { what: Superseded::from_bytes(rest)?, until })),
            2 => split_time(rest).and_then(|(until, rest)| Some(Self::Ended { reason: reason(rest)?, until })),
            _ => None,
        });
        parsed.ok_or_else(|| unreadable("what a token leads to"))
    }

    /// Until when it is kept; a live one as long as its session.
    pub(super) const fn until(&self) -> Option<u64> {
        match self {
            Self::Live(_) => None,
            Self::Superseded { until, .. } | Self::Ended { until, .. } => Some(*until),
        }
    }
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    Ended(EndReason),
    SucceededBy(RecordId),
}

impl Gone {
    pub(super) fn to_bytes(self, until: u64) -> Vec<u8> {
        match self {
            Self::Ended(reason) => [&until.to_be_bytes()[..], &[0], reason.as_str().as_bytes()].concat(),
            Self::SucceededBy(id) => [&until.to_be_bytes()[..], &[1], &id.0].concat(),
        }
    }

    /// With the time until which it is kept.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<(Self, u64), Fault> {
        let parsed = split_time(bytes).and_then(|(until, rest)| {
            let gone = match rest.split_first()? {
                (0, word) => Self::Ended(reason(word)?),
                (1, id) => Self::SucceededBy(RecordId(id.try_into().ok()?)),
                _ => return None,
            };
            Some((gone, until))
        });
        parsed.ok_or_else(|| unreadable("what became of a session"))
    }
}

/// Something that can be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Token(TokenId),
    Gone(RecordId),
    Claim(RecordId),
    Generation(String),
}

impl Due {
    /// The kind and the rest of the key.
    pub(super) fn key(&self) -> (u8, &[u8]) {
        match self {
            Self::Token(token) => (0, &token.0),
            Self::Gone(id) => (1, &id.0),
            Self::Claim(id) => (2, &id.0),
            Self::Generation(user) => (3, user.as_bytes()),
        }
    }

    pub(super) fn from_key(kind: u8, which: &[u8]) -> Result<Self, Fault> {
        let parsed = match kind {
            0 => which.try_into().ok().map(|id| Self::Token(TokenId(id))),
            1 => which.try_into().ok().map(|id| Self::Gone(RecordId(id))),
            2 => which.try_into().ok().map(|id| Self::Claim(RecordId(id))),
            3 => std::str::from_utf8(which).ok().map(|user| Self::Generation(user.to_owned())),
            _ => None,
        };
        parsed.ok_or_else(|| unreadable("what is due to be forgotten"))
    }
}

fn split_time(bytes: &[u8]) -> Option<(u64, &[u8])> {
    bytes.split_first_chunk().map(|(time, rest)| (u64::from_be_bytes(*time), rest))
}

fn reason(word: &[u8]) -> Option<EndReason> {
    std::str::from_utf8(word).ok().and_then(EndReason::parse)
}

fn unreadable(what: &str) -> Fault {
    StoreError::new(format!("the file says in a way that cannot be read {what}")).into()
}
