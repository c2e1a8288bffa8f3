//! The real platform: threads are OS threads, and a small sysmon asks long runners to yield.
#![allow(unsafe_code)]
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::time::{Duration, Instant};

use super::g;
use super::rt::Rt;
use super::sched::{self, M};

/// A goroutine that ran this long is asked to yield at its next scheduling point (Go: forcePreemptNS).
const SLICE: Duration = Duration::from_millis(10);
/// How long the end of a run waits for threads that are still inside a goroutine.
const LINGER: Duration = Duration::from_millis(500);

struct Ptr(*const M);
// SAFETY: an M may be used by the thread that it stands for.
unsafe impl Send for Ptr {}

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
        g::set_cur_m(m.0);
        // SAFETY: records of threads live as long as the run.
        sched::mstart(&rt, unsafe { &*m.0 });
        g::set_cur_m(std::ptr::null());
    });
    if let Err(e) = started {
        // Go: runtime: failed to create new OS thread
        eprintln!("fatal error: newosproc: {e}");
        std::process::exit(2);
    }
}

/// Runs the first thread on the caller's, and waits for the others to stop.
pub(crate) fn drive(rt: &Arc<Rt>, m0: *const M) {
    let (outer_g, outer_m) = (g::cur(), g::cur_m());
    let watch = Arc::clone(rt);
    let sysmon = std::thread::Builder::new().name("bagu-sysmon".into()).spawn(move || sysmon(&watch));
    g::set_cur(std::ptr::null());
    g::set_cur_m(m0);
    // SAFETY: as above.
    sched::mstart(rt, unsafe { &*m0 });
    g::set_cur_m(outer_m);
    g::set_cur(outer_g);
    let begun = Instant::now();
    while rt.sched.running_threads.load(Acquire) > 0 && begun.elapsed() < LINGER {
        rt.sched.wake_everybody(rt);
        std::thread::sleep(Duration::from_micros(50));
    }
    if let Ok(t) = sysmon {
        t.thread().unpark();
        // It ends by itself; nothing waits for it.
        drop(t);
    }
}

/// Looks every slice whether a P still runs what it ran at the last look.
fn sysmon(rt: &Rt) {
    let mut seen: Vec<(u32, *const g::G)> = vec![(0, std::ptr::null()); rt.sched.ps.len()];
    while !rt.is_dying() {
        std::thread::park_timeout(SLICE);
        for (p, last) in rt.sched.ps.iter().zip(&mut seen) {
            let now = (p.tick.load(Relaxed), p.curg.load(Acquire).cast_const());
            if now == *last && !now.1.is_null() {
                // SAFETY: records are not freed before the run ends, and `rt` keeps it (G1). The
                // goroutine may be another one by now; it then yields once for nothing.
                unsafe { (*now.1).preempt.store(true, Relaxed) };
            }
            *last = now;
        }
    }
}
