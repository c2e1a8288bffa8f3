//! Preemption signals at random moments over every program of the suite, on threads.
//!
//! Each program runs again with 1, 2 and 4 processors under [`Config::storm_ns`], beside goroutines that
//! compute in code that may be stopped anywhere, until its share of the signals has been sent. Then:
//! nothing crashed, the program kept its promise, the computations came out right, every signal that was
//! sent arrived, and none stopped anything outside that code, off a goroutine's stack or under a lock.
//!
//! `BAGU_SIGNALS=n` changes the number of signals over all programs (100,000).
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, End, Platform, Report, Signals};

/// Signals are this far apart on average.
const STORM_NS: u32 = 4_000;
/// Programs that are run so, about.
const PROGRAMS: u64 = 150;
/// A program that takes longer than this for each has fewer signals rather than more time.
const SLOWEST: Duration = Duration::from_micros(400);
/// Within so many signals each kind of place must have been met.
const ENOUGH: u64 = 300_000;

static ALL: Mutex<Signals> = Mutex::new(Signals {
    sent: 0,
    stopped: 0,
    refused: 0,
    no_goroutine: 0,
    not_asked: 0,
    no_room: 0,
    misplaced: 0,
    with_lock: 0,
});

fn wanted() -> u64 {
    std::env::var("BAGU_SIGNALS").ok().and_then(|s| s.parse().ok()).unwrap_or(100_000)
}

bagu::preemptible! {
    /// Integer, floating-point and vector registers hold it all.
    fn work(n: u64) -> u64 {
        let (mut a, mut x, mut y, mut i) = (1u64, 1.0f64, 0.5f64, 0u64);
        while i < n {
            a = (a ^ i) << 1 | a >> 63;
            x = x * 0.999 + y;
            y += 0.25;
            i += 1;
        }
        a ^ (x as u64)
    }
}

/// Computes and gives way until told.
fn burner(stop: &Atomic) {
    const N: u64 = 3_000;
    static WANT: OnceLock<u64> = OnceLock::new();
    let want = *WANT.get_or_init(|| work(N));
    while stop.load() == 0 {
        // Not a constant to the compiler, which would compute once, before the loop.
        assert_eq!(work(std::hint::black_box(N)), want, "registers were lost");
        gosched();
    }
}

/// The program, again and again for a while: a run takes longer to start than most take.
fn repeated(program: fn()) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(2) {
        program();
    }
}

/// The program among burners.
fn among_burners(program: impl FnOnce()) {
    let (stop, wg) = (Atomic::new(0), WaitGroup::new());
    for _ in 0..procs() {
        let stop = stop.clone();
        wg.go("burner", move || burner(&stop));
    }
    program();
    stop.store(1);
    wg.wait();
}

fn stormy(procs: u16, seed: u64) -> Config {
    Config { procs, seed, platform: Platform::Real, storm_ns: STORM_NS, ..Config::default() }
}

/// What must hold of every run, and the sums.
fn judge(r: &Report, label: &str) -> u64 {
    let s = r.signals;
    assert_eq!(s.sent, s.arrived(), "{label}: lost: {s:?}");
    assert_eq!((s.misplaced, s.with_lock), (0, 0), "{label}: {s:?}");
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let millions = all.sent / 1_000_000;
    *all += s;
    if all.sent / 1_000_000 > millions {
        eprintln!("{all:?}");
    }
    s.sent
}

/// The program must return, with others beside it or alone.
#[track_caller]
pub fn returns(program: fn(), alone: bool) {
    until_shared(|c| {
        let r =
            if alone { runtime::run(c, program) } else { runtime::run(c, move || among_burners(|| repeated(program))) };
        assert_eq!(r.end, End::Ok, "left: {:?}", r.leaked);
        r
    });
}

/// The program must end as `want` says.
#[track_caller]
pub fn ends(program: fn(), want: impl Fn(&End) -> bool) {
    until_shared(|c| {
        let r = runtime::run(c, program);
        assert!(want(&r.end), "ended with {:?}", r.end);
        r
    });
}

/// Runs until a program has had its share of the signals.
#[track_caller]
fn until_shared(run: impl Fn(Config) -> Report) {
    if !runtime::preempts_by_signal() {
        return;
    }
    let share = wanted().div_ceil(PROGRAMS);
    let (mut sent, begun, longest) = (0, Instant::now(), SLOWEST * share as u32);
    for seed in 0.. {
        for procs in [1, 2, 4] {
            let c = stormy(procs, seed);
            sent += judge(&run(c), &format!("storm, procs={procs} seed={seed}"));
        }
        if sent >= share || begun.elapsed() > longest {
            return;
        }
    }
}

/// The kit sees: signals do stop goroutines, and meet everything else, too.
#[test]
fn signals_stop_burners_and_meet_everything_else() {
    if !runtime::preempts_by_signal() {
        return;
    }
    let mut all = Signals::default();
    for round in 0.. {
        for procs in [1, 2, 4] {
            let r = runtime::run(stormy(procs, round), || {
                among_burners(|| {
                    let ch = chan::<Vec<u8>>(1);
                    let tx = ch.clone();
                    go("sender", move || {
                        for n in 0..200 {
                            tx.send(vec![1; n]);
                        }
                        tx.close();
                    });
                    assert_eq!(ch.iter().map(|v| v.len()).sum::<usize>(), 199 * 100);
                    syscall(us(100));
                });
            });
            assert_eq!(r.end, End::Ok);
            judge(&r, "burners");
            all += r.signals;
        }
        if all.stopped > 100 && all.refused > 100 && all.no_goroutine > 0 && all.not_asked > 0 {
            return;
        }
        assert!(all.sent < ENOUGH, "{all:?}");
    }
}

/// A handler that stops a goroutine wherever it is, is caught: outside the code that may be stopped,
/// and with a lock of the runtime held.
#[test]
fn planted_preempt_anywhere_is_seen() {
    if !runtime::preempts_by_signal() {
        return;
    }
    let mut all = Signals::default();
    for round in 0.. {
        let c = Config { mutation: Some("preempt-anywhere".into()), ..stormy(2, round) };
        let r = runtime::run(c, || {
            let ch = chan::<usize>(8);
            let tx = ch.clone();
            go("sender", move || {
                (0..5_000).for_each(|n| tx.send(n));
                tx.close();
            });
            assert_eq!(ch.iter().count(), 5_000);
        });
        assert_eq!(r.end, End::Ok);
        all += r.signals;
        if all.misplaced > 0 && (all.with_lock > 0 || !cfg!(debug_assertions)) {
            return;
        }
        assert!(all.sent < ENOUGH, "not seen: {all:?}");
    }
}

/// A run inside a goroutine of another, on the same thread: each has its signals.
#[test]
fn a_run_inside_a_run_loses_no_signal() {
    if !runtime::preempts_by_signal() {
        return;
    }
    for round in 0..20 {
        let r = runtime::run(stormy(2, round), move || {
            let inner = runtime::run(stormy(2, round), || among_burners(|| tight(us(300))));
            assert_eq!(inner.end, End::Ok);
            judge(&inner, "inner");
            tight(us(300));
        });
        assert_eq!(r.end, End::Ok);
        judge(&r, "outer");
    }
}
