//! Processors and threads.

use bagu::lab::prelude::*;
use bagu::runtime::{self, End, Platform, Report};

use crate::{count, noted, ok, real, virt, with};

#[test]
fn processors_change_while_the_program_runs() {
    let program = || {
        let stop = Atomic::new(0);
        let wg = WaitGroup::new();
        for _ in 0..6 {
            let stop = stop.clone();
            wg.go("busy", move || {
                while stop.load() == 0 {
                    gosched();
                }
            });
        }
        for n in [4, 1, 3, 2, 1, 8, 2] {
            gomaxprocs(n);
            assert_eq!(gomaxprocs(0), n);
            sleep(us(200));
            assert!(processor_id() < n);
        }
        stop.store(1);
        wg.wait();
    };
    for c in (0..100).map(|s| virt(2, s)).chain([real(1), real(2), real(4)]) {
        let changes = if c.procs == 4 { 6 } else { 7 }; // from 4 the first is no change
        let r = ok(c, program);
        assert_eq!(count(&r, Kind::StwStart), count(&r, Kind::StwEnd));
        assert_eq!(count(&r, Kind::ProcCount), changes);
    }
}

#[test]
fn a_locked_goroutine_stays_on_its_thread_and_takes_it_along() {
    let program = || {
        let wg = WaitGroup::new();
        for _ in 0..3 {
            wg.go("other", || (0..50).for_each(|_| gosched()));
        }
        wg.go("locked", || {
            lock_os_thread();
            lock_os_thread();
            let own = thread_id();
            for i in 0..30 {
                if i == 20 {
                    unlock_os_thread(); // one of two: still locked
                }
                gosched();
                sleep(us(10));
                assert_eq!(thread_id(), own);
            }
            note("thread", i64::from(own));
        });
        wg.wait();
        sleep(ms(1));
    };
    for c in (0..100).flat_map(|s| [virt(1, s), virt(3, s)]).chain([real(1), real(2)]) {
        // On threads its own may be kept from its last step until the run is over.
        let tries = if c.platform == Platform::Real { 5 } else { 1 };
        let all: Vec<Report> = (0..tries).map(|_| ok(c.clone(), program)).collect();
        let r = all.iter().find(|r| !gone(r).is_empty()).expect("its thread ended");
        let own = noted(r, "thread");
        assert_eq!(gone(r), [own]);
        let others = r.recording.events.iter().filter(|e| e.kind == Kind::GoStart && i64::from(e.m) == own);
        assert!(others.count() > 0);
    }
}

/// Threads that run nothing more. The first belongs to the caller of `run`: it sleeps to the end.
fn gone(r: &Report) -> Vec<i64> {
    let all = r.recording.events.iter().filter_map(|e| match e.kind {
        Kind::ThreadEnd => Some(i64::from(e.a)),
        Kind::ThreadPark if e.why == 3 => Some(i64::from(e.m)),
        _ => None,
    });
    all.collect()
}

/// Goroutines that end locked, until one of them has had the first thread.
fn first_thread_ends() {
    let wg = WaitGroup::new();
    for _ in 0..4 {
        wg.go("locked", || {
            lock_os_thread();
            sleep(us(10)); // its thread hands the processor on: the next has another thread
        });
    }
    wg.wait();
    for _ in 0..4 {
        wg.go("later", || (0..10).for_each(|_| gosched()));
    }
    wg.wait();
    note("alive", threads() as i64);
}

#[test]
fn the_first_thread_runs_nobody_else_after_its_locked_goroutine() {
    let mut first = 0;
    for c in (0..100).flat_map(|s| [virt(1, s), virt(3, s)]).chain([real(1), real(2), real(4)]) {
        let real = c.platform == Platform::Real;
        let r = ok(c, first_thread_ends);
        let gone = gone(&r);
        // On threads some may be kept from their last step until the run is over.
        assert!(gone.len() == 4 || real && gone.len() < 4, "{gone:?}");
        assert!(noted(&r, "alive") >= 1);
        let of_first = |e: &Event| e.m == 0 && matches!(e.kind, Kind::ThreadPark | Kind::GoStart);
        let last = r.recording.events.iter().rfind(|e| of_first(e));
        if gone.contains(&0) {
            first += 1;
            assert!(last.is_some_and(|e| e.kind == Kind::ThreadPark && e.why == 3), "{last:?}");
        }
    }
    assert!(first > 100, "{first} runs in which the first thread was locked");
}

#[test]
fn a_locked_goroutine_that_ends_last_leaves_a_deadlock_that_is_told() {
    for c in (0..100).flat_map(|s| [virt(1, s), virt(3, s)]).chain([real(1), real(2), real(4)]) {
        let r = runtime::run(c.clone(), || {
            go("locked", || {
                lock_os_thread();
                syscall(us(200)); // everybody else is asleep before it ends
            });
            select_forever()
        });
        assert!(matches!(r.end, End::Deadlock(_)), "{c:?}: {:?}", r.end);
    }
}

#[test]
fn records_of_ended_goroutines_are_used_again() {
    let r = ok(virt(1, 1), || {
        for _ in 0..100 {
            let ch = chan::<()>(0);
            let tx = ch.clone();
            go("short", move || tx.send(()));
            ch.recv();
        }
    });
    let from = |why| r.recording.of(Kind::GoCreate).filter(|(_, e)| e.why == why).count();
    assert!(from(1) > 60, "most from the processor's own list: {} {} {}", from(0), from(1), from(2));
    let r = ok(with("no-g-reuse", &virt(1, 1)), || {
        for _ in 0..100 {
            go("short", || ());
            gosched();
        }
    });
    assert_eq!(r.recording.of(Kind::GoCreate).filter(|(_, e)| e.why != 0).count(), 0);
}
