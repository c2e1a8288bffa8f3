//! Timers: one heap per P, run by whoever looks for work.
//!
//! Invariants
//!   T1  a timer has at most one entry that counts (`entry`, the generation); it may stand there earlier
//!       than the timer is due, never later. Other entries are dead weight
//!   T2  callbacks run on a thread's own stack, outside every timer lock, and never block; what a dropped
//!       timer owns is dropped outside, too
//!   T3  since Go 1.23 a channel timer stands in a heap only while a goroutine waits on its channel;
//!       everybody else asks `poll` first, which fires it when it is due
//!   T4  `len - dead` of a heap is the number of its timers that are set
//!
//! On threads a timer that is stopped leaves its entry behind, and takes it up again when it is set to
//! a later time; put off, it stays where it is until that comes up. So the timer of an idle connection
//! that is put off with every request costs no heap operation. Entries that are dead are swept out
//! before they outnumber the others, and at once when nothing else is there.
//!
//! Entries fire by (time, tie). The tie is the order of setting on the real platform and comes from
//! the seed on the virtual one, where two timers really can be due at the same nanosecond.
//!
//! Rejected: an entry for each setting and no sweep (a timer put off a million times behind a long one
//! left a million entries); removing from the middle (needs every entry's place in every timer).
//! Go: runtime/time.go timer, (*timers).run, (*timers).adjust, maybeRunChan, blockTimerChan (go1.27.3)
mod heap;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire};

use super::g::G;
use super::lock::Locked;
use super::rt::Rt;
use super::sched::P;
use crate::trace::Kind;
use crate::trace::event::{NO_CAUSE, Seq};

pub(crate) use heap::Timers;
use heap::What;

/// Called with the run, the time it was due, and the event that it fired.
pub(crate) type Fire = dyn Fn(&Rt, u64, Seq) + Send + Sync;

/// A timer that can be stopped and set again.
pub(crate) type Timer = TimerOf<Fire>;

/// A timer and what it does, in one piece of memory.
pub(crate) struct TimerOf<F: ?Sized> {
    pub(crate) id: u32,
    /// Lazily in the heap (T3).
    lazy: bool,
    state: Locked<State>,
    /// Goroutines that wait on its channel now.
    waiting: AtomicUsize,
    fire: F,
}

#[derive(Default)]
struct State {
    when: u64,
    period: u64,
    armed: bool,
    /// Bumped whenever an older heap entry must not fire any more.
    generation: u32,
    /// Where its entry stands (T1).
    entry: Option<u64>,
    /// The entry is to fire; false: dead, but may be taken up again.
    live: bool,
    /// The processor in whose heap it stands.
    home: u16,
}

impl State {
    /// Its entry counts no longer.
    fn leave(&mut self, rt: &Rt) {
        self.live = false;
        if super::may::is_may(rt) {
            rt.sched.timers_live.fetch_sub(1, AcqRel);
        } else {
            rt.sched.p(u32::from(self.home)).timers.dead.fetch_add(1, AcqRel);
        }
        if !revives(rt) {
            self.generation = self.generation.wrapping_add(1);
            self.entry = None;
        }
    }

    /// It needs an entry: takes the old one up again, or says what to push.
    fn take_entry(&mut self, rt: &Rt) -> Option<(u64, u32)> {
        self.live = true;
        if let Some(at) = self.entry
            && at <= self.when
        {
            rt.sched.p(u32::from(self.home)).timers.dead.fetch_sub(1, AcqRel);
            return None;
        }
        self.entry = Some(self.when);
        self.generation = self.generation.wrapping_add(1);
        self.home = home(rt).id;
        Some((self.when, self.generation))
    }
}

enum ComesUp {
    Due,
    /// Put off until then; its entry stands there now.
    Later(u64),
    Dead,
}

/// Wakes `g` at `when`.
pub(crate) fn wake_at(rt: &Rt, when: u64, g: *const G) {
    home(rt).timers.push(rt, when, What::Wake(g));
    rt.sched.timer_set(rt, when);
}

/// The processor whose heap to use: the one we hold, else the first.
fn home(rt: &Rt) -> &P {
    super::sched::cur_p().unwrap_or_else(|| rt.sched.p(0))
}

/// May a dead entry be taken up again? Only on threads: the virtual platform draws a tie for each
/// setting, and on `may` each entry is a coroutine of its own.
fn revives(rt: &Rt) -> bool {
    rt.virt.is_none() && !super::may::is_may(rt)
}

impl Timer {
    /// A stopped timer. `lazy`: it fires into a channel and follows T3.
    pub(crate) fn new(rt: &Rt, lazy: bool, fire: impl Fn(&Rt, u64, Seq) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(TimerOf {
            id: rt.next_obj(),
            lazy,
            state: Locked::new(State::default()),
            waiting: AtomicUsize::new(0),
            fire,
        })
    }

    /// Sets it to `when`, then every `period` (0: once). True if it had been armed.
    pub(crate) fn set(self: &Arc<Self>, rt: &Rt, when: u64, period: u64) -> bool {
        let mut s = self.state.lock();
        let was = std::mem::replace(&mut s.armed, true);
        let eager = !self.lazy || self.waiting.load(Acquire) > 0;
        if was {
            rt.event(Kind::TimerStop, self.id, 0, 0, NO_CAUSE);
        }
        if s.live && !(eager && revives(rt) && s.entry.is_some_and(|at| at <= when)) {
            s.leave(rt);
        }
        if s.entry.is_none() {
            s.generation = s.generation.wrapping_add(1); // one that was just taken out does not fire
        }
        s.when = when;
        s.period = period;
        rt.event(Kind::TimerSet, self.id, when, 0, NO_CAUSE);
        let push = if eager && !s.live { s.take_entry(rt) } else { None };
        drop(s);
        self.push(rt, push);
        was
    }

    /// Does a live entry of it stand in a heap?
    pub(crate) fn in_heap(&self) -> bool {
        self.state.lock().live
    }

    /// Stops it. True if it had been armed.
    pub(crate) fn stop(&self, rt: &Rt) -> bool {
        let mut s = self.state.lock();
        let was = std::mem::take(&mut s.armed);
        if s.live {
            s.leave(rt);
        }
        if s.entry.is_none() {
            s.generation = s.generation.wrapping_add(1);
        }
        drop(s);
        if was {
            rt.event(Kind::TimerStop, self.id, 0, 0, NO_CAUSE);
        }
        was
    }

    fn push(self: &Arc<Self>, rt: &Rt, entry: Option<(u64, u32)>) {
        let Some((when, generation)) = entry else { return };
        if super::may::is_may(rt) {
            rt.sched.timers_live.fetch_add(1, AcqRel);
            super::may::fire_at(rt, Arc::clone(self), when, generation);
            return;
        }
        home(rt).timers.push(rt, when, What::Fire(Arc::clone(self), generation));
        rt.sched.timer_set(rt, when);
    }

    fn enter_heap(self: &Arc<Self>, rt: &Rt) {
        let mut s = self.state.lock();
        let push = if s.armed && !s.live { s.take_entry(rt) } else { None };
        drop(s);
        self.push(rt, push);
    }

    /// Is the entry of this generation to fire? One that is not is about to be dropped.
    fn counts(&self, generation: u32) -> bool {
        let mut s = self.state.lock();
        if s.generation == generation && !s.live {
            s.entry = None;
        }
        s.generation == generation && s.live
    }

    /// Its entry of this generation has been taken out of the heap, which is still locked.
    fn comes_up(&self, generation: u32, now: u64) -> ComesUp {
        let mut s = self.state.lock();
        if s.generation != generation {
            return ComesUp::Dead;
        }
        if !s.live {
            s.entry = None;
            return ComesUp::Dead;
        }
        if s.when > now {
            s.entry = Some(s.when);
            return ComesUp::Later(s.when);
        }
        s.entry = None;
        s.live = false;
        ComesUp::Due
    }

    /// A goroutine is about to wait on the timer's channel.
    pub(crate) fn begin_wait(self: &Arc<Self>, rt: &Rt) {
        if self.lazy && self.waiting.fetch_add(1, AcqRel) == 0 {
            self.enter_heap(rt);
        }
    }

    /// It no longer waits; with the last one gone the timer leaves the heap.
    pub(crate) fn end_wait(&self, rt: &Rt) {
        if self.lazy && self.waiting.fetch_sub(1, AcqRel) == 1 {
            let mut s = self.state.lock();
            if s.live {
                s.leave(rt);
            }
        }
    }

    /// Fires a lazy timer that is due but in no heap (T3). Called before its channel is looked at.
    pub(crate) fn poll(self: &Arc<Self>, rt: &Rt) {
        if !self.lazy {
            return;
        }
        let due = {
            let s = self.state.lock();
            s.armed && !s.live && s.when <= rt.now()
        };
        if due {
            self.expire(rt, None);
        }
    }

    pub(crate) fn fire_from_heap(self: &Arc<Self>, rt: &Rt, generation: u32) {
        self.expire(rt, Some(generation));
    }

    fn expire(self: &Arc<Self>, rt: &Rt, from_heap: Option<u32>) {
        let when = {
            let mut s = self.state.lock();
            if !s.armed || from_heap.is_some_and(|n| n != s.generation) {
                return;
            }
            let when = s.when;
            if super::may::is_may(rt) && std::mem::take(&mut s.live) {
                rt.sched.timers_live.fetch_sub(1, AcqRel);
                s.entry = None;
            }
            if s.period > 0 {
                // The next tick after now, on the grid: a slow receiver misses ticks, it gets no burst.
                let late = rt.now().saturating_sub(when);
                s.when = when + s.period * (1 + late / s.period);
            } else {
                s.armed = false;
            }
            when
        };
        let seq = rt.event(Kind::TimerFire, self.id, rt.now().saturating_sub(when), 0, NO_CAUSE);
        (self.fire)(rt, rt.now(), seq);
        if self.state.lock().armed && (!self.lazy || self.waiting.load(Acquire) > 0) {
            self.enter_heap(rt);
        }
    }
}
