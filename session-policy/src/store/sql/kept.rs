//! A session as it stands in a row, and the parts of a change that several operations have in common.

use super::{
    dialect::{Argument, Dialect, Fault, Row, unreadable},
    engine::Engine,
    statements::Statements,
};
use crate::{
    store::{
        CLAIM_KEPT_MS, Claim, EndReason, Header, How, Snapshot, StoreError, Superseded, TOMBSTONE_KEPT_MS, UserId,
    },
    token::{RecordId, TokenId},
};

/// Tokens that belong to the past from now on.
pub(super) type Former = Vec<(TokenId, Superseded)>;

/// A time as a signed number: what is later than those is "never".
pub(super) fn time(ms: u64) -> Argument {
    Argument::Number(signed(ms))
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// Any number of 64 bits; its order means nothing.
pub(super) fn bits(number: u64) -> Argument {
    Argument::Number(number.cast_signed())
}

pub(super) fn bytes(bytes: &[u8]) -> Argument {
    Argument::Bytes(Some(bytes.to_vec()))
}

pub(super) fn count(number: usize) -> Argument {
    Argument::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

pub(super) fn user_key(user: Option<&UserId>) -> Argument {
    Argument::Bytes(user.map(|user| user.as_str().as_bytes().to_vec()))
}

/// From the columns `rev` and `body`.
pub(super) fn session(row: &mut Row) -> Result<Snapshot, StoreError> {
    let rev = row.number()?.cast_unsigned();
    let mut session = Snapshot::from_bytes(&row.bytes()?)?;
    // Of a version that this one cannot read, too.
    session.rev = rev;
    Ok(session)
}

pub(super) fn sessions(rows: Vec<Row>) -> Result<Vec<Snapshot>, StoreError> {
    rows.into_iter().map(|mut row| session(&mut row)).collect()
}

pub(super) fn reason(row: &mut Row) -> Result<Option<EndReason>, StoreError> {
    let Some(word) = row.maybe_word()? else { return Ok(None) };
    let known = EndReason::parse(&word);
    known.map(Some).ok_or_else(|| StoreError::new("a tombstone cannot be read: its reason is unknown to this version"))
}

pub(super) fn record_id(bytes: &[u8]) -> Result<RecordId, StoreError> {
    bytes.try_into().map(RecordId).map_err(|_| unreadable("a record's id"))
}

/// Changing what cannot be read would lose what it holds.
pub(super) fn changeable(session: &Snapshot) -> Result<(), StoreError> {
    if session.header.version == Header::VERSION {
        return Ok(());
    }
    Err(StoreError::new(format!(
        "a record has version {}, and this one can change version {} only",
        session.header.version,
        Header::VERSION
    )))
}

/// These tokens of the session were rotated, and are good for nothing any more.
pub(super) fn rotated_away(session: &Snapshot, former: impl IntoIterator<Item = TokenId>, now: u64) -> Former {
    former.into_iter().map(|token| (token, session.replaced(now, How::Rotated, session.id))).collect()
}

/// What a transaction writes. The session's row was read in the same transaction, and is locked.
impl<D: Dialect> Engine<D> {
    pub(super) async fn peek(
        &self,
        transaction: &mut D::Transaction,
        id: &RecordId,
    ) -> Result<Option<Snapshot>, Fault> {
        let rows = D::within(transaction, &self.statements.peek, vec![bytes(&id.0)]).await?;
        Ok(sessions(rows)?.pop())
    }

    /// Writes a session that was there before.
    pub(super) async fn update(&self, transaction: &mut D::Transaction, session: &Snapshot) -> Result<(), Fault> {
        let arguments = vec![
            bytes(&session.id.0),
            bits(session.rev),
            user_key(session.identity.user.as_ref()),
            time(session.deadline()),
            time(session.expiry.absolute_at),
            Argument::Bytes(Some(session.to_bytes()?)),
        ];
        let rows = D::within(transaction, &self.statements.update, arguments).await?;
        if rows.is_empty() { Err(Fault::Again("the session went while it was written".to_owned())) } else { Ok(()) }
    }

    /// Writes a new session. If its id is taken meanwhile, that is found out from the start.
    pub(super) async fn insert(&self, transaction: &mut D::Transaction, session: &Snapshot) -> Result<(), Fault> {
        let arguments = vec![
            bytes(&session.id.0),
            bits(session.rev),
            Argument::Number(i64::from(session.header.version)),
            user_key(session.identity.user.as_ref()),
            time(session.deadline()),
            time(session.expiry.absolute_at),
            Argument::Bytes(Some(session.to_bytes()?)),
        ];
        let rows = D::within(transaction, &self.statements.insert, arguments).await?;
        if rows.is_empty() {
            return Err(Fault::Again("the record's id was taken meanwhile".to_owned()));
        }
        self.lead(transaction, &session.line.current, &session.id).await
    }

    /// The token opens the session. If it is taken meanwhile, that is found out from the start.
    pub(super) async fn lead(
        &self,
        transaction: &mut D::Transaction,
        token: &TokenId,
        id: &RecordId,
    ) -> Result<(), Fault> {
        let rows = D::within(transaction, &self.statements.lead, vec![bytes(&token.0), bytes(&id.0)]).await?;
        if rows.is_empty() { Err(Fault::Again("the token's id was taken meanwhile".to_owned())) } else { Ok(()) }
    }

    pub(super) async fn supersede(
        &self,
        transaction: &mut D::Transaction,
        former: &[(TokenId, Superseded)],
        until: u64,
    ) -> Result<(), Fault> {
        for (token, what) in former {
            let arguments = vec![bytes(&token.0), bytes(&what.by.0), bytes(&what.to_bytes()), time(until)];
            D::within(transaction, &self.statements.supersede, arguments).await?;
        }
        Ok(())
    }

    /// Keeps a session for the hook, as its row has it.
    pub(super) async fn claim(
        &self,
        transaction: &mut D::Transaction,
        id: &RecordId,
        reason: EndReason,
        lease: Option<u64>,
        now: u64,
    ) -> Result<(), Fault> {
        let Some(lease) = lease else { return Ok(()) };
        let until = now.saturating_add(CLAIM_KEPT_MS);
        let arguments = vec![bytes(&id.0), time(lease), time(until), bits(now), Argument::Word(reason.as_str())];
        D::within(transaction, &self.statements.claim, arguments).await?;
        Ok(())
    }

    /// Ends sessions.
    pub(super) async fn bury(
        &self,
        transaction: &mut D::Transaction,
        ending: Vec<(Snapshot, EndReason)>,
        lease: Option<u64>,
        now: u64,
    ) -> Result<Vec<Claim>, Fault> {
        let until = time(now.saturating_add(TOMBSTONE_KEPT_MS));
        if let Some(statement) = &self.statements.bury {
            let kept = time(now.saturating_add(CLAIM_KEPT_MS));
            for (reason, ids) in by_reason(&ending) {
                let lease = Argument::MaybeNumber(lease.map(signed));
                let (ids, word) = (Argument::List(ids), Argument::Word(reason.as_str()));
                let arguments = vec![ids, word, until.clone(), lease, kept.clone(), bits(now)];
                D::within(transaction, statement, arguments).await?;
            }
        } else {
            let Statements { bury_tokens, bury_record, delete, .. } = &*self.statements;
            for (session, reason) in &ending {
                let (id, word) = (&session.id, Argument::Word(reason.as_str()));
                self.claim(transaction, id, *reason, lease, now).await?;
                D::within(transaction, bury_tokens, vec![bytes(&id.0), word.clone(), until.clone()]).await?;
                D::within(transaction, bury_record, vec![bytes(&id.0), word, until.clone()]).await?;
                D::within(transaction, delete, vec![bytes(&id.0)]).await?;
            }
        }
        Ok(ending.into_iter().map(|(session, reason)| Claim { session, reason, at: now }).collect())
    }
}

fn by_reason(ending: &[(Snapshot, EndReason)]) -> Vec<(EndReason, Vec<Vec<u8>>)> {
    let mut groups: Vec<(EndReason, Vec<Vec<u8>>)> = Vec::new();
    for (session, reason) in ending {
        let id = session.id.0.to_vec();
        match groups.iter_mut().find(|(known, _)| known == reason) {
            Some((_, ids)) => ids.push(id),
            None => groups.push((*reason, vec![id])),
        }
    }
    groups
}
