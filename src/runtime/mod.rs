//! Goroutines on threads, as Go does it, as a library.
//!
//! ```text
//!   chan  select  sync  context  time  panics        what a program uses
//!   ───────────────────── seam ─────────────────     spawn park ready yield now sleep blocking
//!          gmp: sched runq timers dead     may       two engines
//!          real: OS threads   virtual: one thread    two platforms (gmp only)
//! ```
//!
//! One scheduler source serves both platforms: a thread is an OS thread or a coroutine, the clock
//! is the machine's or a number. On the virtual platform every choice comes from the seed, so the
//! same seed gives the same recording, byte for byte.
//!
//! ```
//! use bagu::runtime::{self, Config, End};
//! let report = runtime::run(Config::default(), || {
//!     let ch = runtime::Chan::new(0);
//!     let tx = ch.clone();
//!     runtime::spawn(move || tx.send(42));
//!     assert_eq!(ch.recv(), Some(42));
//! });
//! assert_eq!(report.end, End::Ok);
//! ```
//!
//! `unsafe` stands in the modules that move goroutines and raw waiters about; each says so at its
//! head, and `tests/tidy.rs` holds the list.
mod asym;
mod bell;
mod chan;
mod config;
pub mod context;
mod coro;
mod dead;
pub mod error;
mod fault;
mod foreign;
mod g;
mod hchan;
mod lock;
mod lockorder;
mod may;
pub mod net;
mod netpoll;
mod note;
mod overflow;
mod panics;
mod pollstate;
mod preempt;
mod pstate;
mod quit;
mod real;
mod rt;
mod runq;
mod sched;
mod seam;
pub mod select;
mod slab;
mod spinning;
pub mod stack;
mod stw;
mod switch;
pub mod sync;
mod syscall;
mod sysmon;
pub mod time;
mod timers;
mod tls;
mod virt;
mod waitq;

use std::sync::Arc;

use crate::trace::Kind;
use crate::trace::WaitReason;
use crate::trace::event::NO_CAUSE;

pub use chan::{Chan, ChanSnapshot, Iter, Receiver, Sender, TryRecv};
pub use config::{Config, End, Engine, GInfo, Leaked, Platform, Report};
pub use foreign::{Caller, Outside, foreign_thread, outside};
pub use panics::{Defers, catch, func, goexit, recover};
pub use preempt::Signals;

/// Names of the switches that break the runtime on purpose.
pub const FAULT_NAMES: &[&str] = fault::Faults::NAMES;

/// Runs `main` as the main goroutine and returns when it does, or when the program panics,
/// deadlocks or meets a limit. Goroutines that are left are abandoned, as when a Go program exits:
/// their destructors do not run.
pub fn run<F: FnOnce() + Send + 'static>(cfg: Config, main: F) -> Report {
    run_boxed(cfg, Box::new(main))
}

fn run_boxed(cfg: Config, main: Box<dyn FnOnce() + Send>) -> Report {
    panics::quiet_hook();
    overflow::install();
    let rt = Arc::new(rt::Rt::new(cfg));
    if rt.cfg.dump_on_quit {
        quit::answer_for(&rt);
    }
    match rt.cfg.engine {
        Engine::May => may::drive(&rt, main),
        Engine::Gmp => {
            let m0 = rt.sched.new_m(&rt, rt.sched.p(0), false);
            let outer = g::cur_m();
            g::set_cur_m(std::ptr::null());
            seam::spawn(&rt, "", main);
            match &rt.virt {
                Some(v) => {
                    v.start_m(&rt, m0);
                    v.drive(&rt);
                }
                None => real::drive(&rt, m0),
            }
            g::set_cur_m(outer);
        }
    }
    Report {
        elapsed_ns: rt.now(),
        signals: preempt::signals(&rt),
        end: rt.take_end(),
        out: rt.take_out(),
        notes: rt.take_notes(),
        leaked: rt.leaked(),
        threads: rt.note_live_peak(),
        recording: rt.take_recording(),
    }
}

// ── what a program asks of its own run ──

/// Starts a goroutine.
///
/// # Panics
/// Outside a goroutine.
pub fn spawn<F: FnOnce() + Send + 'static>(f: F) {
    go("", f);
}

/// Starts a goroutine with a name for dumps and pictures.
///
/// # Panics
/// Outside a goroutine.
pub fn go<F: FnOnce() + Send + 'static>(name: &str, f: F) {
    let me = g::me();
    seam::spawn(me.rt(), name, f);
    seam::point(me, virt::OP_NS);
}

/// Lets other goroutines run (Go: runtime.Gosched).
pub fn gosched() {
    seam::yield_now();
}

/// Runs a call that blocks its thread; the processor serves others meanwhile.
pub fn run_blocking<R>(f: impl FnOnce() -> R) -> R {
    syscall::run_blocking(f)
}

/// A blocking call that lasts `d` and does nothing else.
pub fn syscall(d: std::time::Duration) {
    syscall::sleep_in_call(d);
}

/// Sets the number of processors and returns the old one; 0 only asks (Go: runtime.GOMAXPROCS).
pub fn gomaxprocs(n: u16) -> u16 {
    stw::gomaxprocs(n)
}

/// Sets how many threads the run may have, and returns the old number (Go: debug.SetMaxThreads). One more
/// ends the program; threads of others do not count.
pub fn set_max_threads(n: usize) -> usize {
    g::me().rt().set_threads_max(n)
}

/// Runs foreign code on the thread's own stack, inside a blocking call (Go: a cgo call).
pub fn cgo<R>(f: impl FnOnce() -> R) -> R {
    stw::cgo(f)
}

/// Computes for `d` without giving way, as a tight loop would.
pub fn burn(d: std::time::Duration) {
    seam::burn(d.as_nanos() as u64);
}

/// Computes for `d` without any safe point: only a signal takes the processor away.
pub fn tight(d: std::time::Duration) {
    seam::tight(d.as_nanos() as u64);
}

/// Ties the goroutine to its thread until [`unlock_os_thread`] was called as often. A goroutine that
/// ends tied takes its thread with it.
pub fn lock_os_thread() {
    seam::lock_thread(true);
}

/// Undoes one [`lock_os_thread`].
pub fn unlock_os_thread() {
    seam::lock_thread(false);
}

/// Number of the thread this runs on (0 on the `may` engine).
#[must_use]
pub fn thread_id() -> u16 {
    // SAFETY: the running thread's record.
    #[allow(unsafe_code)]
    unsafe { g::cur_m().as_ref() }.map_or(0, |m| m.id)
}

/// Number of the processor this runs on (0 on the `may` engine).
#[must_use]
pub fn processor_id() -> u16 {
    sched::cur_p().map_or(0, |p| p.id)
}

/// Can goroutines be stopped by a signal on this platform?
#[must_use]
pub const fn preempts_by_signal() -> bool {
    preempt::SUPPORTED
}

/// One line of the program's output.
pub fn print(line: String) {
    g::me().rt().print(line);
}

/// A number the program measured.
pub fn note(name: &str, n: i64) {
    g::me().rt().note(name, n);
}

/// Is this switch on in the present run?
#[must_use]
pub fn mutated(name: &str) -> bool {
    g::me().rt().cfg.mutation.as_deref() == Some(name)
}

/// Records that a machine's stack moved ([`stack`]), as an event of the running goroutine.
pub(crate) fn stack_moved(m: &stack::Move) {
    let kind = if m.why == stack::Why::Shrink { Kind::StackShrink } else { Kind::StackGrow };
    let (old, new) = (m.old.size().min(u64::from(u32::MAX)) as u32, m.new.size());
    g::me().rt().event(kind, old, new, m.adjusted.min(255) as u8, NO_CAUSE);
}

/// Registers what the monitor calls when no collection has ended for two minutes, with the time in ns of
/// the run (Go: forcegcperiod). It runs without a processor: it may ask for a collection, not do one.
/// False when one is registered. Before the first collection has ended none is forced.
pub fn on_forced_gc(hook: fn(u64)) -> bool {
    g::me().rt().forced_gc.install(hook)
}

/// A collection has ended now.
pub fn gc_ended() {
    let rt = g::me().rt();
    rt.forced_gc.ended(rt.now());
}

/// Ends the run as Go's `throw` does: no deferred call runs, nobody recovers.
///
/// # Panics
/// Outside a goroutine.
pub fn throw(text: &str) -> ! {
    g::me().rt().fatal(text)
}

/// The configuration of the present run.
#[must_use]
pub fn config() -> Config {
    g::me().rt().cfg.clone()
}

/// Goroutines alive now.
#[must_use]
pub fn num_goroutine() -> usize {
    g::me().rt().live()
}

/// Every goroutine alive now, by id.
#[must_use]
pub fn goroutines() -> Vec<GInfo> {
    g::me().rt().goroutines()
}

/// A goroutine dump in Go's form.
#[must_use]
pub fn dump() -> String {
    dead::dump(&goroutines())
}

/// A goroutine profile: equal goroutines once, with their number, the most numerous first.
#[must_use]
pub fn profile() -> String {
    dead::profile(&goroutines())
}

/// Threads created so far. On the `may` engine: its workers.
#[must_use]
pub fn threads() -> usize {
    let rt = g::me().rt();
    if may::is_may(rt) { may::workers() } else { rt.sched.threads() }
}

/// Timers waiting in a heap. The processors are asked one after the other: while a goroutine sets and stops
/// timers and moves between processors, one may be met on each.
#[must_use]
pub fn timers_in_heap() -> usize {
    g::me().rt().sched.timers_in_heap()
}

/// Blocks for ever, as `select {}` does.
pub fn select_forever() -> ! {
    // SAFETY: no commit function.
    #[allow(unsafe_code)]
    unsafe {
        seam::park(g::me(), WaitReason::SelectNoCases, 0, None);
    }
    seam::halt()
}
