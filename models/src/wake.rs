//! Waking and falling asleep: with the two recipes of `spinning` no goroutine is left in a queue while
//! the thread that was looking has gone to sleep and nobody was woken.
use crate::base::atomic::Ordering::{AcqRel, Relaxed, Release};
use crate::base::atomic::{AtomicBool, AtomicU32};
use crate::kit::{Arc, holds, thread};
use crate::runtime::g::G;
use crate::runtime::runq::RunQ;
use crate::runtime::spinning;

struct World {
    q: RunQ,
    g: [G; 2],
    npidle: AtomicU32,
    nmspinning: AtomicU32,
    watched: AtomicBool,
    woken: AtomicU32,
}

impl World {
    /// One processor is busy; another's thread is looking for work.
    fn new(watched: bool) -> Arc<Self> {
        Arc::new(Self {
            q: RunQ::new(),
            g: [G::new(0), G::new(1)],
            npidle: AtomicU32::new(0),
            nmspinning: AtomicU32::new(1),
            watched: AtomicBool::new(watched),
            woken: AtomicU32::new(0),
        })
    }
    /// `Sched::make_runnable`.
    fn ready(&self, i: usize, next: bool) {
        let put = || self.q.put((&raw const self.g[i]).cast_mut(), next, false, |_| ());
        spinning::publish(put, &self.watched, false, || {
            if spinning::must_wake(&self.npidle, &self.nmspinning, true) {
                self.woken.fetch_add(1, AcqRel);
            }
        });
    }
    /// `go_idle`. True: asleep.
    fn idle(&self) -> bool {
        self.npidle.store(1, Release);
        spinning::give_up(&self.nmspinning, || true);
        !spinning::look_again(|| self.q.ring_len() > 0)
    }
}

/// One becomes runnable while the last looker gives up.
pub fn ready_against_sleep() {
    let w = World::new(false);
    let looker = {
        let w = Arc::clone(&w);
        thread::spawn(move || w.idle())
    };
    w.ready(0, false);
    let asleep = looker.join().unwrap();
    assert!(!asleep || w.woken.load(Relaxed) > 0, "a goroutine waits beside a sleeping thread");
}

/// Two readiers (the second through a ring behind `runnext`): one thread is woken, not two, and one is.
pub fn two_ready_against_sleep() {
    let w = World::new(false);
    let looker = {
        let w = Arc::clone(&w);
        thread::spawn(move || w.idle())
    };
    w.ready(0, true);
    w.ready(1, true);
    let asleep = looker.join().unwrap();
    let woken = w.woken.load(Relaxed);
    assert!(!asleep || woken > 0, "a goroutine waits beside a sleeping thread");
    assert!(woken <= 1, "two threads were woken, and nobody had looked in between");
}

/// The exception: an empty `runnext` wakes nobody while somebody watches. If the watcher leaves at that
/// moment, either the readier wakes a thread after all, or the look after leaving finds the goroutine.
pub fn ready_against_leaving_the_watch() {
    let w = World::new(true);
    w.npidle.store(1, Relaxed);
    w.nmspinning.store(0, Relaxed);
    let watcher = {
        let w = Arc::clone(&w);
        thread::spawn(move || {
            spinning::leave_watch(&w.watched, || true);
            !w.q.peek_next().is_null()
        })
    };
    w.ready(0, true);
    let seen = watcher.join().unwrap();
    assert!(seen || w.woken.load(Relaxed) == 1, "neither watched nor woken for");
}

#[test]
fn ready_against_sleep_holds() {
    holds("wake::ready_against_sleep", ready_against_sleep);
}
#[test]
fn two_ready_against_sleep_hold() {
    holds("wake::two_ready_against_sleep", two_ready_against_sleep);
}
#[test]
fn ready_against_leaving_the_watch_holds() {
    holds("wake::ready_against_leaving_the_watch", ready_against_leaving_the_watch);
}
