//! The preemption signals of one thread: at most one underway, and every one accounted for.
//!
//! The kernel merges signals of a kind that wait for the same thread, and drops those of a thread that
//! ends. So nobody sends while one is underway, and a thread that ends first shuts its mail, waiting for
//! the one that is. Then what was sent equals what arrived, and a test can ask for that.
//!
//! A run inside a goroutine of another run has its first thread in common with it: the mails of one
//! thread are a chain, opened and closed as its calls nest, and a signal counts for each of them that
//! waits for one.
//!
//! Go: runtime/signal_unix.go preemptM (m.signalPending), there for the sake of slow kernels (go1.27.3)
#![allow(unsafe_code)]
use std::cell::Cell;
use std::ops::AddAssign;
use std::ptr::null;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU8, AtomicU64};

use crate::runtime::rt::Rt;

/// What became of a signal.
#[derive(Clone, Copy)]
pub(crate) enum Fate {
    Stopped,
    Refused,
    NoGoroutine,
    NotAsked,
    NoRoom,
}

/// Of one thread of a run.
pub(crate) struct Mail {
    /// The thread's number in the system; 0 before it runs and after its end.
    os: AtomicU64,
    state: AtomicU8,
    /// *owner*: the mail of the run around this one.
    outer: Cell<*const Mail>,
    sent: AtomicU64,
    fates: [AtomicU64; 5],
    misplaced: AtomicU64,
    with_lock: AtomicU64,
}

const SHUT: u8 = 0;
const FREE: u8 = 1;
const UNDERWAY: u8 = 2;

thread_local! {
    /// The innermost mail of this thread.
    static MAIL: Cell<*const Mail> = const { Cell::new(null()) };
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            os: AtomicU64::new(0),
            state: AtomicU8::new(SHUT),
            outer: Cell::new(null()),
            sent: AtomicU64::new(0),
            fates: Default::default(),
            misplaced: AtomicU64::new(0),
            with_lock: AtomicU64::new(0),
        }
    }
}

impl Mail {
    /// The calling thread, `os`, takes signals from now on.
    pub(crate) fn open(&self, os: u64) {
        self.os.store(os, Relaxed);
        self.outer.set(MAIL.replace(self));
        self.state.store(FREE, Release);
    }

    /// The calling thread takes no more. Waits for the one that is underway.
    pub(crate) fn close(&self) {
        while self.state.compare_exchange(FREE, SHUT, AcqRel, Relaxed).is_err() {
            std::thread::yield_now(); // the signal comes at the latest when a system call returns
        }
        let inner = MAIL.replace(self.outer.replace(null()));
        debug_assert!(std::ptr::eq(inner, self), "mails are closed in the order of their opening, turned round");
        self.os.store(0, Release);
    }

    /// Where to send a signal, if none is underway. It must be sent.
    pub(crate) fn begin(&self) -> Option<u64> {
        self.state.compare_exchange(FREE, UNDERWAY, AcqRel, Relaxed).ok()?;
        self.sent.fetch_add(1, Relaxed);
        Some(self.os.load(Relaxed))
    }

    /// Its thread is in the run.
    pub(crate) fn is_open(&self) -> bool {
        self.os.load(Acquire) != 0
    }

    /// It could not be sent after all.
    pub(crate) fn take_back(&self) {
        if self.arrived() {
            self.sent.fetch_sub(1, Relaxed);
        }
    }

    /// One has come. False: none was underway.
    fn arrived(&self) -> bool {
        self.state.compare_exchange(UNDERWAY, FREE, AcqRel, Relaxed).is_ok()
    }

    /// In the handler: `decide` says what becomes of the signal, if it was for this mail, and the thread
    /// runs nothing further in.
    pub(crate) fn receive(own: Option<&Self>, decide: impl FnOnce() -> Fate) {
        let inner = MAIL.get();
        let mut decide = Some(decide).filter(|_| own.is_some_and(|m| std::ptr::eq(m, inner)));
        let mut at = inner;
        // SAFETY: a mail stays where it is while it is open.
        while let Some(m) = unsafe { at.as_ref() } {
            // Before the look at the flag: who asks from now on sends another.
            if m.arrived() {
                let fate = decide.take().map_or(Fate::NoGoroutine, |decide| decide());
                m.fates[fate as usize].fetch_add(1, Relaxed);
            }
            decide = None;
            at = m.outer.get();
        }
    }

    /// A goroutine was stopped where none may be.
    pub(crate) fn misplaced(&self, with_lock: bool) {
        self.misplaced.fetch_add(1, Relaxed);
        self.with_lock.fetch_add(u64::from(with_lock), Relaxed);
    }
}

// SAFETY: `outer` is touched by the thread itself, the rest is atomic. Breaks: tests/conformance/storm.rs.
unsafe impl Sync for Mail {}
// SAFETY: as above.
unsafe impl Send for Mail {}

/// Preemption signals and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    pub sent: u64,
    /// Stopped a goroutine.
    pub stopped: u64,
    /// Met code of a goroutine that may not be stopped: the program's, the runtime's, the allocator's.
    pub refused: u64,
    /// Met a thread on its own stack, where the scheduler runs, or in a blocking call.
    pub no_goroutine: u64,
    /// Met a goroutine that nobody asked to give way, or no longer.
    pub not_asked: u64,
    /// Met a goroutine that is near the end of its stack.
    pub no_room: u64,
    /// Of those that stopped one: outside the code that may be stopped, off the goroutine's own stack, or
    /// with a lock of the runtime held. Always 0, but for the fault `preempt-anywhere`.
    pub misplaced: u64,
    /// Of the misplaced: with a lock of the runtime held (known in debug builds only).
    pub with_lock: u64,
}

impl Signals {
    /// All that arrived.
    #[must_use]
    pub fn arrived(&self) -> u64 {
        self.stopped + self.refused + self.no_goroutine + self.not_asked + self.no_room
    }
}

impl AddAssign for Signals {
    fn add_assign(&mut self, o: Self) {
        self.sent += o.sent;
        self.stopped += o.stopped;
        self.refused += o.refused;
        self.no_goroutine += o.no_goroutine;
        self.not_asked += o.not_asked;
        self.no_room += o.no_room;
        self.misplaced += o.misplaced;
        self.with_lock += o.with_lock;
    }
}

/// Of all threads of a run that have ended.
pub(crate) fn signals(rt: &Rt) -> Signals {
    let mut all = Signals::default();
    for m in rt.sched.all_m() {
        // SAFETY: thread records live as long as the run.
        let mail = unsafe { &(*m).mail };
        if mail.os.load(Acquire) != 0 {
            continue;
        }
        let n = |a: &AtomicU64| a.load(Relaxed);
        let [stopped, refused, no_goroutine, not_asked, no_room] = mail.fates.each_ref().map(n);
        let (sent, misplaced, with_lock) = (n(&mail.sent), n(&mail.misplaced), n(&mail.with_lock));
        all += Signals { sent, stopped, refused, no_goroutine, not_asked, no_room, misplaced, with_lock };
    }
    all
}
