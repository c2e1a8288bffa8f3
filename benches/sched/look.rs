//! What only concerns ourselves: a switch alone, the price of an event, a step back.
//!
//! `switch` has corosensei's bare coroutines beside it (`benches/peers/src/bin/peer-coro.rs`); the other two
//! have nothing to stand beside, their goals are times.
use std::time::{Duration, Instant};

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, Platform, Report, spawn};
use bagu::trace::Timeline;

use crate::{count, ns, report};

/// `each` turns of `n` goroutines that do nothing but give way: ns a switch.
fn rounds(n: usize, each: usize) -> f64 {
    let wg = WaitGroup::new();
    let gate = chan::<()>(0);
    for _ in 0..n {
        let gate = gate.clone();
        wg.go("", move || {
            gate.recv();
            (0..each).for_each(|_| gosched());
        });
    }
    // All stand at the gate before the clock starts.
    (0..4).for_each(|_| gosched());
    sleep(ms(5));
    let t = Instant::now();
    gate.close();
    wg.wait();
    ns(t) / (n * each) as f64
}

/// Two goroutines, then 10,000.
pub fn switch() {
    let n = count(4_000_000);
    report("hot-ns", rounds(2, n / 2));
    report("10k-ns", rounds(10_000, n.div_ceil(10_000)));
}

fn recorded(procs: u16, record: bool, f: impl FnOnce() + Send + 'static) -> Report {
    let cfg = Config { platform: Platform::Real, procs, record, events_max: 1 << 25, ..Config::default() };
    let r = runtime::run(cfg, f);
    assert_eq!(r.end, End::Ok);
    r
}

fn pingpong(n: usize) -> Duration {
    let (a, b) = (chan::<usize>(0), chan::<usize>(0));
    let (a2, b2) = (a.clone(), b.clone());
    spawn(move || {
        for v in &a2 {
            b2.send(v);
        }
    });
    let t = Instant::now();
    for i in 0..n {
        a.send(i);
        b.recv();
    }
    t.elapsed()
}

/// What recording adds to a ping-pong, for each event: the least of five, with and without in turn.
pub fn events(procs: u16) {
    let n = count(100_000);
    let timed = |record| {
        let (tx, rx) = std::sync::mpsc::channel();
        let r = recorded(procs, record, move || {
            let _ = tx.send(pingpong(n).as_nanos() as f64);
        });
        (rx.recv().unwrap_or(0.0), r.recording.events.len())
    };
    let (mut on, mut off, mut seen) = (f64::MAX, f64::MAX, 0);
    for _ in 0..5 {
        let (t, number) = timed(true);
        (on, seen) = (on.min(t), number);
        off = off.min(timed(false).0);
    }
    report("ns/event", (on - off) / seen as f64);
    report("events", seen as f64);
}

/// The worst and the middle of 400 steps back over a recording; a third lie right before a keyframe.
fn step_back(r: &Report, name: &str) {
    let t = Instant::now();
    let line = Timeline::new(&r.recording);
    report(&format!("{name}-fold-ms"), ns(t) / 1e6);
    let mut seed = 12_345;
    let mut took: Vec<f64> = (0..400)
        .map(|_| {
            let at = crate::xorshift(&mut seed) as usize % line.len().max(1);
            let t = Instant::now();
            std::hint::black_box(line.at(at as u32));
            ns(t) / 1e6
        })
        .collect();
    took.sort_by(f64::total_cmp);
    report(&format!("{name}-events"), line.len() as f64);
    report(&format!("{name}-p50-ms"), crate::percentile(&took, 0.5));
    report(&format!("{name}-worst-ms"), crate::percentile(&took, 1.0));
}

/// A step back through 10^6 events: of a few goroutines, and of 100,000 that are all alive.
pub fn stepback(procs: u16) {
    let n = count(1_000_000);
    let few = recorded(procs, true, move || {
        pingpong(n / 8);
    });
    step_back(&few, "few");
    let many = recorded(procs, true, move || {
        let gate = chan::<()>(0);
        let wg = WaitGroup::new();
        for _ in 0..n / 10 {
            let gate = gate.clone();
            wg.go("", move || {
                gate.recv();
            });
        }
        sleep(ms(1));
        gate.close();
        wg.wait();
    });
    step_back(&many, "many");
}
