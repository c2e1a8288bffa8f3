//! The loop of a thread: find something runnable, run it.
//!
//! Go: runtime/proc.go schedule, findRunnable, stealWork, runqsteal (go1.27.3)
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use super::exec::execute;
use super::{M, P, Sched, random};
use crate::runtime::coro::Yield;
use crate::runtime::fault::Faults;
use crate::runtime::g::G;
use crate::runtime::rt::Rt;
use crate::runtime::spinning;
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// The global queue is looked at first every so many rounds (a prime, as in Go).
pub(super) const GLOBAL_EVERY: u32 = 61;
/// Rounds over all victims before a thief gives up.
const STEAL_ROUNDS: u32 = 4;

/// The scheduler loop of one thread; returns when the run is over or the thread ends.
pub(crate) fn mstart(rt: &Rt, m: &M) {
    rt.sched.running_threads.fetch_add(1, AcqRel);
    super::idle::take_nextp(rt, m);
    while let Some((g, inherit)) = next(rt, m) {
        if m.spinning.get() {
            super::idle::stop_spinning(rt, m, true);
            // We found work and may leave more behind: let another one look (S2).
            rt.sched.wakep(rt);
        }
        execute(rt, m, g, inherit);
        if m.ending.get() {
            break;
        }
        // Without this a goroutine that only yields would keep its thread from ever letting the
        // other virtual threads move.
        m_point(rt, m);
    }
    rt.sched.running_threads.fetch_sub(1, AcqRel);
}

/// The next goroutine that this thread may run; see [`Sched::start_locked`] for those it may not.
#[inline]
fn next(rt: &Rt, m: &M) -> Option<(*mut G, bool)> {
    loop {
        if !m.lockedg.get().is_null() {
            // Only its own goroutine may run here.
            return rt.sched.stop_locked(rt, m).map(|g| (g, false));
        }
        let picked = m.picked.replace((null_mut(), false));
        let (g, inherit) = if picked.0.is_null() { find_runnable(rt, m)? } else { picked };
        // SAFETY: held by us.
        let to = unsafe { if (*g).has_local() { (*g).local().lockedm.get() } else { std::ptr::null() } };
        if to.is_null() {
            return Some((g, inherit));
        }
        if m.spinning.get() {
            super::idle::stop_spinning(rt, m, true);
            rt.sched.wakep(rt);
        }
        rt.sched.start_locked(rt, m, g, to);
        if !super::sleeper::sleep_for_events(rt, m) {
            super::idle::stop_m(rt, m);
        }
    }
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
            super::idle::stop_m(rt, m);
            continue;
        };
        if s.stopping.load(Acquire) {
            s.stop_here(rt, m);
            continue;
        }
        p.timers.run_due(rt);
        if p.tick.load(Relaxed).is_multiple_of(GLOBAL_EVERY)
            && !rt.faults.has(Faults::NO_GLOBAL_POLL)
            && let Some(g) = s.get_global(rt, p, 1)
        {
            return Some((g, false));
        }
        if let Some((g, next)) = p.runq.get(rt.alone()) {
            p.runq.prefetch();
            return Some((g, next));
        }
        if let Some(g) = s.get_global(rt, p, usize::MAX) {
            return Some((g, false));
        }
        if rt.net.poll_now(rt, 0) {
            continue;
        }
        if let Some(g) = look_around(rt, m, p) {
            return Some((g, false));
        }
        if !p.runq.is_empty() {
            continue; // a timer of another P, or the network, made something runnable
        }
        super::idle::go_idle(rt, m);
    }
}

/// Looks at the other processors, as one of the few who may (spinning).
fn look_around(rt: &Rt, m: &M, p: &P) -> Option<*mut G> {
    let s = &rt.sched;
    let busy = s.nprocs() - s.npidle.load(Acquire);
    if !m.spinning.get() {
        if 2 * s.nmspinning.load(Acquire) >= busy {
            return None;
        }
        m.spinning.set(true);
        s.nmspinning.fetch_add(1, AcqRel);
        rt.event(Kind::SpinStart, 0, 0, 0, NO_CAUSE);
    }
    steal_work(rt, m, p).or_else(|| super::idle::spin(rt, p))
}

/// Four rounds over the others, each from a random place with a random stride; `runnext` and other
/// Ps' timers only in the last.
fn steal_work(rt: &Rt, m: &M, p: &P) -> Option<*mut G> {
    let s = &rt.sched;
    let n = s.nprocs();
    if n == 1 || rt.faults.has(Faults::NO_STEAL) {
        s.ps().for_each(|v| v.timers.run_due(rt));
        return None;
    }
    for round in 0..STEAL_ROUNDS {
        let last = round == STEAL_ROUNDS - 1;
        let start = random(rt, m, n);
        let stride = stride(n, random(rt, m, n));
        for i in 0..n {
            let victim = s.p((start + i * stride) % n);
            if victim.id == p.id {
                continue;
            }
            if last {
                victim.timers.run_due(rt);
                if let Some((g, _)) = p.runq.get(rt.alone()) {
                    return Some(g);
                }
            }
            m_point(rt, m);
            // On threads `runnext` is left to the watch in `idle`: a pair that hands work to and
            // fro should stay together (Go sleeps 3 µs before it takes it).
            if let Some(g) = steal_from(rt, victim, p, last && rt.virt.is_some()) {
                return Some(g);
            }
        }
    }
    None
}

pub(super) fn steal_from(rt: &Rt, victim: &P, p: &P, take_next: bool) -> Option<*mut G> {
    let l = victim.runq.steal_into(&p.runq, take_next, rt.faults.has(Faults::STEAL_ONE))?;
    // SAFETY: we hold it now.
    let gid = unsafe { (*l.run).id() };
    rt.event_of(gid, Kind::Steal, l.taken, u64::from(victim.id), u8::from(l.was_runnext), NO_CAUSE);
    Some(l.run)
}

/// A stride with no common factor with `n`, so that the walk meets each P once.
fn stride(n: u32, random: u32) -> u32 {
    let gcd = |mut a: u32, mut b: u32| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    if n <= 2 {
        return 1;
    }
    let all = (1..=n).filter(|i| gcd(*i, n) == 1);
    let count = all.clone().count() as u32;
    all.clone().nth((random % count) as usize).unwrap_or(1)
}

/// A scheduling point on the thread's own stack (virtual platform only).
#[inline]
pub(super) fn m_point(rt: &Rt, m: &M) {
    if let Some(v) = &rt.virt
        && v.tick(0)
    {
        // SAFETY: runs on the stack of this thread's coroutine.
        unsafe { m.suspender.get().suspend(Yield::Point) };
    }
}

impl M {
    /// A number below `n` from the thread's own generator. Only the thread itself may call this.
    #[inline]
    pub(crate) fn below(&self, n: u32) -> u32 {
        // SAFETY: only the thread itself uses its generator.
        unsafe { (*self.rng.get()).below(n) }
    }

    /// Shuffles by the thread's own generator. Only the thread itself may call this.
    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        // SAFETY: only the thread itself uses its generator.
        unsafe { (*self.rng.get()).shuffle(items) };
    }
}

impl Sched {
    /// Puts a runnable goroutine where the thread that holds `p` will find it, and sees that somebody
    /// looks (S2).
    #[inline]
    pub(crate) fn make_runnable(&self, rt: &Rt, p: Option<&P>, g: *mut G, next: bool) {
        let Some(p) = p else {
            self.put_global(rt, &[g]);
            self.wakep(rt);
            return;
        };
        let next = next && !rt.faults.has(Faults::NO_RUNNEXT);
        let put = || p.runq.put(g, next, rt.alone(), |b| self.put_global(rt, b));
        if rt.alone() && rt.virt.is_none() {
            put(); // the only processor, and ours: nobody to wake
        } else {
            spinning::publish(put, &self.watched, rt.virt.is_some(), || self.wakep(rt));
        }
    }

    /// The thread that `g` is locked to lets it go, or takes it.
    pub(crate) fn lock_thread(m: &M, g: &G, lock: bool) {
        g.local().lockedm.set(if lock { m } else { std::ptr::null() });
        m.lockedg.set(if lock { std::ptr::from_ref(g).cast_mut() } else { null_mut() });
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
