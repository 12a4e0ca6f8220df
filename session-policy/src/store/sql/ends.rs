//! Ends, claims, the sweep, and what engines say about the time.

use super::{
    dialect::{Dialect, Fault, unreadable},
    engine::{Engine, transaction},
    kept::{self, bits, bytes, count, time},
};
use crate::{
    store::{Claim, ClockReport, Cursor, End, Ended, Header, Reclaim, Snapshot, StoreError, Sweep, Swept},
    token::RecordId,
};

/// So many sessions or claims at most in one transaction, whatever is asked for: it ends in time, also if each is 64 KiB.
pub(super) const BATCH: usize = 128;

/// How many things of a kind one sweep forgets at most.
const FORGET_AT_ONCE: usize = 512;

impl<D: Dialect> Engine<D> {
    pub(super) async fn end(&self, end: End) -> Result<Ended, StoreError> {
        let operation = async { transaction!(self, |transaction| self.end_within(transaction, &end)) };
        Ok(self.in_time(operation).await?)
    }

    async fn end_within(&self, transaction: &mut D::Transaction, end: &End) -> Result<Ended, Fault> {
        let Some(session) = self.peek(transaction, &end.record).await? else {
            let rows = D::within(transaction, &self.statements.reason, vec![bytes(&end.record.0)]).await?;
            let reason = rows.into_iter().next().map(|mut row| kept::reason(&mut row)).transpose()?;
            return Ok(reason.flatten().map_or(Ended::Unknown, Ended::Already));
        };
        if end.if_unseen_since.is_some_and(|seen| session.seen_since(seen)) {
            return Ok(Ended::Alive);
        }
        let mut claims = self.bury(transaction, vec![(session, end.reason)], end.lease, end.now).await?;
        Ok(claims.pop().map_or(Ended::Unknown, |claim| Ended::Done(Box::new(claim))))
    }

    pub(super) async fn sweep(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        let operation = async { transaction!(self, |transaction| self.sweep_within(transaction, &sweep)) };
        let mut swept = self.in_time(operation).await?;
        // What is forgotten is nobody's any more: it need not be one operation with the ends.
        let forgotten = self.in_time(async { transaction!(self, |transaction| self.forget(transaction, sweep.now)) });
        if swept.next.is_none() {
            // The ends happened, so they are told, and what could not be forgotten is tried again by the next sweep.
            let more = forgotten.await.unwrap_or(false);
            swept.next = more.then_some(Cursor([0; 16]));
        }
        Ok(swept)
    }

    async fn sweep_within(&self, transaction: &mut D::Transaction, sweep: &Sweep) -> Result<Swept, Fault> {
        let at_most = sweep.at_most.min(BATCH);
        // A session of another format dies by its own version's rules only.
        let arguments = vec![bits(u64::from(Header::VERSION)), time(sweep.due), count(at_most + 1)];
        // Several sweepers share the work, as long as there is enough; that nothing is left is not said before those that
        // somebody else holds were waited for: their transaction may be on its way back.
        let mut rows = D::within(transaction, &self.statements.free_due, arguments.clone()).await?;
        if rows.len() <= at_most {
            rows = D::within(transaction, &self.statements.due, arguments).await?;
        }
        let mut dead = kept::sessions(rows)?;
        let more = dead.len() > at_most;
        dead.truncate(at_most);
        // The column cannot tell times beyond 2^63 apart.
        dead.retain(|session| session.deadline() <= sweep.due);
        let with_reason = |session: Snapshot| {
            let reason = session.overdue();
            (session, reason)
        };
        let ending = dead.into_iter().map(with_reason).collect();
        let claims = self.bury(transaction, ending, sweep.lease, sweep.now).await?;
        Ok(swept(claims, sweep.lease, more.then_some(Cursor([0; 16]))))
    }

    /// Whether there may be more.
    async fn forget(&self, transaction: &mut D::Transaction, now: u64) -> Result<bool, Fault> {
        let statements = &self.statements;
        let mut more = false;
        for statement in
            [&statements.forget_tokens, &statements.forget_gone, &statements.forget_claims, &statements.forget_users]
        {
            let rows = D::within(transaction, statement, vec![time(now), count(FORGET_AT_ONCE)]).await?;
            more |= rows.len() >= FORGET_AT_ONCE;
        }
        Ok(more)
    }

    pub(super) async fn reclaim(&self, reclaim: Reclaim) -> Result<Vec<Claim>, StoreError> {
        let operation = async { transaction!(self, |transaction| self.reclaim_within(transaction, &reclaim)) };
        Ok(self.in_time(operation).await?)
    }

    async fn reclaim_within(&self, transaction: &mut D::Transaction, reclaim: &Reclaim) -> Result<Vec<Claim>, Fault> {
        let at_most = reclaim.at_most.min(BATCH);
        let arguments = vec![time(reclaim.lease), time(reclaim.now), count(at_most)];
        let rows = D::within(transaction, &self.statements.reclaim, arguments).await?;
        let mut claims = Vec::with_capacity(rows.len());
        for mut row in rows {
            let at = row.number()?.cast_unsigned();
            let reason = kept::reason(&mut row)?.ok_or_else(|| unreadable("a claim's reason"))?;
            claims.push(Claim { session: kept::session(&mut row)?, reason, at });
        }
        Ok(claims)
    }

    pub(super) async fn settle(&self, ends: Vec<RecordId>) -> Result<(), StoreError> {
        if ends.is_empty() {
            return Ok(());
        }
        let operation = async { transaction!(self, |transaction| self.settle_within(transaction, &ends)) };
        Ok(self.in_time(operation).await?)
    }

    async fn settle_within(&self, transaction: &mut D::Transaction, ends: &[RecordId]) -> Result<(), Fault> {
        for id in ends {
            D::within(transaction, &self.statements.settle, vec![bytes(&id.0)]).await?;
        }
        Ok(())
    }

    pub(super) async fn report_clock(&self, report: ClockReport) -> Result<Vec<ClockReport>, StoreError> {
        let operation = async { transaction!(self, |transaction| self.clock_within(transaction, report)) };
        Ok(self.in_time(operation).await?)
    }

    async fn clock_within(
        &self,
        transaction: &mut D::Transaction,
        report: ClockReport,
    ) -> Result<Vec<ClockReport>, Fault> {
        let arguments = vec![bits(report.engine), bits(report.now)];
        D::within(transaction, &self.statements.report_clock, arguments).await?;
        D::within(transaction, &self.statements.forget_clocks, Vec::new()).await?;
        let rows = D::within(transaction, &self.statements.clocks, Vec::new()).await?;
        let mut reports = Vec::with_capacity(rows.len());
        for mut row in rows {
            reports.push(ClockReport { engine: row.number()?.cast_unsigned(), now: row.number()?.cast_unsigned() });
        }
        Ok(reports)
    }
}

pub(super) fn swept(claims: Vec<Claim>, lease: Option<u64>, next: Option<Cursor>) -> Swept {
    Swept { ended: claims.len(), claims: if lease.is_some() { claims } else { Vec::new() }, next }
}
