//! What the progress store says about questions, for commands that only filter by it.
use std::collections::HashSet;

use crate::bank::Bank;
use crate::cli::ctx::Ctx;
use crate::cli::error::CliError;
use crate::cli::session::{moment, read_store, store_failed};
use crate::study::card::cards_of;
use crate::study::schedule::{CardState, Grade};

/// Conditions about one's own progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Due,
    Wrong,
    New,
}

/// Ids of the questions for which this holds: due or wrong when one of their cards is, new when
/// none of them was ever answered.
///
/// # Errors
/// When the progress store cannot be read.
pub fn ids(ctx: &Ctx, bank: &Bank, progress: Progress) -> Result<HashSet<String>, CliError> {
    let now = moment(ctx);
    let cards = read_store(ctx)?.cards().map_err(|e| store_failed(&ctx.places.progress, e))?;
    let holds = |states: &[&CardState]| match progress {
        Progress::Due => states.iter().any(|s| s.is_due(now)),
        Progress::Wrong => states.iter().any(|s| s.last_grade == Grade::Again),
        Progress::New => states.is_empty(),
    };
    let chosen = bank.questions.iter().filter(|q| {
        let states: Vec<&CardState> = cards_of(q).iter().filter_map(|key| cards.get(&key.to_string())).collect();
        holds(&states)
    });
    Ok(chosen.map(|q| q.id.clone()).collect())
}
