//! One thing that is wrong with a bank: where, what, why it matters, how to mend it.
//!
//! The sentences are Chinese because a person who edits a bank reads them as they are; the code is
//! for tests and scripts.
use std::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; `check` still passes.
    Notice,
    /// Must be mended.
    Fault,
}

/// Where a problem stands. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    pub file: String,
    /// 0: the whole file.
    pub line: u32,
    pub column: u32,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub severity: Severity,
    /// Stable name in kebab-case, e.g. `unknown-key`.
    pub code: &'static str,
    pub place: Place,
    /// The question it belongs to, empty when none.
    pub question: String,
    /// What is wrong, one clause.
    pub what: String,
    /// Why it matters; may be empty.
    pub why: String,
    /// What to do.
    pub mend: String,
}

impl Problem {
    /// A fault without a question.
    #[must_use]
    pub fn fault(code: &'static str, place: Place, what: impl Into<String>) -> Self {
        Self {
            severity: Severity::Fault,
            code,
            place,
            question: String::new(),
            what: what.into(),
            why: String::new(),
            mend: String::new(),
        }
    }
    /// A notice without a question.
    #[must_use]
    pub fn notice(code: &'static str, place: Place, what: impl Into<String>) -> Self {
        Self { severity: Severity::Notice, ..Self::fault(code, place, what) }
    }
    /// The question it belongs to.
    #[must_use]
    pub fn of(mut self, question: &str) -> Self {
        question.clone_into(&mut self.question);
        self
    }
    /// Why it matters.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }
    /// What to do.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = mend.into();
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { f.write_str(&self.file) } else { write!(f, "{}:{}:{}", self.file, self.line, self.column) }
    }
}

impl fmt::Display for Problem {
    /// `file:line:col: what。why。mend` in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        for part in [&self.why, &self.mend] {
            if !part.is_empty() {
                write!(f, "。{part}")?;
            }
        }
        Ok(())
    }
}
