//! `sync.Once`: run a function exactly once; everybody else waits for it to finish.
//! Go: sync/once.go (go1.27.3)
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};

use super::mutex::Mutex;
use crate::runtime::g::me;
use crate::runtime::virt::OP_NS;
use crate::runtime::{panics, seam};

/// Runs one function once. A function that panics counts as run.
#[derive(Clone)]
pub struct Once(Arc<(AtomicBool, Mutex)>);

impl Default for Once {
    fn default() -> Self {
        Self::new()
    }
}

impl Once {
    /// Not run yet.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new((AtomicBool::new(false), Mutex::new())))
    }

    /// Runs `f` unless some function was run already; returns when that one has finished.
    pub fn do_(&self, f: impl FnOnce()) {
        let (done, mutex) = &*self.0;
        seam::point(me(), OP_NS);
        // Acquire: whoever sees `done` sees what the function wrote.
        if done.load(Acquire) {
            return;
        }
        panics::func(|d| {
            mutex.lock();
            d.defer(|| mutex.unlock());
            if !done.load(Acquire) {
                d.defer(|| done.store(true, Release));
                f();
            }
        });
    }
}
