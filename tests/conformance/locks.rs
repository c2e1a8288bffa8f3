//! sync: Mutex, RWMutex and the semaphore under them. sync/*_test.go, runtime/sema_test.go (go1.27.3).
//!
//! Not ported, with the reason: TestRLocker (our locks are handles: copying one refers to the same
//! lock); TestSemaHandoff…: the internal semaphore; its hand-off is what starvation mode is made of,
//! see `starving_waiter_is_handed_the_lock`.
use crate::{everywhere_times, gmp_counting, scale};
use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, End, Platform};
use bagu::select;

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
