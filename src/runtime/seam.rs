//! The seam: the few services that channels, select, sync, context and time need from below.
//!
//! Two engines stand behind it: `gmp` (this crate's scheduler) and `may` (the crate of that name).
//! Which one is decided by the goroutine's run, one predictable branch a call.
//!
//! | service | gmp | may |
//! |---|---|---|
//! | [`spawn`] | a record in the run queue | `may::coroutine::spawn` |
//! | [`park`] / [`ready`] | switch away; who runs next on the thread commits | park with a token |
//! | [`yield_now`] | tail of the own queue; virtual: the global one | `yield_now` |
//! | [`sleep_until`] | timer heap of the P | `may::coroutine::sleep` |
//! | [`point`] | preemption flag; virtual: cost and choice | nothing |
//! | `syscall::run_blocking` | the P is handed on | plain call |
#![allow(unsafe_code)]
use std::sync::atomic::Ordering::Relaxed;

use super::coro::Yield;
use super::fault::Faults;
use super::g::{self, Commit, G, Status};
use super::rt::Rt;
use super::sched::P;
use super::sysmon::SLICE_NS;
use super::virt::POLL_NS;
use super::{may, preempt, sched, timers};
use crate::trace::event::{NO_CAUSE, Seq};
use crate::trace::{Kind, WaitReason};

/// Starts a goroutine.
pub(crate) fn spawn<F: FnOnce() + Send + 'static>(rt: &Rt, name: &str, f: F) {
    let may = may::is_may(rt);
    let (parent, p) = (g::cur(), sched::cur_p());
    let (gp, from) = match p {
        Some(p) if !may => p.new_g(rt),
        _ => (rt.loose_g(), 0),
    };
    // SAFETY: fresh, ours alone.
    let gr = unsafe { &*gp };
    gr.select_done.store(0, Relaxed);
    gr.preempt.store(false, Relaxed);
    gr.name.store(if name.is_empty() { 0 } else { rt.text(name) }, Relaxed);
    // SAFETY: the running goroutine's record.
    gr.parent.store(if parent.is_null() { 0 } else { unsafe { (*parent).id() } }, Relaxed);
    let seq = rt.event(Kind::GoCreate, gr.id(), u64::from(gr.name.load(Relaxed)), from, NO_CAUSE);
    gr.wake_seq.store(seq, Relaxed);
    gr.set_entry(f);
    if may {
        may::spawn(gr);
        return;
    }
    gr.set_status(Status::Runnable);
    rt.sched.make_runnable(rt, p, gp, true);
}

/// Puts the running goroutine `g` to sleep. `commit` runs when it has been switched away: from that
/// moment on another thread may wake it.
///
/// # Safety
/// The commit function must accept its argument, and whatever it points to must outlive the sleep.
#[inline]
pub(crate) unsafe fn park(g: &G, reason: WaitReason, obj: u32, commit: Option<(Commit, *const ())>) {
    let rt = g.rt();
    g.wait_obj.store(obj, Relaxed);
    g.wait.store(reason as u8, Relaxed);
    g.set_status(Status::Waiting);
    rt.event(Kind::GoPark, obj, 0, reason as u8, NO_CAUSE);
    if may::is_may(rt) {
        // SAFETY: the caller's promise.
        unsafe { may::park(g, commit) };
        return;
    }
    g.local().commit.set(commit);
    // SAFETY: we are the running goroutine.
    unsafe { sched::park_here(g) };
    if rt.is_dying() {
        halt();
    }
}

/// Makes a parked goroutine runnable, from wherever. `cause` is the event that did it.
pub(crate) fn ready(g: *const G, cause: Seq) {
    make_ready(sched::cur_p(), g, cause);
}

/// The same, done by the running goroutine `by`.
#[inline]
pub(crate) fn ready_by(by: &G, g: *const G, cause: Seq) {
    // SAFETY: the thread that runs it (none on the `may` engine), and the processor that one holds.
    let p = unsafe { by.m.get().as_ref().and_then(|m| m.p.get().as_ref()) };
    make_ready(p, g, cause);
}

#[inline]
fn make_ready(p: Option<&P>, g: *const G, cause: Seq) {
    // SAFETY: G1.
    let gr = unsafe { &*g };
    let rt = gr.rt();
    let next = !rt.faults.has(Faults::READY_TO_TAIL);
    let seq = rt.event(Kind::GoReady, gr.id(), u64::from(next), 0, cause);
    gr.wake_seq.store(seq, Relaxed);
    gr.set_status(Status::Runnable);
    if may::is_may(rt) {
        may::ready(gr);
        return;
    }
    rt.sched.make_runnable(rt, p, g.cast_mut(), next);
}

/// A scheduling point that costs `ns` of virtual time.
#[inline]
pub(crate) fn point(g: &G, ns: u64) {
    let rt = g.rt();
    if rt.virt.is_some() {
        virtual_point(g, rt, ns);
    } else if g.preempt.load(Relaxed) {
        preempt_now(g);
    } else if may::is_may(rt) && rt.is_dying() {
        // `may` cannot end a coroutine from outside; one that polls would keep a worker busy.
        halt();
    }
}

#[cold]
#[inline(never)]
fn virtual_point(g: &G, rt: &Rt, ns: u64) {
    let Some(v) = &rt.virt else { return };
    if rt.unwinding() {
        return;
    }
    let switch = v.tick(ns);
    let slice_over = slice_over(rt);
    if slice_over || v.wants_preempt() {
        preempt_now(g);
    } else if switch {
        // SAFETY: we are the running goroutine.
        unsafe { sched::suspend(g, Yield::Point) };
    }
}

/// The goroutine has had its 10 ms (virtual platform; on threads the monitor says so).
fn slice_over(rt: &Rt) -> bool {
    let over = sched::cur_p().is_some_and(|p| rt.now().saturating_sub(p.slice_start.load(Relaxed)) >= SLICE_NS);
    over && !rt.faults.has(Faults::NO_PREEMPT) && !rt.faults.has(Faults::NO_SYSMON)
}

#[cold]
fn preempt_now(g: &G) {
    if g.rt().unwinding() {
        return;
    }
    g.preempt.store(false, Relaxed);
    g.rt().event(Kind::GoYield, 0, 0, 1, NO_CAUSE);
    // SAFETY: as above.
    unsafe { sched::suspend(g, Yield::Sched(true)) };
    if g.rt().is_dying() {
        halt();
    }
}

/// Lets others run; the goroutine goes behind them: on threads to the tail of its processor's queue, on the
/// virtual platform to the global one (Go: Gosched).
pub(crate) fn yield_now() {
    let g = g::me();
    let rt = g.rt();
    rt.event(Kind::GoYield, 0, 0, 0, NO_CAUSE);
    if may::is_may(rt) {
        if rt.is_dying() {
            halt();
        }
        may::yield_now(rt);
        return;
    }
    if let Some(v) = &rt.virt
        && v.tick(POLL_NS)
    {
        // The thread is not the only one: without this a goroutine that yields in a loop would keep
        // its thread for ever, and the goroutine it waits for would never run on another.
        // SAFETY: we are the running goroutine.
        unsafe { sched::suspend(g, Yield::Point) };
    }
    // SAFETY: as above.
    unsafe { sched::yield_here(g) };
    if rt.is_dying() {
        halt();
    }
}

/// Sleeps until `when` ns on the run's clock.
pub(crate) fn sleep_until(when: u64) {
    unsafe fn commit(arg: *const ()) {
        // SAFETY: `arg` is the pair in the frame of the sleeper, which is parked.
        let (g, when) = unsafe { *arg.cast::<(*const G, u64)>() };
        // SAFETY: G1.
        timers::wake_at(unsafe { (*g).rt() }, when, g);
    }
    let g = g::me();
    if may::is_may(g.rt()) {
        may::sleep_until(g, when);
        return;
    }
    let arg = (std::ptr::from_ref(g), when);
    // SAFETY: the argument lives in this frame, which outlives the sleep.
    unsafe { park(g, WaitReason::Sleep, 0, Some((commit, (&raw const arg).cast()))) };
}

/// Ties the running goroutine to its thread, or undoes it once.
pub(crate) fn lock_thread(lock: bool) {
    let g = g::me();
    let rt = g.rt();
    // SAFETY: the running thread's record; none on the `may` engine.
    let Some(m) = (unsafe { g::cur_m().as_ref() }) else { return };
    if rt.faults.has(Faults::NO_LOCK_THREAD) {
        return;
    }
    let depth = g.local().locked.get();
    if !lock && depth == 0 {
        return; // as in Go: no effect
    }
    let depth = if lock { depth + 1 } else { depth - 1 };
    g.local().locked.set(depth);
    rt.event(if lock { Kind::LockThread } else { Kind::UnlockThread }, depth, 0, 0, NO_CAUSE);
    if depth == u32::from(lock) {
        sched::Sched::lock_thread(m, g, lock);
    }
    point(g, super::virt::OP_NS);
}

/// Computes for `ns`, holding the processor; gives it up at the end of each time slice.
pub(crate) fn burn(ns: u64) {
    let g = g::me();
    let rt = g.rt();
    rt.event(Kind::Burn, 0, ns, 0, NO_CAUSE);
    let mut left = ns;
    while left > 0 {
        let piece = left.min(SLICE_NS);
        let until = rt.now() + piece;
        if rt.virt.is_some() {
            // SAFETY: as above.
            unsafe { sched::suspend(g, Yield::Burn(until)) };
        } else {
            while rt.now() < until && !rt.is_dying() {
                std::hint::spin_loop();
            }
        }
        left -= piece;
        point(g, 1);
    }
}

/// Computes for `ns` without any safe point: only a signal can take the processor away.
pub(crate) fn tight(ns: u64) {
    let g = g::me();
    let rt = g.rt();
    rt.event(Kind::Burn, 1, ns, 0, NO_CAUSE);
    if rt.virt.is_none() {
        preempt::tight(rt.wall(ns).as_nanos() as u64);
        return;
    }
    let by_signal =
        ![Faults::ASYNC_PREEMPT_OFF, Faults::NO_PREEMPT, Faults::NO_SYSMON].iter().any(|f| rt.faults.has(*f));
    let mut left = ns;
    while left > 0 {
        let piece = if by_signal { left.min(SLICE_NS) } else { left };
        // SAFETY: we are the running goroutine.
        unsafe { sched::suspend(g, Yield::Burn(rt.now() + piece)) };
        left -= piece;
        if by_signal && left > 0 && slice_over(rt) {
            let p = sched::cur_p().map_or(0, |p| p.id);
            rt.event_at(p, Kind::PreemptAsk, g.id(), piece, 1);
            rt.event(Kind::Signal, 0, 0, 0, NO_CAUSE);
            preempt_now(g);
        }
    }
}

/// The run is over for this goroutine: it never runs again.
pub(crate) fn halt() -> ! {
    let g = g::me();
    loop {
        if may::is_may(g.rt()) {
            may::park_for_ever();
        } else {
            // SAFETY: we are the running goroutine; nobody will make it ready.
            unsafe { sched::suspend(g, Yield::Park) };
        }
    }
}
