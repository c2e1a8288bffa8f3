//! The atomics of the lock-free parts: the standard ones, or loom's when a model is checked.
//!
//! Only files that `models/` includes take their atomics from here; for everything else the
//! standard library's are the same types. `models/` compiles the very sources of the runtime with
//! `cfg(loom)`, so that a model can never drift from what runs.
//!
//! Rejected: a copy of the state machines for the models, and a generic parameter for the atomics.
//! The first drifts, the second shows in every signature.
#[cfg(not(loom))]
pub use std::hint::spin_loop;
#[cfg(not(loom))]
pub use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering, compiler_fence, fence};
#[cfg(not(loom))]
pub use std::thread::yield_now;

#[cfg(loom)]
pub use loom::hint::spin_loop;
#[cfg(loom)]
pub use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering, fence};
#[cfg(loom)]
pub use loom::thread::yield_now;

/// Is the bug of this name planted? Never in the product: the branch is gone after compilation. A
/// model run plants one at a time, to see that the model sees it.
#[cfg(not(loom))]
#[inline(always)]
#[allow(clippy::inline_always)] // a call in a debug build would be a cost for nothing
pub const fn planted(_: &str) -> bool {
    false
}

#[cfg(loom)]
thread_local! {
    static PLANTED: std::cell::Cell<&'static str> = const { std::cell::Cell::new("") };
}

/// Is the bug of this name planted in the model that runs on this thread?
#[cfg(loom)]
pub fn planted(name: &str) -> bool {
    PLANTED.with(|p| p.get() == name)
}

/// Plants the bug of this name for the models of this thread; the empty name takes it out.
#[cfg(loom)]
pub fn plant(name: &'static str) {
    PLANTED.with(|p| p.set(name));
}
