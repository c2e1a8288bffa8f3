//! Stackful coroutines: the shells that goroutines run in, and virtual threads.
//!
//! A goroutine has no stack until it first runs: then it borrows a [`Shell`], a stack with a loop
//! that runs one goroutine after the other. A shell that has just been used is still in the cache, so
//! short goroutines run on a few hot stacks however many are queued.
//!
//! ```text
//!   high  [ Shell: Local, slot             ]   the shell lives at the top of its own stack,
//!         [ loop { run g; leave for good } ]   on the page that is touched anyway
//!         [ frames of the goroutine        ]
//!   low   [ guard                          ]
//! ```
//!
//! Invariants
//!   C1  one thread at a time is on a stack (its goroutine is in one queue, or running)
//!   C2  what lives on a suspended stack is handled as if it were `Send` (the same rule as Go's: a
//!       goroutine may move at any call)
//!   C3  an unfinished coroutine is abandoned, not unwound: like the goroutines that are left when
//!       a Go program exits, its destructors do not run and what its stack owns is leaked
//!   C4  a shell in a cache is suspended in its loop, with no goroutine
//!
//! Rejected: a stack from the start (a million queued goroutines would touch a million pages).
#![allow(unsafe_code)]
use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null_mut;

use super::g::Commit;
use super::lock::Locked;
use super::may::MayPart;
use super::panics::PanicState;
use super::sched::{self, M};
use super::slab::{Class, Slot};
use super::switch::{self, Sp};

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
    /// The same, and both are in their lists already.
    Gone,
}

/// What a goroutine needs only once it runs.
pub(crate) struct Local {
    /// Where its stack was left (X1 of `switch`); of a fresh shell, its loop.
    pub(crate) sp: Cell<Sp>,
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
            sp: Cell::new(null_mut()),
            commit: Cell::default(),
            panics: UnsafeCell::default(),
            locked: Cell::new(0),
            lockedm: Cell::new(std::ptr::null()),
            may: MayPart::default(),
        }
    }
}

/// A stack with a loop that runs one goroutine after the other.
pub(crate) struct Shell {
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
        let at = slot.below_top(size_of::<Shell>());
        #[allow(clippy::cast_ptr_alignment)] // aligned to 64
        let shell = at.cast::<Shell>();
        // SAFETY: the top of a stack that is ours alone, with room for a Shell; below it the rest.
        unsafe {
            let local = Local { sp: Cell::new(switch::prepare(at, sched::shell_loop)), ..Local::default() };
            shell.write(Shell { local, slot });
        }
        shell
    }

    /// Puts shells without goroutines into the common cache. What is too much goes by `trim` and
    /// `give_back_unused`.
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
            let Shell { local, slot } = shell.read();
            drop(local);
            slot.give_back();
        }
    }

    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }
}

/// A virtual thread: a coroutine with a body of its own, resumed by the driver of the platform.
pub(crate) struct Fiber {
    slot: Slot,
    inner: Box<Inner>,
}

type Body = Box<dyn FnOnce(Suspender)>;

struct Inner {
    sp: Cell<Sp>,
    /// Where the driver waits.
    driver: Cell<Sp>,
    why: Cell<Option<Yield>>,
    body: Cell<Option<Body>>,
    /// What the body panicked with.
    panicked: Cell<Option<Box<dyn Any + Send>>>,
}

/// Suspends the fiber it belongs to, whatever stack of its thread this is called on.
#[derive(Clone, Copy)]
pub(crate) struct Suspender(*const Inner);

impl Suspender {
    pub(crate) const NONE: Self = Self(std::ptr::null());

    /// # Safety
    /// Must run on the virtual thread that this came from.
    pub(crate) unsafe fn suspend(self, why: Yield) {
        // SAFETY: a fiber outlives what runs on it, and its driver waits in `resume`.
        unsafe {
            let f = &*self.0;
            f.why.set(Some(why));
            switch::switch(f.sp.as_ptr(), f.driver.get(), 0);
        }
    }
}

extern "C" fn fiber_main(inner: usize) -> ! {
    // SAFETY: `resume` passes its own, which lives as long as the fiber.
    let f = unsafe { &*(inner as *const Inner) };
    if let Some(body) = f.body.take() {
        let done = catch_unwind(AssertUnwindSafe(|| body(Suspender(f))));
        f.panicked.set(done.err());
    }
    loop {
        f.why.set(None);
        // SAFETY: the driver waits in `resume`.
        unsafe { switch::switch(f.sp.as_ptr(), f.driver.get(), 0) };
    }
}

impl Fiber {
    /// Runs `f` when first resumed.
    pub(crate) fn new<F: FnOnce(Suspender) + 'static>(f: F) -> Self {
        let slot = Slot::take(Class::BIG);
        // SAFETY: a stack of our own.
        let sp = unsafe { switch::prepare(slot.below_top(0), fiber_main) };
        let inner = Inner {
            sp: Cell::new(sp),
            driver: Cell::new(null_mut()),
            why: Cell::new(None),
            body: Cell::new(Some(Box::new(f))),
            panicked: Cell::new(None),
        };
        Self { slot, inner: Box::new(inner) }
    }

    /// Runs it until it suspends; `None` when it has returned.
    ///
    /// # Panics
    /// With what the body panicked with.
    pub(crate) fn resume(&self) -> Option<Yield> {
        let f = &*self.inner;
        // SAFETY: X1: it waits where it was left, and only the driver resumes it.
        unsafe { switch::switch(f.driver.as_ptr(), f.sp.get(), std::ptr::from_ref(f) as usize) };
        if let Some(p) = f.panicked.take() {
            resume_unwind(p);
        }
        f.why.get()
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        // SAFETY: C3; the run is over for it, and nothing else refers to its stack.
        unsafe { self.slot.give_back() };
    }
}
