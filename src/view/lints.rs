//! What a run did that its author may not have meant, in sentences: folds over the events, each with
//! its threshold here.
//!
//! | rule | says |
//! |---|---|
//! | `runnable-while-idle` | waited to run while a processor had nothing to do |
//! | `no-safe-point` | held its processor long without a point where it could be asked to leave |
//! | `never-woken` | waits for something that nobody alive can reach |
//! | `left-at-exit` | the same, counted from the moment main has ended |
//! | `woken-for-nothing` | was woken and went back to wait for the same thing, again and again |
//! | `lock-across-wait` | slept with a lock in hand while others waited for that lock |
//!
//! Invariants
//!   L1  a sentence is true of the recording, whatever the program meant by it; where knowledge is
//!       needed (who could reach a channel), everything that could have been passed on counts as
//!       passed on, so that silence may be wrong but a sentence is not
//!   L2  pure and total: no recording makes it panic
//!
//! Not done: advice by name of demo; a rule knows events only. Scheduler rules are silent for
//! recordings without a scheduler (`may`).
mod locks;
mod never;
mod timing;

use super::steps::has_sched;
use crate::trace::event::{Recording, Seq};

/// Overlap of "can run" and "a processor is idle" from which on it is told, ns. Waking a thread takes
/// tens of microseconds on a busy machine.
pub const IDLE_NS: u64 = 1_000_000;
/// Run without a safe point from which on it is told, ns: a slice and sysmon's longest sleep.
pub const LONG_NS: u64 = 20_000_000;
/// Wake-ups for nothing on one object from which on they are told.
pub const NOTHING_MIN: usize = 3;
/// Time others waited for a lock whose holder slept, from which on it is told, ns.
pub const LOCK_NS: u64 = 1_000_000;
/// Sentences of one rule at most; the worst come first.
const EACH_MAX: usize = 3;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Its name in the table above.
    pub rule: &'static str,
    /// The goroutine it is about.
    pub g: u32,
    /// The event to look at.
    pub seq: Seq,
    /// How long or how often: ns, or a count for `woken-for-nothing` and `never-woken`.
    pub n: u64,
    /// One Chinese sentence.
    pub text: String,
}

/// Everything worth saying about a run, rule by rule.
#[must_use]
pub fn lints(rec: &Recording) -> Vec<Lint> {
    if !has_sched(rec) {
        return vec![];
    }
    let mut all = timing::find(rec);
    all.extend(never::find(rec));
    all.extend(locks::find(rec));
    all
}

/// The worst findings of one rule, worst first; how many are left out is told with the last.
fn worst(mut found: Vec<Lint>) -> Vec<Lint> {
    found.sort_by_key(|l| (std::cmp::Reverse(l.n), l.seq));
    let left = found.len().saturating_sub(EACH_MAX);
    found.truncate(EACH_MAX);
    if let (Some(last), true) = (found.last_mut(), left > 0) {
        last.text.push_str(&format!("（这样的另有 {left} 处）"));
    }
    found
}

#[cfg(test)]
mod tests;
