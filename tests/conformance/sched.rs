//! Scheduler: everybody gets a turn. runtime/proc_test.go, time/sleep_test.go
//! TestAfterFuncStarvation (go1.27.3).
//!
//! Timing is judged by ratios and generous limits, never by exact durations: a broken scheduler is
//! wrong by a thousand times or hangs.
//!
//! Elsewhere: TestSchedLocalQueue, …Steal, …Empty are unit tests of `runtime::runq` (the queue is
//! private), TestStealOrder is one of `runtime::sched`.
//! Not ported: TestGCFairness, TestGCFairness2, TestPreemptionGC's collections (no collector in this
//! runtime); TestPreemptSplitBig (stack growth of the compiler's frames); TestGetgThreadSwitch (an
//! assembly register); lfstack_test (no lock-free stack here); rwmutex_test (the runtime's internal
//! lock; the public one is in `locks`).
use crate::{everywhere_times, gmp, real, scale};
use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, Platform};
use bagu::select;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Real threads with one processor and a broken rule.
fn broken(fault: &str) -> Config {
    Config { procs: 1, platform: Platform::Real, mutation: Some(fault.into()), ..Config::default() }
}

fn yields_until_told(locked: bool) {
    let (c, ack) = (chan::<bool>(0), chan(0));
    let (d, a) = (c.clone(), ack.clone());
    go("yielder", move || {
        if locked {
            lock_os_thread();
        }
        while select! { recv(d) -> _ => { false } default => { true } } {
            gosched();
        }
        a.send(true);
    });
    sleep(us(scale(20, 5_000) as u64));
    c.send(true);
    ack.recv();
}

/// TestYieldProgress: a goroutine that only yields lets the others run.
#[test]
fn go_yield_progress() {
    gmp(1_000, 5, || yields_until_told(false));
}

/// TestYieldLockedProgress: the same when it is tied to its thread.
#[test]
fn go_yield_locked_progress() {
    gmp(1_000, 0, || yields_until_told(true));
}

/// The same on threads.
#[test]
fn go_yield_locked_progress_on_threads() {
    real(5, || yields_until_told(true));
}

/// TestYieldLocked: a tied goroutine may yield and sleep, and may end without untying.
#[test]
fn go_yield_locked() {
    gmp(1_000, 3, || {
        let c = chan(0);
        let d = c.clone();
        go("tied", move || {
            lock_os_thread();
            for _ in 0..10 {
                gosched();
                sleep(us(10));
            }
            d.send(true);
        });
        assert_eq!(c.recv(), Some(true));
    });
}

/// Goroutines that pass a turn round by looking, without a call that waits.
fn turns(n: i64, nested: bool) {
    let (x, done) = (Atomic::new(0), chan(0));
    let player = |me: i64, x: Atomic, done: Chan<bool>| {
        move || {
            for i in 0..3 {
                while x.load() != n * i + me {}
                x.store(n * i + me + 1);
            }
            done.send(true);
        }
    };
    for me in (0..n).step_by(if nested { 2 } else { 1 }) {
        if nested {
            let (a, b) = (player(me, x.clone(), done.clone()), player(me + 1, x.clone(), done.clone()));
            go("pair", move || {
                go("first", a);
                go("second", b);
            });
        } else {
            go("player", player(me, x.clone(), done.clone()));
        }
    }
    (0..n).for_each(|_| {
        done.recv();
    });
}

/// TestGoroutineParallelism: as many goroutines as processors run at once.
#[test]
fn go_goroutine_parallelism() {
    gmp(200, 3, || turns(i64::from(procs()), false));
}

/// TestGoroutineParallelism2: also when threads are about to sleep, started in pairs, with the
/// poller in use.
#[test]
fn go_goroutine_parallelism_2() {
    gmp(100, 3, || {
        let n = i64::from(procs()).max(2);
        if procs() == 1 {
            return; // two that look at each other need two processors
        }
        let all = Atomic::new(0);
        let wg = WaitGroup::new();
        for _ in 0..n {
            let a = all.clone();
            wg.go("load", move || {
                a.add(1);
                while a.load() != n {}
            });
        }
        wg.wait();
        let listener = listen();
        turns(n, true);
        drop(listener);
    });
}

/// TestTimerFairness: a timer fires although two goroutines keep a receiver busy.
#[test]
fn go_timer_fairness() {
    gmp(300, 3, || {
        let (c, done) = (chan(0), chan::<bool>(0));
        for _ in 0..2 {
            let (c, done) = (c.clone(), done.clone());
            go("sender", move || while select! { send(c, true) => { true } recv(done) -> _ => { false } } {});
        }
        let timer = after(us(scale(50, 20_000) as u64));
        while select! { recv(c) -> _ => { true } recv(timer) -> _ => { false } } {}
        done.close();
    });
}

/// TestTimerFairness2: a timer of one's own fires although one is always ready to exchange, with
/// blocking calls in between.
#[test]
fn go_timer_fairness_2() {
    gmp(300, 3, || {
        let (c, done) = (chan(0), chan(0));
        for _ in 0..2 {
            let (c, done) = (c.clone(), done.clone());
            go("exchanger", move || {
                let timer = after(us(scale(50, 20_000) as u64));
                loop {
                    run_blocking(|| ());
                    let over = select! {
                        send(c, true) => { false }
                        recv(c) -> _ => { false }
                        recv(timer) -> _ => { true }
                    };
                    if over {
                        break;
                    }
                }
                done.send(true);
            });
        }
        done.recv();
        done.recv();
    });
}

/// TestAfterFuncStarvation: one processor, a pair of which one is always runnable, and a function
/// that is due: it runs.
#[test]
fn go_after_func_starvation() {
    everywhere_times(500, 5, || {
        let (stop, c, wg) = (Atomic::new(0), chan(1), WaitGroup::new());
        let (s, d) = (stop.clone(), c.clone());
        wg.go("sender", move || {
            while s.load() == 0 {
                d.send(true);
            }
            d.close();
        });
        wg.go("receiver", move || c.iter().for_each(drop));
        after_func(us(1), move || stop.store(1));
        wg.wait();
    });
}

/// TestPreemption: two that wait for each other by looking get on, on one processor too.
#[test]
fn go_preemption() {
    gmp(30, 1, || {
        let (x, done) = (Atomic::new(0), chan(0));
        for me in 0..2 {
            let (x, done) = (x.clone(), done.clone());
            go("looker", move || {
                for i in 0..2 {
                    while x.load() != 2 * i + me {}
                    x.store(2 * i + me + 1);
                }
                done.send(true);
            });
        }
        done.recv();
        done.recv();
    });
}

/// How long it takes main to have two turns beside a goroutine without safe points.
fn wait_beside_a_tight_loop(c: Config, tight_for: Duration) -> Duration {
    let waited = Arc::new(AtomicU64::new(u64::MAX));
    let w = Arc::clone(&waited);
    let r = runtime::run(c, move || {
        let (t0, started) = (now(), chan(1));
        let s = started.clone();
        go("tight", move || {
            s.send(true);
            tight(tight_for);
        });
        started.recv();
        sleep(ms(1));
        w.store((now() - t0).as_nanos() as u64, Relaxed);
    });
    assert_eq!(r.end, runtime::End::Ok);
    Duration::from_nanos(waited.load(Relaxed))
}

/// TestAsyncPreempt: a loop without any call does not keep the only processor.
#[test]
fn go_async_preempt() {
    if !runtime::preempts_by_signal() {
        return;
    }
    for procs in [1, 2] {
        let c = Config { procs, platform: Platform::Real, ..Config::default() };
        let waited = wait_beside_a_tight_loop(c, secs(3));
        assert!(waited < secs(2), "procs={procs}: waited {waited:?}");
    }
    for seed in 0..50 {
        let c = Config { procs: 1, seed, ..Config::default() };
        assert!(wait_beside_a_tight_loop(c, secs(3)) < ms(50), "seed={seed}");
    }
}

/// The test above sees: in the world of Go 1.13 the loop runs to its end first.
#[test]
fn planted_async_preempt_off_is_seen() {
    // Main may have its second turn before the loop has begun, when the thread is taken off the machine
    // for a millisecond just then: once in many runs.
    let waited = (0..5).map(|_| wait_beside_a_tight_loop(broken("async-preempt-off"), ms(300))).max();
    assert!(waited >= Some(ms(290)), "waited {waited:?}");
    let virt = Config { platform: Platform::Virtual, ..broken("async-preempt-off") };
    assert!(wait_beside_a_tight_loop(virt, ms(300)) >= ms(290));
}

/// TestPingPongHog: two that hand off get a share next to two that compute: the counts of work done
/// are within twenty times of each other.
#[test]
fn go_ping_pong_hog() {
    fn pair(limit: u64, count: &Arc<AtomicU64>, wake: &Chan<bool>, done: &Chan<bool>) {
        for _ in 0..2 {
            let (count, wake, done) = (Arc::clone(count), wake.clone(), done.clone());
            go("pair", move || {
                while select! { recv(wake) -> _ => { true } recv(done) -> _ => { false } } {
                    for _ in 0..limit {
                        count.fetch_add(1, Relaxed);
                        std::hint::black_box(());
                    }
                    if !select! { send(wake, true) => { true } recv(done) -> _ => { false } } {
                        return;
                    }
                }
            });
        }
    }
    let best = (0..5)
        .map(|_| {
            let counts = [Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0))];
            let [hog, light] = [Arc::clone(&counts[0]), Arc::clone(&counts[1])];
            let c = Config { procs: 1, platform: Platform::Real, ..Config::default() };
            let r = runtime::run(c, move || {
                let (done, a, b) = (chan(0), chan(0), chan(0));
                pair(1_000_000, &hog, &a, &done);
                pair(1_000, &light, &b, &done);
                a.send(true);
                b.send(true);
                sleep(ms(100));
                done.close();
            });
            assert_eq!(r.end, runtime::End::Ok);
            let [h, l] = counts.map(|c| c.load(Relaxed).max(1));
            h.max(l) / h.min(l)
        })
        .min();
    assert!(best.is_some_and(|b| b <= 20), "best ratio {best:?}");
}
