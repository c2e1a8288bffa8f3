//! Go's own promises about channels, select, context, time, the scheduler (`sched`, `threads`), the
//! ends of a program (`ending`) and sync (`locks`, `waiting`), as programs.
//!
//! Written afresh from the property that each Go test proves (named in the comment; go1.27.3), not
//! from its text. Every program runs on the virtual platform over 1,000 seeds for 1, 2 and 4
//! processors with random preemption, on real threads, there again under a storm of preemption signals
//! (`storm`), and on the `may` engine where it can.
//!
//! `BAGU_SEEDS=n` changes the number of seeds; a failure names the one that replays it.
//!
//! Not ported, with the reason: `select4`, `select8`, `sendstmt` (compiler and grammar only);
//! `TestSelectStackAdjust`, `TestShrinkStackDuringBlockedSend`, `TestNoShrinkStackWhileParking`
//! (our stacks do not move; `element_slots_outlive_the_park` proves what is left of them).
// The programs keep the shape of the property they prove.
#![allow(
    clippy::if_not_else,
    clippy::infinite_iter,
    clippy::maybe_infinite_iter,
    clippy::needless_for_each,
    clippy::needless_pass_by_value,
    clippy::needless_range_loop,
    clippy::type_complexity
)]
mod chan;
mod context;
mod ending;
mod locks;
mod race;
mod sched;
mod select;
mod storm;
mod threads;
mod time;
mod waiting;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use bagu::runtime::{self, Config, End, Engine, Platform, Report};

/// Runs on the virtual platform, by all programs together.
static SCHEDULES: AtomicU64 = AtomicU64::new(0);
static MAY: Mutex<()> = Mutex::new(());

/// Where a program runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On {
    Virtual,
    Real,
    May,
}

fn seeds() -> u64 {
    std::env::var("BAGU_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(1_000)
}

/// Virtual configurations: every seed with 1, 2 and 4 processors.
fn virtual_configs(n: u64) -> impl Iterator<Item = Config> {
    (0..n).flat_map(|seed| {
        [1u16, 2, 4].map(|procs| Config {
            procs,
            seed,
            // A third of the seeds without preemption: Go's usual run.
            preempt_permille: (seed % 3) as u32 * 40,
            points_max: 2_000_000,
            ..Config::default()
        })
    })
}

/// Runs once; a failed assertion inside any goroutine ends the run with a panic, which is reported
/// with what replays it.
#[track_caller]
pub fn once(c: Config, program: fn()) -> Report {
    let label =
        format!("{:?}/{:?} procs={} seed={} preempt={}", c.engine, c.platform, c.procs, c.seed, c.preempt_permille);
    // All runs on `may` share its workers: one at a time, or a polling program starves another.
    let alone = (c.engine == Engine::May).then(|| MAY.lock().unwrap_or_else(PoisonError::into_inner));
    if c.platform == Platform::Virtual {
        let n = SCHEDULES.fetch_add(1, Relaxed) + 1;
        if n.is_multiple_of(100_000) {
            eprintln!("{n} schedules");
        }
    }
    let r = runtime::run(c, program);
    drop(alone);
    assert_eq!(r.end, End::Ok, "{label}, left: {:?}", r.leaked);
    r
}

/// Runs the program everywhere.
#[track_caller]
pub fn everywhere(program: fn()) {
    everywhere_times(1_000, 10, program);
}

/// As [`everywhere`], with other numbers of seeds (scaled by `BAGU_SEEDS`) and of real runs.
#[track_caller]
pub fn everywhere_times(n: u64, real: u64, program: fn()) {
    gmp(n, real, program);
    once(Config { engine: Engine::May, platform: Platform::Real, ..Config::default() }, program);
}

/// On our scheduler only: what `may` cannot do (deadlock detection, exact time).
#[track_caller]
pub fn gmp(n: u64, real: u64, program: fn()) {
    gmp_with(n, real, false, program);
}

/// As [`gmp`], for a program that counts goroutines: in the storm nobody else is there.
#[track_caller]
pub fn gmp_counting(n: u64, real: u64, program: fn()) {
    gmp_with(n, real, true, program);
}

#[track_caller]
fn gmp_with(n: u64, real: u64, alone: bool, program: fn()) {
    for c in virtual_configs((n * seeds()).div_ceil(1_000)) {
        once(c, program);
    }
    for i in 0..real {
        for procs in [1, 2, 4] {
            once(Config { procs, seed: i, platform: Platform::Real, ..Config::default() }, program);
        }
    }
    if real > 0 {
        storm::returns(program, alone);
    }
}

/// On threads only, `times` with 1, 2 and 4 processors each.
#[track_caller]
pub fn real(times: u64, program: fn()) {
    for (seed, procs) in (0..times).flat_map(|i| [(i, 1), (i, 2), (i, 4)]) {
        once(Config { procs, seed, platform: Platform::Real, ..Config::default() }, program);
    }
    storm::returns(program, false);
}

/// On the virtual platform only: exact times.
#[track_caller]
pub fn virtually(program: fn()) {
    for c in virtual_configs(seeds()) {
        once(c, program);
    }
}

/// The run must end as `want` says, on both platforms of our scheduler.
#[track_caller]
pub fn ends(program: fn(), want: impl Fn(&End) -> bool) {
    let real = (0..5).map(|seed| Config { seed, platform: Platform::Real, ..Config::default() });
    for c in virtual_configs(seeds().min(200)).chain(real) {
        let label = format!("{:?} procs={} seed={}", c.platform, c.procs, c.seed);
        let r = runtime::run(c, program);
        assert!(want(&r.end), "{label}: ended with {:?}", r.end);
    }
    storm::ends(program, want);
}

/// Which platform the running program is on.
pub fn on() -> On {
    let c = runtime::config();
    match (c.engine, c.platform) {
        (Engine::May, _) => On::May,
        (_, Platform::Virtual) => On::Virtual,
        (_, Platform::Real) => On::Real,
    }
}

/// `small` on the virtual platform, where the seeds do the repeating; `full` on threads.
pub fn scale(small: usize, full: usize) -> usize {
    if on() == On::Virtual { small } else { full }
}
