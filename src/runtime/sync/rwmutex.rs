//! `sync.RWMutex`: many readers or one writer; a waiting writer keeps new readers out.
//!
//! `readers` counts readers; a writer subtracts `READERS_MAX`, which makes it negative and tells
//! readers to wait. `departing` counts the readers that the writer still waits for.
//! Go: sync/rwmutex.go (go1.27.3)
use std::sync::Arc;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};

use super::mutex::Mutex;
use super::sema::{Sema, fatal};
use crate::runtime::g::me;
use crate::runtime::seam;
use crate::runtime::virt::OP_NS;
use crate::trace::event::{NO_CAUSE, Seq};
use crate::trace::{Kind, WaitReason};

const READERS_MAX: i32 = 1 << 30;

/// A reader/writer lock. Not reentrant, cannot be upgraded.
#[derive(Clone)]
pub struct RWMutex(Arc<Inner>);

struct Inner {
    w: Mutex,
    readers: AtomicI32,
    departing: AtomicI32,
    writer_sem: Sema,
    reader_sem: Sema,
    id: u32,
}

impl Default for RWMutex {
    fn default() -> Self {
        Self::new()
    }
}

impl RWMutex {
    /// Unlocked.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            w: Mutex::new(),
            readers: AtomicI32::new(0),
            departing: AtomicI32::new(0),
            writer_sem: Sema::new(0),
            reader_sem: Sema::new(0),
            id: me().rt().next_obj(),
        }))
    }

    /// Adds to the readers. With one processor nobody can come between load and store.
    #[inline]
    fn add_readers(&self, alone: bool, n: i32) -> i32 {
        let readers = &self.0.readers;
        if alone {
            let now = readers.load(Relaxed) + n;
            readers.store(now, Relaxed);
            now
        } else {
            readers.fetch_add(n, AcqRel) + n
        }
    }

    /// Locks for reading; waits while a writer holds it or waits for it.
    pub fn rlock(&self) {
        let g = me();
        seam::point(g, OP_NS);
        if self.add_readers(g.rt().alone(), 1) < 0 {
            self.rlock_slow();
        }
    }

    #[cold]
    #[inline(never)]
    fn rlock_slow(&self) {
        self.0.reader_sem.acquire(false, WaitReason::RWMutexRLock, self.0.id);
    }

    /// Locks for reading if no writer holds it or waits for it.
    #[must_use]
    pub fn try_rlock(&self) -> bool {
        seam::point(me(), OP_NS);
        self.0.readers.fetch_update(AcqRel, std::sync::atomic::Ordering::Acquire, |n| (n >= 0).then_some(n + 1)).is_ok()
    }

    /// Ends reading.
    pub fn runlock(&self) {
        let g = me();
        let r = self.add_readers(g.rt().alone(), -1);
        if r < 0 {
            self.runlock_slow(r);
        }
        seam::point(g, OP_NS);
    }

    #[cold]
    #[inline(never)]
    fn runlock_slow(&self, r: i32) {
        if r + 1 == 0 || r + 1 == -READERS_MAX {
            fatal("sync: RUnlock of unlocked RWMutex");
        }
        // A writer waits; the last reader that it waits for wakes it.
        if self.0.departing.fetch_sub(1, AcqRel) == 1 {
            self.0.writer_sem.release(false, self.released());
        }
    }

    /// Locks for writing.
    pub fn lock(&self) {
        self.0.w.lock_as(WaitReason::RWMutexLock);
        let active = self.0.readers.fetch_sub(READERS_MAX, AcqRel);
        if active != 0 && self.0.departing.fetch_add(active, AcqRel) + active != 0 {
            self.0.writer_sem.acquire(false, WaitReason::RWMutexLock, self.0.id);
        }
    }

    fn released(&self) -> Seq {
        me().rt().event(Kind::LockRelease, self.0.id, 0, 0, NO_CAUSE)
    }

    /// Ends writing; readers that waited go first.
    pub fn unlock(&self) {
        let r = self.0.readers.fetch_add(READERS_MAX, AcqRel) + READERS_MAX;
        if r >= READERS_MAX {
            fatal("sync: Unlock of unlocked RWMutex");
        }
        let seq = self.released();
        for _ in 0..r {
            self.0.reader_sem.release(false, seq);
        }
        self.0.w.unlock();
    }
}
