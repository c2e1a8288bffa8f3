//! The one-word lock: one holder at a time, who sees what the one before wrote.
use crate::kit::{Arc, Witness, holds, thread};
use crate::runtime::lock::RawLock;

/// Two threads count under the lock, twice each. (A third makes the spinning endless for loom, which
/// does not know that a waiter gives way.)
pub fn counts_exactly() {
    let w = Arc::new((RawLock::new(), Witness::new(0)));
    let add = |w: &(RawLock, Witness)| {
        for _ in 0..2 {
            w.0.lock();
            w.1.set(w.1.get() + 1);
            w.0.unlock();
        }
    };
    let other = {
        let w = Arc::clone(&w);
        thread::spawn(move || add(&w))
    };
    add(&w);
    other.join().unwrap();
    assert_eq!(w.1.get(), 4);
}

#[test]
fn counts_exactly_holds() {
    holds("lock::counts_exactly", counts_exactly);
}
