//! The one thread that sleeps for timers, the network and what others leave lying.
//!
//! On real threads a goroutine put into an empty `runnext` wakes nobody. It
//! nearly always runs a moment later on the same processor, because who woke it blocks, and waking
//! another core costs 35 µs against 20 ns. Instead one idle thread *watches*: while any processor is
//! busy it sleeps 20 µs, then 40, … up to 1 ms at a time, and takes a `runnext` that it sees twice, the
//! second time after 20 µs. So a goroutine waits beside an idle processor for little more than 1 ms at most,
//! and for about 40 µs where this has just happened. Everything that reaches a ring or the global queue wakes a thread at once.
//!
//! It sleeps in the poller unless a busy processor has asked the network since its last look, as it does
//! whenever its queue is empty: the system would wake the sleeper for every event, to find it taken. A
//! thread that has nothing to run while the sleeper is not in the poller takes its place.
//!
//! Invariant: `Idle::sleeper` names it; who takes it off, under the lock of `Idle`, decides what it does next
//! ([`Left`]). `sleep_until` is written under that lock by the sleeper alone, or by who takes it off. So is
//! `watched`, true only while a sleeper watches; who takes that back looks round once more (`leave_watch`).
//!
//! Go: runtime/proc.go findRunnable from "Poll network until next timer" on (go1.27.3); it has no watch
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use super::idle::{others_run, take_nextp, take_p_and_spin, takeable, wait_for_p};
use super::{M, Sched};
use crate::runtime::fault::Faults;
use crate::runtime::g::G;
use crate::runtime::rt::Rt;
use crate::runtime::{dead, spinning};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// First and longest nap of the watching thread.
const NAP_MIN: u64 = 20_000;
const NAP_MAX: u64 = 1_000_000;
/// Longest nap while somebody waits for the network and a busy processor asks it.
const NAP_NET: u64 = 100_000;

/// What the watching thread remembers between naps.
pub(crate) struct Watch {
    nap: u64,
    /// The last look saw a `runnext` for the first time: the next one follows soon.
    doubt: bool,
    /// Of each processor: its `runnext` and its tick.
    seen: Vec<(*mut G, u32)>,
    /// `last_poll` at the last look.
    polled: u64,
    /// Since the look before, somebody else has asked the network.
    lively: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Self { nap: NAP_MIN, doubt: false, seen: Vec::new(), polled: 0, lively: true }
    }
}

/// `sleep_until` of a sleeper that waits for the network alone: later than any timer, and not "nobody".
const NO_TIMER: u64 = u64::MAX - 1;

/// Becomes the one thread that sleeps until the next timer, network event or look round. False when
/// there is nothing to sleep for, or another thread does it already.
pub(super) fn sleep_for_events(rt: &Rt, m: &M) -> bool {
    let s = &rt.sched;
    // SAFETY: only the thread itself uses its watch.
    let watch = unsafe { &mut *m.watch.get() };
    watch.lively = true;
    watch.polled = s.last_poll.load(Relaxed);
    let mut slept = false;
    while let Some(sleep) = become_sleeper(rt, m, watch) {
        slept = true;
        let end = loop {
            match sleep_once(rt, m, watch, sleep) {
                End::Again if sleep.stands(rt, watch) => {}
                end => break end,
            }
        };
        if end == End::Dying {
            return true;
        }
        match spinning::leave_watch(|| leave_sleep(s, m), || others_run(rt)) {
            Left::Chosen => {
                while !take_nextp(rt, m) && !rt.is_dying() {
                    std::hint::spin_loop();
                }
                return true;
            }
            Left::Relieved => {
                wait_for_p(rt, m);
                return true;
            }
            Left::Free if end == End::Work => return take_p_and_spin(rt, m),
            Left::Free => {}
        }
    }
    slept && s.find_work() && take_p_and_spin(rt, m)
}

/// What the sleeper sleeps for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sleep {
    /// It looks round every now and then.
    watching: bool,
    /// In the poller, not on its note.
    polls: bool,
}

impl Sleep {
    fn wanted(rt: &Rt, watch: &Watch) -> Self {
        let s = &rt.sched;
        let watching = rt.virt.is_none() && s.nprocs() > 1 && s.npidle.load(Acquire) < s.nprocs();
        Self { watching, polls: rt.net.waiters() > 0 && !(watching && watch.lively) }
    }
    /// It is still what should be done; so is then what was published of it.
    fn stands(self, rt: &Rt, watch: &Watch) -> bool {
        rt.virt.is_none() && self.watching && self == Self::wanted(rt, watch)
    }
}

/// Why a nap ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Dying,
    /// Another thread took us off, or there is something to do.
    Work,
    Again,
}

/// How a thread ceased to be the sleeper.
enum Left {
    /// By itself.
    Free,
    /// `start_m` took it off: the processor is on its way.
    Chosen,
    /// Another thread sleeps in its place; it is on the idle list.
    Relieved,
}

/// The first timer of all processors.
fn first_timer(s: &Sched) -> u64 {
    s.ps().map(|p| p.timers.next_when()).min().unwrap_or(u64::MAX)
}

fn become_sleeper(rt: &Rt, m: &M, watch: &Watch) -> Option<Sleep> {
    let s = &rt.sched;
    let sleep = Sleep::wanted(rt, watch);
    {
        let mut idle = s.idle.lock();
        let nothing = first_timer(s) == u64::MAX && !sleep.polls && !sleep.watching;
        let better = sleep.polls && !idle.sleeper_polls && rt.virt.is_none();
        if nothing || rt.is_dying() {
            return None;
        }
        if !idle.sleeper.is_null() && !better {
            // It fell asleep when all was idle, and does not watch.
            let unwatched = sleep.watching && !s.watched.load(Acquire);
            drop(idle);
            if unwatched {
                s.wake_sleeper(rt);
            }
            return None;
        }
        // SAFETY: thread records live as long as the run; the flag is written under this lock.
        if let Some(old) = unsafe { idle.sleeper.as_ref() } {
            old.relieved.set(true);
            idle.free_m.push(old);
        }
        idle.sleeper = m;
        idle.sleeper_polls = sleep.polls && rt.virt.is_none();
        s.sleep_until.store(first_timer(s).min(NO_TIMER), Release);
        s.watched.store(sleep.watching, Release);
    }
    if rt.faults.has(Faults::DEAD_IGNORES_TIMERS) {
        dead::check(rt);
    }
    // A timer set between the look and the store saw no sleeper: look again.
    if rt.virt.is_none() {
        spinning::heavy_if(|| others_run(rt));
    }
    Some(sleep)
}

/// One nap of the sleeper, and the look after it.
fn sleep_once(rt: &Rt, m: &M, watch: &mut Watch, sleep: Sleep) -> End {
    let s = &rt.sched;
    let bed = Bed::choose(rt, sleep.polls);
    match tell(rt, m, watch, sleep) {
        Ok(until) => nap(rt, m, until, bed),
        Err(end) => {
            bed.leave(rt);
            return end;
        }
    }
    if rt.is_dying() {
        return End::Dying;
    }
    let taken = !std::ptr::eq(s.idle.lock().sleeper, m);
    let mut due = || s.global_len() > 0 || first_timer(s) <= rt.now() || look_round(rt, watch);
    let work = taken || rt.virt.is_some() || due();
    watch.nap = if work { NAP_MIN } else { (watch.nap * 2).min(NAP_MAX) };
    if work { End::Work } else { End::Again }
}

/// Tells until when the sleeper sleeps, for those who set timers. `Err` when it must not.
fn tell(rt: &Rt, m: &M, watch: &Watch, sleep: Sleep) -> Result<u64, End> {
    let s = &rt.sched;
    let timer = first_timer(s);
    let told = timer.min(NO_TIMER);
    let before = {
        let idle = s.idle.lock();
        if !std::ptr::eq(idle.sleeper, m) {
            return Err(End::Work);
        }
        s.sleep_until.swap(told, AcqRel)
    };
    if before < told && rt.virt.is_none() {
        // Who set a timer before the later time was told has not broken our sleep: look again.
        spinning::heavy_if(|| others_run(rt));
        if first_timer(s) < told {
            return Err(End::Again);
        }
    }
    let longest = if !sleep.polls && rt.net.waiters() > 0 { NAP_NET } else { NAP_MAX };
    let length = if watch.doubt { NAP_MIN } else { watch.nap.min(longest) };
    Ok(if sleep.watching { timer.min(rt.now() + length) } else { timer })
}

/// Takes us off as the sleeper, if nobody else has, and the watch with us, if nobody else has that.
fn leave_sleep(s: &Sched, m: &M) -> Left {
    let mut idle = s.idle.lock();
    let left = if std::ptr::eq(idle.sleeper, m) {
        idle.sleeper = null();
        s.sleep_until.store(u64::MAX, Release);
        Left::Free
    } else if m.relieved.replace(false) {
        Left::Relieved
    } else {
        Left::Chosen
    };
    if idle.sleeper.is_null() {
        s.watched.store(false, Release);
    }
    left
}

/// Where the sleeper sleeps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bed {
    Poller,
    /// Beside the poller, a moment: who slept there before is not out yet.
    Door,
    Note,
}

impl Bed {
    /// Chosen before the sleeper looks round a last time (N5 of `netpoll`).
    fn choose(rt: &Rt, polls: bool) -> Self {
        if !polls || rt.virt.is_some() {
            Self::Note
        } else if rt.net.enter() {
            Self::Poller
        } else {
            Self::Door
        }
    }
    /// Without having slept.
    fn leave(self, rt: &Rt) {
        if self == Self::Poller {
            rt.net.leave();
        }
    }
}

fn nap(rt: &Rt, m: &M, until: u64, bed: Bed) {
    let s = &rt.sched;
    if until <= rt.now() || rt.is_dying() || s.global_len() > 0 || s.ps().any(|p| takeable(rt, p)) {
        return bed.leave(rt);
    }
    rt.event(Kind::ThreadPark, 0, until, 1, NO_CAUSE);
    match bed {
        Bed::Poller => rt.net.sleep(rt, until),
        Bed::Door => m.note.sleep(rt, m, Some(until.min(rt.now() + NAP_MIN))),
        Bed::Note => m.note.sleep(rt, m, (until != u64::MAX).then_some(until)),
    }
}

/// Is there something in a ring, or a `runnext` that was there at the last look, too?
fn look_round(rt: &Rt, watch: &mut Watch) -> bool {
    let s = &rt.sched;
    watch.seen.resize(s.nprocs() as usize, (null_mut(), 0));
    let mut work = false;
    watch.doubt = false;
    let polled = s.last_poll.load(Relaxed);
    watch.lively = polled != std::mem::replace(&mut watch.polled, polled);
    for (v, seen) in s.ps().zip(&mut watch.seen) {
        let now = (v.runq.peek_next(), v.tick.load(Relaxed));
        work |= v.runq.ring_len() > 0 || (!now.0.is_null() && now == *seen);
        watch.doubt |= !now.0.is_null();
        *seen = now;
    }
    work
}
