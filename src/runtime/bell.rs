//! The break that brings the sleeping thread out of the poller: the protocol around an eventfd.
//!
//! ```text
//!   ringer   what it is about (the run is over, a timer, a processor); `ring`: writes, unless it is rung
//!   sleeper  `enter`; looks at all that; asks the system; heard the bell: `silence`; `leave`
//! ```
//! The bell is level-triggered, and only who is inside silences it: who merely looks could take the break
//! away from the sleeper.
//!
//! Invariant N5: one thread at a time is inside, from `enter` to `leave`. So a break that `silence` takes along
//! was for it, or for who comes next; and that one sees after `enter` what the break was about, because
//! `silence` swaps the flag and so makes its own what every ringer did before.
//!
//! The first edition let two in: the thread that had just been relieved was still on its way out when the next
//! one went to sleep. Its `silence` took the other's break along, and a run did not end.
//!
//! Models: `models/src/bell.rs`
//! Go: runtime/netpoll_epoll.go netpollBreak, netpollWakeSig (go1.27.3); there any thread may take the break,
//! and looks at everything itself
use crate::base::atomic::Ordering::{AcqRel, Release};
use crate::base::atomic::{AtomicBool, planted};

/// Who is inside, and whether somebody rang.
#[derive(Default)]
pub(crate) struct Bell {
    rung: AtomicBool,
    inside: AtomicBool,
}

impl Bell {
    /// Becomes the thread that may sleep, unless another still is inside.
    pub(crate) fn enter(&self) -> bool {
        planted("bell-two-inside") || !self.inside.swap(true, AcqRel)
    }

    /// Somebody is inside: where only one thread at a time may ask the system, another must not.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn occupied(&self) -> bool {
        self.inside.load(crate::base::atomic::Ordering::Acquire)
    }

    pub(crate) fn leave(&self) {
        self.inside.store(false, Release);
    }

    /// Brings back who is inside, or comes next. `write` makes the poller answer.
    pub(crate) fn ring(&self, write: impl FnOnce()) {
        if !self.rung.swap(true, AcqRel) {
            write();
        }
    }

    /// By who is inside and was answered. `read` makes the poller quiet again.
    pub(crate) fn silence(&self, read: impl FnOnce()) {
        read();
        if planted("bell-falls-unseen") {
            return self.rung.store(false, Release);
        }
        self.rung.swap(false, AcqRel);
    }
}
