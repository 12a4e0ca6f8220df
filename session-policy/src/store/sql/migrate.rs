//! Tables: made, checked, and never changed behind anybody's back.

use std::time::Duration;

use super::{
    dialect::{Argument, Dialect, Fault},
    engine::{Engine, transaction},
    statements::{META, READ_VERSION, TO_1, VERSION, WRITE_VERSION},
};
use crate::store::StoreError;

/// Another node may be at it: how long to wait for that at least.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most letters of a name: a table's is the prefix and one word, and PostgreSQL cuts names at 63.
const LONGEST_NAME: usize = 40;

/// Names become part of statements, in quotation marks: nothing but letters, digits and underscores, and no capitals, which
/// the two databases treat differently.
pub(super) fn check_name(name: &str, what: &str) -> Result<(), StoreError> {
    let fits = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if fits {
        return Ok(());
    }
    Err(StoreError::new(format!(
        "`{name}` is no {what}: 1 to {LONGEST_NAME} small letters, digits and underscores, no digit first"
    )))
}

impl<D: Dialect> Engine<D> {
    pub(super) async fn migrate(&self) -> Result<(), StoreError> {
        let patient = Self { timeout: self.timeout.max(PATIENCE), ..self.copy() };
        let engine = &patient;
        let operation = async { transaction!(engine, |transaction| engine.migrate_within(transaction)) };
        Ok(engine.in_time(operation).await?)
    }

    async fn migrate_within(&self, transaction: &mut D::Transaction) -> Result<(), Fault> {
        D::alone_in_migration(transaction, &self.names).await?;
        let known = D::within(transaction, &self.names.fill(D::FIND_META), Vec::new()).await?;
        if known.is_empty() {
            D::within(transaction, &self.names.fill(META), Vec::new()).await?;
        }
        let version = D::within(transaction, &self.names.fill(READ_VERSION), Vec::new()).await?;
        let version = version.into_iter().next().map(|mut row| row.number()).transpose()?;
        match version {
            Some(VERSION) => Ok(()),
            Some(other) => Err(Fault::Failed(StoreError::new(format!(
                "the tables have version {other}, and this program knows {VERSION} only: run the newer one"
            )))),
            None => {
                for step in TO_1 {
                    D::within(transaction, &self.names.fill(step), Vec::new()).await?;
                }
                let arguments = vec![Argument::Number(VERSION)];
                D::within(transaction, &self.names.fill(WRITE_VERSION), arguments).await?;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_end_a_quotation() {
        for name in ["shop_", "_", "a1", &"x".repeat(40)] {
            check_name(name, "prefix").unwrap();
        }
        for name in ["", "1a", "Shop", "a-b", "a b", "a\"", "a'; DROP TABLE users; --", "ä", "a.b", &"x".repeat(41)] {
            let refused = check_name(name, "prefix").unwrap_err().to_string();
            assert!(refused.contains("is no prefix"), "{refused}");
        }
    }
}
