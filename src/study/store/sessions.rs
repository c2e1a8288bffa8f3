//! Plans of sessions, so that a killed one can be continued.
//!
//! What was answered is not stored here: it is the reviews that carry the session's number. So there
//! is nothing that could disagree.
use rusqlite::OptionalExtension;
use rusqlite::params;

use super::Store;
use super::StoreError;
use crate::study::clock::Moment;

/// A session that was started and not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    pub id: i64,
    pub started_ms: i64,
    /// As given to [`Store::open_session`].
    pub plan: String,
}

impl Store {
    /// Stores the plan of a new session and returns its number.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open_session(&mut self, plan: &str, at: Moment) -> Result<i64, StoreError> {
        self.db.execute("INSERT INTO session (started_ms, plan) VALUES (?1, ?2)", params![at.ms, plan])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Marks a session as finished: `--resume` will not offer it any more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn close_session(&mut self, id: i64, at: Moment) -> Result<(), StoreError> {
        self.db.execute("UPDATE session SET closed_ms = ?2 WHERE id = ?1", params![id, at.ms])?;
        Ok(())
    }

    /// The youngest session that was not closed.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn last_open_session(&self) -> Result<Option<OpenSession>, StoreError> {
        let mut query = self
            .db
            .prepare("SELECT id, started_ms, plan FROM session WHERE closed_ms IS NULL ORDER BY id DESC LIMIT 1")?;
        let row =
            query.query_row([], |row| Ok(OpenSession { id: row.get(0)?, started_ms: row.get(1)?, plan: row.get(2)? }));
        Ok(row.optional()?)
    }
}
