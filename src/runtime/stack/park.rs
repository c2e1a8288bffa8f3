//! What a goroutine does when it does not run: wait in a channel, sit in a blocking call, stand where
//! a signal stopped it. Each says when its stack may move and who may write into it meanwhile.
//!
//! Go: runtime/chan.go chanparkcommit, runtime/proc.go entersyscall, runtime/preempt.go (go1.27.3)
use super::fault::Fatal;
use super::goroutine::{GoId, Status, Sudog};
use super::machine::Machine;
use super::memory::Addr;
use super::unwind::body_pc;
use super::{STACK_NOSPLIT, STACK_PREEMPT, WORD};

/// Which channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChanId(usize);

/// As much of a channel as stacks see: a lock.
#[derive(Clone, Debug, Default)]
pub(super) struct Chan {
    locked: bool,
}

/// A sender that arrives while a stack is being moved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meanwhile {
    /// At which point of the move, 0 to 5.
    point: u8,
    chan: ChanId,
    value: u64,
    /// It found the channel locked and waits.
    blocked: bool,
}

/// Points of a move at which a sender may arrive.
pub const POINTS: u8 = 6;

/// Registers an asynchronous stop saves.
const REGISTERS: usize = 8;

impl Machine {
    // ── channels ──

    /// A channel.
    pub fn new_chan(&mut self) -> ChanId {
        self.chans.push(Chan::default());
        ChanId(self.chans.len() - 1)
    }

    pub(super) fn lock(&mut self, c: ChanId) {
        self.chans[c.0].locked = true;
    }

    pub(super) fn unlock(&mut self, c: ChanId) {
        self.chans[c.0].locked = false;
        if self.meanwhile.is_some_and(|m| m.blocked && m.chan == c) {
            self.arrive();
        }
    }

    /// The current goroutine joins the receive queue of `c`; a value will be written to `slot`. It is
    /// not marked as waiting there yet: between this and [`Machine::park_commit`] its stack must not
    /// shrink.
    pub fn park_begin(&mut self, c: ChanId, slot: u64) {
        let elem = self.addr(slot);
        let g = self.g();
        g.parking_on_chan = true;
        g.waiting.push(Sudog { chan: c, elem });
        g.status = Status::Waiting;
    }

    /// The current goroutine waits and holds no lock: others may write into its stack.
    pub fn park_commit(&mut self) {
        let g = self.g();
        g.active_stack_chans = true;
        g.parking_on_chan = false;
    }

    /// Sends straight into the slot of the goroutine that waits longest on `c`. False when nobody does.
    pub fn send(&mut self, c: ChanId, value: u64) -> bool {
        let waiter = self.gs.iter().position(|g| g.waiting.iter().any(|s| s.chan == c));
        let Some(waiter) = waiter else { return false };
        let elem = self.gs[waiter].waiting.iter().find(|s| s.chan == c).map_or(0, |s| s.elem);
        self.mem.store(elem, value);
        let g = &mut self.gs[waiter];
        g.waiting.clear();
        (g.active_stack_chans, g.parking_on_chan, g.status) = (false, false, Status::Running);
        true
    }

    /// While the next stack is being moved, a sender comes to `c` with `value`, at one of the
    /// [`POINTS`] of the move: before anything, after the entries were mended, after the part they
    /// point to was copied, after the locks were left, after the rest was copied, at the end.
    pub fn send_during_move(&mut self, point: u8, c: ChanId, value: u64) {
        self.meanwhile = Some(Meanwhile { point, chan: c, value, blocked: false });
    }

    pub(super) fn point(&mut self, n: u8) {
        let Some(m) = self.meanwhile.filter(|m| m.point == n && !m.blocked) else { return };
        if self.chans[m.chan.0].locked {
            self.meanwhile = Some(Meanwhile { blocked: true, ..m });
        } else {
            self.arrive();
        }
    }

    fn arrive(&mut self) {
        if let Some(m) = self.meanwhile.take() {
            self.send(m.chan, m.value);
        }
    }

    /// A sender that was to come during this move and did not will not come later either.
    pub(super) fn pass_by(&mut self) {
        self.meanwhile = None;
    }

    // ── blocking calls ──

    /// The current goroutine enters a blocking call; the kernel will write to `slot`, by its bare
    /// address. Until [`Machine::syscall_exit`] a check that fails is fatal.
    pub fn syscall_enter(&mut self, slot: u64) {
        let buf = self.addr(slot);
        let g = self.g();
        g.kernel_buf = Some(buf);
        g.status = Status::Syscall;
        g.guard0 = STACK_PREEMPT;
    }

    /// The kernel writes into the buffer of `g`'s call.
    pub fn kernel_writes(&mut self, g: GoId, value: u64) {
        if let Some(buf) = self.gs[g.0].kernel_buf {
            self.mem.store(buf, value);
        }
    }

    /// The current goroutine is back from its call.
    pub fn syscall_exit(&mut self) {
        let g = self.g();
        g.kernel_buf = None;
        g.status = Status::Running;
        g.guard0 = if g.preempt { STACK_PREEMPT } else { g.plain_guard() };
    }

    // ── a signal between two instructions ──

    /// Stops the current goroutine where it is: as if it had called `asyncPreempt`, which saves the
    /// registers on the stack. No map tells which of them hold pointers. False when the stack has no
    /// room for that.
    ///
    /// # Panics
    /// With more than 8 registers.
    pub fn async_stop(&mut self, registers: &[Addr]) -> bool {
        assert!(registers.len() <= REGISTERS, "at most {REGISTERS} registers");
        let f = self.async_func;
        let frame = self.func(f).frame;
        let g = self.g();
        if g.sp - g.stack.lo < frame + WORD + STACK_NOSPLIT {
            return false;
        }
        let (pc, ret, bp) = (g.pc, g.sp - WORD, g.bp);
        (g.sp, g.bp, g.pc) = (ret - frame, ret - WORD, body_pc(f));
        g.async_point = true;
        self.mem.store(ret, pc);
        self.mem.store(ret - WORD, bp);
        for i in 0..REGISTERS {
            self.set(i as u64, registers.get(i).copied().unwrap_or(0));
        }
        true
    }

    /// Goes on where [`Machine::async_stop`] stopped it, with the registers as they were saved.
    pub fn async_resume(&mut self) -> Vec<u64> {
        let registers = (0..REGISTERS).map(|i| self.get(i as u64)).collect();
        self.ret();
        self.g().async_point = false;
        registers
    }

    /// Is it safe to shrink the stack of `g`? Only with exact maps for every frame and nobody holding
    /// a bare address into it. (Go: isShrinkStackSafe, which also refuses a goroutine that is parked
    /// only so that it can be stopped.)
    ///
    /// # Errors
    /// The reason in Go's field names.
    pub fn shrink_safe(&self, g: GoId) -> Result<(), &'static str> {
        let g = &self.gs[g.0];
        if g.kernel_buf.is_some() {
            Err("syscallsp")
        } else if g.async_point {
            Err("asyncSafePoint")
        } else if g.parking_on_chan {
            Err("parkingOnChan")
        } else {
            Ok(())
        }
    }

    /// Shrinks the current goroutine's stack no matter whether it is safe: what Go answers with a
    /// crash.
    ///
    /// # Errors
    /// [`Fatal::ShrinkAtBadTime`] when it is not.
    pub fn shrink_now(&mut self) -> Result<(), Fatal> {
        self.shrink_safe(self.cur).map_err(|_| Fatal::ShrinkAtBadTime)?;
        self.shrinkstack(self.cur)
    }
}
