//! The sleeping half of every lock: a counter and a queue.
//!
//! Invariants
//!   M1  waiter and releaser never miss each other: see `count`
//!   M2  with hand-off the counter goes from releaser to waiter without passing through 0
//!
//! Go: runtime/sema.go semacquire1, semrelease1 (go1.27.3)
#![allow(unsafe_code)]
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::count::Count;
use crate::runtime::g::{self, G, Sudog, WaitQ};
use crate::runtime::lock::{Locked, RawLock};
use crate::runtime::virt::OP_NS;
use crate::runtime::{g::me, panics, seam};
use crate::trace::event::{NO_CAUSE, Seq};
use crate::trace::{Kind, WaitReason};

pub(super) struct Sema {
    count: Count,
    lock: RawLock,
    q: WaitQ,
}

// SAFETY: the queue is used under `lock` only.
unsafe impl Send for Sema {}
// SAFETY: as above.
unsafe impl Sync for Sema {}

/// # Safety
/// `l` is a lock that the parked goroutine holds.
unsafe fn unlock(l: *const ()) {
    // SAFETY: the waiter's handle keeps it alive.
    unsafe { (*l.cast::<RawLock>()).unlock() };
}

impl Sema {
    pub(super) fn new(n: u32) -> Self {
        Self { count: Count::new(n), lock: RawLock::new(), q: WaitQ::new() }
    }

    /// Takes one; sleeps while there is none. `lifo`: in front of the queue.
    pub(super) fn acquire(&self, lifo: bool, reason: WaitReason, obj: u32) {
        if self.count.take() {
            return;
        }
        let g = me();
        let mut w = Sudog::new(g, std::ptr::null_mut());
        loop {
            self.lock.lock();
            if self.count.announce() {
                self.lock.unlock();
                return;
            }
            w.success = false;
            // SAFETY: lock held; `w` outlives the sleep (G3).
            unsafe {
                let s = &raw mut w;
                if lifo {
                    self.q.push_front(s);
                } else {
                    self.q.push_back(s);
                }
                seam::park(g, reason, obj, Some((unlock, (&raw const self.lock).cast())));
            }
            // SAFETY: written by the releaser before `ready`.
            if unsafe { (&raw const w.success).read_volatile() } || self.count.take() {
                return;
            }
        }
    }

    /// Gives one back and wakes a waiter; `cause` is the event that did it. With `handoff` the waiter gets it directly and runs next.
    pub(super) fn release(&self, handoff: bool, cause: Seq) {
        if !self.count.give() {
            return;
        }
        self.lock.lock();
        if !self.count.waits() {
            self.lock.unlock();
            return;
        }
        // SAFETY: lock held.
        let Some(w) = (unsafe { self.q.dequeue(false, |_| ()) }) else {
            self.lock.unlock();
            return;
        };
        self.count.dequeued();
        // SAFETY: dequeued and still parked.
        let wg = unsafe {
            (*w).success = handoff && self.count.take();
            (*w).g
        };
        self.lock.unlock();
        seam::ready(wg, cause);
    }
}

/// A counting semaphore, first come first served.
#[derive(Clone)]
pub struct Semaphore(Arc<SemInner>);

struct SemInner {
    id: u32,
    state: Locked<SemState>,
}

struct SemState {
    free: usize,
    waiting: std::collections::VecDeque<*const G>,
}

// SAFETY: goroutine records live as long as the run (G1); used under the lock.
unsafe impl Send for SemState {}

impl Semaphore {
    /// `n` permits.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let id = me().rt().next_obj();
        let state = Locked::new(SemState { free: n, waiting: std::collections::VecDeque::new() });
        Self(Arc::new(SemInner { id, state }))
    }

    /// Takes a permit; waits in line for one.
    pub fn acquire(&self) {
        /// # Safety
        /// `a` is the semaphore whose state is locked and leaked by the parked goroutine.
        unsafe fn commit(a: *const ()) {
            // SAFETY: the waiter's handle keeps it alive.
            unsafe { (*a.cast::<SemInner>()).state.force_unlock() };
        }
        let g = me();
        seam::point(g, OP_NS);
        let mut s = self.0.state.lock();
        if s.free > 0 && s.waiting.is_empty() {
            s.free -= 1;
            let left = s.free;
            drop(s);
            g.rt().event(Kind::SemAcquire, self.0.id, left as u64, 0, NO_CAUSE);
            return;
        }
        s.waiting.push_back(g);
        std::mem::forget(s);
        // SAFETY: the lock is held (its guard was forgotten) and the commit lets it go.
        unsafe { seam::park(g, WaitReason::SemAcquire, self.0.id, Some((commit, Arc::as_ptr(&self.0).cast()))) };
        g.rt().event(Kind::SemAcquire, self.0.id, 0, 1, g.wake_seq.load(Relaxed));
    }

    /// Takes a permit if one is free.
    #[must_use]
    pub fn try_acquire(&self) -> bool {
        seam::point(me(), OP_NS);
        let mut s = self.0.state.lock();
        let ok = s.free > 0 && s.waiting.is_empty();
        if ok {
            s.free -= 1;
        }
        ok
    }

    /// Gives a permit back, to the first in line if somebody waits.
    pub fn release(&self) {
        let g = me();
        seam::point(g, OP_NS);
        let mut s = self.0.state.lock();
        let next = s.waiting.pop_front();
        if next.is_none() {
            s.free += 1;
        }
        let left = s.free;
        drop(s);
        let seq = g.rt().event(Kind::SemRelease, self.0.id, left as u64, 0, NO_CAUSE);
        if let Some(w) = next {
            seam::ready_by(g, w, seq);
        }
    }
}

/// Guards against use outside a run.
pub(super) fn fatal(msg: &str) -> ! {
    let g = g::cur();
    if g.is_null() {
        panics::throw(msg);
    }
    me().rt().fatal(msg)
}
