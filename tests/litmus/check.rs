//! The two checks, and the tests that keep the checks honest.
//!
//! Invariants
//!   every seed runs with 1, 2 and 4 processors; a quarter of the seeds without preemption
//!   a failure names the program, the outcome and the seed that replays it
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use bagu::runtime::{self, Config, End};

use crate::FAMILIES;
use crate::kit::{Allowed, Litmus, before, merges};
use crate::record::{go_outcomes, pins};

/// Seeds in CI.
const SEEDS: u64 = 400;
/// Where the search for an outcome of Go ends.
const SEEDS_MAX: u64 = 100_000;
const PROCS: [u16; 3] = [1, 2, 4];

fn seeds() -> u64 {
    std::env::var("BAGU_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(SEEDS)
}

/// The configuration of a seed.
fn config(seed: u64, procs: u16) -> Config {
    let preempt_permille = [0, 30, 120, 400][(seed % 4) as usize];
    Config { procs, seed, preempt_permille, points_max: 200_000, ..Config::default() }
}

/// Runs the program once: its line, or how it ended instead.
fn outcome(l: &Litmus, c: Config) -> String {
    let program = l.run;
    let r = runtime::run(c, move || runtime::print(program()));
    let first = |t: &str| t.lines().next().unwrap_or("").to_owned();
    match r.end {
        End::Ok => r.out.into_iter().next().unwrap_or_default(),
        End::Deadlock(t) => first(&t),
        End::Panic(t) => format!("panic: {}", first(&t)),
        End::Fatal(t) => format!("fatal error: {}", first(&t)),
        End::Limit(t) => format!("limit: {t}"),
    }
}

/// Looks for `want` beyond the first seeds.
fn search(l: &Litmus, want: &str, from: u64) -> Option<(u16, u64)> {
    (from..SEEDS_MAX)
        .flat_map(|seed| PROCS.map(|procs| (procs, seed)))
        .find(|(procs, seed)| outcome(l, config(*seed, *procs)) == want)
}

/// Runs the first seeds of a program: outcomes with where they were first seen, and what was
/// forbidden.
fn explore(l: &Litmus, seeds: u64, bad: &mut Vec<String>) -> BTreeMap<String, (u16, u64)> {
    let mut seen = BTreeMap::new();
    for (seed, procs) in (0..seeds).flat_map(|seed| PROCS.map(|p| (seed, p))) {
        let o = outcome(l, config(seed, procs));
        if let Entry::Vacant(first) = seen.entry(o) {
            let o = first.key();
            if !l.allows(o) {
                bad.push(format!("{}: `{o}` is not allowed (seed={seed} procs={procs})", l.name));
            }
            first.insert((procs, seed));
        }
    }
    seen
}

/// Both checks for all programs of a family.
pub fn family(programs: &[Litmus]) {
    let (go, pins) = (go_outcomes(), pins());
    let mut bad = vec![];
    for l in programs {
        let seen = explore(l, seeds(), &mut bad);
        for want in go.get(l.name).into_iter().flatten() {
            let given_up = l.unreached.iter().any(|(o, _)| o == want);
            let pinned = || {
                let (procs, seed) = *pins.get(&(l.name, *want))?;
                (outcome(l, config(seed, procs)) == *want).then_some((procs, seed))
            };
            if seen.contains_key(*want) {
                if given_up {
                    bad.push(format!("{}: `{want}` is listed as unreached, yet it is reached", l.name));
                }
            } else if !given_up && pinned().or_else(|| search(l, want, seeds())).is_none() {
                bad.push(format!("{}: Go shows `{want}`, no seed below {SEEDS_MAX} does", l.name));
            }
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}

/// Every program is recorded, every recording has its program, and what Go showed is allowed.
#[test]
fn programs_and_recordings_agree() {
    let go = go_outcomes();
    let mut bad = vec![];
    let mut names = BTreeSet::new();
    for (family, l) in FAMILIES.iter().flat_map(|(f, ls)| ls.iter().map(move |l| (*f, l))) {
        if l.name.split('/').next() != Some(family) || !names.insert(l.name) {
            bad.push(format!("{}: not of family {family}, or twice", l.name));
        }
        let Some(shown) = go.get(l.name) else {
            bad.push(format!("{}: no recording", l.name));
            continue;
        };
        for o in shown.iter().filter(|o| !l.allows(o)) {
            bad.push(format!("{}: Go showed `{o}`, which is not allowed", l.name));
        }
        let wider = match l.allowed {
            Allowed::Set(s) => s.iter().any(|o| !shown.contains(o)),
            Allowed::Merge(_) | Allowed::Fit(_) => true,
        };
        if wider && l.wider.is_empty() {
            bad.push(format!("{}: wider than what Go showed, without a reason", l.name));
        }
        for (o, why) in l.unreached {
            if why.is_empty() || !shown.contains(o) {
                bad.push(format!("{}: unreached `{o}` has no reason or was never shown by Go", l.name));
            }
        }
    }
    bad.extend(go.keys().filter(|n| !names.contains(*n)).map(|n| format!("{n}: recorded, but no such program")));
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
    assert!(names.len() >= 200, "{} programs", names.len());
}

/// The checks see: each broken rule leads some program to a forbidden outcome.
#[test]
fn planted_faults_are_seen() {
    let planted = [
        ("close-wakes-one", "close/broadcast-3"),
        ("close-drops-buffer", "close/keeps-buffer-2"),
        ("recv-skips-buffer", "buf/full-refill"),
        ("unbuffered-async", "unbuf/recv-before-send-returns"),
        ("send-to-closed-ignored", "panic/send-closed-text"),
        ("nil-chan-returns", "dead/nil-recv"),
        ("ctx-no-propagate", "ctx/children-follow"),
        ("timer-go122", "time/stop-leaves-nothing"),
        ("wg-ignores-add", "lock/wg-waits-for-all"),
    ];
    for (fault, name) in planted {
        let l = FAMILIES.iter().flat_map(|(_, ls)| *ls).find(|l| l.name == name).expect(name);
        let caught = (0..200).flat_map(|seed| PROCS.map(|p| (seed, p))).any(|(seed, procs)| {
            let c = Config { mutation: Some(fault.into()), ..config(seed, procs) };
            !l.allows(&outcome(l, c))
        });
        assert!(caught, "{fault} goes unseen by {name}");
    }
}

/// The words in which `allowed` is stated mean what they say.
#[test]
fn interleavings_are_recognised() {
    assert!(merges("aAbB", &["aA", "bB"]) && merges("abAB", &["aA", "bB"]));
    assert!(!merges("Aab", &["aA", "b"]) && !merges("ab", &["ab", "c"]) && !merges("abcd", &["ab", "c"]));
    assert!(before("abc", 'a', 'c') && !before("abc", 'c', 'a') && !before("ab", 'a', 'x'));
}

/// Not a test: searches below 10⁵ for each outcome of Go that the first seeds miss and writes
/// `pins.txt`. Tells what stays unreached, and how far the search had to go.
#[test]
#[ignore = "writes pins.txt; run by `just litmus-pin`"]
fn write_pins() {
    let go = go_outcomes();
    let (mut outcomes, mut furthest) = (0, (0, String::new()));
    let mut text =
        String::from("# program, outcome, procs, seed: what the first seeds do not reach; `just litmus-pin`\n");
    for l in FAMILIES.iter().flat_map(|(_, ls)| *ls) {
        let seen = explore(l, SEEDS, &mut vec![]);
        for want in go.get(l.name).into_iter().flatten() {
            outcomes += 1;
            if l.unreached.iter().any(|(o, _)| o == want) {
                eprintln!("{}: `{want}` is listed as unreached", l.name);
                continue;
            }
            let early = seen.get(*want).copied();
            match early.or_else(|| search(l, want, SEEDS)) {
                Some((procs, seed)) => {
                    if early.is_none() {
                        writeln!(text, "{}\t{want}\t{procs}\t{seed}", l.name).expect("a String");
                    }
                    furthest = furthest.max((seed, format!("{} `{want}`", l.name)));
                }
                None => eprintln!("{}: `{want}` is not reached below {SEEDS_MAX}", l.name),
            }
        }
    }
    eprintln!("{outcomes} outcomes of Go; the last to be reached: seed {} for {}", furthest.0, furthest.1);
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/litmus/pins.txt"), text).expect("pins.txt");
}
