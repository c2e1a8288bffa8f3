//! Programs that make the scheduler do everything it can: blocking calls in each ending, locked
//! threads, a changing number of processors, preemption, foreign calls, sleepers, the poller. The
//! demos show one mechanism each; here they meet.
use std::time::Duration;

use bagu::runtime::sync::WaitGroup;
use bagu::runtime::time::sleep;
use bagu::runtime::{Chan, Report, syscall, tight, unlock_os_thread};
use bagu::runtime::{
    Config, Platform, burn, cgo, foreign_thread, go, gomaxprocs, gosched, lock_os_thread, run, run_blocking,
};

/// A program by name.
pub type Program = (&'static str, fn());

/// All of them.
pub const ALL: &[Program] = &[
    ("calls", calls),
    ("short-calls", short_calls),
    ("locked", locked),
    ("resizing", resizing),
    ("stops-amid-calls", stops_amid_calls),
    ("preempted", preempted),
    ("foreign", foreign),
    ("called-from-outside", called_from_outside),
];

const fn us(n: u64) -> Duration {
    Duration::from_micros(n)
}

/// Scheduling points after which a run is given up: each program needs a few thousand.
const POINTS_MAX: u64 = 200_000;

/// Runs one.
pub fn record(program: Program, platform: Platform, procs: u16, seed: u64) -> Report {
    run(Config { platform, procs, seed, record: true, points_max: POINTS_MAX, ..Config::default() }, program.1)
}

/// Starts `n` goroutines and waits for them.
fn each(n: u64, f: fn(u64)) {
    let wg = WaitGroup::new();
    wg.add(n as i64);
    for i in 0..n {
        let wg = wg.clone();
        go("worker", move || {
            f(i);
            wg.done();
        });
    }
    wg.wait();
}

fn calls() {
    each(6, |i| {
        for k in 0..4 {
            syscall(us(15 * (i + 1) * (k + 1)));
            gosched();
        }
    });
}

fn short_calls() {
    each(4, |_| {
        for _ in 0..40 {
            run_blocking(|| std::hint::black_box(0));
            syscall(us(25));
        }
    });
}

fn locked() {
    let ch = Chan::<u64>::new(0);
    let back = ch.clone();
    go("locked", move || {
        lock_os_thread();
        lock_os_thread();
        for i in 0..5 {
            back.send(i);
            syscall(us(30));
        }
        unlock_os_thread();
        unlock_os_thread();
        back.close();
    });
    go("ends-locked", || {
        lock_os_thread();
        sleep(us(50));
    });
    while let Some(_v) = ch.recv() {
        burn(us(5));
    }
    sleep(us(200));
}

fn resizing() {
    let wg = WaitGroup::new();
    wg.add(3);
    for _ in 0..3 {
        let wg = wg.clone();
        go("worker", move || {
            for _ in 0..10 {
                burn(us(20));
                gosched();
            }
            wg.done();
        });
    }
    for n in [1, 4, 2, 3, 1, 2] {
        gomaxprocs(n);
        sleep(us(30));
    }
    wg.wait();
}

fn stops_amid_calls() {
    go("resizer", || {
        for n in [2, 1, 3, 2] {
            gomaxprocs(n);
            sleep(us(40));
        }
    });
    each(4, |i| {
        for _ in 0..6 {
            syscall(us(20 + 10 * i));
        }
    });
}

fn preempted() {
    each(3, |i| {
        if i == 0 {
            tight(Duration::from_millis(25));
        } else {
            burn(Duration::from_millis(12));
        }
    });
}

fn foreign() {
    each(3, |i| {
        for _ in 0..5 {
            let x = cgo(move || i + 1);
            assert_eq!(x, i + 1);
            sleep(us(5));
        }
    });
}

fn called_from_outside() {
    let (ch, done) = (Chan::<u64>::new(0), Chan::<()>::new(0));
    for i in 0..3 {
        let (ch, done) = (ch.clone(), done.clone());
        foreign_thread(move |c| {
            for k in 0..6 {
                c.call(|| ch.send(k));
                c.sleep(us(10 + 7 * i));
                c.call(|| syscall(us(30)));
                c.call(|| burn(us(3)));
            }
            c.release();
            c.call(|| done.send(()));
        });
    }
    go("receiver", move || while ch.recv().is_some() {});
    (0..3).for_each(|_| _ = done.recv());
}
