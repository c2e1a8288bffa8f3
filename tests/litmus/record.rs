//! The two text files beside the programs: what real Go showed, and which seeds reach it.
//!
//! `outcomes.txt`: `program TAB outcome TAB counts at GOMAXPROCS 1, 2, 4`, lines beginning with `#`
//! say which Go and how many runs. `pins.txt`: `program TAB outcome TAB procs TAB seed`.
use std::collections::{BTreeMap, BTreeSet};

const OUTCOMES: &str = include_str!("outcomes.txt");
const PINS: &str = include_str!("pins.txt");

/// Outcomes that Go showed, by program.
pub fn go_outcomes() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (name, outcome, _) in lines(OUTCOMES) {
        all.entry(name).or_default().insert(outcome);
    }
    all
}

/// A seed and a number of processors that reach an outcome, by program and outcome.
pub fn pins() -> BTreeMap<(&'static str, &'static str), (u16, u64)> {
    lines(PINS)
        .map(|(name, outcome, rest)| {
            let (procs, seed) = rest.split_once('\t').expect("pins.txt: procs TAB seed");
            ((name, outcome), (procs.parse().expect("pins.txt: procs"), seed.parse().expect("pins.txt: seed")))
        })
        .collect()
}

fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).map(|l| {
        let mut parts = l.splitn(3, '\t');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(a), Some(b), Some(c)) => (a, b, c),
            _ => panic!("not a line of a recording: {l}"),
        }
    })
}
