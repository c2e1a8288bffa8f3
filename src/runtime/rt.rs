//! One run: what all its goroutines share, whichever engine and platform they run on.
//!
//! Invariants
//!   R1  goroutine records are owned here and freed only with the run (rule G1 of `g`)
//!   R2  `dying` is set once, with the end written before it; afterwards no goroutine is started
//!   R3  the trace buffer is bounded; what does not fit is dropped and the recording says so
#![allow(unsafe_code)]
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, AtomicUsize};
use std::time::{Duration, Instant};

use super::coro::Shell;
use super::fault::Faults;
use super::foreign::ExtraMs;
use super::g::{self, G, Status};
use super::lock::Locked;
use super::netpoll::Net;
use super::sched::{P, PStatus, Sched};
use super::slab::Class;
use super::sysmon::ForcedGc;
use super::virt::Virt;
use super::{Config, End, Engine, GInfo, Leaked, Platform};
use crate::trace::event::{NO_CAUSE, NO_M, NO_P, Seq};
use crate::trace::{Event, Kind, Recording, WaitReason};

static RUNS: AtomicU64 = AtomicU64::new(1);

pub(crate) struct Rt {
    /// Unique among all runs of the process; channels remember it.
    pub(crate) id: u64,
    pub(crate) cfg: Config,
    pub(crate) faults: Faults,
    pub(crate) tracing: bool,
    pub(crate) dying: AtomicBool,
    alone: AtomicBool,
    /// Real threads, nothing recorded, no planted fault: short cuts that leave no trace are allowed.
    pub(crate) plain: bool,
    /// The thread that began the run counted a panic already: a goroutine of an earlier run was abandoned
    /// in a destructor (C3 of `coro`), or this run stands in one.
    begun_panicking: bool,
    /// Goroutines may switch to one another without the thread's loop (D3 of `sched::leave`).
    pub(crate) direct: AtomicBool,
    pub(crate) sched: Sched,
    /// Present on the virtual platform.
    pub(crate) virt: Option<Virt>,
    pub(crate) net: Net,
    pub(crate) extra: ExtraMs,
    pub(crate) may: super::may::MayRun,
    /// Size of goroutine stacks.
    pub(crate) stack_class: Class,
    /// The world is being stopped, or stopped (W1 of `stw`), and since when.
    pub(crate) world: AtomicBool,
    pub(crate) world_since: AtomicU64,
    threads_max: AtomicUsize,
    /// Most processors there ever were.
    pub(crate) procs_peak: AtomicU32,
    /// When the monitor asks for a collection.
    pub(crate) forced_gc: ForcedGc,
    /// Goroutines begun or ended outside any processor.
    loose_live: AtomicI64,
    start: Instant,
    trace: Locked<Recording>,
    /// In blocks: a record must stay where it is while the list grows (R1).
    all_gs: Locked<Vec<Box<[G]>>>,
    next_gid: AtomicU32,
    next_chan: AtomicU32,
    next_obj: AtomicU32,
    out: Locked<Vec<String>>,
    notes: Locked<Vec<(String, i64)>>,
    end: Locked<Option<End>>,
}

// SAFETY: every field is atomic, locked, or immutable after construction (`virt` is used by one OS thread only).
unsafe impl Send for Rt {}
// SAFETY: as above.
unsafe impl Sync for Rt {}

impl Rt {
    pub(crate) fn new(cfg: Config) -> Self {
        let faults = cfg.mutation.as_deref().map_or_else(Faults::default, Faults::named);
        let virt = (cfg.engine == Engine::Gmp && cfg.platform == Platform::Virtual).then(|| Virt::new(&cfg));
        let trace = Recording { texts: vec![String::new()], procs: cfg.procs, seed: cfg.seed, ..Recording::default() };
        Self {
            id: RUNS.fetch_add(1, Relaxed),
            faults,
            tracing: cfg.record,
            dying: AtomicBool::new(false),
            alone: AtomicBool::new(cfg.engine == Engine::Gmp && (cfg.procs <= 1 || cfg.platform == Platform::Virtual)),
            plain: is_plain(&cfg),
            direct: AtomicBool::new(is_plain(&cfg)),
            begun_panicking: std::thread::panicking(),
            sched: Sched::new(&cfg),
            virt,
            may: super::may::MayRun::default(),
            net: Net::default(),
            extra: ExtraMs::default(),
            stack_class: Class::for_bytes(cfg.stack_bytes),
            world: AtomicBool::new(false),
            world_since: AtomicU64::new(0),
            threads_max: AtomicUsize::new(cfg.threads_max),
            procs_peak: AtomicU32::new(u32::from(cfg.procs)),
            forced_gc: ForcedGc::default(),
            loose_live: AtomicI64::new(0),
            start: Instant::now(),
            trace: Locked::new(trace),
            all_gs: Locked::new(Vec::new()),
            next_gid: AtomicU32::new(1),
            next_chan: AtomicU32::new(0),
            next_obj: AtomicU32::new(1),
            out: Locked::new(Vec::new()),
            notes: Locked::new(Vec::new()),
            end: Locked::new(None),
            cfg,
        }
    }

    /// Nanoseconds since the start of the run, on its own clock.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        match &self.virt {
            Some(v) => v.clock(),
            None => self.start.elapsed().as_nanos() as u64 >> self.cfg.slow,
        }
    }

    /// How long `ns` of the run's clock last on the machine's.
    pub(crate) fn wall(&self, ns: u64) -> Duration {
        Duration::from_nanos(ns) * (1 << self.cfg.slow)
    }

    /// Only one thread can run goroutines and what belongs to them now: there is one processor, and
    /// no second can appear without stopping the world.
    #[inline]
    pub(crate) fn alone(&self) -> bool {
        self.alone.load(Relaxed)
    }

    /// Set when the number of processors has changed, while the world is stopped.
    pub(crate) fn set_alone(&self, procs: u16) {
        self.alone.store(self.cfg.engine == Engine::Gmp && (procs == 1 || self.virt.is_some()), Relaxed);
    }

    /// The world is stopped, or goes on.
    pub(crate) fn set_direct(&self, on: bool) {
        self.direct.store(on && self.plain, Release);
    }

    /// A panic unwinds on the calling thread: what runs now is a destructor, which must not be made to give
    /// way, for the count of panics belongs to the thread and would not go with it.
    pub(crate) fn unwinding(&self) -> bool {
        std::thread::panicking() && !self.begun_panicking
    }

    // ── ids and goroutine records ──

    pub(crate) fn next_obj(&self) -> u32 {
        self.next_obj.fetch_add(1, Relaxed)
    }

    /// A channel id; `name` and capacity go into the side table.
    pub(crate) fn new_chan(&self, name: &str, cap: usize) -> u32 {
        if !self.tracing {
            return self.next_chan.fetch_add(1, Relaxed);
        }
        let id = {
            let mut t = self.trace.lock();
            t.chan_names.push(name.to_owned());
            t.chan_names.len() as u32 - 1
        };
        self.event(Kind::ChanMake, id, cap as u64, 0, NO_CAUSE);
        id
    }

    /// A goroutine record outside any processor: the first of a run, and the `may` engine's.
    pub(crate) fn loose_g(&self) -> *mut G {
        let mut made = Vec::new();
        self.make_gs(1, &mut made);
        self.loose_live.fetch_add(1, Relaxed);
        let g = made[0];
        // SAFETY: ours alone until it is put into a queue (R1).
        unsafe { (*g).id.store(self.next_gid.fetch_add(1, Relaxed), Relaxed) };
        g
    }

    /// A goroutine record for a thread that holds no processor: `free`, or a new one.
    pub(crate) fn adopt_g(&self, free: Option<*mut G>) -> *mut G {
        let Some(g) = free else { return self.loose_g() };
        self.loose_live.fetch_add(1, Relaxed);
        // SAFETY: ours alone (F1).
        unsafe { (*g).id.store(self.next_gid.fetch_add(1, Relaxed), Relaxed) };
        g
    }

    /// A record of [`Rt::loose_g`] has ended on the `may` engine.
    pub(crate) fn loose_ended(&self, g: &G) {
        g.set_status(Status::Dead);
        self.loose_live.fetch_sub(1, Relaxed);
    }

    /// `n` new records.
    pub(crate) fn make_gs(&self, n: usize, into: &mut Vec<*mut G>) {
        let mut block: Box<[G]> = (0..n).map(|_| G::new(self)).collect();
        into.extend(block.iter_mut().map(|g| &raw mut *g));
        self.all_gs.lock().push(block);
    }

    /// Goroutine ids for a processor: first, and one past the last. One at a time on the virtual
    /// platform, where they should read well; 16 on threads, as in Go.
    pub(crate) fn gid_batch(&self) -> (u32, u32) {
        let n = if self.virt.is_some() { 1 } else { 16 };
        let first = self.next_gid.fetch_add(n, Relaxed);
        (first, first + n)
    }

    /// Goroutines alive.
    pub(crate) fn live(&self) -> usize {
        usize::try_from(self.sched.live_sum() + self.loose_live.load(Relaxed)).unwrap_or(0)
    }

    pub(crate) fn threads_max(&self) -> usize {
        self.threads_max.load(Relaxed)
    }

    /// As in Go, also a limit that is passed already ends the program.
    pub(crate) fn set_threads_max(&self, n: usize) -> usize {
        let old = self.threads_max.swap(n, Relaxed);
        if self.sched.own_threads() > n {
            self.thread_exhaustion();
        }
        old
    }

    /// More threads than the program may have (Go: debug.SetMaxThreads).
    pub(crate) fn thread_exhaustion(&self) {
        let max = self.threads_max();
        self.finish(End::Fatal(format!("runtime: program exceeds {max}-thread limit\nfatal error: thread exhaustion")));
    }

    // ── recording ──

    pub(crate) fn text(&self, s: &str) -> u32 {
        if s.is_empty() {
            return 0;
        }
        let mut t = self.trace.lock();
        t.texts.push(s.to_owned());
        t.texts.len() as u32 - 1
    }

    /// Records one event by the running goroutine, thread and processor.
    #[inline]
    pub(crate) fn event(&self, kind: Kind, a: u32, b: u64, why: u8, cause: Seq) -> Seq {
        if !self.tracing {
            return NO_CAUSE;
        }
        self.event_slow(kind, a, b, why, cause, None)
    }

    /// As [`Rt::event`], for another goroutine than the running one.
    #[inline]
    pub(crate) fn event_of(&self, g: u32, kind: Kind, a: u32, b: u64, why: u8, cause: Seq) -> Seq {
        if !self.tracing {
            return NO_CAUSE;
        }
        self.event_slow(kind, a, b, why, cause, Some(g))
    }

    /// Takes `p` from a thread in a blocking call and records it: false if the thread was faster. The
    /// event stands before all that this thread does next, for the thread learns of its loss only by
    /// what happens here, under the lock of the recording.
    pub(crate) fn event_taken(&self, p: &P, to: PStatus, lasted: u64, why: u8) -> bool {
        if !self.tracing {
            return p.take_from_call(to).is_some();
        }
        let mut t = self.trace.lock();
        let Some(of) = p.take_from_call(to) else { return false };
        if let (Some(v), 1) = (&self.virt, why) {
            self.rounds(v, &mut t);
            v.rounds.found(v.clock(), |time, nap, looks| self.sysmon_said(&mut t, time, nap, looks));
        }
        self.push_at(&mut t, p.id, Kind::Retake, u32::from(of), lasted, why);
        true
    }

    /// As [`Rt::event`], on a processor that the caller does not hold.
    pub(crate) fn event_at(&self, p: u16, kind: Kind, a: u32, b: u64, why: u8) {
        if self.tracing {
            self.push_at(&mut self.trace.lock(), p, kind, a, b, why);
        }
    }

    fn push_at(&self, t: &mut Recording, p: u16, kind: Kind, a: u32, b: u64, why: u8) {
        let e = Event { time: 0, b, g: 0, a, cause: NO_CAUSE, p: p.min(254) as u8, m: NO_M, kind, why };
        self.push(t, e);
    }

    /// Adds an event, with the time; its number, or none when the recording is full.
    fn push(&self, t: &mut Recording, e: Event) -> Seq {
        if let Some(v) = &self.virt {
            self.rounds(v, t);
        }
        if t.events.len() >= self.cfg.events_max {
            t.truncated = true;
            return NO_CAUSE;
        }
        // Under the lock, so that time never goes back within the recording (E3).
        let time = self.now().max(t.events.last().map_or(0, |e| e.time));
        t.events.push(Event { time, ..e });
        t.events.len() as Seq - 1
    }

    /// The monitor's sleeps up to now (virtual platform).
    fn rounds(&self, v: &Virt, t: &mut Recording) {
        if !self.faults.has(Faults::NO_SYSMON) {
            let idle = self.sched.npidle.load(Relaxed) == self.sched.nprocs();
            v.rounds.until(v.clock(), idle, |time, nap, looks| self.sysmon_said(t, time, nap, looks));
        }
    }

    fn sysmon_said(&self, t: &mut Recording, time: u64, nap: u32, looks: u64) {
        if t.events.len() < self.cfg.events_max {
            let (a, b, kind) = (nap, looks, Kind::Sysmon);
            t.events.push(Event { time, b, g: 0, a, cause: NO_CAUSE, p: NO_P, m: NO_M, kind, why: 0 });
        }
    }

    #[cold]
    fn event_slow(&self, kind: Kind, a: u32, b: u64, why: u8, cause: Seq, of: Option<u32>) -> Seq {
        let g = of.unwrap_or_else(|| {
            let g = g::cur();
            // SAFETY: the running goroutine's record is alive (R1).
            if g.is_null() { 0 } else { unsafe { (*g).id() } }
        });
        let (mut m, mut p) = (NO_M, NO_P);
        let mp = g::cur_m();
        if !mp.is_null() {
            // SAFETY: threads' records live as long as their run.
            unsafe {
                m = (*mp).id.min(254) as u8;
                p = (*mp).p_id().map_or(NO_P, |p| p.min(254) as u8);
            }
        }
        self.push(&mut self.trace.lock(), Event { time: 0, b, g, a, cause, p, m, kind, why })
    }

    // ── what the program says ──

    pub(crate) fn print(&self, line: String) {
        if self.tracing {
            let id = self.text(&line);
            self.event(Kind::Print, id, 0, 0, NO_CAUSE);
        }
        let mut out = self.out.lock();
        if out.len() < self.cfg.lines_max {
            out.push(line);
        }
    }

    pub(crate) fn note(&self, name: &str, n: i64) {
        if self.tracing {
            let id = self.text(name);
            self.event(Kind::Note, id, n as u64, 0, NO_CAUSE);
        }
        self.notes.lock().push((name.to_owned(), n));
    }

    // ── the end ──

    /// Ends the run. The first call wins.
    pub(crate) fn finish(&self, end: End) {
        {
            let mut e = self.end.lock();
            if e.is_some() {
                return;
            }
            if self.tracing {
                let (why, text) = match &end {
                    End::Ok => (255, ""),
                    End::Deadlock(t) => (0, t.as_str()),
                    End::Panic(t) => (1, t.as_str()),
                    End::Fatal(t) => (2, t.as_str()),
                    End::Limit(t) => (3, t.as_str()),
                };
                if why != 255 {
                    let id = self.text(text);
                    self.event(Kind::Fatal, id, 0, why, NO_CAUSE);
                }
            }
            *e = Some(end);
        }
        // R2: publishes the end. Pairs with the Acquire loads in the scheduler loops.
        self.dying.store(true, Release);
        self.direct.store(false, Release);
        self.sched.wake_everybody(self);
        self.may.finish();
    }

    pub(crate) fn is_dying(&self) -> bool {
        self.dying.load(Acquire)
    }

    /// A fatal error of the Go kind: cannot be recovered, ends the run, does not return.
    pub(crate) fn fatal(&self, msg: &str) -> ! {
        self.finish(End::Fatal(msg.to_owned()));
        super::seam::halt()
    }

    // ── asked afterwards, or for dumps ──

    /// Every live goroutine, by id.
    pub(crate) fn goroutines(&self) -> Vec<GInfo> {
        let names: Vec<(u32, u32, Status, WaitReason, u32)> = self
            .all_gs
            .lock()
            .iter()
            .flatten()
            .filter(|g| !matches!(g.status(), Status::Idle | Status::Dead))
            .map(|g| (g.id(), g.name.load(Relaxed), g.status(), g.wait_reason(), g.parent.load(Relaxed)))
            .collect();
        let t = self.trace.lock();
        let mut all: Vec<GInfo> = names
            .into_iter()
            .map(|(id, name, status, why, parent)| GInfo {
                id,
                name: match t.text(name) {
                    "" if id == 1 => "main".to_owned(),
                    "" => format!("G{id}"),
                    n => n.to_owned(),
                },
                state: match status {
                    Status::Waiting => why.text(),
                    Status::Running => "running",
                    Status::Syscall => "syscall",
                    _ => "runnable",
                },
                reason: (status == Status::Waiting).then_some(why),
                parent,
            })
            .collect();
        all.sort_by_key(|g| g.id);
        all
    }

    pub(crate) fn leaked(&self) -> Vec<Leaked> {
        self.goroutines().into_iter().filter(|g| g.id != 1).map(|g| Leaked { name: g.name, reason: g.reason }).collect()
    }

    pub(crate) fn take_out(&self) -> Vec<String> {
        std::mem::take(&mut self.out.lock())
    }
    pub(crate) fn take_notes(&self) -> Vec<(String, i64)> {
        std::mem::take(&mut self.notes.lock())
    }
    pub(crate) fn take_end(&self) -> End {
        self.end.lock().take().unwrap_or(End::Ok)
    }
    pub(crate) fn take_recording(&self) -> Recording {
        let mut rec = std::mem::take(&mut *self.trace.lock());
        rec.procs = self.procs_peak.load(Relaxed) as u16;
        rec
    }
    pub(crate) fn note_live_peak(&self) -> usize {
        self.sched.threads_peak.load(Relaxed)
    }
}

fn is_plain(cfg: &Config) -> bool {
    cfg.engine == Engine::Gmp && cfg.platform == Platform::Real && !cfg.record && cfg.mutation.is_none()
}

impl Drop for Rt {
    /// Stacks of goroutines that are left are abandoned (C3 of `coro`), spare ones kept for other runs.
    fn drop(&mut self) {
        if self.cfg.engine == Engine::May {
            return; // never freed while its coroutines may run (Y2 of `may`)
        }
        for p in self.sched.all_ps() {
            p.close(self);
        }
        for g in self.all_gs.get_mut().iter().flatten() {
            let shell = g.shell.replace(std::ptr::null_mut());
            if !shell.is_null() {
                // SAFETY: no thread of the run runs any more: each held the run by its own count.
                unsafe { Shell::destroy(shell) };
            }
        }
        Shell::trim(self.stack_class);
    }
}
