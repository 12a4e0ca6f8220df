//! What the two databases have in common, as the rest of this module sees them: statements in, rows out.

use std::{fmt, future::Future, sync::Arc, vec::IntoIter};

use sqlx::error::{DatabaseError, Error};

use super::statements::{Names, Syntax};
use crate::store::StoreError;

/// A database behind a pool that the user made.
pub(super) trait Dialect: Clone + fmt::Debug + Send + Sync + 'static {
    /// A transaction; dropped before its end, it is rolled back.
    type Transaction: Send;
    /// How it spells what the two spell differently.
    const SYNTAX: Syntax;
    /// Whether the table that comes first is there: a row, or none. Asked before it is made, because an account may be allowed
    /// to use tables and not to make them.
    const FIND_META: &'static str;

    /// Begins a transaction that may write.
    fn begin(&self) -> impl Future<Output = Result<Self::Transaction, Fault>> + Send;
    /// One statement of a transaction.
    fn within(
        transaction: &mut Self::Transaction,
        statement: &Arc<str>,
        arguments: Vec<Argument>,
    ) -> impl Future<Output = Result<Vec<Row>, Fault>> + Send;
    /// Makes it last.
    fn finish(transaction: Self::Transaction) -> impl Future<Output = Result<(), Fault>> + Send;
    /// Others that migrate the same tables wait until this transaction is over; the schema is there.
    fn alone_in_migration(
        transaction: &mut Self::Transaction,
        names: &Names,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
    /// One statement by itself.
    fn alone(
        &self,
        statement: &Arc<str>,
        arguments: Vec<Argument>,
    ) -> impl Future<Output = Result<Vec<Row>, Fault>> + Send;
}

/// What goes wrong. Texts hold no values: neither ids nor data.
#[derive(Debug)]
pub(super) enum Fault {
    /// Others were in the way, and nothing was done: to be tried again.
    Again(String),
    /// The connection is gone, or none is to be had.
    Lost(String),
    /// There is no room on the disk; nothing was done.
    Full(String),
    Failed(StoreError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Again(text) | Fault::Lost(text) | Fault::Full(text) => Self::new(text),
            Fault::Failed(error) => error,
        }
    }
}

impl Fault {
    /// What a driver says, without the values that a database may repeat: those are in the details and in the messages about
    /// data, of which only the code is kept.
    pub(super) fn of(error: Error, kind: fn(&str) -> Kind) -> Self {
        match error {
            Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                let kind = kind(&code);
                let text = text(&*error, &code, kind);
                match kind {
                    Kind::Again => Self::Again(text),
                    Kind::Lost => Self::Lost(text),
                    Kind::Full => Self::Full(text),
                    Kind::Data | Kind::Other => Self::Failed(StoreError::new(text)),
                }
            }
            Error::Io(error) => Self::Lost(format!("the connection is lost: {error}")),
            Error::PoolTimedOut | Error::WorkerCrashed | Error::PoolClosed | Error::BeginFailed => {
                Self::Lost(error.to_string())
            }
            Error::Protocol(_) => Self::Lost("the server says what was not expected".to_owned()),
            Error::Tls(_) | Error::Configuration(_) => Self::Failed(StoreError::new(error.to_string())),
            _ => Self::Failed(StoreError::new("the driver of the database failed")),
        }
    }
}

/// What a database's code means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Again,
    Lost,
    Full,
    /// About a value: its message may repeat it.
    Data,
    Other,
}

fn text(error: &dyn DatabaseError, code: &str, kind: Kind) -> String {
    match kind {
        Kind::Data => format!("the database refused a value (code {code})"),
        _ => format!("{} (code {code})", error.message()),
    }
}

/// A value that goes in. Typed, also where there is none.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    Number(i64),
    MaybeNumber(Option<i64>),
    Bytes(Option<Vec<u8>>),
    Word(&'static str),
    /// For a dialect that takes lists.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "PostgreSQL has lists, SQLite has none"))]
    List(Vec<Vec<u8>>),
}

/// A value that comes out.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    None,
    Number(i64),
    Bytes(Vec<u8>),
    Word(String),
}

/// Values in the order of the statement.
#[derive(Debug)]
pub(super) struct Row(IntoIter<Cell>);

impl Row {
    pub(super) fn new(cells: Vec<Cell>) -> Self {
        Self(cells.into_iter())
    }

    pub(super) fn number(&mut self) -> Result<i64, StoreError> {
        self.maybe_number()?.ok_or_else(|| unreadable("a number"))
    }

    pub(super) fn maybe_number(&mut self) -> Result<Option<i64>, StoreError> {
        match self.0.next() {
            Some(Cell::Number(number)) => Ok(Some(number)),
            Some(Cell::None) => Ok(None),
            _ => Err(unreadable("a number")),
        }
    }

    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        self.maybe_bytes()?.ok_or_else(|| unreadable("bytes"))
    }

    pub(super) fn maybe_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.0.next() {
            Some(Cell::Bytes(bytes)) => Ok(Some(bytes)),
            Some(Cell::None) => Ok(None),
            _ => Err(unreadable("bytes")),
        }
    }

    pub(super) fn maybe_word(&mut self) -> Result<Option<String>, StoreError> {
        match self.0.next() {
            Some(Cell::Word(word)) => Ok(Some(word)),
            Some(Cell::None) => Ok(None),
            _ => Err(unreadable("a word")),
        }
    }
}

pub(super) fn unreadable(what: &str) -> StoreError {
    StoreError::new(format!("a row cannot be read: {what} is missing"))
}
