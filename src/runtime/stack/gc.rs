//! What a collection does to stacks: it shrinks those that use little, and learns how large new ones
//! should start.
//!
//! Both look at one moment only: the bytes in use when the stack is scanned. There is no history.
//! Go: runtime/mgcmark.go scanstack, runtime/stack.go shrinkstack, gcComputeStartingStackSize
//! (go1.27.3)
use super::choice::Choice;
use super::copy::Why;
use super::fault::{Bug, Fatal};
use super::goroutine::{GoId, Status};
use super::machine::Machine;
use super::{STACK_GUARD, STACK_MIN, STACK_NOSPLIT};

/// What became of one stack in a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    pub g: GoId,
    /// Bytes in use when it was scanned.
    pub used: u64,
    /// Bytes of the stack before and after.
    pub before: u64,
    pub after: u64,
    /// Why it could not shrink now, in Go's field names; it will at the next synchronous safe point.
    pub put_off: Option<&'static str>,
}

impl Machine {
    /// One collection: scans every living goroutine's stack.
    ///
    /// # Errors
    /// What moving a stack can end in.
    pub fn gc(&mut self) -> Result<Vec<Scan>, Fatal> {
        self.pool.gc_running = true;
        let mut scans = vec![];
        for g in (0..self.gs.len()).map(GoId) {
            if self.gs[g.0].status != Status::Dead {
                scans.push(self.scanstack(g)?);
            }
        }
        self.compute_starting_size(&scans);
        self.pool.gc_running = false;
        self.pool.free_spans();
        self.pool.flush_caches();
        Ok(scans)
    }

    fn scanstack(&mut self, g: GoId) -> Result<Scan, Fatal> {
        let (used, before) = (self.gs[g.0].used(), self.gs[g.0].stack.size());
        let mut put_off = self.shrink_safe(g).err();
        if self.forced(put_off) {
            put_off = None;
        }
        if put_off.is_some() {
            self.gs[g.0].preempt_shrink = true;
        } else {
            let rounds = if self.chose(Choice::ShrinkToFit) { 20 } else { 1 };
            (0..rounds).try_for_each(|_| self.shrinkstack(g))?;
        }
        Ok(Scan { g, used, before, after: self.gs[g.0].stack.size(), put_off })
    }

    /// Does a planted mistake make light of this reason?
    fn forced(&self, reason: Option<&str>) -> bool {
        match reason {
            Some("syscallsp") => self.has(Bug::ShrinkInSyscall),
            Some("asyncSafePoint") => self.has(Bug::ShrinkAtAsyncPoint),
            Some("parkingOnChan") => self.has(Bug::ShrinkWhileParking),
            _ => false,
        }
    }

    /// Halves the stack when less than a quarter is in use, counting what functions without checks
    /// may need.
    pub(super) fn shrinkstack(&mut self, g: GoId) -> Result<(), Fatal> {
        let (size, used) = (self.gs[g.0].stack.size(), self.gs[g.0].used());
        let part = if self.has(Bug::ShrinkAtHalf) { 2 } else { 4 };
        if self.shrink_off || size / 2 < STACK_MIN || used + STACK_NOSPLIT >= size / part {
            return Ok(());
        }
        self.copystack(g, size / 2, Why::Shrink)
    }

    /// The average use of the stacks just scanned, and the guard on top, so that a goroutine of
    /// average depth need not grow; rounded up to a power of two.
    fn compute_starting_size(&mut self, scans: &[Scan]) {
        if !self.adaptive {
            return;
        }
        let sum: u64 = scans.iter().map(|s| s.used).sum();
        let average = sum.checked_div(scans.len() as u64).map_or(0, |a| a + STACK_GUARD);
        self.starting = average.clamp(STACK_MIN, self.max_stack.max(STACK_MIN)).next_power_of_two();
    }
}
