//! The command line: one file per command; the only place that prints or prompts.
//!
//! A command is a file with `run(&Ctx, &ItsArgs) -> CliResult`. It writes data through the
//! [`Ctx`], returns an [`Exit`] or a [`CliError`], and never ends the process itself.
pub mod args;
pub mod check;
pub mod completions;
pub mod ctx;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod json;
pub mod list;
pub mod lookup;
pub mod man;
pub mod markdown;
pub mod parse;
pub mod paths;
pub mod places;
pub mod progress;
pub mod prompt;
pub mod quiz;
pub mod review;
pub mod search;
pub mod session;
pub mod show;
pub mod stats;
pub mod step;
pub mod term;
pub mod today;
pub mod undo;

use std::io::Write;
use std::process::ExitCode;

use args::{Cli, ColorWhen, Command};
pub use ctx::Ctx;
pub use error::{CliError, CliResult, Exit};
use term::{Stream, Term};

/// Parses, dispatches and turns errors into sentences and exit codes.
#[must_use]
pub fn main() -> ExitCode {
    // A demo's child process is this program with a hidden first argument.
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() == Some(crate::lab::child::HIDDEN) {
        return ExitCode::from(demo::child(&words.next().unwrap_or_default()));
    }
    let result = match parse::parse(std::env::args_os()) {
        Ok(cli) => run(cli),
        Err(done) => done,
    };
    let exit = match result {
        Ok(exit) => exit,
        Err(CliError::Pipe) => Exit::Done,
        Err(CliError::Said(said)) => {
            let term = Term::new(Stream::Err, ColorWhen::Never, None, false);
            let text = if term.tty() { said.wrapped(&term) } else { said.text() };
            // Nothing can be done when stderr is closed as well.
            let _ = writeln!(std::io::stderr(), "{text}");
            said.exit
        }
    };
    ExitCode::from(exit as u8)
}

/// Runs one command and flushes what it wrote.
fn run(cli: Cli) -> CliResult {
    // The process ends right after: handing a hundred thousand strings back one by one would cost
    // more than most commands do.
    let ctx = std::mem::ManuallyDrop::new(Ctx::new(cli.global)?);
    let result = dispatch(&ctx, cli.command.as_ref());
    match ctx.flush() {
        Err(CliError::Pipe) | Ok(()) => result,
        Err(error) => result.and(Err(error)),
    }
}

fn dispatch(ctx: &Ctx, command: Option<&Command>) -> CliResult {
    match command {
        None => today::run(ctx),
        Some(Command::Quiz(args)) => quiz::run(ctx, args),
        Some(Command::Review(args)) => review::run(ctx, args),
        Some(Command::Search(args)) => search::run(ctx, args),
        Some(Command::Show(args)) => show::run(ctx, args),
        Some(Command::List(args)) => list::run(ctx, args),
        Some(Command::Demo(args)) => demo::run(ctx, args),
        Some(Command::Stats(args)) => stats::run(ctx, args),
        Some(Command::Undo(args)) => undo::run(ctx, args),
        Some(Command::Check(args)) => check::run(ctx, args),
        Some(Command::Doctor(args)) => doctor::run(ctx, args),
        Some(Command::Paths(args)) => paths::run(ctx, args),
        Some(Command::Completions(args)) => completions::run(ctx, args),
        Some(Command::Man(args)) => man::run(ctx, args),
    }
}
