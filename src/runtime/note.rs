//! A one-shot sleep and wake-up for a thread.
//!
//! A wake that comes first is not lost: the next sleep returns at once.
//! Go: runtime/lock_futex.go notesleep, notewakeup (go1.27.3)
#![allow(unsafe_code)]
use std::sync::{Condvar, Mutex, PoisonError};

use super::coro::Yield;
use super::rt::Rt;
use super::sched::M;

#[derive(Default)]
pub(crate) struct Note {
    woken: Mutex<bool>,
    bell: Condvar,
}

impl Note {
    /// Sleeps until woken, or until `deadline` (ns on the run's clock).
    pub(crate) fn sleep(&self, rt: &Rt, m: &M, deadline: Option<u64>) {
        let mut woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        if rt.virt.is_some() {
            let already = std::mem::take(&mut *woken);
            drop(woken);
            if !already {
                // SAFETY: called on the thread's own stack. Nothing can wake us between the look
                // and the suspension: one OS thread runs all (V1).
                unsafe { m.suspender.get().suspend(Yield::SleepM(deadline)) };
                *self.woken.lock().unwrap_or_else(PoisonError::into_inner) = false;
            }
            return;
        }
        while !*woken {
            match deadline {
                None => woken = self.bell.wait(woken).unwrap_or_else(PoisonError::into_inner),
                Some(d) => {
                    let now = rt.now();
                    if now >= d {
                        break;
                    }
                    woken = self.bell.wait_timeout(woken, rt.wall(d - now)).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
        *woken = false;
    }

    /// Wakes the thread `m`, whose note this is.
    pub(crate) fn wake(&self, rt: &Rt, m: *const M) {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        match &rt.virt {
            Some(v) => v.wake_m(m),
            None => self.bell.notify_one(),
        }
    }
}
