//! A goroutine that runs off its stack: Go's message and exit status 2, never a bare SIGSEGV.
//!
//! The fault address lies in the guard of the running goroutine's stack: that is the only case this
//! handler answers. Every other fault goes to whoever handled SIGSEGV before.
//!
//! Invariants
//!   O1  runs on the thread's alternate signal stack (the library sets one up for each thread), and
//!       calls only `write` and `_exit`
//!
//! Go: runtime/stack.go newstack "goroutine stack exceeds", "stack overflow" (go1.27.3)
#![allow(unsafe_code)]
use std::sync::{Once, OnceLock};

use super::g;

/// What was there before. A fault that is not ours goes on to it.
static BEFORE: OnceLock<[libc::sigaction; 2]> = OnceLock::new();
const SIGNALS: [i32; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// Installs the handler, once a process.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) = on_fault;
        let before = SIGNALS.map(|sig| {
            // SAFETY: zeroed sigactions are valid to be filled; O1 for the handler.
            unsafe {
                let mut new: libc::sigaction = std::mem::zeroed();
                let mut old: libc::sigaction = std::mem::zeroed();
                new.sa_sigaction = handler as usize;
                new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigaction(sig, &raw const new, &raw mut old);
                old
            }
        });
        let _ = BEFORE.set(before);
    });
}

extern "C" fn on_fault(sig: i32, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let m = g::cur_m();
    // SAFETY: the kernel passes the fault; the records of the running thread and goroutine are alive.
    unsafe {
        let addr = (*info).si_addr() as usize;
        let of = |m: &super::sched::M| if m.curg.get().is_null() { m.in_call.get() } else { m.curg.get() };
        if let Some(g) = m.as_ref().and_then(|m| of(m).as_ref())
            && let Some(shell) = g.shell.get().as_ref()
            && shell.slot().guards(addr)
        {
            tell(shell.slot().class.bytes(), g.id());
        }
        // Not ours: put the earlier handler back and let the instruction fault again.
        if let Some(before) = BEFORE.get() {
            let which = usize::from(sig == SIGNALS[1]);
            libc::sigaction(sig, &raw const before[which], std::ptr::null_mut());
        }
    }
}

/// O1: formats without allocating.
fn tell(limit: usize, id: u32) -> ! {
    let mut text = [0u8; 256];
    let mut at = 0;
    let mut put = |s: &[u8]| {
        for &b in s {
            if at < text.len() {
                text[at] = b;
                at += 1;
            }
        }
    };
    let mut digits = [0u8; 20];
    put(b"runtime: goroutine stack exceeds ");
    put(decimal(limit as u64, &mut digits));
    put(b"-byte limit\nfatal error: stack overflow\n\ngoroutine ");
    put(decimal(u64::from(id), &mut digits));
    put(b" [running]:\n");
    // SAFETY: writes our own buffer; ends the process.
    unsafe {
        libc::write(2, text.as_ptr().cast(), at);
        libc::_exit(2)
    }
}

fn decimal(mut n: u64, into: &mut [u8; 20]) -> &[u8] {
    let mut at = into.len();
    loop {
        at -= 1;
        into[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            return &into[at..];
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn decimals() {
        for n in [0, 9, 10, 65_536, u64::MAX] {
            assert_eq!(super::decimal(n, &mut [0; 20]), n.to_string().as_bytes());
        }
    }
}
