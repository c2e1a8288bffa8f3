//! The look before the three passes: on real threads a case that is ready now is taken under its own
//! lock alone.
//!
//! That is a right answer of the select as a whole: the case was ready at the moment it happened, and the
//! order of looking is a fresh random permutation, so that of several ready ones each has the same
//! chance. Only the answer "none is ready" needs all channels at one moment; it is given here for a
//! single case, and left to the passes for more: who sends into one channel before taking from another
//! keeps one of the two ready at every moment, and yet each of two looks may find nothing.
//!
//! Not done on the virtual platform, nor when recording: there every lock is seen as in Go.
#![allow(unsafe_code)]
use std::sync::atomic::Ordering::Acquire;

use super::{DEFAULT, FEW, Outcome, Scase, try_case};
use crate::runtime::g::G;
use crate::runtime::rt::Rt;

/// The outcome, if it can be had this way.
#[inline]
pub(super) fn look(g: &G, rt: &Rt, cases: &[Scase], has_default: bool) -> Option<Outcome> {
    match cases {
        [c] => {
            let none = has_default.then_some((DEFAULT, false, 0));
            if c.hdr.is_null() { none } else { look_at(g, rt, cases, 0).or(none) }
        }
        [a, b] if !a.hdr.is_null() && !b.hdr.is_null() => {
            let first = usize::from(random(g, 2)?);
            look_at(g, rt, cases, first).or_else(|| look_at(g, rt, cases, 1 - first))
        }
        _ if cases.len() <= FEW => look_at_few(g, rt, cases),
        _ => None,
    }
}

fn look_at_few(g: &G, rt: &Rt, cases: &[Scase]) -> Option<Outcome> {
    let mut order = [0u8; FEW];
    let mut n = 0;
    for (i, _) in cases.iter().enumerate().filter(|(_, c)| !c.hdr.is_null()) {
        // Inside-out shuffle.
        let j = usize::from(random(g, n as u8 + 1)?);
        order[n] = order[j];
        order[j] = i as u8;
        n += 1;
    }
    order[..n].iter().find_map(|&i| look_at(g, rt, cases, usize::from(i)))
}

/// A number below `n` from the thread's own generator; none on the `may` engine, which takes the passes.
#[inline]
fn random(g: &G, n: u8) -> Option<u8> {
    // SAFETY: the thread that runs this goroutine; its generator is its own.
    unsafe { g.m.get().as_ref() }.map(|m| m.below(u32::from(n)) as u8)
}

#[inline]
fn look_at(g: &G, rt: &Rt, cases: &[Scase], i: usize) -> Option<Outcome> {
    let c = &cases[i];
    // SAFETY: each case's handle keeps its channel alive.
    let h = unsafe { &*c.hdr };
    h.check_run(rt);
    h.poll_timer(rt);
    // Each in the order of its loads, as in `try_send` and `try_recv`.
    let waits =
        if c.send { !h.closed.load(Acquire) && h.looks_full() } else { h.looks_empty() && !h.closed.load(Acquire) };
    if waits {
        return None;
    }
    h.lock(rt);
    let outcome = try_case(g, rt, cases, i, || h.lock.unlock());
    if outcome.is_none() {
        h.lock.unlock();
    }
    outcome
}
