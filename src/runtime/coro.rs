//! A stackful coroutine for one goroutine or one virtual thread, and a pool of stacks.
//!
//! The switch itself is the crate `corosensei` (0.9 ns hot). This file adds what a scheduler needs:
//! moving a coroutine between threads, suspending from anywhere on its stack, and reusing stacks.
//!
//! Invariants
//!   C1  a coroutine is resumed by one thread at a time (it is in one queue, or running)
//!   C2  what its closure captures is `Send`; what lives on its stack while it is suspended is
//!       handled as if it were (the same rule as Go's: a goroutine may move at any call)
//!   C3  an unfinished coroutine is abandoned, not unwound: like the goroutines that are left when
//!       a Go program exits, its destructors do not run and what its stack owns is leaked
#![allow(unsafe_code)]
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::lock::Locked;

/// Stack of a goroutine: address space; pages are used when touched.
pub(crate) const STACK_BYTES: usize = 64 << 10;
/// Stack of the main goroutine and of virtual threads.
pub(crate) const BIG_STACK_BYTES: usize = 256 << 10;
/// Stacks kept for reuse.
const POOL_MAX: usize = 1024;

/// Why control came back from a coroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Yield {
    /// Waits; run the commit function, then forget it until `ready`.
    Park,
    /// Stays runnable; `true` = preempted, else it asked.
    Sched(bool),
    /// A scheduling point of the virtual platform: come straight back unless the seed says otherwise.
    Point,
    /// Virtual platform: computes until this time, holding its processor.
    Burn(u64),
    /// Virtual thread only: sleeps until woken, or until this time.
    SleepM(Option<u64>),
}

type Inner = Coroutine<(), Yield, (), DefaultStack>;

pub(crate) struct Coro(Option<Inner>);

// SAFETY: C1 and C2. Breaks: the conformance suite on the real platform, where goroutines move
// between threads all the time.
unsafe impl Send for Coro {}

/// Suspends the coroutine it belongs to, from any depth of its stack.
#[derive(Clone, Copy)]
pub(crate) struct Suspender(*const Yielder<(), Yield>);

impl Suspender {
    pub(crate) const NONE: Self = Self(std::ptr::null());

    /// # Safety
    /// Must run on the stack of the coroutine this came from.
    #[inline]
    pub(crate) unsafe fn suspend(self, why: Yield) {
        // SAFETY: the yielder lives in the coroutine's first frame, below the caller's.
        unsafe { (*self.0).suspend(why) };
    }
}

static POOL: Locked<Vec<DefaultStack>> = Locked::new(Vec::new());

fn stack() -> DefaultStack {
    if let Some(s) = POOL.lock().pop() {
        return s;
    }
    DefaultStack::new(STACK_BYTES).unwrap_or_else(|e| {
        // Go: runtime: failed to create new OS thread / cannot allocate memory — fatal as well.
        eprintln!("fatal error: cannot map a goroutine stack: {e}");
        std::process::exit(2)
    })
}

impl Coro {
    /// A coroutine that runs `f` when first resumed.
    pub(crate) fn new<F: FnOnce(Suspender) + 'static>(big: bool, f: F) -> Self {
        let stack = if big { DefaultStack::new(BIG_STACK_BYTES).unwrap_or_else(|_| stack()) } else { stack() };
        Self(Some(Inner::with_stack(stack, move |y, ()| f(Suspender(y)))))
    }

    /// Runs it until it suspends; `None` when it has returned.
    #[inline]
    pub(crate) fn resume(&mut self) -> Option<Yield> {
        match self.0.as_mut().map(|c| c.resume(())) {
            Some(CoroutineResult::Yield(y)) => Some(y),
            Some(CoroutineResult::Return(())) | None => None,
        }
    }
}

impl Drop for Coro {
    fn drop(&mut self) {
        let Some(mut c) = self.0.take() else { return };
        if !c.done() {
            // SAFETY: C3. Nothing on the stack is referred to from outside: waiters are reached only
            // through channels and timers of the same run, which is over when its records drop, and
            // a channel refuses goroutines of another run. Breaks: abandoned_goroutines test.
            unsafe { c.force_reset() };
        }
        let stack = c.into_stack();
        let usual = {
            use corosensei::stack::Stack;
            stack.base().get() - stack.limit().get() < BIG_STACK_BYTES
        };
        let mut pool = POOL.lock();
        if usual && pool.len() < POOL_MAX {
            pool.push(stack);
        }
    }
}
