//! The two orders of a `select`: the one its locks are taken in, and the one its cases are tried in.
//!
//! The locks: rule X1 of the parent, by `sort_once`. The cases: a random permutation, so that of two
//! ready cases neither starves; from the seed on the virtual platform, from the thread's own
//! generator on real threads.
//!
//! Not done: one allocation for both lists. Up to [`FEW`] cases they live in the frame.
#![allow(unsafe_code)]
use std::mem::MaybeUninit;

use smallvec::SmallVec;

use super::{FEW, Scase};
use crate::base::Rng;
use crate::runtime::fault::Faults;
use crate::runtime::g::G;
use crate::runtime::hchan::Hdr;
use crate::runtime::lockorder::sort_once;
use crate::runtime::rt::Rt;
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// Commit function: lets every lock of the select go, in reverse order.
///
/// # Safety
/// `arg` points at the lock order in the parked frame; all its locks are held.
pub(super) unsafe fn unlock_all(arg: *const ()) {
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
pub(super) struct List<T: Copy> {
    few: [MaybeUninit<T>; FEW],
    many: Vec<T>,
    len: usize,
}

impl<T: Copy> List<T> {
    #[inline]
    pub(super) fn new() -> Self {
        Self { few: [const { MaybeUninit::uninit() }; FEW], many: Vec::new(), len: 0 }
    }
    #[inline]
    pub(super) fn push(&mut self, v: T) {
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
    pub(super) fn get(&self) -> &[T] {
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
pub(super) struct LockOrder(List<*const Hdr>);

impl LockOrder {
    #[inline]
    pub(super) fn new() -> Self {
        Self(List::new())
    }
    /// No channel at all: each case is nil, or there is none.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.len == 0
    }
    /// The channels, each once.
    #[inline]
    pub(super) fn channels(&self) -> &[*const Hdr] {
        self.0.get()
    }
    #[inline]
    pub(super) fn fill(&mut self, cases: &[Scase], rt: &Rt) {
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
    #[inline]
    pub(super) fn lock(&self, rt: &Rt) {
        for (i, h) in self.0.get().iter().enumerate() {
            // SAFETY: as above.
            unsafe {
                (**h).lock(rt);
                rt.event(Kind::SelectLock, (**h).id, i as u64, 0, NO_CAUSE);
            }
        }
    }
    #[inline]
    pub(super) fn unlock(&self) {
        for h in self.0.get().iter().rev() {
            // SAFETY: held by us.
            unsafe { (**h).lock.unlock() };
        }
    }
}

/// Source positions of the non-nil cases in a fresh random order.
#[inline]
pub(super) fn poll_order(g: &G, rt: &Rt, cases: &[Scase], list: &mut List<usize>) {
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
