//! Pass 2 and 3 of a `select`: stand in every queue, sleep, leave the queues that lost.
//!
//! The waiter records lie in this frame (or on the heap when they are many) and do not move while
//! they are queued: rule G3 of `g`.
#![allow(unsafe_code)]
use std::ptr::null_mut;
use std::sync::atomic::Ordering::Relaxed;

use smallvec::SmallVec;

use super::order::{LockOrder, unlock_all};
use super::{FEW, Outcome, Scase};
use crate::runtime::fault::Faults;
use crate::runtime::g::{G, Sudog};
use crate::runtime::hchan::trace_wait;
use crate::runtime::rt::Rt;
use crate::runtime::{panics, seam};
use crate::trace::event::NO_CAUSE;
use crate::trace::{Kind, WaitReason};

/// Pass 2 and 3.
pub(super) fn park_on_all(g: &G, rt: &Rt, cases: &[Scase], order: &LockOrder, poll: &[usize]) -> Outcome {
    g.select_done.store(0, Relaxed);
    g.param.set(null_mut());
    // In this frame when they are few; either way they do not move once they are in queues.
    let mut waiters: SmallVec<[Sudog; FEW / 2]> = cases.iter().map(|c| Sudog::new(g, c.elem)).collect();
    let keeps = rt.faults.has(Faults::SELECT_KEEPS_LOSERS) && rt.virt.is_some();
    if keeps {
        waiters.grow(FEW.max(waiters.len()) * 2); // to the heap, where losers may stay
    }
    let base = waiters.as_mut_ptr();
    // In poll order, so that of two cases on one channel either may be served first.
    for &i in poll {
        let c = &cases[i];
        // SAFETY: all locks held; the records live in this frame's box until the end (G3).
        unsafe {
            let s = base.add(i);
            (*s).is_select = true;
            (*s).case = i as u32;
            (*s).shown = c.shown;
            let st = (*c.hdr).state();
            if c.send {
                st.sendq.push_back(s);
            } else {
                st.recvq.push_back(s);
            }
            trace_wait(&*c.hdr, rt, u8::from(!c.send), c.shown);
        }
    }
    // SAFETY: `order` lives in the caller's frame; its locks are held.
    unsafe { seam::park(g, WaitReason::Select, 0, Some((unlock_all, std::ptr::from_ref(order).cast()))) };
    let winner = g.param.get();
    let ours = (0..cases.len()).any(|i| std::ptr::eq(base.wrapping_add(i), winner));
    if keeps {
        abandon_losers(waiters, winner);
    } else {
        leave_losers(g, rt, cases, order, base, winner);
    }
    // SAFETY: `param` is a waiter record of this goroutine; the waker is done with it. With the
    // planted bug it may be one of an earlier select, whose value then goes to nobody.
    let (i, ok) = unsafe { (((*winner).case as usize).min(cases.len() - 1), (*winner).success && ours) };
    let c = &cases[i];
    // SAFETY: as above.
    let h = unsafe { &*c.hdr };
    rt.event(Kind::SelectDone, i as u32, u64::from(h.id), 1, g.wake_seq.load(Relaxed));
    if c.send {
        if !ok && ours {
            panics::throw("send on closed channel");
        }
        rt.event(Kind::ChanSendDone, h.id, 0, 2, g.wake_seq.load(Relaxed));
    }
    (i, ok, if ok { 2 } else { 3 })
}

/// The planted bug: losing records stay in their queues. They and their slots are leaked, so that a
/// later sender writes into memory that exists.
fn abandon_losers(mut waiters: SmallVec<[Sudog; FEW / 2]>, winner: *mut Sudog) {
    for w in &mut waiters {
        if !std::ptr::eq(w, winner) && w.queued {
            w.elem = Box::leak(Box::new([0u128; 64])).as_mut_ptr().cast();
        }
    }
    // On the heap since `park_on_all`: stays there for ever.
    std::mem::forget(waiters);
}

fn leave_losers(g: &G, rt: &Rt, cases: &[Scase], order: &LockOrder, base: *mut Sudog, winner: *mut Sudog) {
    for h in order.channels() {
        // SAFETY: as in LockOrder.
        unsafe { (**h).lock(rt) };
    }
    for (i, c) in cases.iter().enumerate().filter(|(_, c)| !c.hdr.is_null()) {
        // SAFETY: all locks held; our own records.
        unsafe {
            let s = base.add(i);
            if std::ptr::eq(s, winner) {
                continue;
            }
            let st = (*c.hdr).state();
            if rt.faults.has(Faults::SELECT_DEQUEUES_ALL) {
                let q = if c.send { &st.sendq } else { &st.recvq };
                while q.dequeue(false, |_| ()).is_some() {}
                continue;
            }
            let was_queued = (*s).queued;
            if c.send {
                st.sendq.remove(s);
            } else {
                st.recvq.remove(s);
            }
            if was_queued {
                rt.event(Kind::ChanUnwait, (*c.hdr).id, u64::from(g.id()), u8::from(!c.send), NO_CAUSE);
            }
        }
    }
    order.unlock();
}
