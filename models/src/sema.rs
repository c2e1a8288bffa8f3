//! The semaphore's count: whoever goes to sleep is seen by whoever gives afterwards.
use std::cell::UnsafeCell;
use std::ptr::null_mut;

use crate::base::atomic::AtomicU32;
use crate::base::atomic::Ordering::{AcqRel, Relaxed};
use crate::kit::{Arc, holds, thread};
use crate::runtime::count::Count;
use crate::runtime::g::G;
use crate::runtime::lock::RawLock;
use crate::runtime::waitq::{Sudog, WaitQ};

struct World {
    count: Count,
    lock: RawLock,
    q: WaitQ,
    g: G,
    waiters: UnsafeCell<Vec<Sudog>>,
    woken: AtomicU32,
}

// SAFETY: the queue and its records are used under the lock.
unsafe impl Sync for World {}
// SAFETY: as above.
unsafe impl Send for World {}

impl World {
    fn new(waiters: usize) -> Arc<Self> {
        Arc::new(Self {
            count: Count::new(0),
            lock: RawLock::new(),
            q: WaitQ::new(),
            g: G::new(0),
            waiters: UnsafeCell::new((0..waiters).map(|_| Sudog::new(std::ptr::null(), null_mut())).collect()),
            woken: AtomicU32::new(0),
        })
    }
    /// `Sema::acquire` up to the sleep. True: asleep.
    fn acquire(&self, i: usize) -> bool {
        if self.count.take() {
            return false;
        }
        self.lock.lock();
        if self.count.announce() {
            self.lock.unlock();
            return false;
        }
        // SAFETY: lock held; each waiter has its own record.
        unsafe {
            let s = (*self.waiters.get()).as_mut_ptr().add(i);
            (*s).g = &raw const self.g;
            self.q.push_back(s);
        }
        self.lock.unlock();
        true
    }
    /// `Sema::release`.
    fn release(&self) {
        if !self.count.give() {
            return;
        }
        self.lock.lock();
        if self.count.waits() {
            // SAFETY: lock held.
            assert!(unsafe { self.q.dequeue(false, |_| ()) }.is_some(), "announced and not in the queue");
            self.count.dequeued();
            self.woken.fetch_add(1, AcqRel);
        }
        self.lock.unlock();
    }
}

/// One gives while one goes to sleep.
pub fn release_against_acquire() {
    let w = World::new(1);
    let giver = {
        let w = Arc::clone(&w);
        thread::spawn(move || w.release())
    };
    let asleep = w.acquire(0);
    giver.join().unwrap();
    assert!(!asleep || w.woken.load(Relaxed) == 1, "asleep beside a free permit");
}

/// Two are given while two go to sleep, one after the other.
pub fn two_and_two() {
    let w = World::new(2);
    let giver = {
        let w = Arc::clone(&w);
        thread::spawn(move || {
            w.release();
            w.release();
        })
    };
    let asleep = u32::from(w.acquire(0)) + u32::from(w.acquire(1));
    giver.join().unwrap();
    assert_eq!(asleep, w.woken.load(Relaxed), "asleep beside a free permit");
}

#[test]
fn release_against_acquire_holds() {
    holds("sema::release_against_acquire", release_against_acquire);
}
#[test]
fn two_and_two_hold() {
    holds("sema::two_and_two", two_and_two);
}
