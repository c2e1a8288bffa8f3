//! `sync.Cond`: wait for a condition, woken in the order of waiting.
//!
//! A waiter takes a ticket before it unlocks the mutex; a signal serves the lowest ticket not yet
//! notified, whether its owner sleeps already or not. So no signal is lost between the two steps.
//! Go: runtime/sema.go notifyList (go1.27.3)
#![allow(unsafe_code)]
use std::collections::BTreeMap;
use std::sync::Arc;

use super::mutex::Mutex;
use crate::runtime::g::{G, me};
use crate::runtime::lock::Locked;
use crate::runtime::seam;
use crate::runtime::virt::OP_NS;
use crate::trace::event::{NO_CAUSE, Seq};
use crate::trace::{Kind, WaitReason};

/// A condition variable over a [`Mutex`].
#[derive(Clone)]
pub struct Cond(Arc<Inner>);

struct Inner {
    mutex: Mutex,
    id: u32,
    list: Locked<List>,
}

#[derive(Default)]
struct List {
    /// Next ticket to hand out.
    wait: u64,
    /// Next ticket to be notified.
    notify: u64,
    asleep: BTreeMap<u64, *const G>,
}

// SAFETY: goroutine records live as long as the run (G1); used under the lock.
unsafe impl Send for List {}

impl Cond {
    /// A condition guarded by `mutex`.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn new(mutex: &Mutex) -> Self {
        Self(Arc::new(Inner { mutex: mutex.clone(), id: me().rt().next_obj(), list: Locked::new(List::default()) }))
    }

    /// Unlocks the mutex, sleeps until notified, locks it again. The condition may have changed
    /// back by then: call it in a loop.
    pub fn wait(&self) {
        /// # Safety
        /// `a` is the condition whose list is locked by the parked goroutine.
        unsafe fn commit(a: *const ()) {
            // SAFETY: the waiter's handle keeps it alive.
            unsafe { (*a.cast::<Inner>()).list.force_unlock() };
        }
        let g = me();
        let ticket = {
            let mut l = self.0.list.lock();
            l.wait += 1;
            l.wait - 1
        };
        self.0.mutex.unlock();
        let mut l = self.0.list.lock();
        if ticket >= l.notify {
            l.asleep.insert(ticket, g);
            std::mem::forget(l);
            // SAFETY: the list is locked (its guard was forgotten) and the commit lets it go.
            unsafe { seam::park(g, WaitReason::CondWait, self.0.id, Some((commit, Arc::as_ptr(&self.0).cast()))) };
        } else {
            drop(l);
        }
        self.0.mutex.lock();
    }

    /// Wakes the one that has waited longest.
    pub fn signal(&self) {
        seam::point(me(), OP_NS);
        let woken = {
            let mut l = self.0.list.lock();
            if l.wait == l.notify {
                return;
            }
            let t = l.notify;
            l.notify += 1;
            l.asleep.remove(&t)
        };
        if let Some(g) = woken {
            seam::ready(g, self.notified());
        }
    }

    /// Wakes all that wait.
    pub fn broadcast(&self) {
        seam::point(me(), OP_NS);
        let woken = {
            let mut l = self.0.list.lock();
            l.notify = l.wait;
            std::mem::take(&mut l.asleep)
        };
        let seq = self.notified();
        for g in woken.into_values() {
            seam::ready(g, seq);
        }
    }

    fn notified(&self) -> Seq {
        me().rt().event(Kind::SemRelease, self.0.id, 0, 0, NO_CAUSE)
    }
}
