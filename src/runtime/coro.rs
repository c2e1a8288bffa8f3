//! Stackful coroutines: the shells that goroutines run in, and virtual threads.
//!
//! The switch itself is the crate `corosensei` (0.9 ns hot). A goroutine has no stack until it first
//! runs: then it borrows a [`Shell`], a coroutine that waits at the top of its loop for the next
//! goroutine. A shell that has just been used is still in the cache, so short goroutines run on a
//! few hot stacks however many are queued.
//!
//! ```text
//!   high  [ Shell: coroutine handle, Local ]   the shell lives at the top of its own stack,
//!         [ loop { run g; suspend(Dead) }  ]   on the page that is touched anyway
//!         [ frames of the goroutine        ]
//!   low   [ guard                          ]
//! ```
//!
//! Invariants
//!   C1  a coroutine is resumed by one thread at a time (its goroutine is in one queue, or running)
//!   C2  what lives on a suspended stack is handled as if it were `Send` (the same rule as Go's: a
//!       goroutine may move at any call)
//!   C3  an unfinished coroutine is abandoned, not unwound: like the goroutines that are left when
//!       a Go program exits, its destructors do not run and what its stack owns is leaked
//!   C4  a shell in a cache is suspended in its loop, with no goroutine
//!
//! Rejected: a coroutine a goroutine (12 ns and a closure on the heap for each), a stack from the
//! start (a million queued goroutines would touch a million pages).
#![allow(unsafe_code)]
use std::cell::{Cell, UnsafeCell};
use std::mem::ManuallyDrop;

use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::g::{Commit, G};
use super::lock::Locked;
use super::may::MayPart;
use super::panics::PanicState;
use super::sched::M;
use super::slab::{Below, Class, Slot};

/// Why control came back from a coroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Yield {
    /// Waits; run the commit function, then forget it until `ready`.
    Park,
    /// Stays runnable; `true` = preempted, else it asked.
    Sched(bool),
    /// Run the commit function on the thread's stack, then come straight back (Go: systemstack).
    Call,
    /// A scheduling point of the virtual platform: come straight back unless the seed says otherwise.
    Point,
    /// Virtual platform: computes until this time, holding its processor.
    Burn(u64),
    /// Virtual thread only: sleeps until woken, or until this time.
    SleepM(Option<u64>),
    /// The goroutine is done; the shell waits for the next.
    Dead,
}

type Inner = Coroutine<*const G, Yield, (), Below>;

/// What a goroutine needs only once it runs.
pub(crate) struct Local {
    pub(crate) suspender: Cell<Suspender>,
    /// What to run after the switch away, with its argument.
    pub(crate) commit: Cell<Option<(Commit, *const ())>>,
    pub(crate) panics: UnsafeCell<PanicState>,
    /// Depth of `LockOSThread`, and the thread it is locked to.
    pub(crate) locked: Cell<u32>,
    pub(crate) lockedm: Cell<*const M>,
    /// The `may` engine's handle and wake token.
    pub(crate) may: MayPart,
}

impl Default for Local {
    fn default() -> Self {
        Self {
            suspender: Cell::default(),
            commit: Cell::default(),
            panics: UnsafeCell::default(),
            locked: Cell::new(0),
            lockedm: Cell::new(std::ptr::null()),
            may: MayPart::default(),
        }
    }
}

/// Suspends the coroutine it belongs to, from any depth of its stack.
#[derive(Clone, Copy)]
pub(crate) struct Suspender(*const Yielder<*const G, Yield>);

impl Default for Suspender {
    fn default() -> Self {
        Self::NONE
    }
}

impl Suspender {
    pub(crate) const NONE: Self = Self(std::ptr::null());

    /// # Safety
    /// Must run on the stack of the coroutine this came from.
    #[inline]
    pub(crate) unsafe fn suspend(self, why: Yield) {
        // SAFETY: the yielder lives in the coroutine's first frame, below the caller's.
        unsafe { (*self.0).suspend(why) };
    }
}

/// A stack with a loop that runs one goroutine after the other.
pub(crate) struct Shell {
    inner: ManuallyDrop<Inner>,
    pub(crate) local: Local,
    slot: Slot,
}

/// Shells kept for later, by class. More are given back to the system: at the end of a run, and during it
/// by the monitor those that nobody has needed for a while.
const KEEP: usize = 512;

/// A shell in a cache (C4).
#[derive(Clone, Copy)]
pub(crate) struct Spare(*mut Shell);
// SAFETY: C4: nobody runs it.
unsafe impl Send for Spare {}

/// Spare shells of a class, the most recently used last.
struct Spares {
    list: Vec<Spare>,
    /// The fewest there were since this was last set: so many nobody needed.
    low: usize,
}

static SPARE: [Locked<Spares>; 4] = [const { Locked::new(Spares { list: Vec::new(), low: 0 }) }; 4];

fn spare(class: Class) -> &'static Locked<Spares> {
    &SPARE[class.index()]
}

impl Shell {
    /// A shell from the common cache, or a new one.
    pub(crate) fn take(class: Class) -> *mut Shell {
        let cached = {
            let mut all = spare(class).lock();
            let s = all.list.pop();
            all.low = all.low.min(all.list.len());
            s
        };
        cached.map_or_else(|| Self::create(class), |s| s.0)
    }

    /// Up to `n` cached shells at once.
    pub(crate) fn take_many(class: Class, n: usize, into: &mut Vec<*mut Shell>) {
        let mut all = spare(class).lock();
        let from = all.list.len() - n.min(all.list.len());
        into.extend(all.list.drain(from..).map(|s| s.0));
        all.low = all.low.min(from);
    }

    fn create(class: Class) -> *mut Shell {
        let slot = Slot::take(class);
        let stack = Below::new(slot, size_of::<Shell>());
        let at = corosensei::stack::Stack::base(&stack).get() as *mut Shell;
        let inner = Inner::with_stack(stack, |y: &Yielder<*const G, Yield>, g: *const G| {
            let mut g = g;
            loop {
                // SAFETY: whoever resumes a fresh or spare shell passes the goroutine it is for.
                unsafe { super::g::run_entry(g, Suspender(y)) };
                g = y.suspend(Yield::Dead);
            }
        });
        // SAFETY: the top of a stack that is ours alone; `Below` leaves room for a Shell there.
        unsafe { at.write(Shell { inner: ManuallyDrop::new(inner), local: Local::default(), slot }) };
        at
    }

    /// Runs the goroutine in it until it suspends.
    #[inline]
    pub(crate) fn resume(&mut self, g: *const G) -> Yield {
        match self.inner.resume(g) {
            CoroutineResult::Yield(y) => y,
            CoroutineResult::Return(()) => Yield::Dead,
        }
    }

    /// Puts shells without goroutines into the common cache; what is too much is given back.
    pub(crate) fn keep(class: Class, shells: impl Iterator<Item = *mut Shell>) {
        spare(class).lock().list.extend(shells.map(Spare));
    }

    /// Gives back all but `KEEP` shells of this class.
    pub(crate) fn trim(class: Class) {
        Self::give_back(class, usize::MAX, |all| all.list.len());
    }

    /// Gives back at most `most` shells of this class, of those beyond `KEEP` that nobody has needed since
    /// [`Shell::new_period`]. Returns how many went.
    pub(crate) fn give_back_unused(class: Class, most: usize) -> usize {
        Self::give_back(class, most, |all| all.low)
    }

    /// Are there more than are kept?
    pub(crate) fn too_many(class: Class) -> bool {
        spare(class).lock().list.len() > KEEP
    }

    /// From now on it is watched which shells are needed.
    pub(crate) fn new_period(class: Class) {
        let mut all = spare(class).lock();
        all.low = all.list.len();
    }

    fn give_back(class: Class, most: usize, of: impl FnOnce(&Spares) -> usize) -> usize {
        let excess: Vec<Spare> = {
            let mut all = spare(class).lock();
            let n = of(&all).saturating_sub(KEEP).min(most);
            let gone = all.list.drain(..n).collect(); // the coldest
            all.low = all.low.saturating_sub(n).min(all.list.len());
            gone
        };
        let n = excess.len();
        for s in excess {
            // SAFETY: C4, and it is in no list any more.
            unsafe { Self::destroy(s.0) };
        }
        n
    }

    /// Ends a shell, whatever runs in it (C3).
    ///
    /// # Safety
    /// Nobody runs it, and nobody will.
    pub(crate) unsafe fn destroy(shell: *mut Shell) {
        // SAFETY: C3. Nothing on the stack is referred to from outside: waiters are reached only
        // through channels and timers of the same run, which is over when its records drop, and a
        // channel refuses goroutines of another run. Breaks: abandoned_goroutines test.
        unsafe {
            let mut s = shell.read();
            if !s.inner.done() {
                s.inner.force_reset();
            }
            let slot = s.slot;
            let _stack = ManuallyDrop::into_inner(s.inner).into_stack();
            drop(s.local);
            slot.give_back();
        }
    }

    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }
}

/// A virtual thread: a coroutine with a body of its own.
pub(crate) struct Fiber(ManuallyDrop<Inner>);

impl Fiber {
    /// Runs `f` when first resumed.
    pub(crate) fn new<F: FnOnce(Suspender) + 'static>(f: F) -> Self {
        let slot = Slot::take(Class::BIG);
        let body = move |y: &Yielder<*const G, Yield>, _: *const G| f(Suspender(y));
        Self(ManuallyDrop::new(Inner::with_stack(Below::new(slot, 0), body)))
    }

    /// Runs it until it suspends; `None` when it has returned.
    pub(crate) fn resume(&mut self) -> Option<Yield> {
        match self.0.resume(std::ptr::null()) {
            CoroutineResult::Yield(y) => Some(y),
            CoroutineResult::Return(()) => None,
        }
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        // SAFETY: C3; the run is over for it, and nothing else refers to its stack.
        unsafe {
            if !self.0.done() {
                self.0.force_reset();
            }
            let stack = ManuallyDrop::take(&mut self.0).into_stack();
            stack.slot().give_back();
        }
    }
}
