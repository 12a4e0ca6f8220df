//! What both stores are made of: a pool, the statements, and how long an operation may take.

use std::{future::Future, sync::Arc, time::Duration};

use super::{
    dialect::{Argument, Dialect, Fault, Row},
    statements::{Names, Statements},
};
use crate::store::StoreError;

/// How often something is tried: others may be in the way each time. The timeout bounds it, too.
pub(super) const TRIES: u64 = 64;

/// A store in a database. The operations are in the files beside this one, one `impl` each.
#[derive(Debug)]
pub(super) struct Engine<D> {
    pub(super) database: D,
    pub(super) names: Names,
    pub(super) statements: Arc<Statements>,
    pub(super) timeout: Duration,
}

impl<D: Dialect> Engine<D> {
    pub(super) fn new(database: D) -> Self {
        let names = Names { schema: None, prefix: "session_policy_".to_owned(), syntax: D::SYNTAX };
        let statements = Arc::new(Statements::new(&names));
        Self { database, names, statements, timeout: Duration::from_secs(2) }
    }

    pub(super) fn named(self, schema: Option<String>, prefix: String) -> Self {
        let names = Names { schema, prefix, syntax: D::SYNTAX };
        let statements = Arc::new(Statements::new(&names));
        Self { names, statements, ..self }
    }

    pub(super) fn copy(&self) -> Self {
        Self {
            database: self.database.clone(),
            names: self.names.clone(),
            statements: Arc::clone(&self.statements),
            timeout: self.timeout,
        }
    }

    /// An operation as a whole: what does not end in time is dropped, and a transaction with it.
    pub(super) async fn in_time<T>(
        &self,
        operation: impl Future<Output = Result<T, Fault>> + Send,
    ) -> Result<T, Fault> {
        match tokio::time::timeout(self.timeout, operation).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Fault::Failed(StoreError::new(format!("no answer within {:?}", self.timeout)))),
        }
    }

    /// A statement that only reads: asked again if the connection turns out to be gone.
    pub(super) async fn read(&self, statement: &Arc<str>, arguments: Vec<Argument>) -> Result<Vec<Row>, Fault> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.database.alone(statement, arguments.clone()).await {
                Err(Fault::Again(_)) if tries < TRIES => {}
                Err(Fault::Lost(_)) if tries < 2 => {}
                outcome => return outcome,
            }
        }
    }
}

/// An operation on a task of its own: a request that is dropped does not drop it half way. `sqlx` does not promise that a
/// connection is of use after that, and one that is not may be lost to the pool.
pub(super) async fn to_the_end<T: Send + 'static>(
    operation: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(operation).await.unwrap_or_else(|_| Err(StoreError::new("the operation did not come to its end")))
}

/// A transaction: `$body` is a future of it, and runs again if others were in the way, or if the connection was lost before
/// the end was asked for: then nothing of it happened.
macro_rules! transaction {
    ($engine:expr, |$transaction:ident| $body:expr) => {{
        let engine = $engine;
        let mut tries = 0;
        loop {
            if tries > 0 {
                // Whoever was in the way gets on meanwhile.
                tokio::time::sleep(std::time::Duration::from_millis(tries)).await;
            }
            tries += 1;
            let begun = match engine.database.begin().await {
                Ok(mut begun) => {
                    let $transaction = &mut begun;
                    let outcome = $body.await;
                    outcome.map(|outcome| (begun, outcome))
                }
                Err(fault) => Err(fault),
            };
            match begun {
                Ok((begun, outcome)) => match Self::finish(begun).await {
                    Ok(()) => break Ok(outcome),
                    Err(Fault::Again(_)) if tries < crate::store::sql::engine::TRIES => {}
                    Err(fault) => break Err(fault),
                },
                Err(Fault::Again(_)) if tries < crate::store::sql::engine::TRIES => {}
                Err(Fault::Lost(_)) if tries < 2 => {}
                Err(fault) => break Err(fault),
            }
        }
    }};
}
pub(super) use transaction;

impl<D: Dialect> Engine<D> {
    pub(super) async fn finish(transaction: D::Transaction) -> Result<(), Fault> {
        D::finish(transaction).await
    }
}
