//! Judges one run: its claims, its end, its Go twin, its recording.
//!
//! Invariants
//!   J1  a claim that panics has failed; the panic's words are what was measured
//!   J2  the twin and the recording are judged only when nothing was broken on purpose
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::demo::{Demo, Verdict};
use super::gotwin::{self, TwinResult};
use super::options::{Engine, Platform, RunOptions};
use super::seen::{End, Seen};
use crate::trace;

/// A finished and judged run.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub opts: RunOptions,
    pub seen: Seen,
    /// One for each claim, in the demo's order.
    pub claims: Vec<Verdict>,
    /// `None` when a mutation was on.
    pub twin: Option<TwinResult>,
    /// What the judge of recordings found, at most [`FAULTS_SHOWN`] sentences.
    pub faults: Vec<String>,
    /// Real time the run took, ns.
    pub wall_ns: u64,
    /// Largest resident set of the process so far, KiB.
    pub max_rss_kb: u64,
}

/// Sentences kept of a recording's faults.
pub const FAULTS_SHOWN: usize = 3;

impl Outcome {
    /// The end is one the demo allows.
    #[must_use]
    pub fn end_ok(&self, demo: &Demo) -> bool {
        demo.setup.may_fail || self.seen.end == End::Ok
    }
    /// Everything holds.
    #[must_use]
    pub fn ok(&self, demo: &Demo) -> bool {
        self.end_ok(demo)
            && self.claims.iter().all(|v| v.ok)
            && self.faults.is_empty()
            && self.twin.as_ref().is_none_or(TwinResult::ok)
    }
    /// Claims that failed, by position.
    #[must_use]
    pub fn failed(&self) -> Vec<usize> {
        self.claims.iter().enumerate().filter(|(_, v)| !v.ok).map(|(i, _)| i).collect()
    }
}

/// One claim about one run.
#[must_use]
pub fn judge_claim(demo: &Demo, at: usize, seen: &Seen) -> Verdict {
    let check = demo.claims[at].check;
    match catch_unwind(AssertUnwindSafe(|| check(seen))) {
        Ok(verdict) => verdict,
        Err(payload) => Verdict::new(false, format!("没法核对：{}", panic_text(payload.as_ref()))),
    }
}

/// All claims about one run.
#[must_use]
pub fn judge(demo: &Demo, seen: &Seen) -> Vec<Verdict> {
    (0..demo.claims.len()).map(|i| judge_claim(demo, i, seen)).collect()
}

/// What the judge of recordings says, when it may judge this run.
///
/// On the real platform the events of a channel are recorded after its lock is let go, so their
/// order between threads is not the order under the lock: there, ring and queues are not judged.
#[must_use]
pub fn faults(opts: &RunOptions, seen: &Seen) -> Vec<String> {
    if opts.mutation.is_some() || opts.engine != Engine::Gmp {
        return vec![];
    }
    trace::validate(&seen.recording)
        .into_iter()
        .filter(|f| opts.platform == Platform::Virtual || !matches!(f.rule, "ring" | "direct"))
        .take(FAULTS_SHOWN)
        .map(|f| format!("@{} [{}] {}", f.seq, f.rule, f.text))
        .collect()
}

/// The comparison with real Go, when it may be made for this run.
#[must_use]
pub fn twin(demo: &Demo, opts: &RunOptions, seen: &Seen) -> Option<TwinResult> {
    opts.mutation.is_none().then(|| gotwin::compare(demo, &seen.out))
}

/// The words of a panic.
pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "（没有说明）".to_owned())
}

/// How a run ended, as Go would say it; only the first line of a dump.
#[must_use]
pub fn end_text(end: &End) -> String {
    let head = |t: &str| t.trim_start().lines().next().unwrap_or("").to_owned();
    match end {
        End::Ok => "正常结束".to_owned(),
        End::Deadlock(t) => head(t),
        End::Panic(t) => format!("panic: {}", head(t)),
        End::Fatal(t) if t.starts_with("fatal error") => head(t),
        End::Fatal(t) => format!("fatal error: {}", head(t)),
        End::Limit(t) => format!("到了上限：{}", head(t)),
    }
}
