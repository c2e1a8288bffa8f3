//! `select`: wait for the first of several channel operations.
//!
//! Three passes under the locks of all channels, as in Go (and on threads a look before them, case by
//! case, that needs one lock):
//!   1  in poll order (a fresh random permutation) take the first case that can go ahead
//!   2  if none can and there is no default, stand in the queue of every channel and sleep
//!   3  woken by the one who won `select_done`: leave all the other queues
//!
//! ```text
//!   syntax (the macro)   build (a list made at run time)
//!        └──── cases ───────┘      one record each, type erased
//!                 quick            threads only: the look before
//!               this file          pass 1; the look without a lock
//!               order, park        locks and poll order; pass 2 and 3
//! ```
//!
//! Invariants
//!   X1  locks are taken in one global order (address; creation order on the virtual platform,
//!       where addresses would differ from run to run), so two selects never deadlock
//!   X2  exactly one case happens; losing values stay with their owner
//!   X3  a nil channel's case is never ready and is in no queue
//!
//! Go: runtime/select.go selectgo, sellock, selparkcommit (go1.27.3)
#![allow(unsafe_code)]
mod build;
mod cases;
mod order;
mod park;
mod quick;
mod syntax;

use std::sync::atomic::Ordering::Acquire;

use self::order::{LockOrder, poll_order};
use super::fault::Faults;
use super::g::{self, G};
use super::hchan::{Done, Hdr};
use super::rt::Rt;
use super::virt::{OP_NS, POLL_NS};
use super::{panics, seam};
use crate::trace::event::NO_CAUSE;
use crate::trace::{Kind, WaitReason};

pub use build::{Got, Select};
pub use cases::{RecvCase, SendCase};

/// Cases that need no allocation.
const FEW: usize = 8;
/// Cases of one `select`, as in Go.
const CASES_MAX: usize = 65_536;

/// One case, type erased. Points into the frame of the select.
pub struct Scase {
    /// Null: a nil channel.
    hdr: *const Hdr,
    elem: *mut (),
    send: bool,
    /// Text id of the value to send.
    shown: u32,
}

/// Which case won. `is_next` walks the cases in source order.
pub struct Picked {
    index: usize,
    /// Receive: a value came (false: closed).
    ok: bool,
    /// How it was done, as in `ChanRecvDone`.
    how: u8,
    at: usize,
    tracing: bool,
}

impl Picked {
    /// Is it the next case in source order?
    #[doc(hidden)]
    pub fn is_next(&mut self) -> bool {
        self.at += 1;
        self.at - 1 == self.index
    }
    #[doc(hidden)]
    #[must_use]
    pub fn ok(&self) -> bool {
        self.ok
    }
}

/// The index that stands for `default`.
pub const DEFAULT: usize = usize::MAX;

/// Runs the select over `cases`. Never returns when no case can ever be ready.
#[doc(hidden)]
pub fn wait(cases: &mut [Scase], has_default: bool) -> Picked {
    let g = g::me();
    let rt = g.rt();
    seam::point(g, if has_default { POLL_NS } else { OP_NS });
    let quick = if rt.plain { quick::look(g, rt, cases, has_default) } else { None };
    let (index, ok, how) = match quick {
        Some(outcome) => outcome,
        None => under_all_locks(g, rt, cases, has_default),
    };
    Picked { index, ok, how, at: 0, tracing: rt.tracing }
}

#[inline(never)]
fn under_all_locks(g: &G, rt: &Rt, cases: &mut [Scase], has_default: bool) -> Outcome {
    assert!(cases.len() <= CASES_MAX, "select: too many cases (max {CASES_MAX})");
    let nils = cases.iter().filter(|c| c.hdr.is_null()).count();
    rt.event(Kind::Select, cases.len() as u32, nils as u64, u8::from(has_default), NO_CAUSE);
    for c in cases.iter().filter(|c| !c.hdr.is_null()) {
        // SAFETY: as in LockOrder.
        let h = unsafe { &*c.hdr };
        h.check_run(rt);
        h.poll_timer(rt);
        if !has_default {
            h.begin_wait(rt);
        }
    }
    let outcome = select_go(g, rt, cases, has_default);
    if !has_default {
        for c in cases.iter().filter(|c| !c.hdr.is_null()) {
            // SAFETY: as above.
            unsafe { (*c.hdr).end_wait(rt) };
        }
    }
    outcome
}

/// Winner, whether a receive got a value, and how.
type Outcome = (usize, bool, u8);

fn select_go(g: &G, rt: &Rt, cases: &mut [Scase], has_default: bool) -> Outcome {
    if has_default && cases.len() == 1 && cannot_now(&cases[0], rt) {
        return (DEFAULT, false, 0);
    }
    let mut poll = order::List::new();
    poll_order(g, rt, cases, &mut poll);
    let mut order = LockOrder::new();
    order.fill(cases, rt);
    order.lock(rt);
    // Pass 1.
    for &i in poll.get() {
        if let Some(r) = try_case(g, rt, cases, i, || order.unlock()) {
            return r;
        }
    }
    if has_default {
        order.unlock();
        rt.event(Kind::SelectDone, u32::MAX, 0, 0, NO_CAUSE);
        return (DEFAULT, false, 0);
    }
    if order.is_empty() {
        // SAFETY: no commit function.
        unsafe { seam::park(g, WaitReason::SelectNoCases, 0, None) };
        seam::halt();
    }
    park::park_on_all(g, rt, cases, &order, poll.get())
}

/// The lock-free look of a select with one case and a default (Go: selectnbrecv, selectnbsend).
fn cannot_now(c: &Scase, rt: &Rt) -> bool {
    if c.hdr.is_null() {
        rt.event(Kind::SelectDone, u32::MAX, 0, 0, NO_CAUSE);
        return true;
    }
    // SAFETY: as in LockOrder.
    let h = unsafe { &*c.hdr };
    let closed = || h.closed.load(Acquire);
    let no = if c.send { !closed() && h.looks_full() } else { h.looks_empty() && !closed() };
    if no && !h.faults.has(Faults::CHAN_LOCK_ALWAYS) {
        rt.event(Kind::ChanMiss, h.id, 1, u8::from(!c.send), NO_CAUSE);
        rt.event(Kind::SelectDone, u32::MAX, 0, 0, NO_CAUSE);
        return true;
    }
    false
}

/// Tries case `i`, whose lock is held; `unlock` lets go what is held when it has happened.
#[inline]
fn try_case(g: &G, rt: &Rt, cases: &[Scase], i: usize, unlock: impl FnOnce()) -> Option<Outcome> {
    let c = &cases[i];
    // SAFETY: its lock is held; `elem` is the case's slot.
    let h = unsafe { &*c.hdr };
    rt.event(Kind::SelectPoll, i as u32, u64::from(h.id), 0, NO_CAUSE);
    // SAFETY: as above.
    let done = unsafe { if c.send { (h.vt.send)(h, c.elem) } else { (h.vt.recv)(h, c.elem) } };
    let (ok, how) = match done {
        Done::Wait => return None,
        Done::Ok { wake, how, slot } => {
            unlock();
            let seq = rt.event(Kind::SelectDone, i as u32, u64::from(h.id), 0, NO_CAUSE);
            if c.send {
                rt.event(Kind::ChanSend, h.id, u64::from(c.shown), 1, seq);
                rt.event(Kind::ChanSendDone, h.id, u64::from(slot), how, seq);
            }
            if let Some(w) = wake {
                seam::ready_by(g, w, seq);
                seam::point(g, 0);
            }
            (true, how)
        }
        Done::Closed => {
            unlock();
            if c.send && !h.faults.has(Faults::SEND_TO_CLOSED_IGNORED) {
                panics::throw("send on closed channel");
            }
            rt.event(Kind::SelectDone, i as u32, u64::from(h.id), 0, NO_CAUSE);
            (c.send, 3)
        }
    };
    Some((i, ok, how))
}
