//! Every statement, once for both databases. `@name` is a table; `@bytes`, `@lock`, … are spelled by [`Syntax`].

use std::sync::Arc;

/// What the two databases spell differently.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    /// The type of bytes.
    pub(super) bytes: &'static str,
    /// After a `SELECT` whose rows are about to be changed.
    pub(super) lock: &'static str,
    /// After a `SELECT` whose rows must stay as they are.
    pub(super) share: &'static str,
    /// After a `SELECT` of rows to be changed, without those that others are changing.
    pub(super) skip: &'static str,
    /// Writes a session in one statement, on condition that it is still what was read; where there is such a statement.
    pub(super) put: Option<&'static str>,
    /// Ends sessions for one reason in one statement of a transaction, where there is such a statement.
    pub(super) bury: Option<&'static str>,
}

const TABLES: [&str; 7] = ["sessions", "tokens", "gone", "claims", "users", "clocks", "meta"];

/// Of one store: the text of a template, with names and spellings filled in.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) schema: Option<String>,
    pub(super) prefix: String,
    pub(super) syntax: Syntax,
}

impl Names {
    /// Names are checked before (`names::check`): nothing in them can end a quotation.
    pub(super) fn fill(&self, template: &str) -> Arc<str> {
        let Self { schema, prefix, syntax } = self;
        let schema = schema.as_ref().map_or_else(String::new, |schema| format!("\"{schema}\"."));
        // Names of indexes first: they are in the schema of their table.
        let mut text = template.replace("@@", prefix);
        for table in TABLES {
            text = text.replace(&format!("@{table}"), &format!("{schema}\"{prefix}{table}\""));
        }
        for (name, spelled) in
            [("@bytes", syntax.bytes), ("@lock", syntax.lock), ("@share", syntax.share), ("@skip", syntax.skip)]
        {
            text = text.replace(name, spelled);
        }
        Arc::from(text)
    }
}

macro_rules! statements {
    ($($(#[$about:meta])* $name:ident = $text:expr;)*) => {
        /// The statements of one store.
        #[derive(Clone, Debug)]
        pub(super) struct Statements {
            $($(#[$about])* pub(super) $name: Arc<str>,)*
            pub(super) put: Option<Arc<str>>,
            pub(super) bury: Option<Arc<str>>,
        }

        impl Statements {
            pub(super) fn new(names: &Names) -> Self {
                let [put, bury] = [names.syntax.put, names.syntax.bury].map(|text| text.map(|text| names.fill(text)));
                Self { $($name: names.fill($text),)* put, bury }
            }
        }
    };
}

statements! {
    /// Where a token leads.
    load = "SELECT t.state, t.what, t.reason, s.rev, s.body \
        FROM @tokens t LEFT JOIN @sessions s ON t.state = 0 AND s.id = t.record WHERE t.token = $1";
    /// Logins that superseded one another: to the last one known, within bounds.
    chain = "WITH RECURSIVE chain (id, n) AS (SELECT record, 0 FROM @tokens WHERE token = $1 \
        UNION ALL SELECT g.successor, n + 1 FROM @gone g, chain WHERE g.record = chain.id AND g.successor IS NOT NULL AND n < 1000) \
        SELECT id FROM chain WHERE id IS NOT NULL ORDER BY n DESC LIMIT 1";
    place = "SELECT state, record FROM @tokens WHERE token = $1";
    peek = "SELECT rev, body FROM @sessions WHERE id = $1@lock";
    reason = "SELECT reason FROM @gone WHERE record = $1";
    taken = "SELECT (SELECT COUNT(*) FROM @tokens WHERE token = $1) + (SELECT COUNT(*) FROM @sessions WHERE id = $2) \
        + (SELECT COUNT(*) FROM @gone WHERE record = $2) + (SELECT COUNT(*) FROM @claims WHERE record = $2)";

    insert = "INSERT INTO @sessions (id, rev, format, user_key, deadline, absolute_end, body) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING rev";
    update = "UPDATE @sessions SET rev = $2, user_key = $3, deadline = $4, absolute_end = $5, body = $6 \
        WHERE id = $1 RETURNING rev";
    delete = "DELETE FROM @sessions WHERE id = $1 RETURNING rev";
    lead = "INSERT INTO @tokens (token, state, record) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING RETURNING state";
    supersede = "UPDATE @tokens SET state = 1, record = $2, what = $3, reason = NULL, until = $4 WHERE token = $1";
    bury_tokens = "UPDATE @tokens SET state = 2, reason = $2, until = $3 WHERE record = $1 AND state = 0";
    bury_record = "INSERT INTO @gone (record, reason, successor, until) VALUES ($1, $2, NULL, $3)";
    succeed_record = "INSERT INTO @gone (record, reason, successor, until) VALUES ($1, NULL, $2, $3)";
    claim = "INSERT INTO @claims (record, lease, until, ended_at, reason, rev, body) \
        SELECT id, $2, $3, $4, $5, rev, body FROM @sessions WHERE id = $1";

    /// Everybody who signs in, or is reset, passes here one after the other.
    lock_user = "INSERT INTO @users AS u (user_key, generation, until) VALUES ($1, 0, $2) ON CONFLICT (user_key) DO UPDATE \
        SET until = CASE WHEN u.until < excluded.until THEN excluded.until ELSE u.until END RETURNING generation";
    everyone = "SELECT value FROM @meta WHERE name = 'everyone'@share";
    generation = "SELECT (SELECT generation FROM @users WHERE user_key = $1), \
        (SELECT value FROM @meta WHERE name = 'everyone')";
    draw = "UPDATE @meta SET value = value + 1 WHERE name = 'last' RETURNING value";
    raise_user = "UPDATE @users SET generation = $2 WHERE user_key = $1 RETURNING generation";
    raise_everyone = "UPDATE @meta SET value = $1 WHERE name = 'everyone' RETURNING value";
    of_user = "SELECT rev, body FROM @sessions WHERE user_key = $1";
    lock_of_user = "SELECT rev, body FROM @sessions WHERE user_key = $1 OR id = $2 ORDER BY id@lock";
    first = "SELECT rev, body FROM @sessions ORDER BY id LIMIT $1@lock";
    after = "SELECT rev, body FROM @sessions WHERE id > $1 ORDER BY id LIMIT $2@lock";

    /// Those that nobody is changing at the moment.
    free_due = "SELECT rev, body FROM @sessions WHERE format = $1 AND deadline <= $2 ORDER BY deadline, id LIMIT $3@skip";
    /// All of them.
    due = "SELECT rev, body FROM @sessions WHERE format = $1 AND deadline <= $2 ORDER BY deadline, id LIMIT $3@lock";
    forget_tokens = "DELETE FROM @tokens WHERE until <= $1 AND token IN (SELECT t.token FROM @tokens t \
        WHERE t.until <= $1 AND t.until < 9223372036854775807 AND NOT EXISTS \
        (SELECT 1 FROM @sessions s WHERE s.id = t.record AND s.absolute_end > $1) LIMIT $2) RETURNING state";
    forget_gone = "DELETE FROM @gone WHERE until <= $1 AND record IN (SELECT g.record FROM @gone g \
        WHERE g.until <= $1 AND g.until < 9223372036854775807 AND NOT EXISTS \
        (SELECT 1 FROM @sessions s WHERE s.id = g.successor AND s.absolute_end > $1) LIMIT $2) RETURNING until";
    forget_claims = "DELETE FROM @claims WHERE until <= $1 AND record IN (SELECT c.record FROM @claims c \
        WHERE c.until <= $1 AND c.until < 9223372036854775807 LIMIT $2) RETURNING until";
    forget_users = "DELETE FROM @users WHERE until <= $1 AND user_key IN (SELECT u.user_key FROM @users u \
        WHERE u.until <= $1 AND u.until < 9223372036854775807 AND NOT EXISTS \
        (SELECT 1 FROM @sessions s WHERE s.user_key = u.user_key) LIMIT $2) RETURNING until";

    reclaim = "WITH due AS MATERIALIZED (SELECT record FROM @claims WHERE lease <= $2 ORDER BY lease, record LIMIT $3@lock) \
        UPDATE @claims SET lease = $1 WHERE record IN (SELECT record FROM due) RETURNING ended_at, reason, rev, body";
    settle = "DELETE FROM @claims WHERE record = $1";

    report_clock = "INSERT INTO @clocks (engine, reported, turn) \
        VALUES ($1, $2, (SELECT COALESCE(MAX(turn), 0) + 1 FROM @clocks)) \
        ON CONFLICT (engine) DO UPDATE SET reported = excluded.reported, turn = excluded.turn";
    forget_clocks = "DELETE FROM @clocks WHERE turn <= (SELECT MAX(turn) - 256 FROM @clocks)";
    clocks = "SELECT engine, reported FROM @clocks ORDER BY turn DESC, engine LIMIT 256";
}

/// The version of the tables.
pub(super) const VERSION: i64 = 1;

/// Where a store's version is kept, before anything else is known of it.
pub(super) const META: &str = "CREATE TABLE IF NOT EXISTS @meta (name VARCHAR(16) PRIMARY KEY, value BIGINT NOT NULL)";
pub(super) const READ_VERSION: &str = "SELECT value FROM @meta WHERE name = 'version'";
pub(super) const WRITE_VERSION: &str = "INSERT INTO @meta (name, value) VALUES ('version', $1)";

/// What leads from no tables to version 1, in order.
pub(super) const TO_1: &[&str] = &[
    "INSERT INTO @meta (name, value) VALUES ('everyone', 0), ('last', 0)",
    // A live session; `format` is the version of `body`, `user_key` the user's id as bytes, so that any id is one.
    "CREATE TABLE @sessions (id @bytes PRIMARY KEY, rev BIGINT NOT NULL, format BIGINT NOT NULL, user_key @bytes, \
        deadline BIGINT NOT NULL, absolute_end BIGINT NOT NULL, body @bytes NOT NULL)",
    "CREATE INDEX \"@@sessions_user\" ON @sessions (user_key)",
    "CREATE INDEX \"@@sessions_deadline\" ON @sessions (deadline, id)",
    // Where a token leads. 0: opens the session `record`. 1: superseded, `record` took over, `what` tells more.
    // 2: the session ended for `reason`.
    "CREATE TABLE @tokens (token @bytes PRIMARY KEY, state BIGINT NOT NULL, record @bytes NOT NULL, what @bytes, \
        reason VARCHAR(64), until BIGINT)",
    "CREATE INDEX \"@@tokens_record\" ON @tokens (record)",
    "CREATE INDEX \"@@tokens_until\" ON @tokens (until)",
    // What became of a session: it ended for a reason, or another one took its place.
    "CREATE TABLE @gone (record @bytes PRIMARY KEY, reason VARCHAR(64), successor @bytes, until BIGINT NOT NULL)",
    "CREATE INDEX \"@@gone_until\" ON @gone (until)",
    // Ends whose hook has not returned.
    "CREATE TABLE @claims (record @bytes PRIMARY KEY, lease BIGINT NOT NULL, until BIGINT NOT NULL, \
        ended_at BIGINT NOT NULL, reason VARCHAR(64) NOT NULL, rev BIGINT NOT NULL, body @bytes NOT NULL)",
    "CREATE INDEX \"@@claims_lease\" ON @claims (lease, record)",
    "CREATE INDEX \"@@claims_until\" ON @claims (until)",
    "CREATE TABLE @users (user_key @bytes PRIMARY KEY, generation BIGINT NOT NULL, until BIGINT NOT NULL)",
    "CREATE INDEX \"@@users_until\" ON @users (until)",
    "CREATE TABLE @clocks (engine BIGINT PRIMARY KEY, reported BIGINT NOT NULL, turn BIGINT NOT NULL)",
];
