//! `bagu review`: flashcards that are due.
use crate::cli::args::QuizArgs;
use crate::cli::args::ReviewArgs;
use crate::cli::args::quiz::Only;
use crate::cli::ctx::Ctx;
use crate::cli::error::CliResult;
use crate::cli::quiz;

/// Reviews asked at once, unless `-n` says otherwise.
const REVIEWS: u16 = 100;

/// Runs the command: a quiz over what is due, open questions spoken and ticked by hand.
///
/// # Errors
/// As `bagu quiz`.
pub fn run(ctx: &Ctx, args: &ReviewArgs) -> CliResult {
    let quiz = QuizArgs {
        topics: args.topics.clone(),
        n: Some(args.n.unwrap_or(REVIEWS)),
        only: Some(Only::Due),
        no_timer: args.no_timer,
        json: args.json,
        ..QuizArgs::default()
    };
    quiz::run_as_review(ctx, &quiz)
}
