//! Preemption signals at random moments to random threads of a run, far more than the monitor sends: a
//! test's way to meet every instruction of the runtime with one ([`Config::storm_ns`]).
//!
//! Half of them ask the goroutine that runs on a random processor to give way first, as the monitor does;
//! the other half go to any thread, whatever it does.
//!
//! [`Config::storm_ns`]: crate::runtime::Config::storm_ns
#![allow(unsafe_code)]
use std::sync::atomic::Ordering::{Acquire, Release};
use std::time::{Duration, Instant};

use super::signal;
use crate::base::Rng;
use crate::runtime::rt::Rt;

/// Rounds between two looks at the list of threads.
const LOOK: u32 = 32;

/// Storms until the run is over.
pub(crate) fn run(rt: &Rt) {
    let mut rng = Rng::new(rt.cfg.seed ^ 0x5707_7357);
    let mut threads = vec![];
    let mut round = 0u32;
    while !rt.is_dying() {
        if round.is_multiple_of(LOOK) {
            threads = rt.sched.all_m();
        }
        round = round.wrapping_add(1);
        let p = rt.sched.p(rng.below(rt.sched.nprocs()));
        // SAFETY: records of goroutines and threads live as long as the run.
        let m = unsafe {
            if rng.below(2) == 0 {
                if let Some(g) = p.curg.load(Acquire).as_ref() {
                    g.preempt.store(true, Release);
                }
                p.m.load(Acquire).as_ref()
            } else {
                threads[rng.below(threads.len() as u32) as usize].as_ref()
            }
        };
        if let Some(m) = m {
            signal(m);
        }
        let next = Instant::now() + Duration::from_nanos(u64::from(rng.below(rt.cfg.storm_ns.saturating_mul(2))));
        while Instant::now() < next && !rt.is_dying() {
            std::hint::spin_loop();
        }
    }
}
