//! `bagu undo`.
use crate::cli::args::UndoArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliError, CliResult};

/// Runs the command.
///
/// # Errors
/// Always: the command is not built yet.
pub fn run(_ctx: &Ctx, _args: &UndoArgs) -> CliResult {
    Err(CliError::usage("此版本还没有这个命令"))
}
