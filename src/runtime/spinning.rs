//! The recipe by which no goroutine waits beside a sleeping thread, as two small steps that the
//! scheduler and its model share.
//!
//! ```text
//!   readier   1 put into a queue              looker   1 `npidle` up, `nmspinning` down
//!             2 light fence                            2 heavy fence
//!             3 `npidle`, `nmspinning`?                3 every queue once more
//! ```
//! Step 1 and step 3 of the two sides touch different words, crosswise. Without fences (2) each side
//! may read what was before the other's step 1: the readier sees a looker that is about to sleep, and
//! the looker an empty queue. The first edition had only an RMW on `nmspinning`, after a plain load of
//! it; the model found the lost wake-up.
//!
//! Models: `models/src/wake.rs`
//! Go: runtime/proc.go wakep; "Worker thread parking/unparking" at its head (go1.27.3)
use super::asym;
use crate::base::atomic::Ordering::{AcqRel, Acquire, Relaxed, SeqCst};
use crate::base::atomic::{AtomicBool, AtomicU32, fence, planted};

/// The readier as a whole: publishes, then wakes. `put` says whether the goroutine waits behind
/// others; one that does not (an empty `runnext`) is left to the watching thread, if there is one,
/// unless `always`.
#[inline]
pub(crate) fn publish(put: impl FnOnce() -> bool, watched: &AtomicBool, always: bool, wake: impl Fn()) {
    if planted("wake-before-publish") {
        wake();
        put();
        return;
    }
    let waits = put();
    if !waits && !always {
        asym::light(); // pairs with `leave_watch`
        if watched.load(Acquire) {
            return;
        }
    }
    wake();
}

/// The watching thread leaves: whoever did not see that has published what its next look finds. `leave` takes
/// the watch back, under the lock that names the watcher; `others` as in [`give_up`].
pub(crate) fn leave_watch<T>(leave: impl FnOnce() -> T, others: impl FnOnce() -> bool) -> T {
    let left = leave();
    if !planted("leave-watch-without-fence") {
        heavy_if(others);
    }
    left
}

/// A fence against every readier. `others` says whether somebody else holds a processor; if nobody does,
/// there is only who takes one from now on, and a readier without one: both are a [`newcomer`].
pub(crate) fn heavy_if(others: impl FnOnce() -> bool) {
    fence(SeqCst);
    if others() {
        asym::heavy();
    }
}

/// The fence of who was not counted in the `others` of [`heavy_if`]: after it has taken a processor from
/// the idle list, or put into the global queue, and before it looks at anything else.
#[inline]
pub(crate) fn newcomer() {
    if !planted("newcomer-without-fence") {
        fence(SeqCst);
    }
}

/// The looker's last look; true when there is something after all.
#[inline]
pub(crate) fn look_again(due: impl FnOnce() -> bool) -> bool {
    !planted("sleep-without-recheck") && due()
}

/// The readier, after it has published a goroutine. True: a thread must be woken, and counts as
/// spinning already. `shared`: other threads really run at the same time (not on the virtual
/// platform).
#[inline]
pub(crate) fn must_wake(npidle: &AtomicU32, nmspinning: &AtomicU32, shared: bool) -> bool {
    if shared && !planted("wake-without-fence") {
        asym::light();
    }
    npidle.load(Acquire) != 0
        && nmspinning.load(Relaxed) == 0
        && nmspinning.compare_exchange(0, 1, AcqRel, Relaxed).is_ok()
}

/// The looker gives up; its processor is in the idle list. Then it must look at every queue again.
/// `others`: somebody else holds a processor now (asked after a fence). Returns the count before.
#[inline]
pub(crate) fn give_up(nmspinning: &AtomicU32, others: impl FnOnce() -> bool) -> u32 {
    let before = nmspinning.fetch_sub(1, AcqRel);
    if !planted("sleep-without-fence") {
        heavy_if(others);
    }
    before
}
