//! SIGQUIT (Ctrl-\): every goroutine with what it waits for, then exit status 2.
//!
//! The handler only sets a flag; the monitor (real platform) or the driver (virtual) looks at it,
//! so a goroutine that never comes to a scheduling point of the virtual platform is not dumped.
//! Go: runtime/signal_unix.go sighandler, traceback of all goroutines (go1.27.3)
#![allow(unsafe_code)]
use std::sync::Once;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{AcqRel, Relaxed, Release};

use super::dead;
use super::rt::Rt;

static ASKED: AtomicBool = AtomicBool::new(false);

extern "C" fn on_quit(_: i32) {
    ASKED.store(true, Release);
}

/// Takes the signal over, once a process.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let handler: extern "C" fn(i32) = on_quit;
        // SAFETY: a zeroed sigaction is valid; the handler does one atomic store.
        unsafe {
            let mut a: libc::sigaction = std::mem::zeroed();
            a.sa_sigaction = handler as usize;
            a.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
            libc::sigaction(libc::SIGQUIT, &raw const a, std::ptr::null_mut());
        }
    });
}

/// Answers the signal if it came.
#[inline]
pub(crate) fn check(rt: &Rt) {
    if ASKED.load(Relaxed) && ASKED.swap(false, AcqRel) {
        let gs = rt.goroutines();
        eprintln!("SIGQUIT: quit\n{}", dead::dump(&gs));
        std::process::exit(2);
    }
}
