//! The channel itself: a ring, two queues of waiters, one lock.
//!
//! Invariants
//!   H1  at least one of `sendq` and `recvq` is empty — except that one goroutine may stand in both
//!       through a `select` that both sends to and receives from the same unbuffered channel
//!   H2  `qcount > 0` (buffered) means `recvq` is empty; `qcount < cap` means `sendq` is empty
//!   H3  everything but `id` and the copies of `qcount` and `closed` for the lock-free look is
//!       guarded by `lock`
//!   H4  a value is moved exactly once or twice: sender → ring → receiver, or sender → receiver
//!
//! Direct hand-off: when a receiver already waits, the sender writes into the receiver's frame and
//! makes it runnable; the ring is not touched. When the ring is full and a sender waits, a receiver
//! takes the head and the waiting sender's value goes into the freed slot, so order is kept.
//!
//! Not done: a lock-free ring. `select` must see all its channels at one moment, and wake-ups must
//! be FIFO; both need the lock.
//! Go: runtime/chan.go hchan, chansend, chanrecv, closechan, empty, full (go1.27.3)
#![allow(unsafe_code)]
use std::cell::{Cell, UnsafeCell};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::sync::{Arc, OnceLock};

use super::fault::Faults;
use super::g::{self, G, Sudog, WaitQ};
use super::lock::RawLock;
use super::rt::Rt;
use super::timers::Timer;
use crate::trace::Kind;
use crate::trace::event::{NO_CAUSE, Seq};

/// The part that does not depend on the element type; always the first field of [`Hchan`].
#[repr(C)]
pub(crate) struct Hdr {
    pub(crate) lock: RawLock,
    pub(crate) closed: AtomicBool,
    pub(crate) faults: Faults,
    pub(crate) id: u32,
    pub(crate) rt_id: u64,
    pub(crate) qcount: AtomicUsize,
    /// Slots of the ring.
    pub(crate) dataqsiz: usize,
    state: State,
    /// Lock acquisitions and element moves, for the curious; written under the lock.
    pub(crate) locks: AtomicU64,
    pub(crate) copies: AtomicU64,
    pub(crate) vt: VTable,
    /// The timer that sends into this channel, if one does.
    pub(crate) timer: OnceLock<Arc<Timer>>,
}

pub(crate) struct State {
    pub(crate) sendx: Cell<usize>,
    pub(crate) recvx: Cell<usize>,
    pub(crate) sendq: WaitQ,
    pub(crate) recvq: WaitQ,
}

/// The two operations of `select`, for a channel whose element type it does not know.
#[derive(Clone, Copy)]
pub(crate) struct VTable {
    pub(crate) send: unsafe fn(*const Hdr, *mut ()) -> Done,
    pub(crate) recv: unsafe fn(*const Hdr, *mut ()) -> Done,
}

/// What an attempt under the lock came to.
pub(crate) enum Done {
    /// Nothing to do now: the caller must wait.
    Wait,
    /// Closed: a send must panic, a receive gets the zero value.
    Closed,
    /// Done. `wake`: the waiter to make runnable after the lock is gone; `how` and `slot` as in
    /// the events `ChanSendDone` and `ChanRecvDone`.
    Ok { wake: Option<*const G>, how: u8, slot: u32 },
}

#[repr(C)]
pub(crate) struct Hchan<T> {
    pub(crate) hdr: Hdr,
    ring: UnsafeCell<Box<[MaybeUninit<T>]>>,
    /// How to show a value in pictures; set for named channels.
    pub(crate) show: Option<fn(&T) -> String>,
}

// SAFETY: H3; values of T move between goroutines and hence threads, so T must be Send.
unsafe impl<T: Send> Sync for Hchan<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Hchan<T> {}

impl Hdr {
    /// Locks it and counts.
    #[inline]
    pub(crate) fn lock(&self, rt: &Rt) {
        self.lock.lock_alone(rt.alone());
        self.locks.store(self.locks.load(Relaxed) + 1, Relaxed);
    }

    /// # Safety
    /// The lock is held by the caller.
    pub(crate) unsafe fn state(&self) -> &State {
        &self.state
    }

    /// A goroutine of another run must not use it: its waiters would outlive their stacks.
    #[inline]
    pub(crate) fn check_run(&self, rt: &Rt) {
        assert!(self.rt_id == rt.id, "a channel works only in the run that made it");
    }

    /// The event of a waiter whose select was won elsewhere leaving a queue (0 send, 1 receive).
    pub(crate) fn left(&self, g: *const G, why: u8) {
        // SAFETY: G1.
        let g = unsafe { &*g };
        g.rt().event(Kind::ChanUnwait, self.id, u64::from(g.id()), why, NO_CAUSE);
    }

    fn moved(&self) {
        self.copies.store(self.copies.load(Relaxed) + 1, Relaxed);
    }

    /// A receive would wait, judged without the lock (H3). One word decides, so the answer was
    /// true at one moment: Go's `empty`.
    pub(crate) fn looks_empty(&self) -> bool {
        if self.dataqsiz > 0 {
            return self.qcount.load(Acquire) == 0;
        }
        self.state.sendq.is_empty()
    }

    /// A send would wait, judged without the lock: Go's `full`.
    pub(crate) fn looks_full(&self) -> bool {
        if self.dataqsiz > 0 {
            return self.qcount.load(Acquire) == self.dataqsiz;
        }
        self.state.recvq.is_empty()
    }

    /// Fires a timer channel that is due (rule T3 of `timers`).
    #[inline]
    pub(crate) fn poll_timer(&self, rt: &Rt) {
        if let Some(t) = self.timer.get() {
            t.poll(rt);
        }
    }

    #[inline]
    pub(crate) fn begin_wait(&self, rt: &Rt) {
        if let Some(t) = self.timer.get() {
            t.begin_wait(rt);
        }
    }

    #[inline]
    pub(crate) fn end_wait(&self, rt: &Rt) {
        if let Some(t) = self.timer.get() {
            t.end_wait(rt);
        }
    }
}

impl<T: Send + 'static> Hchan<T> {
    pub(crate) fn new(rt: &Rt, name: &str, cap: usize, show: Option<fn(&T) -> String>) -> Self {
        let slots = if cap == 0 && rt.faults.has(Faults::UNBUFFERED_ASYNC) { 1 } else { cap };
        let ring: Box<[MaybeUninit<T>]> = (0..slots).map(|_| MaybeUninit::uninit()).collect();
        Self {
            hdr: Hdr {
                lock: RawLock::new(),
                closed: AtomicBool::new(false),
                faults: rt.faults,
                id: rt.new_chan(name, cap),
                rt_id: rt.id,
                qcount: AtomicUsize::new(0),
                dataqsiz: slots,
                state: State { sendx: Cell::new(0), recvx: Cell::new(0), sendq: WaitQ::new(), recvq: WaitQ::new() },
                locks: AtomicU64::new(0),
                copies: AtomicU64::new(0),
                vt: VTable { send: send_erased::<T>, recv: recv_erased::<T> },
                timer: OnceLock::new(),
            },
            ring: UnsafeCell::new(ring),
            show,
        }
    }

    /// Moves a value into slot `sendx`.
    ///
    /// # Safety
    /// The lock is held, the ring is not full, `elem` holds a value that is given up.
    unsafe fn push(&self, elem: *mut T) -> usize {
        // SAFETY: H2, H3: the slot is free and ours.
        unsafe {
            let s = self.hdr.state();
            let at = s.sendx.get();
            (&mut *self.ring.get())[at].write(elem.read());
            s.sendx.set(if at + 1 == self.hdr.dataqsiz { 0 } else { at + 1 });
            self.hdr.qcount.store(self.hdr.qcount.load(Relaxed) + 1, Release);
            self.hdr.moved();
            at
        }
    }

    /// Moves the value in slot `recvx` out into `to`.
    ///
    /// # Safety
    /// The lock is held, the ring is not empty, `to` is free.
    unsafe fn pop(&self, to: *mut T) -> usize {
        // SAFETY: H2, H3: the slot holds a value.
        unsafe {
            let s = self.hdr.state();
            let at = s.recvx.get();
            to.write((&*self.ring.get())[at].assume_init_read());
            s.recvx.set(if at + 1 == self.hdr.dataqsiz { 0 } else { at + 1 });
            self.hdr.qcount.store(self.hdr.qcount.load(Relaxed) - 1, Release);
            self.hdr.moved();
            at
        }
    }

    /// Tries to send the value at `elem`; on `Ok` it has been moved away.
    ///
    /// # Safety
    /// The lock is held; `elem` holds a value.
    pub(crate) unsafe fn send_locked(&self, elem: *mut T) -> Done {
        let h = &self.hdr;
        if h.closed.load(Relaxed) {
            return Done::Closed;
        }
        // SAFETY: lock held; a dequeued receiver is parked with `elem` pointing into its frame (G3).
        unsafe {
            let through_ring = h.faults.has(Faults::NO_DIRECT_SEND) && h.dataqsiz > 0;
            if let Some(r) = h.state().recvq.dequeue(h.faults.has(Faults::WAITQ_LIFO), |g| h.left(g, 1)) {
                let to = (*r).elem.cast::<T>();
                if through_ring {
                    self.push(elem);
                    self.pop(to);
                } else {
                    to.write(elem.read());
                    h.moved();
                }
                (*r).success = true;
                (*(*r).g).param.set(r);
                return Done::Ok { wake: Some((*r).g), how: u8::from(through_ring), slot: (*(*r).g).id() };
            }
            if h.qcount.load(Relaxed) < h.dataqsiz {
                let at = self.push(elem);
                return Done::Ok { wake: None, how: 1, slot: at as u32 };
            }
        }
        Done::Wait
    }

    /// Tries to receive into `to`; on `Ok` it holds a value.
    ///
    /// # Safety
    /// The lock is held; `to` is free.
    pub(crate) unsafe fn recv_locked(&self, to: *mut T) -> Done {
        let h = &self.hdr;
        // SAFETY: lock held; a dequeued sender is parked with `elem` pointing at its value (G3).
        unsafe {
            if h.closed.load(Relaxed) && h.qcount.load(Relaxed) == 0 {
                return Done::Closed;
            }
            if !h.closed.load(Relaxed)
                && let Some(s) = h.state().sendq.dequeue(h.faults.has(Faults::WAITQ_LIFO), |g| h.left(g, 0))
            {
                let from = (*s).elem.cast::<T>();
                let skips = h.faults.has(Faults::RECV_SKIPS_BUFFER);
                let how = if h.dataqsiz == 0 || skips {
                    to.write(from.read());
                    h.moved();
                    0
                } else {
                    // Full ring: head out, the sender's value into the freed slot (H4).
                    self.pop(to);
                    self.push(from);
                    4
                };
                (*s).success = true;
                (*(*s).g).param.set(s);
                return Done::Ok { wake: Some((*s).g), how, slot: 0 };
            }
            if h.qcount.load(Relaxed) > 0 {
                let at = self.pop(to);
                return Done::Ok { wake: None, how: 1, slot: at as u32 };
            }
        }
        Done::Wait
    }

    /// Closes it. `Err` if it was closed already. Returns the goroutines to wake, in order.
    pub(crate) fn close(&self, rt: &Rt) -> Result<Vec<*const G>, ()> {
        let h = &self.hdr;
        h.lock(rt);
        if h.closed.load(Relaxed) {
            h.lock.unlock();
            return Err(());
        }
        h.closed.store(true, Release);
        let mut wake = vec![];
        // SAFETY: lock held; every queued waiter is parked (G3).
        unsafe {
            if h.faults.has(Faults::CLOSE_DROPS_BUFFER) {
                while h.qcount.load(Relaxed) > 0 {
                    let mut v = MaybeUninit::<T>::uninit();
                    self.pop(v.as_mut_ptr());
                    v.assume_init_drop();
                }
            }
            let one = h.faults.has(Faults::CLOSE_WAKES_ONE);
            let s = h.state();
            // Receivers before senders, each from the longest waiting; turned round below.
            while let Some(w) = if one && !wake.is_empty() { None } else { s.recvq.dequeue(false, |g| h.left(g, 1)) } {
                (*w).success = false;
                (*(*w).g).param.set(w);
                wake.push((*w).g);
            }
            while let Some(w) = if one && !wake.is_empty() { None } else { s.sendq.dequeue(false, |g| h.left(g, 0)) } {
                (*w).success = false;
                (*(*w).g).param.set(w);
                wake.push((*w).g);
            }
        }
        h.lock.unlock();
        // Go collects them on a stack: the one who waited longest is made runnable last, so it
        // gets runnext and runs first; the others follow from the last to the second.
        wake.reverse();
        Ok(wake)
    }

    /// A timer sends the time, on a thread's own stack or a goroutine's: never waits.
    pub(crate) fn timer_send(&self, rt: &Rt, v: T, cause: Seq) {
        let mut v = ManuallyDrop::new(v);
        self.hdr.lock(rt);
        // SAFETY: lock held; the value is there, and is given up when the answer is `Ok`.
        let done = unsafe { self.send_locked(&raw mut *v) };
        self.hdr.lock.unlock();
        if let Done::Ok { wake, how, slot } = done {
            let seq = rt.event_of(0, Kind::ChanSendDone, self.hdr.id, u64::from(slot), how, cause);
            if let Some(w) = wake {
                super::seam::ready(w, seq);
            }
        } else {
            drop(ManuallyDrop::into_inner(v));
        }
    }

    /// Empties the ring (a timer was stopped or set again: no stale value, Go 1.23).
    pub(crate) fn drain(&self, rt: &Rt) {
        self.hdr.lock(rt);
        while self.hdr.qcount.load(Relaxed) > 0 {
            let mut v = MaybeUninit::<T>::uninit();
            // SAFETY: lock held and not empty.
            unsafe {
                self.pop(v.as_mut_ptr());
                v.assume_init_drop();
            }
        }
        self.hdr.lock.unlock();
    }
}

/// # Safety
/// `h` is the header of a `Hchan<T>` whose lock is held; `elem` as in `send_locked`.
unsafe fn send_erased<T: Send + 'static>(h: *const Hdr, elem: *mut ()) -> Done {
    // SAFETY: repr(C) with `hdr` first; the vtable was made with the same T.
    unsafe { (*h.cast::<Hchan<T>>()).send_locked(elem.cast()) }
}

/// # Safety
/// As [`send_erased`].
unsafe fn recv_erased<T: Send + 'static>(h: *const Hdr, to: *mut ()) -> Done {
    // SAFETY: as above.
    unsafe { (*h.cast::<Hchan<T>>()).recv_locked(to.cast()) }
}

impl<T> Drop for Hchan<T> {
    fn drop(&mut self) {
        let n = *self.hdr.qcount.get_mut();
        // SAFETY: nobody else refers to it any more; slots recvx.. hold `n` values.
        unsafe {
            let mut at = self.hdr.state.recvx.get();
            for _ in 0..n {
                self.ring.get_mut()[at].assume_init_drop();
                at = if at + 1 == self.hdr.dataqsiz { 0 } else { at + 1 };
            }
        }
    }
}

/// Commit function of a goroutine that waits on one channel: lets its lock go.
///
/// # Safety
/// `h` is the header of a channel whose lock the parked goroutine holds.
pub(crate) unsafe fn unlock_commit(h: *const ()) {
    // SAFETY: the waiter's handle keeps the channel alive.
    unsafe { (*h.cast::<Hdr>()).lock.unlock() };
}

/// The event of a waiter joining a queue.
pub(crate) fn trace_wait(h: &Hdr, rt: &Rt, why: u8, shown: u32) {
    rt.event(Kind::ChanWait, h.id, u64::from(shown), why, NO_CAUSE);
}

/// A waiter record for the running goroutine, which holds the lock.
pub(crate) fn waiter(g: &G, elem: *mut (), shown: u32) -> Sudog {
    if g.rt().faults.has(Faults::PREEMPT_LOCKED) {
        super::seam::point(g, super::virt::OP_NS);
    }
    let mut s = Sudog::new(g, elem);
    s.shown = shown;
    debug_assert!(std::ptr::eq(g, g::cur()));
    s
}
