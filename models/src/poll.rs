//! A side of a descriptor: the waiter is woken exactly once, whatever comes at the same time.
use crate::base::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use crate::base::atomic::{AtomicBool, AtomicU32};
use crate::kit::{Arc, Witness, holds, thread};
use crate::runtime::g::G;
use crate::runtime::pollstate::Word;

struct World {
    word: Word,
    closing: AtomicBool,
    late: AtomicBool,
    g: G,
    wakes: AtomicU32,
    data: Witness,
}

impl World {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            word: Word::default(),
            closing: AtomicBool::new(false),
            late: AtomicBool::new(false),
            g: G::new(0),
            wakes: AtomicU32::new(0),
            data: Witness::new(0),
        })
    }
    fn stopped(&self) -> bool {
        self.closing.load(Acquire) || self.late.load(Acquire)
    }
    fn wake(&self, g: Option<*const G>) {
        if let Some(g) = g {
            assert!(std::ptr::eq(g, &raw const self.g), "woke something that is no goroutine");
            self.wakes.fetch_add(1, AcqRel);
        }
    }
    /// `PollDesc::wait`. False: it did not even begin to wait.
    fn wait(&self) -> bool {
        if self.stopped() {
            return false;
        }
        if !self.word.commit(&raw const self.g, || self.stopped()) {
            self.wake(Some(&raw const self.g));
        }
        true
    }
    fn told(&self) {
        self.wake(self.word.told());
    }
    /// Did the waiter wait and is awake again, once?
    fn woken_once(&self, waited: bool) {
        assert_eq!(self.wakes.load(Relaxed), u32::from(waited), "woken exactly once for one wait");
    }
}

fn spawn<R: 'static + Send>(w: &Arc<World>, f: impl FnOnce(&World) -> R + Send + 'static) -> thread::JoinHandle<R> {
    let w = Arc::clone(w);
    thread::spawn(move || f(&w))
}

/// Readiness is told while the reader goes to sleep.
pub fn ready_against_wait() {
    let w = World::new();
    let waiter = spawn(&w, |w| {
        w.word.arm();
        w.wait()
    });
    let w2 = Arc::clone(&w);
    w2.data.set(1);
    w2.told();
    let waited = waiter.join().unwrap();
    // `arm` may have forgotten readiness that came before; then the try before the wait finds the data
    // (in the product), and the wait goes on until the next edge.
    if w.wakes.load(Relaxed) == 0 {
        w.told();
    }
    w.woken_once(waited);
}

/// Readiness told before the wait begins is not forgotten, and carries the data.
pub fn readiness_is_remembered() {
    let w = World::new();
    let teller = spawn(&w, |w| {
        w.data.set(7);
        w.told();
    });
    let waited = w.wait();
    if w.wakes.load(Acquire) == 1 {
        assert_eq!(w.data.get(), 7, "woken before the data");
    }
    teller.join().unwrap();
    w.woken_once(waited);
}

/// Close while the reader goes to sleep.
pub fn close_against_wait() {
    let w = World::new();
    let closer = spawn(&w, |w| w.wake(w.word.stop(&w.closing)));
    let waited = w.wait();
    closer.join().unwrap();
    w.woken_once(waited);
}

/// Readiness, the deadline and the wait at once.
pub fn ready_deadline_and_wait() {
    let w = World::new();
    let late = spawn(&w, |w| w.wake(w.word.stop(&w.late)));
    let teller = spawn(&w, World::told);
    let waited = w.wait();
    late.join().unwrap();
    teller.join().unwrap();
    w.woken_once(waited);
}

#[test]
fn ready_against_wait_holds() {
    holds("poll::ready_against_wait", ready_against_wait);
}
#[test]
fn readiness_is_remembered_holds() {
    holds("poll::readiness_is_remembered", readiness_is_remembered);
}
#[test]
fn close_against_wait_holds() {
    holds("poll::close_against_wait", close_against_wait);
}
#[test]
fn ready_deadline_and_wait_hold() {
    holds("poll::ready_deadline_and_wait", ready_deadline_and_wait);
}
