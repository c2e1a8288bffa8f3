//! What a processor is doing, and who may change it.
//!
//! Invariants
//!   S5  a P belongs to whoever brought its status from Idle or Syscall to something else by CAS, or
//!       took it from the idle list under the lock
//!
//! During a blocking call the word also names the thread: another one may have got the processor
//! meanwhile, and be in a call of its own, when the first comes back.
//!
//! Models: `models/src/call.rs`
//! Go: runtime/proc.go entersyscall, exitsyscall, retake (go1.27.3)
use crate::base::atomic::AtomicU32;
use crate::base::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use crate::base::atomic::planted;

/// What a processor is doing (S5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub(crate) enum PStatus {
    Idle,
    Running,
    /// Its thread is in a blocking call and may find it again, if the monitor is not faster.
    Syscall,
    /// The world is stopped, or the processor was taken away by `gomaxprocs`.
    Stopped,
}

/// The status word.
pub(crate) struct PState(AtomicU32);

impl PState {
    pub(crate) fn new(s: PStatus) -> Self {
        Self(AtomicU32::new(s as u32))
    }
    #[inline]
    pub(crate) fn get(&self) -> PStatus {
        match self.0.load(Acquire) & 3 {
            0 => PStatus::Idle,
            1 => PStatus::Running,
            2 => PStatus::Syscall,
            _ => PStatus::Stopped,
        }
    }
    /// By its owner only.
    #[inline]
    pub(crate) fn set(&self, s: PStatus) {
        self.0.store(s as u32, Release);
    }

    /// The word of a processor whose thread `m` is in a blocking call.
    #[inline]
    fn in_call(m: u16) -> u32 {
        let m = if planted("call-without-name") { 0 } else { m };
        PStatus::Syscall as u32 | (u32::from(m) << 2)
    }
    /// Its thread enters a blocking call. From here on others may take the processor.
    #[inline]
    pub(crate) fn enter_call(&self, m: u16) {
        let order = if planted("enter-relaxed") { Relaxed } else { Release };
        self.0.store(Self::in_call(m), order);
    }
    /// Its thread is back: true if nobody has taken it meanwhile (S5).
    #[inline]
    pub(crate) fn leave_call(&self, m: u16) -> bool {
        self.change(Self::in_call(m), PStatus::Running)
    }
    /// Takes it from a thread in a blocking call: that thread for the one who did (S5), else none.
    pub(crate) fn take_from_call(&self, to: PStatus) -> Option<u16> {
        let now = self.0.load(Acquire);
        (now & 3 == PStatus::Syscall as u32 && self.change(now, to)).then_some((now >> 2) as u16)
    }

    #[inline]
    fn change(&self, from: u32, to: PStatus) -> bool {
        if planted("call-without-cas") {
            let is = self.0.load(Acquire) == from;
            if is {
                self.set(to);
            }
            return is;
        }
        self.0.compare_exchange(from, to as u32, AcqRel, Relaxed).is_ok()
    }
}
