//! The goroutine record, and "who am I".
//!
//! Invariants
//!   G1  a `G` lives at one address until its run is torn down (records are recycled, not freed), so
//!       a raw pointer in a queue or a waiter never dangles
//!   G2  fields marked *owner* are touched only by the thread that runs the goroutine, or by the
//!       thread that holds it between leaving one queue and running it
//!
//! The waiter record (G3) is in `waitq`.
//! Go: runtime/runtime2.go g (go1.27.3)
#![allow(unsafe_code)]
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32};

use super::coro::{Local, Shell};
use super::rt::Rt;
use super::sched::M;
use crate::trace::WaitReason;

pub(crate) use super::waitq::{Sudog, WaitQ};

/// Where a goroutine is in its life.
///
/// | value | meaning | who moves it on |
/// |---|---|---|
/// | Idle | a recycled record | `spawn` → Runnable |
/// | Runnable | in exactly one run queue | the thread that takes it → Running |
/// | Running | on a thread | itself → Waiting, Runnable, Dead |
/// | Waiting | in a wait queue or timer | `ready` → Runnable |
/// | Syscall | on a thread, in a blocking call | itself → Running, Runnable |
/// | Dead | its function returned | the free list → Idle |
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Status {
    Idle,
    Runnable,
    Running,
    Waiting,
    /// In a blocking call.
    Syscall,
    Dead,
}

/// Runs once the goroutine is switched away, on the stack that its thread has turned to: the next goroutine's
/// (`sched::leave`), or the thread's own. So it asks nothing of "who am I". See `Local::commit` of `coro`.
pub(crate) type Commit = unsafe fn(*const ());

/// Words of a closure that fits into the record itself.
const ENTRY_WORDS: usize = 6;

/// One goroutine: two cache lines. What it needs only while it runs is in [`Local`], on its stack.
#[repr(C, align(128))]
pub(crate) struct G {
    /// The run it belongs to.
    pub(crate) rt: *const Rt,
    /// *owner*: the thread it runs on; null on the `may` engine and while not running.
    pub(crate) m: Cell<*const M>,
    /// *owner*: the stack it runs on; null before it first ran and after it ended.
    pub(crate) shell: Cell<*mut Shell>,
    /// The waiter record that was served; written by the waker before `ready`.
    pub(crate) param: Cell<*mut Sudog>,
    /// Set to 1 by whoever wins the right to wake a `select` (CAS from 0).
    pub(crate) select_done: AtomicU32,
    /// Asked to give the processor up at the next safe point.
    pub(crate) preempt: AtomicBool,
    pub(crate) status: AtomicU8,
    pub(crate) wait: AtomicU8,
    /// Sequence number of the event that made it runnable.
    pub(crate) wake_seq: AtomicU32,
    pub(crate) id: AtomicU32,
    /// Text id of its name.
    pub(crate) name: AtomicU32,
    pub(crate) parent: AtomicU32,
    pub(crate) wait_obj: AtomicU32,
    /// *owner*: its function, until it first runs.
    call: Cell<Option<unsafe fn(*mut ())>>,
    data: UnsafeCell<[MaybeUninit<usize>; ENTRY_WORDS]>,
    /// Where its `Local` is: in its shell, or on the heap for the `may` engine.
    local: Cell<*const Local>,
}

const _: () = assert!(size_of::<G>() == 128);

// SAFETY: G2 says who may touch which field; shared ones are atomics. Breaks: the conformance
// suite on the real platform under repeated runs.
unsafe impl Send for G {}
// SAFETY: as above.
unsafe impl Sync for G {}

impl G {
    pub(crate) fn new(rt: *const Rt) -> Self {
        Self {
            rt,
            m: Cell::new(null()),
            shell: Cell::new(null_mut()),
            param: Cell::new(null_mut()),
            select_done: AtomicU32::new(0),
            preempt: AtomicBool::new(false),
            status: AtomicU8::new(Status::Idle as u8),
            wait: AtomicU8::new(0),
            wake_seq: AtomicU32::new(crate::trace::event::NO_CAUSE),
            id: AtomicU32::new(0),
            name: AtomicU32::new(0),
            parent: AtomicU32::new(0),
            wait_obj: AtomicU32::new(0),
            call: Cell::new(None),
            data: UnsafeCell::new([MaybeUninit::uninit(); ENTRY_WORDS]),
            local: Cell::new(null()),
        }
    }

    #[inline]
    pub(crate) fn rt(&self) -> &Rt {
        // SAFETY: a run outlives its goroutine records (G1; Rt owns them).
        unsafe { &*self.rt }
    }
    #[inline]
    pub(crate) fn id(&self) -> u32 {
        self.id.load(Relaxed)
    }
    #[inline]
    pub(crate) fn set_status(&self, s: Status) {
        self.status.store(s as u8, Relaxed);
    }
    pub(crate) fn status(&self) -> Status {
        match self.status.load(Relaxed) {
            0 => Status::Idle,
            1 => Status::Runnable,
            2 => Status::Running,
            3 => Status::Waiting,
            4 => Status::Syscall,
            _ => Status::Dead,
        }
    }
    pub(crate) fn wait_reason(&self) -> WaitReason {
        WaitReason::from_u8(self.wait.load(Relaxed))
    }

    /// What a goroutine that has begun to run keeps on its stack.
    #[inline]
    pub(crate) fn local(&self) -> &Local {
        debug_assert!(!self.local.get().is_null(), "a goroutine that never ran has no local part");
        // SAFETY: set before the goroutine first runs, valid until it ends (G2).
        unsafe { &*self.local.get() }
    }
    pub(crate) fn set_local(&self, local: *const Local) {
        self.local.set(local);
    }
    pub(crate) fn has_local(&self) -> bool {
        !self.local.get().is_null()
    }

    /// Stores the function to run: in the record when it is small, else on the heap.
    pub(crate) fn set_entry<F: FnOnce() + Send + 'static>(&self, f: F) {
        unsafe fn inline<F: FnOnce()>(data: *mut ()) {
            // SAFETY: `set_entry` wrote an F here; taken out once.
            unsafe { data.cast::<F>().read()() };
        }
        unsafe fn boxed<F: FnOnce()>(data: *mut ()) {
            // SAFETY: `set_entry` wrote a boxed F here; taken out once.
            unsafe { data.cast::<Box<F>>().read()() };
        }
        let fits = size_of::<F>() <= size_of::<usize>() * ENTRY_WORDS && align_of::<F>() <= align_of::<usize>();
        // SAFETY: the record is ours alone, and the size was checked.
        unsafe {
            if fits {
                self.data.get().cast::<F>().write(f);
                self.call.set(Some(inline::<F>));
            } else {
                self.data.get().cast::<Box<F>>().write(Box::new(f));
                self.call.set(Some(boxed::<F>));
            }
        }
    }

    /// Runs the stored function.
    ///
    /// # Safety
    /// Once after each `set_entry`, on the goroutine's own stack.
    pub(crate) unsafe fn call_entry(&self) {
        if let Some(f) = self.call.take() {
            // SAFETY: paired with the data by `set_entry`.
            unsafe { f(self.data.get().cast()) };
        }
    }
}

/// Starts loading the two lines of a record that will be used soon.
#[inline]
pub(crate) fn prefetch(soon: *const G) {
    fetch(soon.cast(), 2);
}

/// Starts loading the head of the stack that a record's goroutine will go on with.
#[inline]
pub(crate) fn prefetch_shell(of: *const G) {
    // SAFETY: a record of this run (G1), or null; for the reading see `prefetch_frames`.
    unsafe {
        if let Some(g) = of.as_ref() {
            fetch((&raw const g.shell).cast::<*const u8>().read_volatile(), 2);
        }
    }
}

/// Starts loading the innermost frames of that stack.
#[inline]
pub(crate) fn prefetch_frames(of: *const G) {
    // SAFETY: a record of this run (G1), or null. Another thread may steal, run and end it meanwhile: by the
    // language's rules that is a race on the words read here, by the machine's a word old or new, which
    // volatile reads keep to one load each. It is only fetched, and stacks stay mapped for ever.
    unsafe {
        if let Some(g) = of.as_ref() {
            let local = (&raw const g.local).cast::<*const Local>().read_volatile();
            if !local.is_null() {
                fetch((&raw const (*local).sp).cast::<*const u8>().read_volatile(), 4);
            }
        }
    }
}

/// Starts loading `lines` cache lines.
#[inline]
fn fetch(at: *const u8, lines: usize) {
    #[cfg(target_arch = "x86_64")]
    for i in 0..lines {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch of any address is harmless.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.wrapping_add(64 * i).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (at, lines);
}

pub(crate) use super::tls::{cur_m, set_cur_m};

/// The running goroutine, null on a thread's own stack.
#[inline]
pub(crate) fn cur() -> *const G {
    let m = cur_m();
    if m.is_null() {
        return super::may::cur();
    }
    // SAFETY: a thread's record lives while the thread is in its run.
    unsafe { (*m).curg.get() }
}

/// The running goroutine.
///
/// # Panics
/// When called outside one: channels, sleep and locks need a goroutine to put to sleep.
#[inline]
pub(crate) fn me() -> &'static G {
    let g = cur();
    assert!(!g.is_null(), "goroutine operations work only inside a goroutine (see Runtime::run)");
    // SAFETY: G1; the reference is used only by the goroutine itself, which ends before its record.
    unsafe { &*g }
}
