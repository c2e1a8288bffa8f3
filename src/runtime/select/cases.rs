//! The cases of a `select` in the frame that waits: what the [`select!`](crate::select) macro makes.
//!
//! A case owns its slot (receive) or its value (send); [`Scase`] is the type-erased view of it that
//! the passes work on.
#![allow(unsafe_code)]
use std::borrow::Borrow;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::null;
use std::sync::Arc;

use super::{Picked, Scase};
use crate::runtime::chan::Chan;
use crate::runtime::g;
use crate::runtime::hchan::{Hchan, Hdr};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

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
            if let Some(c) = &self.chan.borrow().0
                && picked.tracing
            {
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
            Some(c) if c.show.is_some() => Chan::shown(c, g::me(), &value),
            _ => 0,
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
