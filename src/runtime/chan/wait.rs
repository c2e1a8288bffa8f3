//! Send and receive that wait.
//!
//! The waiter record and the value (or its slot) lie in this frame while the goroutine is parked;
//! the waker has taken the record out of its queue before it makes the goroutine runnable (rule G3
//! of `g`).
#![allow(unsafe_code)]
use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::Chan;
use crate::runtime::fault::Faults;
use crate::runtime::g::{self, G};
use crate::runtime::hchan::{Done, Hchan, trace_wait, unlock_commit, waiter};
use crate::runtime::virt::OP_NS;
use crate::runtime::{panics, seam};
use crate::trace::event::NO_CAUSE;
use crate::trace::{Kind, WaitReason};

impl<T: Send + 'static> Chan<T> {
    /// Sends `v`; waits until a receiver or a free slot takes it.
    ///
    /// # Panics
    /// `send on closed channel`, also when it is closed while waiting.
    pub fn send(&self, v: T) {
        let g = g::me();
        seam::point(g, OP_NS);
        let Some(c) = &self.0 else { return Self::wait_on_nil(g, WaitReason::ChanSendNil) };
        let (h, rt) = (&c.hdr, g.rt());
        h.check_run(rt);
        let shown = Self::shown(c, g, &v);
        rt.event(Kind::ChanSend, h.id, u64::from(shown), 0, NO_CAUSE);
        let mut v = ManuallyDrop::new(v);
        let elem: *mut T = &raw mut *v;
        h.lock(rt);
        // SAFETY: lock held; `elem` holds the value.
        match unsafe { c.send_locked(elem) } {
            Done::Ok { wake, how, slot } => {
                h.lock.unlock();
                let seq = rt.event(Kind::ChanSendDone, h.id, u64::from(slot), how, NO_CAUSE);
                if let Some(w) = wake {
                    seam::ready_by(g, w, seq);
                    seam::point(g, 0);
                }
            }
            Done::Closed => {
                h.lock.unlock();
                drop(ManuallyDrop::into_inner(v));
                if !h.faults.has(Faults::SEND_TO_CLOSED_IGNORED) {
                    panics::throw("send on closed channel");
                }
            }
            Done::Wait => {
                let mut me = waiter(g, elem.cast(), shown);
                g.param.set(std::ptr::null_mut());
                // SAFETY: lock held; `me` and `v` live in this frame until we are woken, and the
                // waker has taken us out of the queue by then (G3).
                unsafe { h.state().sendq.push_back(&raw mut me) };
                trace_wait(h, rt, 0, shown);
                // SAFETY: the commit unlocks the channel that this handle keeps alive.
                unsafe {
                    seam::park(g, WaitReason::ChanSend, h.id, Some((unlock_commit, std::ptr::from_ref(h).cast())));
                };
                // SAFETY: read after the wake; the waker wrote it under the lock.
                let served = unsafe { (&raw const me.success).read_volatile() };
                if served {
                    rt.event(Kind::ChanSendDone, h.id, 0, 2, g.wake_seq.load(Relaxed));
                } else {
                    drop(ManuallyDrop::into_inner(v));
                    panics::throw("send on closed channel");
                }
            }
        }
    }

    /// Receives; waits for a value. `None` when the channel is closed and drained.
    pub fn recv(&self) -> Option<T> {
        let g = g::me();
        seam::point(g, OP_NS);
        let Some(c) = &self.0 else {
            Self::wait_on_nil(g, WaitReason::ChanReceiveNil);
            return None;
        };
        let (h, rt) = (&c.hdr, g.rt());
        h.check_run(rt);
        rt.event(Kind::ChanRecv, h.id, 0, 0, NO_CAUSE);
        h.poll_timer(rt);
        // Before the lock: the timer's own send takes it (rule T3 of `timers`).
        h.begin_wait(rt);
        let got = Self::recv_open(c, g);
        h.end_wait(rt);
        got
    }

    fn recv_open(c: &Arc<Hchan<T>>, g: &G) -> Option<T> {
        let (h, rt) = (&c.hdr, g.rt());
        let mut slot = MaybeUninit::<T>::uninit();
        h.lock(rt);
        // SAFETY: lock held; the slot is free.
        match unsafe { c.recv_locked(slot.as_mut_ptr()) } {
            Done::Ok { wake, how, .. } => {
                h.lock.unlock();
                // SAFETY: Ok means the slot was filled.
                let v = unsafe { slot.assume_init() };
                let seq = Self::trace_recv(c, g, &v, how);
                if let Some(w) = wake {
                    seam::ready_by(g, w, seq);
                    seam::point(g, 0);
                }
                Some(v)
            }
            Done::Closed => {
                h.lock.unlock();
                rt.event(Kind::ChanRecvDone, h.id, 0, 3, NO_CAUSE);
                None
            }
            Done::Wait => {
                let mut me = waiter(g, slot.as_mut_ptr().cast(), 0);
                g.param.set(std::ptr::null_mut());
                // SAFETY: as in `send`.
                unsafe { h.state().recvq.push_back(&raw mut me) };
                trace_wait(h, rt, 1, 0);
                // SAFETY: as in `send`.
                unsafe {
                    seam::park(g, WaitReason::ChanReceive, h.id, Some((unlock_commit, std::ptr::from_ref(h).cast())));
                };
                // SAFETY: as in `send`.
                if unsafe { (&raw const me.success).read_volatile() } {
                    // SAFETY: the sender filled the slot.
                    let v = unsafe { slot.assume_init() };
                    Self::trace_recv(c, g, &v, 2);
                    Some(v)
                } else {
                    rt.event(Kind::ChanRecvDone, h.id, 0, 3, g.wake_seq.load(Relaxed));
                    None
                }
            }
        }
    }

    pub(super) fn trace_recv(c: &Hchan<T>, g: &G, v: &T, how: u8) -> u32 {
        if !g.rt().tracing {
            return NO_CAUSE;
        }
        let cause = if how == 2 { g.wake_seq.load(Relaxed) } else { NO_CAUSE };
        let shown = Self::shown(c, g, v);
        g.rt().event(Kind::ChanRecvDone, c.hdr.id, u64::from(shown), how, cause)
    }

    /// `v, ok := <-ch`: the zero value and false when closed and drained.
    pub fn recv_ok(&self) -> (T, bool)
    where
        T: Default,
    {
        self.recv().map_or_else(|| (T::default(), false), |v| (v, true))
    }
}
