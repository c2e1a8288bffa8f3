//! `bagu completions SHELL`: the completion script on stdout.
use crate::cli::args::CompletionsArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliResult, Exit};
use crate::cli::parse::command;

/// Runs the command.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(ctx: &Ctx, args: &CompletionsArgs) -> CliResult {
    // Into memory first: the generator panics when its writer fails, and a closed pipe may not.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "bagu", &mut script);
    ctx.out().write_all(&script)?;
    Ok(Exit::Done)
}
