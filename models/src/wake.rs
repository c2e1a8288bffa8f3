//! Waking and falling asleep: with the two recipes of `spinning` no goroutine is left in a queue while
//! the thread that was looking has gone to sleep and nobody was woken.
use crate::base::atomic::Ordering::{AcqRel, Relaxed, Release, SeqCst};
use crate::base::atomic::{AtomicBool, AtomicU32};
use crate::kit::{Arc, holds, thread};
use crate::runtime::g::G;
use crate::runtime::lock::RawLock;
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
            spinning::leave_watch(|| w.watched.store(false, Release), || true);
            !w.q.peek_next().is_null()
        })
    };
    w.ready(0, true);
    let seen = watcher.join().unwrap();
    assert!(seen || w.woken.load(Relaxed) == 1, "neither watched nor woken for");
}

/// Of two processors one is idle, the other's thread looks for work. Nobody else holds one, so the looker
/// asks for no fence in other threads; a newcomer takes a processor at that moment, has only the fence
/// that comes with it (`shared` false: none between putting and looking), and puts a goroutine into its
/// queue, or into the global one without taking a processor. If the looker does see it among the others,
/// the two fences do the rest: that is `ready_against_sleep`.
fn newcomer(takes: bool) {
    let w = World::new(false);
    w.npidle.store(1, Relaxed);
    let list = Arc::new(RawLock::new());
    let looker = {
        let (w, list) = (Arc::clone(&w), Arc::clone(&list));
        thread::spawn(move || {
            list.lock();
            w.npidle.fetch_add(1, AcqRel);
            list.unlock();
            let mut others = false;
            spinning::give_up(&w.nmspinning, || {
                others = w.npidle.load(SeqCst) < 2;
                false
            });
            others || spinning::look_again(|| w.q.ring_len() > 0)
        })
    };
    let put = || w.q.put((&raw const w.g[0]).cast_mut(), false, false, |_| ());
    if takes {
        list.lock();
        w.npidle.fetch_sub(1, AcqRel);
        list.unlock();
        spinning::newcomer();
        put();
    } else {
        put(); // stands for the global queue
        spinning::newcomer();
    }
    let woken = spinning::must_wake(&w.npidle, &w.nmspinning, false);
    let awake = looker.join().unwrap();
    assert!(awake || woken, "a goroutine waits beside a sleeping thread");
}

pub fn newcomer_against_sleep() {
    newcomer(true);
}
pub fn newcomer_without_processor_against_sleep() {
    newcomer(false);
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
#[test]
fn newcomer_against_sleep_holds() {
    holds("wake::newcomer_against_sleep", newcomer_against_sleep);
}
#[test]
fn newcomer_without_processor_against_sleep_holds() {
    holds("wake::newcomer_without_processor_against_sleep", newcomer_without_processor_against_sleep);
}
