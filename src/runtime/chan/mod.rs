//! Channels as a program sees them: a shared handle, send, receive, close, range.
//!
//! | | nil | open, not ready | ready | closed |
//! |---|---|---|---|---|
//! | send | waits for ever | waits | done | panics |
//! | receive | waits for ever | waits | value | rest of the ring, then zero value |
//! | close | panics | closes | closes | panics |
//!
//! | file | idea |
//! |---|---|
//! | here | the handle: make, close, length |
//! | `wait` | send and receive that wait |
//! | `attempt` | send and receive that do not |
//! | `ends` | one-way handles, `range` |
//! | `look` | the inside at one moment |
//!
//! The queues and the ring are `hchan`.
//! Go: runtime/chan.go (go1.27.3); ref/spec Channel types, Send statements, Receive operator
#![allow(unsafe_code)]
mod attempt;
mod ends;
mod look;
mod wait;

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::Ordering::Acquire;

use super::fault::Faults;
use super::g::{self, G};
use super::hchan::Hchan;
use super::virt::{OP_NS, POLL_NS};
use super::{panics, seam};
use crate::trace::event::NO_CAUSE;
use crate::trace::{Kind, WaitReason};

pub use attempt::TryRecv;
pub use ends::{Iter, Receiver, Sender};
pub use look::ChanSnapshot;

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
        unsafe { seam::park(g, reason, 0, None) };
        seam::halt();
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
            seam::ready_by(g, w, seq);
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
