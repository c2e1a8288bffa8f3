//! Threads that the runtime did not make, and how goroutine code runs on them.
//!
//! ```text
//!   call     borrow an extra M (first time)   needm
//!            a goroutine for the callback, tied to this thread
//!            an idle P: run; none: the global queue, and wait until a P is brought   exitsyscall
//!            … it may block on channels; its thread waits with it …
//!            give the P up
//!   release  the M goes back to the list                                             dropm
//! ```
//!
//! Invariants
//!   X1  an extra M is in the list or with one [`Caller`], and only that caller's thread uses it
//!   X2  the list never becomes empty: who takes the last one makes another. That one is never idle for
//!       the deadlock check, as in Go: from the first [`outside`] on somebody may always call in
//!   X3  a callback's goroutine runs on its caller's thread alone, so what it borrows from the caller's
//!       frame lives; when the run ends first, it is abandoned and never runs again
//!
//! On threads anybody may call. A virtual thread must be a coroutine of the platform: there
//! [`foreign_thread`] makes it, its code computes for free and lets time pass by [`Caller::sleep`].
//!
//! Two differences to Go: each callback is a goroutine with an id of its own (Go uses the extra M's one
//! goroutine again), and a goroutine's own thread, in [`cgo`](super::cgo), cannot call back.
//!
//! Go: runtime/proc.go needm, needAndBindM, dropm, oneNewExtraM; runtime/cgocall.go cgocallbackg (go1.27.3)
#![allow(unsafe_code)]
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null;
use std::rc::Rc;
use std::sync::Weak;
use std::time::Duration;

use super::coro::{Suspender, Yield};
use super::g;
use super::lock::Locked;
use super::rt::Rt;
use super::sched::M;
use super::{End, may, panics, preempt, real};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// Depth of a callback's tie to its thread: more than the program can undo.
const TIED: u32 = 1 << 30;

/// Extra Ms that nobody has borrowed (X1, X2).
#[derive(Default)]
pub(crate) struct ExtraMs(Locked<Vec<Extra>>);

struct Extra(*const M);
// SAFETY: X1: nobody uses it; records of threads live as long as the run.
unsafe impl Send for Extra {}

impl ExtraMs {
    /// Opens the list.
    fn open(&self, rt: &Rt) {
        Self::at_least_one(rt, &mut self.0.lock());
    }

    fn borrow(&self, rt: &Rt) -> *const M {
        let mut list = self.0.lock();
        Self::at_least_one(rt, &mut list);
        let m = list.pop().map_or(null(), |e| e.0);
        Self::at_least_one(rt, &mut list);
        m
    }

    /// X2. Under the lock, so that no more are made than are needed.
    fn at_least_one(rt: &Rt, list: &mut Vec<Extra>) {
        if list.is_empty() {
            list.push(Extra(rt.sched.new_extra_m(rt)));
        }
    }
}

/// The way into a run for threads that it did not make.
#[derive(Clone)]
pub struct Outside(Weak<Rt>);

/// Opens the present run to foreign threads. From here on no deadlock is reported, as in a Go program with
/// cgo: somebody may always call in.
///
/// # Panics
/// Outside a goroutine, and on the `may` engine.
#[must_use]
pub fn outside() -> Outside {
    let rt = g::me().rt();
    assert!(!may::is_may(rt), "foreign threads need the gmp engine");
    rt.extra.open(rt);
    Outside(real::weak(rt))
}

impl Outside {
    /// The calling thread as a caller of this run; nothing is borrowed before it calls.
    ///
    /// # Panics
    /// When called by a thread of a run, and on the virtual platform, whose threads are made by
    /// [`foreign_thread`].
    #[must_use]
    pub fn attach(&self) -> Caller {
        assert!(g::cur_m().is_null(), "a thread of the runtime is no foreign thread");
        let of_virtual = self.0.upgrade().is_some_and(|rt| rt.virt.is_some());
        assert!(!of_virtual, "a foreign thread of the virtual platform is made by foreign_thread");
        Caller { home: Home::Real(self.0.clone()), m: Rc::default() }
    }
}

/// Starts a thread that is not the runtime's. It ends when `f` returns; the run does not wait for it.
///
/// # Panics
/// As [`outside`].
pub fn foreign_thread<F: FnOnce(&Caller) + Send + 'static>(f: F) {
    let out = outside();
    let rt = g::me().rt();
    let Some(v) = &rt.virt else {
        if let Err(e) = std::thread::Builder::new().name("foreign".into()).spawn(move || f(&out.attach())) {
            eprintln!("runtime: cannot start a foreign thread: {e}");
            std::process::exit(2);
        }
        return;
    };
    let home: *const Rt = rt;
    v.start_foreign(move |suspender, m| f(&Caller { home: Home::Virtual(home, suspender), m }));
}

enum Home {
    Real(Weak<Rt>),
    /// The run drives its virtual threads, so it is there when one of them runs.
    Virtual(*const Rt, Suspender),
}

/// A foreign thread that may call goroutine code. It keeps the thread record it borrowed until it is
/// dropped, or [`Caller::release`].
pub struct Caller {
    home: Home,
    m: Rc<Cell<*const M>>,
}

impl Caller {
    /// Runs `f` in a goroutine, on this thread, and returns what it returns. It waits for a processor like
    /// any goroutine that comes back from a blocking call, and may block. `None`: the run ended before.
    ///
    /// A panic in `f` ends the program, `Goexit` too: the frames below are foreign.
    ///
    /// # Panics
    /// When called inside a callback of this thread.
    pub fn call<R>(&self, f: impl FnOnce() -> R) -> Option<R> {
        let (held, rt);
        match &self.home {
            Home::Real(weak) => {
                held = weak.upgrade()?;
                rt = &*held;
            }
            // SAFETY: see `Home::Virtual`.
            Home::Virtual(home, _) => rt = unsafe { &**home },
        }
        assert!(g::cur().is_null(), "a callback inside a callback: call the function itself");
        if rt.is_dying() {
            return None;
        }
        let borrowed = self.m.get().is_null();
        if borrowed {
            self.borrow(rt);
        }
        // SAFETY: X1; records of threads live as long as the run.
        let m = unsafe { &*self.m.get() };
        let outer = g::cur_m();
        g::set_cur_m(m);
        let real = rt.virt.is_none();
        if real {
            // For this call only: afterwards the record may be gone before the thread notices.
            m.mail.open(preempt::own_id());
        }
        rt.event(Kind::CgoCallback, u32::from(m.id), u64::from(borrowed), 1, NO_CAUSE);
        let job = Job { f: Cell::new(Some(f)), out: Cell::new(None), done: Cell::new(false) };
        let gp = rt.sched.foreign_g(rt, m, TIED);
        let body = Body(body_of(&job), (&raw const job).cast());
        // SAFETY: fresh, ours alone.
        unsafe { (*gp).set_entry(move || body.run()) };
        rt.sched.run_foreign(rt, m, gp, &job.done);
        if real {
            m.mail.close();
        }
        g::set_cur_m(outer);
        job.out.take()
    }

    /// Time passes in foreign code; the runtime knows nothing of it.
    pub fn sleep(&self, d: Duration) {
        match &self.home {
            Home::Real(_) => std::thread::sleep(d),
            // SAFETY: see `Home::Virtual`; on the foreign thread's own stack.
            Home::Virtual(rt, s) => unsafe {
                let until = (**rt).now() + d.as_nanos() as u64;
                s.suspend(Yield::SleepM(Some(until)));
            },
        }
    }

    /// Gives the borrowed thread record back now (before Go 1.21: after each callback).
    pub fn release(&self) {
        let m = self.m.replace(null());
        if m.is_null() {
            return;
        }
        let back = |rt: &Rt| rt.extra.0.lock().push(Extra(m));
        match &self.home {
            Home::Real(weak) => _ = weak.upgrade().map(|rt| back(&rt)),
            // SAFETY: see `Home::Virtual`.
            Home::Virtual(rt, _) => back(unsafe { &**rt }),
        }
    }

    fn borrow(&self, rt: &Rt) {
        let m = rt.extra.borrow(rt);
        // SAFETY: X1.
        unsafe {
            match &self.home {
                Home::Real(_) => preempt::install(),
                Home::Virtual(_, s) => (*m).suspender.set(*s),
            }
        }
        self.m.set(m);
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.release();
    }
}

/// What the goroutine of a callback runs, and where its result goes: in the frame of the caller.
struct Job<F, R> {
    f: Cell<Option<F>>,
    out: Cell<Option<R>>,
    done: Cell<bool>,
}

/// A job without its types, which need not be static: they outlive the goroutine (X3).
#[derive(Clone, Copy)]
struct Body(unsafe fn(*const ()), *const ());
// SAFETY: X3: used on the thread it came from.
unsafe impl Send for Body {}

impl Body {
    fn run(self) {
        // SAFETY: `body_of` paired the two; the caller waits.
        unsafe { (self.0)(self.1) }
    }
}

fn body_of<F: FnOnce() -> R, R>(_: &Job<F, R>) -> unsafe fn(*const ()) {
    run::<F, R>
}

/// What the goroutine of a callback runs.
///
/// # Safety
/// `job` points to a `Job<F, R>` of a waiting [`Caller::call`].
unsafe fn run<F: FnOnce() -> R, R>(job: *const ()) {
    // SAFETY: the caller's promise.
    let job = unsafe { &*job.cast::<Job<F, R>>() };
    let end = catch_unwind(AssertUnwindSafe(|| job.out.set(job.f.take().map(|f| f()))));
    let g = g::me();
    // Its end must not end the thread. That the thread runs nobody else stays until `run_foreign`
    // has it back.
    g.local().locked.set(0);
    g.local().lockedm.set(null());
    job.done.set(true);
    if let Err(e) = end {
        if panics::is_goexit(&*e) {
            let text = "runtime.Goexit called in a thread that was not created by the Go runtime";
            g.rt().finish(End::Fatal(text.into()));
        }
        resume_unwind(e);
    }
}
