//! The inside of a channel at one moment, for views and tests.
#![allow(unsafe_code)]
use std::sync::atomic::Ordering::Relaxed;

use super::Chan;
use crate::runtime::g::{self, G};
use crate::runtime::panics;

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
}
