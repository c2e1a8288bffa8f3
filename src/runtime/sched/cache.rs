//! Free goroutine records and shells: a list for each processor, and a common one.
//!
//! Invariants
//!   F1  a record in a free list has ended and is in no other list; it is reused, never freed, so a
//!       stale pointer to it points at some goroutine of the same run (G1)
//!   F2  a processor keeps at most 64 of either; it moves 32 at a time, so that the common lock is
//!       taken once in 32 spawns at worst
//!
//! Go: runtime/proc.go gfput, gfget, gFree (go1.27.3): 64 and 32 there, too
use std::sync::atomic::Ordering::Relaxed;

use super::{P, Sched};
use crate::runtime::coro::Shell;
use crate::runtime::fault::Faults;
use crate::runtime::g::{G, Status, prefetch};
use crate::runtime::rt::Rt;
use crate::runtime::slab::Class;

const LOCAL_MAX: usize = 64;
const BATCH: usize = 32;

/// What a processor keeps for itself.
#[derive(Default)]
pub(crate) struct Cache {
    gs: Vec<*mut G>,
    shells: Vec<*mut Shell>,
    /// Ids handed out next, and where the batch ends.
    next_id: u32,
    end_id: u32,
}

impl Cache {
    /// Everything goes to the common lists.
    pub(super) fn empty(&mut self, rt: &Rt) {
        rt.sched.free_gs.lock().append(&mut self.gs);
        Shell::keep(rt.stack_class, self.shells.drain(..));
    }
}

impl P {
    /// A record for a new goroutine and where it came from (`Kind::GoCreate`, `why`).
    pub(crate) fn new_g(&self, rt: &Rt) -> (*mut G, u8) {
        // SAFETY: the caller's thread holds this processor (S5).
        let c = unsafe { &mut *self.cache.get() };
        let mut from = 1;
        if c.gs.is_empty() {
            let mut all = rt.sched.free_gs.lock();
            let keep = all.len().saturating_sub(BATCH);
            c.gs.extend(all.drain(keep..));
            drop(all);
            from = 2;
            if c.gs.is_empty() {
                rt.make_gs(BATCH, &mut c.gs);
            }
        }
        let g = c.gs.pop().unwrap_or(std::ptr::null_mut());
        if let Some(next) = c.gs.last() {
            prefetch(*next); // it may have ended on another core
        }
        // SAFETY: F1: ours alone now.
        let fresh = unsafe { (*g).id() == 0 };
        if c.next_id == c.end_id {
            (c.next_id, c.end_id) = rt.gid_batch();
        }
        // SAFETY: as above.
        unsafe { (*g).id.store(c.next_id, Relaxed) };
        c.next_id += 1;
        self.live.store(self.live.load(Relaxed) + 1, Relaxed);
        (g, if fresh { 0 } else { from })
    }

    /// The goroutine has ended; its shell must have been taken from it.
    pub(super) fn free_g(&self, rt: &Rt, g: *mut G) {
        self.live.store(self.live.load(Relaxed) - 1, Relaxed);
        // SAFETY: the caller held it alone.
        unsafe { (*g).set_status(Status::Dead) };
        if rt.faults.has(Faults::NO_G_REUSE) {
            return;
        }
        // SAFETY: S5.
        let c = unsafe { &mut *self.cache.get() };
        c.gs.push(g);
        if c.gs.len() > LOCAL_MAX {
            rt.sched.free_gs.lock().extend(c.gs.drain(..BATCH));
        }
    }

    /// A shell to run a goroutine in.
    pub(super) fn give_shell(&self, rt: &Rt, g: &G) {
        if g.id() == 1 {
            return into(g, Shell::take(Class::MAIN));
        }
        if !self.give_spare_shell(g) {
            // SAFETY: S5.
            into(g, refill(rt.stack_class, unsafe { &mut *self.cache.get() }));
        }
    }

    /// The same, if the processor has one at hand.
    #[inline]
    pub(super) fn give_spare_shell(&self, g: &G) -> bool {
        // SAFETY: S5.
        let c = unsafe { &mut *self.cache.get() };
        c.shells.pop().map(|s| into(g, s)).is_some()
    }

    /// The goroutine has ended and is still in its shell: frees both, the shell on top, if it is a
    /// usual one and there is room.
    #[inline]
    pub(super) fn free_with_shell(&self, rt: &Rt, g: &G) -> bool {
        let shell = g.shell.get();
        // SAFETY: S5; the shell of the running goroutine.
        let (c, class) = unsafe { (&mut *self.cache.get(), (*shell).slot().class) };
        if class != rt.stack_class || c.shells.len() >= LOCAL_MAX {
            return false;
        }
        c.shells.push(shell);
        g.shell.set(std::ptr::null_mut());
        g.set_local(std::ptr::null());
        self.free_g(rt, std::ptr::from_ref(g).cast_mut());
        true
    }

    /// A shell whose goroutine has ended.
    #[inline]
    pub(super) fn put_shell(&self, rt: &Rt, shell: *mut Shell) {
        // SAFETY: C4: ours alone.
        let class = unsafe { (*shell).slot() }.class;
        if class != rt.stack_class {
            return Shell::keep(class, std::iter::once(shell));
        }
        // SAFETY: S5.
        let c = unsafe { &mut *self.cache.get() };
        c.shells.push(shell);
        if c.shells.len() > LOCAL_MAX {
            Shell::keep(rt.stack_class, c.shells.drain(..BATCH));
        }
    }

    /// The run is over: what the processor keeps goes back.
    pub(crate) fn close(&self, rt: &Rt) {
        // SAFETY: no thread of the run runs any more.
        let c = unsafe { &mut *self.cache.get() };
        Shell::keep(rt.stack_class, c.shells.drain(..));
    }

    pub(super) fn live(&self) -> i64 {
        self.live.load(Relaxed)
    }
}

/// From now on `g` has this shell.
#[inline]
fn into(g: &G, shell: *mut Shell) {
    g.shell.set(shell);
    // SAFETY: C4: ours alone; it stays at its address until it is destroyed.
    g.set_local(unsafe { &raw const (*shell).local });
}

#[cold]
fn refill(class: Class, c: &mut Cache) -> *mut Shell {
    Shell::take_many(class, BATCH, &mut c.shells);
    c.shells.pop().unwrap_or_else(|| Shell::take(class))
}

impl Sched {
    /// Goroutines begun less goroutines ended on processors. One may end on another processor than it
    /// began on; only the sum means something.
    pub(crate) fn live_sum(&self) -> i64 {
        self.all_ps().map(P::live).sum()
    }

    /// Also those that `gomaxprocs` took away.
    pub(crate) fn all_ps(&self) -> impl Iterator<Item = &P> {
        self.ps.iter().filter_map(|p| {
            // SAFETY: records live as long as the run.
            unsafe { p.load(std::sync::atomic::Ordering::Acquire).as_ref() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Config;

    #[test]
    fn a_processor_that_is_taken_away_keeps_nothing() {
        let rt = Rt::new(Config::default());
        // SAFETY: no thread of this run runs.
        let c = unsafe { &mut *rt.sched.p(0).cache.get() };
        c.shells.push(Shell::take(rt.stack_class));
        rt.make_gs(1, &mut c.gs);
        c.empty(&rt);
        assert!(c.gs.is_empty() && c.shells.is_empty());
        assert_eq!(rt.sched.free_gs.lock().len(), 1);
    }
}
