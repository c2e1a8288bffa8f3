//! A goroutine as its stack sees it: bounds, saved registers, and whatever points in from outside.
//! Go: runtime/runtime2.go type g, stack, gobuf, sudog, _defer (go1.27.3)
use super::memory::Addr;
use super::park::ChanId;
use super::{STACK_GUARD, WORD};

/// Which goroutine; also its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GoId(pub(super) usize);

/// A stack's memory: `[lo, hi)`, growing down from `hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Stack {
    pub lo: Addr,
    pub hi: Addr,
}

impl Stack {
    /// Bytes.
    #[must_use]
    pub const fn size(self) -> u64 {
        self.hi - self.lo
    }
    /// Does the address lie in it?
    #[must_use]
    pub const fn contains(self, at: Addr) -> bool {
        self.lo <= at && at < self.hi
    }
}

/// What the goroutine is doing, as far as moving its stack is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Running,
    Waiting,
    Syscall,
    Dead,
}

/// A waiter's entry in a channel's queue: the sender writes to `elem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sudog {
    pub chan: ChanId,
    pub elem: Addr,
}

/// Offsets inside a deferred call's record, which lies in a frame.
pub(super) mod record {
    use super::WORD;
    pub(in crate::runtime::stack) const LINK: u64 = 0;
    pub(in crate::runtime::stack) const SP: u64 = WORD;
    pub(in crate::runtime::stack) const FN: u64 = 2 * WORD;
}

/// A goroutine.
#[allow(clippy::struct_excessive_bools)] // each is a field of Go's g
#[derive(Clone, Debug)]
pub(super) struct G {
    pub stack: Stack,
    /// Compared by every checking prologue. Usually `lo + STACK_GUARD`.
    pub guard0: u64,
    // registers (Go: g.sched while it does not run)
    pub pc: u64,
    pub sp: Addr,
    pub bp: Addr,
    pub status: Status,
    /// Newest deferred call's record, 0 if none.
    pub defers: Addr,
    /// Newest running panic's record, 0 if none.
    pub panics: Addr,
    pub waiting: Vec<Sudog>,
    /// Waits on channels and holds none of their locks: others may write into this stack.
    pub active_stack_chans: bool,
    /// In a queue, but not yet marked as above.
    pub parking_on_chan: bool,
    /// Where the kernel will write during a blocking call, as a bare address.
    pub kernel_buf: Option<Addr>,
    /// Stopped by a signal at any instruction.
    pub async_point: bool,
    /// Somebody asked it to give way.
    pub preempt: bool,
    /// A shrink was put off to the next synchronous safe point.
    pub preempt_shrink: bool,
    /// Times it gave way in a prologue.
    pub yields: u64,
}

impl G {
    pub(super) fn new(stack: Stack) -> Self {
        Self {
            stack,
            guard0: stack.lo + STACK_GUARD,
            pc: 0,
            sp: stack.hi,
            bp: 0,
            status: Status::Running,
            defers: 0,
            panics: 0,
            waiting: vec![],
            active_stack_chans: false,
            parking_on_chan: false,
            kernel_buf: None,
            async_point: false,
            preempt: false,
            preempt_shrink: false,
            yields: 0,
        }
    }

    /// The guard without any request in it.
    pub(super) fn plain_guard(&self) -> u64 {
        self.stack.lo + STACK_GUARD
    }

    /// Bytes between the stack pointer and the high end.
    pub(super) fn used(&self) -> u64 {
        self.stack.hi - self.sp
    }
}
