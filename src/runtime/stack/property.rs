//! Random programs on the machine, beside an interpreter whose frames never move.
//!
//! After every operation every defined word of every frame of every goroutine must be what the
//! interpreter says; a pointer must be the address its target has now. One seed is one program; a
//! failure names the seed and the operation, which is the shortest failing beginning of that program.
//! Each planted mistake must be caught by some seed.
use super::goroutine::Status;
use super::park::{ChanId, POINTS};
use super::unwind::Frame;
use super::*;
use crate::base::rng::Rng;

/// What a word should hold.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Val {
    Undefined,
    Number(u64),
    /// Slot of a frame (outermost is 0) of the same goroutine.
    Pointer(usize, u64),
}

struct RefFrame {
    func: usize,
    slots: Vec<Val>,
    args: [Val; 2],
    /// What the deferred call captured, when there is one.
    deferred: Option<u64>,
    panicking: bool,
}

#[derive(PartialEq, Clone, Copy)]
enum State {
    Runs,
    /// Waits on a channel for a value in this slot.
    Waits(ChanId, u64),
    /// In the kernel, which writes into this slot.
    Kernel(u64),
    /// Stopped by a signal with these registers: address of a slot, a number.
    Stopped(u64),
}

struct RefG {
    id: GoId,
    frames: Vec<RefFrame>,
    state: State,
}

/// Frame sizes: small, big, huge.
const FRAMES: [u64; 4] = [128, 512, 2048, 5000];
// Layout of the slots of each of them.
const PTRS: [u64; 2] = [0, 1];
const PANIC: u64 = 2;
const DEFER: u64 = 3;
const CLOSURE: u64 = 6;
const NUMBERS: std::ops::Range<u64> = 7..11;
const DEPTH_MAX: usize = 40;

struct World {
    m: Machine,
    funcs: Vec<FuncId>,
    leaf: FuncId,
    gs: Vec<RefG>,
    cur: usize,
    rng: Rng,
    chan: ChanId,
}

type Outcome = Result<(), String>;

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn fatal(f: Fatal) -> String {
    f.text()
}

impl World {
    fn new(seed: u64, bug: Option<Bug>) -> Result<Self, String> {
        let mut m = Machine::new(2);
        let ptrs = [PTRS[0], PTRS[1], PANIC];
        let funcs = FRAMES.map(|f| m.define(Func::new("f", f).ptrs(&ptrs).args(2, &[1]))).to_vec();
        let leaf = m.define(Func::new("leaf", 64).nosplit());
        if let Some(bug) = bug {
            m.plant(bug);
        }
        let chan = m.new_chan();
        let mut w = Self { m, funcs, leaf, gs: vec![], cur: 0, rng: Rng::new(seed), chan };
        w.spawn()?;
        Ok(w)
    }

    fn any(&mut self, n: usize) -> usize {
        self.rng.below(n as u32) as usize
    }

    /// A number; now and then one that looks like an address into this stack.
    fn number(&mut self) -> u64 {
        if self.any(4) == 0 { self.m.sp() + 64 } else { self.rng.next_u64() >> 8 }
    }

    fn frame_of(&self, g: GoId, index: usize) -> Option<Frame> {
        let frames = self.m.frames(g).ok()?;
        frames.len().checked_sub(index + 1).map(|i| frames[i])
    }

    fn address(&self, g: &RefG, frame: usize, slot: u64) -> Option<u64> {
        let f = self.frame_of(g.id, frame)?;
        Some(f.sp + (self.m.func(f.func).out + slot) * WORD)
    }

    fn top(&mut self) -> &mut RefFrame {
        self.gs[self.cur].frames.last_mut().expect("a frame")
    }

    fn set(&mut self, slot: u64, v: Val, word: u64) {
        self.m.set(slot, word);
        self.top().slots[slot as usize] = v;
    }

    /// A slot of this frame or one above, as a pointer, and its address now.
    fn target(&mut self) -> Option<(Val, u64)> {
        let frame = self.any(self.gs[self.cur].frames.len());
        let slot = NUMBERS.start + self.any(4) as u64;
        let at = self.address(&self.gs[self.cur], frame, slot)?;
        Some((Val::Pointer(frame, slot), at))
    }

    fn new_frame(&self, func: usize, args: [Val; 2]) -> RefFrame {
        let slots = self.m.func(self.funcs[func]).slots() as usize;
        let mut slots = vec![Val::Undefined; slots];
        for p in PTRS {
            slots[p as usize] = Val::Number(0);
        }
        RefFrame { func, slots, args, deferred: None, panicking: false }
    }

    fn spawn(&mut self) -> Outcome {
        let func = self.any(2);
        let id = self.m.spawn(self.funcs[func], &[7, 0]).map_err(fatal)?;
        let frame = self.new_frame(func, [Val::Number(7), Val::Number(0)]);
        self.gs.push(RefG { id, frames: vec![frame], state: State::Runs });
        self.cur = self.gs.len() - 1;
        Ok(())
    }

    fn call(&mut self) -> Outcome {
        if self.gs[self.cur].frames.len() >= DEPTH_MAX {
            return Ok(());
        }
        let func = self.any(FRAMES.len());
        let (n, (p, at)) = (self.number(), self.target().ok_or("a target has no frame")?);
        self.m.call(self.funcs[func], &[n, at]).map_err(fatal)?;
        let frame = self.new_frame(func, [Val::Number(n), p]);
        self.gs[self.cur].frames.push(frame);
        Ok(())
    }

    fn ret(&mut self) -> Outcome {
        if self.gs[self.cur].frames.len() == 1 && self.gs.len() == 1 {
            return Ok(());
        }
        if self.top().panicking {
            self.m.panic_end();
        }
        let ran = self.m.ret();
        let frame = self.gs[self.cur].frames.pop().ok_or("no frame")?;
        let want: Vec<u64> = frame.deferred.into_iter().collect();
        if ran != want {
            return Err(format!("deferred {want:?}, ran {ran:?}"));
        }
        if self.gs[self.cur].frames.is_empty() {
            self.gs.remove(self.cur);
            return self.switch();
        }
        Ok(())
    }

    fn switch(&mut self) -> Outcome {
        let ready: Vec<usize> = (0..self.gs.len()).filter(|&i| self.gs[i].state == State::Runs).collect();
        if ready.is_empty() {
            return self.spawn();
        }
        self.cur = ready[self.any(ready.len())];
        self.m.switch_to(self.gs[self.cur].id);
        let p = self.any(2);
        self.m.run_on(p);
        Ok(())
    }

    fn write(&mut self) -> Outcome {
        match self.any(4) {
            0 => {
                let n = self.number();
                let slot = NUMBERS.start + self.any(4) as u64;
                self.set(slot, Val::Number(n), n);
            }
            1 => {
                let (p, at) = self.target().ok_or("a target has no frame")?;
                let slot = PTRS[self.any(2)];
                self.set(slot, p, at);
            }
            2 if self.top().deferred.is_none() => {
                let n = self.rng.next_u64() >> 8;
                self.set(CLOSURE, Val::Number(n), n);
                let closure = self.m.addr(CLOSURE);
                self.m.defer(DEFER, closure);
                self.top().deferred = Some(n);
            }
            3 if !self.top().panicking => {
                self.m.panic_start(PANIC);
                self.top().panicking = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes through a pointer: a local one, or the argument.
    fn write_through(&mut self) {
        let slot = PTRS[self.any(2)];
        let arg = self.any(2) == 0;
        let (v, at) =
            if arg { (self.top().args[1], self.m.arg(1)) } else { (self.top().slots[slot as usize], self.m.get(slot)) };
        if let Val::Pointer(frame, slot) = v {
            let n = self.rng.next_u64() >> 8;
            self.m.store(at, n);
            let waits = self.gs[self.cur].state;
            if waits == State::Runs {
                self.gs[self.cur].frames[frame].slots[slot as usize] = Val::Number(n);
            }
        }
    }

    /// A collection, perhaps with a sender that comes in the middle of a move.
    fn gc(&mut self) -> Outcome {
        let moves = self.m.moves().len();
        let value = self.rng.next_u64() >> 8;
        let sender = self.any(2) == 0;
        if sender {
            let point = self.any(POINTS as usize) as u8;
            self.m.send_during_move(point, self.chan, value);
        }
        let scans = self.m.gc().map_err(fatal)?;
        self.m.pass_by();
        for s in scans {
            let may = s.used + STACK_NOSPLIT < s.before / 4 && s.before > STACK_MIN;
            if s.after < s.before && (!may || s.after != s.before / 2) {
                return Err(format!("shrank from {} to {} with {} in use", s.before, s.after, s.used));
            }
        }
        if sender && self.m.moves().len() > moves {
            self.received(value);
        }
        Ok(())
    }

    /// The goroutine that waits longest got this value.
    fn received(&mut self, value: u64) {
        let waits = |g: &&mut RefG| matches!(g.state, State::Waits(..));
        if let Some(g) = self.gs.iter_mut().filter(waits).min_by_key(|g| g.id)
            && let State::Waits(_, slot) = g.state
            && let Some(f) = g.frames.last_mut()
        {
            f.slots[slot as usize] = Val::Number(value);
            g.state = State::Runs;
        }
    }

    /// Something that takes the goroutine off the processor and brings a collection before it is back.
    fn away(&mut self) -> Outcome {
        let slot = NUMBERS.start + self.any(4) as u64;
        match self.any(4) {
            0 => {
                self.m.park_begin(self.chan, slot);
                self.gs[self.cur].state = State::Waits(self.chan, slot);
                if self.any(3) == 0 {
                    self.gc()?;
                }
                // The sender that came within the window has made it runnable again.
                if self.gs[self.cur].state != State::Runs {
                    self.m.park_commit();
                }
                self.switch()
            }
            1 => {
                let n = self.rng.next_u64() >> 8;
                let g = self.gs[self.cur].id;
                self.m.syscall_enter(slot);
                self.gs[self.cur].state = State::Kernel(slot);
                self.gc()?;
                self.m.kernel_writes(g, n);
                self.m.syscall_exit();
                self.gs[self.cur].state = State::Runs;
                self.top().slots[slot as usize] = Val::Number(n);
                Ok(())
            }
            2 => {
                let at = self.m.addr(slot);
                if self.m.async_stop(&[at, 5]) {
                    self.gs[self.cur].state = State::Stopped(slot);
                    self.gc()?;
                    let registers = self.m.async_resume();
                    self.gs[self.cur].state = State::Runs;
                    if registers[..2] != [self.m.addr(slot), 5] {
                        return Err("a register went stale".to_owned());
                    }
                }
                Ok(())
            }
            _ => {
                let n = self.rng.next_u64() >> 8;
                if self.m.send(self.chan, n) {
                    self.received(n);
                }
                Ok(())
            }
        }
    }

    fn requests(&mut self) -> Outcome {
        match self.any(4) {
            0 => self.m.ask_preempt(),
            1 => self.m.ask_move(),
            2 => self.m.busy = !self.m.busy,
            _ => {
                self.m.call(self.leaf, &[]).map_err(fatal)?;
                self.m.ret();
            }
        }
        Ok(())
    }

    fn operation(&mut self) -> Outcome {
        match self.any(20) {
            0..=5 => self.call(),
            6..=9 => self.ret(),
            10..=12 => self.write(),
            13 => {
                self.write_through();
                Ok(())
            }
            14 => self.gc(),
            15 => self.away(),
            16 => self.switch(),
            17 if self.gs.len() < 5 => self.spawn(),
            18 => (0..8).try_for_each(|_| self.ret()),
            _ => self.requests(),
        }
    }

    // ── the comparison ──

    fn agrees(&self) -> Outcome {
        for g in &self.gs {
            self.goroutine(g)?;
        }
        let m = &self.m;
        let alive = m.gs.iter().filter(|g| g.stack.size() > 0).count() as u64;
        if m.traffic().allocs - m.traffic().frees != alive {
            return Err(format!("{alive} stacks are in use, the allocator thinks otherwise"));
        }
        let depth = m.frames(m.cur).map_err(fatal)?.len();
        if m.depth_by_frame_pointers() != Some(depth) {
            return Err("frame pointers lead elsewhere".to_owned());
        }
        let panicking: Vec<u64> = self.gs[self.cur]
            .frames
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, f)| f.panicking)
            .filter_map(|(i, _)| self.address(&self.gs[self.cur], i, PANIC))
            .collect();
        if m.panics() != panicking {
            return Err("the list of panics is wrong".to_owned());
        }
        Ok(())
    }

    fn goroutine(&self, g: &RefG) -> Outcome {
        let real = &self.m.gs[g.id.0];
        if real.status == Status::Dead {
            return Err("a living goroutine is dead".to_owned());
        }
        if real.sp <= real.stack.lo + STACK_NOSPLIT {
            return Err("a check let it pass too near the low end".to_owned());
        }
        let frames = self.m.frames(g.id).map_err(fatal)?;
        if frames.len() != g.frames.len() {
            return Err(format!("{} frames, should be {}", frames.len(), g.frames.len()));
        }
        for (f, r) in frames.iter().rev().zip(&g.frames) {
            let func = self.m.func(f.func);
            if f.func != self.funcs[r.func] {
                return Err("another function's frame".to_owned());
            }
            for (slot, v) in (0..).zip(&r.slots) {
                self.word(&frames, f.sp + (func.out + slot) * WORD, *v)?;
            }
            for (i, v) in (0..).zip(&r.args) {
                self.word(&frames, f.argp + i * WORD, *v)?;
            }
        }
        Ok(())
    }

    fn word(&self, frames: &[Frame], at: u64, v: Val) -> Outcome {
        let want = match v {
            Val::Undefined => return Ok(()),
            Val::Number(n) => n,
            Val::Pointer(frame, slot) => {
                let f = frames[frames.len() - 1 - frame];
                f.sp + (self.m.func(f.func).out + slot) * WORD
            }
        };
        let got = self.m.load(at);
        if got == want { Ok(()) } else { Err(format!("{at:#x} holds {got:#x}, should be {want:#x}")) }
    }
}

/// Runs the program of `seed`; the error names the operation after which the two disagreed.
fn program(seed: u64, operations: usize, bug: Option<Bug>) -> Outcome {
    let mut w = World::new(seed, bug)?;
    for n in 0..operations {
        w.operation().and_then(|()| w.agrees()).map_err(|e| format!("seed {seed}, operation {n}: {e}"))?;
    }
    Ok(())
}

/// Seeds and operations; Miri has time for a few.
const SEEDS: u64 = if cfg!(miri) { 3 } else { 120 };
const OPERATIONS: usize = if cfg!(miri) { 60 } else { 200 };

#[test]
fn programs_see_the_same_values_as_if_stacks_never_moved() {
    let mut moves = [0; 3];
    for seed in 0..SEEDS {
        program(seed, OPERATIONS, None).expect("no fatal error");
    }
    // The programs are worth something: they grow, shrink and move.
    let mut w = World::new(1, None).expect("no fatal error");
    for _ in 0..2000 {
        w.operation().expect("no fatal error");
    }
    for m in w.m.moves() {
        moves[m.why as usize] += 1;
    }
    assert!(cfg!(miri) || moves.iter().all(|&n| n >= 5), "{moves:?}");
}

/// Mistakes that need a neighbour in memory have a test of their own.
const ELSEWHERE: [Bug; 1] = [Bug::UpperBoundIncluded];

#[test]
#[cfg_attr(miri, ignore = "hundreds of programs")]
fn every_planted_mistake_is_caught() {
    let caught = |bug| {
        let run = |seed| std::panic::catch_unwind(|| program(seed, OPERATIONS, Some(bug)));
        (0..SEEDS).any(|seed| !matches!(run(seed), Ok(Ok(()))))
    };
    let missed: Vec<&Bug> = Bug::ALL.iter().filter(|b| !ELSEWHERE.contains(b) && !caught(**b)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
