//! Lints over every demo's own run: what they say is true of the run, by other means than theirs.
//!
//! Which demos have findings is not listed here: many show a leak on purpose. What is held is that
//! no sentence is false.
use bagu::demos;
use bagu::lab::{RunOptions, world};
use bagu::trace::{Kind, Recording, State, Status};
use bagu::view::{Lint, lints};

fn at_the_end(rec: &Recording) -> State {
    let mut state = State::new(rec);
    rec.events.iter().for_each(|e| state.apply(e));
    state
}

/// Faults of a finding, judged by the plain events around it.
fn false_alarm(rec: &Recording, lint: &Lint) -> Option<&'static str> {
    let e = rec.events.get(lint.seq as usize)?;
    let later = || rec.events[lint.seq as usize + 1..].iter();
    let true_of_it = match lint.rule {
        // It parked there and nothing ever woke it.
        "never-woken" | "left-at-exit" => {
            let stays = matches!(at_the_end(rec).status(lint.g), Status::Waiting(_));
            e.kind == Kind::GoPark
                && e.g == lint.g
                && stays
                && !later().any(|e| e.kind == Kind::GoReady && e.a == lint.g)
        }
        // From there on it did nothing for that long, yet stayed where it was.
        "no-safe-point" => {
            let next = later().find(|e| e.g == lint.g).map_or(rec.events.last()?.time, |e| e.time);
            e.g == lint.g && next - e.time >= lint.n && lint.n >= 20_000_000
        }
        // It started there; a moment `n` ns ago it had long been runnable.
        "runnable-while-idle" => {
            let before = &rec.events[..lint.seq as usize];
            let ready = before.iter().rposition(|e| {
                matches!(e.kind, Kind::GoReady | Kind::GoCreate) && e.a == lint.g
                    || matches!(e.kind, Kind::GoYield | Kind::SyscallExit) && e.g == lint.g
            });
            ready.is_some_and(|i| e.time - rec.events[i].time >= lint.n)
        }
        "lock-across-wait" => {
            let held = rec.events[..lint.seq as usize].iter().rev().filter(|e| e.g == lint.g);
            e.kind == Kind::GoPark && held.into_iter().any(|e| e.kind == Kind::LockAcquire)
        }
        "woken-for-nothing" => lint.n >= 3,
        _ => return Some("a rule that the table does not have"),
    };
    (!true_of_it).then_some("not so")
}

#[test]
fn no_false_alarm_over_every_demo_s_own_run() {
    let mut found = 0;
    for demo in demos::all() {
        let seen = world::run_demo(demo, &RunOptions::of(demo));
        for lint in lints(&seen.recording) {
            found += 1;
            if let Some(fault) = false_alarm(&seen.recording, &lint) {
                panic!("{}: {fault}: {lint:?}", demo.id);
            }
        }
        // A run that left nobody behind has nobody to tell of.
        let leaks = lints(&seen.recording).iter().filter(|l| l.rule == "left-at-exit").count();
        assert!(leaks == 0 || !seen.leaked.is_empty(), "{}: nobody was left", demo.id);
    }
    assert!(found > 10, "demos of leaks are found out: {found}");
}
