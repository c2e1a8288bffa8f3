//! A one-word spin lock that can be taken and released without a guard.
//!
//! Channels need this shape: `select` holds many locks at once and lets them go on another stack,
//! after the goroutine has been switched away (Go: runtime/select.go selparkcommit).
//!
//! Invariants
//!   L1  nothing suspends a goroutine or a thread coroutine while one is held; on the virtual
//!       platform a lock is therefore never contended
//!   L2  critical sections are a few dozen instructions; a waiter spins, then yields the thread
//!
//! Models: `models/src/lock.rs`
//!
//! Not done: a futex lock as Go's `runtime.mutex`. Its unlock is a second atomic swap (about 5 ns
//! here) and the sections are too short for sleeping to pay.
#![allow(unsafe_code)]
use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};

use crate::base::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::base::atomic::{AtomicBool, planted, spin_loop, yield_now};

/// Longest pause between two looks, in spin hints (about 5 µs); then the thread is given up, too.
const PAUSE_MAX: u32 = if cfg!(loom) { 1 } else { 128 };
/// The first pause.
const PAUSE_MIN: u32 = if cfg!(loom) { 1 } else { 8 };

/// How many of these locks the calling thread holds; counted in debug builds only. A lock may be let go
/// on another stack than it was taken on, but never by another thread.
#[cfg(all(debug_assertions, not(loom)))]
mod count {
    use std::cell::Cell;

    thread_local! {
        static HELD: Cell<i32> = const { Cell::new(0) };
    }

    /// Never inlined: a goroutine may go on on another thread.
    #[inline(never)]
    pub(super) fn change(by: i32) {
        HELD.set(HELD.get() + by);
    }

    #[inline(never)]
    pub(super) fn held() -> i32 {
        HELD.get()
    }
}

#[cfg(not(all(debug_assertions, not(loom))))]
mod count {
    pub(super) const fn change(_: i32) {}
    pub(super) const fn held() -> i32 {
        0
    }
}

/// See [`count`].
#[allow(dead_code)] // the models do not ask
pub(crate) fn held() -> i32 {
    count::held()
}

#[derive(Default)]
pub(crate) struct RawLock(AtomicBool);

impl RawLock {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self(AtomicBool::new(false))
    }
    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    #[inline]
    pub(crate) fn lock(&self) {
        if self.0.compare_exchange_weak(false, true, Acquire, Relaxed).is_err() {
            self.lock_slow();
        }
        count::change(1);
    }

    /// As [`RawLock::lock`]; with `alone` nobody else can hold it or want it now (one processor), so
    /// that a store will do: an atomic exchange is half of what a channel operation costs.
    #[inline]
    pub(crate) fn lock_alone(&self, alone: bool) {
        if alone {
            debug_assert!(!self.0.load(Relaxed), "alone, and yet locked");
            self.0.store(true, Relaxed);
            count::change(1);
        } else {
            self.lock();
        }
    }

    /// Looks ever more rarely: a waiter that reads the word all the time takes the line away from the
    /// holder, who would otherwise finish this section and several more without losing it.
    #[cold]
    fn lock_slow(&self) {
        let mut pause = PAUSE_MIN;
        loop {
            for _ in 0..pause {
                spin_loop();
            }
            if !self.0.load(Relaxed) && self.0.compare_exchange_weak(false, true, Acquire, Relaxed).is_ok() {
                return;
            }
            if pause < PAUSE_MAX {
                pause *= 2;
            } else {
                yield_now();
            }
        }
    }

    /// Lets the lock go. Only its holder may call this.
    #[inline]
    pub(crate) fn unlock(&self) {
        debug_assert!(self.0.load(Relaxed), "unlock of an unlocked RawLock");
        count::change(-1);
        self.0.store(false, if planted("unlock-relaxed") { Relaxed } else { Release });
    }
}

/// Data behind a [`RawLock`], for places where a guard fits.
#[derive(Default)]
pub(crate) struct Locked<T> {
    lock: RawLock,
    value: UnsafeCell<T>,
}

// SAFETY: `value` is reached only through a guard, which holds `lock` (acquire/release pairs order
// the accesses). Breaks: runtime::lock::tests::counts_exactly.
unsafe impl<T: Send> Sync for Locked<T> {}
// SAFETY: owning the cell owns the value.
unsafe impl<T: Send> Send for Locked<T> {}

impl<T> Locked<T> {
    #[cfg(not(loom))]
    pub(crate) const fn new(value: T) -> Self {
        Self { lock: RawLock::new(), value: UnsafeCell::new(value) }
    }
    #[cfg(loom)]
    pub(crate) fn new(value: T) -> Self {
        Self { lock: RawLock::new(), value: UnsafeCell::new(value) }
    }
    /// Lets go a lock whose guard was forgotten.
    ///
    /// # Safety
    /// The lock is held, and nobody else will let it go.
    pub(crate) unsafe fn force_unlock(&self) {
        self.lock.unlock();
    }

    /// The value, when nobody else can have it.
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    #[inline]
    pub(crate) fn lock(&self) -> Guard<'_, T> {
        self.lock.lock();
        Guard(self)
    }
}

pub(crate) struct Guard<'a, T>(&'a Locked<T>);

impl<T> Deref for Guard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock. Breaks: counts_exactly.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and the guard is borrowed mutably.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.0.lock.unlock();
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::Locked;

    #[test]
    fn counts_exactly() {
        const EACH: u32 = if cfg!(miri) { 50 } else { 10_000 };
        let n = Locked::new(0u32);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..EACH {
                        *n.lock() += 1;
                    }
                });
            }
        });
        assert_eq!(*n.lock(), 4 * EACH);
    }
}
