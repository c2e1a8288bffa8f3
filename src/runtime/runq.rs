//! Per-P run queue: one owner pushes and pops, many thieves take half.
//!
//! Invariants
//!   Q1  tail - head <= CAP (wrapping arithmetic)
//!   Q2  only the owner writes `tail` and puts into `runnext`; anyone may take `runnext` by CAS
//!   Q3  a slot between head and tail holds a goroutine that is in no other queue
//!
//! ```text
//!      head            tail
//!       v               v
//!   [ . 12 13 14 15 16  . . ]     thief takes 12 13 14 (half, rounded up), owner keeps 15 16
//! ```
//!
//! Not done: a growing Chase–Lev buffer. Go bounds the queue at 256 and moves half to the global
//! queue when it is full; that overflow is what keeps the global queue in play.
//! Go: runtime/proc.go runqput, runqputslow, runqget, runqgrab, runqsteal (go1.27.3)
//! Models: `models/src/runq.rs` (the whole of this file, with 4 slots)
use std::ptr::null_mut;

use super::g::G;
use crate::base::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use crate::base::atomic::{AtomicPtr, AtomicU32, planted};

/// Slots of the ring, as in Go; few in a model, so that it meets the full ring.
pub(crate) const CAP: u32 = if cfg!(loom) { 4 } else { 256 };

type Ptr = *mut G;

pub(crate) struct RunQ {
    head: AtomicU32,
    tail: AtomicU32,
    runnext: AtomicPtr<G>,
    ring: [AtomicPtr<G>; CAP as usize],
}

/// What a thief got.
pub(crate) struct Loot {
    /// The one to run now: the last one taken.
    pub(crate) run: Ptr,
    /// How many were taken in all.
    pub(crate) taken: u32,
    /// It was the victim's `runnext`.
    pub(crate) was_runnext: bool,
}

/// Index `i` moved on by `n`. Indices are 32 bits wide and wrap: with few bits a thief that slept for
/// one turn of the counter would find its old `head` again (Q1), which the planted bug shows.
#[inline]
fn forth(i: u32, n: u32) -> u32 {
    let to = i.wrapping_add(n);
    if planted("runq-narrow-index") { to % (2 * CAP) } else { to }
}

/// Slots from `head` to `tail`.
#[inline]
fn distance(tail: u32, head: u32) -> u32 {
    let n = tail.wrapping_sub(head);
    if planted("runq-narrow-index") { n % (2 * CAP) } else { n }
}

impl RunQ {
    pub(crate) fn new() -> Self {
        Self {
            head: AtomicU32::new(0),
            tail: AtomicU32::new(0),
            runnext: AtomicPtr::new(null_mut()),
            ring: std::array::from_fn(|_| AtomicPtr::new(null_mut())),
        }
    }

    /// Owner only. Puts `g` behind the others, or with `next` in front of all, kicking the old
    /// `runnext` to the tail. What does not fit is handed to `overflow` (half the ring and `g`).
    /// True when something now waits in the ring (or went to `overflow`).
    ///
    /// `alone`: there are no thieves (one processor), so plain stores do.
    #[inline]
    pub(crate) fn put(&self, g: Ptr, next: bool, alone: bool, overflow: impl FnOnce(&[Ptr])) -> bool {
        let mut g = g;
        if next {
            // Release: the thief that takes it must see the goroutine's fields. Nobody but the owner
            // fills an empty `runnext` (Q2), so no exchange is needed there.
            let old = self.runnext.load(Relaxed);
            if old.is_null() || alone {
                self.runnext.store(g, Release);
                g = old;
            } else {
                g = self.runnext.swap(g, AcqRel);
            }
            if g.is_null() {
                return false;
            }
        }
        let t = self.tail.load(Relaxed); // Q2: we are the only writer
        let h = self.head.load(Acquire); // pairs with the thieves' CAS: their slots are free
        if distance(t, h) < CAP {
            if planted("put-publishes-early") {
                self.tail.store(forth(t, 1), Release);
            }
            self.slot(t).store(g, Relaxed);
            // Publishes the slot. Pairs with the Acquire load of `tail` in `steal_into`.
            self.tail.store(forth(t, 1), Release);
            return true;
        }
        self.put_slow(g, h, overflow);
        true
    }

    #[cold]
    fn put_slow(&self, g: Ptr, h: u32, overflow: impl FnOnce(&[Ptr])) {
        let n = CAP / 2;
        let mut batch = [null_mut(); CAP as usize / 2 + 1];
        for (i, to) in (0..n).zip(&mut batch) {
            *to = self.slot(forth(h, i)).load(Relaxed);
        }
        if self.head.compare_exchange(h, forth(h, n), AcqRel, Acquire).is_err() {
            // A thief made room meanwhile.
            self.put(g, false, false, overflow);
            return;
        }
        batch[n as usize] = g;
        overflow(&batch);
    }

    /// Owner only. The next goroutine and whether it came from `runnext` (it then inherits the
    /// time slice).
    #[inline]
    pub(crate) fn get(&self, alone: bool) -> Option<(Ptr, bool)> {
        let next = self.runnext.load(Relaxed);
        if alone {
            if !next.is_null() {
                self.runnext.store(null_mut(), Relaxed);
                return Some((next, true));
            }
            let h = self.head.load(Relaxed);
            if h == self.tail.load(Relaxed) {
                return None;
            }
            let g = self.slot(h).load(Relaxed);
            self.head.store(forth(h, 1), Release);
            return Some((g, false));
        }
        if !next.is_null() && self.runnext.compare_exchange(next, null_mut(), AcqRel, Relaxed).is_ok() {
            return Some((next, true));
        }
        loop {
            let h = self.head.load(Acquire);
            if h == self.tail.load(Relaxed) {
                return None;
            }
            let g = self.slot(h).load(Relaxed);
            if self.head.compare_exchange_weak(h, forth(h, 1), AcqRel, Acquire).is_ok() {
                return Some((g, false));
            }
        }
    }

    /// A thief takes half of `self` (rounded up) into `to`, whose owner it is. `runnext` only when
    /// nothing else is there and `take_next` says so.
    /// `one`: a single goroutine instead of half (a planted fault).
    pub(crate) fn steal_into(&self, to: &RunQ, take_next: bool, one: bool) -> Option<Loot> {
        let t = to.tail.load(Relaxed);
        loop {
            let h = self.head.load(Acquire);
            let look = if planted("steal-reads-tail-relaxed") { Relaxed } else { Acquire };
            let n = distance(self.tail.load(look), h);
            let n = if one { n.min(1) } else { n - n / 2 };
            if n == 0 {
                return if take_next { self.steal_next() } else { None };
            }
            if n > CAP / 2 {
                continue; // head and tail were read at different moments
            }
            for i in 0..n {
                let g = self.slot(forth(h, i)).load(Relaxed);
                to.slot(forth(t, i)).store(g, Relaxed);
            }
            if self.head.compare_exchange(h, forth(h, n), AcqRel, Acquire).is_err() {
                continue;
            }
            let run = to.slot(forth(t, n - 1)).load(Relaxed);
            if n > 1 {
                to.tail.store(forth(t, n - 1), Release);
            }
            return Some(Loot { run, taken: n, was_runnext: false });
        }
    }

    fn steal_next(&self) -> Option<Loot> {
        let next = self.runnext.load(Relaxed);
        (!next.is_null() && self.runnext.compare_exchange(next, null_mut(), AcqRel, Relaxed).is_ok()).then_some(Loot {
            run: next,
            taken: 1,
            was_runnext: true,
        })
    }

    /// Nothing in the ring nor in `runnext`, at one moment.
    pub(crate) fn is_empty(&self) -> bool {
        loop {
            let h = self.head.load(Acquire);
            let t = self.tail.load(Acquire);
            let next = self.runnext.load(Acquire);
            if t == self.tail.load(Acquire) {
                return h == t && next.is_null();
            }
        }
    }

    /// What the owner will run next, if it does not change.
    #[inline]
    pub(crate) fn peek_next(&self) -> Ptr {
        self.runnext.load(Acquire)
    }

    /// Owner only. Brings the next goroutines towards the cache, in the three steps that depend on
    /// one another: a million that were parked for long are millions of cache misses.
    #[inline]
    pub(crate) fn prefetch(&self) {
        let h = self.head.load(Relaxed);
        if distance(self.tail.load(Relaxed), h) > 4 {
            super::g::prefetch(self.slot(forth(h, 4)).load(Relaxed));
            super::g::prefetch_shell(self.slot(forth(h, 2)).load(Relaxed));
            super::g::prefetch_frames(self.slot(h).load(Relaxed));
        }
    }

    /// Goroutines in the ring now.
    pub(crate) fn ring_len(&self) -> u32 {
        distance(self.tail.load(Acquire), self.head.load(Acquire)).min(CAP)
    }

    fn slot(&self, i: u32) -> &AtomicPtr<G> {
        &self.ring[(i % CAP) as usize]
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::*;

    fn fake(n: usize) -> Ptr {
        std::ptr::without_provenance_mut(n * 128)
    }

    /// go_TestRunqLocal, go_TestRunqSteal: for every length, half (rounded up) is taken and each
    /// goroutine is found exactly once.
    #[test]
    fn steal_takes_half_rounded_up_for_every_length() {
        for len in (0..CAP as usize).step_by(if cfg!(miri) { 51 } else { 1 }) {
            let (a, b) = (RunQ::new(), RunQ::new());
            for i in 1..=len {
                a.put(fake(i), false, false, |_| panic!("no overflow below the cap"));
            }
            let loot = a.steal_into(&b, false, false);
            let taken = loot.as_ref().map_or(0, |l| l.taken as usize);
            assert_eq!(taken, len.div_ceil(2));
            let mut seen: Vec<usize> = loot.iter().map(|l| l.run as usize / 128).collect();
            if let Some(l) = &loot {
                assert_eq!(l.run as usize / 128, taken, "the thief runs the last one taken");
            }
            while let Some((g, _)) = a.get(false) {
                seen.push(g as usize / 128);
            }
            while let Some((g, _)) = b.get(false) {
                seen.push(g as usize / 128);
            }
            seen.sort_unstable();
            assert_eq!(seen, (1..=len).collect::<Vec<_>>());
        }
    }

    #[test]
    fn overflow_moves_half_and_the_new_one() {
        let q = RunQ::new();
        let mut moved = vec![];
        for i in 1..=CAP as usize + 1 {
            q.put(fake(i), false, false, |b| moved.extend(b.iter().map(|g| *g as usize / 128)));
        }
        assert_eq!(moved.len(), CAP as usize / 2 + 1);
        assert_eq!(moved.last(), Some(&(CAP as usize + 1)));
        assert_eq!(q.ring_len(), CAP / 2);
    }

    #[test]
    fn runnext_comes_first_and_is_stolen_last() {
        let (q, thief) = (RunQ::new(), RunQ::new());
        q.put(fake(1), false, false, |_| ());
        q.put(fake(2), true, false, |_| ());
        q.put(fake(3), true, false, |_| ()); // kicks 2 to the tail
        assert_eq!(q.get(false).map(|(g, n)| (g as usize / 128, n)), Some((3, true)));
        assert_eq!(q.get(false).map(|(g, n)| (g as usize / 128, n)), Some((1, false)));
        q.put(fake(4), true, false, |_| ());
        assert_eq!(q.steal_into(&thief, false, false).map(|l| l.run as usize / 128), Some(2));
        assert!(q.steal_into(&thief, false, false).is_none());
        assert!(q.steal_into(&thief, true, false).is_some_and(|l| l.was_runnext));
        assert!(q.is_empty());
    }

    #[test]
    fn owner_and_thieves_find_each_exactly_once() {
        const N: usize = if cfg!(miri) { 200 } else { 20_000 };
        let q = RunQ::new();
        let found = std::sync::Mutex::new(vec![]);
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    let mine = RunQ::new();
                    let mut got = vec![];
                    while !done.load(Acquire) || !q.is_empty() {
                        if let Some(l) = q.steal_into(&mine, true, false) {
                            got.push(l.run as usize / 128);
                        }
                        while let Some((g, _)) = mine.get(false) {
                            got.push(g as usize / 128);
                        }
                    }
                    found.lock().unwrap().extend(got);
                });
            }
            let mut got = vec![];
            for i in 1..=N {
                q.put(fake(i), i % 3 == 0, false, |b| got.extend(b.iter().map(|g| *g as usize / 128)));
                if i % 2 == 0
                    && let Some((g, _)) = q.get(false)
                {
                    got.push(g as usize / 128);
                }
            }
            while let Some((g, _)) = q.get(false) {
                got.push(g as usize / 128);
            }
            done.store(true, Release);
            found.lock().unwrap().extend(got);
        });
        let mut all = found.into_inner().unwrap();
        all.sort_unstable();
        assert_eq!(all, (1..=N).collect::<Vec<_>>());
    }
}
