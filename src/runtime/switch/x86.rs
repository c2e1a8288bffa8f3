//! The switch on x86-64 (System V calling convention).
use std::arch::asm;

use super::{Entry, Sp};

/// Sets a fresh stack up: `entry` runs when it is first switched to.
///
/// # Safety
/// `top` is 16-byte aligned, one past writable memory that nobody else uses.
pub(crate) unsafe fn prepare(top: *mut u8, entry: Entry) -> Sp {
    debug_assert!(top.addr().is_multiple_of(16), "a stack begins at a multiple of 16");
    // SAFETY: the caller's promise. A function is entered with the stack 8 off from 16, as after a call.
    unsafe {
        let at = top.cast::<usize>();
        at.sub(1).write(0);
        at.sub(2).write(entry as usize);
        at.sub(2).cast()
    }
}

/// Leaves this stack, notes in `save` where, and goes on where `to` was left; `arg` arrives there.
/// Returns when somebody switches back, with the argument they brought.
///
/// # Safety
/// `to` was left by a switch or made by `prepare`, and is nobody else's (X1). What was read from
/// thread-local storage before is not to be used after.
#[inline(always)]
pub(crate) unsafe fn switch(save: *mut Sp, to: Sp, arg: usize) -> usize {
    let got: usize;
    // SAFETY: X1, X2. A jump, not a return: the address never was on the processor's return stack.
    unsafe {
        asm!(
            "push rbx",
            "push rbp",
            "lea rax, [rip + 2f]",
            "push rax",
            "mov [rdx], rsp",
            "mov rsp, rsi",
            "pop rax",
            "jmp rax",
            "2:",
            "pop rbp",
            "pop rbx",
            inout("rdi") arg => got,
            inout("rsi") to => _,
            inout("rdx") save => _,
            out("rax") _, out("rcx") _, out("r8") _, out("r9") _, out("r10") _, out("r11") _,
            out("r12") _, out("r13") _, out("r14") _, out("r15") _,
            clobber_abi("sysv64"),
        );
    }
    got
}
