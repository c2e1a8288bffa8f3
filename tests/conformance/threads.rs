//! Scheduler: threads, processors and the stopped world. runtime/proc_test.go,
//! runtime/testdata/testprog/{lockosthread,syscalls,numgoroutine}.go (go1.27.3).
//!
//! Not ported: TestTraceGCSTW (no collector; the stop of the world is asked for by `gomaxprocs`);
//! TestLockOSThreadAvoidsStatePropagation, …TemplateThreadRace, …Vgetrandom (our threads carry no
//! state of the operating system that a program could change).
use crate::{On, gmp, gmp_counting, on, once, real, scale};
use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, Platform};
use std::time::Instant;

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

/// Four that stop the world at the same moment, and nobody else: each one's turn comes although nothing
/// happens that would wake a thread that it went to sleep with.
#[test]
fn four_stops_of_the_world_at_once() {
    gmp(100, 5, || {
        let n = procs();
        for i in 0..scale(4, 40) as u16 {
            let (there, wg) = (Atomic::new(0), WaitGroup::new());
            for k in 1..=4 {
                let there = there.clone();
                wg.go("stops", move || {
                    there.add(1);
                    while there.load() < 4 {
                        gosched();
                    }
                    // Never the present number, which would stop nothing.
                    gomaxprocs(n + 4 * (i % 2) + k);
                });
            }
            wg.wait();
        }
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
