//! What can be seen of a machine from outside: registers, sizes, moves, the allocator's figures.
use super::copy::Move;
use super::goroutine::{GoId, Stack};
use super::grow::Step;
use super::machine::Machine;
use super::memory::Addr;
use super::pool::Traffic;

impl Machine {
    /// The current goroutine.
    #[must_use]
    pub fn current(&self) -> GoId {
        self.cur
    }
    /// The current goroutine's stack.
    #[must_use]
    pub fn stack(&self) -> Stack {
        self.gs[self.cur.0].stack
    }
    /// Its stack pointer.
    #[must_use]
    pub fn sp(&self) -> Addr {
        self.gs[self.cur.0].sp
    }
    /// Its `stackguard0`.
    #[must_use]
    pub fn guard(&self) -> u64 {
        self.gs[self.cur.0].guard0
    }
    /// Times it gave way in a prologue.
    #[must_use]
    pub fn yields(&self) -> u64 {
        self.gs[self.cur.0].yields
    }
    /// Bytes in use, from the stack pointer up.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.gs[self.cur.0].used()
    }
    /// Runtime functions on the thread's own stack, innermost first: after a `Fatal`, where it was
    /// noticed.
    #[must_use]
    pub fn system_stack(&self) -> Vec<&'static str> {
        self.g0.iter().rev().copied().collect()
    }
    /// Every move so far.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }
    /// The moves since this was last asked.
    pub fn untold_moves(&mut self) -> Vec<Move> {
        let untold = self.moves[self.told..].to_vec();
        self.told = self.moves.len();
        untold
    }
    /// The single steps of growing so far, and forgets them.
    pub fn take_steps(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }
    /// The allocator's figures.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.pool.traffic
    }
    /// Bytes of spans taken for stacks (Go: MemStats.StackInuse, threads' stacks apart).
    #[must_use]
    pub fn stack_bytes(&self) -> u64 {
        self.pool.pages.stack_bytes()
    }
    /// Bytes the current processor's cache holds for stacks of `size`.
    #[must_use]
    pub fn cached(&self, size: u64) -> u64 {
        self.pool.cached(self.p, size)
    }
    /// Size a reused goroutine record starts with (Go: /gc/stack/starting-size:bytes).
    #[must_use]
    pub fn starting_size(&self) -> u64 {
        self.starting
    }
}
