//! Having nothing to do: spin, watch, sleep in the poller, sleep; and being woken.
//!
//! S2 and S3 as two recipes, one per side:
//!   readier: 1 put into queue     2 read `npidle`, `nmspinning`  3 if there is a need: wake a thread
//!   looker:  1 lower `nmspinning` 2 read every queue             3 if not empty: look again
//! with a fence between 1 and 2 on both sides (`spinning`).
//!
//! The exception, on real threads only: a goroutine put into an empty `runnext` wakes nobody; the thread
//! that sleeps for events watches it (`sleeper`).
//!
//! Go: runtime/proc.go wakep, startm, stopm, handoffp, findRunnable from "delicate dance" on
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::time::Instant;

use super::find::{m_point, steal_from};
use super::sleeper::sleep_for_events;
use super::{M, P, PStatus, Sched, acquire_p, release_p};
use crate::runtime::fault::Faults;
use crate::runtime::g::G;
use crate::runtime::rt::Rt;
use crate::runtime::{asym, dead, real, spinning};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// How long a thread without work looks on before it sleeps. Waking it would take about as long.
const SPIN_NS: u128 = 20_000;
/// A `runnext` that has been the same for so long may be taken.
const STUCK_NS: u128 = 8_000;
impl Sched {
    /// Wakes one thread to look for work, if a P is idle and nobody looks yet.
    #[inline]
    pub(crate) fn wakep(&self, rt: &Rt) {
        if rt.faults.has(Faults::NO_WAKEP) {
            return;
        }
        if spinning::must_wake(&self.npidle, &self.nmspinning, rt.virt.is_none()) {
            self.wake_one(rt);
        }
    }

    #[cold]
    fn wake_one(&self, rt: &Rt) {
        if let Some(p) = self.take_idle_p() {
            self.start_m(rt, p, true);
        } else {
            self.nmspinning.fetch_sub(1, AcqRel);
        }
    }

    pub(super) fn take_idle_p(&self) -> Option<*const P> {
        let mut idle = self.idle.lock();
        let id = idle.free_p.pop()?;
        self.npidle.store(idle.free_p.len() as u32, Release);
        drop(idle);
        spinning::newcomer();
        self.sysmon.wake_if_asleep();
        Some(self.p(u32::from(id)))
    }

    /// Gives `p` to an idle thread, to the one in the poller, or to a new one.
    pub(super) fn start_m(&self, rt: &Rt, p: *const P, spinning: bool) {
        let (m, polls) = {
            let mut idle = self.idle.lock();
            match idle.free_m.pop() {
                Some(m) => (m, false),
                // Rather than make a thread: the poller's sleeper becomes a worker. Only one that looks
                // for work: it will wake another, who sleeps for the timers in its place.
                None if spinning && !idle.sleeper.is_null() && rt.virt.is_none() => {
                    self.sleep_until.store(u64::MAX, Release);
                    (std::mem::replace(&mut idle.sleeper, null()), idle.sleeper_polls)
                }
                None => (null(), false),
            }
        };
        if m.is_null() {
            let m = self.new_m(rt, p, spinning);
            match &rt.virt {
                Some(v) => v.start_m(rt, m),
                None => real::start_thread(rt, m),
            }
            return;
        }
        // SAFETY: `m` sleeps on its note or in the poller; the release store of `nextp` publishes
        // these writes to it.
        unsafe {
            (*m).spinning.set(spinning);
            (*m).nextp.store(p.cast_mut(), Release);
            rt.event(Kind::ThreadWake, u32::from((*m).id), 0, 0, NO_CAUSE);
            if polls {
                rt.event(Kind::NetBreak, 0, 0, 0, NO_CAUSE);
                rt.net.break_sleep();
            } else {
                (*m).note.wake(rt, m);
            }
        }
    }

    /// A processor whose thread went away (blocking call): somebody else takes it, if there is work.
    pub(crate) fn hand_off(&self, rt: &Rt, p: *const P) {
        // SAFETY: processors live as long as the run.
        let busy = unsafe { !(*p).runq.is_empty() };
        if busy || self.global_len() > 0 {
            return self.start_m(rt, p, false);
        }
        if self.nmspinning.load(Acquire) + self.npidle.load(Acquire) == 0
            && self.nmspinning.compare_exchange(0, 1, AcqRel, Relaxed).is_ok()
        {
            return self.start_m(rt, p, true);
        }
        // Its timers, or the network, may need somebody who sleeps for them.
        // SAFETY: as above.
        let timers = unsafe { (*p).timers.next_when() } != u64::MAX;
        if (timers || rt.net.waiters() > 0) && self.idle.lock().sleeper.is_null() {
            return self.start_m(rt, p, false);
        }
        self.put_idle_p(p);
        if self.nmspinning.load(Acquire) == 0 && self.find_work() {
            self.wakep(rt);
        }
    }

    /// An idle processor for a goroutine that is back from a blocking call.
    pub(crate) fn try_take_p(&self) -> Option<*const P> {
        if self.npidle.load(Acquire) == 0 { None } else { self.take_idle_p() }
    }

    pub(crate) fn put_idle_p(&self, p: *const P) {
        let mut idle = self.idle.lock();
        // SAFETY: as above.
        let (id, p) = unsafe { ((*p).id, &*p) };
        if self.stopping.load(Acquire) {
            // The stopper counts it in.
            p.set_status(PStatus::Stopped);
            idle.stop_wait -= 1;
            return;
        }
        idle.free_p.push(id);
        self.npidle.store(idle.free_p.len() as u32, Release);
    }

    /// A timer was set to fire at `when`: the sleeper must not oversleep it.
    pub(crate) fn timer_set(&self, rt: &Rt, when: u64) {
        if rt.virt.is_none() {
            asym::light(); // between the timer and the look at the sleeper
        }
        let until = self.sleep_until.load(Acquire);
        if until == u64::MAX {
            self.wakep(rt);
        } else if when < until {
            self.wake_sleeper(rt);
        }
    }

    /// The sleeper, if there is one, looks round.
    pub(super) fn wake_sleeper(&self, rt: &Rt) {
        let (m, polls) = {
            let idle = self.idle.lock();
            (idle.sleeper, idle.sleeper_polls)
        };
        if polls {
            rt.net.break_sleep();
        } else if !m.is_null() {
            // SAFETY: thread records live as long as the run.
            unsafe { (*m).note.wake(rt, m) };
        }
    }

    /// Takes `n` idle processors out of the list for a stopped world.
    pub(crate) fn idle_ps_for_stop(&self) -> usize {
        let mut idle = self.idle.lock();
        let all = std::mem::take(&mut idle.free_p);
        self.npidle.store(0, Release);
        for id in &all {
            self.p(u32::from(*id)).set_status(PStatus::Stopped);
        }
        all.len()
    }
}

pub(super) fn stop_spinning(rt: &Rt, m: &M, found: bool) {
    m.spinning.set(false);
    rt.event(Kind::SpinStop, u32::from(found), 0, 0, NO_CAUSE);
    let before = spinning::give_up(&rt.sched.nmspinning, || !found && others_run(rt));
    debug_assert!(before > 0, "nmspinning below zero");
}

/// Looks on for a moment before giving the processor up (real platform, several processors).
pub(super) fn spin(rt: &Rt, p: &P) -> Option<*mut G> {
    let s = &rt.sched;
    if rt.virt.is_some() || s.nprocs() == 1 {
        return None;
    }
    let begun = Instant::now();
    let mut stuck: (*mut G, u32, Instant) = (null_mut(), 0, begun);
    loop {
        for _ in 0..40 {
            std::hint::spin_loop();
        }
        if rt.is_dying() || s.stopping.load(Acquire) || s.global_len() > 0 || p.timers.next_when() <= rt.now() {
            return None;
        }
        let now = Instant::now();
        let mut busy = false;
        for v in s.ps().filter(|v| v.id != p.id) {
            if let Some(g) = steal_from(rt, v, p, false) {
                return Some(g);
            }
            let (next, tick) = (v.runq.peek_next(), v.tick.load(Relaxed));
            busy |= v.status() == PStatus::Running;
            if next.is_null() {
                continue;
            }
            if (stuck.0, stuck.1) != (next, tick) {
                stuck = (next, tick, now);
            } else if now.duration_since(stuck.2).as_nanos() > STUCK_NS
                && let Some(g) = steal_from(rt, v, p, true)
            {
                return Some(g);
            }
        }
        if !busy || now.duration_since(begun).as_nanos() > SPIN_NS {
            return None;
        }
    }
}

/// No work: gives the P up, looks once more (S3), then sleeps.
pub(super) fn go_idle(rt: &Rt, m: &M) {
    let s = &rt.sched;
    if s.global_len() > 0 || s.stopping.load(Acquire) {
        return;
    }
    s.put_idle_p(release_p(rt, m));
    m_point(rt, m);
    if m.spinning.get() {
        stop_spinning(rt, m, false); // the looker's step 1
        m_point(rt, m);
        let due = spinning::look_again(|| {
            s.global_len() > 0 || s.ps().any(|p| takeable(rt, p) || p.timers.next_when() <= rt.now())
        });
        if due && !rt.faults.has(Faults::NO_RECHECK) && take_p_and_spin(rt, m) {
            return;
        }
    } else if s.global_len() > 0 && take_p_and_spin(rt, m) {
        // Who came back from a call found no processor and queued its goroutine while we gave ours up:
        // if that was before, the lock of the idle list shows it here; if after, it saw our processor.
        return;
    }
    if sleep_for_events(rt, m) {
        return;
    }
    stop_m(rt, m);
}

/// Another thread holds a processor; asked after a fence (see `spinning::heavy_if`).
pub(super) fn others_run(rt: &Rt) -> bool {
    rt.virt.is_none() && rt.sched.npidle.load(SeqCst) < rt.sched.nprocs()
}

/// Does a queue hold what a thief may take at once? (`runnext` is left to the watch on threads.)
pub(super) fn takeable(rt: &Rt, p: &P) -> bool {
    let waits = if rt.virt.is_some() { !p.runq.is_empty() } else { p.runq.ring_len() > 0 };
    waits && !rt.faults.has(Faults::NO_STEAL)
}

/// Takes an idle processor, if there is one, and looks for work with it.
pub(super) fn take_p_and_spin(rt: &Rt, m: &M) -> bool {
    let Some(p) = rt.sched.take_idle_p() else { return false };
    acquire_p(rt, m, p);
    m.spinning.set(true);
    rt.sched.nmspinning.fetch_add(1, AcqRel);
    rt.event(Kind::SpinStart, 0, 0, 0, NO_CAUSE);
    true
}

/// Sleeps until a waker brings a processor.
pub(crate) fn stop_m(rt: &Rt, m: &M) {
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
    wait_for_p(rt, m);
}

/// Sleeps, on the idle list. Only `start_m` takes us off, and it brings a processor; any other wake-up is
/// a late one for an earlier sleep.
pub(super) fn wait_for_p(rt: &Rt, m: &M) {
    while !take_nextp(rt, m) && !rt.is_dying() {
        m.note.sleep(rt, m, None);
    }
}

/// Takes the processor that a waker brought.
pub(super) fn take_nextp(rt: &Rt, m: &M) -> bool {
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
    let sleeper = i64::from(!idle.sleeper.is_null());
    idle.free_m.len() as i64 + idle.asleep_locked + idle.ended as i64 + sleeper == idle.all_m.len() as i64
        && (idle.sleeper.is_null() || rt.faults.has(Faults::DEAD_IGNORES_TIMERS))
        && idle.blocked == 0
        && rt.net.waiters() == 0
}
