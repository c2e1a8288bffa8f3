//! Which scheduler thread this is: one word for each OS thread.
//!
//! Invariant: the word is read anew each time. A goroutine may go on on another thread after any switch;
//! a compiler that keeps the *address* of a thread-local across the switch reads the old thread's word.
//! On x86-64 Linux one instruction reads it, relative to the thread's register, and the compiler does not
//! see an address that it could keep. Elsewhere functions that are never inlined hide it; the call is a
//! fifth of a channel operation on a buffer.
//!
//! Not done: `#[thread_local]` is not stable; a register for the goroutine, as Go has it, is not to be had.
//!
//! The word stands in the program's own block of thread-locals (the local-exec model), so this crate cannot
//! be linked into a shared library.
//!
//! Go: `getg`, runtime/stubs.go; register R14 on amd64
#![allow(unsafe_code)]
use super::sched::M;

#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
mod word {
    use std::arch::{asm, global_asm};

    use super::M;

    global_asm!(
        ".pushsection .tbss.bagu_cur_m,\"awT\",@nobits",
        ".hidden bagu_cur_m",
        ".globl bagu_cur_m",
        ".type bagu_cur_m, @object",
        ".size bagu_cur_m, 8",
        ".p2align 3",
        "bagu_cur_m:",
        ".zero 8",
        ".popsection",
    );

    #[inline]
    pub(super) fn get() -> *const M {
        let m: *const M;
        // SAFETY: reads the thread's own word. Not `pure`: it is done each time it is asked for. Breaks:
        // `mechanisms`, which moves goroutines between threads.
        unsafe {
            asm!("mov {}, qword ptr fs:[bagu_cur_m@TPOFF]", out(reg) m, options(nostack, readonly, preserves_flags));
        }
        m
    }

    #[inline]
    pub(super) fn set(m: *const M) {
        // SAFETY: writes the thread's own word, which nobody else knows.
        unsafe { asm!("mov qword ptr fs:[bagu_cur_m@TPOFF], {}", in(reg) m, options(nostack, preserves_flags)) };
    }
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux", not(miri))))]
mod word {
    use std::cell::Cell;
    use std::ptr::null;

    use super::M;

    thread_local! {
        static CUR_M: Cell<*const M> = const { Cell::new(null()) };
    }

    #[inline(never)]
    pub(super) fn get() -> *const M {
        CUR_M.get()
    }

    #[inline(never)]
    pub(super) fn set(m: *const M) {
        CUR_M.set(m);
    }
}

/// The scheduler thread this runs on, null elsewhere.
#[inline]
pub(crate) fn cur_m() -> *const M {
    word::get()
}

/// This OS thread is from now on `m`; null: none.
#[inline]
pub(crate) fn set_cur_m(m: *const M) {
    word::set(m);
}
