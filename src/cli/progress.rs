//! What the progress store says about questions, for commands that only filter by it.
use std::collections::HashSet;

use crate::bank::Bank;
use crate::cli::ctx::Ctx;
use crate::cli::error::CliError;
use crate::cli::list::Progress;

/// Ids of the questions for which this holds.
///
/// # Errors
/// When the progress store cannot be read.
pub fn ids(_ctx: &Ctx, _bank: &Bank, _progress: Progress) -> Result<HashSet<String>, CliError> {
    Err(CliError::usage("此版本还不能按复习状态筛选"))
}
