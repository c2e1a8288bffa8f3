//! The monitor: a thread without a processor that looks after the others.
//!
//! It sleeps 20 µs; after 50 looks that found nothing the sleep doubles up to 10 ms; when every
//! processor is idle it sleeps until one is taken. At each look it
//!   1  asks the network when nobody has for 10 ms
//!   2  takes the processor from a thread whose blocking call has lasted a whole look (20 µs or
//!      more), unless there is nothing to do with it, and then from 10 ms on
//!   3  asks a goroutine that has run for 10 ms to give way, by flag and by signal
//!   4  calls the hook of the collector (forced collection), when one is installed
//!
//! The virtual platform has no such thread: there time passes only inside `burn`, `tight` and
//! `syscall`, which do at 20 µs and 10 ms what the monitor would (`virt_calls`).
//!
//! Go: runtime/proc.go sysmon, retake, preemptone (go1.27.3)
#![allow(unsafe_code)]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::fault::Faults;
use super::g::G;
use super::rt::Rt;
use super::sched::{P, PStatus};
use super::{preempt, quit};
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

/// The monitor's loop; returns when the run is over.
pub(crate) fn run(rt: &Rt) {
    if rt.faults.has(Faults::NO_SYSMON) {
        return;
    }
    let s = &rt.sched;
    let mut seen: Vec<Seen> = vec![];
    let mut quiet = 0u32;
    let mut nap = NAP_MIN;
    let deep = if rt.cfg.dump_on_quit { NAP_MAX * 10 } else { DEEP };
    while !rt.is_dying() {
        if quiet == 0 {
            nap = NAP_MIN;
        } else if quiet > QUIET {
            nap = (nap * 2).min(NAP_MAX);
        }
        std::thread::sleep(nap);
        if s.npidle.load(Acquire) == s.nprocs() {
            s.sysmon.asleep.store(true, Release);
            // Looked at again after the flag is up: a processor taken before is seen now.
            if s.npidle.load(Acquire) == s.nprocs() && s.sysmon.sleep(deep) {
                quiet = 0;
                nap = NAP_MIN;
            }
            s.sysmon.asleep.store(false, Release);
        }
        if rt.is_dying() {
            return;
        }
        quit::check(rt);
        rt.event_of(0, Kind::Sysmon, nap.as_micros() as u32, 0, 0, NO_CAUSE);
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
        if let Some(hook) = rt.forced_gc.get() {
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

/// The run is over: what still computes is stopped where it is, as the end of a process would.
pub(crate) fn stop_runners(rt: &Rt) {
    for p in rt.sched.ps() {
        // SAFETY: records of goroutines and threads live as long as the run.
        if let (Some(g), Some(m)) = unsafe { (p.curg.load(Acquire).as_ref(), p.m.load(Acquire).as_ref()) } {
            g.preempt.store(true, Release);
            preempt::signal(m);
        }
    }
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
