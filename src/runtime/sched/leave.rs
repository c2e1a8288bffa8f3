//! Leaving a goroutine: to the next one straight away, or to the thread's own stack.
//!
//! The way through the thread's stack is always right: there the whole search of `find` runs. Where
//! the next goroutine is at hand (`pick`), the running one switches to it directly: one switch in
//! place of two, and the processor's stack of return addresses, which both goroutines reach by the
//! same calls, mostly stays true. A goroutine that ends does not even switch when the next one is
//! fresh: the shell runs it in the same loop.
//!
//! What must not happen while the goroutine is still on its stack (letting its lock go, queueing it)
//! is done by whoever runs next on this thread: [`settle`].
//!
//! Invariants
//!   D1  between the switch away from a goroutine and its `settle` this thread does nothing else, so
//!       `M::left` says why it left
//!   D2  after a switch the goroutine may be on another thread: `G::m` is read again
//!   D3  only with `Rt::direct`: the run is `plain`, not ending, and its world is not being stopped. So
//!       every recording shows the thread's own loop, and the virtual platform uses nothing of this
//!
//! Go: runtime/proc.go schedule on g0 for every switch; there the way over g0 costs less than here,
//! for Go's compiler keeps nothing in registers across calls
use std::sync::atomic::Ordering::Relaxed;

use super::M;
use super::exec::{begin, park, requeue};
use super::find::GLOBAL_EVERY;
use crate::runtime::coro::Yield;
use crate::runtime::g::{self, G};
use crate::runtime::panics;
use crate::runtime::rt::Rt;
use crate::runtime::switch::switch;

/// Switches away from the running goroutine to the thread's own stack.
///
/// # Safety
/// Called on the goroutine's own stack.
pub(crate) unsafe fn suspend(g: &G, why: Yield) {
    // SAFETY: the thread that runs it; that thread's stack was left when it came here (X1 of `switch`).
    unsafe {
        let m = &*g.m.get();
        m.left.set(why);
        let from = switch(g.local().sp.as_ptr(), m.g0.get(), std::ptr::from_ref(g) as usize);
        settle(from);
    }
}

/// What `pick` found.
enum Pick {
    /// Ours, and begun.
    Next(*mut G),
    /// Nobody else is runnable here.
    Nobody,
    /// The thread's loop must decide.
    Loop,
}

/// Parks the running goroutine: straight to the next one, if it is at hand.
///
/// # Safety
/// As [`suspend`].
#[inline]
pub(crate) unsafe fn park_here(g: &G) {
    // SAFETY: the thread that runs it.
    unsafe {
        let m = &*g.m.get();
        match pick(g.rt(), m) {
            Pick::Next(next) => cross(g, m, next, Yield::Park),
            Pick::Nobody | Pick::Loop => suspend(g, Yield::Park),
        }
    }
}

/// Lets the others run that are runnable here; the running goroutine goes behind them.
///
/// # Safety
/// As [`suspend`].
#[inline]
pub(crate) unsafe fn yield_here(g: &G) {
    // SAFETY: the thread that runs it.
    unsafe {
        let m = &*g.m.get();
        match pick(g.rt(), m) {
            Pick::Next(next) => cross(g, m, next, Yield::Sched(false)),
            // It would be the next itself, with a new time slice.
            Pick::Nobody => begin(g.rt(), m, &*m.p.get(), std::ptr::from_ref(g).cast_mut(), false),
            Pick::Loop => suspend(g, Yield::Sched(false)),
        }
    }
}

/// From `g` to `next`, without the thread's stack.
///
/// # Safety
/// As [`suspend`]; `next` has begun on `m`.
#[inline]
unsafe fn cross(g: &G, m: &M, next: *mut G, why: Yield) {
    m.left.set(why);
    // SAFETY: its stack waits (C1), and it is ours alone.
    unsafe {
        let from = switch(g.local().sp.as_ptr(), (*next).local().sp.get(), std::ptr::from_ref(g) as usize);
        settle(from);
    }
}

/// The next goroutine, when none of the cases holds that only `find` can decide.
#[inline]
fn pick(rt: &Rt, m: &M) -> Pick {
    if !rt.direct.load(Relaxed) || !m.lockedg.get().is_null() {
        return Pick::Loop;
    }
    // SAFETY: held by this thread, if any.
    let Some(p) = (unsafe { m.p.get().as_ref() }) else { return Pick::Loop };
    let others = rt.sched.global_len() > 0;
    if others && p.tick.load(Relaxed).is_multiple_of(GLOBAL_EVERY) {
        return Pick::Loop;
    }
    let timer = p.timers.next_when();
    if timer != u64::MAX && timer <= rt.now() {
        return Pick::Loop;
    }
    let Some((gp, inherit)) = p.runq.get(rt.alone()) else {
        return if others { Pick::Loop } else { Pick::Nobody };
    };
    p.runq.prefetch();
    // SAFETY: taken from a queue, so this thread alone holds it (S1).
    let g = unsafe { &*gp };
    let ready = if g.has_local() { g.local().lockedm.get().is_null() } else { p.give_spare_shell(g) };
    if !ready {
        m.picked.set((gp, inherit)); // the loop goes on with it
        return Pick::Loop;
    }
    begin(rt, m, p, gp, inherit);
    m.curg.set(gp);
    Pick::Next(gp)
}

/// What had to wait until the goroutine `from` (its address, or 0) was off its stack.
#[inline]
fn settle(from: usize) {
    let gp = from as *mut G;
    // SAFETY: D1: nobody else knows it yet; the thread it was on is this one, whose record lives as
    // long as the run.
    if let Some(g) = unsafe { gp.as_ref() } {
        // SAFETY: as above.
        let m = unsafe { &*g.m.get() };
        match m.left.get() {
            Yield::Sched(_) => requeue(g.rt(), m, gp, false),
            _ => park(g),
        }
    }
}

/// The life of a shell: one goroutine after the other.
pub(crate) extern "C" fn shell_loop(from: usize) -> ! {
    settle(from);
    loop {
        // SAFETY: whoever switched here has begun the goroutine that this shell is for.
        let g = unsafe { &*g::cur() };
        // SAFETY: it has an entry, and this is its stack.
        panics::run_top(g, || unsafe { g.call_entry() });
        end(g);
    }
}

/// The goroutine has returned. Comes back when the shell has another one to run.
#[inline(never)]
fn end(g: &G) {
    let (rt, l) = (g.rt(), g.local());
    // SAFETY: the thread that runs it, and the processor it holds, if any.
    let (m, p) = unsafe { (&*g.m.get(), (*g.m.get()).p.get().as_ref()) };
    let (sp, me) = (l.sp.as_ptr(), std::ptr::from_ref(g) as usize);
    let gone = rt.direct.load(Relaxed) && l.locked.get() == 0 && p.is_some_and(|p| p.free_with_shell(rt, g));
    m.left.set(if gone { Yield::Gone } else { Yield::Dead });
    // SAFETY: as in `cross`. The shell may be in the processor's list by now, but only this thread can
    // take it from there, and it does so in `pick` alone before it has left.
    unsafe {
        let (to, arg) = match if gone { pick(rt, m) } else { Pick::Loop } {
            Pick::Next(next) if std::ptr::eq((*next).local(), l) => return, // this shell runs it
            Pick::Next(next) => ((*next).local().sp.get(), 0),
            Pick::Nobody | Pick::Loop => (m.g0.get(), me),
        };
        let from = switch(sp, to, arg);
        settle(from);
    }
}
