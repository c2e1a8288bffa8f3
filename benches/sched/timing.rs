//! Timers: made and stopped, fired, reset, and how late they come.
//!
//! Each stands in `benches/peers/go/timing.go` too, with the same sizes: a change there belongs here.
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use bagu::lab::prelude::*;
use bagu::runtime::spawn;

use crate::{count, ns, percentile, report, sum_below};

/// A receive with a timeout that never comes, from a channel that is fed.
pub fn timeout() {
    let n = count(500_000);
    let c = chan::<usize>(0);
    let tx = c.clone();
    let t = Instant::now();
    spawn(move || (0..n).for_each(|i| tx.send(i)));
    let mut sum = 0;
    for _ in 0..n {
        select! {
            recv(c) -> v => { sum += v.unwrap_or(0); }
            recv(after(secs(10))) -> _ => { panic!("too late") }
        }
    }
    assert_eq!(sum, sum_below(n));
    report("ns/op", ns(t) / n as f64);
}

/// A timer made and stopped, by four goroutines.
pub fn new_stop() {
    let n = count(1_000_000) / 4;
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..4 {
        wg.go("", move || {
            for _ in 0..n {
                assert!(Timer::new(secs(3600)).stop());
            }
        });
    }
    wg.wait();
    report("ns/op", ns(t) / (4 * n) as f64);
}

/// The timer of an idle connection, put off again and again: a function's timer stands in the heap.
pub fn reset() {
    let n = count(2_000_000) / 4;
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..4 {
        wg.go("", move || {
            let idle = after_func(secs(3600), || panic!("too late"));
            for _ in 0..n {
                assert!(idle.reset(secs(3600)));
            }
            assert!(idle.stop());
        });
    }
    wg.wait();
    report("ns/op", ns(t) / (4 * n) as f64);
}

/// Functions that are due at once, a hundred at a time; and functions taken back.
pub fn after_funcs() {
    let n = count(400_000);
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..n / 100 {
        wg.add(100);
        for _ in 0..100 {
            let wg = wg.clone();
            after_func(us(1), move || wg.done());
        }
        wg.wait();
    }
    report("fired-ns", ns(t) / (n / 100 * 100) as f64);
    let t = Instant::now();
    for _ in 0..n {
        assert!(after_func(secs(3600), || panic!("too late")).stop());
    }
    report("stopped-ns", ns(t) / n as f64);
}

/// A hundred tickers of 1 ms with a goroutine each: how late their ticks are received.
pub fn tickers() {
    const TICKERS: usize = 100;
    let n = count(300);
    let late = Arc::new((0..TICKERS * n).map(|_| AtomicI64::new(0)).collect::<Vec<_>>());
    let wg = WaitGroup::new();
    let t = Instant::now();
    for k in 0..TICKERS {
        let late = Arc::clone(&late);
        wg.go("", move || {
            let begun = Instant::now();
            let ticker = Ticker::new(ms(1));
            let ticks = ticker.chan();
            for i in 0..n {
                ticks.recv();
                let due = Duration::from_millis(i as u64 + 1);
                late[k * n + i].store(begun.elapsed().saturating_sub(due).as_nanos() as i64, Relaxed);
            }
            ticker.stop();
        });
    }
    wg.wait();
    report("total-ms", ns(t) / 1e6);
    lateness(&late);
}

fn lateness(late: &[AtomicI64]) {
    let mut all: Vec<f64> = late.iter().map(|l| l.load(Relaxed) as f64 / 1000.0).collect();
    all.sort_by(f64::total_cmp);
    report("late-p50-us", percentile(&all, 0.5));
    report("late-p99-us", percentile(&all, 0.99));
}

/// Ten goroutines that sleep 200 µs at a time and find the machine idle when they wake.
pub fn naps() {
    const SLEEPERS: usize = 10;
    let n = count(1000);
    let late = Arc::new((0..SLEEPERS * n).map(|_| AtomicI64::new(0)).collect::<Vec<_>>());
    let wg = WaitGroup::new();
    for k in 0..SLEEPERS {
        let late = Arc::clone(&late);
        wg.go("", move || {
            for i in 0..n {
                let begun = Instant::now();
                sleep(us(200));
                late[k * n + i].store(begun.elapsed().saturating_sub(us(200)).as_nanos() as i64, Relaxed);
            }
        });
    }
    wg.wait();
    lateness(&late);
}
