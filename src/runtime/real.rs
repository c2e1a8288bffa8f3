//! The real platform: threads are OS threads, watched by `sysmon`.
#![allow(unsafe_code)]
use std::sync::atomic::Ordering::Acquire;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::g;
use super::rt::Rt;
use super::sched::{self, M};
use super::{preempt, sysmon};

/// How long the end of a run waits for threads that are still inside a goroutine.
pub(crate) const LINGER: Duration = Duration::from_millis(500);

struct Ptr(*const M);
// SAFETY: an M may be used by the thread that it stands for.
unsafe impl Send for Ptr {}

/// The run for threads that may outlive it.
pub(crate) fn weak(rt: &Rt) -> Weak<Rt> {
    let rt = std::ptr::from_ref(rt);
    // SAFETY: a run is always inside an `Arc` (see `run`), and alive: the caller borrows it. The count is
    // raised first, for the temporary owner.
    unsafe {
        Arc::increment_strong_count(rt);
        Arc::downgrade(&Arc::from_raw(rt))
    }
}

/// Starts the OS thread for `m`.
pub(crate) fn start_thread(rt: &Rt, m: *const M) {
    // SAFETY: on the real platform an `Rt` is always inside an `Arc` (see `run`), and it is alive:
    // the caller borrows it. The new thread keeps it alive by its own count.
    let rt = unsafe {
        Arc::increment_strong_count(std::ptr::from_ref(rt));
        Arc::from_raw(std::ptr::from_ref(rt))
    };
    let m = Ptr(m);
    let started = std::thread::Builder::new().name("bagu-m".into()).spawn(move || {
        let m = m;
        body(&rt, m.0);
        g::set_cur_m(std::ptr::null());
    });
    if let Err(e) = started {
        // Go: runtime: failed to create new OS thread
        eprintln!("fatal error: newosproc: {e}");
        std::process::exit(2);
    }
}

/// The life of one thread.
fn body(rt: &Rt, m: *const M) {
    // SAFETY: records of threads live as long as the run.
    let m = unsafe { &*m };
    g::set_cur_m(m);
    m.mail.open(preempt::own_id());
    sched::mstart(rt, m);
    m.mail.close();
}

/// Runs the first thread on the caller's, and waits for the others to stop.
pub(crate) fn drive(rt: &Arc<Rt>, m0: *const M) {
    let outer = g::cur_m();
    preempt::install();
    let watch = Arc::clone(rt);
    let sysmon = std::thread::Builder::new().name("bagu-sysmon".into()).spawn(move || sysmon::run(&watch));
    if rt.cfg.storm_ns > 0 {
        let rt = Arc::clone(rt);
        drop(std::thread::Builder::new().name("bagu-storm".into()).spawn(move || preempt::storm(&rt)));
    }
    body(rt, m0);
    g::set_cur_m(outer);
    let begun = Instant::now();
    while rt.sched.running_threads.load(Acquire) > 0 && begun.elapsed() < LINGER {
        rt.sched.wake_everybody(rt);
        sysmon::stop_runners(rt);
        std::thread::sleep(Duration::from_micros(50));
    }
    // The monitor ends by itself; nothing waits for it.
    drop(sysmon);
}

/// Puts the thread to sleep for at least `d`, signals or not.
///
/// Not `std::thread::sleep`: interrupted, it goes on with what is left plus the kernel's timer slack of
/// 50 µs, so signals that come more often than that keep it asleep for ever. Parking waits for a moment.
pub(crate) fn sleep(d: Duration) {
    let end = Instant::now() + d;
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|d| !d.is_zero()) {
        std::thread::park_timeout(left);
    }
}
