//! SIGQUIT (Ctrl-\): every goroutine with what it waits for, then exit status 2.
//!
//! The handler writes a byte into a pipe; a thread that does nothing else reads it and answers. So a
//! goroutine in a loop without scheduling points is dumped, too, on both platforms and both engines.
//!
//! Go: runtime/signal_unix.go sighandler, traceback of all goroutines (go1.27.3); there the handler prints
#![allow(unsafe_code)]
use std::io::{PipeReader, Read};
use std::os::fd::IntoRawFd;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

use super::dead;
use super::rt::Rt;

/// The end of the pipe that the handler writes to.
static ASK: AtomicI32 = AtomicI32::new(-1);
/// The run to dump.
static RUN: Mutex<Weak<Rt>> = Mutex::new(Weak::new());

extern "C" fn on_quit(_: i32) {
    let byte = 0u8;
    // SAFETY: write may be called in a handler. A full pipe cannot be: the first byte ends the process.
    unsafe { libc::write(ASK.load(Acquire), (&raw const byte).cast(), 1) };
}

/// From now on the signal is answered with a dump of `rt`, as long as that is there.
pub(crate) fn answer_for(rt: &Arc<Rt>) {
    static ONCE: Once = Once::new();
    *RUN.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(rt);
    ONCE.call_once(install);
}

/// Takes the signal over. When the system gives no pipe or no thread, the signal ends the process as before.
fn install() {
    let Ok((asked, ask)) = std::io::pipe() else { return };
    ASK.store(ask.into_raw_fd(), Release); // open as long as the process
    if std::thread::Builder::new().name("sigquit".into()).spawn(|| answer(asked)).is_err() {
        return;
    }
    let handler: extern "C" fn(i32) = on_quit;
    // SAFETY: a zeroed sigaction is valid; the handler writes one byte.
    unsafe {
        let mut a: libc::sigaction = std::mem::zeroed();
        a.sa_sigaction = handler as usize;
        a.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        libc::sigaction(libc::SIGQUIT, &raw const a, std::ptr::null_mut());
    }
}

fn answer(mut asked: PipeReader) {
    if asked.read_exact(&mut [0]).is_ok() {
        let rt = RUN.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        eprintln!("SIGQUIT: quit\n{}", rt.map_or_else(String::new, |rt| dead::dump(&rt.goroutines())));
        std::process::exit(2);
    }
}
