//! The command line: one file per command; the only place that prints or prompts.
use std::process::ExitCode;

/// Parses, dispatches and turns errors into sentences and exit codes.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
