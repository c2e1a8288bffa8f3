//! Stopping the world: every processor is taken, one thread goes on.
//!
//! Invariants
//!   W1  one stopper at a time (`Rt::world`); the next waits as a goroutine: a thread that waited with it
//!       would be stopped with the world, and nobody would know that it has something to run afterwards
//!   W2  `stop_wait` counts the processors that are not stopped yet; whoever stops one lowers it under
//!       the scheduler lock, the last one wakes the stopper
//!   W3  while the world is stopped no goroutine runs and no processor record changes hands
//!
//! A goroutine that reaches no safe point stops only by the signal; without it (`async-preempt-off`)
//! the stopper waits for it, as Go 1.13 did.
//!
//! Go: runtime/proc.go stopTheWorldWithSema, startTheWorldWithSema, procresize, gcstopm (go1.27.3)
#![allow(unsafe_code)]
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use super::coro::Yield;
use super::fault::Faults;
use super::g::{self, G};
use super::rt::Rt;
use super::sched::{self, M, PROCS_MAX, PStatus, Sched};
use super::{may, preempt, real, seam, syscall};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// Sets the number of processors and returns the old one; 0 only asks.
pub(crate) fn gomaxprocs(n: u16) -> u16 {
    let g = g::me();
    let rt = g.rt();
    let old = if may::is_may(rt) { may::workers() as u16 } else { rt.sched.nprocs() as u16 };
    let n = n.min(PROCS_MAX);
    if n == 0 || n == old || may::is_may(rt) {
        return old;
    }
    while rt.world.swap(true, AcqRel) {
        seam::yield_now();
    }
    on_system_stack(g, || {
        stop(rt, 0);
        resize(rt, g.id(), n);
        start(rt);
    });
    old
}

/// Runs `f` on the thread's own stack (Go: systemstack).
pub(crate) fn on_system_stack<F: FnOnce()>(g: &G, f: F) {
    unsafe fn call<F: FnOnce()>(arg: *const ()) {
        // SAFETY: `arg` is the option below, in the frame of the suspended goroutine.
        if let Some(f) = unsafe { (*arg.cast_mut().cast::<Option<F>>()).take() } {
            f();
        }
    }
    let mut f = Some(f);
    g.local().commit.set(Some((call::<F>, (&raw mut f).cast_const().cast())));
    // SAFETY: the running goroutine; it comes straight back.
    unsafe { sched::suspend(g, Yield::Call) };
}

/// Stops every other processor. Runs on a thread's own stack, with a processor, as the one stopper (W1).
pub(crate) fn stop(rt: &Rt, why: u8) {
    let s = &rt.sched;
    // SAFETY: on a scheduler thread.
    let m = unsafe { &*g::cur_m() };
    rt.event(Kind::StwStart, 0, 0, why, NO_CAUSE);
    rt.world_since.store(rt.now(), Relaxed);
    s.idle.lock().stop_wait = s.nprocs() as i32 - 1;
    s.stopping.store(true, Release);
    rt.set_direct(false);
    let idle = s.idle_ps_for_stop() as i32;
    s.idle.lock().stop_wait -= idle;
    loop {
        let own = m.p_id();
        for p in s.ps().filter(|p| Some(p.id) != own) {
            match p.status() {
                PStatus::Syscall => take_from_call(rt, p),
                PStatus::Running => ask(rt, p),
                _ => {}
            }
        }
        if s.idle.lock().stop_wait <= 0 || rt.is_dying() {
            return;
        }
        pause(rt, m);
    }
}

/// Its thread, when it comes back, has no processor (K2 of `syscall`: counted before it can be back).
fn take_from_call(rt: &Rt, p: &sched::P) {
    rt.sched.idle.lock().blocked += 1;
    let taken = rt.event_taken(p, PStatus::Stopped, 0, 2);
    let mut idle = rt.sched.idle.lock();
    if taken {
        idle.stop_wait -= 1;
    } else {
        idle.blocked -= 1;
    }
}

fn ask(rt: &Rt, p: &sched::P) {
    // SAFETY: G1; a goroutine that is another one by now yields once for nothing.
    if let Some(g) = unsafe { p.curg.load(Acquire).as_ref() } {
        g.preempt.store(true, Release);
        // SAFETY: thread records live as long as the run.
        if let (Some(m), false) = (unsafe { p.m.load(Acquire).as_ref() }, rt.faults.has(Faults::ASYNC_PREEMPT_OFF)) {
            preempt::signal(m);
        }
    }
}

fn pause(rt: &Rt, m: &M) {
    if rt.virt.is_some() {
        // SAFETY: on this thread's own stack.
        unsafe { m.suspender.get().suspend(Yield::SleepM(Some(rt.now() + 1_000))) };
    } else {
        real::sleep(std::time::Duration::from_micros(20));
    }
}

/// Changes the number of processors while the world is stopped (W3); `g` asked for it.
fn resize(rt: &Rt, g: u32, n: u16) {
    let s = &rt.sched;
    // SAFETY: as above.
    let m = unsafe { &*g::cur_m() };
    let old = s.nprocs() as u16;
    s.set_procs(n.max(old));
    for id in n..old {
        s.drain_p(rt, s.p(u32::from(id)));
    }
    // Our own processor may be gone: go on with P0, which is stopped and nobody's.
    if m.p_id().is_some_and(|id| id >= n) {
        // For who reads the recording, the caller yields and starts again there (as in Go's trace).
        rt.event_of(g, Kind::GoYield, 0, 0, 0, NO_CAUSE);
        let p = sched::release_p(rt, m);
        // SAFETY: processors live as long as the run.
        unsafe { (*p).set_status(PStatus::Stopped) };
        sched::acquire_p(rt, m, s.p(0));
        rt.event_of(g, Kind::GoStart, 0, 0, 0, NO_CAUSE);
    }
    s.set_procs(n);
    rt.set_alone(n);
    rt.procs_peak.fetch_max(u32::from(n), Relaxed);
    rt.event(Kind::ProcCount, u32::from(n), 0, 0, NO_CAUSE);
}

/// Lets the world go on.
pub(crate) fn start(rt: &Rt) {
    let s = &rt.sched;
    // SAFETY: as above.
    let m = unsafe { &*g::cur_m() };
    s.stopping.store(false, Release);
    rt.set_direct(true);
    for p in s.ps().filter(|p| Some(p.id) != m.p_id()) {
        p.set_status(PStatus::Idle);
        p.m.store(std::ptr::null_mut(), Release);
        if p.runq.is_empty() {
            s.put_idle_p(p);
        } else {
            s.hand_off(rt, p);
        }
    }
    let stood = rt.now().saturating_sub(rt.world_since.load(Relaxed));
    rt.event(Kind::StwEnd, 0, stood, 0, NO_CAUSE);
    rt.world.store(false, Release);
    s.wakep(rt);
}

impl Sched {
    /// A thread gives its processor to a stopped world and sleeps.
    pub(crate) fn stop_here(&self, rt: &Rt, m: &M) {
        if m.spinning.replace(false) {
            self.nmspinning.fetch_sub(1, AcqRel);
        }
        let p = sched::release_p(rt, m);
        // SAFETY: processors live as long as the run.
        unsafe { (*p).set_status(PStatus::Stopped) };
        self.idle.lock().stop_wait -= 1;
        sched::stop_m(rt, m);
    }
}

/// The thread's own stack, and a blocking call around what runs there.
pub(crate) fn cgo<R>(f: impl FnOnce() -> R) -> R {
    let g = g::me();
    let rt = g.rt();
    rt.event(Kind::CgoCall, 0, 0, 0, NO_CAUSE);
    let r = if may::is_may(rt) {
        f()
    } else if rt.virt.is_some() {
        // No real call, but the stack is the thread's own.
        let mut out = None;
        on_system_stack(g, || out = Some(f()));
        out.unwrap_or_else(|| super::seam::halt())
    } else {
        syscall::run_blocking(|| {
            let mut out = None;
            on_system_stack(g, || out = Some(f()));
            out
        })
        .unwrap_or_else(|| super::seam::halt())
    };
    rt.event(Kind::CgoCall, 0, 0, 1, NO_CAUSE);
    r
}
