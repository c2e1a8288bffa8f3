//! Channels as a program sees them: a shared handle, send, receive, close, range.
//!
//! | | nil | open, not ready | ready | closed |
//! |---|---|---|---|---|
//! | send | waits for ever | waits | done | panics |
//! | receive | waits for ever | waits | value | rest of the ring, then zero value |
//! | close | panics | closes | closes | panics |
//!
//! Go: runtime/chan.go (go1.27.3); ref/spec Channel types, Send statements, Receive operator
#![allow(unsafe_code)]
use std::fmt::Debug;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::fault::Faults;
use super::g::{self, G};
use super::hchan::{Done, Hchan, trace_wait, unlock_commit, waiter};
use super::virt::{OP_NS, POLL_NS};
use super::{panics, seam};
use crate::trace::event::NO_CAUSE;
use crate::trace::{Kind, WaitReason};

/// A channel handle. Copies refer to the same channel; [`Chan::nil`] refers to none.
pub struct Chan<T>(pub(crate) Option<Arc<Hchan<T>>>);

impl<T> Clone for Chan<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for Chan<T> {
    /// The same channel (or both nil).
    fn eq(&self, o: &Self) -> bool {
        match (&self.0, &o.0) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }
}

/// What a non-blocking receive found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecv<T> {
    Value(T),
    /// Open, nothing to take now.
    Empty,
    /// Closed and drained.
    Closed,
}

/// The inside of a channel at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChanSnapshot {
    pub qcount: usize,
    pub dataqsiz: usize,
    pub sendx: usize,
    pub recvx: usize,
    pub elemsize: usize,
    pub closed: bool,
    /// Names of waiting goroutines, first served first.
    pub sendq: Vec<String>,
    pub recvq: Vec<String>,
    /// Lock acquisitions so far.
    pub locks: u64,
    /// Element moves so far.
    pub copies: u64,
}

impl<T: Send + 'static> Chan<T> {
    /// `make(chan T, cap)`.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn new(cap: usize) -> Self {
        Self(Some(Arc::new(Hchan::new(g::me().rt(), "", cap, None))))
    }

    /// As [`Chan::new`], with a name and visible values for pictures.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn named(name: &str, cap: usize) -> Self
    where
        T: Debug,
    {
        Self(Some(Arc::new(Hchan::new(g::me().rt(), name, cap, Some(|v| format!("{v:?}"))))))
    }

    /// The nil channel.
    #[must_use]
    pub const fn nil() -> Self {
        Self(None)
    }

    /// Is this the nil channel?
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.0.is_none()
    }

    /// Text id of a value, for events; 0 when nobody looks.
    pub(crate) fn shown(c: &Hchan<T>, g: &G, v: &T) -> u32 {
        match c.show {
            Some(show) if g.rt().tracing => g.rt().text(&show(v)),
            _ => 0,
        }
    }

    fn wait_on_nil(g: &G, reason: WaitReason) {
        if g.rt().faults.has(Faults::NIL_CHAN_RETURNS) {
            return;
        }
        // SAFETY: no commit function.
        unsafe { seam::park(reason, 0, None) };
        seam::halt();
    }

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
                    seam::ready(w, seq);
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
                unsafe { seam::park(WaitReason::ChanSend, h.id, Some((unlock_commit, std::ptr::from_ref(h).cast()))) };
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
                    seam::ready(w, seq);
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
                    seam::park(WaitReason::ChanReceive, h.id, Some((unlock_commit, std::ptr::from_ref(h).cast())));
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

    fn trace_recv(c: &Hchan<T>, g: &G, v: &T, how: u8) -> u32 {
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
                    seam::ready(w, seq);
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
                    seam::ready(w, seq);
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

    /// Closes the channel and wakes everybody who waits on it.
    ///
    /// # Panics
    /// `close of nil channel`, `close of closed channel`.
    pub fn close(&self) {
        let g = g::me();
        seam::point(g, OP_NS);
        let Some(c) = &self.0 else {
            if g.rt().faults.has(Faults::NIL_CHAN_RETURNS) {
                return;
            }
            panics::throw("close of nil channel")
        };
        c.hdr.check_run(g.rt());
        let Ok(wake) = c.close(g.rt()) else { panics::throw("close of closed channel") };
        let seq = g.rt().event(Kind::ChanClose, c.hdr.id, wake.len() as u64, 0, NO_CAUSE);
        for w in wake {
            seam::ready(w, seq);
        }
        seam::point(g, 0);
    }

    /// Elements in the ring now (0 for nil and for timer channels).
    #[must_use]
    pub fn len(&self) -> usize {
        // SAFETY: the running goroutine, if any.
        if let Some(g) = unsafe { g::cur().as_ref() } {
            seam::point(g, POLL_NS);
            if let Some(c) = &self.0 {
                c.hdr.poll_timer(g.rt());
            }
        }
        match &self.0 {
            Some(c) if c.hdr.timer.get().is_none() => c.hdr.qcount.load(Acquire),
            _ => 0,
        }
    }

    /// No element in the ring now.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Slots of the ring (0 for nil and for timer channels).
    #[must_use]
    pub fn cap(&self) -> usize {
        self.0.as_ref().map_or(0, |c| if c.hdr.timer.get().is_some() { 0 } else { c.hdr.dataqsiz })
    }

    /// The inside at this moment.
    ///
    /// # Panics
    /// On the nil channel.
    #[must_use]
    pub fn snapshot(&self) -> ChanSnapshot {
        let Some(c) = &self.0 else { panics::throw("snapshot of nil channel") };
        let h = &c.hdr;
        let rt = g::me().rt();
        h.lock.lock();
        // SAFETY: lock held; waiters are parked.
        let (sendx, recvx, s, r) = unsafe {
            let st = h.state();
            (st.sendx.get(), st.recvx.get(), st.sendq.waiters(), st.recvq.waiters())
        };
        let (qcount, closed) = (h.qcount.load(Relaxed), h.closed.load(Relaxed));
        h.lock.unlock();
        let all = rt.goroutines();
        let names = |gs: Vec<*const G>| {
            gs.into_iter()
                .map(|g| {
                    // SAFETY: G1.
                    let id = unsafe { (*g).id() };
                    all.iter().find(|i| i.id == id).map_or_else(|| format!("G{id}"), |i| i.name.clone())
                })
                .collect()
        };
        ChanSnapshot {
            qcount,
            dataqsiz: h.dataqsiz,
            sendx,
            recvx,
            elemsize: size_of::<T>(),
            closed,
            sendq: names(s),
            recvq: names(r),
            locks: h.locks.load(Relaxed),
            copies: h.copies.load(Relaxed),
        }
    }

    /// `for v := range ch`.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self)
    }

    /// `chan<- T`: can send and close, not receive.
    #[must_use]
    pub fn sender(&self) -> Sender<T> {
        Sender(self.clone())
    }

    /// `<-chan T`: can receive, not send or close.
    #[must_use]
    pub fn receiver(&self) -> Receiver<T> {
        Receiver(self.clone())
    }
}

/// Receives until the channel is closed and drained.
pub struct Iter<'a, T>(&'a Chan<T>);

impl<T: Send + 'static> Iterator for Iter<'_, T> {
    type Item = T;
    fn next(&mut self) -> Option<T> {
        self.0.recv()
    }
}

impl<'a, T: Send + 'static> IntoIterator for &'a Chan<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// The sending side only.
///
/// ```compile_fail
/// # use bagu::runtime::Chan;
/// fn f(tx: bagu::runtime::Sender<i32>) { tx.recv(); }
/// ```
pub struct Sender<T>(Chan<T>);

/// The receiving side only.
///
/// ```compile_fail
/// fn f(rx: bagu::runtime::Receiver<i32>) { rx.close(); }
/// ```
pub struct Receiver<T>(Chan<T>);

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Send + 'static> Sender<T> {
    /// As [`Chan::send`].
    pub fn send(&self, v: T) {
        self.0.send(v);
    }
    /// As [`Chan::try_send`].
    pub fn try_send(&self, v: T) -> bool {
        self.0.try_send(v)
    }
    /// As [`Chan::close`].
    pub fn close(&self) {
        self.0.close();
    }
}

impl<T: Send + 'static> Receiver<T> {
    /// As [`Chan::recv`].
    pub fn recv(&self) -> Option<T> {
        self.0.recv()
    }
    /// As [`Chan::recv_ok`].
    pub fn recv_ok(&self) -> (T, bool)
    where
        T: Default,
    {
        self.0.recv_ok()
    }
    /// As [`Chan::try_recv`].
    pub fn try_recv(&self) -> TryRecv<T> {
        self.0.try_recv()
    }
    /// As [`Chan::iter`].
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        self.0.iter()
    }
}

impl<'a, T: Send + 'static> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}
