//! Preemption by signal: SIGURG stops a goroutine that never comes to a safe point.
//!
//! ```text
//!   sysmon ── tgkill(SIGURG) ──▶ handler, on the thread that runs the goroutine
//!     interrupted instruction in section `bagu_preempt`?  no: nothing; the flag stays up
//!     yes: rewrite the saved context so that it *calls* `async_preempt`
//!   async_preempt: save all registers, vector registers too; switch away; later restore; return
//! ```
//!
//! Go decides by tables of its compiler where a goroutine may be stopped. We have none, so code that
//! may be stopped anywhere must say so: [`preemptible!`](crate::preemptible) puts a function into a
//! section of its own. Everything else is stopped at the next safe point (channel, lock, sleep …).
//!
//! Invariants
//!   A1  code in the section calls nothing and holds no lock of the runtime, so stopping it between
//!       any two instructions leaves the runtime's data whole
//!   A2  the handler touches only the interrupted context, thread-locals without destructors and
//!       atomics
//!   A3  the 128 bytes below the stack pointer (red zone) are left alone
//!   A4  one signal at most is underway to a thread, and a thread does not end before it has come:
//!       what was sent equals what arrived (`mail`)
//!
//! Platforms: x86-64 Linux. Elsewhere [`SUPPORTED`] is false and only the flag is used.
//! Go: runtime/signal_unix.go doSigPreempt, preempt.go wantAsyncPreempt, preempt_amd64.s (go1.27.3)
#![allow(unsafe_code)]
#[cfg_attr(not(all(target_os = "linux", target_arch = "x86_64")), allow(dead_code))] // nobody sends
mod mail;
mod storm;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod x86;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) use mail::Fate;
pub use mail::Signals;
pub(crate) use mail::{Mail, signals};
pub(crate) use storm::run as storm;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) use x86::{SUPPORTED, install, own_id, signal};

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod none {
    use crate::runtime::sched::M;
    pub(crate) const SUPPORTED: bool = false;
    pub(crate) fn install() {}
    pub(crate) fn signal(_: &M) {}
    pub(crate) fn own_id() -> u64 {
        0
    }
}
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
pub(crate) use none::{SUPPORTED, install, own_id, signal};

/// Computes for `ns` in code without calls (real platform).
pub(crate) fn tight(ns: u64) {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    x86::spin_until_tsc(x86::tsc() + ns.saturating_mul(x86::tsc_per_us()) / 1000);
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
    {
        let end = std::time::Instant::now() + std::time::Duration::from_nanos(ns);
        while std::time::Instant::now() < end {
            std::hint::spin_loop();
        }
    }
}

/// Marks a function as one that may be stopped between any two of its instructions.
///
/// The body must be a leaf: it may compute and read and write memory, but call nothing that takes a
/// lock (what is inlined into it does not count as a call). Only such code is stopped by a signal;
/// see the module `runtime::preempt`.
#[macro_export]
macro_rules! preemptible {
    ($(#[$m:meta])* $v:vis fn $name:ident($($a:ident: $t:ty),* $(,)?) $(-> $r:ty)? $body:block) => {
        $(#[$m])*
        #[allow(unsafe_code)]
        #[cfg_attr(target_os = "linux", unsafe(link_section = "bagu_preempt"))]
        #[inline(never)]
        $v fn $name($($a: $t),*) $(-> $r)? $body
    };
}
