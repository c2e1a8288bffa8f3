//! Timers: one heap per P, run by whoever looks for work.
//!
//! Invariants
//!   T1  an armed timer is live in at most one heap entry; an entry whose generation is old is dead
//!       weight and is skipped
//!   T2  callbacks run on a thread's own stack, outside every timer lock, and never block
//!   T3  since Go 1.23 a channel timer stands in a heap only while a goroutine waits on its channel;
//!       everybody else asks `poll` first, which fires it when it is due
//!
//! Entries fire by (time, tie). The tie is the order of setting on the real platform and comes from
//! the seed on the virtual one, where two timers really can be due at the same nanosecond.
//! Go: runtime/time.go timer, (*timers).run, maybeRunChan, blockTimerChan (go1.27.3)
#![allow(unsafe_code)]
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU64, AtomicUsize};

use super::g::G;
use super::lock::Locked;
use super::rt::Rt;
use super::seam;
use crate::trace::Kind;
use crate::trace::event::{NO_CAUSE, Seq};

/// Timers stop firing while so many goroutines wait in the ring (half of it).
const BURST: u32 = super::runq::CAP / 2;

/// Called with the run, the time it was due, and the event that it fired.
pub(crate) type Fire = Box<dyn Fn(&Rt, u64, Seq) + Send + Sync>;

/// A timer that can be stopped and set again.
pub(crate) struct Timer {
    pub(crate) id: u32,
    /// Lazily in the heap (T3).
    lazy: bool,
    state: Locked<State>,
    /// Goroutines that wait on its channel now.
    waiting: AtomicUsize,
    fire: Fire,
}

#[derive(Default)]
struct State {
    when: u64,
    period: u64,
    armed: bool,
    /// Bumped whenever an older heap entry must not fire any more.
    generation: u32,
    in_heap: bool,
}

enum What {
    Wake(*const G),
    Fire(Arc<Timer>, u32),
}

struct Entry {
    when: u64,
    tie: u64,
    what: What,
}

// SAFETY: the goroutine pointer is only handed to `ready` (G1).
unsafe impl Send for Entry {}

impl PartialEq for Entry {
    fn eq(&self, o: &Self) -> bool {
        (self.when, self.tie) == (o.when, o.tie)
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, o: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(o))
    }
}
impl Ord for Entry {
    fn cmp(&self, o: &Self) -> std::cmp::Ordering {
        (self.when, self.tie).cmp(&(o.when, o.tie))
    }
}

/// The heap of one processor.
pub(crate) struct Timers {
    heap: Locked<BinaryHeap<Reverse<Entry>>>,
    /// Time of the first entry; `u64::MAX` when there is none.
    next: AtomicU64,
    seq: AtomicU64,
}

impl Default for Timers {
    fn default() -> Self {
        Self { heap: Locked::new(BinaryHeap::new()), next: AtomicU64::new(u64::MAX), seq: AtomicU64::new(0) }
    }
}

impl Timers {
    #[inline]
    pub(crate) fn next_when(&self) -> u64 {
        self.next.load(Acquire)
    }

    /// Everything moves to another heap (the processor is taken away).
    pub(crate) fn move_to(&self, to: &Timers) {
        let mut from = self.heap.lock();
        let mut heap = to.heap.lock();
        heap.append(&mut from);
        self.next.store(u64::MAX, Release);
        to.publish(&mut heap);
    }

    fn push(&self, rt: &Rt, when: u64, what: What) {
        let tie = match &rt.virt {
            Some(v) => u64::from(v.pick(1 << 20)) << 32 | self.seq.fetch_add(1, Relaxed),
            None => self.seq.fetch_add(1, Relaxed),
        };
        let mut heap = self.heap.lock();
        heap.push(Reverse(Entry { when, tie, what }));
        self.publish(&mut heap);
    }

    /// Drops dead entries from the top and publishes the time of the first live one.
    fn publish(&self, heap: &mut BinaryHeap<Reverse<Entry>>) {
        while let Some(Reverse(Entry { what: What::Fire(t, generation), .. })) = heap.peek() {
            let s = t.state.lock();
            if s.armed && s.in_heap && s.generation == *generation {
                break;
            }
            drop(s);
            heap.pop();
        }
        let next = heap.peek().map_or(u64::MAX, |Reverse(e)| e.when);
        self.next.store(next, Release);
    }

    /// Runs every timer that is due.
    #[inline]
    pub(crate) fn run_due(&self, rt: &Rt) {
        if self.next_when() != u64::MAX {
            self.run_due_slow(rt);
        }
    }

    fn run_due_slow(&self, rt: &Rt) {
        while self.next_when() <= rt.now() {
            // A burst must not push sleepers out into the global queue, behind everything there: the
            // rest fires when there is room.
            if super::sched::cur_p().is_some_and(|p| p.runq.ring_len() > BURST) {
                return;
            }
            let due = {
                let mut heap = self.heap.lock();
                let due = match heap.peek() {
                    Some(Reverse(e)) if e.when <= rt.now() => heap.pop(),
                    _ => None,
                };
                self.publish(&mut heap);
                due
            };
            let Some(Reverse(e)) = due else { return };
            match e.what {
                What::Wake(g) => {
                    rt.sched.timers_live.fetch_sub(1, AcqRel);
                    let late = rt.now().saturating_sub(e.when);
                    let seq = rt.event(Kind::TimerFire, 0, late, 0, NO_CAUSE);
                    seam::ready(g, seq);
                }
                What::Fire(t, generation) => t.fire_from_heap(rt, generation),
            }
        }
    }
}

/// Wakes `g` at `when`.
pub(crate) fn wake_at(rt: &Rt, when: u64, g: *const G) {
    rt.sched.timers_live.fetch_add(1, AcqRel);
    home(rt).push(rt, when, What::Wake(g));
    rt.sched.timer_set(rt, when);
}

/// The heap to use: that of the processor we hold, else the first.
fn home(rt: &Rt) -> &Timers {
    &super::sched::cur_p().unwrap_or_else(|| rt.sched.p(0)).timers
}

impl Timer {
    /// A stopped timer. `lazy`: it fires into a channel and follows T3.
    pub(crate) fn new(rt: &Rt, lazy: bool, fire: Fire) -> Arc<Self> {
        Arc::new(Self {
            id: rt.next_obj(),
            lazy,
            state: Locked::new(State::default()),
            waiting: AtomicUsize::new(0),
            fire,
        })
    }

    /// Sets it to `when`, then every `period` (0: once). True if it had been armed.
    pub(crate) fn set(self: &Arc<Self>, rt: &Rt, when: u64, period: u64) -> bool {
        let was = self.disarm(rt);
        {
            let mut s = self.state.lock();
            s.when = when;
            s.period = period;
            s.armed = true;
        }
        rt.event(Kind::TimerSet, self.id, when, 0, NO_CAUSE);
        if !self.lazy || self.waiting.load(Acquire) > 0 {
            self.enter_heap(rt);
        }
        was
    }

    /// Does an entry of it stand in a heap?
    pub(crate) fn in_heap(&self) -> bool {
        self.state.lock().in_heap
    }

    /// Stops it. True if it had been armed.
    pub(crate) fn stop(&self, rt: &Rt) -> bool {
        let was = self.disarm(rt);
        if was {
            rt.event(Kind::TimerStop, self.id, 0, 0, NO_CAUSE);
        }
        was
    }

    fn disarm(&self, rt: &Rt) -> bool {
        let mut s = self.state.lock();
        s.generation = s.generation.wrapping_add(1);
        if std::mem::take(&mut s.in_heap) {
            rt.sched.timers_live.fetch_sub(1, AcqRel);
        }
        std::mem::take(&mut s.armed)
    }

    fn enter_heap(self: &Arc<Self>, rt: &Rt) {
        let (when, generation) = {
            let mut s = self.state.lock();
            if !s.armed || s.in_heap {
                return;
            }
            s.in_heap = true;
            s.generation = s.generation.wrapping_add(1);
            (s.when, s.generation)
        };
        rt.sched.timers_live.fetch_add(1, AcqRel);
        if super::may::is_may(rt) {
            super::may::fire_at(rt, Arc::clone(self), when, generation);
            return;
        }
        home(rt).push(rt, when, What::Fire(Arc::clone(self), generation));
        rt.sched.timer_set(rt, when);
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
            if std::mem::take(&mut s.in_heap) {
                s.generation = s.generation.wrapping_add(1);
                rt.sched.timers_live.fetch_sub(1, AcqRel);
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
            s.armed && !s.in_heap && s.when <= rt.now()
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
            if !s.armed || from_heap.is_some_and(|n| n != s.generation || !s.in_heap) {
                return;
            }
            let when = s.when;
            if std::mem::take(&mut s.in_heap) {
                rt.sched.timers_live.fetch_sub(1, AcqRel);
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
