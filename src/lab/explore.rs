//! The same program under many seeds: which outcomes occur, how often, and the shortest schedule
//! that leads to each.
//!
//! An outcome is what was printed and how the run ended. Schedules differ in length because seeds
//! choose who runs and which ready case a `select` takes; of all runs with the same outcome the one
//! with the fewest events is the easiest to read, so it is the one kept.
//!
//! Not done: shrinking a schedule choice by choice. Trying seeds and keeping the shortest is
//! simple, and demos are small enough for it to find a short one.
use std::collections::HashMap;

use super::demo::Demo;
use super::options::RunOptions;
use super::seen::End;
use super::verdicts::end_text;
use super::world::run_demo;
use crate::trace::event::{Kind, Recording, Seq};
use crate::trace::text::event_line;

/// Outcomes told apart at most; rarer ones are counted together.
pub const GROUPS_MAX: usize = 50;
/// Lines of a schedule shown at most.
pub const SCHEDULE_MAX: usize = 60;

/// What many seeds came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explored {
    pub seeds: u64,
    /// Most frequent first.
    pub groups: Vec<Group>,
    /// Runs whose outcome is none of `groups`.
    pub other: u64,
}

/// Runs with one outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub out: Vec<String>,
    /// How it ended, in words.
    pub end: String,
    /// It ended normally.
    pub ok: bool,
    pub count: u64,
    /// Seed of the shortest run.
    pub seed: u64,
    /// Its number of events.
    pub events: usize,
    /// Its decisive events, a line each; empty for the usual outcome.
    pub schedule: Vec<String>,
}

/// Runs seeds `opts.seed ..` and groups them.
#[must_use]
pub fn explore(demo: &Demo, opts: &RunOptions, seeds: u64) -> Explored {
    let mut groups: HashMap<(Vec<String>, String), Group> = HashMap::new();
    let mut other = 0;
    for seed in (0..seeds).map(|i| opts.seed.wrapping_add(i)) {
        let seen = run_demo(demo, &opts.clone().seed(seed));
        let events = seen.recording.events.len();
        let key = (seen.out, end_text(&seen.end));
        if groups.len() >= GROUPS_MAX && !groups.contains_key(&key) {
            other += 1;
            continue;
        }
        let ok = seen.end == End::Ok;
        let g = groups.entry(key).or_insert_with_key(|(out, end)| Group {
            out: out.clone(),
            end: end.clone(),
            ok,
            count: 0,
            seed,
            events,
            schedule: vec![],
        });
        g.count += 1;
        if events < g.events {
            (g.events, g.seed) = (events, seed);
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.out.cmp(&b.out)).then_with(|| a.end.cmp(&b.end)));
    for (i, g) in groups.iter_mut().enumerate() {
        if i > 0 || !g.ok {
            g.schedule = schedule(&run_demo(demo, &opts.clone().seed(g.seed)).recording);
        }
    }
    Explored { seeds, groups, other }
}

/// Events at which somebody chose or something was decided.
fn decisive(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::GoStart
            | Kind::GoPark
            | Kind::GoReady
            | Kind::GoYield
            | Kind::GoEnd
            | Kind::Steal
            | Kind::TimerFire
            | Kind::ChanSendDone
            | Kind::ChanRecvDone
            | Kind::ChanClose
            | Kind::SelectDone
            | Kind::CtxCancel
            | Kind::Print
            | Kind::Fatal
    )
}

/// The decisive events of a run as lines; the middle is left out when there are too many.
#[must_use]
pub fn schedule(rec: &Recording) -> Vec<String> {
    let seqs: Vec<Seq> = (0..).zip(&rec.events).filter(|(_, e)| decisive(e.kind)).map(|(i, _)| i).collect();
    let line = |seq: &Seq| event_line(rec, *seq);
    if seqs.len() <= SCHEDULE_MAX {
        return seqs.iter().map(line).collect();
    }
    let (head, tail) = (SCHEDULE_MAX / 3, SCHEDULE_MAX - SCHEDULE_MAX / 3);
    let mut lines: Vec<String> = seqs[..head].iter().map(line).collect();
    lines.push(format!("… 省略 {} 行", seqs.len() - head - tail));
    lines.extend(seqs[seqs.len() - tail..].iter().map(line));
    lines
}
