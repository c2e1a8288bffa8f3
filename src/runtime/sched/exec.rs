//! Running one goroutine, and what follows when it comes back.
//!
//! Go: runtime/proc.go execute, park_m, goschedImpl, gopreempt_m, gdestroy (go1.27.3)
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::{AcqRel, Relaxed, Release};

use super::{M, P, PStatus, acquire_p};
use crate::runtime::coro::{Shell, Yield};
use crate::runtime::fault::Faults;
use crate::runtime::g::{G, Status};
use crate::runtime::rt::Rt;
use crate::trace::Kind;

/// Runs `gp` until it parks, yields or ends. The thread may hold another processor afterwards, or
/// none.
pub(super) fn execute(rt: &Rt, m: &M, gp: *mut G, inherit: bool) {
    // SAFETY: taken from a queue, so this thread alone holds it (S1); P is held by this thread.
    let (g, p) = unsafe { (&*gp, &*m.p.get()) };
    let shell = shell_of(rt, p, g);
    g.m.set(m);
    g.set_status(Status::Running);
    g.preempt.store(false, Relaxed);
    p.curg.store(gp, Release);
    if !inherit || rt.faults.has(Faults::NO_SLICE_INHERIT) {
        p.tick.store(p.tick.load(Relaxed).wrapping_add(1), Relaxed);
        if rt.virt.is_some() {
            p.slice_start.store(rt.now(), Relaxed);
        }
    }
    rt.event_of(g.id(), Kind::GoStart, 0, 0, 0, g.wake_seq.load(Relaxed));
    loop {
        m.curg.set(gp);
        // SAFETY: G2: the shell is used by the thread that runs the goroutine.
        let y = unsafe { (*shell).resume(gp) };
        m.curg.set(null());
        match y {
            Yield::Park => return park(rt, m, g),
            Yield::Sched(_) => return requeue(rt, m, gp, y),
            Yield::Dead => return ended(rt, m, gp),
            Yield::Call => {
                if let Some((f, arg)) = g.local().commit.take() {
                    // SAFETY: the goroutine paired the function with its argument, and is suspended.
                    unsafe { f(arg) };
                }
                // The call may have changed the processor (gomaxprocs), or run without one (cgo).
                // SAFETY: processors live as long as the run.
                if let Some(p) = unsafe { m.p.get().as_ref() }
                    && p.status() == PStatus::Running
                    && std::ptr::eq(p.m.load(Relaxed), m)
                {
                    p.curg.store(gp, Release);
                }
            }
            Yield::Point | Yield::Burn(_) | Yield::SleepM(_) => {
                let to = match y {
                    Yield::Burn(until) => Yield::SleepM(Some(until)),
                    other => other,
                };
                // SAFETY: on this thread's own stack (virtual platform).
                unsafe { m.suspender.get().suspend(to) };
                if rt.is_dying() {
                    return;
                }
            }
        }
    }
}

/// The stack it runs on; a fresh goroutine gets one now.
#[inline]
fn shell_of(rt: &Rt, p: &P, g: &G) -> *mut Shell {
    let shell = g.shell.get();
    if !shell.is_null() {
        return shell;
    }
    let shell = p.take_shell(rt, g.id() == 1);
    g.shell.set(shell);
    // SAFETY: C4: ours alone; it stays at its address until it is destroyed.
    g.set_local(unsafe { &raw const (*shell).local });
    shell
}

#[inline]
fn off(m: &M) {
    // SAFETY: the processor this thread holds, if any.
    if let Some(p) = unsafe { m.p.get().as_ref() } {
        p.curg.store(null_mut(), Release);
    }
}

fn park(_rt: &Rt, m: &M, g: &G) {
    off(m);
    if let Some((f, arg)) = g.local().commit.take() {
        // From here on another thread may run the goroutine.
        // SAFETY: `seam::park` paired the function with its argument.
        unsafe { f(arg) };
    }
}

/// It stays runnable. On the virtual platform, and whenever it was preempted, it goes to the global
/// queue as in Go; a goroutine that asks on the real platform goes to the tail of the own queue,
/// where it comes after everything that is there, too, but costs no common lock.
fn requeue(rt: &Rt, m: &M, gp: *mut G, y: Yield) {
    off(m);
    // SAFETY: still ours until the queue hands it on.
    unsafe { (*gp).set_status(Status::Runnable) };
    // SAFETY: the processor this thread holds, if any.
    let p = unsafe { m.p.get().as_ref() };
    match p {
        Some(p) if y == Yield::Sched(false) && rt.virt.is_none() => {
            p.runq.put(gp, false, rt.alone(), |b| rt.sched.put_global(rt, b));
        }
        _ => {
            if let Some(p) = p {
                // The monitor has looked; its next look is a slice away.
                p.slice_start.store(rt.now(), Relaxed);
            }
            rt.sched.put_global(rt, &[gp]);
            if p.is_none() {
                rt.sched.wakep(rt);
            }
        }
    }
}

fn ended(rt: &Rt, m: &M, gp: *mut G) {
    off(m);
    // SAFETY: it has returned; nobody else knows it. P is held by this thread.
    unsafe {
        let g = &*gp;
        // The shell serves others, in other runs, too.
        let locked = g.local().locked.replace(0) > 0;
        g.local().lockedm.set(null());
        let shell = g.shell.replace(null_mut());
        g.set_local(null());
        let p = &*m.p.get();
        p.put_shell(rt, shell);
        p.free_g(rt, gp);
        if locked {
            m.lockedg.set(null_mut());
            rt.sched.end_thread(rt, m);
        }
    }
}

impl super::Sched {
    /// A goroutine that ended locked takes its thread with it; another goes on with the processor. The
    /// first thread belongs to the caller of `run` and cannot end: it sleeps until the run is over, and
    /// counts as ended (Go: mexit).
    fn end_thread(&self, rt: &Rt, m: &M) {
        if rt.is_dying() {
            return;
        }
        let p = super::release_p(rt, m);
        m.ending.set(true);
        self.hand_off(rt, p);
        self.idle.lock().ended += 1;
        crate::runtime::dead::check(rt); // it may have been the last that could move
        if m.id == 0 {
            rt.event(Kind::ThreadPark, 0, 0, 3, crate::trace::event::NO_CAUSE);
            while !rt.is_dying() {
                m.note.sleep(rt, m, None);
            }
            return;
        }
        // Last: an ended thread does nothing more.
        rt.event(Kind::ThreadEnd, u32::from(m.id), 0, 0, crate::trace::event::NO_CAUSE);
    }

    /// Leaves the processor to the thread that `gp` is locked to, and waits for another.
    pub(super) fn start_locked(&self, rt: &Rt, m: &M, gp: *mut G, to: *const M) {
        let p = super::release_p(rt, m);
        self.idle.lock().asleep_locked -= 1; // by the waker, so that nobody sees both asleep
        // SAFETY: the locked thread sleeps on its note, and nobody else wakes it (see `stop_locked`).
        unsafe {
            (*to).locked_run.store(gp, Release);
            (*to).nextp.store(p.cast_mut(), Release);
            rt.event(Kind::ThreadWake, u32::from((*to).id), 0, 0, crate::trace::event::NO_CAUSE);
            (*to).note.wake(rt, to);
        }
    }

    /// A thread whose goroutine is locked to it sleeps until that goroutine is runnable. Returns it,
    /// or none when the run is over.
    pub(super) fn stop_locked(&self, rt: &Rt, m: &M) -> Option<*mut G> {
        // SAFETY: held by this thread, if any.
        if !m.p.get().is_null() {
            let p = super::release_p(rt, m);
            self.hand_off(rt, p);
        }
        self.idle.lock().asleep_locked += 1;
        crate::runtime::dead::check(rt);
        rt.event(Kind::ThreadPark, 0, 0, 2, crate::trace::event::NO_CAUSE);
        while !rt.is_dying() {
            let p = m.nextp.swap(null_mut(), AcqRel);
            if !p.is_null() {
                acquire_p(rt, m, p);
                return Some(m.locked_run.swap(null_mut(), AcqRel)).filter(|g| !g.is_null());
            }
            m.note.sleep(rt, m, None);
        }
        None
    }
}
