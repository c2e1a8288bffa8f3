//! The second engine: goroutines are coroutines of the crate `may`.
//!
//! It proves that the primitives need only the seam, and gives demos an independent scheduler to
//! be checked against. What it does not have: processors and threads as events, deadlock
//! detection (a run that hangs ends with a limit), virtual time, preemption.
//!
//! Invariants
//!   Y1  `ready` comes at most once a park; the token makes a wake that overtakes the park count
//!   Y2  `may` has no way to end foreign coroutines, so a run on it is never freed
#![allow(unsafe_code)]
use std::cell::UnsafeCell;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64};
use std::sync::{Arc, Condvar, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use may::coroutine::{self, Coroutine};

use super::g::{Commit, G, Status};
use super::rt::Rt;
use super::timers::Timer;
use super::{End, Engine, panics};

/// Stack of a coroutine, in machine words.
const STACK_WORDS: usize = 0x4000;
/// Longest single sleep: `may`'s timer thread does not survive absurd durations.
const NAP: Duration = Duration::from_secs(3600);
/// A run in which nothing moved for so long counts as hung, whatever else the machine has to do …
const HANG: Duration = Duration::from_secs(8);
/// … and so does one that moves but has not ended by then.
const LONGEST: Duration = Duration::from_secs(60);
/// How often the driver looks.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Default)]
pub(crate) struct MayPart {
    handle: UnsafeCell<Option<Coroutine>>,
    token: AtomicBool,
}

#[derive(Default)]
pub(crate) struct MayRun {
    done: Mutex<bool>,
    bell: Condvar,
    /// Counts parks, wake-ups, yields and sleeps.
    moves: AtomicU64,
}

may::coroutine_local!(static ME: AtomicPtr<G> = AtomicPtr::new(std::ptr::null_mut()));

impl MayRun {
    pub(crate) fn finish(&self) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }

    fn moved(&self) {
        self.moves.fetch_add(1, Relaxed);
    }

    /// Waits for the end. False: the run hangs.
    fn wait(&self) -> bool {
        let (begun, mut since, mut seen) = (Instant::now(), Instant::now(), 0);
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        while !*done {
            done = self.bell.wait_timeout(done, LOOK).unwrap_or_else(PoisonError::into_inner).0;
            let moves = self.moves.load(Relaxed);
            if moves != seen {
                (seen, since) = (moves, Instant::now());
            }
            if !*done && (since.elapsed() >= HANG || begun.elapsed() >= LONGEST) {
                return false;
            }
        }
        true
    }
}

#[inline]
pub(crate) fn is_may(rt: &Rt) -> bool {
    rt.cfg.engine == Engine::May
}

/// The goroutine of the running `may` coroutine, null elsewhere.
pub(crate) fn cur() -> *const G {
    if coroutine::is_coroutine() { ME.with(|g| g.load(Relaxed)) } else { std::ptr::null() }
}

pub(crate) fn workers() -> usize {
    may::config().get_workers()
}

/// Starts a coroutine for a goroutine whose entry is set. Not generic: the crate builds half a dozen
/// functions for each type of closure it is given, so all of ours are one type.
pub(crate) fn spawn(g: &'static G) {
    g.set_status(Status::Runnable);
    if !g.has_local() {
        // Kept with the record, which is never freed (Y2).
        g.set_local(Box::into_raw(Box::default()));
    }
    g.local().may.token.store(false, Relaxed);
    let body = move || {
        ME.with(|me| me.store(std::ptr::from_ref(g).cast_mut(), Relaxed));
        // SAFETY: only this coroutine writes it, before it can park for the first time.
        unsafe { *g.local().may.handle.get() = Some(coroutine::current()) };
        g.set_status(Status::Running);
        // SAFETY: the entry was set for this start, and this is the goroutine's own stack.
        panics::run_top(g, || unsafe { g.call_entry() });
        ME.with(|me| me.store(std::ptr::null_mut(), Relaxed));
        g.rt().loose_ended(g);
    };
    // SAFETY: `may` asks that the coroutine not touch thread-locals across a switch (ours are read
    // in functions that are never inlined) and not overflow its stack.
    let started = unsafe { coroutine::Builder::new().stack_size(STACK_WORDS).spawn(body) };
    if let Err(e) = started {
        g.rt().finish(End::Fatal(format!("may: cannot start a coroutine: {e}")));
    }
}

/// # Safety
/// As `seam::park`.
pub(crate) unsafe fn park(g: &G, commit: Option<(Commit, *const ())>) {
    if let Some((f, arg)) = commit {
        // Y1: a wake may come from here on; the token keeps it.
        // SAFETY: the caller's promise.
        unsafe { f(arg) };
    }
    while !g.local().may.token.swap(false, AcqRel) {
        coroutine::park();
    }
    g.rt().may.moved();
    g.set_status(Status::Running);
    if g.rt().is_dying() {
        park_for_ever();
    }
}

pub(crate) fn ready(g: &G) {
    g.local().may.token.store(true, Release);
    // SAFETY: written before the goroutine first parked; the waker found it through a lock that
    // the parker held, which orders the two.
    if let Some(c) = unsafe { (*g.local().may.handle.get()).as_ref() } {
        c.unpark();
    }
}

pub(crate) fn yield_now(rt: &Rt) {
    rt.may.moved();
    coroutine::yield_now();
}

pub(crate) fn sleep_until(g: &G, when: u64) {
    g.wait.store(crate::trace::WaitReason::Sleep as u8, Relaxed);
    g.set_status(Status::Waiting);
    g.rt().may.moved();
    loop {
        let now = g.rt().now();
        if now >= when {
            break;
        }
        coroutine::sleep(g.rt().wall(when - now).min(NAP));
    }
    g.rt().may.moved();
    g.set_status(Status::Running);
}

pub(crate) fn park_for_ever() -> ! {
    loop {
        coroutine::park();
    }
}

/// Fires `t` at `when` unless its generation has moved on.
pub(crate) fn fire_at(rt: &Rt, t: Arc<Timer>, when: u64, generation: u32) {
    let rt: *const Rt = rt;
    struct Shared(*const Rt);
    // SAFETY: `Rt` is Sync, and never freed on this engine (Y2).
    unsafe impl Send for Shared {}
    let rt = Shared(rt);
    let body = move || {
        let rt = rt;
        // SAFETY: Y2.
        let rt = unsafe { &*rt.0 };
        loop {
            let now = rt.now();
            if now >= when {
                break;
            }
            coroutine::sleep(rt.wall(when - now).min(NAP));
        }
        t.fire_from_heap(rt, generation);
    };
    // SAFETY: as in `spawn`.
    let started = unsafe { coroutine::Builder::new().stack_size(STACK_WORDS).spawn(body) };
    debug_assert!(started.is_ok(), "may could not start a timer coroutine");
}

/// Runs `main` on `may` and waits for the end.
pub(crate) fn drive(rt: &Arc<Rt>, main: Box<dyn FnOnce() + Send>) {
    static WORKERS: Once = Once::new();
    WORKERS.call_once(|| {
        may::config().set_workers(usize::from(rt.cfg.procs));
    });
    // Y2: coroutines that are left keep pointing at it.
    std::mem::forget(Arc::clone(rt));
    super::seam::spawn(rt, "", main);
    if !rt.may.wait() {
        let (quiet, longest) = (HANG.as_secs(), LONGEST.as_secs());
        let text = format!("may 引擎上 {quiet} 秒没有动静，或者 {longest} 秒还没有结束（它不检测死锁）");
        rt.finish(End::Limit(text));
    }
    // The end is published before `dying`; wait for it if `finish` is still between the two.
    while !rt.dying.load(Acquire) {
        std::thread::yield_now();
    }
}
