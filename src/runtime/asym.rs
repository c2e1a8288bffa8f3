//! A pair of fences of which one is free.
//!
//! Where a thread writes A and then reads B while another writes B and then reads A, both may read
//! the old value unless each has a full fence between its two steps. One side here is every `ready`
//! and `spawn`, the other a thread about to sleep. So the frequent side only keeps the compiler in
//! order, and the rare side asks the system to put a fence into every running thread of the process
//! (Linux: `membarrier`). Without that call both sides use a real fence.
//!
//! Not done: a full fence in `wakep` (about 5 ns on each wake-up, for a race of a few ns).
//! In models both are `fence(SeqCst)`. Used on the real platform only.
#![allow(unsafe_code)]
#[cfg(all(target_os = "linux", not(loom), not(miri)))]
mod system {
    use std::sync::Once;
    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
    use std::sync::atomic::{compiler_fence, fence};

    const EXPEDITED: libc::c_long = 1 << 3;
    const REGISTER: libc::c_long = 1 << 4;

    static REGISTERED: AtomicBool = AtomicBool::new(false);
    static INIT: Once = Once::new();

    fn membarrier(what: libc::c_long) -> bool {
        // SAFETY: touches no memory of ours.
        unsafe { libc::syscall(libc::SYS_membarrier, what, 0, 0) == 0 }
    }

    #[inline]
    pub(crate) fn light() {
        // Whoever sees `true` is met by the call in `heavy`, because `heavy` itself registers first.
        if REGISTERED.load(Relaxed) {
            compiler_fence(SeqCst);
        } else {
            fence(SeqCst);
        }
    }

    pub(crate) fn heavy() {
        INIT.call_once(|| REGISTERED.store(membarrier(REGISTER), Release));
        if !(REGISTERED.load(Acquire) && membarrier(EXPEDITED)) {
            fence(SeqCst);
        }
    }
}

#[cfg(not(all(target_os = "linux", not(loom), not(miri))))]
mod system {
    use crate::base::atomic::Ordering::SeqCst;
    use crate::base::atomic::fence;

    #[inline]
    pub(crate) fn light() {
        fence(SeqCst);
    }
    pub(crate) fn heavy() {
        fence(SeqCst);
    }
}

/// The rare side: between its write and its read.
pub(crate) use system::heavy;
/// The frequent side: between its write and its read.
pub(crate) use system::light;
