//! `sync.WaitGroup`: wait until a count comes down to zero.
//! Go: sync/waitgroup.go (go1.27.3)
use std::sync::Arc;

use super::sema::Sema;
use crate::runtime::fault::Faults;
use crate::runtime::g::me;
use crate::runtime::lock::Locked;
use crate::runtime::virt::OP_NS;
use crate::runtime::{panics, seam};
use crate::trace::event::NO_CAUSE;
use crate::trace::{Kind, WaitReason};

/// A counter that goroutines can wait on.
#[derive(Clone)]
pub struct WaitGroup(Arc<Inner>);

struct Inner {
    id: u32,
    state: Locked<State>,
    sema: Sema,
}

#[derive(Default)]
struct State {
    count: i64,
    waiters: u32,
    /// Waiters that were woken and have not returned yet.
    leaving: u32,
}

impl Default for WaitGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl WaitGroup {
    /// Count zero.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner { id: me().rt().next_obj(), state: Locked::new(State::default()), sema: Sema::new(0) }))
    }

    /// Adds `n`, which may be negative.
    ///
    /// # Panics
    /// `sync: negative WaitGroup counter`; `sync: WaitGroup is reused before previous Wait has
    /// returned`.
    pub fn add(&self, n: i64) {
        let g = me();
        seam::point(g, OP_NS);
        if g.rt().faults.has(Faults::WG_IGNORES_ADD) {
            return;
        }
        let mut s = self.0.state.lock();
        s.count += n;
        let count = s.count;
        if count < 0 {
            drop(s);
            panics::throw("sync: negative WaitGroup counter");
        }
        if n > 0 && count == n && s.leaving > 0 && !g.rt().faults.has(Faults::WG_REUSE_UNCHECKED) {
            drop(s);
            panics::throw("sync: WaitGroup is reused before previous Wait has returned");
        }
        let wake = if count == 0 { std::mem::take(&mut s.waiters) } else { 0 };
        s.leaving += wake;
        drop(s);
        let seq = g.rt().event(Kind::WaitGroupAdd, self.0.id, count as u64, 0, NO_CAUSE);
        for _ in 0..wake {
            self.0.sema.release(false, seq);
        }
    }

    /// `add(-1)`.
    pub fn done(&self) {
        self.add(-1);
    }

    /// Waits until the count is zero.
    pub fn wait(&self) {
        let g = me();
        seam::point(g, OP_NS);
        {
            let mut s = self.0.state.lock();
            if s.count == 0 {
                return;
            }
            s.waiters += 1;
        }
        self.0.sema.acquire(false, WaitReason::WaitGroupWait, self.0.id);
        self.0.state.lock().leaving -= 1;
    }

    /// `add(1)`, run `f` in a goroutine, `done` (Go 1.25). A panic does not count as done: it
    /// is raised again, the program ends with it, and no `wait` returns before (Go 1.26).
    pub fn go<F: FnOnce() + Send + 'static>(&self, name: &str, f: F) {
        self.add(1);
        let wg = self.clone();
        let mut f = Some(f);
        crate::runtime::go(name, move || wg.run(&mut || f.take().map_or((), |f| f())));
    }

    /// The goroutine of [`go`](Self::go); one function for all its closures.
    fn run(&self, f: &mut dyn FnMut()) {
        panics::func(|d| {
            d.defer(|| {
                if let Some(value) = panics::recover() {
                    panics::throw(&value);
                }
                self.done();
            });
            f();
        });
    }
}
