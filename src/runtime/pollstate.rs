//! One side of a descriptor: NONE, READY, or the goroutine that waits.
//!
//! ```text
//!            told                    told: wakes it
//!   NONE ───────────► READY     G ───────────────────► NONE
//!    ▲ ▲               │        ▲
//!    │ └─── arm ───────┘        │ commit (only from NONE; from READY the wait is over at once)
//!    └──── close, deadline ─────┘
//! ```
//!
//! Invariants
//!   N1  every change is one swap or CAS, so that readiness and wait never miss each other
//!   N4  close and deadline raise their flag *before* they swap the word; the waiter looks at the
//!       flags *after* its CAS. Whichever of the two read-modify-writes comes second sees the other
//!       side. A waiter is woken by exactly one of readiness, close, deadline and its own look
//!
//! Models: `models/src/poll.rs`
//! Go: runtime/netpoll.go netpollblock, netpollunblock (go1.27.3)
use std::ptr::null_mut;

use super::g::G;
use crate::base::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use crate::base::atomic::{AtomicBool, AtomicPtr, planted};

const READY: *mut G = std::ptr::without_provenance_mut(1);

/// The word of one side.
pub(crate) struct Word(AtomicPtr<G>);

impl Default for Word {
    fn default() -> Self {
        Self(AtomicPtr::new(null_mut()))
    }
}

impl Word {
    /// For a new connection; nobody else knows the descriptor.
    pub(crate) fn reset(&self) {
        self.0.store(null_mut(), Release);
    }

    /// The side became ready. Returns who waited; the caller wakes it.
    pub(crate) fn told(&self) -> Option<*const G> {
        let old = self.0.swap(READY, AcqRel);
        if old.is_null() || old == READY {
            return None;
        }
        // The waiter takes readiness as told: its side is empty again.
        let _ = self.0.compare_exchange(READY, null_mut(), AcqRel, Relaxed);
        Some(old)
    }

    /// Raises `flag` (closing, or too late) and returns who waited; the caller wakes it.
    pub(crate) fn stop(&self, flag: &AtomicBool) -> Option<*const G> {
        if planted("poll-flag-after-swap") {
            let old = self.0.swap(null_mut(), AcqRel);
            flag.store(true, Release);
            return (!old.is_null() && old != READY).then_some(old.cast_const());
        }
        flag.store(true, Release); // N4
        let old = self.0.swap(null_mut(), AcqRel);
        (!old.is_null() && old != READY).then_some(old.cast_const())
    }

    /// Forgets readiness told before the last try.
    pub(crate) fn arm(&self) {
        let _ = self.0.compare_exchange(READY, null_mut(), AcqRel, Relaxed);
    }

    /// `g` has been switched away and wants to wait. False: it must be woken by the caller, because
    /// readiness came first or `stopped` says that waiting is over.
    ///
    /// From the CAS on another thread may wake `g`: `stopped` may use nothing of its frame.
    pub(crate) fn commit(&self, g: *const G, stopped: impl Fn() -> bool) -> bool {
        if self.0.compare_exchange(null_mut(), g.cast_mut(), AcqRel, Acquire).is_err() {
            self.0.store(null_mut(), Release);
            return false;
        }
        if planted("poll-no-second-look") {
            return true;
        }
        if planted("poll-wakes-twice") {
            return !stopped();
        }
        // Closed, or too late, between the first look and the CAS. Whoever takes `g` out wakes it.
        !(stopped() && self.0.compare_exchange(g.cast_mut(), null_mut(), AcqRel, Acquire).is_ok())
    }
}
