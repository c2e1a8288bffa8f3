//! Everything a demo may use. Names are Go's where Go has one.
//!
//! A demo is an ordinary program: it starts goroutines, sends, selects, prints with [`out!`](crate::out)
//! and notes numbers with [`note`]. What it claims is checked afterwards on what was seen.
use std::fmt::Debug;
use std::time::Duration;

pub use super::demo::{Claim, Demo, Fidelity, GoMatch, Mutation, Picture, Setup, Verdict};
pub use super::models::{Call, Model, Took, Work, bytes_each, on_threads, round_trip_ns, same_work};
pub use super::seen::{End, Leaked, Seen};
pub use crate::out;
pub use crate::runtime::context::{
    Cancel, CancelCause, Context, Ctx, Key, StopFn, after_func as context_after_func, background, canceled, cause,
    custom, deadline_exceeded, nil as nil_ctx, todo, with_cancel, with_cancel_cause, with_deadline,
    with_deadline_cause, with_timeout, with_timeout_cause, with_value, without_cancel,
};
pub use crate::runtime::error::Error;
pub use crate::runtime::net::{Addr, Conn, Listener, NetError, Udp, dial, listen};
pub use crate::runtime::select::{Got, Select};
pub use crate::runtime::stack;
pub use crate::runtime::sync::{Atomic, Cond, Group, Mutex, Once, RWMutex, Semaphore, Var, WaitGroup};
pub use crate::runtime::time::{Ticker, Time, Timer, after, after_func, now, sleep};
pub use crate::runtime::{
    Caller, Chan, ChanSnapshot, Defers, GInfo, Receiver, Sender, TryRecv, burn, catch, cgo, dump, foreign_thread, func,
    go, goexit, gomaxprocs, goroutines, gosched, lock_os_thread, mutated, note, num_goroutine, outside,
    preempts_by_signal, processor_id, profile, recover, run_blocking, select_forever, set_max_threads, syscall,
    thread_id, threads, throw, tight, timers_in_heap, unlock_os_thread,
};
pub use crate::select;
pub use crate::trace::text::sched_line;
pub use crate::trace::{Event, Kind, Recording, State, WaitReason};

/// One printed line of the demo.
#[macro_export]
macro_rules! out {
    ($($arg:tt)*) => { $crate::runtime::print(format!($($arg)*)) };
}

/// `make(chan T, cap)`.
#[must_use]
pub fn chan<T: Send + 'static>(cap: usize) -> Chan<T> {
    Chan::new(cap)
}

/// A channel with a name, whose values show in pictures.
#[must_use]
pub fn named<T: Send + Debug + 'static>(name: &str, cap: usize) -> Chan<T> {
    Chan::named(name, cap)
}

/// `errors.New`.
#[must_use]
pub fn error(text: &str) -> Error {
    Error::new(text)
}

/// Milliseconds.
#[must_use]
pub const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Microseconds.
#[must_use]
pub const fn us(n: u64) -> Duration {
    Duration::from_micros(n)
}

/// Seconds.
#[must_use]
pub const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Puts the moves a stack machine made since the last time into the recording.
pub fn tell_moves(m: &mut stack::Machine) {
    m.untold_moves().iter().for_each(crate::runtime::stack_moved);
}

/// Processors of this run (GOMAXPROCS).
#[must_use]
pub fn procs() -> u16 {
    crate::runtime::config().procs
}

/// Runs `f` as the main goroutine of a fresh run with the same engine, platform, seed and
/// mutation: how a demo shows a deadlock, a panic or a leak and lives on.
///
/// # Panics
/// On the `may` engine, which cannot host a run inside a run (set `Setup::may` to false).
pub fn case<F: FnOnce() + Send + 'static>(label: &str, f: F) -> Seen {
    let cfg = crate::runtime::config();
    assert!(cfg.engine == crate::runtime::Engine::Gmp, "case({label}) needs the gmp engine");
    super::world::seen(crate::runtime::run(cfg, f))
}
