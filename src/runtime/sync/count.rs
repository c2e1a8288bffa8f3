//! The counter of a semaphore and the number of those who may sleep.
//!
//! Invariants
//!   M1  a waiter announces itself in `nwait` and *then* tries the counter with a read-modify-write; a
//!       releaser first raises the counter (one, too), then looks at `nwait`. Of the two operations
//!       on the counter one comes second and sees what stood before the other: so either the waiter
//!       takes it, or the releaser finds the waiter
//!
//! The first edition tried the counter with a plain load after the announcement. Then both may miss
//! each other on machines that let a load pass an earlier store (the model found it; x86 does not).
//! The extra read-modify-write is on the way to sleep, where it costs nothing that counts.
//!
//! Models: `models/src/sema.rs`
//! Go: runtime/sema.go semacquire1, semrelease1 (go1.27.3)
use crate::base::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use crate::base::atomic::{AtomicU32, planted};

pub(crate) struct Count {
    count: AtomicU32,
    nwait: AtomicU32,
}

impl Count {
    pub(crate) fn new(n: u32) -> Self {
        Self { count: AtomicU32::new(n), nwait: AtomicU32::new(0) }
    }

    /// Takes one if there is one.
    pub(crate) fn take(&self) -> bool {
        let n = self.count.load(Relaxed);
        self.take_from(n)
    }

    fn take_from(&self, mut n: u32) -> bool {
        while n > 0 {
            match self.count.compare_exchange_weak(n, n - 1, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => n = now,
            }
        }
        false
    }

    /// About to sleep, the queue's lock held: announces itself, then tries once more (M1). True: took
    /// one, and is announced no longer.
    pub(crate) fn announce(&self) -> bool {
        self.nwait.fetch_add(1, AcqRel);
        let n =
            if planted("sema-plain-second-look") { self.count.load(Relaxed) } else { self.count.fetch_add(0, AcqRel) };
        let took = self.take_from(n);
        if took {
            self.nwait.fetch_sub(1, AcqRel);
        }
        took
    }

    /// Gives one back. True: somebody may be asleep.
    pub(crate) fn give(&self) -> bool {
        if planted("sema-looks-before-giving") {
            let waits = self.nwait.load(Acquire) != 0;
            self.count.fetch_add(1, AcqRel);
            return waits;
        }
        self.count.fetch_add(1, AcqRel);
        self.nwait.load(Acquire) != 0
    }

    /// The queue's lock held: is somebody announced?
    pub(crate) fn waits(&self) -> bool {
        self.nwait.load(Acquire) != 0
    }

    /// The queue's lock held: one waiter was taken out of the queue.
    pub(crate) fn dequeued(&self) {
        self.nwait.fetch_sub(1, AcqRel);
    }
}
