//! Threads of others that run one goroutine each: the scheduler's part of a callback (see
//! `runtime::foreign`).
//!
//! Such a thread never looks for work. Its goroutine is tied to it (`LockOSThread`), so while that one
//! waits the thread sleeps, and whoever finds it runnable brings a processor.
//!
//! Go: runtime/proc.go exitsyscall, exitsyscall0, stoplockedm (go1.27.3)
use std::cell::Cell;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};

use super::exec::execute;
use super::{M, Sched, acquire_p, release_p};
use crate::runtime::coro::Shell;
use crate::runtime::g::{G, Status};
use crate::runtime::rt::Rt;
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

impl Sched {
    /// A goroutine record, with a stack, tied to `m` at this depth; no processor is needed. The caller
    /// sets its function.
    pub(crate) fn foreign_g(&self, rt: &Rt, m: &M, depth: u32) -> *mut G {
        let free = self.free_gs.lock().pop();
        let gp = rt.adopt_g(free);
        // SAFETY: ours alone (F1), and so is its shell (C4).
        unsafe {
            let (g, shell) = (&*gp, Shell::take(rt.stack_class));
            g.select_done.store(0, Relaxed);
            g.preempt.store(false, Relaxed);
            g.name.store(if rt.tracing { rt.text("callback") } else { 0 }, Relaxed);
            g.parent.store(0, Relaxed);
            g.set_status(Status::Runnable);
            g.shell.set(shell);
            g.set_local(&raw const (*shell).local);
            g.local().locked.set(depth);
            g.local().lockedm.set(m);
        }
        m.lockedg.set(gp);
        gp
    }

    /// Runs `gp` on the calling thread, which has no processor, until it is `done` or the run is over.
    pub(crate) fn run_foreign(&self, rt: &Rt, m: &M, gp: *mut G, done: &Cell<bool>) {
        self.running_threads.fetch_add(1, AcqRel);
        let mut next = if let Some(p) = self.try_take_p() {
            acquire_p(rt, m, p);
            Some(gp)
        } else {
            self.put_global(rt, &[gp]);
            self.wakep(rt);
            self.stop_locked(rt, m)
        };
        if next.is_some() {
            // Told only now: by Go's rules one is created on a processor.
            // SAFETY: tied to this thread, which runs it (S1).
            let g = unsafe { &*gp };
            let seq = rt.event(Kind::GoCreate, g.id(), u64::from(g.name.load(Relaxed)), 2, NO_CAUSE);
            g.wake_seq.store(seq, Relaxed);
        }
        while let Some(g) = next {
            execute(rt, m, g, false);
            if done.get() || rt.is_dying() {
                m.lockedg.set(std::ptr::null_mut());
                break;
            }
            next = self.stop_locked(rt, m);
        }
        if !rt.is_dying() && !m.p.get().is_null() {
            let p = release_p(rt, m);
            self.hand_off(rt, p);
        }
        self.running_threads.fetch_sub(1, AcqRel);
    }
}
