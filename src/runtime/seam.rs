//! The seam: the few services that channels, select, sync, context and time need from below.
//!
//! Two engines stand behind it: `gmp` (this crate's scheduler) and `may` (the crate of that name).
//! Which one is decided by the goroutine's run, one predictable branch a call.
//!
//! | service | gmp | may |
//! |---|---|---|
//! | [`spawn`] | own coroutine, run queue | `may::coroutine::spawn` |
//! | [`park`] / [`ready`] | switch away, commit on the thread's stack | park with a token |
//! | [`yield_now`] | global queue | `yield_now` |
//! | [`sleep_until`] | timer heap of the P | `may::coroutine::sleep` |
//! | [`point`] | preemption flag; virtual: cost and choice | nothing |
//! | [`run_blocking`] | the P is handed on | plain call |
#![allow(unsafe_code)]
use std::sync::atomic::Ordering::Relaxed;

use super::coro::{Coro, Yield};
use super::fault::Faults;
use super::g::{self, Commit, G, Status};
use super::rt::Rt;
use super::virt::POLL_NS;
use super::{may, panics, sched, timers};
use crate::trace::event::{NO_CAUSE, Seq};
use crate::trace::{Kind, WaitReason};

/// A time slice on the virtual platform, as in Go.
const SLICE_NS: u64 = 10_000_000;

/// Starts a goroutine.
pub(crate) fn spawn<F: FnOnce() + Send + 'static>(rt: &Rt, name: &str, f: F) {
    let gp = rt.new_g();
    // SAFETY: fresh, ours alone.
    let gr = unsafe { &*gp };
    if !name.is_empty() {
        gr.name.store(rt.text(name), Relaxed);
    }
    let parent = g::cur();
    // SAFETY: the running goroutine's record.
    gr.parent.store(if parent.is_null() { 0 } else { unsafe { (*parent).id() } }, Relaxed);
    let seq = rt.event(Kind::GoCreate, gr.id(), u64::from(gr.name.load(Relaxed)), 0, NO_CAUSE);
    gr.wake_seq.store(seq, Relaxed);
    if may::is_may(rt) {
        may::spawn(gr, f);
        return;
    }
    let coro = Coro::new(gr.id() == 1, move |s| {
        gr.suspender.set(s);
        panics::run_top(gr, f);
    });
    // SAFETY: G2: nobody runs it yet.
    unsafe { *gr.coro.get() = Some(coro) };
    gr.set_status(Status::Runnable);
    rt.sched.make_runnable(rt, gp, true);
}

/// Puts the running goroutine to sleep. `commit` runs when it has been switched away: from that
/// moment on another thread may wake it.
///
/// # Safety
/// The commit function must accept its argument, and whatever it points to must outlive the sleep.
pub(crate) unsafe fn park(reason: WaitReason, obj: u32, commit: Option<(Commit, *const ())>) {
    let g = g::me();
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
    g.commit.set(commit);
    // SAFETY: we are the running goroutine.
    unsafe { g.suspender.get().suspend(Yield::Park) };
    if rt.is_dying() {
        halt();
    }
}

/// Makes a parked goroutine runnable. `cause` is the event that did it.
pub(crate) fn ready(g: *const G, cause: Seq) {
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
    rt.sched.make_runnable(rt, g.cast_mut(), next);
}

/// A scheduling point that costs `ns` of virtual time.
#[inline]
pub(crate) fn point(g: &G, ns: u64) {
    let rt = g.rt();
    if rt.virt.is_some() {
        virtual_point(g, rt, ns);
    } else if g.preempt.load(Relaxed) {
        preempt(g);
    } else if may::is_may(rt) && rt.is_dying() {
        // `may` cannot end a coroutine from outside; one that polls would keep a worker busy.
        halt();
    }
}

fn virtual_point(g: &G, rt: &Rt, ns: u64) {
    let Some(v) = &rt.virt else { return };
    // A destructor that runs while a panic unwinds must not switch away.
    if std::thread::panicking() {
        return;
    }
    let switch = v.tick(ns);
    let slice_over = rt.now().saturating_sub(g.slice_start.get()) > SLICE_NS;
    if slice_over || v.wants_preempt() {
        preempt(g);
    } else if switch {
        // SAFETY: we are the running goroutine.
        unsafe { g.suspender.get().suspend(Yield::Point) };
    }
}

#[cold]
fn preempt(g: &G) {
    if std::thread::panicking() {
        return;
    }
    g.preempt.store(false, Relaxed);
    g.rt().event(Kind::GoYield, 0, 0, 1, NO_CAUSE);
    // SAFETY: as above.
    unsafe { g.suspender.get().suspend(Yield::Sched(true)) };
    if g.rt().is_dying() {
        halt();
    }
}

/// Lets others run; the goroutine goes to the global queue (Go: Gosched).
pub(crate) fn yield_now() {
    let g = g::me();
    let rt = g.rt();
    rt.event(Kind::GoYield, 0, 0, 0, NO_CAUSE);
    if may::is_may(rt) {
        if rt.is_dying() {
            halt();
        }
        may::yield_now();
        return;
    }
    if let Some(v) = &rt.virt
        && v.tick(POLL_NS)
    {
        // The thread is not the only one: without this a goroutine that yields in a loop would keep
        // its thread for ever, and the goroutine it waits for would never run on another.
        // SAFETY: we are the running goroutine.
        unsafe { g.suspender.get().suspend(Yield::Point) };
    }
    // SAFETY: as above.
    unsafe { g.suspender.get().suspend(Yield::Sched(false)) };
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
    unsafe { park(WaitReason::Sleep, 0, Some((commit, (&raw const arg).cast()))) };
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
            unsafe { g.suspender.get().suspend(Yield::Burn(until)) };
        } else {
            while rt.now() < until && !rt.is_dying() {
                std::hint::spin_loop();
            }
        }
        left -= piece;
        point(g, 1);
    }
}

/// Runs a call that blocks its thread. The processor goes to another thread meanwhile.
pub(crate) fn run_blocking<R>(f: impl FnOnce() -> R) -> R {
    let g = g::me();
    let rt = g.rt();
    rt.event(Kind::SyscallEnter, 0, 0, 0, NO_CAUSE);
    // SAFETY: the thread that runs this goroutine.
    let m = unsafe { g::cur_m().as_ref() };
    let (Some(m), None) = (m, &rt.virt) else {
        // `may`, or the virtual platform: nothing else can run meanwhile.
        let r = f();
        rt.event(Kind::SyscallExit, 1, 0, 0, NO_CAUSE);
        return r;
    };
    rt.sched.idle.lock().blocked += 1;
    let p = sched::release_p(rt, m);
    // SAFETY: processors live as long as the run.
    unsafe { (*p).curg.store(std::ptr::null_mut(), Relaxed) };
    rt.sched.hand_off(rt, p);
    let r = f();
    rt.sched.idle.lock().blocked -= 1;
    if let Some(p) = rt.sched.try_take_p() {
        sched::acquire_p(rt, m, p);
        rt.event(Kind::SyscallExit, 1, 0, 0, NO_CAUSE);
    } else {
        rt.event(Kind::SyscallExit, 0, 0, 0, NO_CAUSE);
        // No processor free: queue up; this thread goes idle.
        // SAFETY: we are the running goroutine.
        unsafe { g.suspender.get().suspend(Yield::Sched(false)) };
    }
    r
}

/// The run is over for this goroutine: it never runs again.
pub(crate) fn halt() -> ! {
    let g = g::me();
    loop {
        if may::is_may(g.rt()) {
            may::park_for_ever();
        } else {
            // SAFETY: we are the running goroutine; nobody will make it ready.
            unsafe { g.suspender.get().suspend(Yield::Park) };
        }
    }
}
