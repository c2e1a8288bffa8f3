//! The frame machine: goroutines that call, return, and read and write words of their stacks.
//!
//! It is driven from outside, one operation at a time, always for the current goroutine
//! ([`Machine::switch_to`]). The driver plays the compiled code: it may keep an [`Addr`] in a
//! variable, but then it does what a Go program does that keeps a `uintptr`: after the next call the
//! stack may be elsewhere, and the number is stale.
//!
//! Misuse by the driver (a slot that does not exist, a return without a call) is a bug and panics;
//! what a Go program can bring about comes back as [`Fatal`].
use super::choice::Choice;
use super::copy::{Move, Why};
use super::fault::{Bug, Fatal};
use super::func::{Check, Func, FuncId, check_word};
use super::goroutine::{G, GoId, Stack, Status, record};
use super::grow::Step;
use super::memory::{Addr, Memory};
use super::park::{Chan, Meanwhile};
use super::pool::Pool;
use super::unwind::{GOEXIT, body_pc, entry_pc};
use super::{MAX_STACK_64, ROOT_RESERVE, STACK_GUARD, STACK_MIN, WORD};

/// Failed checks of one call: a request to give way, a forced move, and one growth need three.
const TRIES_MAX: u32 = 8;

/// A machine with its memory, functions and goroutines.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(super) mem: Memory,
    pub(super) pool: Pool,
    pub(super) funcs: Vec<Func>,
    pub(super) gs: Vec<G>,
    pub(super) cur: GoId,
    /// The processor the current goroutine runs on.
    pub(super) p: usize,
    /// Records of dead goroutines, last first.
    pub(super) dead: Vec<GoId>,
    pub(super) chans: Vec<Chan>,
    /// A sender that will come while a stack is on the move.
    pub(super) meanwhile: Option<Meanwhile>,
    /// Runtime functions running on the thread's own stack, outermost first; empty when none is.
    pub(super) g0: Vec<&'static str>,
    pub(super) bug: Option<Bug>,
    choice: Option<Choice>,
    pub(super) max_stack: u64,
    /// Limit that no setting can pass (Go: maxstackceiling).
    pub(super) ceiling: u64,
    /// Starting size is computed at each collection (Go: GODEBUG=adaptivestackstart).
    pub adaptive: bool,
    /// Stacks never shrink (Go: GODEBUG=gcshrinkstackoff).
    pub shrink_off: bool,
    /// Preemption requests are not honoured: a runtime lock is held, or memory is being allocated.
    pub busy: bool,
    pub(super) starting: u64,
    pub(super) moves: Vec<Move>,
    /// How many of them [`Machine::untold_moves`] has given.
    pub(super) told: usize,
    pub(super) steps: Vec<Step>,
    pub(super) async_func: FuncId,
    pub(super) newstack_func: FuncId,
}

impl Machine {
    /// A machine with `procs` processors (stack caches) and Go's 64-bit limits. It has no goroutine.
    #[must_use]
    pub fn new(procs: usize) -> Self {
        let mut m = Self {
            mem: Memory::default(),
            pool: Pool::new(procs.max(1)),
            funcs: vec![],
            gs: vec![],
            cur: GoId(0),
            p: 0,
            dead: vec![],
            chans: vec![],
            meanwhile: None,
            g0: vec![],
            bug: None,
            choice: None,
            max_stack: MAX_STACK_64,
            ceiling: 2 * MAX_STACK_64,
            adaptive: true,
            shrink_off: false,
            busy: false,
            starting: STACK_MIN,
            moves: vec![],
            told: 0,
            steps: vec![],
            async_func: FuncId(0),
            newstack_func: FuncId(0),
        };
        m.newstack_func = m.define(Func::new("runtime.newstack", 256));
        m.async_func = m.define(Func::new("runtime.asyncPreempt", 17 * WORD).nosplit());
        m
    }

    /// Enters a function into the table.
    pub fn define(&mut self, f: Func) -> FuncId {
        self.funcs.push(f);
        FuncId(self.funcs.len() as u32 - 1)
    }

    /// Plants a mistake; all later moves make it.
    pub fn plant(&mut self, bug: Bug) {
        self.bug = Some(bug);
    }

    /// Decides one thing otherwise than Go from now on.
    pub fn choose(&mut self, c: Choice) {
        self.choice = Some(c);
    }

    /// Go: debug.SetMaxStack. Returns the old limit.
    pub fn set_max_stack(&mut self, bytes: u64) -> u64 {
        std::mem::replace(&mut self.max_stack, bytes)
    }

    pub(super) fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
    pub(super) fn chose(&self, c: Choice) -> bool {
        self.choice == Some(c)
    }
    pub(super) fn func(&self, f: FuncId) -> &Func {
        &self.funcs[f.0 as usize]
    }
    pub(super) fn g(&mut self) -> &mut G {
        &mut self.gs[self.cur.0]
    }
    pub(super) fn step(&mut self, s: Step) {
        self.steps.push(s);
    }
    pub(super) fn moved(&mut self, m: Move) {
        self.moves.push(m);
    }

    // ── goroutines ──

    /// Starts a goroutine in `f` and makes it the current one. A dead goroutine's record is used
    /// again; its stack too, when it still has the size that new stacks have now.
    ///
    /// # Errors
    /// As [`Machine::call`].
    pub fn spawn(&mut self, f: FuncId, args: &[u64]) -> Result<GoId, Fatal> {
        let id = self.record_for_new();
        let g = &mut self.gs[id.0];
        let stack = g.stack;
        *g = G { pc: GOEXIT, sp: stack.hi - ROOT_RESERVE, ..G::new(stack) };
        self.cur = id;
        self.call(f, args)?;
        Ok(id)
    }

    /// Go: gfget, and malg for a record that never was: that one starts at the minimum, whatever
    /// the adaptive size is.
    fn record_for_new(&mut self) -> GoId {
        let Some(id) = self.dead.pop() else {
            let size = if self.chose(Choice::AdaptiveForNew) { self.starting } else { STACK_MIN };
            let (stack, _) = self.alloc(size);
            self.gs.push(G::new(stack));
            return GoId(self.gs.len() - 1);
        };
        let old = self.gs[id.0].stack;
        let keep = self.chose(Choice::KeepAnySize) && old.size() != 0;
        if old.size() != self.starting && !keep {
            if old.size() != 0 {
                self.release(old);
            }
            self.gs[id.0].stack = self.alloc(self.starting).0;
        }
        id
    }

    /// Go: gfput. A stack of another size than new ones have is freed at once.
    fn exit(&mut self) {
        let (id, starting, keep) = (self.cur, self.starting, self.chose(Choice::KeepAnySize));
        let g = self.g();
        let stack = g.stack;
        g.status = Status::Dead;
        if stack.size() != starting && !keep {
            g.stack = Stack::default();
            self.release(stack);
        }
        self.dead.push(id);
    }

    pub(super) fn alloc(&mut self, size: u64) -> (Stack, super::Origin) {
        self.pool.no_cache = self.chose(Choice::NoCache);
        self.pool.alloc(self.p, size)
    }

    pub(super) fn release(&mut self, stack: Stack) -> super::Freed {
        self.mem.poison(stack.lo, stack.hi);
        (self.pool.no_cache, self.pool.eager) = (self.chose(Choice::NoCache), self.chose(Choice::FreeDuringGc));
        self.pool.free(self.p, stack)
    }

    /// Makes `g` the current goroutine.
    ///
    /// # Panics
    /// When it is dead.
    pub fn switch_to(&mut self, g: GoId) {
        assert!(self.gs[g.0].status != Status::Dead, "goroutine {} is dead", g.0);
        self.cur = g;
    }

    /// From now on operations run on processor `p`, with its cache.
    ///
    /// # Panics
    /// When there is no such processor.
    pub fn run_on(&mut self, p: usize) {
        let _ = self.pool.cached(p, STACK_MIN);
        self.p = p;
    }

    // ── calls ──

    /// Calls `f` from the current function: arguments, return address, prologue, frame.
    ///
    /// # Errors
    /// [`Fatal`] when the stack cannot grow. The machine is then to be dropped, as a process.
    ///
    /// # Panics
    /// When the number of arguments is not the function's, or the caller's frame has no room for them.
    pub fn call(&mut self, f: FuncId, args: &[u64]) -> Result<(), Fatal> {
        let (frame, nosplit, want) = (self.func(f).frame, self.func(f).nosplit, self.func(f).args);
        assert!(args.len() as u64 == want, "{} takes {want} arguments", self.func(f).name);
        let room = self.find_func(self.gs[self.cur.0].pc).map_or(ROOT_RESERVE / WORD, |(me, _)| self.func(me).out);
        assert!(want <= room, "the frame has room for {room} arguments");
        for (i, &a) in (0..).zip(args) {
            let at = self.g().sp + i * WORD;
            self.mem.store(at, a);
        }
        let (pc, sp) = (self.g().pc, self.g().sp - WORD);
        self.mem.store(sp, pc);
        (self.g().sp, self.g().pc) = (sp, entry_pc(f));
        let mut tries = 0;
        while !nosplit && check_word(self.g().sp, frame, self.g().guard0) == Check::More {
            tries += 1;
            assert!(tries <= TRIES_MAX, "the check of {} never passes", self.func(f).name);
            self.morestack(f)?;
            if self.chose(Choice::NoRetry) {
                break;
            }
        }
        let (sp, lo) = (self.g().sp - frame, self.g().stack.lo);
        if nosplit && sp < lo {
            return Err(Fatal::SplitStackOverflow { sp, lo });
        }
        self.enter(f, frame);
        Ok(())
    }

    /// The part of the prologue after the check: frame pointer saved, pointer slots cleared.
    fn enter(&mut self, f: FuncId, frame: u64) {
        let g = self.g();
        let (saved, bp) = (g.sp - WORD, g.bp);
        (g.sp, g.bp, g.pc) = (g.sp - frame, saved, body_pc(f));
        self.mem.store(saved, bp);
        for i in 0..self.func(f).ptrs.len() {
            let at = self.addr(self.func(f).ptrs[i]);
            self.mem.store(at, 0);
        }
    }

    /// Runs the current function's deferred calls and returns to its caller; from the first function
    /// of a goroutine, ends the goroutine. Gives the values the deferred closures captured, in the
    /// order they ran.
    pub fn ret(&mut self) -> Vec<u64> {
        let ran = self.deferreturn();
        let frame = self.here().frame;
        let g = self.g();
        let (saved, ret) = (g.sp + frame - WORD, g.sp + frame);
        let (bp, pc) = (self.mem.load(saved), self.mem.load(ret));
        let g = self.g();
        (g.bp, g.pc, g.sp) = (bp, pc, ret + WORD);
        if pc == GOEXIT {
            self.exit();
        } else if self.chose(Choice::ShrinkOnReturn) {
            self.shrink_at_once();
        }
        ran
    }

    /// Halves the stack if what is in use fits ([`Choice::ShrinkOnReturn`]).
    fn shrink_at_once(&mut self) {
        let (size, used) = (self.g().stack.size(), self.g().used());
        if size / 2 >= STACK_MIN && used + STACK_GUARD < size / 2 {
            // It cannot fail: the frames were sound a moment ago, and a smaller stack has no limit.
            let _ = self.copystack(self.cur, size / 2, Why::Shrink);
        }
    }

    /// The function the current goroutine is in.
    ///
    /// # Panics
    /// When its program counter is in no function: the stack was damaged.
    pub(super) fn here(&self) -> &Func {
        let pc = self.gs[self.cur.0].pc;
        let (f, _) = self.find_func(pc).unwrap_or_else(|| panic!("pc {pc:#x} is in no function"));
        self.func(f)
    }

    // ── words ──

    /// Address of a local slot of the current function: what `&x` gives.
    ///
    /// # Panics
    /// When the function has no such slot.
    #[must_use]
    pub fn addr(&self, slot: u64) -> Addr {
        let f = self.here();
        assert!(slot < f.slots(), "{} has {} slots, not {slot}", f.name, f.slots());
        self.gs[self.cur.0].sp + (f.out + slot) * WORD
    }
    /// Reads a local slot.
    #[must_use]
    pub fn get(&self, slot: u64) -> u64 {
        self.mem.load(self.addr(slot))
    }
    /// Writes a local slot.
    pub fn set(&mut self, slot: u64, word: u64) {
        let at = self.addr(slot);
        self.mem.store(at, word);
    }
    /// Reads argument `i` of the current function.
    ///
    /// # Panics
    /// When it has no such argument.
    #[must_use]
    pub fn arg(&self, i: u64) -> u64 {
        let f = self.here();
        assert!(i < f.args, "{} has {} arguments", f.name, f.args);
        self.mem.load(self.gs[self.cur.0].sp + f.frame + WORD + i * WORD)
    }
    /// Reads through an address.
    #[must_use]
    pub fn load(&self, at: Addr) -> u64 {
        self.mem.load(at)
    }
    /// Writes through an address.
    pub fn store(&mut self, at: Addr, word: u64) {
        self.mem.store(at, word);
    }
    /// A heap object: an address outside all stacks.
    pub fn new_object(&mut self, words: u64) -> Addr {
        self.pool.pages.alloc_heap((words * WORD).div_ceil(super::pages::PAGE))
    }

    // ── defer and panic records, which lie in frames ──

    /// `defer`: the record takes three slots from `slot` on; `closure` is the address of the
    /// function value, whose first word stands for what it captured.
    pub fn defer(&mut self, slot: u64, closure: Addr) {
        let at = self.addr(slot);
        let _ = self.addr(slot + 2);
        let (link, sp) = (self.g().defers, self.g().sp);
        self.mem.store(at + record::LINK, link);
        self.mem.store(at + record::SP, sp);
        self.mem.store(at + record::FN, closure);
        self.g().defers = at;
    }

    fn deferreturn(&mut self) -> Vec<u64> {
        let mut ran = vec![];
        loop {
            let (d, sp) = (self.g().defers, self.g().sp);
            if d == 0 || self.mem.load(d + record::SP) != sp {
                return ran;
            }
            ran.push(self.mem.load(self.mem.load(d + record::FN)));
            self.g().defers = self.mem.load(d + record::LINK);
        }
    }

    /// A panic starts: its record is the pointer slot `slot` (the link to the panic before it).
    pub fn panic_start(&mut self, slot: u64) {
        let (at, before) = (self.addr(slot), self.g().panics);
        self.mem.store(at, before);
        self.g().panics = at;
    }
    /// The newest panic is over.
    ///
    /// # Panics
    /// When none is running.
    pub fn panic_end(&mut self) {
        assert!(self.g().panics != 0, "no panic is running");
        let before = self.mem.load(self.gs[self.cur.0].panics);
        self.g().panics = before;
    }
    /// Addresses of the running panics' records, newest first; stops where the chain leaves the stack.
    #[must_use]
    pub fn panics(&self) -> Vec<Addr> {
        let g = &self.gs[self.cur.0];
        let next = |&at: &Addr| Some(self.mem.load(at)).filter(|&n| g.stack.contains(n));
        std::iter::successors(Some(g.panics).filter(|&p| p != 0), next).collect()
    }
}
