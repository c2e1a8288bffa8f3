//! copystack: the used part of a stack goes elsewhere, and every word that pointed into it follows.
//!
//! What can point into a stack: words of its own frames (the compiler's maps tell which), saved frame
//! pointers, the goroutine's own record (registers, list of deferred calls and their records, list of
//! panics), and the entries of channels it waits on. Nothing else: escape analysis keeps heap objects
//! and globals from doing so. That is why a walk over this one stack is enough.
//!
//! With channels involved, others may write into the stack at the same moment. So first their locks,
//! then the entries and the part of the stack they point to, then unlock, then the rest.
//! Go: runtime/stack.go copystack, syncadjustsudogs, adjustframe, adjustdefers (go1.27.3)
use super::choice::Choice;
use super::fault::{Bug, Fatal};
use super::goroutine::{GoId, Stack, record};
use super::grow::Step;
use super::machine::Machine;
use super::memory::Addr;
use super::pool::{Freed, Origin};
use super::unwind::Frame;
use super::{STACK_FORCE_MOVE, WORD};

/// A value below this in a pointer slot is no pointer (Go: minLegalPointer).
const MIN_LEGAL_POINTER: u64 = 4096;

/// Why a stack moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Grow,
    Shrink,
    /// Same size, for debugging.
    Forced,
}

/// One move of one stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub g: GoId,
    pub why: Why,
    pub old: Stack,
    pub new: Stack,
    /// Bytes copied: the used part, not the whole.
    pub copied: u64,
    /// Words mended.
    pub adjusted: u64,
    pub origin: Origin,
    /// Where the old stack went; `None` when it was not given back.
    pub freed: Option<Freed>,
}

/// What is to be added to an address inside `old`.
#[derive(Clone, Copy)]
struct Shift {
    old: Stack,
    delta: u64,
    /// Addresses one past the end count too (a planted mistake).
    sloppy: bool,
}

impl Shift {
    fn of(self, word: u64) -> Option<u64> {
        let inside = self.old.contains(word) || (self.sloppy && word == self.old.hi);
        inside.then(|| word.wrapping_add(self.delta))
    }
}

impl Machine {
    /// Moves the stack of `g` to one of `size` bytes.
    pub(super) fn copystack(&mut self, g: GoId, size: u64, why: Why) -> Result<(), Fatal> {
        let (old, used) = (self.gs[g.0].stack, self.gs[g.0].used());
        let (new, origin) = self.alloc(size);
        self.step(Step::Allocated { size, origin });
        if self.has(Bug::FreedTooEarly) {
            self.mem.poison(old.lo, old.hi);
        }
        let shift = Shift { old, delta: new.hi.wrapping_sub(old.hi), sloppy: self.has(Bug::UpperBoundIncluded) };
        self.point(0);
        let (mut words, synced) = self.sudogs(g, used, shift);
        self.point(3);
        let short = if self.has(Bug::OneWordShort) { WORD } else { 0 };
        let rest = used - synced;
        self.mem.copy(old.hi - rest + short, new.hi - rest + short, rest - short);
        let copied = if self.chose(Choice::CopyAll) { self.copy_unused(old, new, used) } else { used };
        self.step(Step::Copied { bytes: copied });
        self.point(4);
        words += self.registers_and_lists(g, shift, new);
        self.swap(g, new, used);
        words += self.frames_of(g, shift)?;
        self.step(Step::Adjusted { words });
        self.step(Step::Swapped { from: old, to: new });
        let freed = (!self.has(Bug::NeverFreed)).then(|| self.release(old));
        if let Some(to) = freed {
            self.step(Step::FreedOld { size: old.size(), to });
        }
        self.moved(Move { g, why, old, new, copied, adjusted: words, origin, freed });
        self.point(5);
        self.pass_by();
        Ok(())
    }

    /// Copies what nobody uses, too; gives the bytes copied in all.
    fn copy_unused(&mut self, old: Stack, new: Stack, used: u64) -> u64 {
        let bytes = old.size().min(new.size()) - used;
        self.mem.copy(old.hi - used - bytes, new.hi - used - bytes, bytes);
        used + bytes
    }

    fn swap(&mut self, g: GoId, new: Stack, used: u64) {
        let stale = self.has(Bug::GuardNotMoved);
        let g = &mut self.gs[g.0];
        let keep_guard = stale && g.guard0 != STACK_FORCE_MOVE;
        g.stack = new;
        g.sp = new.hi - used;
        if !keep_guard {
            // A request to give way that stood here is lost; `preempt` remembers it.
            g.guard0 = g.plain_guard();
        }
    }

    /// Mends the word at `at` in the new stack; 1 if it changed.
    fn adjust(&mut self, at: Addr, shift: Shift) -> u64 {
        let Some(word) = shift.of(self.mem.load(at)) else { return 0 };
        self.mem.store(at, word);
        1
    }

    // ── channels ──

    /// Mends the entries of channels `g` waits on. When others may use them at this moment: under the
    /// channels' locks, with the part of the stack they point into. Gives the words mended and the
    /// bytes already copied.
    fn sudogs(&mut self, g: GoId, used: u64, shift: Shift) -> (u64, u64) {
        let mut waiting = std::mem::take(&mut self.gs[g.0].waiting);
        let sync = self.gs[g.0].active_stack_chans && !waiting.is_empty() && !self.has(Bug::ChannelsNotLocked);
        if sync {
            for s in &waiting {
                self.lock(s.chan);
            }
        }
        let top = waiting.iter().map(|s| s.elem + WORD).filter(|&t| shift.old.contains(t - WORD)).max();
        let mut words = 0;
        for s in &mut waiting {
            if let Some(to) = shift.of(s.elem).filter(|_| !self.has(Bug::SudogsNotAdjusted)) {
                s.elem = to;
                words += 1;
            }
        }
        self.gs[g.0].waiting.clone_from(&waiting);
        self.point(1);
        let mut copied = 0;
        if sync && let Some(top) = top {
            let bottom = shift.old.hi - used;
            copied = top - bottom;
            self.mem.copy(bottom, bottom.wrapping_add(shift.delta), copied);
        }
        self.point(2);
        if sync {
            for s in &waiting {
                self.unlock(s.chan);
            }
        }
        (words, copied)
    }

    // ── the goroutine's own record ──

    /// Saved frame pointer, deferred calls and their records, panics. The records have been copied
    /// with the frames they lie in; the list must be followed on the new stack.
    fn registers_and_lists(&mut self, g: GoId, shift: Shift, new: Stack) -> u64 {
        let mut words = 0;
        let mut mend = |word: &mut u64| {
            if let Some(to) = shift.of(*word) {
                *word = to;
                words += 1;
            }
        };
        let (no_defers, no_panics) = (self.has(Bug::DefersNotAdjusted), self.has(Bug::PanicsNotAdjusted));
        let no_bp = self.has(Bug::FramePointersNotAdjusted);
        let g = &mut self.gs[g.0];
        if !no_bp {
            mend(&mut g.bp);
        }
        if !no_panics {
            mend(&mut g.panics);
        }
        if no_defers {
            return words;
        }
        mend(&mut g.defers);
        let mut d = g.defers;
        while new.contains(d) {
            words += self.adjust(d + record::FN, shift);
            words += self.adjust(d + record::SP, shift);
            words += self.adjust(d + record::LINK, shift);
            d = self.mem.load(d + record::LINK);
        }
        words
    }

    // ── frames ──

    fn frames_of(&mut self, g: GoId, shift: Shift) -> Result<u64, Fatal> {
        let mut words = 0;
        for f in self.frames(g)? {
            words += self.frame(f, shift)?;
        }
        Ok(words)
    }

    fn frame(&mut self, f: Frame, shift: Shift) -> Result<u64, Fatal> {
        let mut words = 0;
        let (func, all) = (self.func(f.func).clone(), self.has(Bug::ScalarsAdjusted));
        if let Some(varp) = f.varp {
            if !self.has(Bug::FramePointersNotAdjusted) {
                words += self.adjust(varp, shift);
            }
            let slots = match self.bug {
                Some(Bug::LocalsNotAdjusted) => vec![],
                Some(Bug::ScalarsAdjusted) => (0..func.slots()).collect(),
                _ => func.ptrs,
            };
            for slot in slots {
                let at = f.sp + (func.out + slot) * WORD;
                let value = self.mem.load(at);
                if value > 0 && value < MIN_LEGAL_POINTER && !all {
                    return Err(Fatal::InvalidPointer { func: func.name, at, value });
                }
                words += self.adjust(at, shift);
            }
        }
        if !self.has(Bug::ArgsNotAdjusted) {
            for i in func.arg_ptrs {
                words += self.adjust(f.argp + i * WORD, shift);
            }
        }
        Ok(words)
    }
}
