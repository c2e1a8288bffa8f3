//! Frames of a stopped goroutine, from its saved registers and the return addresses in memory.
//!
//! There is no list of frames beside the stack: what a move fails to carry over is missing here too.
//! Go: runtime/traceback.go unwinder, runtime/stkframe.go (go1.27.3)
use super::WORD;
use super::fault::Fatal;
use super::func::FuncId;
use super::goroutine::GoId;
use super::machine::Machine;
use super::memory::Addr;

/// First program counter of function 0. Each function has so many.
const TEXT: u64 = 0x40_0000;
const TEXT_EACH: u64 = 0x1000;
/// The return address above the first frame of a goroutine.
pub(super) const GOEXIT: u64 = 1;

/// The first instruction of a function: its frame does not exist yet.
pub(super) const fn entry_pc(f: FuncId) -> u64 {
    TEXT + f.0 as u64 * TEXT_EACH
}

/// An instruction in the body of a function.
pub(super) const fn body_pc(f: FuncId) -> u64 {
    entry_pc(f) + 16
}

/// One frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub func: FuncId,
    pub sp: Addr,
    /// Address of the saved frame pointer, just above the locals; `None` before the frame is made.
    pub varp: Option<Addr>,
    /// Address of the arguments, just above the return address.
    pub argp: Addr,
}

impl Machine {
    /// The function of a program counter, and whether it is its first instruction.
    pub(super) fn find_func(&self, pc: u64) -> Option<(FuncId, bool)> {
        let id = pc.checked_sub(TEXT)? / TEXT_EACH;
        ((id as usize) < self.funcs.len()).then(|| (FuncId(id as u32), pc == entry_pc(FuncId(id as u32))))
    }

    /// The frames of `g`, innermost first.
    ///
    /// # Errors
    /// When a return address lies in no function.
    pub(super) fn frames(&self, g: GoId) -> Result<Vec<Frame>, Fatal> {
        let g = &self.gs[g.0];
        let (mut pc, mut sp) = (g.pc, g.sp);
        let mut frames = vec![];
        while pc != GOEXIT {
            let Some((func, entry)) = self.find_func(pc).filter(|_| sp < g.stack.hi) else {
                return Err(Fatal::UnknownPc { pc });
            };
            let ret = if entry { sp } else { sp + self.func(func).frame };
            let varp = (!entry).then(|| ret - WORD);
            frames.push(Frame { func, sp, varp, argp: ret + WORD });
            pc = self.mem.load(ret);
            sp = ret + WORD;
        }
        Ok(frames)
    }

    /// Names of the functions on the current goroutine's stack, innermost first.
    ///
    /// # Errors
    /// As a traceback: when a return address lies in no function.
    pub fn traceback(&self) -> Result<Vec<&'static str>, Fatal> {
        Ok(self.frames(self.cur)?.iter().map(|f| self.func(f.func).name).collect())
    }

    /// Depth of the current goroutine's stack in frames, walking the saved frame pointers (what the
    /// tracer and `perf` do); `None` when the chain leaves the stack.
    #[must_use]
    pub fn depth_by_frame_pointers(&self) -> Option<usize> {
        let g = &self.gs[self.cur.0];
        let (mut bp, mut n) = (g.bp, 0);
        while bp != 0 {
            if !g.stack.contains(bp) {
                return None;
            }
            bp = self.mem.load(bp);
            n += 1;
        }
        Some(n)
    }
}
