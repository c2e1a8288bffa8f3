//! sync: Cond, Once, WaitGroup. sync/*_test.go (go1.27.3).
//!
//! Not ported, with the reason: OnceFunc, OnceValue(s) and their panic and Goexit forms, Pool,
//! PoolDequeue, PoolChain, Map (not part of this runtime yet; `Once` itself with panic and Goexit is
//! below); PoolGC, OnceXGC, PoolRelease (no collector); TestCondCopy, TestWaitGroupAlign, TestNilPool
//! (our locks are handles: copying one refers to the same lock); TestIssue76126 (bubbles).
use crate::{ends, everywhere, everywhere_times, scale};
use bagu::lab::prelude::*;
use bagu::runtime::End;

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
