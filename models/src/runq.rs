//! The run queue: whatever owner and thieves do, each goroutine is found exactly once, and whoever
//! finds it sees what was written into it before it was queued.
use std::ptr::from_ref;

use crate::kit::{Arc, Witness, holds, thread};
use crate::runtime::g::G;
use crate::runtime::runq::{CAP, RunQ};

/// A queue, the goroutines that go into it, and what each carries.
struct World {
    q: RunQ,
    gs: Vec<G>,
    carried: Vec<Witness>,
}

impl World {
    fn new(n: u32) -> Arc<Self> {
        let gs = (0..n).map(G::new).collect();
        Arc::new(Self { q: RunQ::new(), gs, carried: (0..n).map(|_| Witness::new(0)).collect() })
    }
    /// Queues number `i`; what overflows is added to `found`.
    fn put(&self, i: u32, next: bool, found: &mut Vec<u32>) {
        self.carried[i as usize].set(i + 1);
        let g = from_ref(&self.gs[i as usize]).cast_mut();
        self.q.put(g, next, false, |b| found.extend(b.iter().map(|g| self.take(*g))));
    }
    /// Whoever holds a goroutine may read what it carries.
    fn take(&self, g: *mut G) -> u32 {
        assert!(!g.is_null(), "an empty slot was taken");
        // SAFETY: one of ours.
        let i = unsafe { (*g).number };
        assert_eq!(self.carried[i as usize].get(), i + 1, "taken before it was written");
        i
    }
    fn get(&self, found: &mut Vec<u32>) {
        found.extend(self.q.get(false).map(|(g, _)| self.take(g)));
    }
    fn steal(&self, next: bool, found: &mut Vec<u32>) {
        let mine = RunQ::new();
        if let Some(l) = self.q.steal_into(&mine, next, false) {
            found.push(self.take(l.run));
        }
        while let Some((g, _)) = mine.get(false) {
            found.push(self.take(g));
        }
    }
    /// Everybody is done: together they found each once.
    fn all_once(&self, mut found: Vec<u32>) {
        while let Some((g, _)) = self.q.get(false) {
            found.push(self.take(g));
        }
        found.sort_unstable();
        assert_eq!(found, (0..self.gs.len() as u32).collect::<Vec<_>>(), "each goroutine exactly once");
        assert!(self.q.is_empty());
    }
}

fn thief(w: &Arc<World>, next: bool) -> thread::JoinHandle<Vec<u32>> {
    let w = Arc::clone(w);
    thread::spawn(move || {
        let mut found = vec![];
        w.steal(next, &mut found);
        found
    })
}

/// The owner puts and gets while a thief takes half.
pub fn owner_and_thief() {
    let w = World::new(3);
    let t = thief(&w, false);
    let mut found = vec![];
    w.put(0, false, &mut found);
    w.put(1, false, &mut found);
    w.get(&mut found);
    w.put(2, false, &mut found);
    found.extend(t.join().unwrap());
    w.all_once(found);
}

/// `runnext`: kicked out by the next one, taken by the owner, or by a thief in its last round.
pub fn runnext() {
    let w = World::new(2);
    let t = thief(&w, true);
    let mut found = vec![];
    w.put(0, true, &mut found);
    w.put(1, true, &mut found);
    w.get(&mut found);
    found.extend(t.join().unwrap());
    w.all_once(found);
}

/// Two thieves at the same two goroutines.
pub fn two_thieves() {
    let w = World::new(2);
    let mut found = vec![];
    w.put(0, false, &mut found);
    w.put(1, false, &mut found);
    let (a, b) = (thief(&w, false), thief(&w, false));
    w.get(&mut found);
    found.extend(a.join().unwrap());
    found.extend(b.join().unwrap());
    w.all_once(found);
}

/// The full ring: half goes to the global queue while a thief makes room.
pub fn overflow() {
    let w = World::new(CAP + 1);
    let mut found = vec![];
    for i in 0..CAP {
        w.put(i, false, &mut found);
    }
    let t = thief(&w, false);
    w.put(CAP, false, &mut found);
    found.extend(t.join().unwrap());
    w.all_once(found);
}

/// The owner goes round the ring twice while a thief stands still between its look and its CAS.
pub fn round_the_ring() {
    let n = if cfg!(miri) { 40 } else { 2 * CAP + 1 };
    let w = World::new(n);
    let mut found = vec![];
    w.put(0, false, &mut found);
    let t = thief(&w, false);
    for i in 1..n {
        w.get(&mut found);
        w.put(i, false, &mut found);
    }
    found.extend(t.join().unwrap());
    w.all_once(found);
}

#[test]
fn owner_and_thief_holds() {
    holds("runq::owner_and_thief", owner_and_thief);
}
#[test]
fn runnext_holds() {
    holds("runq::runnext", runnext);
}
#[test]
fn two_thieves_hold() {
    holds("runq::two_thieves", two_thieves);
}
#[test]
fn overflow_holds() {
    holds("runq::overflow", overflow);
}
#[test]
fn round_the_ring_holds() {
    holds("runq::round_the_ring", round_the_ring);
}
