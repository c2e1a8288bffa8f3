//! Leaving one stack for another: the one thing of the scheduler that no library does for us.
//!
//! A switch is symmetric: it may go from any stack to any other, a goroutine's to the next
//! goroutine's as well as to the thread's own. Where a stack was left is one word, its [`Sp`].
//!
//! ```text
//!   x86-64, a stack that was left      a fresh stack
//!     ...                               0        end of the call chain, for whoever unwinds
//!     rbx                         sp -> entry
//!     rbp
//!     address to go on at  <- sp
//! ```
//!
//! Invariants
//!   X1  an `Sp` is used once: by the switch that leaves it behind it is given away, by the switch
//!       that goes there it is used up
//!   X2  every register a caller may rely on is saved by the compiler around the switch (all are told
//!       as overwritten), but for the two that it keeps to itself
//!   X3  the floating-point control words are not switched: no goroutine may change them
//!
//! Rejected: the crate `corosensei`, which this replaced. Its coroutines switch only to and from whoever
//! resumed them, so that going from goroutine to goroutine takes two switches, and the processor's
//! stack of return addresses is wrong after each of them: a yield between two goroutines took 34 ns and
//! takes 12. What it does beyond this we do without: unwinding from a coroutine into its resumer, and
//! systems that are not Unix.
//! Go: runtime/asm_amd64.s gogo, mcall (go1.27.3)
#![allow(unsafe_code)]
#![allow(clippy::inline_always)] // a call around a switch is one more return address that is not foretold
#![allow(clippy::cast_ptr_alignment)] // stacks are aligned to 16
#[cfg(target_arch = "aarch64")]
#[path = "arm.rs"]
mod arch;
#[cfg(target_arch = "x86_64")]
#[path = "x86.rs"]
mod arch;
#[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
compile_error!("the scheduler's stack switch is written for x86-64 and AArch64");

pub(crate) use arch::{prepare, switch};

/// Where a stack was left.
pub(crate) type Sp = *mut u8;

/// What runs on a fresh stack. It gets the argument of the first switch to it and never returns.
pub(crate) type Entry = extern "C" fn(usize) -> !;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    struct Pair {
        main: Cell<Sp>,
        other: Cell<Sp>,
    }

    extern "C" fn echo(pair: usize) -> ! {
        // SAFETY: the test passes its pair first, and keeps it.
        let p = unsafe { &*(pair as *const Pair) };
        let mut n = 0;
        loop {
            // Values that live in registers across the switch.
            let (a, b, c) = (n + 1, n * 2, f64::from(n as u32) / 2.0);
            // SAFETY: X1: main waits in its own switch.
            let got = unsafe { switch(p.other.as_ptr(), p.main.get(), n) };
            assert_eq!((a, b), (n + 1, n * 2));
            assert!((c * 2.0 - f64::from(n as u32)).abs() < 1e-9);
            n += got;
        }
    }

    #[test]
    fn values_go_over_and_registers_survive() {
        let mut stack = vec![0u128; 4096];
        let pair = Pair { main: Cell::new(std::ptr::null_mut()), other: Cell::new(std::ptr::null_mut()) };
        // SAFETY: a stack of our own, used by one thread, with X1 kept by the alternation.
        unsafe {
            pair.other.set(prepare(stack.as_mut_ptr_range().end.cast(), echo));
            let mut got = switch(pair.main.as_ptr(), pair.other.get(), &raw const pair as usize);
            let mut expect = 0;
            for i in 1..100 {
                assert_eq!(got, expect);
                got = switch(pair.main.as_ptr(), pair.other.get(), i);
                expect += i;
            }
        }
    }
}
