//! What X2 promises, asked of the machine: who calls a function that switches away and is switched back to
//! finds every register of the calling convention as it was, whatever ran meanwhile.
#![allow(unsafe_code)]
use std::arch::{asm, naked_asm};
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::ptr::null_mut;

use super::*;

/// Two sides that switch to one another, and what the other one says.
struct Pair {
    main: Cell<Sp>,
    other: Cell<Sp>,
    said: RefCell<String>,
}

/// A pair whose other side begins with `entry`, and its stack.
fn pair(entry: Entry) -> (Pair, Vec<u128>) {
    let mut stack = vec![0u128; 16 << 10];
    // SAFETY: a stack of its own, which the caller keeps; `u128` is aligned to 16.
    let other = unsafe { prepare(stack.as_mut_ptr_range().end.cast(), entry) };
    (Pair { main: Cell::new(null_mut()), other: Cell::new(other), said: RefCell::default() }, stack)
}

/// To the other side and back.
extern "C" fn there_and_back(p: &Pair) {
    // SAFETY: X1: the other side waits in its own switch, or has not begun.
    unsafe { switch(p.main.as_ptr(), p.other.get(), std::ptr::from_ref(p) as usize) };
}

/// Back to the main side, over and over.
extern "C" fn answer(pair: usize) -> ! {
    // SAFETY: the test passes its pair, and keeps it.
    let p = unsafe { &*(pair as *const Pair) };
    loop {
        // SAFETY: X1: the main side waits in its own switch.
        unsafe { switch(p.other.as_ptr(), p.main.get(), 0) };
    }
}

extern "C" fn echo(pair: usize) -> ! {
    // SAFETY: as in `answer`.
    let p = unsafe { &*(pair as *const Pair) };
    let mut n = 0;
    loop {
        let (a, b, c) = (n + 1, n * 2, f64::from(n as u32) / 2.0);
        // SAFETY: X1: main waits in its own switch.
        let got = unsafe { switch(p.other.as_ptr(), p.main.get(), n) };
        assert_eq!((a, b), (n + 1, n * 2));
        assert!((c * 2.0 - f64::from(n as u32)).abs() < 1e-9);
        n += got;
    }
}

#[test]
fn values_go_over_with_each_switch() {
    let (pair, _stack) = pair(echo);
    // SAFETY: a stack of our own, used by one thread, with X1 kept by the alternation.
    unsafe {
        let mut got = switch(pair.main.as_ptr(), pair.other.get(), &raw const pair as usize);
        let mut expect = 0;
        for i in 1..100 {
            assert_eq!(got, expect);
            got = switch(pair.main.as_ptr(), pair.other.get(), i);
            expect += i;
        }
    }
}

/// Begins the other side with every register that a function must keep overwritten.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
extern "C" fn spoil(pair: usize) -> ! {
    naked_asm!(
        "mov rbx, -1", "mov rbp, -1", "mov r12, -1", "mov r13, -1", "mov r14, -1", "mov r15, -1",
        "jmp {answer}", answer = sym answer,
    )
}

/// Calls `there_and_back` with known values in all registers that it must keep: a word of the bits in
/// which they differ afterwards.
#[cfg(target_arch = "x86_64")]
fn changed(p: &Pair) -> usize {
    let changed;
    // SAFETY: an ordinary call; rbx and rbp are put back.
    unsafe {
        asm!(
            "push rbx", "push rbp",
            "mov ebx, 1", "mov ebp, 2", "mov r12d, 3", "mov r13d, 4", "mov r14d, 5", "mov r15d, 6",
            "call {f}",
            "xor rbx, 1", "xor rbp, 2", "xor r12, 3", "xor r13, 4", "xor r14, 5", "xor r15, 6",
            "mov rax, rbx", "or rax, rbp", "or rax, r12", "or rax, r13", "or rax, r14", "or rax, r15",
            "pop rbp", "pop rbx",
            f = sym there_and_back, in("rdi") p, lateout("rax") changed,
            out("r12") _, out("r13") _, out("r14") _, out("r15") _, clobber_abi("sysv64"),
        );
    }
    changed
}

/// As on x86-64; of v8 to v15 the lower halves must be kept.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
extern "C" fn spoil(pair: usize) -> ! {
    naked_asm!(
        "mov x19, #-1", "mov x20, #-1", "mov x21, #-1", "mov x22, #-1", "mov x23, #-1", "mov x24, #-1",
        "mov x25, #-1", "mov x26, #-1", "mov x27, #-1", "mov x28, #-1", "mov x29, #-1",
        "fmov d8, x19", "fmov d9, x19", "fmov d10, x19", "fmov d11, x19",
        "fmov d12, x19", "fmov d13, x19", "fmov d14, x19", "fmov d15, x19",
        "b {answer}", answer = sym answer,
    )
}

/// As on x86-64.
#[cfg(target_arch = "aarch64")]
fn changed(p: &Pair) -> usize {
    let changed;
    // SAFETY: an ordinary call; x19 and x29 are put back.
    unsafe {
        asm!(
            "stp x19, x29, [sp, #-16]!",
            "mov x19, #1", "mov x20, #2", "mov x21, #3", "mov x22, #4", "mov x23, #5", "mov x24, #6",
            "mov x25, #7", "mov x26, #8", "mov x27, #9", "mov x28, #10", "mov x29, #11",
            "fmov d8, x19", "fmov d9, x20", "fmov d10, x21", "fmov d11, x22",
            "fmov d12, x23", "fmov d13, x24", "fmov d14, x25", "fmov d15, x26",
            "bl {f}",
            "fmov x1, d8", "sub x0, x1, #1", "fmov x1, d9", "sub x1, x1, #2", "orr x0, x0, x1",
            "fmov x1, d10", "sub x1, x1, #3", "orr x0, x0, x1", "fmov x1, d11", "sub x1, x1, #4", "orr x0, x0, x1",
            "fmov x1, d12", "sub x1, x1, #5", "orr x0, x0, x1", "fmov x1, d13", "sub x1, x1, #6", "orr x0, x0, x1",
            "fmov x1, d14", "sub x1, x1, #7", "orr x0, x0, x1", "fmov x1, d15", "sub x1, x1, #8", "orr x0, x0, x1",
            "sub x1, x19, #1", "orr x0, x0, x1", "sub x1, x20, #2", "orr x0, x0, x1",
            "sub x1, x21, #3", "orr x0, x0, x1", "sub x1, x22, #4", "orr x0, x0, x1",
            "sub x1, x23, #5", "orr x0, x0, x1", "sub x1, x24, #6", "orr x0, x0, x1",
            "sub x1, x25, #7", "orr x0, x0, x1", "sub x1, x26, #8", "orr x0, x0, x1",
            "sub x1, x27, #9", "orr x0, x0, x1", "sub x1, x28, #10", "orr x0, x0, x1",
            "sub x1, x29, #11", "orr x0, x0, x1",
            "ldp x19, x29, [sp], #16",
            f = sym there_and_back, inout("x0") p => changed,
            out("x20") _, out("x21") _, out("x22") _, out("x23") _, out("x24") _, out("x25") _,
            out("x26") _, out("x27") _, out("x28") _,
            out("v8") _, out("v9") _, out("v10") _, out("v11") _, out("v12") _, out("v13") _,
            out("v14") _, out("v15") _, clobber_abi("C"),
        );
    }
    changed
}

#[test]
fn registers_are_kept_whatever_ran_meanwhile() {
    let (pair, _stack) = pair(spoil);
    for round in 0..3 {
        assert_eq!(changed(&pair), 0, "round {round}");
    }
}

extern "C" fn tell_frames(pair: usize) -> ! {
    // SAFETY: as in `answer`.
    let p = unsafe { &*(pair as *const Pair) };
    *p.said.borrow_mut() = Backtrace::force_capture().to_string();
    answer(pair)
}

#[test]
fn the_call_chain_ends_where_the_stack_begins() {
    // Frames are numbered, whether they have names or not.
    let frames = |text: &str| {
        text.lines().filter(|l| l.trim_start().split_once(": ").is_some_and(|(n, _)| n.parse::<u32>().is_ok())).count()
    };
    let (pair, _stack) = pair(tell_frames);
    there_and_back(&pair);
    let (there, here) = (frames(&pair.said.borrow()), frames(&Backtrace::force_capture().to_string()));
    assert!((1..=6).contains(&there), "{there} frames:\n{}", pair.said.borrow());
    assert!(here > there, "the test itself stands on more than {there} frames");
    // And again after coming back to this stack, over the switch that left it.
    there_and_back(&pair);
    assert_eq!(frames(&Backtrace::force_capture().to_string()), here);
}

#[test]
fn a_panic_is_caught_on_the_stack_it_began_on() {
    extern "C" fn panics(pair: usize) -> ! {
        let caught = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(7u8)));
        // SAFETY: as in `answer`.
        let p = unsafe { &*(pair as *const Pair) };
        *p.said.borrow_mut() = format!("{:?}", caught.err().and_then(|e| e.downcast::<u8>().ok()));
        answer(pair)
    }
    let (pair, _stack) = pair(panics);
    there_and_back(&pair);
    assert_eq!(*pair.said.borrow(), "Some(7)");
}
