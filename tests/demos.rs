//! Every demo in this process: claims hold wherever the demo promises, every mutation breaks the
//! claims it names, every claim is broken by some mutation, the Go twin printed the same, and the
//! same seed gives the same recording.
//!
//! On the virtual platform several seeds are run. Steps that take real time have the process for
//! themselves, and may be tried several times, for another process may hold the processors.
use std::sync::{PoisonError, RwLock};

use bagu::lab::runner::{self, Step};
use bagu::lab::{Demo, RunOptions};
use bagu::trace::{Recording, Timeline, validate};
use bagu::{demos, lab};

const SEEDS: u64 = 5;

/// Held by steps: together in virtual time, alone in real time.
static CLOCK: RwLock<()> = RwLock::new(());

/// Checks some steps of every demo and fails with everything that was wrong.
fn everywhere(wanted: impl Fn(&Step) -> bool) {
    let mut wrong = vec![];
    for demo in demos::all() {
        for step in runner::steps(demo, SEEDS).iter().filter(|s| wanted(s)) {
            let real = runner::takes_real_time(demo, step);
            let _alone = real.then(|| CLOCK.write().unwrap_or_else(PoisonError::into_inner));
            let _together = (!real).then(|| CLOCK.read().unwrap_or_else(PoisonError::into_inner));
            let (problems, _) = runner::take_patiently(demo, step);
            wrong.extend(problems.into_iter().map(|p| format!("{} · {} · {p}", demo.id, step.label())));
        }
    }
    assert!(wrong.is_empty(), "{} problems\n{}", wrong.len(), wrong.join("\n"));
}

fn virtual_run(demo: &Demo, seed: u64) -> Recording {
    lab::world::run_demo(demo, &RunOptions::of(demo).seed(seed)).recording
}

#[test]
fn there_are_demos_and_their_ids_are_unique_and_in_their_files() {
    let ids: Vec<&str> = demos::all().map(|d| d.id).collect();
    assert!(ids.len() >= 45, "{}", ids.len());
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), ids.len(), "an id stands twice");
    for id in ids {
        assert!(lab::gotwin::sources(id).is_some(), "{id}: no file of that name under demos/");
    }
}

#[test]
fn claims_hold_on_the_virtual_platform_with_several_seeds() {
    everywhere(|s| matches!(s, Step::Hold { platform: lab::Platform::Virtual, .. }));
}

#[test]
fn claims_hold_on_real_threads() {
    everywhere(|s| matches!(s, Step::Hold { engine: lab::Engine::Gmp, platform: lab::Platform::Real, .. }));
}

#[test]
fn claims_hold_on_the_other_engine() {
    everywhere(|s| matches!(s, Step::Hold { engine: lab::Engine::May, .. }));
}

#[test]
fn every_mutation_breaks_the_claims_it_names() {
    everywhere(|s| matches!(s, Step::Break(_)));
}

#[test]
fn the_same_seed_gives_the_same_recording() {
    everywhere(|s| matches!(s, Step::Repeat));
}

#[test]
fn every_claim_is_broken_by_some_mutation() {
    let wrong: Vec<String> =
        demos::all().flat_map(|d| runner::declared(d).into_iter().map(|p| format!("{}: {p}", d.id))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn recordings_pass_the_judge_on_more_seeds() {
    let mut judged = 0;
    for demo in demos::all() {
        for seed in 100..103 {
            let rec = virtual_run(demo, seed);
            let faults = validate(&rec);
            assert!(faults.is_empty(), "{} seed {seed}: {:?}", demo.id, faults.first());
            judged += rec.events.len();
        }
    }
    assert!(judged > 10_000, "only {judged} events were judged");
}

#[test]
fn stepping_back_through_a_real_recording_equals_replay() {
    let longest = demos::all().map(|d| virtual_run(d, 1)).max_by_key(|r| r.events.len()).expect("there are demos");
    let line = Timeline::new(&longest);
    let mut state = bagu::trace::State::new(&longest);
    for (n, e) in (0..).zip(&longest.events) {
        if n % 97 == 0 {
            assert_eq!(line.at(n), state, "@{n}");
        }
        state.apply(e);
    }
    assert_eq!(line.at(u32::MAX), state);
}
