//! The monitor: a thread without a processor that looks after the others.
//!
//! It sleeps 20 µs; after 50 looks that found nothing the sleep doubles up to 10 ms; when every
//! processor is idle it sleeps until one is taken. At each look it
//!   1  asks the network when nobody has for 10 ms
//!   2  takes the processor from a thread whose blocking call has lasted a whole look (20 µs or
//!      more), unless there is nothing to do with it, and then from 10 ms on
//!   3  asks a goroutine that has run for 10 ms to give way, by flag and by signal
//!   4  gives back stacks that nobody has needed for a second ([`Scavenger`])
//!   5  calls the collector's hook when no collection has ended for two minutes ([`ForcedGc`])
//!
//! The virtual platform has no such thread. What it would find, calls and long runners, shows itself
//! there in `syscall`, `burn` and `tight`, 20 µs and 10 ms after they began; its sleeps ([`Rounds`])
//! are a function of the times at which processors were busy, worked out when an event is recorded. So
//! they cost a program nothing, and change no schedule. One difference: there a call is noticed after
//! its own 20 µs also when the monitor sleeps longer by then.
//!
//! A look is recorded only when the sleep before the next changes: ten events for a quiet hour.
//!
//! Go: runtime/proc.go sysmon, retake, preemptone, forcegcperiod (go1.27.3)
#![allow(unsafe_code)]
use std::cell::Cell;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::coro::Shell;
use super::fault::Faults;
use super::g::G;
use super::rt::Rt;
use super::sched::{P, PStatus};
use super::{preempt, real};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

const NAP_MIN: Duration = Duration::from_micros(20);
const NAP_MAX: Duration = Duration::from_millis(10);
/// Looks without a find before the naps grow.
const QUIET: u32 = 50;
/// A goroutine that ran this long is asked to give way (Go: forcePreemptNS).
pub(crate) const SLICE_NS: u64 = 10_000_000;
/// The network is asked when nobody has for so long.
const POLL_NS: u64 = 10_000_000;
/// Stacks that nobody has needed for so long are given back.
const UNUSED_NS: u64 = 1_000_000_000;
const NAP_MIN_NS: u64 = NAP_MIN.as_nanos() as u64;
const NAP_MAX_NS: u64 = NAP_MAX.as_nanos() as u64;
/// A collection is forced when none has ended for so long (Go: forcegcperiod).
const FORCE_NS: u64 = 120_000_000_000;
/// Longest sleep while all processors are idle.
const DEEP: Duration = Duration::from_secs(60);

/// Where the monitor sleeps.
#[derive(Default)]
pub(crate) struct Sysmon {
    asleep: AtomicBool,
    woken: Mutex<bool>,
    bell: Condvar,
}

impl Sysmon {
    /// A processor was taken while the monitor may be in its deep sleep.
    #[inline]
    pub(crate) fn wake_if_asleep(&self) {
        if self.asleep.load(Acquire) {
            self.wake();
        }
    }

    pub(crate) fn wake(&self) {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_one();
    }

    /// Sleeps for `d`, or until woken. True if woken.
    fn sleep(&self, d: Duration) -> bool {
        let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut woken, _) = self.bell.wait_timeout_while(woken, d, |w| !*w).unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *woken)
    }
}

/// What the last look saw of one processor.
#[derive(Clone, Default)]
struct Seen {
    tick: u32,
    /// When it began to have this tick.
    since: u64,
    syscall_tick: u32,
    syscall_since: u64,
}

/// The monitor's loop; returns when the run is over and what still computed has been stopped.
pub(crate) fn run(rt: &Rt) {
    if rt.faults.has(Faults::NO_SYSMON) {
        return;
    }
    watch(rt);
    // The first thread may run a loop without safe points: nobody else would end that.
    let begun = Instant::now();
    while stop_runners(rt) && begun.elapsed() < real::LINGER {
        std::thread::sleep(NAP_MIN);
    }
}

fn watch(rt: &Rt) {
    let s = &rt.sched;
    let mut seen: Vec<Seen> = vec![];
    let mut quiet = 0u32;
    let mut nap = NAP_MIN;
    let (mut told, mut looks) = (NAP_MIN, 0);
    let mut scavenger = Scavenger::default();
    while !rt.is_dying() {
        if quiet == 0 {
            nap = NAP_MIN;
        } else if quiet > QUIET {
            nap = (nap * 2).min(NAP_MAX);
        }
        if nap != told {
            rt.event_of(0, Kind::Sysmon, nap.as_micros() as u32, looks, 0, NO_CAUSE);
            (told, looks) = (nap, 0);
        }
        std::thread::sleep(nap);
        looks += 1;
        let all_idle = || s.npidle.load(Acquire) == s.nprocs() && !rt.is_dying();
        while all_idle() && scavenger.look(rt, true) {}
        if all_idle() {
            s.sysmon.asleep.store(true, Release);
            let deep = if Shell::too_many(rt.stack_class) { NAP_MAX * 10 } else { DEEP };
            // Looked at again after the flag is up: a processor taken before is seen now.
            if all_idle() && s.sysmon.sleep(deep) {
                quiet = 0;
                nap = NAP_MIN;
            }
            s.sysmon.asleep.store(false, Release);
        }
        if rt.is_dying() {
            return;
        }
        let last = s.last_poll.load(Acquire);
        if rt.net.waiters() > 0 && last != 0 && last + POLL_NS < rt.now() {
            rt.net.poll_now(rt, 2);
        }
        if s.ps().any(|p| p.timers.next_when() < rt.now()) {
            s.wakep(rt); // a timer is late, perhaps because who slept for it is busy
        }
        seen.resize(s.nprocs() as usize, Seen::default());
        let now = rt.now();
        let mut retaken = false;
        for (p, seen) in s.ps().zip(&mut seen) {
            retaken |= look_at(rt, p, seen, now);
        }
        quiet = if retaken { 0 } else { quiet.saturating_add(1) };
        rt.forced_gc.look(rt);
        scavenger.look(rt, false);
    }
}

/// Gives stacks of ended goroutines back to the system while the program goes on: all but a few hundred, when
/// nobody has needed them for [`UNUSED_NS`]. While a processor is busy it works a hundredth of the time.
///
/// Go: runtime/mgcscavenge.go (go1.27.3) returns pages by the same share; stacks it frees at a collection.
#[derive(Default)]
struct Scavenger {
    /// When it began to watch.
    since: u64,
    /// It rests until then, unless all processors are idle.
    rest: u64,
}

impl Scavenger {
    /// A bounded piece of work (about 1 ms when all processors are `idle`). True when there is more.
    fn look(&mut self, rt: &Rt, idle: bool) -> bool {
        let now = rt.now();
        if now < self.since + UNUSED_NS || (now < self.rest && !idle) {
            return false;
        }
        let most = if idle { 512 } else { 16 };
        // The first look only begins to watch.
        let more = self.since != 0 && Shell::give_back_unused(rt.stack_class, most) == most;
        if !more {
            Shell::new_period(rt.stack_class);
            self.since = now;
        }
        let end = rt.now();
        self.rest = end + 100 * (end - now);
        more
    }
}

/// The monitor's sleeps on the virtual platform, told as its recording grows.
#[derive(Default)]
pub(crate) struct Rounds {
    /// Some processor is busy: the monitor looks round. Else it sleeps until one is taken.
    awake: Cell<bool>,
    /// When it looks next.
    next: Cell<u64>,
    nap: Cell<u64>,
    quiet: Cell<u32>,
    /// The nap that was told last, and looks since.
    told: Cell<u64>,
    looks: Cell<u64>,
}

impl Rounds {
    /// Time has come to `now`, and from now on every processor is `idle`, or not. `tell` gets the
    /// time of each look after which the sleep differs from the one told before, that sleep in µs, and
    /// how many looks there were since.
    pub(crate) fn until(&self, now: u64, idle: bool, mut tell: impl FnMut(u64, u32, u64)) {
        while self.awake.get() && self.next.get() <= now {
            self.look(&mut tell);
            // At its longest nothing changes any more.
            if self.nap.get() == NAP_MAX_NS && self.next.get() <= now {
                let more = (now - self.next.get()) / NAP_MAX_NS;
                self.looks.set(self.looks.get() + more);
                self.next.set(self.next.get() + more * NAP_MAX_NS);
            }
        }
        if !idle && !self.awake.get() {
            self.begin(now);
        }
        self.awake.set(!idle);
    }

    /// It has taken a processor at `now`: short sleeps again.
    pub(crate) fn found(&self, now: u64, tell: impl FnOnce(u64, u32, u64)) {
        self.begin(now);
        self.say(now, tell);
    }

    fn begin(&self, now: u64) {
        self.quiet.set(0);
        self.nap.set(NAP_MIN_NS);
        self.next.set(now + NAP_MIN_NS);
    }

    fn look(&self, tell: impl FnOnce(u64, u32, u64)) {
        let now = self.next.get();
        self.looks.set(self.looks.get() + 1);
        self.quiet.set(self.quiet.get().saturating_add(1));
        if self.quiet.get() > QUIET {
            self.nap.set((self.nap.get() * 2).min(NAP_MAX_NS));
        }
        self.say(now, tell);
        self.next.set(now + self.nap.get());
    }

    fn say(&self, now: u64, tell: impl FnOnce(u64, u32, u64)) {
        let nap = self.nap.get();
        if nap != self.told.replace(nap).max(NAP_MIN_NS) {
            tell(now, (nap / 1000) as u32, self.looks.replace(0));
        }
    }
}

/// When a collection is due for no other reason than time.
#[derive(Default)]
pub(crate) struct ForcedGc {
    hook: OnceLock<fn(u64)>,
    /// When the last collection ended, in ns of the run; 0: there was none, and none is forced.
    last: AtomicU64,
    /// The hook was called since.
    asked: AtomicBool,
}

impl ForcedGc {
    /// Sets what is called, with the time; the first one stays.
    pub(crate) fn install(&self, hook: fn(u64)) -> bool {
        self.hook.set(hook).is_ok()
    }

    /// A collection has ended.
    pub(crate) fn ended(&self, now: u64) {
        self.last.store(now.max(1), Relaxed);
        self.asked.store(false, Release);
    }

    /// When the hook is due; `u64::MAX` when it is not.
    pub(crate) fn due(&self, rt: &Rt) -> u64 {
        let last = self.last.load(Relaxed);
        let off =
            last == 0 || rt.faults.has(Faults::NO_SYSMON) || self.hook.get().is_none() || self.asked.load(Acquire);
        if off { u64::MAX } else { last + FORCE_NS }
    }

    /// Calls the hook if it is due. By the monitor.
    pub(crate) fn look(&self, rt: &Rt) {
        let now = rt.now();
        if self.due(rt) > now {
            return;
        }
        self.asked.store(true, Release);
        rt.event_of(0, Kind::GcForced, 0, now - self.last.load(Relaxed), 0, NO_CAUSE);
        if let Some(hook) = self.hook.get() {
            hook(now);
        }
    }
}

/// Looks at one processor. True when it was taken from its thread.
fn look_at(rt: &Rt, p: &P, seen: &mut Seen, now: u64) -> bool {
    let status = p.status();
    if !matches!(status, PStatus::Running | PStatus::Syscall) {
        return false;
    }
    let mut long = false;
    let tick = p.tick.load(Relaxed);
    if seen.tick != tick {
        seen.tick = tick;
        seen.since = now;
    } else if seen.since + SLICE_NS <= now {
        long = true;
        if status == PStatus::Running {
            ask(rt, p, now - seen.since);
        }
    }
    if status != PStatus::Syscall {
        return false;
    }
    let tick = p.syscall_tick.load(Relaxed);
    if !long && seen.syscall_tick != tick {
        seen.syscall_tick = tick;
        seen.syscall_since = now;
        return false;
    }
    let s = &rt.sched;
    let others = s.nmspinning.load(Acquire) + s.npidle.load(Acquire) > 0;
    if p.runq.is_empty() && s.global_len() == 0 && others && seen.syscall_since + SLICE_NS > now {
        return false;
    }
    if rt.faults.has(Faults::SYSCALL_KEEPS_P) {
        return false;
    }
    super::syscall::retake(rt, p, 1, now.saturating_sub(seen.syscall_since))
}

/// The run is over: what still computes is stopped where it is, as the end of a process would. True while
/// a thread is there to be told.
pub(crate) fn stop_runners(rt: &Rt) -> bool {
    let mut told = false;
    for p in rt.sched.ps() {
        // SAFETY: records of goroutines and threads live as long as the run.
        if let (Some(g), Some(m)) = unsafe { (p.curg.load(Acquire).as_ref(), p.m.load(Acquire).as_ref()) } {
            g.preempt.store(true, Release);
            preempt::signal(m);
            told |= m.mail.is_open();
        }
    }
    told
}

/// Asks what runs on `p` to give way (Go: preemptone).
fn ask(rt: &Rt, p: &P, ran: u64) {
    let g: *const G = p.curg.load(Acquire);
    if g.is_null() || rt.faults.has(Faults::NO_PREEMPT) {
        return;
    }
    // SAFETY: records are not freed before the run ends, and `rt` keeps it (G1). The goroutine may be
    // another one by now; it then yields once for nothing.
    let g = unsafe { &*g };
    g.preempt.store(true, Release);
    let signal = preempt::SUPPORTED && !rt.faults.has(Faults::ASYNC_PREEMPT_OFF);
    rt.event_of(0, Kind::PreemptAsk, g.id(), ran, u8::from(signal), NO_CAUSE);
    if signal {
        // SAFETY: thread records live as long as the run.
        if let Some(m) = unsafe { p.m.load(Acquire).as_ref() } {
            preempt::signal(m);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rounds;

    fn told(r: &Rounds, now: u64, idle: bool) -> Vec<(u64, u32, u64)> {
        let mut all = vec![];
        r.until(now, idle, |t, nap, looks| all.push((t / 1000, nap, looks)));
        all
    }

    #[test]
    fn sleeps_double_after_fifty_quiet_looks_up_to_ten_milliseconds() {
        let r = Rounds::default();
        assert_eq!(told(&r, 0, false), []);
        assert_eq!(told(&r, 1_019_999, false), [], "fifty looks, and no more");
        let rest = told(&r, 3_600_000_000_000, false);
        assert_eq!(rest[..3], [(1_020, 40, 51), (1_060, 80, 1), (1_140, 160, 1)]);
        assert_eq!(rest.last().map(|l| l.1), Some(10_000));
        assert_eq!(rest.len(), 9, "one a change, in an hour");
    }

    #[test]
    fn who_finds_something_or_has_slept_deeply_looks_often_again() {
        let r = Rounds::default();
        told(&r, 0, false);
        assert_eq!(told(&r, 1_030_000, false).len(), 1);
        let mut said = None;
        r.found(1_050_000, |t, nap, looks| said = Some((t, nap, looks)));
        assert_eq!(said, Some((1_050_000, 20, 0)));
        assert_eq!(told(&r, 2_000_000, true), [], "950 µs later");
        assert_eq!(told(&r, 900_000_000, false), [], "all were idle");
        assert_eq!(told(&r, 901_020_000, false), [(901_020, 40, 98)]);
    }
}
