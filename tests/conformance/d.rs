//! sync: sync/*_test.go, runtime/sema_test.go (go1.27.3).
//!
//! Not ported, with the reason: OnceFunc, OnceValue(s) and their panic and Goexit forms, Pool,
//! PoolDequeue, PoolChain, Map (not part of this runtime yet; `Once` itself with panic and Goexit is
//! below); PoolGC, OnceXGC, PoolRelease (no collector); TestCondCopy, TestWaitGroupAlign, TestNilPool,
//! TestRLocker (our locks are handles: copying one refers to the same lock); TestIssue76126 (bubbles).
//! TestSemaHandoff…: the internal semaphore; its hand-off is what starvation mode is made of, see
//! `starving_waiter_is_handed_the_lock`.
use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, End, Platform};
use bagu::select;

use crate::{ends, everywhere, everywhere_times, gmp_counting, scale};

// ── Cond ──

/// TestCondSignal: each signal wakes exactly one.
#[test]
fn go_cond_signal() {
    everywhere(|| {
        let n = 2;
        let mu = Mutex::new();
        let (c, running, awake) = (Cond::new(&mu), chan(n), chan(n));
        for _ in 0..n {
            let (mu, c, running, awake) = (mu.clone(), c.clone(), running.clone(), awake.clone());
            go("waiter", move || {
                mu.lock();
                running.send(true);
                c.wait();
                awake.send(true);
                mu.unlock();
            });
        }
        (0..n).for_each(|_| {
            running.recv();
        });
        for _ in 0..n {
            assert_eq!(awake.try_recv(), TryRecv::Empty, "not asleep");
            mu.lock();
            c.signal();
            mu.unlock();
            awake.recv();
            assert_eq!(awake.try_recv(), TryRecv::Empty, "too many awake");
        }
        c.signal();
    });
}

/// TestCondSignalGenerations: who waits first is woken first.
#[test]
fn go_cond_signal_generations() {
    everywhere_times(500, 5, || {
        let n = scale(10, 100);
        let mu = Mutex::new();
        let (c, running, awake) = (Cond::new(&mu), chan(n), chan(n));
        for i in 0..n {
            let (m, k, r, a) = (mu.clone(), c.clone(), running.clone(), awake.clone());
            go("waiter", move || {
                m.lock();
                r.send(true);
                k.wait();
                a.send(i);
                m.unlock();
            });
            if i > 0 {
                assert_eq!(awake.recv(), Some(i - 1), "wrong goroutine woke up");
            }
            running.recv();
            mu.lock();
            c.signal();
            mu.unlock();
        }
    });
}

/// TestCondBroadcast: all wake, none twice, round after round.
#[test]
fn go_cond_broadcast() {
    everywhere_times(200, 3, || {
        let n = scale(5, 40);
        let mu = Mutex::new();
        let (c, running, awake, exit) = (Cond::new(&mu), chan(n), chan(n), Var::new(false));
        for g in 0..n {
            let (mu, c, running, awake, exit) = (mu.clone(), c.clone(), running.clone(), awake.clone(), exit.clone());
            go("waiter", move || {
                mu.lock();
                while !exit.get() {
                    running.send(g);
                    c.wait();
                    awake.send(g);
                }
                mu.unlock();
            });
        }
        for round in 0..n {
            (0..n).for_each(|_| {
                running.recv();
            });
            mu.lock();
            exit.set(round == n - 1);
            mu.unlock();
            assert_eq!(awake.try_recv(), TryRecv::Empty, "not asleep");
            mu.lock();
            c.broadcast();
            mu.unlock();
            let mut seen = vec![false; n];
            for _ in 0..n {
                let g = awake.recv().unwrap();
                assert!(!std::mem::replace(&mut seen[g], true), "{g} woke up twice");
            }
        }
        assert_eq!(running.try_recv(), TryRecv::Empty, "did not exit");
        c.broadcast();
    });
}

/// TestRace (cond_test.go): three that pass a number round under one lock.
#[test]
fn go_cond_race() {
    everywhere(|| {
        let (mu, x, wg) = (Mutex::new(), Var::new(0), WaitGroup::new());
        let c = Cond::new(&mu);
        let (m, k, v) = (mu.clone(), c.clone(), x.clone());
        wg.go("first", move || {
            m.lock();
            v.set(1);
            k.wait();
            assert_eq!(v.get(), 2);
            v.set(3);
            k.signal();
            m.unlock();
        });
        let (m, k, v) = (mu.clone(), c.clone(), x.clone());
        wg.go("second", move || {
            m.lock();
            while v.get() != 1 {
                m.unlock();
                gosched();
                m.lock();
            }
            v.set(2);
            k.signal();
            m.unlock();
        });
        wg.go("third", move || {
            mu.lock();
            loop {
                if x.get() == 2 {
                    c.wait();
                    assert_eq!(x.get(), 3);
                    break;
                }
                if x.get() == 3 {
                    break;
                }
                mu.unlock();
                gosched();
                mu.lock();
            }
            mu.unlock();
        });
        wg.wait();
    });
}

/// TestCondSignalStealing: a waiter that came later cannot take the broadcast away from the first.
#[test]
fn go_cond_signal_stealing() {
    everywhere_times(1_000, 5, || {
        for _ in 0..scale(2, 100) {
            let (mu, ch, done) = (Mutex::new(), chan(0), Var::new(false));
            let cond = Cond::new(&mu);
            let (m, k, c) = (mu.clone(), cond.clone(), ch.clone());
            go("first", move || {
                m.lock();
                c.send(());
                k.wait();
                m.unlock();
                c.send(());
            });
            ch.recv();
            mu.lock();
            mu.unlock();
            let k = cond.clone();
            go("broadcast", move || k.broadcast());
            let (m, k, d) = (mu.clone(), cond.clone(), done.clone());
            go("second", move || {
                m.lock();
                while !d.get() {
                    k.wait();
                }
                m.unlock();
            });
            ch.recv();
            mu.lock();
            done.set(true);
            mu.unlock();
            cond.broadcast();
        }
    });
}

// ── Mutex ──

/// TestMutex: many goroutines, lock and try-lock mixed; the sections never overlap.
#[test]
fn go_mutex() {
    everywhere_times(500, 5, || {
        let (mu, inside, wg) = (Mutex::new(), Atomic::new(0), WaitGroup::new());
        for _ in 0..5 {
            let (mu, inside) = (mu.clone(), inside.clone());
            wg.go("hammer", move || {
                for i in 0..scale(6, 500) {
                    if i % 3 == 0 {
                        if mu.try_lock() {
                            mu.unlock();
                        }
                        continue;
                    }
                    mu.lock();
                    assert_eq!(inside.add(1), 1, "two inside");
                    assert!(!mu.try_lock(), "taken twice");
                    inside.add(-1);
                    mu.unlock();
                }
            });
        }
        wg.wait();
        assert!(mu.try_lock());
        mu.unlock();
    });
}

/// TestMutexMisuse: unlocking what is not locked is fatal, in all eight forms, and is not recovered.
#[test]
fn go_mutex_misuse() {
    const UNLOCKED: [fn(); 8] = [
        || Mutex::new().unlock(),
        || {
            let m = Mutex::new();
            m.lock();
            m.unlock();
            m.unlock();
        },
        || RWMutex::new().unlock(),
        || {
            let m = RWMutex::new();
            m.rlock();
            m.unlock();
        },
        || {
            let m = RWMutex::new();
            m.lock();
            m.unlock();
            m.unlock();
        },
        || RWMutex::new().runlock(),
        || {
            let m = RWMutex::new();
            m.lock();
            m.runlock();
        },
        || {
            let m = RWMutex::new();
            m.rlock();
            m.runlock();
            m.runlock();
        },
    ];
    for (i, misuse) in UNLOCKED.into_iter().enumerate() {
        for (procs, platform) in [1, 2, 4].into_iter().flat_map(|p| Platform::ALL.map(|q| (p, q))) {
            let r = runtime::run(Config { procs, platform, ..Config::default() }, move || {
                func::<()>(|d| {
                    d.defer(|| {
                        recover();
                    });
                    misuse();
                });
            });
            assert!(matches!(&r.end, End::Fatal(t) if t.contains("unlocked")), "form {i}: {:?}", r.end);
        }
    }
}

/// TestMutexFairness: a goroutine that takes the lock again and again does not keep it from another.
#[test]
fn go_mutex_fairness() {
    gmp_counting(100, 3, || {
        let (mu, stop, done) = (Mutex::new(), chan::<bool>(0), chan(1));
        let (m, s) = (mu.clone(), stop.clone());
        go("greedy", move || {
            loop {
                m.lock();
                sleep(us(100));
                m.unlock();
                if select! { recv(s) -> _ => { true } default => { false } } {
                    return;
                }
            }
        });
        go("modest", move || {
            for _ in 0..10 {
                sleep(us(100));
                mu.lock();
                mu.unlock();
            }
            done.send(true);
            stop.close();
        });
        // Not the ten seconds of the original: virtual time says it exactly.
        let t0 = now();
        while num_goroutine() > 1 {
            sleep(us(200));
            assert!(now() - t0 < secs(10), "starved");
        }
    });
}

/// How long a waiter needs beside one that computes while it holds the lock and locks again at once.
fn waiter_beside_a_barger(mutation: Option<&str>, seed: u64) -> bool {
    let c = Config { procs: 2, seed, mutation: mutation.map(Into::into), ..Config::default() };
    let r = runtime::run(c, || {
        let (mu, got) = (Mutex::new(), Atomic::new(0));
        mu.lock();
        let (m, g) = (mu.clone(), got.clone());
        go("waiter", move || {
            m.lock();
            g.store(1);
            m.unlock();
        });
        // Woken at 0.6 ms and at 1.2 ms, by which time it starves; then it must be served.
        for _ in 0..5 {
            burn(us(600));
            mu.unlock();
            mu.lock();
        }
        note("got", got.load());
        mu.unlock();
    });
    r.notes.iter().any(|(n, v)| n == "got" && *v == 1)
}

/// Starvation mode: after 1 ms of waiting the lock is handed over, whoever else wants it.
#[test]
fn starving_waiter_is_handed_the_lock() {
    for seed in 0..300 {
        assert!(waiter_beside_a_barger(None, seed), "seed={seed}: five turns and never served");
    }
    let starved = (0..300).filter(|s| !waiter_beside_a_barger(Some("mutex-no-handoff"), *s)).count();
    assert!(starved > 0, "without the hand-off some waiter must starve, or this test sees nothing");
}

// ── RWMutex ──

/// TestParallelReaders: all readers are inside at once.
#[test]
fn go_parallel_readers() {
    everywhere_times(500, 5, || {
        for n in [1usize, 3, 4] {
            let (mu, locked, go_on, done) = (RWMutex::new(), chan(0), chan::<bool>(0), chan(0));
            for _ in 0..n {
                let (mu, locked, go_on, done) = (mu.clone(), locked.clone(), go_on.clone(), done.clone());
                go("reader", move || {
                    mu.rlock();
                    locked.send(true);
                    go_on.recv();
                    mu.runlock();
                    done.send(true);
                });
            }
            (0..n).for_each(|_| {
                locked.recv(); // deadlocks if readers keep each other out
            });
            go_on.close();
            (0..n).for_each(|_| {
                done.recv();
            });
        }
    });
}

/// TestRWMutex: many readers and writers; a writer is alone, readers see no writer, and a reader
/// does not get in while a writer waits.
#[test]
fn go_rwmutex() {
    everywhere_times(300, 3, || {
        let (mu, activity, wg) = (RWMutex::new(), Atomic::new(0), WaitGroup::new());
        for _ in 0..2 {
            let (mu, activity) = (mu.clone(), activity.clone());
            wg.go("writer", move || {
                for _ in 0..scale(4, 200) {
                    mu.lock();
                    assert_eq!(activity.add(10_000), 10_000, "not alone");
                    gosched();
                    activity.add(-10_000);
                    mu.unlock();
                }
            });
        }
        for _ in 0..4 {
            let (mu, activity) = (mu.clone(), activity.clone());
            wg.go("reader", move || {
                for _ in 0..scale(4, 200) {
                    mu.rlock();
                    let n = activity.add(1);
                    assert!((1..10_000).contains(&n), "a writer is inside");
                    gosched();
                    activity.add(-1);
                    mu.runlock();
                }
            });
        }
        wg.wait();
    });
}

/// The first loops of TestRWMutex: what the try forms answer in each state.
#[test]
fn go_rwmutex_try() {
    everywhere_times(200, 2, || {
        let mu = RWMutex::new();
        mu.lock();
        assert!(!mu.try_rlock(), "read while written");
        mu.unlock();
        assert!(mu.try_rlock());
        assert!(mu.try_rlock(), "readers do not exclude each other");
        let (m, done) = (mu.clone(), chan(0));
        let d = done.clone();
        go("writer", move || {
            m.lock();
            m.unlock();
            d.send(true);
        });
        while mu.try_rlock() {
            mu.runlock(); // until the writer waits
            gosched();
        }
        assert_eq!(done.try_recv(), TryRecv::Empty, "a writer got in beside readers");
        mu.runlock();
        mu.runlock();
        done.recv();
    });
}

// ── Once ──

/// TestOnce: one of many runs it, and everybody returns after it has run.
#[test]
fn go_once() {
    everywhere(|| {
        let (once, ran, wg) = (Once::new(), Atomic::new(0), WaitGroup::new());
        for _ in 0..10 {
            let (once, ran) = (once.clone(), ran.clone());
            wg.go("caller", move || {
                once.do_(|| {
                    gosched();
                    ran.add(1);
                });
                assert_eq!(ran.load(), 1, "returned before it had run");
            });
        }
        wg.wait();
        assert_eq!(ran.load(), 1);
    });
}

/// TestOncePanic: a function that panicked has run.
#[test]
fn go_once_panic() {
    everywhere_times(200, 2, || {
        let once = Once::new();
        assert_eq!(catch(|| once.do_(|| panic!("failed"))).err().as_deref(), Some("failed"));
        once.do_(|| panic!("ran twice"));
    });
}

/// After the Goexit forms of oncefunc_test.go: a function that left by Goexit has run, too.
#[test]
fn once_goexit() {
    everywhere_times(200, 2, || {
        let (once, c) = (Once::new(), chan::<bool>(0));
        let (o, d) = (once.clone(), c.clone());
        go("exits", move || {
            func::<()>(|f| {
                f.defer(|| d.close());
                o.do_(|| goexit());
            });
        });
        c.recv();
        once.do_(|| panic!("ran twice"));
    });
}

// ── WaitGroup ──

/// TestWaitGroup: two groups as a barrier, used again and again.
#[test]
fn go_wait_group() {
    everywhere_times(300, 5, || {
        let (a, b) = (WaitGroup::new(), WaitGroup::new());
        for _ in 0..4 {
            let n = scale(5, 16);
            a.add(n as i64);
            b.add(n as i64);
            let exited = chan(n);
            for _ in 0..n {
                let (a, b, exited) = (a.clone(), b.clone(), exited.clone());
                go("member", move || {
                    a.done();
                    b.wait();
                    exited.send(true);
                });
            }
            a.wait();
            for _ in 0..n {
                assert_eq!(exited.try_recv(), TryRecv::Empty, "released too soon");
                b.done();
            }
            (0..n).for_each(|_| {
                exited.recv();
            });
        }
    });
}

/// TestWaitGroupMisuse: below zero it panics.
#[test]
fn go_wait_group_misuse() {
    everywhere_times(100, 2, || {
        let wg = WaitGroup::new();
        wg.add(1);
        wg.done();
        assert_eq!(catch(|| wg.done()).err().as_deref(), Some("sync: negative WaitGroup counter"));
    });
}

/// TestWaitGroupRace: `wait` does not return before both are done.
#[test]
fn go_wait_group_race() {
    everywhere(|| {
        for _ in 0..scale(3, 300) {
            let (wg, n) = (WaitGroup::new(), Atomic::new(0));
            for _ in 0..2 {
                let (wg2, n) = (wg.clone(), n.clone());
                wg.add(1);
                go("member", move || {
                    n.add(1);
                    wg2.done();
                });
            }
            wg.wait();
            assert_eq!(n.load(), 2);
        }
    });
}

/// TestWaitGroupGo: `go` counts, and what it ran is seen after `wait`; Goexit counts as done.
#[test]
fn go_wait_group_go() {
    everywhere(|| {
        let (wg, i) = (WaitGroup::new(), Var::new(0));
        let v = i.clone();
        wg.go("adds", move || v.set(v.get() + 1));
        wg.go("exits", || goexit());
        wg.wait();
        assert_eq!(i.get(), 1);
    });
}

/// `go` with a function that panics: the program ends with the panic, and `wait` does not return
/// before (sync/waitgroup.go Go since 1.26).
#[test]
fn wait_group_go_panic_ends_the_program() {
    ends(
        || {
            let wg = WaitGroup::new();
            wg.go("panics", || panic!("boom"));
            wg.wait();
        },
        |e| matches!(e, End::Panic(t) if t.starts_with("boom")),
    );
}

// ── Semaphore ──

/// TestSemaphore (mutex_test.go): used as a lock by many, no more inside than it has places.
#[test]
fn go_semaphore() {
    everywhere_times(500, 5, || {
        for places in [1i64, 3] {
            let (sem, inside, wg) = (Semaphore::new(places as usize), Atomic::new(0), WaitGroup::new());
            for _ in 0..5 {
                let (sem, inside) = (sem.clone(), inside.clone());
                wg.go("user", move || {
                    for _ in 0..scale(3, 200) {
                        sem.acquire();
                        let n = inside.add(1);
                        assert!(n <= places, "{n} inside");
                        inside.add(-1);
                        sem.release();
                    }
                });
            }
            wg.wait();
        }
    });
}
