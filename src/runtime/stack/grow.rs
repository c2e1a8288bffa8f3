//! From a failed check to a larger stack: morestack, newstack.
//!
//! `morestack` saves the registers and goes to the thread's own stack (g0), for the goroutine's has no
//! room left. `newstack` first asks whether this is about room at all: the same word that guards the
//! stack carries requests to give way.
//! Go: runtime/asm_amd64.s morestack, runtime/stack.go newstack (go1.27.3)
use super::choice::Choice;
use super::copy::Why;
use super::fault::Fatal;
use super::func::FuncId;
use super::goroutine::{Stack, Status};
use super::machine::Machine;
use super::memory::Addr;
use super::pool::{Freed, Origin};
use super::{STACK_FORCE_MOVE, STACK_FORK, STACK_GUARD, STACK_PREEMPT};

/// One step on the way, for those who want to watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The prologue of a function whose frame takes so many bytes found `sp` too near `guard`.
    CheckFailed { frame: u64, sp: Addr, guard: u64 },
    /// Registers are saved, the thread runs on g0.
    OnG0,
    /// `newstack` found a request to give way in the guard; `granted` says whether it is followed.
    PreemptRequest { granted: bool },
    /// A new stack was taken.
    Allocated { size: u64, origin: Origin },
    /// So many bytes were copied.
    Copied { bytes: u64 },
    /// So many words that pointed into the old stack now point into the new one.
    Adjusted { words: u64 },
    /// The goroutine has the new stack.
    Swapped { from: Stack, to: Stack },
    /// The old stack was given back.
    FreedOld { size: u64, to: Freed },
    /// Back on the goroutine's stack, at the entry of the function: the check runs again.
    Retry,
}

impl Machine {
    /// Called by the prologue of `f` when its check failed.
    pub(super) fn morestack(&mut self, f: FuncId) -> Result<(), Fatal> {
        let (frame, sp, guard) = (self.func(f).frame, self.g().sp, self.g().guard0);
        self.step(Step::CheckFailed { frame, sp, guard });
        if self.chose(Choice::NoSystemStack) {
            return self.newstack_here();
        }
        if !self.g0.is_empty() {
            return Err(Fatal::MorestackOnG0);
        }
        self.g0.extend(["runtime.morestack", "runtime.newstack"]);
        self.step(Step::OnG0);
        self.newstack(frame)?;
        self.g0.clear();
        self.step(Step::Retry);
        Ok(())
    }

    /// What would happen without g0: `newstack` is itself a function, its prologue finds no room, and
    /// calls `morestack`.
    fn newstack_here(&mut self) -> Result<(), Fatal> {
        let (sp, lo) = (self.g().sp, self.g().stack.lo);
        if sp < lo + super::WORD {
            return Err(Fatal::SplitStackOverflow { sp, lo });
        }
        self.call(self.newstack_func, &[])
    }

    fn newstack(&mut self, frame: u64) -> Result<(), Fatal> {
        let guard = self.g().guard0;
        if guard == STACK_FORK {
            return Err(Fatal::GrowthAfterFork);
        }
        if self.g().kernel_buf.is_some() {
            return Err(Fatal::SplitAtBadTime);
        }
        if guard == STACK_PREEMPT {
            let granted = !self.busy;
            self.step(Step::PreemptRequest { granted });
            if granted {
                self.give_way()?;
            }
            // Not granted: `preempt` stays set, so the request comes back later.
            let g = self.g();
            g.guard0 = g.plain_guard();
            return Ok(());
        }
        let (sp, lo, hi) = (self.g().sp, self.g().stack.lo, self.g().stack.hi);
        if sp < lo {
            return Err(Fatal::SplitStackOverflow { sp, lo });
        }
        let (old, used) = (self.g().stack.size(), self.g().used());
        let mut size = old * if self.chose(Choice::Fourfold) { 4 } else { 2 };
        while size - used < frame + STACK_GUARD {
            size *= 2;
        }
        if guard == STACK_FORCE_MOVE {
            size = old;
        }
        if size > self.max_stack || size > self.ceiling {
            let limit = self.max_stack.min(self.ceiling);
            return Err(Fatal::StackOverflow { limit, sp, lo, hi });
        }
        let why = if size == old { Why::Forced } else { Why::Grow };
        self.copystack(self.cur, size, why)
    }

    /// A synchronous safe point: a shrink that was put off happens now. Another goroutine would run;
    /// here the same one goes on at once.
    fn give_way(&mut self) -> Result<(), Fatal> {
        if std::mem::take(&mut self.g().preempt_shrink) {
            self.shrinkstack(self.cur)?;
        }
        let g = self.g();
        g.yields += 1;
        g.preempt = false;
        Ok(())
    }

    /// Asks the current goroutine to give way at its next checking prologue.
    pub fn ask_preempt(&mut self) {
        let g = self.g();
        g.preempt = true;
        if g.status == Status::Running {
            g.guard0 = STACK_PREEMPT;
        }
    }

    /// Moves the stack at the next checking prologue without growing it (Go's own debugging aid).
    pub fn ask_move(&mut self) {
        self.g().guard0 = STACK_FORCE_MOVE;
    }

    /// The thread forks: no stack may grow until [`Machine::fork_done`].
    pub fn fork_start(&mut self) {
        self.g().guard0 = STACK_FORK;
    }
    /// The fork is over.
    pub fn fork_done(&mut self) {
        let g = self.g();
        g.guard0 = g.plain_guard();
    }
}
