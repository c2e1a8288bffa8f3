//! Blocking calls: the thread goes with the goroutine, the processor does not.
//!
//! ```text
//!   enter   P: Running → Syscall (one store); the P stays with the thread, nobody else uses it
//!   sysmon  P: Syscall → Idle by CAS after a look that it outlasted; handed to another thread
//!   exit    P: Syscall → Running by CAS: on we go (fast)
//!           else an idle P: on we go        else the global queue, and the thread goes to sleep
//! ```
//!
//! Invariants
//!   K1  between enter and exit the processor's queue and caches are touched only by whoever won the
//!       CAS away from Syscall (S5)
//!   K2  a thread in a call without a processor is counted in `blocked`: no deadlock report meanwhile
//!
//! Go: runtime/proc.go entersyscall, exitsyscall, exitsyscallTryGetP, entersyscallblock, handoffp (go1.27.3)
#![allow(unsafe_code)]
use std::ptr::null;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::time::Duration;

use super::coro::Yield;
use super::fault::Faults;
use super::g::{self, G, Status};
use super::rt::Rt;
use super::sched::{self, M, P, PStatus};
use super::sysmon::SLICE_NS;
use super::{may, real, seam};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// sysmon's first look, at which a call is seen, and the next, at which its processor is taken.
const LOOK_NS: u64 = 20_000;

/// Runs a call that blocks its thread. The processor goes to another thread meanwhile.
pub(crate) fn run_blocking<R>(f: impl FnOnce() -> R) -> R {
    let g = g::me();
    let rt = g.rt();
    rt.event(Kind::SyscallEnter, 0, 0, 0, NO_CAUSE);
    // SAFETY: the thread that runs this goroutine.
    let m = unsafe { g::cur_m().as_ref() };
    let (Some(m), None) = (m, &rt.virt) else {
        // `may`, or the virtual platform, where a real call takes no time.
        let r = f();
        rt.event(Kind::SyscallExit, 1, 0, 0, NO_CAUSE);
        return r;
    };
    let old = enter(g, m);
    // Inside the call there is no goroutine: a channel operation there is refused, because it would
    // run without a processor.
    let here = m.curg.replace(null());
    m.in_call.set(here);
    let r = f();
    m.in_call.set(null());
    m.curg.set(here);
    exit(rt, g, m, old);
    r
}

/// A call of length `d` that does nothing else.
pub(crate) fn sleep_in_call(d: Duration) {
    let g = g::me();
    let rt = g.rt();
    if rt.virt.is_none() || may::is_may(rt) {
        return run_blocking(|| real::sleep(rt.wall(d.as_nanos() as u64)));
    }
    virtual_call(rt, g, d.as_nanos() as u64);
}

fn enter(g: &G, m: &M) -> *const P {
    g.set_status(Status::Syscall);
    let p = m.p.get();
    // SAFETY: held by this thread. From the store on it may be taken (K1).
    unsafe {
        (*p).syscall_tick.store((*p).syscall_tick.load(Relaxed).wrapping_add(1), Relaxed);
        (*p).enter_call(m.id);
    }
    p
}

fn exit(rt: &Rt, g: &G, m: &M, old: *const P) {
    // SAFETY: processors live as long as the run.
    let old = unsafe { &*old };
    if old.leave_call(m.id) {
        g.set_status(Status::Running);
        rt.event(Kind::SyscallExit, 1, 0, 0, NO_CAUSE);
        return;
    }
    // It was taken: K2 ends once we hold another or are queued.
    m.p.set(null());
    match rt.sched.try_take_p() {
        Some(p) => {
            rt.sched.idle.lock().blocked -= 1;
            sched::acquire_p(rt, m, p);
            // SAFETY: held now.
            unsafe { (*p).curg.store(std::ptr::from_ref(g).cast_mut(), Release) };
            g.set_status(Status::Running);
            rt.event(Kind::SyscallExit, 1, 0, 1, NO_CAUSE);
        }
        None => back_through_queue(rt, g),
    }
}

fn back_through_queue(rt: &Rt, g: &G) {
    rt.event(Kind::SyscallExit, 0, 0, 2, NO_CAUSE);
    rt.sched.idle.lock().blocked -= 1;
    // SAFETY: the running goroutine.
    unsafe { sched::suspend(g, Yield::Sched(false)) };
    if rt.is_dying() {
        seam::halt();
    }
}

/// Takes the processor of a thread in a blocking call, if it is still in it, and hands it on.
pub(crate) fn retake(rt: &Rt, p: &P, why: u8, lasted: u64) -> bool {
    // K2 first: the thread may be back the moment the processor is gone.
    rt.sched.idle.lock().blocked += 1;
    if !rt.event_taken(p, PStatus::Idle, lasted, why) {
        rt.sched.idle.lock().blocked -= 1;
        return false;
    }
    p.curg.store(std::ptr::null_mut(), Release); // ours now (S5)
    rt.sched.hand_off(rt, p);
    true
}

/// A blocking call in virtual time. The thread does what sysmon would: at its second look (20 µs) the
/// processor is taken if it has work to do or nobody else looks for work, else after 10 ms.
fn virtual_call(rt: &Rt, g: &G, d: u64) {
    rt.event(Kind::SyscallEnter, 0, 0, 0, NO_CAUSE);
    // SAFETY: the thread that runs this goroutine; its P, held until it is taken below.
    let (m, p) = unsafe { (&*g::cur_m(), &*(*g::cur_m()).p.get()) };
    let old = enter(g, m);
    let begun = rt.now();
    let end = begun + d;
    let mut look = begun + LOOK_NS;
    let watched = !rt.faults.has(Faults::NO_SYSMON) && !rt.faults.has(Faults::SYSCALL_KEEPS_P);
    while watched && look < end {
        // SAFETY: the running goroutine: its thread sleeps in virtual time.
        unsafe { sched::suspend(g, Yield::SleepM(Some(look))) };
        let s = &rt.sched;
        let others = s.nmspinning.load(Relaxed) + s.npidle.load(Relaxed) > 0;
        let idle = p.runq.is_empty() && s.global_len() == 0 && others;
        if !idle || rt.now() - begun >= SLICE_NS {
            retake(rt, p, 1, rt.now() - begun);
            break;
        }
        look = rt.now() + LOOK_NS.max((rt.now() - begun) / 8);
    }
    if rt.now() < end {
        // SAFETY: as above.
        unsafe { sched::suspend(g, Yield::SleepM(Some(end))) };
    }
    exit(rt, g, m, old);
}
