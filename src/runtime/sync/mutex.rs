//! `sync.Mutex`: normal mode for speed, starvation mode for fairness.
//!
//! In normal mode a woken waiter competes with newcomers, who have the advantage of running
//! already. A waiter that fails for more than 1 ms switches the mutex to starvation mode: unlock
//! then hands it directly to the first in line, newcomers queue at the tail. It goes back when the
//! last waiter gets it, or one that waited less than 1 ms.
//!
//! | bits | meaning |
//! |---|---|
//! | 0 LOCKED | held |
//! | 1 WOKEN | a waiter is awake and trying; unlock need not wake another |
//! | 2 STARVING | hand-off only |
//! | 3.. | number of waiters |
//!
//! Go: internal/sync/mutex.go (go1.27.3)
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use super::sema::{Sema, fatal};
use crate::runtime::fault::Faults;
use crate::runtime::g::me;
use crate::runtime::seam;
use crate::runtime::virt::OP_NS;
use crate::trace::event::{NO_CAUSE, Seq};
use crate::trace::{Kind, WaitReason};

const LOCKED: u32 = 1;
const WOKEN: u32 = 2;
const STARVING: u32 = 4;
const WAITER: u32 = 8;
/// A waiter that waited longer turns the mutex to starvation mode, in ns.
const STARVATION_NS: u64 = 1_000_000;
/// Spins before queueing, on the real platform with more than one processor.
const SPINS_MAX: u32 = 4;

/// A mutual exclusion lock. Not reentrant; any goroutine may unlock it.
#[derive(Clone)]
pub struct Mutex(pub(super) Arc<Inner>);

pub(super) struct Inner {
    state: AtomicU32,
    sema: Sema,
    id: u32,
}

impl Default for Mutex {
    fn default() -> Self {
        Self::new()
    }
}

impl Mutex {
    /// An unlocked mutex.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner { state: AtomicU32::new(0), sema: Sema::new(0), id: me().rt().next_obj() }))
    }

    /// Locks it; waits while somebody holds it.
    pub fn lock(&self) {
        self.lock_as(WaitReason::MutexLock);
    }

    pub(super) fn lock_as(&self, reason: WaitReason) {
        let g = me();
        seam::point(g, OP_NS);
        let state = &self.0.state;
        let free = if g.rt().alone() {
            // One processor: nobody can come between the two.
            let free = state.load(Relaxed) == 0;
            if free {
                state.store(LOCKED, Relaxed);
            }
            free
        } else {
            state.compare_exchange(0, LOCKED, Acquire, Relaxed).is_ok()
        };
        if free {
            g.rt().event(Kind::LockAcquire, self.0.id, 0, 0, NO_CAUSE);
            return;
        }
        let how = self.lock_slow(reason);
        g.rt().event(Kind::LockAcquire, self.0.id, 0, how, g.wake_seq.load(Relaxed));
    }

    /// Locks it if it is free at once.
    #[must_use]
    pub fn try_lock(&self) -> bool {
        let g = me();
        seam::point(g, OP_NS);
        let old = self.0.state.load(Relaxed);
        let ok = old & (LOCKED | STARVING) == 0
            && self.0.state.compare_exchange(old, old | LOCKED, Acquire, Relaxed).is_ok();
        if ok {
            g.rt().event(Kind::LockAcquire, self.0.id, 0, 0, NO_CAUSE);
        }
        ok
    }

    #[cold]
    #[inline(never)]
    fn lock_slow(&self, reason: WaitReason) -> u8 {
        let rt = me().rt();
        let m = &*self.0;
        let may_spin = rt.virt.is_none() && rt.cfg.procs > 1;
        let (mut since, mut starving, mut awoke, mut spins) = (0u64, false, false, 0u32);
        let mut old = m.state.load(Relaxed);
        loop {
            // Spinning makes sense only in normal mode: in starvation mode we cannot get it anyway.
            if may_spin && old & (LOCKED | STARVING) == LOCKED && spins < SPINS_MAX {
                if !awoke && old & WOKEN == 0 && old / WAITER != 0 {
                    awoke = m.state.compare_exchange(old, old | WOKEN, Relaxed, Relaxed).is_ok();
                }
                for _ in 0..30 {
                    std::hint::spin_loop();
                }
                spins += 1;
                old = m.state.load(Relaxed);
                continue;
            }
            let mut new = old;
            if old & STARVING == 0 {
                new |= LOCKED;
            }
            if old & (LOCKED | STARVING) != 0 {
                new += WAITER;
            }
            if starving && old & LOCKED != 0 {
                new |= STARVING;
            }
            if awoke {
                new &= !WOKEN;
            }
            if let Err(now) = m.state.compare_exchange(old, new, AcqRel, Relaxed) {
                old = now;
                continue;
            }
            if old & (LOCKED | STARVING) == 0 {
                return u8::from(since != 0);
            }
            // Waited before: in front of the queue.
            let lifo = since != 0;
            if since == 0 {
                since = rt.now().max(1);
            }
            m.sema.acquire(lifo, reason, m.id);
            starving = !rt.faults.has(Faults::MUTEX_NO_HANDOFF)
                && (starving || rt.now().saturating_sub(since) > STARVATION_NS);
            old = m.state.load(Relaxed);
            if old & STARVING != 0 {
                // Handed to us: not LOCKED, and we are still counted as a waiter.
                let last = old / WAITER == 1;
                let mut delta = LOCKED.wrapping_sub(WAITER);
                if !starving || last {
                    delta = delta.wrapping_sub(STARVING);
                }
                m.state.fetch_add(delta, AcqRel);
                return 2;
            }
            awoke = true;
            spins = 0;
        }
    }

    /// Unlocks it. Ends the program when it is not locked.
    pub fn unlock(&self) {
        let g = me();
        let seq = g.rt().event(Kind::LockRelease, self.0.id, 0, 0, NO_CAUSE);
        let m = &*self.0;
        let new = if g.rt().alone() {
            let new = m.state.load(Relaxed).wrapping_sub(LOCKED);
            m.state.store(new, Release);
            new
        } else {
            m.state.fetch_sub(LOCKED, AcqRel).wrapping_sub(LOCKED)
        };
        if new != 0 {
            self.unlock_slow(new, seq);
        }
        seam::point(g, OP_NS);
    }

    #[cold]
    #[inline(never)]
    fn unlock_slow(&self, mut new: u32, seq: Seq) {
        let m = &*self.0;
        if new.wrapping_add(LOCKED) & LOCKED == 0 {
            fatal("sync: unlock of unlocked mutex");
        }
        if new & STARVING != 0 {
            m.sema.release(true, seq);
            return;
        }
        loop {
            if new / WAITER == 0 || new & (LOCKED | WOKEN | STARVING) != 0 {
                return;
            }
            match m.state.compare_exchange(new, (new - WAITER) | WOKEN, AcqRel, Relaxed) {
                Ok(_) => return m.sema.release(false, seq),
                Err(now) => new = now,
            }
        }
    }
}
