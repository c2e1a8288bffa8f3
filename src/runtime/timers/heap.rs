//! The heap of one processor: entries by time, the dead ones among them swept out.
//!
//! Locks are taken in the order heap, timer. What is dropped with an entry is dropped when the heap is
//! free again (T2).
//!
//! Go: runtime/time.go timers, cleanHead, adjust, run (go1.27.3)
#![allow(unsafe_code)]
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicIsize, AtomicU64};

use super::{ComesUp, Timer};
use crate::runtime::g::G;
use crate::runtime::lock::Locked;
use crate::runtime::rt::Rt;
use crate::runtime::{runq, sched, seam};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// Timers stop firing while so many goroutines wait in the ring (half of it).
const BURST: u32 = runq::CAP / 2;
/// So many dead entries may stand in a heap beside live ones, and a quarter of it.
const DEAD_MAX: isize = 32;
/// With more dead entries (and half of the heap) a push sweeps.
const SWEEP_AT: isize = 256;

pub(super) enum What {
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

type Heap = BinaryHeap<Reverse<Entry>>;
/// Timers that go with their last entry: dropped when the heap is free again (T2).
type Gone = Vec<Arc<Timer>>;

/// The heap of one processor.
pub(crate) struct Timers {
    heap: Locked<Heap>,
    /// Time of the first entry; `u64::MAX` when there is none.
    next: AtomicU64,
    seq: AtomicU64,
    /// Entries, as of the last change, and how many of them are dead (T4).
    len: AtomicIsize,
    pub(super) dead: AtomicIsize,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            heap: Locked::new(BinaryHeap::new()),
            next: AtomicU64::new(u64::MAX),
            seq: AtomicU64::new(0),
            len: AtomicIsize::new(0),
            dead: AtomicIsize::new(0),
        }
    }
}

impl Timers {
    #[inline]
    pub(crate) fn next_when(&self) -> u64 {
        self.next.load(Acquire)
    }

    /// Timers that are set (T4). Both numbers are read under the lock under which entries go: between the two
    /// stores dead ones would count as set.
    pub(crate) fn live(&self) -> usize {
        let _heap = self.heap.lock();
        (self.len.load(Acquire) - self.dead.load(Acquire)).max(0) as usize
    }

    /// Everything moves to the heap of processor `id` (this one is taken away).
    pub(crate) fn move_to(&self, to: &Timers, id: u16) {
        let mut from = self.heap.lock();
        let mut heap = to.heap.lock();
        for Reverse(e) in from.iter() {
            if let What::Fire(t, _) = &e.what {
                t.state.lock().home = id;
            }
        }
        heap.append(&mut from);
        to.dead.fetch_add(self.dead.swap(0, AcqRel), AcqRel);
        let none = self.publish(&mut from);
        let gone = to.publish(&mut heap);
        drop((heap, from));
        drop((none, gone));
    }

    pub(super) fn push(&self, rt: &Rt, when: u64, what: What) {
        let tie = match &rt.virt {
            Some(v) => u64::from(v.pick(1 << 20)) << 32 | self.seq.fetch_add(1, Relaxed),
            None => self.seq.fetch_add(1, Relaxed),
        };
        if rt.virt.is_none() && self.dead.load(Relaxed) > SWEEP_AT + self.len.load(Relaxed) / 2 {
            self.sweep(); // nobody looked for work for long
        }
        let mut heap = self.heap.lock();
        heap.push(Reverse(Entry { when, tie, what }));
        let gone = self.publish(&mut heap);
        drop(heap);
        drop(gone);
    }

    /// Drops dead entries from the top and publishes the time of the first live one.
    fn publish(&self, heap: &mut Heap) -> Gone {
        let mut gone = Gone::new();
        while let Some(Reverse(Entry { what: What::Fire(t, generation), .. })) = heap.peek() {
            if t.counts(*generation) {
                break;
            }
            if let Some(Reverse(Entry { what: What::Fire(t, _), .. })) = heap.pop() {
                gone.push(t);
            }
        }
        self.dead.fetch_sub(gone.len() as isize, AcqRel);
        self.len.store(heap.len() as isize, Release);
        let next = heap.peek().map_or(u64::MAX, |Reverse(e)| e.when);
        self.next.store(next, Release);
        gone
    }

    /// Drops the dead entries when they are too many, or all there is.
    fn sweep(&self) {
        let (dead, len) = (self.dead.load(Relaxed), self.len.load(Relaxed));
        if dead < len && dead <= DEAD_MAX + len / 4 {
            return;
        }
        let mut gone = Gone::new();
        let mut heap = self.heap.lock();
        heap.retain(|Reverse(e)| match &e.what {
            What::Fire(t, generation) if !t.counts(*generation) => {
                gone.push(Arc::clone(t));
                false
            }
            _ => true,
        });
        self.dead.fetch_sub(gone.len() as isize, AcqRel);
        gone.extend(self.publish(&mut heap));
        drop(heap);
    }

    /// Runs every timer that is due.
    #[inline]
    pub(crate) fn run_due(&self, rt: &Rt) {
        if self.next_when() != u64::MAX {
            self.run_due_slow(rt);
        }
    }

    fn run_due_slow(&self, rt: &Rt) {
        if self.dead.load(Relaxed) > 0 && rt.virt.is_none() {
            self.sweep();
        }
        while self.next_when() <= rt.now() {
            // A burst must not push sleepers out into the global queue, behind everything there: the
            // rest fires when there is room.
            if sched::cur_p().is_some_and(|p| p.runq.ring_len() > BURST) {
                return;
            }
            match self.pop_due(rt) {
                None => return,
                Some(Entry { what: What::Wake(g), when, .. }) => {
                    let seq = rt.event(Kind::TimerFire, 0, rt.now().saturating_sub(when), 0, NO_CAUSE);
                    seam::ready(g, seq);
                }
                Some(Entry { what: What::Fire(t, generation), .. }) => t.fire_from_heap(rt, generation),
            }
        }
    }

    /// The first entry, if it is due. A timer that was put off goes back into the heap.
    fn pop_due(&self, rt: &Rt) -> Option<Entry> {
        let mut gone = Gone::new();
        let mut heap = self.heap.lock();
        let due = loop {
            let now = rt.now();
            let Some(Reverse(mut e)) =
                heap.peek().is_some_and(|Reverse(e)| e.when <= now).then(|| heap.pop()).flatten()
            else {
                break None;
            };
            let What::Fire(t, generation) = &e.what else { break Some(e) };
            match t.comes_up(*generation, now) {
                ComesUp::Due => break Some(e),
                ComesUp::Later(when) => {
                    e.when = when;
                    e.tie = self.seq.fetch_add(1, Relaxed);
                    heap.push(Reverse(e));
                }
                ComesUp::Dead => {
                    self.dead.fetch_sub(1, AcqRel);
                    gone.extend(Some(Arc::clone(t)));
                    drop(e);
                }
            }
        };
        gone.extend(self.publish(&mut heap));
        drop(heap);
        due
    }
}
