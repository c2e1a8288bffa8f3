//! `bagu demo`: run, show, compare and explore demos. One file per subcommand.
//!
//! | file | what |
//! |---|---|
//! | `list` | which demos there are |
//! | `run` | one demo in its child process: output, claims, picture |
//! | `all` | every demo, every way it promises to hold |
//! | `predict` | the person says first what will be printed |
//! | `show` | source with a little highlighting |
//! | `go` | the Go twin, beside ours when `go` is there |
//! | `explore` | many seeds |
//! | `trace_file` | the run as a file for other tools |
//! | `launch` | one run in a child, and what a run is told |
//! | `ending` | what became of a child process, in words |
//! | `report` | the result of a run on the page and as JSON |
//! | `watch` | one moment of a run, or a walk through it |
mod all;
mod ending;
mod explore;
mod go;
mod launch;
mod list;
mod predict;
mod report;
mod run;
mod show;
mod trace_file;
mod watch;

pub use predict::program;
pub use show::highlight;

use crate::cli::args::{DemoArgs, DemoCommand};
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliError, CliResult};
use crate::cli::lookup;
use crate::lab::Demo;
use crate::lab::RunOptions;
use crate::lab::selftest;

/// Runs the command.
///
/// # Errors
/// Usage for ids and names that do not exist; I/O for files that cannot be written.
pub fn run(ctx: &Ctx, args: &DemoArgs) -> CliResult {
    match &args.command {
        DemoCommand::List(args) => list::run(ctx, args),
        DemoCommand::Run(args) if args.all => all::run(ctx, args),
        DemoCommand::Run(args) => run::run(ctx, args),
        DemoCommand::Show(args) => show::run(ctx, args),
        DemoCommand::Go(args) => go::run(ctx, args),
        DemoCommand::Explore(args) => explore::run(ctx, args),
    }
}

/// The hidden child: does its job and gives its exit code.
#[must_use]
pub fn child(job: &str) -> u8 {
    crate::lab::child::main(job, crate::demos::get)
}

/// The demo of this id. Self-tests have ids of their own that no list shows.
fn find(id: &str) -> Result<&'static Demo, CliError> {
    selftest::get(id).map_or_else(|| lookup::demo(id), Ok)
}

/// What a demo prints when it runs as it asks to (our engine, virtual time, its own seed), in the
/// limited child: the answer key of predict drills.
///
/// # Errors
/// What became of the child, in a sentence.
pub fn printed(demo: &Demo) -> Result<Vec<String>, String> {
    let outcome = launch::in_child(demo, &RunOptions::of(demo), &launch::limits(None, 10));
    match outcome {
        Ok(Ok(outcome)) => Ok(outcome.seen.out.iter().flat_map(|l| l.split('\n')).map(str::to_owned).collect()),
        Ok(Err(failure)) => Err(failure.what),
        Err(CliError::Said(said)) => Err(said.what),
        Err(CliError::Pipe) => Err("管道断了".to_owned()),
    }
}
