//! The switch on AArch64 (AAPCS64).
//!
//! ```text
//!   a stack that was left              a fresh stack
//!     address to go on at                begin
//!     x19                                entry
//!     x30                                -
//!     x29                  <- sp         -          <- sp
//! ```
//!
//! x18, where the platform has a use for it, is the same on all stacks of a thread. FPCR is not switched (X3).
//!
//! Checked under an emulator of the processor (qemu, user mode, Linux), never yet on a real one: the tests of
//! this folder, debug and release (the registers x19 to x29 and d8 to d15, the end of the call chain, a panic
//! caught); the whole of `tests/conformance` but for three programs, two of which need guard marks (the
//! emulator says yes to `madvise` and does nothing) and one of which compares speeds. An emulator on x86-64 does not
//! show what a weakly ordered memory does; for that there are the models. Not checked: Apple's systems,
//! branch targets (BTI) and guarded control stacks (GCS), which need other instructions here.
use std::arch::{asm, naked_asm};

use super::{Entry, Sp};

/// Bytes that a switch leaves on the stack.
const FRAME: usize = 32;

/// First on a fresh stack: ends the call chain for whoever unwinds.
#[unsafe(naked)]
unsafe extern "C" fn begin() {
    naked_asm!("ldr x3, [sp, #16]", "add sp, sp, #32", "mov x29, xzr", "mov x30, xzr", "br x3")
}

/// Sets a fresh stack up: `entry` runs when it is first switched to.
///
/// # Safety
/// `top` is 16-byte aligned, one past writable memory that nobody else uses.
pub(crate) unsafe fn prepare(top: *mut u8, entry: Entry) -> Sp {
    debug_assert!(top.addr().is_multiple_of(16), "a stack begins at a multiple of 16");
    // SAFETY: the caller's promise.
    unsafe {
        let sp = top.sub(FRAME);
        sp.cast::<usize>().add(2).write(entry as usize);
        sp.cast::<usize>().add(3).write(begin as *const () as usize);
        sp
    }
}

/// As on x86-64.
///
/// # Safety
/// As on x86-64.
#[inline(always)]
pub(crate) unsafe fn switch(save: *mut Sp, to: Sp, arg: usize) -> usize {
    let got: usize;
    // SAFETY: X1, X2; x18 is the platform's own and never changes between our stacks.
    unsafe {
        asm!(
            "stp x29, x30, [sp, #-32]!",
            "adr x3, 2f",
            "stp x19, x3, [sp, #16]",
            "mov x3, sp",
            "str x3, [x2]",
            "mov sp, x1",
            "ldr x3, [sp, #24]",
            "br x3",
            "2:",
            "ldr x19, [sp, #16]",
            "ldp x29, x30, [sp], #32",
            inout("x0") arg => got,
            inout("x1") to => _,
            inout("x2") save => _,
            out("x3") _,
            out("x20") _, out("x21") _, out("x22") _, out("x23") _, out("x24") _, out("x25") _,
            out("x26") _, out("x27") _, out("x28") _,
            out("v8") _, out("v9") _, out("v10") _, out("v11") _, out("v12") _, out("v13") _,
            out("v14") _, out("v15") _,
            clobber_abi("C"),
        );
    }
    got
}
