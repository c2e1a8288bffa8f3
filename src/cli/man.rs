//! `bagu man`: the manual page (roff) on stdout, every command in one page.
use clap::CommandFactory;
use clap_mangen::Man;

use crate::cli::args::{Cli, ManArgs};
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliResult, Exit};

/// Runs the command.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(ctx: &Ctx, _args: &ManArgs) -> CliResult {
    let mut page = Vec::new();
    Man::new(Cli::command()).render(&mut page)?;
    ctx.out().write_all(&page)?;
    Ok(Exit::Done)
}
