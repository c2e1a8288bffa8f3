//! Running one goroutine, and what follows when it comes back.
//!
//! Go: runtime/proc.go execute, park_m, goschedImpl, gopreempt_m, gdestroy (go1.27.3)
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::{AcqRel, Relaxed, Release};

use super::{M, P, PStatus, acquire_p};
use crate::runtime::coro::Yield;
use crate::runtime::fault::Faults;
use crate::runtime::g::{G, Status};
use crate::runtime::rt::Rt;
use crate::runtime::switch::switch;
use crate::trace::Kind;

/// Runs `gp`, and those that it leaves to directly, until one parks, yields or ends with no next at
/// hand. The thread may hold another processor afterwards, or none.
pub(super) fn execute(rt: &Rt, m: &M, gp: *mut G, inherit: bool) {
    // SAFETY: taken from a queue, so this thread alone holds it (S1); P is held by this thread.
    let (g, p) = unsafe { (&*gp, &*m.p.get()) };
    if !g.has_local() {
        p.give_shell(rt, g);
    }
    begin(rt, m, p, gp, inherit);
    rt.event_of(g.id(), Kind::GoStart, 0, 0, 0, g.wake_seq.load(Relaxed));
    let mut gp = gp;
    loop {
        m.curg.set(gp);
        // SAFETY: it has begun, and its stack waits (C1).
        let from = unsafe { switch(m.g0.as_ptr(), (*gp).local().sp.get(), 0) };
        gp = from as *mut G;
        m.curg.set(null());
        let y = m.left.get();
        match y {
            Yield::Call => call_here(m, gp),
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
            Yield::Park | Yield::Sched(_) | Yield::Dead | Yield::Gone => {
                off(m);
                return came_back(rt, m, gp, y);
            }
        }
    }
}

fn came_back(rt: &Rt, m: &M, gp: *mut G, y: Yield) {
    match y {
        // SAFETY: ours until its commit function has run.
        Yield::Park => park(unsafe { &*gp }),
        Yield::Sched(preempted) => requeue(rt, m, gp, preempted),
        Yield::Dead => ended(rt, m, gp),
        _ => (),
    }
}

/// What becomes true of a goroutine the moment a thread turns to it.
#[inline]
pub(super) fn begin(rt: &Rt, m: &M, p: &P, gp: *mut G, inherit: bool) {
    // SAFETY: this thread alone holds it (S1).
    let g = unsafe { &*gp };
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
}

/// Runs the goroutine's function on this stack, the thread's own.
fn call_here(m: &M, gp: *mut G) {
    // SAFETY: it is suspended in `on_system_stack`, which paired the function with its argument.
    unsafe {
        if let Some((f, arg)) = (*gp).local().commit.take() {
            f(arg);
        }
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

fn off(m: &M) {
    // SAFETY: the processor this thread holds, if any.
    if let Some(p) = unsafe { m.p.get().as_ref() } {
        p.curg.store(null_mut(), Release);
    }
}

#[inline]
pub(super) fn park(g: &G) {
    if let Some((f, arg)) = g.local().commit.take() {
        // From here on another thread may run the goroutine.
        // SAFETY: `seam::park` paired the function with its argument.
        unsafe { f(arg) };
    }
}

/// It stays runnable. On the virtual platform, and whenever it was preempted, it goes to the global
/// queue as in Go; a goroutine that asks on the real platform goes to the tail of the own queue,
/// where it comes after everything that is there, too, but costs no common lock.
#[inline]
pub(super) fn requeue(rt: &Rt, m: &M, gp: *mut G, preempted: bool) {
    // SAFETY: still ours until the queue hands it on.
    unsafe { (*gp).set_status(Status::Runnable) };
    // SAFETY: the processor this thread holds, if any.
    match unsafe { m.p.get().as_ref() } {
        Some(p) if !preempted && rt.virt.is_none() => {
            p.runq.put(gp, false, rt.alone(), |b| rt.sched.put_global(rt, b));
        }
        p => requeue_global(rt, p, gp),
    }
}

#[cold]
fn requeue_global(rt: &Rt, p: Option<&P>, gp: *mut G) {
    if let Some(p) = p {
        // The monitor has looked; its next look is a slice away.
        p.slice_start.store(rt.now(), Relaxed);
    }
    rt.sched.put_global(rt, &[gp]);
    if p.is_none() {
        rt.sched.wakep(rt);
    }
}

fn ended(rt: &Rt, m: &M, gp: *mut G) {
    // SAFETY: it has returned; nobody else knows it. P is held by this thread.
    let (g, p) = unsafe { (&*gp, &*m.p.get()) };
    // The shell serves others, in other runs, too.
    let locked = g.local().locked.replace(0) > 0;
    g.local().lockedm.set(null());
    p.put_shell(rt, g.shell.replace(null_mut()));
    g.set_local(null());
    p.free_g(rt, gp);
    if locked {
        m.lockedg.set(null_mut());
        rt.sched.end_thread(rt, m);
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
