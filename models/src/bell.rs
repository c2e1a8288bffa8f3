//! The poller changes hands: every break reaches the thread that it is for.
use crate::base::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use crate::base::atomic::{AtomicBool, AtomicU32, yield_now};
use crate::kit::{Arc, holds, thread};
use crate::runtime::bell::Bell;

struct World {
    bell: Bell,
    /// The eventfd.
    count: AtomicU32,
    /// The old sleeper was taken off.
    off: AtomicBool,
    /// The run is over.
    over: AtomicBool,
}

impl World {
    fn ring(&self) {
        self.bell.ring(|| _ = self.count.fetch_add(1, AcqRel));
    }
    /// Sleeps in the poller; who is inside.
    fn sleep(&self) {
        while self.count.load(Acquire) == 0 {
            yield_now();
        }
        self.bell.silence(|| _ = self.count.swap(0, AcqRel));
        self.bell.leave();
    }
}

/// The old sleeper is taken off and wakes up, the next one goes to sleep, and the run ends: both come back.
/// (A break that is lost leaves one in `sleep` for ever, which loom calls too many branches.)
pub fn poller_changes_hands() {
    let w = Arc::new(World {
        bell: Bell::default(),
        count: AtomicU32::new(0),
        off: AtomicBool::new(false),
        over: AtomicBool::new(false),
    });
    assert!(w.bell.enter());
    let old = {
        let w = Arc::clone(&w);
        thread::spawn(move || {
            w.sleep();
            assert!(w.off.load(Relaxed), "woken for nothing");
        })
    };
    let next = {
        let w = Arc::clone(&w);
        thread::spawn(move || {
            // At the door it would sleep a moment and come again.
            while !w.over.load(Acquire) && w.bell.enter() {
                if w.over.load(Relaxed) {
                    w.bell.leave();
                } else {
                    w.sleep();
                }
            }
        })
    };
    w.off.store(true, Release);
    w.ring();
    w.over.store(true, Release);
    w.ring();
    old.join().unwrap();
    next.join().unwrap();
}

#[test]
fn poller_changes_hands_holds() {
    holds("bell::poller_changes_hands", poller_changes_hands);
}
