//! PostgreSQL.

use std::{sync::Arc, time::Duration};

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Column, PgPool, Postgres, Row as _, Transaction, TypeInfo, postgres::PgRow, query::Query};

use super::{
    dialect::{Argument, Cell, Dialect, Fault, Kind, Row},
    engine::Engine,
    migrate::check_name,
    statements::{Names, Syntax},
    stores::store,
};
use crate::store::StoreError;

/// Sessions in PostgreSQL, for several machines. See the [module](super).
///
/// ```no_run
/// # async fn doc() -> Result<(), Box<dyn std::error::Error>> {
/// use session_policy::store::sql::PostgresStore;
/// use sqlx::postgres::PgPoolOptions;
///
/// let pool = PgPoolOptions::new().max_connections(20).connect("postgres://app@localhost/shop").await?;
/// let store = PostgresStore::new(pool).schema("sessions")?;
/// store.migrate().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PostgresStore(Engine<Server>);

impl PostgresStore {
    /// On this pool, in the schema that its connections find first (`public`, if nobody says otherwise), with tables whose
    /// names begin with `session_policy_`. Nothing is asked of the server yet.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self(Engine::new(Server { pool }))
    }

    /// The schema of the tables. [`migrate`](Self::migrate) makes it if there is none and the account may.
    ///
    /// # Errors
    /// If the name has anything but small letters, digits and underscores, begins with a digit, or is longer than 40.
    pub fn schema(self, schema: &str) -> Result<Self, StoreError> {
        check_name(schema, "schema")?;
        let prefix = self.0.names.prefix.clone();
        Ok(Self(self.0.named(Some(schema.to_owned()), prefix)))
    }

    /// What the tables' names begin with. Default `session_policy_`. Stores with the same schema and prefix share their
    /// sessions.
    ///
    /// # Errors
    /// As [`schema`](Self::schema).
    pub fn prefix(self, prefix: &str) -> Result<Self, StoreError> {
        check_name(prefix, "prefix")?;
        let schema = self.0.names.schema.clone();
        Ok(Self(self.0.named(schema, prefix.to_owned())))
    }
}

store!(PostgresStore);

/// Writes a session if it is still what was read, with its tokens, in one statement. A token that is taken meanwhile makes all
/// of it fail.
const PUT: &str = "WITH put AS (UPDATE @sessions SET rev = $3, deadline = $4, absolute_end = $5, body = $6 \
    WHERE id = $1 AND rev = $2 AND NOT EXISTS (SELECT 1 FROM @tokens WHERE token = $7) RETURNING id), \
    lead AS (INSERT INTO @tokens (token, state, record) SELECT $7, 0, id FROM put WHERE $7 IS NOT NULL), \
    former AS (UPDATE @tokens t SET state = 1, record = put.id, what = f.what, reason = NULL, until = $5 \
    FROM UNNEST($8, $9) AS f (token, what), put WHERE t.token = f.token) \
    SELECT id FROM put";

/// Ends sessions that are locked: for $2, with its tokens kept until $3, and a claim with the lease $4 until $5 if there is one,
/// since $6.
const BURY: &str = "WITH ended AS (DELETE FROM @sessions WHERE id = ANY ($1) RETURNING id, rev, body), \
    claimed AS (INSERT INTO @claims (record, lease, until, ended_at, reason, rev, body) \
    SELECT id, $4, $5, $6, $2, rev, body FROM ended WHERE $4 IS NOT NULL), \
    buried AS (UPDATE @tokens SET state = 2, reason = $2, until = $3 WHERE record = ANY ($1) AND state = 0) \
    INSERT INTO @gone (record, reason, successor, until) SELECT id, $2, NULL, $3 FROM ended";

#[derive(Clone, Debug)]
pub(super) struct Server {
    pool: PgPool,
}

impl Dialect for Server {
    type Transaction = Transaction<'static, Postgres>;

    const SYNTAX: Syntax = Syntax {
        bytes: "BYTEA",
        lock: " FOR UPDATE",
        share: " FOR SHARE",
        skip: " FOR UPDATE SKIP LOCKED",
        put: Some(PUT),
        bury: Some(BURY),
    };

    const FIND_META: &'static str = "SELECT 1 WHERE to_regclass('@meta') IS NOT NULL";

    async fn begin(&self) -> Result<Self::Transaction, Fault> {
        // Whatever the account's default is: each statement sees what the one before waited for.
        self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(fault)
    }

    async fn within(
        transaction: &mut Self::Transaction,
        statement: &Arc<str>,
        arguments: Vec<Argument>,
    ) -> Result<Vec<Row>, Fault> {
        rows(query(statement, arguments).fetch_all(&mut **transaction).await)
    }

    async fn finish(transaction: Self::Transaction) -> Result<(), Fault> {
        transaction.commit().await.map_err(fault)
    }

    async fn alone_in_migration(transaction: &mut Self::Transaction, names: &Names) -> Result<(), Fault> {
        let mut digest = Sha256::new_with_prefix("session-policy tables ");
        digest.update(names.schema.as_deref().unwrap_or("").as_bytes());
        digest.update(names.prefix.as_bytes());
        let key = digest.finalize().first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes));
        let lock = Arc::from("SELECT pg_advisory_xact_lock($1)");
        Self::within(transaction, &lock, vec![Argument::Number(key)]).await?;
        if let Some(schema) = &names.schema {
            let find = Arc::from(format!("SELECT 1 FROM pg_namespace WHERE nspname = '{schema}'"));
            if Self::within(transaction, &find, Vec::new()).await?.is_empty() {
                let make = Arc::from(format!("CREATE SCHEMA \"{schema}\""));
                Self::within(transaction, &make, Vec::new()).await?;
            }
        }
        Ok(())
    }

    async fn alone(&self, statement: &Arc<str>, arguments: Vec<Argument>) -> Result<Vec<Row>, Fault> {
        rows(query(statement, arguments).fetch_all(&self.pool).await)
    }
}

type Arguments = <Postgres as sqlx::Database>::Arguments;

/// The text is one of `statements`, with names that were checked.
fn query(statement: &Arc<str>, arguments: Vec<Argument>) -> Query<'static, Postgres, Arguments> {
    let mut query = sqlx::query(AssertSqlSafe(Arc::clone(statement)));
    for argument in arguments {
        query = match argument {
            Argument::Number(number) => query.bind(number),
            Argument::MaybeNumber(number) => query.bind(number),
            Argument::Bytes(bytes) => query.bind(bytes),
            Argument::Word(word) => query.bind(word),
            Argument::List(list) => query.bind(list),
        };
    }
    query
}

fn rows(rows: Result<Vec<PgRow>, sqlx::Error>) -> Result<Vec<Row>, Fault> {
    let rows = rows.map_err(fault)?;
    rows.iter().map(row).collect::<Result<_, sqlx::Error>>().map_err(fault)
}

fn row(row: &PgRow) -> Result<Row, sqlx::Error> {
    let cell = |(n, column): (usize, &sqlx::postgres::PgColumn)| {
        let cell = match column.type_info().name() {
            "INT8" => row.try_get::<Option<i64>, _>(n)?.map(Cell::Number),
            "INT4" => row.try_get::<Option<i32>, _>(n)?.map(|number| Cell::Number(number.into())),
            "BYTEA" => row.try_get::<Option<Vec<u8>>, _>(n)?.map(Cell::Bytes),
            "TEXT" | "VARCHAR" => row.try_get::<Option<String>, _>(n)?.map(Cell::Word),
            _ => None,
        };
        Ok(cell.unwrap_or(Cell::None))
    };
    row.columns().iter().enumerate().map(cell).collect::<Result<_, _>>().map(Row::new)
}

fn fault(error: sqlx::Error) -> Fault {
    Fault::of(error, kind)
}

/// PostgreSQL's SQLSTATE, appendix A of its documentation.
fn kind(code: &str) -> Kind {
    match code {
        // Serialization, deadlock, a lock; a token or a table that somebody else made at the same moment.
        "40001" | "40P01" | "55P03" | "23505" | "42P07" => Kind::Again,
        // Disk full.
        "53100" => Kind::Full,
        // Shutdown, crash, not yet up, too many connections.
        "57P01" | "57P02" | "57P03" | "53300" => Kind::Lost,
        _ if code.starts_with("08") => Kind::Lost,
        // About data, about constraints.
        _ if code.starts_with("22") || code.starts_with("23") => Kind::Data,
        _ => Kind::Other,
    }
}
