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
//!   X4  a signal may come between any two instructions here: what either stack still needs is never below
//!       the stack pointer (the compiler knows that this code pushes, so the red zone is empty)
//!
//! Rejected: the crate `corosensei`, which this replaced. Its coroutines switch only to and from whoever
//! resumed them, so that going from goroutine to goroutine takes two switches, and the processor's
//! stack of return addresses is wrong after each of them: a yield between two goroutines took 34 ns and
//! takes 12. What it does beyond this we do without: unwinding from a coroutine into its resumer, and
//! systems that are not Unix.
//!
//! Not done: shadow stacks (CET on x86-64, GCS on AArch64). A program that asks for them would have to
//! switch them, too; Rust's own programs do not ask. Frame pointers: on x86-64 the first frame of a
//! goroutine points at whoever switched to it first, so a profiler must unwind by the tables.
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
mod tests;
