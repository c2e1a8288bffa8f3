//! The scheduler: M threads, P processors, and the loop that brings goroutines to them.
//!
//! A thread (M) must hold a processor (P) to run goroutines. A P has its own queue; a thread
//! without work looks, in this order, at: its timers, every 61st time the global queue, its own
//! queue, the global queue, and then at the queues of the others, from which it takes half.
//!
//! Invariants
//!   S1  a runnable goroutine is in exactly one queue (P ring, runnext, global) or about to run
//!   S2  whoever makes a goroutine runnable afterwards wakes a thread, if a P is idle and nobody is
//!       already looking (spinning)
//!   S3  a thread that stops spinning looks at every queue and timer once more *after* it has
//!       lowered the count of spinning threads; with S2 no goroutine waits while a P sleeps
//!   S4  idle threads hold no P; an idle P has an empty queue, unless S3 is about to find it
//!
//! S2 and S3 as two recipes, one per side:
//!   readier: 1 put into queue  2 read `nmspinning` (RMW)      3 if 0: wake a thread
//!   looker:  1 lower `nmspinning` (RMW)  2 read every queue   3 if not empty: look again
//!
//! Not done: waking a thread for every ready goroutine (thrashes), or handing the P directly to
//! the woken thread (loses locality). Both are discussed and rejected in Go's proc.go, too.
//! Go: runtime/proc.go schedule, findRunnable, stealWork, wakep, startm, stopm, checkdead (go1.27.3)
#![allow(unsafe_code)]
use std::cell::{Cell, UnsafeCell};
use std::collections::VecDeque;
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize};

use super::coro::{Suspender, Yield};
use super::fault::Faults;
use super::g::{self, G, Status};
use super::lock::Locked;
use super::note::Note;
use super::rt::Rt;
use super::runq::RunQ;
use super::timers::Timers;
use super::{Config, dead};
use crate::base::Rng;
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// The global queue is looked at first every so many rounds (a prime, as in Go).
const GLOBAL_EVERY: u32 = 61;
/// Rounds over all victims before a thief gives up.
const STEAL_ROUNDS: u32 = 4;

/// A processor.
pub(crate) struct P {
    pub(crate) id: u16,
    pub(crate) runq: RunQ,
    pub(crate) timers: Timers,
    /// Counts goroutine starts that began a new time slice.
    pub(crate) tick: AtomicU32,
    pub(crate) curg: AtomicPtr<G>,
}

/// A thread.
pub(crate) struct M {
    pub(crate) id: u16,
    /// *owner*: the processor it holds.
    pub(crate) p: Cell<*const P>,
    pub(crate) curg: Cell<*const G>,
    pub(crate) spinning: Cell<bool>,
    /// Written by the waker before the note.
    nextp: AtomicPtr<P>,
    pub(crate) note: Note,
    pub(crate) suspender: Cell<Suspender>,
    rng: UnsafeCell<Rng>,
}

// SAFETY: cells are touched by the thread itself, or (`nextp`, `spinning`) by the waker while the
// thread sleeps on `note`, whose lock orders the two. Breaks: conformance on the real platform.
unsafe impl Sync for M {}
// SAFETY: as above.
unsafe impl Send for M {}

impl M {
    pub(crate) fn p_id(&self) -> Option<u16> {
        // SAFETY: processors live as long as the run.
        unsafe { self.p.get().as_ref() }.map(|p| p.id)
    }
}

/// What the scheduler lock guards.
pub(crate) struct Idle {
    free_p: Vec<u16>,
    free_m: Vec<*const M>,
    global: VecDeque<*mut G>,
    /// The thread that sleeps until the next timer.
    sleeper: *const M,
    /// Boxed: a record must stay where it is while the list grows.
    #[allow(clippy::vec_box)]
    all_m: Vec<Box<M>>,
    /// Threads in a blocking call.
    pub(crate) blocked: usize,
    /// The main goroutine called Goexit.
    pub(crate) main_gone: bool,
}

pub(crate) struct Sched {
    pub(crate) ps: Box<[P]>,
    pub(crate) idle: Locked<Idle>,
    global_len: AtomicUsize,
    npidle: AtomicU32,
    nmspinning: AtomicU32,
    /// When the sleeper wakes; `u64::MAX` when there is none.
    sleep_until: AtomicU64,
    pub(crate) threads_peak: AtomicUsize,
    pub(crate) running_threads: AtomicUsize,
    pub(crate) timers_live: AtomicUsize,
}

impl Sched {
    pub(crate) fn new(cfg: &Config) -> Self {
        let ps: Box<[P]> = (0..cfg.procs.max(1))
            .map(|id| P {
                id,
                runq: RunQ::new(),
                timers: Timers::default(),
                tick: AtomicU32::new(0),
                curg: AtomicPtr::new(null_mut()),
            })
            .collect();
        // P0 goes to the first thread; the rest are idle, the lowest on top.
        let free_p: Vec<u16> = (1..ps.len() as u16).rev().collect();
        Self {
            npidle: AtomicU32::new(free_p.len() as u32),
            ps,
            idle: Locked::new(Idle {
                free_p,
                free_m: vec![],
                global: VecDeque::new(),
                sleeper: null(),
                all_m: vec![],
                blocked: 0,
                main_gone: false,
            }),
            global_len: AtomicUsize::new(0),
            nmspinning: AtomicU32::new(0),
            sleep_until: AtomicU64::new(u64::MAX),
            threads_peak: AtomicUsize::new(0),
            running_threads: AtomicUsize::new(0),
            timers_live: AtomicUsize::new(0),
        }
    }

    /// A thread record; the caller starts it.
    pub(crate) fn new_m(&self, rt: &Rt, p: *const P, spinning: bool) -> *const M {
        let mut idle = self.idle.lock();
        let id = idle.all_m.len() as u16;
        let m = Box::new(M {
            id,
            p: Cell::new(null()),
            curg: Cell::new(null()),
            spinning: Cell::new(spinning),
            nextp: AtomicPtr::new(p.cast_mut()),
            note: Note::default(),
            suspender: Cell::new(Suspender::NONE),
            rng: UnsafeCell::new(Rng::new(rt.cfg.seed ^ (u64::from(id) << 32))),
        });
        let ptr: *const M = &raw const *m;
        idle.all_m.push(m);
        self.threads_peak.store(idle.all_m.len(), Relaxed);
        drop(idle);
        rt.event(Kind::ThreadStart, u32::from(id), 0, 0, NO_CAUSE);
        ptr
    }

    pub(crate) fn threads(&self) -> usize {
        self.idle.lock().all_m.len()
    }

    /// Every sleeping thread looks again (the run is over).
    pub(crate) fn wake_everybody(&self, rt: &Rt) {
        let all: Vec<*const M> = self.idle.lock().all_m.iter().map(|m| &raw const **m).collect();
        for m in all {
            // SAFETY: thread records live as long as the run.
            unsafe { (*m).note.wake(rt, m) };
        }
    }

    // ── the global queue ──

    pub(crate) fn put_global(&self, rt: &Rt, gs: &[*mut G]) {
        let mut idle = self.idle.lock();
        idle.global.extend(gs);
        self.global_len.store(idle.global.len(), Release);
        drop(idle);
        rt.event(Kind::GlobalPut, gs.len() as u32, 0, 0, NO_CAUSE);
    }

    /// Takes one (`max` = 1) or a fair share, the first to run, the rest into `p`'s queue.
    fn get_global(&self, rt: &Rt, p: &P, max: usize) -> Option<*mut G> {
        if self.global_len.load(Acquire) == 0 {
            return None;
        }
        let mut idle = self.idle.lock();
        let share = idle.global.len().div_ceil(self.ps.len()).min(super::runq::CAP as usize / 2);
        let n = if max == 1 { 1 } else { share.max(1) }.min(idle.global.len());
        let first = idle.global.pop_front()?;
        let rest: Vec<*mut G> = idle.global.drain(..n - 1).collect();
        self.global_len.store(idle.global.len(), Release);
        drop(idle);
        rt.event(Kind::GlobalGet, n as u32, 0, u8::from(max == 1), NO_CAUSE);
        for g in rest {
            p.runq.put(g, false, |b| self.put_global(rt, b));
        }
        Some(first)
    }

    /// Puts a runnable goroutine where its thread will find it, and sees that somebody looks (S2).
    pub(crate) fn make_runnable(&self, rt: &Rt, g: *mut G, next: bool) {
        let m = g::cur_m();
        // SAFETY: a thread's record and its P live as long as the run.
        match unsafe { m.as_ref().and_then(|m| m.p.get().as_ref()) } {
            Some(p) => p.runq.put(g, next, |b| self.put_global(rt, b)),
            None => self.put_global(rt, &[g]),
        }
        self.wakep(rt);
    }

    /// Wakes one thread to look for work, if a P is idle and nobody looks yet.
    pub(crate) fn wakep(&self, rt: &Rt) {
        if self.npidle.load(Acquire) == 0 {
            return;
        }
        // The readier's step 2. An RMW, so that it is ordered with the looker's step 1.
        if self.nmspinning.compare_exchange(0, 1, AcqRel, Relaxed).is_err() {
            return;
        }
        if let Some(p) = self.take_idle_p() {
            self.start_m(rt, p, true);
        } else {
            self.nmspinning.fetch_sub(1, AcqRel);
        }
    }

    fn take_idle_p(&self) -> Option<*const P> {
        let mut idle = self.idle.lock();
        let id = idle.free_p.pop()?;
        self.npidle.store(idle.free_p.len() as u32, Release);
        Some(&raw const self.ps[id as usize])
    }

    /// Gives `p` to an idle thread or a new one.
    fn start_m(&self, rt: &Rt, p: *const P, spinning: bool) {
        let m = self.idle.lock().free_m.pop();
        if let Some(m) = m {
            // SAFETY: `m` sleeps on its note; the note's lock publishes these writes to it.
            unsafe {
                (*m).spinning.set(spinning);
                (*m).nextp.store(p.cast_mut(), Release);
                rt.event(Kind::ThreadWake, u32::from((*m).id), 0, 0, NO_CAUSE);
                (*m).note.wake(rt, m);
            }
            return;
        }
        let m = self.new_m(rt, p, spinning);
        match &rt.virt {
            Some(v) => v.start_m(rt, m),
            None => super::real::start_thread(rt, m),
        }
    }

    /// A processor whose thread went away (blocking call): somebody else takes it, if there is work.
    pub(crate) fn hand_off(&self, rt: &Rt, p: *const P) {
        // SAFETY: processors live as long as the run.
        let busy = unsafe { !(*p).runq.is_empty() || (*p).timers.next_when() != u64::MAX };
        if busy || self.global_len.load(Acquire) > 0 {
            self.start_m(rt, p, false);
            return;
        }
        self.put_idle_p(p);
        if self.nmspinning.load(Acquire) == 0 && self.find_work() {
            self.wakep(rt);
        }
    }

    /// An idle processor for a goroutine that is back from a blocking call.
    pub(crate) fn try_take_p(&self) -> Option<*const P> {
        self.take_idle_p()
    }

    pub(crate) fn put_idle_p(&self, p: *const P) {
        let mut idle = self.idle.lock();
        // SAFETY: as above.
        idle.free_p.push(unsafe { (*p).id });
        self.npidle.store(idle.free_p.len() as u32, Release);
    }

    fn find_work(&self) -> bool {
        self.global_len.load(Acquire) > 0 || self.ps.iter().any(|p| !p.runq.is_empty())
    }

    /// A timer was set to fire at `when`: the sleeper must not oversleep it.
    pub(crate) fn timer_set(&self, rt: &Rt, when: u64) {
        let until = self.sleep_until.load(Acquire);
        if until == u64::MAX {
            self.wakep(rt);
        } else if when < until {
            let m = self.idle.lock().sleeper;
            if !m.is_null() {
                // SAFETY: thread records live as long as the run.
                unsafe { (*m).note.wake(rt, m) };
            }
        }
    }
}

pub(crate) fn acquire_p(rt: &Rt, m: &M, p: *const P) {
    m.p.set(p);
    rt.event(Kind::ProcStart, 0, 0, 0, NO_CAUSE);
}

pub(crate) fn release_p(rt: &Rt, m: &M) -> *const P {
    rt.event(Kind::ProcStop, 0, 0, 0, NO_CAUSE);
    m.p.replace(null())
}

/// The scheduler loop of one thread; returns when the run is over.
pub(crate) fn mstart(rt: &Rt, m: &M) {
    rt.sched.running_threads.fetch_add(1, AcqRel);
    take_nextp(rt, m);
    while let Some((g, inherit)) = find_runnable(rt, m) {
        if m.spinning.get() {
            stop_spinning(rt, m, true);
            // We found work and may leave more behind: let another one look (S2).
            rt.sched.wakep(rt);
        }
        execute(rt, m, g, inherit);
        // Without this a goroutine that only yields would keep its thread from ever letting the
        // other virtual threads move.
        m_point(rt, m);
    }
    rt.sched.running_threads.fetch_sub(1, AcqRel);
}

fn stop_spinning(rt: &Rt, m: &M, found: bool) {
    m.spinning.set(false);
    rt.event(Kind::SpinStop, u32::from(found), 0, 0, NO_CAUSE);
    let before = rt.sched.nmspinning.fetch_sub(1, AcqRel);
    debug_assert!(before > 0, "nmspinning below zero");
}

/// The next goroutine to run and whether it inherits the time slice; `None` when the run is over.
fn find_runnable(rt: &Rt, m: &M) -> Option<(*mut G, bool)> {
    let s = &rt.sched;
    loop {
        if rt.is_dying() {
            return None;
        }
        // SAFETY: held by this thread.
        let Some(p) = (unsafe { m.p.get().as_ref() }) else {
            stop_m(rt, m);
            continue;
        };
        p.timers.run_due(rt);
        let tick = p.tick.load(Relaxed);
        if tick.is_multiple_of(GLOBAL_EVERY)
            && let Some(g) = s.get_global(rt, p, 1)
        {
            return Some((g, false));
        }
        if let Some((g, next)) = p.runq.get() {
            return Some((g, next));
        }
        if let Some(g) = s.get_global(rt, p, usize::MAX) {
            return Some((g, false));
        }
        let busy = s.ps.len() as u32 - s.npidle.load(Acquire);
        if m.spinning.get() || 2 * s.nmspinning.load(Acquire) < busy {
            if !m.spinning.get() {
                m.spinning.set(true);
                s.nmspinning.fetch_add(1, AcqRel);
                rt.event(Kind::SpinStart, 0, 0, 0, NO_CAUSE);
            }
            if let Some(g) = steal_work(rt, m, p) {
                return Some((g, false));
            }
            if !p.runq.is_empty() {
                continue; // a timer of another P made something runnable
            }
        }
        go_idle(rt, m);
    }
}

/// No work: gives the P up, looks once more (S3), then sleeps.
fn go_idle(rt: &Rt, m: &M) {
    let s = &rt.sched;
    if s.global_len.load(Acquire) > 0 {
        return;
    }
    s.put_idle_p(release_p(rt, m));
    m_point(rt, m);
    if m.spinning.get() {
        stop_spinning(rt, m, false); // the looker's step 1
        m_point(rt, m);
        let due = s.find_work() || s.ps.iter().any(|p| p.timers.next_when() <= rt.now());
        if due && take_p_and_spin(rt, m) {
            return;
        }
    }
    if sleep_for_timers(rt, m) {
        return;
    }
    stop_m(rt, m);
}

/// Becomes the one thread that sleeps until the next timer. False when there is no timer, or
/// another thread does it already.
fn sleep_for_timers(rt: &Rt, m: &M) -> bool {
    let s = &rt.sched;
    let next = || s.ps.iter().map(|p| p.timers.next_when()).min().unwrap_or(u64::MAX);
    {
        let mut idle = s.idle.lock();
        if !idle.sleeper.is_null() || next() == u64::MAX || rt.is_dying() {
            return false;
        }
        idle.sleeper = m;
        s.sleep_until.store(next(), Release);
    }
    // A timer set between the look and the store saw no sleeper: look again.
    let until = next();
    s.sleep_until.store(until, Release);
    if until > rt.now() && !s.find_work() {
        rt.event(Kind::ThreadPark, 0, until, 1, NO_CAUSE);
        m.note.sleep(rt, m, Some(until));
    }
    s.sleep_until.store(u64::MAX, Release);
    s.idle.lock().sleeper = null();
    if rt.is_dying() {
        return true;
    }
    take_p_and_spin(rt, m)
}

/// Takes an idle processor, if there is one, and looks for work with it.
fn take_p_and_spin(rt: &Rt, m: &M) -> bool {
    let Some(p) = rt.sched.take_idle_p() else { return false };
    acquire_p(rt, m, p);
    m.spinning.set(true);
    rt.sched.nmspinning.fetch_add(1, AcqRel);
    rt.event(Kind::SpinStart, 0, 0, 0, NO_CAUSE);
    true
}

/// Sleeps until a waker brings a processor.
fn stop_m(rt: &Rt, m: &M) {
    {
        let mut idle = rt.sched.idle.lock();
        if rt.is_dying() {
            return;
        }
        idle.free_m.push(m);
    }
    dead::check(rt);
    if rt.is_dying() {
        return;
    }
    rt.event(Kind::ThreadPark, 0, 0, 0, NO_CAUSE);
    // Only `start_m` takes us off the idle list, and it brings a processor; any other wake-up is a
    // late one for an earlier sleep.
    loop {
        m.note.sleep(rt, m, None);
        if take_nextp(rt, m) || rt.is_dying() {
            return;
        }
    }
}

/// Takes the processor that a waker brought.
fn take_nextp(rt: &Rt, m: &M) -> bool {
    // Acquire: also makes the waker's write of `spinning` ours.
    let p = m.nextp.swap(null_mut(), AcqRel);
    if p.is_null() {
        return false;
    }
    acquire_p(rt, m, p);
    if m.spinning.get() {
        rt.event(Kind::SpinStart, 0, 0, 0, NO_CAUSE);
    }
    true
}

/// True when no thread can make progress: all idle, nobody asleep for a timer or blocked.
pub(crate) fn all_idle(rt: &Rt) -> bool {
    let idle = rt.sched.idle.lock();
    idle.free_m.len() == idle.all_m.len() && idle.sleeper.is_null() && idle.blocked == 0
}

fn random(rt: &Rt, m: &M, n: u32) -> u32 {
    match &rt.virt {
        Some(v) => v.pick(n),
        // SAFETY: only the thread itself uses its generator.
        None => unsafe { (*m.rng.get()).below(n) },
    }
}

/// Four rounds over the others, each from a random place with a random stride; `runnext` and other
/// Ps' timers only in the last.
fn steal_work(rt: &Rt, m: &M, p: &P) -> Option<*mut G> {
    let s = &rt.sched;
    let n = s.ps.len() as u32;
    if n == 1 || rt.faults.has(Faults::NO_STEAL) {
        s.ps.iter().for_each(|v| v.timers.run_due(rt));
        return None;
    }
    for round in 0..STEAL_ROUNDS {
        let last = round == STEAL_ROUNDS - 1;
        let start = random(rt, m, n);
        let stride = stride(n, random(rt, m, n));
        for i in 0..n {
            let victim = &s.ps[((start + i * stride) % n) as usize];
            if victim.id == p.id {
                continue;
            }
            if last {
                victim.timers.run_due(rt);
                if let Some((g, _)) = p.runq.get() {
                    return Some(g);
                }
            }
            m_point(rt, m);
            if let Some(l) = victim.runq.steal_into(&p.runq, last) {
                // SAFETY: we hold it now.
                let gid = unsafe { (*l.run).id() };
                rt.event_of(gid, Kind::Steal, l.taken, u64::from(victim.id), u8::from(l.was_runnext), NO_CAUSE);
                return Some(l.run);
            }
        }
    }
    None
}

/// A stride with no common factor with `n`, so that the walk meets each P once.
fn stride(n: u32, random: u32) -> u32 {
    let gcd = |mut a: u32, mut b: u32| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let all = (1..=n).filter(|i| gcd(*i, n) == 1);
    let count = all.clone().count() as u32;
    all.clone().nth((random % count) as usize).unwrap_or(1)
}

/// A scheduling point on the thread's own stack (virtual platform only).
fn m_point(rt: &Rt, m: &M) {
    if let Some(v) = &rt.virt
        && v.tick(0)
    {
        // SAFETY: runs on the stack of this thread's coroutine (CUR is null here).
        unsafe { m.suspender.get().suspend(Yield::Point) };
    }
}

/// Runs `g` until it parks, yields or ends.
fn execute(rt: &Rt, m: &M, gp: *mut G, inherit: bool) {
    // SAFETY: taken from a queue, so this thread alone holds it (S1); P is held by this thread.
    let (g, p) = unsafe { (&*gp, &*m.p.get()) };
    g.m.set(m);
    m.curg.set(gp);
    g.set_status(Status::Running);
    g.preempt.store(false, Relaxed);
    p.curg.store(gp, Release);
    if !inherit {
        p.tick.store(p.tick.load(Relaxed).wrapping_add(1), Relaxed);
        if rt.virt.is_some() {
            g.slice_start.set(rt.now());
        }
    }
    rt.event_of(g.id(), Kind::GoStart, 0, 0, 0, g.wake_seq.load(Relaxed));
    loop {
        g::set_cur(gp);
        // SAFETY: G2: the coroutine is used by the thread that runs the goroutine.
        let y = unsafe { (*g.coro.get()).as_mut().and_then(super::coro::Coro::resume) };
        g::set_cur(null());
        match y {
            Some(Yield::Point) => {
                // SAFETY: on this thread's own stack.
                unsafe { m.suspender.get().suspend(Yield::Point) };
                if rt.is_dying() {
                    return;
                }
            }
            Some(Yield::Burn(until)) => {
                // SAFETY: as above.
                unsafe { m.suspender.get().suspend(Yield::SleepM(Some(until))) };
                if rt.is_dying() {
                    return;
                }
            }
            other => return leave(rt, m, gp, other),
        }
    }
}

/// What follows when a goroutine has left its thread.
fn leave(rt: &Rt, m: &M, gp: *mut G, y: Option<Yield>) {
    // The goroutine may have changed threads' processors during a blocking call.
    // SAFETY: as in `execute`.
    unsafe {
        if let Some(p) = m.p.get().as_ref() {
            p.curg.store(null_mut(), Release);
        }
    }
    m.curg.set(null());
    // SAFETY: still ours until the commit function or a queue hands it on.
    let g = unsafe { &*gp };
    match y {
        Some(Yield::Park) => {
            if let Some((f, arg)) = g.commit.take() {
                // From here on another thread may run the goroutine.
                // SAFETY: `seam::park` paired the function with its argument.
                unsafe { f(arg) };
            }
        }
        Some(Yield::Sched(_)) => {
            g.set_status(Status::Runnable);
            rt.sched.put_global(rt, &[gp]);
        }
        _ => {
            // SAFETY: it has returned; nobody else knows it.
            unsafe { *g.coro.get() = None };
            rt.free_g(gp);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stride;

    /// go_TestStealOrder: for 1..64 processors the walk visits each exactly once.
    #[test]
    fn every_walk_visits_each_processor_once() {
        for n in 1..=64u32 {
            for r in 0..n {
                let (st, start) = (stride(n, r), r);
                let mut seen = vec![false; n as usize];
                for i in 0..n {
                    let at = ((start + i * st) % n) as usize;
                    assert!(!seen[at], "n={n} stride={st}");
                    seen[at] = true;
                }
            }
        }
    }
}
