//! The study side: what to ask next, the session, grading, the schedule, the progress store.
//!
//! | file | idea |
//! |---|---|
//! | [`clock`] | wall time, study days that start at 04:00, the frozen clock of tests |
//! | [`card`] | what is remembered separately: a question, and each of its drills |
//! | [`schedule`] | FSRS-6: from a grade to the next day |
//! | [`store`] | `SQLite`: append-only events, cards derived from them |
//! | [`queue`] | which cards a session asks, and in which order |
//! | [`grade`] | an answer against key points, wrong claims and drills |
//! | [`session`] | the session as a state machine; time is passed in, nothing is printed |
//! | [`stats`] | figures for `today` and `stats` |
//!
//! Nothing here prints, prompts or runs a demo: the command line does, and hands results in.
pub mod card;
pub mod clock;
pub mod grade;
pub mod queue;
pub mod schedule;
pub mod session;
pub mod stats;
pub mod store;

#[cfg(test)]
mod sample;
