//! Scheduler: runtime/proc_test.go, runtime/testdata/testprog/{lockosthread,syscalls,numgoroutine}.go,
//! time/sleep_test.go TestAfterFuncStarvation (go1.27.3).
//!
//! Timing is judged by ratios and generous limits, never by exact durations: a broken scheduler is
//! wrong by a thousand times or hangs.
//!
//! Elsewhere: TestSchedLocalQueue, …Steal, …Empty are unit tests of `runtime::runq` (the queue is
//! private), TestStealOrder is one of `runtime::sched`.
//! Not ported: TestGCFairness, TestGCFairness2, TestPreemptionGC's collections, TestTraceGCSTW (no
//! collector in this runtime; the stop of the world is asked for by `gomaxprocs`);
//! TestLockOSThreadAvoidsStatePropagation, …TemplateThreadRace, …Vgetrandom (our threads carry no
//! state of the operating system that a program could change); TestPreemptSplitBig (stack growth of
//! the compiler's frames); TestGetgThreadSwitch (an assembly register); lfstack_test (no lock-free
//! stack here); rwmutex_test (the runtime's internal lock; the public one is in group D).
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, Platform};
use bagu::select;

use crate::{On, everywhere_times, gmp, gmp_counting, on, once, real, scale};

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

/// TestBlockLocked: a tied goroutine that blocks on a channel comes back, each time.
#[test]
fn go_block_locked() {
    gmp(1_000, 5, || {
        let c = chan(0);
        let d = c.clone();
        go("tied", move || {
            lock_os_thread();
            (0..10).for_each(|i| d.send(i));
            unlock_os_thread();
        });
        for i in 0..10 {
            assert_eq!(c.recv(), Some(i));
        }
    });
}

/// TestLockOSThreadNesting: ties are counted; while any is left the goroutine keeps its thread, and
/// nobody else runs on it.
#[test]
fn go_lock_os_thread_nesting() {
    gmp(500, 3, || {
        let (stop, mine) = (Atomic::new(0), Atomic::new(-1));
        for _ in 0..3 {
            let (stop, mine) = (stop.clone(), mine.clone());
            go("other", move || {
                while stop.load() == 0 {
                    let tied = mine.load();
                    assert_ne!(i64::from(thread_id()), tied, "ran on a tied thread");
                    gosched();
                }
            });
        }
        lock_os_thread();
        lock_os_thread();
        let id = thread_id();
        mine.store(i64::from(id));
        unlock_os_thread();
        for i in 0..6 {
            if i % 2 == 0 {
                gosched();
            } else {
                sleep(us(3));
            }
            assert_eq!(thread_id(), id);
        }
        mine.store(-1);
        unlock_os_thread();
        unlock_os_thread(); // one too many has no effect
        stop.store(1);
    });
}

/// Two tied goroutines are on two threads.
#[test]
fn tied_goroutines_have_threads_of_their_own() {
    gmp(500, 3, || {
        let (ids, go_on) = (chan(4), chan::<bool>(0));
        for _ in 0..4 {
            let (ids, go_on) = (ids.clone(), go_on.clone());
            go("tied", move || {
                lock_os_thread();
                ids.send(thread_id());
                go_on.recv();
            });
        }
        let mut seen: Vec<u16> = (0..4).filter_map(|_| ids.recv()).collect();
        go_on.close();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 4);
    });
}

/// TestLockOSThreadExit: a goroutine that ends tied takes its thread with it; the first thread, which
/// belongs to whoever called `run`, is parked for good.
#[test]
fn go_lock_os_thread_exit() {
    gmp(300, 3, || {
        let gone = chan(0);
        for _ in 0..3 {
            let g = gone.clone();
            go("tied", move || {
                lock_os_thread();
                g.send(thread_id());
            });
        }
        let dead: Vec<u16> = (0..3).filter_map(|_| gone.recv()).collect();
        sleep(ms(2));
        let wg = WaitGroup::new();
        for _ in 0..8 {
            let dead = dead.clone();
            wg.go("later", move || assert!(!dead.contains(&thread_id()), "a thread lived on"));
        }
        wg.wait();
    });
}

/// The tests above see: without ties the goroutine wanders or shares its thread.
#[test]
fn planted_no_lock_thread_is_seen() {
    let seen = (0..50).any(|seed| {
        let c = Config { procs: 4, seed, mutation: Some("no-lock-thread".into()), ..Config::default() };
        let r = runtime::run(c, || {
            for _ in 0..3 {
                go("other", || {
                    loop {
                        gosched();
                    }
                });
            }
            lock_os_thread();
            let id = thread_id();
            for _ in 0..20 {
                gosched();
                assert_eq!(thread_id(), id);
            }
        });
        matches!(r.end, runtime::End::Panic(_))
    });
    assert!(seen);
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

/// TestPreemptionGC, TestPreemptionAfterSyscall: the world stops although loops without safe points
/// run, also those that come from a blocking call.
#[test]
fn go_world_stops_beside_tight_loops() {
    if !runtime::preempts_by_signal() {
        return;
    }
    real(1, || {
        let n = procs();
        for _ in 0..n {
            go("tight", || {
                syscall(us(10));
                tight(secs(5));
            });
        }
        sleep(ms(1));
        let t0 = Instant::now();
        for i in 0..4 {
            gomaxprocs(n + 1 + i % 2);
        }
        assert!(t0.elapsed() < secs(4), "four stops took {:?}", t0.elapsed());
    });
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

/// TestStopTheWorldDeadlock, TestMexitSTW: stops of the world against each other, against
/// goroutines that start goroutines for ever, and against threads that end.
#[test]
fn go_stop_the_world_deadlock() {
    gmp(60, 3, || {
        fn perpetual(stop: Atomic) {
            if stop.load() == 0 {
                go("perpetual", move || perpetual(stop));
            }
        }
        let (stop, wg) = (Atomic::new(0), WaitGroup::new());
        let n = procs();
        for k in 0..2u16 {
            wg.go("resizer", move || {
                for i in 0..scale(5, 50) {
                    gomaxprocs(n + (i as u16 + k) % 3);
                }
            });
        }
        wg.go("exits", || {
            let inner = WaitGroup::new();
            for _ in 0..scale(3, 20) {
                inner.go("tied", lock_os_thread);
            }
            inner.wait();
        });
        perpetual(stop.clone());
        wg.wait();
        stop.store(1);
        gomaxprocs(n);
    });
}

/// `gomaxprocs` answers the old number, and asking with 0 changes nothing.
#[test]
fn gomaxprocs_answers_the_old_number() {
    gmp(300, 3, || {
        let n = procs();
        assert_eq!(gomaxprocs(0), n);
        assert_eq!(gomaxprocs(n + 3), n);
        assert_eq!(gomaxprocs(1), n + 3);
        assert_eq!(gomaxprocs(0), 1);
        let wg = WaitGroup::new();
        for _ in 0..10 {
            wg.go("after", gosched);
        }
        wg.wait();
        assert_eq!(gomaxprocs(n), 1);
    });
}

/// TestNumGoroutine, TestMainGoroutineID, TestNoHelperGoroutines: the number agrees with the dump,
/// main is goroutine 1, and timers bring no goroutine of their own.
#[test]
fn go_num_goroutine() {
    gmp_counting(500, 3, || {
        let headers = || dump().lines().filter(|l| l.starts_with("goroutine ")).count();
        after_func(secs(3600), || ());
        assert_eq!((num_goroutine(), headers()), (1, 1));
        assert!(dump().trim_start().starts_with("goroutine 1 ["), "{}", dump());
        let (ready, stop) = (chan(0), chan::<bool>(0));
        for _ in 0..5 {
            let (ready, stop) = (ready.clone(), stop.clone());
            go("waits", move || {
                ready.send(true);
                stop.recv();
            });
        }
        (0..5).for_each(|_| {
            ready.recv();
        });
        assert_eq!((num_goroutine(), headers()), (6, 6));
        stop.close();
        while num_goroutine() > 1 {
            gosched();
        }
        assert_eq!(headers(), 1);
    });
}

/// TestBigGOMAXPROCS: many processors start and stop (256 is the most there are).
#[test]
fn go_big_gomaxprocs() {
    for platform in [Platform::Virtual, Platform::Real] {
        once(Config { procs: 256, platform, ..Config::default() }, || {
            let wg = WaitGroup::new();
            for _ in 0..300 {
                wg.go("one", gosched);
            }
            wg.wait();
        });
    }
    once(Config { procs: 1, platform: Platform::Real, ..Config::default() }, || {
        gomaxprocs(1_024);
        assert_eq!(gomaxprocs(0), 256);
    });
}

/// TestNetpollBreak: a thread that sleeps in the poller wakes at once for a timer that is set
/// earlier, and for a goroutine that becomes runnable.
#[test]
fn go_netpoll_break() {
    gmp(200, 5, || {
        let l = listen().expect("a port");
        let (got, addr) = (chan(1), l.addr());
        let g = got.clone();
        go("accepts", move || g.send(l.accept().is_ok()));
        let t0 = Instant::now();
        let c = chan(0);
        for i in 0..scale(3, 20) as u64 {
            // Everybody waits: for the poller, for an hour, and for this.
            let d = c.clone();
            after_func(us(50 * i), move || d.send(i));
            assert_eq!(c.recv(), Some(i));
            syscall(us(30));
        }
        assert!(dial(&addr).is_ok());
        assert_eq!(got.recv(), Some(true));
        assert!(on() != On::Real || t0.elapsed() < secs(5), "{:?}", t0.elapsed());
    });
}

/// A processor is taken from a thread that stays in a blocking call, and others go on with it.
#[test]
fn processor_is_retaken_from_a_blocking_call() {
    gmp(300, 3, || {
        let (x, wg) = (Atomic::new(0), WaitGroup::new());
        for _ in 0..procs() {
            wg.go("in a call", || syscall(ms(if on() == On::Real { 50 } else { 5 })));
        }
        gosched();
        for _ in 0..3 {
            let x = x.clone();
            wg.go("worker", move || {
                x.add(1);
            });
        }
        let t0 = now();
        while x.load() < 3 {
            gosched();
        }
        assert!(on() == On::Real || now() - t0 < ms(5), "waited for the calls");
        wg.wait();
    });
}
