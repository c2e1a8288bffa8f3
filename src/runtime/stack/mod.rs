//! Go's contiguous goroutine stack, as a machine one can look into.
//!
//! The goroutines of this runtime run on native stacks, and a native stack cannot move: nobody knows
//! which of its words are pointers. Go's can, because the compiler writes that down for every frame.
//! So the mechanism is built here as a core of its own: frames in a memory with addresses, and the
//! runtime's half of the bargain around them.
//!
//! ```text
//!   call f ─ prologue: SP against stackguard0 ─ enough ─▶ frame of f
//!                │ too little
//!                ▼ on g0
//!            morestack ─ newstack ─┬─ a request to give way? do that instead
//!                                  └─ copystack: alloc 2×, copy the used part, mend pointers, free
//!                │
//!                └──── back to the entry of f: the check runs again
//!
//!   gc ─ scan each stack ─ used < ¼ and safe? ─ copystack to ½
//! ```
//!
//! | file | what it does | Go (go1.27.3) |
//! |---|---|---|
//! | `memory` | words with addresses, poison where nobody lives | – |
//! | `pages` | whole pages for spans | mheap.allocManual |
//! | `pool` | stacks by order: per-P cache, pool, large list | stackalloc, stackfree |
//! | `func` | what the compiler knows: frame size, pointer map, prologue | obj6.go stacksplit |
//! | `goroutine` | a goroutine's stack, registers and what points into it from outside | type g |
//! | `machine` | calls, returns, loads, stores | – |
//! | `look` | what can be seen from outside | – |
//! | `unwind` | frames from return addresses alone | traceback.go |
//! | `grow` | morestack, newstack | stack.go |
//! | `copy` | copystack and all that is mended | stack.go |
//! | `park` | waiting in a channel, blocking calls, preemption | chan.go, proc.go |
//! | `gc` | when a stack shrinks, how large a new one starts | mgcmark.go, stack.go |
//! | `segmented` | the stack of Go 1.2 and before, for comparison | stack.c of that time |
//! | `choice` | where Go could have decided otherwise | – |
//! | `fault` | Go's fatal errors, and bugs to plant | – |
//!
//! Invariants
//!   K1  every word of a live stack below `used` is reached by its address alone; a freed stack reads
//!       as poison until its memory is given out again
//!   K2  frame information comes from memory (return addresses) and the function table, never from a
//!       shadow list: what copystack fails to mend is really broken
//!   K3  growing or shrinking at any point leaves every value a program can read unchanged
//!       (`property`: random programs beside an interpreter whose frames never move)
//!   K4  stacks are powers of two, never below [`STACK_MIN`], never above the limit
//!
//! Not modelled: liveness by program counter (a map holds for the whole function; pointer slots are
//! zeroed on entry instead), stack objects apart from locals, register arguments (Go's `ABIInternal`
//! spills them before `morestack`, so on the stack is where the copy finds them), the race detector's
//! larger guard, the compare-and-swap on slots that a sender may write at the same time.
mod choice;
mod copy;
mod fault;
mod func;
mod gc;
mod goroutine;
mod grow;
mod look;
mod machine;
mod memory;
mod pages;
mod park;
mod pool;
#[cfg(test)]
mod property;
mod segmented;
#[cfg(test)]
mod tests;
mod unwind;

pub use choice::Choice;
pub use copy::{Move, Why};
pub use fault::{Bug, Fatal};
pub use func::{Check, Func, FuncId, Sequence, check_word};
pub use gc::Scan;
pub use goroutine::{GoId, Stack};
pub use grow::Step;
pub use machine::Machine;
pub use memory::{Addr, POISON};
pub use park::{ChanId, POINTS};
pub use pool::{Freed, Origin, Traffic};
pub use segmented::Segmented;

/// Bytes of a machine word.
pub const WORD: u64 = 8;
/// Smallest stack, bytes (Go: stackMin, and fixedStack where the system reserves nothing).
pub const STACK_MIN: u64 = 2048;
/// A frame up to this size may hang below the guard without being counted (Go: abi.StackSmall).
pub const STACK_SMALL: u64 = 128;
/// Frames above this size need a check that cannot wrap round (Go: abi.StackBig).
pub const STACK_BIG: u64 = 4096;
/// Bytes kept for a chain of functions that do not check (Go: stackNosplit).
pub const STACK_NOSPLIT: u64 = 800;
/// The guard lies this far above the low end (Go: stackGuard = stackNosplit + StackSmall).
pub const STACK_GUARD: u64 = STACK_NOSPLIT + STACK_SMALL;
/// In `stackguard0`: somebody asks the goroutine to give way. Above every real stack pointer.
pub const STACK_PREEMPT: u64 = 0xffff_ffff_ffff_fade;
/// In `stackguard0`: the thread is forking.
pub const STACK_FORK: u64 = 0xffff_ffff_ffff_fb2e;
/// In `stackguard0`: move the stack without growing it.
pub const STACK_FORCE_MOVE: u64 = 0xffff_ffff_ffff_feed;
/// Default limit of one stack on 64-bit machines, bytes (Go: runtime.main).
pub const MAX_STACK_64: u64 = 1_000_000_000;
/// The same on 32-bit machines.
pub const MAX_STACK_32: u64 = 250_000_000;
/// Sizes kept in small pools: 2, 4, 8 and 16 KiB (Go: _NumStackOrders).
pub const STACK_ORDERS: usize = 4;
/// Bytes a processor keeps of one order, and bytes of a pool's span (Go: _StackCacheSize).
pub const STACK_CACHE: u64 = 32 * 1024;
/// Bytes above the first frame that `newproc` leaves free.
const ROOT_RESERVE: u64 = 4 * WORD;

const _: () = assert!(STACK_GUARD == 928);
