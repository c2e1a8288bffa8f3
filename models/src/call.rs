//! A processor through blocking calls: at each moment it is used by at most one thread.
use crate::base::atomic::AtomicU32;
use crate::base::atomic::Ordering::{AcqRel, Relaxed};
use crate::kit::{Arc, Witness, holds, thread};
use crate::runtime::pstate::{PState, PStatus};

struct World {
    p: PState,
    /// The processor's queue and caches.
    inside: Witness,
    uses: AtomicU32,
    /// Threads in a call without a processor (K2).
    blocked: AtomicU32,
}

impl World {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            p: PState::new(PStatus::Running),
            inside: Witness::new(0),
            uses: AtomicU32::new(0),
            blocked: AtomicU32::new(0),
        })
    }
    fn work(&self) {
        self.inside.set(self.inside.get() + 1);
        self.uses.fetch_add(1, Relaxed);
    }
    /// A call by the thread that holds the processor. True: it found it again.
    fn call(&self, m: u16) -> bool {
        self.work();
        self.p.enter_call(m);
        let back = self.p.leave_call(m);
        if back {
            self.work();
        } else {
            self.blocked.fetch_sub(1, AcqRel);
        }
        back
    }
    /// The monitor: takes the processor for another thread, which then works with it and may make a
    /// call of its own.
    fn retake(&self, then_call: bool) -> bool {
        self.blocked.fetch_add(1, AcqRel);
        if self.p.take_from_call(PStatus::Idle).is_none() {
            self.blocked.fetch_sub(1, AcqRel);
            return false;
        }
        self.p.set(PStatus::Running);
        if then_call {
            self.call(2);
        } else {
            self.work();
        }
        true
    }
    fn sum_up(&self) {
        assert_eq!(self.inside.get(), self.uses.load(Relaxed), "two threads used the processor at once");
        assert_eq!(self.blocked.load(Relaxed), 0, "threads counted as blocked");
    }
}

/// Back from the call while the monitor takes the processor away.
pub fn exit_against_retake() {
    let w = World::new();
    let monitor = {
        let w = Arc::clone(&w);
        thread::spawn(move || w.retake(false))
    };
    let back = w.call(1);
    let taken = monitor.join().unwrap();
    assert!(back != taken, "exactly one has the processor");
    w.sum_up();
}

/// The other thread is in a call of its own when the first comes back: that one must not take the
/// processor for its own.
pub fn exit_into_a_later_call() {
    let w = World::new();
    let monitor = {
        let w = Arc::clone(&w);
        thread::spawn(move || w.retake(true))
    };
    let back = w.call(1);
    let taken = monitor.join().unwrap();
    assert!(back != taken, "back on a processor that was given away");
    w.sum_up();
}

/// The monitor and a stopper of the world at the same processor.
pub fn retake_against_stop() {
    let w = World::new();
    let monitor = {
        let w = Arc::clone(&w);
        thread::spawn(move || w.retake(false))
    };
    let stopper = {
        let w = Arc::clone(&w);
        thread::spawn(move || {
            let stopped = w.p.take_from_call(PStatus::Stopped).is_some();
            if stopped {
                w.blocked.fetch_add(1, AcqRel);
                w.work();
            }
            stopped
        })
    };
    let back = w.call(1);
    let others = u32::from(monitor.join().unwrap()) + u32::from(stopper.join().unwrap());
    assert_eq!(u32::from(back) + others, 1, "exactly one has the processor");
    w.sum_up();
}

#[test]
fn exit_against_retake_holds() {
    holds("call::exit_against_retake", exit_against_retake);
}
#[test]
fn exit_into_a_later_call_holds() {
    holds("call::exit_into_a_later_call", exit_into_a_later_call);
}
#[test]
fn retake_against_stop_holds() {
    holds("call::retake_against_stop", retake_against_stop);
}
