//! `select`: wait for the first of several channel operations.
//!
//! Three passes under the locks of all channels, as in Go:
//!   1  in poll order (a fresh random permutation) take the first case that can go ahead
//!   2  if none can and there is no default, stand in the queue of every channel and sleep
//!   3  woken by the one who won `select_done`: leave all the other queues
//!
//! Invariants
//!   X1  locks are taken in one global order (address; creation order on the virtual platform,
//!       where addresses would differ from run to run), so two selects never deadlock
//!   X2  exactly one case happens; losing values stay with their owner
//!   X3  a nil channel's case is never ready and is in no queue
//!
//! Go: runtime/select.go selectgo, sellock, selparkcommit (go1.27.3)
#![allow(unsafe_code)]
use std::any::Any;
use std::borrow::Borrow;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use smallvec::SmallVec;

use super::chan::Chan;
use super::fault::Faults;
use super::g::{self, G, Sudog};
use super::hchan::{Done, Hchan, Hdr, trace_wait};
use super::lockorder::sort_once;
use super::rt::Rt;
use super::virt::{OP_NS, POLL_NS};
use super::{panics, seam};
use crate::base::Rng;
use crate::trace::event::NO_CAUSE;
use crate::trace::{Kind, WaitReason};

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

/// A receive case of the [`select!`](crate::select) macro. `C` is the channel or a reference to it.
#[doc(hidden)]
pub struct RecvCase<C, T> {
    chan: C,
    slot: MaybeUninit<T>,
}

/// A send case of the [`select!`](crate::select) macro. Keeps no reference, so that a body may
/// assign to the channel variable of another case.
#[doc(hidden)]
pub struct SendCase<T> {
    hdr: *const Hdr,
    shown: u32,
    value: ManuallyDrop<T>,
    sent: bool,
}

impl<'a, T: Send + 'static> RecvCase<&'a Chan<T>, T> {
    #[doc(hidden)]
    #[inline]
    pub fn by_ref(chan: &'a Chan<T>) -> Self {
        Self::new(chan)
    }
}

impl<C: Borrow<Chan<T>>, T: Send + 'static> RecvCase<C, T> {
    #[doc(hidden)]
    #[inline]
    pub fn new(chan: C) -> Self {
        Self { chan, slot: MaybeUninit::uninit() }
    }
    #[doc(hidden)]
    #[inline]
    pub fn case(&mut self) -> Scase {
        Scase { hdr: hdr_of(self.chan.borrow()), elem: self.slot.as_mut_ptr().cast(), send: false, shown: 0 }
    }
    /// The value, after this case won with `ok`.
    #[doc(hidden)]
    pub fn take(&mut self, picked: &Picked) -> Option<T> {
        if !picked.ok {
            if let Some(c) = &self.chan.borrow().0 {
                g::me().rt().event(Kind::ChanRecvDone, c.hdr.id, 0, 3, NO_CAUSE);
            }
            return None;
        }
        let slot = std::mem::replace(&mut self.slot, MaybeUninit::uninit());
        // SAFETY: this case won and `ok` says that its slot was filled.
        let v = unsafe { slot.assume_init() };
        if let Some(c) = &self.chan.borrow().0
            && picked.tracing
        {
            let g = g::me();
            let shown = Chan::shown(c, g, &v);
            g.rt().event(Kind::ChanRecvDone, c.hdr.id, u64::from(shown), picked.how, NO_CAUSE);
        }
        Some(v)
    }
}

impl<T: Send + 'static> SendCase<T> {
    /// The channel must live until the select is over.
    #[doc(hidden)]
    pub fn new(chan: &Chan<T>, value: T) -> Self {
        let shown = match &chan.0 {
            Some(c) => Chan::shown(c, g::me(), &value),
            None => 0,
        };
        Self { hdr: hdr_of(chan), shown, value: ManuallyDrop::new(value), sent: false }
    }
    #[doc(hidden)]
    pub fn case(&mut self) -> Scase {
        Scase { hdr: self.hdr, elem: (&raw mut *self.value).cast(), send: true, shown: self.shown }
    }
    /// This case won: the value belongs to the receiver now.
    #[doc(hidden)]
    pub fn done(&mut self) {
        self.sent = true;
    }
}

impl<T> Drop for SendCase<T> {
    fn drop(&mut self) {
        if !self.sent {
            // SAFETY: not sent (X2), so the value is still ours.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}

fn hdr_of<T>(c: &Chan<T>) -> *const Hdr {
    c.0.as_ref().map_or(null(), |c: &Arc<Hchan<T>>| &raw const c.hdr)
}

/// Commit function: lets every lock of the select go, in reverse order.
///
/// # Safety
/// `arg` points at the lock order in the parked frame; all its locks are held.
unsafe fn unlock_all(arg: *const ()) {
    // SAFETY: the list stays alive while parked. It is copied out first: after the last unlock the
    // frame may be gone.
    unsafe {
        let order: SmallVec<[*const Hdr; FEW]> = SmallVec::from_slice((*arg.cast::<LockOrder>()).0.get());
        for h in order.iter().rev() {
            (**h).lock.unlock();
        }
    }
}

/// A short list built in place: no allocation for a few, and nothing that is moved once filled.
struct List<T: Copy> {
    few: [MaybeUninit<T>; FEW],
    many: Vec<T>,
    len: usize,
}

impl<T: Copy> List<T> {
    #[inline]
    fn new() -> Self {
        Self { few: [const { MaybeUninit::uninit() }; FEW], many: Vec::new(), len: 0 }
    }
    #[inline]
    fn push(&mut self, v: T) {
        if self.len < FEW {
            self.few[self.len].write(v);
        } else {
            if self.len == FEW {
                // SAFETY: all of `few` is written.
                self.many.extend(self.few.iter().map(|v| unsafe { v.assume_init() }));
            }
            self.many.push(v);
        }
        self.len += 1;
    }
    #[inline]
    fn items(&mut self) -> &mut [T] {
        if self.len > FEW {
            return &mut self.many;
        }
        // SAFETY: the first `len` are written.
        unsafe { std::slice::from_raw_parts_mut(self.few.as_mut_ptr().cast(), self.len) }
    }
    #[inline]
    fn get(&self) -> &[T] {
        if self.len > FEW {
            return &self.many;
        }
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts(self.few.as_ptr().cast(), self.len) }
    }
    fn shorten(&mut self, len: usize) {
        self.many.truncate(len);
        if self.len > FEW && len <= FEW {
            for (to, v) in self.few.iter_mut().zip(&self.many) {
                to.write(*v);
            }
        }
        self.len = len;
    }
}

/// Distinct channels of a select in lock order (X1).
struct LockOrder(List<*const Hdr>);

impl LockOrder {
    #[inline]
    fn fill(&mut self, cases: &[Scase], rt: &Rt) {
        for c in cases.iter().filter(|c| !c.hdr.is_null()) {
            self.0.push(c.hdr);
        }
        let all = self.0.items();
        let n = if rt.virt.is_some() {
            // SAFETY: each case's handle keeps its channel alive.
            sort_once(all, |h| unsafe { (**h).id })
        } else {
            sort_once(all, |h| *h)
        };
        self.0.shorten(n);
    }
    fn lock(&self, rt: &Rt) {
        for (i, h) in self.0.get().iter().enumerate() {
            // SAFETY: as above.
            unsafe {
                (**h).lock(rt);
                rt.event(Kind::SelectLock, (**h).id, i as u64, 0, NO_CAUSE);
            }
        }
    }
    fn unlock(&self) {
        for h in self.0.get().iter().rev() {
            // SAFETY: held by us.
            unsafe { (**h).lock.unlock() };
        }
    }
}

/// Runs the select over `cases`. Never returns when no case can ever be ready.
#[doc(hidden)]
pub fn wait(cases: &mut [Scase], has_default: bool) -> Picked {
    assert!(cases.len() <= CASES_MAX, "select: too many cases (max {CASES_MAX})");
    let g = g::me();
    let rt = g.rt();
    seam::point(g, if has_default { POLL_NS } else { OP_NS });
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
    let (index, ok, how) = select_go(g, rt, cases, has_default);
    if !has_default {
        for c in cases.iter().filter(|c| !c.hdr.is_null()) {
            // SAFETY: as above.
            unsafe { (*c.hdr).end_wait(rt) };
        }
    }
    Picked { index, ok, how, at: 0, tracing: rt.tracing }
}

/// Winner, whether a receive got a value, and how.
type Outcome = (usize, bool, u8);

fn select_go(g: &G, rt: &Rt, cases: &mut [Scase], has_default: bool) -> Outcome {
    if has_default && cases.len() == 1 && cannot_now(&cases[0], rt) {
        return (DEFAULT, false, 0);
    }
    let mut order = LockOrder(List::new());
    order.fill(cases, rt);
    let mut poll = List::new();
    poll_order(g, rt, cases, &mut poll);
    order.lock(rt);
    // Pass 1.
    for &i in poll.get() {
        if let Some(r) = try_case(g, rt, cases, i, &order) {
            return r;
        }
    }
    if has_default {
        order.unlock();
        rt.event(Kind::SelectDone, u32::MAX, 0, 0, NO_CAUSE);
        return (DEFAULT, false, 0);
    }
    if order.0.len == 0 {
        // SAFETY: no commit function.
        unsafe { seam::park(WaitReason::SelectNoCases, 0, None) };
        seam::halt();
    }
    park_on_all(g, rt, cases, &order, poll.get())
}

/// The lock-free look of a select with one case and a default (Go: selectnbrecv, selectnbsend).
fn cannot_now(c: &Scase, rt: &Rt) -> bool {
    if c.hdr.is_null() {
        rt.event(Kind::SelectDone, u32::MAX, 0, 0, NO_CAUSE);
        return true;
    }
    // SAFETY: as in LockOrder.
    let h = unsafe { &*c.hdr };
    let closed = || h.closed.load(std::sync::atomic::Ordering::Acquire);
    let no = if c.send { !closed() && h.looks_full() } else { h.looks_empty() && !closed() };
    if no && !h.faults.has(Faults::CHAN_LOCK_ALWAYS) {
        rt.event(Kind::ChanMiss, h.id, 1, u8::from(!c.send), NO_CAUSE);
        rt.event(Kind::SelectDone, u32::MAX, 0, 0, NO_CAUSE);
        return true;
    }
    false
}

/// Source positions of the non-nil cases in a fresh random order.
fn poll_order(g: &G, rt: &Rt, cases: &[Scase], list: &mut List<usize>) {
    for i in (0..cases.len()).filter(|i| !cases[*i].hdr.is_null()) {
        list.push(i);
    }
    let order = list.items();
    if rt.faults.has(Faults::SELECT_FIRST) {
        return;
    }
    match &rt.virt {
        Some(v) => {
            for i in (1..order.len()).rev() {
                order.swap(i, v.pick(i as u32 + 1) as usize);
            }
        }
        // SAFETY: the thread that runs this goroutine; its generator is its own.
        None => match unsafe { g.m.get().as_ref() } {
            Some(m) => m.shuffle(order),
            None => LOCAL.with_borrow_mut(|r| r.shuffle(order)),
        },
    }
}

thread_local! {
    /// The `may` engine's source of poll orders: one per thread, seeded by the system.
    static LOCAL: std::cell::RefCell<Rng> = std::cell::RefCell::new(Rng::new(rand::random()));
}

fn try_case(g: &G, rt: &Rt, cases: &[Scase], i: usize, order: &LockOrder) -> Option<Outcome> {
    let c = &cases[i];
    // SAFETY: its lock is held; `elem` is the case's slot.
    let h = unsafe { &*c.hdr };
    rt.event(Kind::SelectPoll, i as u32, u64::from(h.id), 0, NO_CAUSE);
    // SAFETY: as above.
    let done = unsafe { if c.send { (h.vt.send)(h, c.elem) } else { (h.vt.recv)(h, c.elem) } };
    let (ok, how) = match done {
        Done::Wait => return None,
        Done::Ok { wake, how, slot } => {
            order.unlock();
            let seq = rt.event(Kind::SelectDone, i as u32, u64::from(h.id), 0, NO_CAUSE);
            if c.send {
                rt.event(Kind::ChanSend, h.id, u64::from(c.shown), 1, seq);
                rt.event(Kind::ChanSendDone, h.id, u64::from(slot), how, seq);
            }
            if let Some(w) = wake {
                seam::ready(w, seq);
                seam::point(g, 0);
            }
            (true, how)
        }
        Done::Closed => {
            order.unlock();
            if c.send && !h.faults.has(Faults::SEND_TO_CLOSED_IGNORED) {
                panics::throw("send on closed channel");
            }
            rt.event(Kind::SelectDone, i as u32, u64::from(h.id), 0, NO_CAUSE);
            (c.send, 3)
        }
    };
    Some((i, ok, how))
}

/// Pass 2 and 3.
fn park_on_all(g: &G, rt: &Rt, cases: &[Scase], order: &LockOrder, poll: &[usize]) -> Outcome {
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
    unsafe { seam::park(WaitReason::Select, 0, Some((unlock_all, std::ptr::from_ref(order).cast()))) };
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
    for h in order.0.get() {
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

// ── a list of cases made at run time ──

trait Slot {
    fn case(&mut self) -> Scase;
    fn finish(&mut self, picked: &Picked) -> Option<Box<dyn Any>>;
}

impl<T: Send + 'static> Slot for RecvCase<Chan<T>, T> {
    fn case(&mut self) -> Scase {
        RecvCase::case(self)
    }
    fn finish(&mut self, picked: &Picked) -> Option<Box<dyn Any>> {
        self.take(picked).map(|v| Box::new(v) as Box<dyn Any>)
    }
}

/// A send case with the handle that keeps its channel alive.
struct OwnedSend<T: Send + 'static>(SendCase<T>, #[allow(dead_code)] Chan<T>);

impl<T: Send + 'static> Slot for OwnedSend<T> {
    fn case(&mut self) -> Scase {
        self.0.case()
    }
    fn finish(&mut self, _: &Picked) -> Option<Box<dyn Any>> {
        self.0.done();
        None
    }
}

/// A select whose cases are known only at run time (Go: `reflect.Select`).
#[derive(Default)]
pub struct Select {
    slots: Vec<Box<dyn Slot>>,
    has_default: bool,
}

/// Which case of a [`Select`] won, and what it received.
pub struct Got {
    index: usize,
    value: Option<Box<dyn Any>>,
}

impl Select {
    /// [`Got::index`] when the default was taken.
    pub const DEFAULT: usize = DEFAULT;

    /// No case yet; waiting on it blocks for ever.
    #[must_use]
    pub fn new() -> Self {
        <Self as Default>::default()
    }
    /// Adds a receive; returns its index.
    pub fn recv<T: Send + 'static>(&mut self, ch: &Chan<T>) -> usize {
        self.slots.push(Box::new(RecvCase::new(ch.clone())));
        self.slots.len() - 1
    }
    /// Adds a send; returns its index.
    pub fn send<T: Send + 'static>(&mut self, ch: &Chan<T>, v: T) -> usize {
        self.slots.push(Box::new(OwnedSend(SendCase::new(ch, v), ch.clone())));
        self.slots.len() - 1
    }
    /// Adds a default: the select will not wait.
    pub fn default(&mut self) {
        self.has_default = true;
    }
    /// Waits for the first case.
    #[must_use]
    pub fn wait(mut self) -> Got {
        let mut cases: Vec<Scase> = self.slots.iter_mut().map(|s| s.case()).collect();
        let picked = wait(&mut cases, self.has_default);
        let value = self.slots.get_mut(picked.index).and_then(|s| s.finish(&picked));
        Got { index: picked.index, value }
    }
}

impl Got {
    /// The winner's index, [`Select::DEFAULT`] for the default.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }
    /// What a receive case got; `None` when its channel was closed, for sends and for the default.
    ///
    /// # Panics
    /// When the case received another type.
    #[must_use]
    pub fn value<T: 'static>(self) -> Option<T> {
        self.value.map(|v| *v.downcast::<T>().unwrap_or_else(|_| panic!("select: the case received another type")))
    }
}

/// Waits for the first of several channel operations.
///
/// ```
/// use bagu::runtime::{self, Chan, Config, End};
/// let report = runtime::run(Config::default(), || {
///     let (jobs, out) = (Chan::<i32>::new(1), Chan::<i32>::new(0));
///     jobs.send(7);
///     let got = bagu::select! {
///         recv(jobs) -> v => { v }          // v: Option<i32>, None = closed
///         send(out, 1) => { None }          // sent
///         default => { None }               // nothing was ready
///     };
///     assert_eq!(got, Some(7));
/// });
/// assert_eq!(report.end, End::Ok);
/// ```
/// Channel and value expressions are evaluated once, in source order. It is an expression.
#[macro_export]
macro_rules! select {
    // ── collect ──
    (@p [$($acc:tt)*] recv($ch:expr) -> $v:pat => $body:block , $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {recv slot ($ch) ($v) $body}] $($rest)*)
    };
    (@p [$($acc:tt)*] recv($ch:expr) -> $v:pat => $body:block $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {recv slot ($ch) ($v) $body}] $($rest)*)
    };
    (@p [$($acc:tt)*] recv($ch:expr) -> $v:pat => $body:expr , $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {recv slot ($ch) ($v) {$body}}] $($rest)*)
    };
    (@p [$($acc:tt)*] recv($ch:expr) -> $v:pat => $body:expr) => {
        $crate::select!(@p [$($acc)* {recv slot ($ch) ($v) {$body}}])
    };
    (@p [$($acc:tt)*] send($ch:expr, $val:expr) => $body:block , $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {send slot ($ch, $val) () $body}] $($rest)*)
    };
    (@p [$($acc:tt)*] send($ch:expr, $val:expr) => $body:block $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {send slot ($ch, $val) () $body}] $($rest)*)
    };
    (@p [$($acc:tt)*] send($ch:expr, $val:expr) => $body:expr , $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {send slot ($ch, $val) () {$body}}] $($rest)*)
    };
    (@p [$($acc:tt)*] send($ch:expr, $val:expr) => $body:expr) => {
        $crate::select!(@p [$($acc)* {send slot ($ch, $val) () {$body}}])
    };
    (@p [$($acc:tt)*] default => $body:block $(,)?) => { $crate::select!(@go true [$($acc)*] $body) };
    (@p [$($acc:tt)*] default => $body:expr $(,)?) => { $crate::select!(@go true [$($acc)*] {$body}) };
    (@p [$($acc:tt)*]) => {
        $crate::select!(@go false [$($acc)*] { unreachable!("a select without default waits for a case") })
    };
    // ── emit ── (a select of one case is that one operation, as Go's compiler has it)
    (@go false [{recv $slot:ident ($ch:expr) ($v:pat) $body:block}] $else:block) => {{
        let $v = $crate::runtime::Chan::recv(&$ch);
        $body
    }};
    (@go false [{send $slot:ident ($ch:expr, $val:expr) () $body:block}] $else:block) => {{
        $crate::runtime::Chan::send(&$ch, $val);
        $body
    }};
    (@go $default:literal [$({$kind:ident $slot:ident ($($arg:expr),*) ($($v:pat)?) $body:block})*] $else:block) => {
        // A match, so that channels made by the expressions live until the select is over.
        match ($( $crate::select!(@arg $kind ($($arg),*)), )*) {
            ($( $slot, )*) => {
                $( let mut $slot = $crate::select!(@new $kind $slot); )*
                let mut cases = [$( $slot.case() ),*];
                let mut picked = $crate::runtime::select::wait(&mut cases, $default);
                $( if picked.is_next() { $crate::select!(@run $kind $slot picked ($($v)?) $body) } else )* $else
            }
        }
    };
    (@arg recv ($ch:expr)) => { &$ch };
    (@arg send ($ch:expr, $val:expr)) => { (&$ch, $val) };
    (@new recv $slot:ident) => { $crate::runtime::select::RecvCase::by_ref($slot) };
    (@new send $slot:ident) => { $crate::runtime::select::SendCase::new($slot.0, $slot.1) };
    (@run recv $slot:ident $picked:ident ($v:pat) $body:block) => {{
        let $v = $slot.take(&$picked);
        $body
    }};
    (@run send $slot:ident $picked:ident () $body:block) => {{
        $slot.done();
        drop($slot);
        $body
    }};
    // ── entry (last, so that the internal rules are tried first) ──
    ($($all:tt)+) => { $crate::select!(@p [] $($all)+) };
}
