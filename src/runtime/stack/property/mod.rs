//! Random programs on the machine, beside an interpreter whose frames never move.
//!
//! After every operation every defined word of every frame of every goroutine must be what the
//! interpreter says; a pointer must be the address its target has now. One seed is one program; a
//! failure names the seed and the operation, which is the shortest failing beginning of that program.
//! Each planted mistake must be caught by some seed.
mod agree;
mod operate;

use super::park::ChanId;
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
