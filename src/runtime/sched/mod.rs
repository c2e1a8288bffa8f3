//! The scheduler: M threads, P processors, and what they share.
//!
//! A thread (M) must hold a processor (P) to run goroutines. A P has its own queue; a thread
//! without work looks, in this order, at: its timers, every 61st time the global queue, its own
//! queue, the global queue, the network, and then at the queues of the others, from which it takes
//! half.
//!
//! | file | what |
//! |---|---|
//! | `mod` | the records G runs on, the global queue, who is idle |
//! | `find` | the loop of a thread: find a goroutine, run it |
//! | `exec` | run one goroutine until it comes back, and what follows |
//! | `leave` | the running goroutine's side: to the next one directly, or back to the loop |
//! | `idle` | giving up: spin, poll, sleep; and waking |
//! | `cache` | a processor's own free goroutine records and stacks |
//!
//! Invariants
//!   S1  a runnable goroutine is in exactly one queue (P ring, runnext, global) or about to run
//!   S2  whoever makes a goroutine runnable afterwards wakes a thread, if a P is idle and nobody is
//!       already looking (spinning); see `idle` for the one exception on the real platform
//!   S3  a thread that stops spinning looks at every queue and timer once more *after* it has
//!       lowered the count of spinning threads; with S2 no goroutine waits while a P sleeps
//!   S4  idle threads hold no P; an idle P has an empty queue, unless S3 is about to find it
//!   S5  who owns a P: see `pstate`
//!
//! Not done: waking a thread for every ready goroutine (thrashes), or handing the P directly to
//! the woken thread (loses locality). Both are discussed and rejected in Go's proc.go, too.
//! Go: runtime/proc.go, runtime2.go p, m, schedt (go1.27.3)
#![allow(unsafe_code)]
mod cache;
mod exec;
mod find;
mod foreign;
mod idle;
mod leave;
mod sleeper;

use std::cell::{Cell, UnsafeCell};
use std::collections::VecDeque;
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize};

use super::Config;
use super::coro::{Suspender, Yield};
use super::g::{self, G};
use super::lock::Locked;
use super::note::Note;
use super::pstate::PState;
use super::rt::Rt;
use super::runq::RunQ;
use super::switch::Sp;
use super::timers::Timers;
use crate::base::Rng;
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

pub(crate) use super::pstate::PStatus;
pub(crate) use find::mstart;
pub(crate) use idle::{all_idle, stop_m};
pub(crate) use leave::{park_here, shell_loop, suspend, yield_here};

/// Processors at most.
pub(crate) const PROCS_MAX: u16 = 256;

/// A processor.
#[repr(align(128))]
pub(crate) struct P {
    pub(crate) id: u16,
    status: PState,
    /// The thread that holds it, or held it before a blocking call.
    pub(crate) m: AtomicPtr<M>,
    pub(crate) curg: AtomicPtr<G>,
    /// Counts goroutine starts that began a new time slice.
    pub(crate) tick: AtomicU32,
    /// Virtual platform: when the present time slice began, in ns. What comes through `runnext`
    /// inherits it.
    pub(crate) slice_start: AtomicU64,
    /// Counts blocking calls.
    pub(crate) syscall_tick: AtomicU32,
    /// Goroutines begun here less goroutines ended here.
    live: AtomicI64,
    cache: UnsafeCell<cache::Cache>,
    pub(crate) timers: Timers,
    pub(crate) runq: RunQ,
}

// SAFETY: `cache` is touched only by the thread that holds the processor (S5), the rest is atomic or
// locked. Breaks: conformance on the real platform.
unsafe impl Sync for P {}
// SAFETY: as above.
unsafe impl Send for P {}

impl P {
    fn new(id: u16) -> Self {
        Self {
            id,
            status: PState::new(PStatus::Idle),
            m: AtomicPtr::new(null_mut()),
            curg: AtomicPtr::new(null_mut()),
            tick: AtomicU32::new(0),
            slice_start: AtomicU64::new(0),
            syscall_tick: AtomicU32::new(0),
            live: AtomicI64::new(0),
            cache: UnsafeCell::default(),
            timers: Timers::default(),
            runq: RunQ::new(),
        }
    }

    pub(crate) fn status(&self) -> PStatus {
        self.status.get()
    }
    pub(crate) fn set_status(&self, s: PStatus) {
        self.status.set(s);
    }

    /// Its thread enters a blocking call.
    pub(crate) fn enter_call(&self, m: u16) {
        self.status.enter_call(m);
    }
    /// Its thread is back: true if nobody has taken it meanwhile (S5).
    pub(crate) fn leave_call(&self, m: u16) -> bool {
        self.status.leave_call(m)
    }
    /// Takes it from a thread in a blocking call: that thread for the one who did (S5), else none.
    pub(crate) fn take_from_call(&self, to: PStatus) -> Option<u16> {
        self.status.take_from_call(to)
    }
}

/// A thread.
pub(crate) struct M {
    pub(crate) id: u16,
    /// *owner*: the processor it holds.
    pub(crate) p: Cell<*const P>,
    /// *owner*: where its own stack was left for a goroutine's.
    g0: Cell<Sp>,
    /// *owner*: why the last goroutine left.
    left: Cell<Yield>,
    /// *owner*: taken from a queue by a goroutine that could not switch to it; the loop runs it.
    picked: Cell<(*mut G, bool)>,
    /// The goroutine whose stack the thread is on; null on its own.
    pub(crate) curg: Cell<*const G>,
    /// The goroutine whose stack the thread is on in a blocking call.
    pub(crate) in_call: Cell<*const G>,
    /// *owner*: the goroutine that is locked to this thread.
    pub(crate) lockedg: Cell<*mut G>,
    pub(crate) spinning: Cell<bool>,
    /// *owner*: what it saw of the processors when it last watched them, and its next nap in ns.
    watch: UnsafeCell<sleeper::Watch>,
    /// The thread ends when its goroutine has.
    ending: Cell<bool>,
    /// Another thread sleeps for the events in its place, and it is on the idle list. Set under the
    /// lock of `Idle`.
    relieved: Cell<bool>,
    /// Written by the waker before the note.
    nextp: AtomicPtr<P>,
    /// Its locked goroutine, brought with `nextp`.
    locked_run: AtomicPtr<G>,
    pub(crate) note: Note,
    /// Virtual platform: the thread's own coroutine.
    pub(crate) suspender: Cell<Suspender>,
    rng: UnsafeCell<Rng>,
    /// Real platform: preemption signals to it.
    pub(crate) mail: super::preempt::Mail,
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
    /// The thread that sleeps until the next timer or network event.
    sleeper: *const M,
    /// It sleeps in the poller, not on its note.
    sleeper_polls: bool,
    /// Boxed: a record must stay where it is while the list grows.
    #[allow(clippy::vec_box)]
    all_m: Vec<Box<M>>,
    /// Records made for threads that are not ours.
    extra: usize,
    /// Threads that ended.
    pub(crate) ended: usize,
    /// Threads that sleep until their locked goroutine is runnable. The waker takes them off, which
    /// may be a moment before they put themselves on.
    asleep_locked: i64,
    /// Threads in a blocking call without a processor.
    pub(crate) blocked: usize,
    /// The main goroutine called Goexit.
    pub(crate) main_gone: bool,
    /// Idle processors that were taken away by a stopped world.
    pub(crate) stop_wait: i32,
}

// SAFETY: the records behind the pointers live as long as the run, and are shared by rule.
unsafe impl Send for Idle {}

pub(crate) struct Sched {
    ps: Box<[AtomicPtr<P>]>,
    nprocs: AtomicU32,
    pub(crate) idle: Locked<Idle>,
    global_len: AtomicUsize,
    pub(crate) npidle: AtomicU32,
    pub(crate) nmspinning: AtomicU32,
    /// When the sleeper wakes; `u64::MAX` when there is none.
    sleep_until: AtomicU64,
    /// An idle thread looks round every now and then (see `idle`).
    pub(crate) watched: AtomicBool,
    /// Somebody wants the world stopped.
    pub(crate) stopping: AtomicBool,
    /// When the network was last asked, in ns of the run; 0 while a thread sleeps in the poller.
    pub(crate) last_poll: AtomicU64,
    pub(crate) threads_peak: AtomicUsize,
    pub(crate) running_threads: AtomicUsize,
    /// Timers that are set, on `may` (else they are counted where they stand).
    pub(crate) timers_live: AtomicUsize,
    /// Free goroutine records of all processors.
    free_gs: Locked<Vec<*mut G>>,
    /// Sleeps here until a processor is busy again.
    pub(crate) sysmon: super::sysmon::Sysmon,
}

// SAFETY: pointers in locked lists; the records live as long as the run.
unsafe impl Sync for Sched {}
// SAFETY: as above.
unsafe impl Send for Sched {}

impl Drop for Sched {
    fn drop(&mut self) {
        for p in &self.ps {
            let p = p.load(Relaxed);
            if !p.is_null() {
                // SAFETY: made by `Box::into_raw` in `grow`, and the run is over.
                drop(unsafe { Box::from_raw(p) });
            }
        }
    }
}

impl Sched {
    pub(crate) fn new(cfg: &Config) -> Self {
        let n = cfg.procs.clamp(1, PROCS_MAX);
        let s = Self {
            ps: (0..PROCS_MAX).map(|_| AtomicPtr::new(null_mut())).collect(),
            nprocs: AtomicU32::new(0),
            npidle: AtomicU32::new(u32::from(n) - 1),
            idle: Locked::new(Idle {
                // P0 goes to the first thread; the rest are idle, the lowest on top.
                free_p: (1..n).rev().collect(),
                free_m: vec![],
                global: VecDeque::new(),
                sleeper: null(),
                sleeper_polls: false,
                all_m: vec![],
                extra: 0,
                ended: 0,
                asleep_locked: 0,
                blocked: 0,
                main_gone: false,
                stop_wait: 0,
            }),
            global_len: AtomicUsize::new(0),
            nmspinning: AtomicU32::new(0),
            sleep_until: AtomicU64::new(u64::MAX),
            watched: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            last_poll: AtomicU64::new(1),
            threads_peak: AtomicUsize::new(0),
            running_threads: AtomicUsize::new(0),
            timers_live: AtomicUsize::new(0),
            free_gs: Locked::new(vec![]),
            sysmon: super::sysmon::Sysmon::default(),
        };
        s.set_procs(n);
        s
    }

    /// Processors now (GOMAXPROCS).
    #[inline]
    pub(crate) fn nprocs(&self) -> u32 {
        self.nprocs.load(Acquire)
    }

    /// Makes records for `n` processors if they do not exist and sets the number. The world is
    /// stopped, or does not run yet.
    pub(crate) fn set_procs(&self, n: u16) {
        for id in 0..n {
            let slot = &self.ps[id as usize];
            if slot.load(Acquire).is_null() {
                slot.store(Box::into_raw(Box::new(P::new(id))), Release);
            }
        }
        self.nprocs.store(u32::from(n), Release);
    }

    /// Processor number `i`, which exists.
    #[inline]
    pub(crate) fn p(&self, i: u32) -> &P {
        // SAFETY: numbers below the largest `nprocs` ever have records, which live as long as the run.
        unsafe { &*self.ps[i as usize].load(Acquire) }
    }

    /// All processors.
    pub(crate) fn ps(&self) -> impl Iterator<Item = &P> {
        (0..self.nprocs()).map(|i| self.p(i))
    }

    /// A thread record; the caller starts it.
    pub(crate) fn new_m(&self, rt: &Rt, p: *const P, spinning: bool) -> *const M {
        self.make_m(rt, p, spinning, false)
    }

    /// A thread record for a thread that is not ours. It does not count for the limit.
    pub(crate) fn new_extra_m(&self, rt: &Rt) -> *const M {
        self.make_m(rt, null(), false, true)
    }

    fn make_m(&self, rt: &Rt, p: *const P, spinning: bool, extra: bool) -> *const M {
        let mut idle = self.idle.lock();
        let id = idle.all_m.len() as u16;
        let alive = idle.all_m.len() + 1 - idle.ended;
        let m = Box::new(M {
            id,
            p: Cell::new(null()),
            g0: Cell::new(null_mut()),
            left: Cell::new(Yield::Park),
            picked: Cell::new((null_mut(), false)),
            curg: Cell::new(null()),
            in_call: Cell::new(null()),
            lockedg: Cell::new(null_mut()),
            spinning: Cell::new(spinning),
            watch: UnsafeCell::default(),
            ending: Cell::new(false),
            relieved: Cell::new(false),
            nextp: AtomicPtr::new(p.cast_mut()),
            locked_run: AtomicPtr::new(null_mut()),
            note: Note::default(),
            suspender: Cell::new(Suspender::NONE),
            rng: UnsafeCell::new(Rng::new(rt.cfg.seed ^ (u64::from(id) << 32))),
            mail: super::preempt::Mail::default(),
        });
        let ptr: *const M = &raw const *m;
        idle.all_m.push(m);
        idle.extra += usize::from(extra);
        let counted = alive - idle.extra;
        self.threads_peak.fetch_max(alive, Relaxed);
        drop(idle);
        rt.event(Kind::ThreadStart, u32::from(id), 0, u8::from(extra), NO_CAUSE);
        if counted > rt.threads_max() {
            rt.thread_exhaustion();
        }
        ptr
    }

    /// Threads alive.
    pub(crate) fn threads(&self) -> usize {
        let idle = self.idle.lock();
        idle.all_m.len() - idle.ended
    }

    /// As [`Sched::threads`], without those of others.
    pub(crate) fn own_threads(&self) -> usize {
        let idle = self.idle.lock();
        idle.all_m.len() - idle.ended - idle.extra
    }

    /// Every thread there is or was.
    pub(crate) fn all_m(&self) -> Vec<*const M> {
        self.idle.lock().all_m.iter().map(|m| &raw const **m).collect()
    }

    /// Every sleeping thread looks again (the run is over).
    pub(crate) fn wake_everybody(&self, rt: &Rt) {
        for m in self.all_m() {
            // SAFETY: thread records live as long as the run.
            unsafe { (*m).note.wake(rt, m) };
        }
        rt.net.break_sleep();
        self.sysmon.wake();
    }

    // ── the global queue ──

    pub(crate) fn put_global(&self, rt: &Rt, gs: &[*mut G]) {
        let mut idle = self.idle.lock();
        idle.global.extend(gs);
        self.global_len.store(idle.global.len(), Release);
        drop(idle);
        super::spinning::newcomer();
        rt.event(Kind::GlobalPut, gs.len() as u32, 0, 0, NO_CAUSE);
    }

    /// Takes one (`max` = 1) or a fair share, the first to run, the rest into `p`'s queue.
    fn get_global(&self, rt: &Rt, p: &P, max: usize) -> Option<*mut G> {
        if self.global_len.load(Acquire) == 0 {
            return None;
        }
        let mut idle = self.idle.lock();
        let share = idle.global.len().div_ceil(self.nprocs() as usize).min(super::runq::CAP as usize / 2);
        let n = if max == 1 { 1 } else { share.max(1) }.min(idle.global.len());
        let first = idle.global.pop_front()?;
        // The owner's ring is empty when a share is taken, so the rest fits.
        let mut rest = [null_mut(); super::runq::CAP as usize / 2];
        for slot in &mut rest[..n - 1] {
            *slot = idle.global.pop_front().unwrap_or(null_mut());
        }
        self.global_len.store(idle.global.len(), Release);
        drop(idle);
        rt.event(Kind::GlobalGet, n as u32, 0, u8::from(max == 1), NO_CAUSE);
        for &g in &rest[..n - 1] {
            p.runq.put(g, false, rt.alone(), |b| self.put_global(rt, b));
        }
        Some(first)
    }

    /// Moves everything that waits for processor `p` elsewhere (it is taken away; the world is stopped).
    pub(crate) fn drain_p(&self, rt: &Rt, p: &P) {
        while let Some((g, _)) = p.runq.get(rt.alone()) {
            self.put_global(rt, &[g]);
        }
        p.timers.move_to(&self.p(0).timers, 0);
        // SAFETY: the world is stopped, so nobody else uses the cache.
        unsafe { (*p.cache.get()).empty(rt) };
    }

    fn find_work(&self) -> bool {
        self.global_len.load(Acquire) > 0 || self.ps().any(|p| !p.runq.is_empty())
    }
    /// Timers that are set and wait to be due.
    pub(crate) fn timers_in_heap(&self) -> usize {
        self.timers_live.load(Acquire) + self.ps().map(|p| p.timers.live()).sum::<usize>()
    }
    /// Goroutines in the global queue.
    pub(crate) fn global_len(&self) -> usize {
        self.global_len.load(Acquire)
    }
}

/// Makes goroutines that the poller found runnable, the first to run first.
pub(crate) fn ready_many(rt: &Rt, gs: &[*const G], cause: crate::trace::event::Seq) {
    let mut last = null_mut();
    for &g in gs {
        // SAFETY: woken by the poller alone (N1 of `netpoll`), so it is ours until queued.
        let gr = unsafe { &*g };
        let seq = rt.event(Kind::GoReady, gr.id(), 0, 0, cause);
        gr.wake_seq.store(seq, Relaxed);
        gr.set_status(g::Status::Runnable);
        last = g.cast_mut();
        match cur_p() {
            Some(p) => _ = p.runq.put(last, false, rt.alone(), |b| rt.sched.put_global(rt, b)),
            None => rt.sched.put_global(rt, &[last]),
        }
    }
    // The thread itself runs the first; another one is worth waking for the rest.
    if !last.is_null() && (gs.len() > 1 || g::cur_m().is_null() || rt.virt.is_some()) {
        rt.sched.wakep(rt);
    }
}

/// The processor this thread holds.
pub(crate) fn cur_p<'a>() -> Option<&'a P> {
    // SAFETY: a thread's record and its P live as long as the run.
    unsafe { g::cur_m().as_ref().and_then(|m| m.p.get().as_ref()) }
}

pub(crate) fn acquire_p(rt: &Rt, m: &M, p: *const P) {
    m.p.set(p);
    // SAFETY: processors live as long as the run; it is ours (S5).
    unsafe {
        (*p).m.store(std::ptr::from_ref(m).cast_mut(), Release);
        (*p).set_status(PStatus::Running);
    }
    rt.event(Kind::ProcStart, 0, 0, 0, NO_CAUSE);
}

/// Gives the processor up; it is nobody's until it is put somewhere.
pub(crate) fn release_p(rt: &Rt, m: &M) -> *const P {
    rt.event(Kind::ProcStop, 0, 0, 0, NO_CAUSE);
    let p = m.p.replace(null());
    // SAFETY: as above.
    unsafe { (*p).set_status(PStatus::Idle) };
    p
}

fn random(rt: &Rt, m: &M, n: u32) -> u32 {
    match &rt.virt {
        Some(v) => v.pick(n),
        // SAFETY: only the thread itself uses its generator.
        None => unsafe { (*m.rng.get()).below(n) },
    }
}
