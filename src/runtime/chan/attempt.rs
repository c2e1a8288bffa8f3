//! Send and receive that do not wait: a `select` of one case and a default.
//!
//! Both look without the lock first, as Go's `full` and `empty` do; what makes that look sound is
//! the order of its two loads.
#![allow(unsafe_code)]
use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::atomic::Ordering::Acquire;

use super::Chan;
use crate::runtime::fault::Faults;
use crate::runtime::g;
use crate::runtime::hchan::Done;
use crate::runtime::virt::POLL_NS;
use crate::runtime::{panics, seam};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// What a non-blocking receive found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecv<T> {
    Value(T),
    /// Open, nothing to take now.
    Empty,
    /// Closed and drained.
    Closed,
}

impl<T: Send + 'static> Chan<T> {
    /// `select { case ch <- v: default: }`: true if it was sent.
    ///
    /// # Panics
    /// `send on closed channel`.
    pub fn try_send(&self, v: T) -> bool {
        let g = g::me();
        seam::point(g, POLL_NS);
        let Some(c) = &self.0 else { return false };
        let (h, rt) = (&c.hdr, g.rt());
        h.check_run(rt);
        let miss = |locked: bool| {
            rt.event(Kind::ChanMiss, h.id, u64::from(!locked), 0, NO_CAUSE);
            false
        };
        // The lock-free look: `closed` first, so that a channel seen open and then full was full
        // while open, at one moment (Go's argument at the head of chansend).
        if !h.closed.load(Acquire) && h.looks_full() && !h.faults.has(Faults::CHAN_LOCK_ALWAYS) {
            return miss(false);
        }
        let shown = Self::shown(c, g, &v);
        let mut v = ManuallyDrop::new(v);
        h.lock(rt);
        // SAFETY: lock held; the value is there.
        let done = unsafe { c.send_locked(&raw mut *v) };
        h.lock.unlock();
        match done {
            Done::Ok { wake, how, slot } => {
                rt.event(Kind::ChanSend, h.id, u64::from(shown), 1, NO_CAUSE);
                let seq = rt.event(Kind::ChanSendDone, h.id, u64::from(slot), how, NO_CAUSE);
                if let Some(w) = wake {
                    seam::ready_by(g, w, seq);
                }
                true
            }
            Done::Closed => {
                drop(ManuallyDrop::into_inner(v));
                if h.faults.has(Faults::SEND_TO_CLOSED_IGNORED) {
                    return true;
                }
                panics::throw("send on closed channel")
            }
            Done::Wait => {
                drop(ManuallyDrop::into_inner(v));
                miss(true)
            }
        }
    }

    /// `select { case v, ok := <-ch: default: }`.
    pub fn try_recv(&self) -> TryRecv<T> {
        let g = g::me();
        seam::point(g, POLL_NS);
        let Some(c) = &self.0 else { return TryRecv::Empty };
        let (h, rt) = (&c.hdr, g.rt());
        h.check_run(rt);
        h.poll_timer(rt);
        let always = h.faults.has(Faults::CHAN_LOCK_ALWAYS);
        // Empty first, then closed: if it is still open afterwards, it was open and empty at the
        // first look. If it was closed meanwhile, a value may have come before the close.
        if h.looks_empty() && !h.closed.load(Acquire) && !always {
            rt.event(Kind::ChanMiss, h.id, 1, 1, NO_CAUSE);
            return TryRecv::Empty;
        }
        let mut slot = MaybeUninit::<T>::uninit();
        h.lock(rt);
        // SAFETY: lock held; the slot is free.
        let done = unsafe { c.recv_locked(slot.as_mut_ptr()) };
        h.lock.unlock();
        match done {
            Done::Ok { wake, how, .. } => {
                // SAFETY: Ok means the slot was filled.
                let v = unsafe { slot.assume_init() };
                rt.event(Kind::ChanRecv, h.id, 0, 1, NO_CAUSE);
                let seq = Self::trace_recv(c, g, &v, how);
                if let Some(w) = wake {
                    seam::ready_by(g, w, seq);
                }
                TryRecv::Value(v)
            }
            Done::Closed => {
                rt.event(Kind::ChanRecvDone, h.id, 0, 3, NO_CAUSE);
                TryRecv::Closed
            }
            Done::Wait => {
                rt.event(Kind::ChanMiss, h.id, 0, 1, NO_CAUSE);
                TryRecv::Empty
            }
        }
    }
}
