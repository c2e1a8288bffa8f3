//! An answer against what the bank says.
//!
//! Invariants
//!   G1  the machine suggests, the person decides: nothing here writes a grade anywhere
//!   G2  4 is never suggested; a hint caps the suggestion at 2, a peek at 1
//!   G3  matching does not depend on width, case, punctuation or spaces ([`crate::base::text`])
//!
//! | file | idea |
//! |---|---|
//! | [`reading`] | a typed answer cut into clauses; which words are negated, which only asked about |
//! | [`points`] | key points said, wrong claims made, the suggested grade |
//! | [`drill`] | choice, multi, cloze, order, predict |
pub mod drill;
pub mod points;
pub mod reading;

use super::schedule::Grade;

/// Help taken while answering.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Help {
    /// Hints shown.
    pub hints: u8,
    /// The answer was looked at before answering.
    pub peeked: bool,
}

impl Help {
    /// The best grade that may still be suggested.
    #[must_use]
    pub fn cap(self, grade: Grade) -> Grade {
        if self.peeked {
            Grade::Again
        } else if self.hints > 0 {
            grade.min(Grade::Hard)
        } else {
            grade.min(Grade::Good)
        }
    }
}

#[cfg(test)]
mod tests;
