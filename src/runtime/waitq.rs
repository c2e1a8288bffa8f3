//! The waiter record and the queue of waiters.
//!
//! Invariants
//!   G3  a `Sudog` lives on the stack of the goroutine that waits; it leaves every wait queue before
//!       that stack frame returns
//!   G4  of all channels of one `select`, the one that brings `select_done` from 0 to 1 alone may
//!       wake the goroutine
//!
//! Not done: heap-allocated sudogs from a cache as in Go. Go needs them because stacks move; ours
//! do not, so the waiter record can stand in the frame that waits.
//! Models: `models/src/select.rs`
//! Go: runtime/runtime2.go sudog; runtime/chan.go waitq.dequeue (go1.27.3)
#![allow(unsafe_code)]
use std::cell::Cell;
use std::ptr::null_mut;

use super::g::G;
use crate::base::atomic::AtomicPtr;
use crate::base::atomic::Ordering::{AcqRel, Relaxed};
use crate::base::atomic::planted;

/// One goroutine waiting for one thing: an entry of a wait queue.
pub(crate) struct Sudog {
    pub(crate) g: *const G,
    /// Where the element is taken from or put to; null for waits without an element.
    pub(crate) elem: *mut (),
    pub(crate) next: *mut Sudog,
    pub(crate) prev: *mut Sudog,
    /// Belongs to a `select`: whoever serves it must first win `G::select_done`.
    pub(crate) is_select: bool,
    /// Woken by a partner (true) or by close (false).
    pub(crate) success: bool,
    /// In its queue now.
    pub(crate) queued: bool,
    /// Source position of the select case.
    pub(crate) case: u32,
    /// Text id of the value to send, for pictures.
    pub(crate) shown: u32,
}

impl Sudog {
    pub(crate) fn new(g: *const G, elem: *mut ()) -> Self {
        Self {
            g,
            elem,
            next: null_mut(),
            prev: null_mut(),
            is_select: false,
            success: false,
            queued: false,
            case: 0,
            shown: 0,
        }
    }
}

/// A FIFO of waiters, guarded by the lock of whatever owns it.
pub(crate) struct WaitQ {
    /// Atomic because the lock-free looks of a channel read it (never write).
    first: AtomicPtr<Sudog>,
    last: Cell<*mut Sudog>,
}

impl WaitQ {
    pub(crate) fn new() -> Self {
        Self { first: AtomicPtr::new(null_mut()), last: Cell::new(null_mut()) }
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.first.load(Relaxed).is_null()
    }

    /// # Safety
    /// The owner's lock is held; `s` is not in a queue and stays put until it leaves this one (G3).
    pub(crate) unsafe fn push_back(&self, s: *mut Sudog) {
        let last = self.last.get();
        // SAFETY: the caller's promise; all queued sudogs are alive by G3. Breaks: go_select6.
        unsafe {
            (*s).next = null_mut();
            (*s).prev = last;
            (*s).queued = true;
            if last.is_null() {
                self.first.store(s, Relaxed);
            } else {
                (*last).next = s;
            }
        }
        self.last.set(s);
    }

    /// # Safety
    /// As [`WaitQ::push_back`].
    pub(crate) unsafe fn push_front(&self, s: *mut Sudog) {
        let first = self.first.load(Relaxed);
        // SAFETY: as above.
        unsafe {
            (*s).prev = null_mut();
            (*s).next = first;
            (*s).queued = true;
            if first.is_null() {
                self.last.set(s);
            } else {
                (*first).prev = s;
            }
        }
        self.first.store(s, Relaxed);
    }

    /// Takes one waiter out wherever it stands; nothing happens when it is in no queue.
    ///
    /// # Safety
    /// The owner's lock is held and `s`, if queued, is in this queue.
    pub(crate) unsafe fn remove(&self, s: *mut Sudog) {
        // SAFETY: as above. Breaks: go_select6_dequeue_from_the_middle.
        unsafe {
            if !(*s).queued {
                return;
            }
            let (prev, next) = ((*s).prev, (*s).next);
            if prev.is_null() {
                self.first.store(next, Relaxed);
            } else {
                (*prev).next = next;
            }
            if next.is_null() {
                self.last.set(prev);
            } else {
                (*next).prev = prev;
            }
            (*s).queued = false;
            (*s).next = null_mut();
            (*s).prev = null_mut();
        }
    }

    /// The next waiter to be served. A waiter of a `select` that was already won elsewhere is
    /// dropped from the queue, told to `dropped`, and passed over.
    ///
    /// # Safety
    /// The owner's lock is held.
    #[inline]
    pub(crate) unsafe fn dequeue(&self, lifo: bool, dropped: impl Fn(*const G)) -> Option<*mut Sudog> {
        if self.first.load(Relaxed).is_null() {
            return None; // the usual case, without a call
        }
        // SAFETY: the caller's.
        unsafe { self.dequeue_waiting(lifo, dropped) }
    }

    unsafe fn dequeue_waiting(&self, lifo: bool, dropped: impl Fn(*const G)) -> Option<*mut Sudog> {
        loop {
            let s = if lifo { self.last.get() } else { self.first.load(Relaxed) };
            if s.is_null() {
                return None;
            }
            // SAFETY: queued, hence alive (G3).
            unsafe {
                self.remove(s);
                // The winner of this CAS alone may wake the goroutine. Pairs with the CAS of every
                // other channel of the same select. Breaks: go_doubleselect.
                if (*s).is_select
                    && (*(*s).g).select_done.compare_exchange(0, 1, AcqRel, Relaxed).is_err()
                    && !planted("dequeue-without-claim")
                {
                    dropped((*s).g);
                    continue;
                }
            }
            return Some(s);
        }
    }

    /// Goroutines in queue order.
    ///
    /// # Safety
    /// The owner's lock is held.
    pub(crate) unsafe fn waiters(&self) -> Vec<*const G> {
        let mut all = vec![];
        let mut s = self.first.load(Relaxed);
        while !s.is_null() {
            // SAFETY: queued, hence alive.
            unsafe {
                all.push((*s).g);
                s = (*s).next;
            }
        }
        all
    }
}
