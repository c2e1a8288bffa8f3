//! The progress store: `progress.db`.
//!
//! Invariants
//!   P1  a graded answer is on the disk before the next question is shown: every change is one
//!       transaction, and [`Store::record`] returns only after its commit
//!   P2  events are appended, never changed or deleted; undo is an event that names another
//!   P3  `card` equals the fold of `event` ([`Store::check`] compares, [`Store::rebuild`] mends)
//!   P4  a file that is damaged, foreign or newer is refused with a reason and left as it is
//!
//! Durability: rollback journal with `synchronous = EXTRA`, i.e. file, journal and directory are
//! flushed at every commit. It costs a few milliseconds for something that happens once a minute,
//! and survives `kill -9` and loss of power alike. Rejected: WAL. It would save flushes nobody feels,
//! and needs shared memory (not on network folders), leaves two more files beside the database
//! (people copy and sync `progress.db` alone), and cannot be read from a read-only folder.
//! Rejected: a JSON-lines log; two sessions at once and the derived table need transactions.
//! Sources: SQLite, "PRAGMA synchronous", "Write-Ahead Logging", "How to corrupt a database file".
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;

use super::schedule::Scheduler;

mod events;
mod fold;
mod sessions;

pub use events::Recorded;
pub use events::Review;
pub use events::Reviewed;
pub use events::Undone;
pub use fold::Difference;
pub use sessions::OpenSession;

/// The schema this program writes.
pub const VERSION: i64 = 1;
/// `application_id` of the file: "bagu" in ASCII.
pub const APPLICATION: i64 = 0x6261_6775;
/// How long another writer is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why a store could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The folder cannot be made.
    Folder(PathBuf, std::io::Error),
    /// Written by a later program.
    Newer {
        found: i64,
    },
    /// A database, but not ours.
    Foreign,
    Store(StoreError),
}

/// Why reading or writing failed.
#[derive(Debug)]
pub enum StoreError {
    /// Another program holds the write lock.
    Busy,
    /// File or folder may not be written.
    ReadOnly,
    /// Not a file, or not ours to open.
    Unopenable,
    /// No room on the disk.
    Full,
    /// The file is not a readable database any more; the text says what was found.
    Damaged(String),
    /// Anything else the library reports.
    Other(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Self::Unopenable,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(text),
            _ => Self::Other(text),
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// An open `progress.db`.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    scheduler: Scheduler,
}

impl Store {
    /// Opens the store, making folder and file when they are missing.
    ///
    /// # Errors
    /// See [`OpenError`]. The file is never changed when this fails.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| OpenError::Folder(folder.into(), e))?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut store = Self::connect(path, flags)?;
        store.prepare()?;
        Ok(store)
    }

    /// Opens an existing store for reading; `None` when there is none yet. Works in a read-only
    /// folder and creates nothing.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_existing(path: &Path) -> Result<Option<Self>, OpenError> {
        match std::fs::metadata(path) {
            Ok(meta) if meta.len() > 0 => {}
            Ok(_) => return Ok(None),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(OpenError::Folder(path.into(), e)),
        }
        // Not READ_ONLY: after a kill there may be a journal to roll back first. SQLite falls back to
        // reading when the file cannot be written.
        let store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        match store.version()? {
            Some(VERSION) => Ok(Some(store)),
            Some(found) if found > VERSION => Err(OpenError::Newer { found }),
            Some(_) => Err(OpenError::Foreign),
            None => Ok(None),
        }
    }

    /// A store in memory, for tests.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn in_memory() -> Result<Self, OpenError> {
        let mut store = Self { db: Connection::open_in_memory()?, scheduler: Scheduler::new() };
        store.prepare()?;
        Ok(store)
    }

    /// The algorithm this store schedules with.
    #[must_use]
    pub fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, OpenError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(PATIENCE)?;
        Ok(Self { db, scheduler: Scheduler::new() })
    }

    fn prepare(&mut self) -> Result<(), OpenError> {
        self.db.pragma_update(None, "synchronous", "EXTRA")?;
        self.db.pragma_update(None, "foreign_keys", "ON")?;
        match self.version()? {
            Some(VERSION) => self.try_lock(),
            Some(found) if found > VERSION => Err(OpenError::Newer { found }),
            Some(_) => Err(OpenError::Foreign),
            None => self.create(),
        }
    }

    /// Takes the write lock and lets it go: who cannot write should hear it before the first answer,
    /// not after. Writes nothing, flushes nothing.
    fn try_lock(&mut self) -> Result<(), OpenError> {
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        Ok(tx.rollback()?)
    }

    /// The version of our schema; `None` for an empty database; [`OpenError::Foreign`] for others'.
    fn version(&self) -> Result<Option<i64>, OpenError> {
        let number = |name: &str| self.db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let (application, version) = (number("application_id")?, number("user_version")?);
        if application == APPLICATION {
            return Ok(Some(version));
        }
        let tables: i64 = self.db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if application == 0 && version == 0 && tables == 0 { Ok(None) } else { Err(OpenError::Foreign) }
    }

    /// Two programs may start on the same empty folder: the loser finds the work done.
    fn create(&mut self) -> Result<(), OpenError> {
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let made: i64 = tx.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if made != APPLICATION {
            tx.execute_batch(include_str!("schema.sql"))?;
            tx.pragma_update(None, "application_id", APPLICATION)?;
            tx.pragma_update(None, "user_version", VERSION)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Reads the whole file for damage: pages, indexes, constraints. For `bagu doctor`.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the first thing found.
    pub fn examine(&self) -> Result<(), StoreError> {
        let found: String = self.db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if found == "ok" { Ok(()) } else { Err(StoreError::Damaged(found)) }
    }
}

/// Moves a damaged file (and its journal) aside under a free name and returns that name. Nothing is
/// deleted. For `bagu doctor`, on the person's word.
///
/// # Errors
/// The error of the rename.
pub fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let beside = |tail: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(tail);
        PathBuf::from(name)
    };
    let free = (1..1000).map(|n| beside(&format!(".damaged-{n}"))).find(|p| !p.exists());
    let to = free.ok_or_else(|| std::io::Error::other("no free name"))?;
    std::fs::rename(path, &to)?;
    let journal = beside("-journal");
    if journal.exists() {
        let mut name = to.as_os_str().to_owned();
        name.push("-journal");
        std::fs::rename(journal, PathBuf::from(name))?;
    }
    Ok(to)
}

#[cfg(test)]
mod tests;
