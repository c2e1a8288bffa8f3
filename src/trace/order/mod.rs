//! Who holds what: the schedule as Go's own trace reader follows it, and what it may never do.
//!
//! A thread (M) holds at most one processor (P) and runs at most one goroutine (G); every event
//! either keeps that so or is a fault. The state is kept apart from `trace::state` on purpose: that
//! fold is lenient for the views, this one is strict, and two folds that agree are worth more.
//!
//! Invariants
//!   O1  [`Order::judge`] changes nothing, [`Order::apply`] judges nothing: a recording with a fault
//!       can be followed to its end, and the exporter can follow it without repairing it
//!   O2  a processor is `Unseen` until first named, as in Go's format, where a status event brings it
//!       in: a recording without `ProcStart` (hand-made, or begun in the middle) is no fault
//!   O3  threads 254 and above share one number in an event. Then a thread is known by what it holds
//!       (its processor, its goroutine); one that holds nothing is like any other
//!
//! What may never happen is `judge`, one rule a row.
//!
//! Source: internal/trace/order.go and testtrace/validation.go (go1.27.3).
mod judge;
#[cfg(test)]
mod tests;

use super::event::{Event, Kind, NO_P, Recording, WaitReason};
use super::state::{Status, place};

pub use judge::Broken;

/// Threads from here on share a number.
const SHARED_M: u8 = 254;
/// Numbers given to threads that share one (O3).
const OWN_M: u32 = 1000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct G {
    status: Status,
    /// The thread that runs it or is in a blocking call with it.
    m: Option<u32>,
    locked: Option<u32>,
}

/// Where a processor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holder {
    /// Not named so far (O2).
    #[default]
    Unseen,
    Idle,
    Held {
        m: u32,
        /// Its thread is in a blocking call: it may be taken away.
        syscall: bool,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct M {
    p: Option<u8>,
    g: Option<u32>,
    locked: Option<u32>,
    started: bool,
    ended: bool,
}

/// The schedule after some number of events.
#[derive(Clone, Debug, Default)]
pub struct Order {
    gs: Vec<G>,
    ps: Vec<Holder>,
    ms: Vec<M>,
    /// There are threads that share a number (O3).
    crowded: bool,
    /// Threads above [`OWN_M`] that may hold nothing.
    spare: Vec<u32>,
    next_m: u32,
    stopped: bool,
}

/// Things only a running goroutine does.
#[must_use]
pub fn is_act(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::GoPark
            | Kind::GoYield
            | Kind::GoEnd
            | Kind::SyscallEnter
            | Kind::ChanMake
            | Kind::ChanSend
            | Kind::ChanSendDone
            | Kind::ChanRecv
            | Kind::ChanRecvDone
            | Kind::ChanWait
            | Kind::ChanClose
            | Kind::Select
            | Kind::SelectDone
            | Kind::LockAcquire
            | Kind::LockRelease
            | Kind::LockThread
            | Kind::UnlockThread
            | Kind::CgoCall
            | Kind::Print
            | Kind::Burn
    )
}

impl Order {
    /// Before the first event.
    #[must_use]
    pub fn new(rec: &Recording) -> Self {
        let crowded = rec.of(Kind::ThreadStart).any(|(_, e)| e.a > u32::from(SHARED_M));
        Self { crowded, next_m: OWN_M, ..Self::default() }
    }

    /// The thread an event happened on. To be asked once for each event, before it is applied;
    /// 255 stands for everything outside the run's threads.
    pub fn thread(&mut self, e: &Event) -> u32 {
        if e.m != SHARED_M || !self.crowded {
            return u32::from(e.m);
        }
        let of_g = self.gs.get(e.g as usize).and_then(|g| g.m).filter(|&m| m >= OWN_M);
        let of_p = match self.holder(e.p) {
            Holder::Held { m, .. } if m >= OWN_M => Some(m),
            _ => None,
        };
        if let Some(m) = of_g.filter(|_| e.g != 0).or(of_p) {
            return m;
        }
        while let Some(m) = self.spare.pop() {
            if self.m(m).p.is_none() && self.m(m).g.is_none() {
                return m;
            }
        }
        self.next_m += 1;
        self.next_m
    }

    fn m(&self, m: u32) -> M {
        self.ms.get(m as usize).copied().unwrap_or_default()
    }

    fn g(&self, g: u32) -> G {
        self.gs.get(g as usize).copied().unwrap_or_default()
    }

    /// What the goroutine is doing.
    #[must_use]
    pub fn status(&self, g: u32) -> Status {
        self.g(g).status
    }

    /// The processor a thread holds.
    #[must_use]
    pub fn held(&self, m: u32) -> Option<u8> {
        self.m(m).p
    }

    /// The goroutine a thread runs, or is in a blocking call with.
    #[must_use]
    pub fn on(&self, m: u32) -> Option<u32> {
        self.m(m).g
    }

    /// Where a processor is.
    #[must_use]
    pub fn holder(&self, p: u8) -> Holder {
        self.ps.get(usize::from(p)).copied().unwrap_or_default()
    }

    /// The thread a `Retake` takes from, as [`Order::thread`] numbers threads.
    #[must_use]
    pub fn robbed(&self, e: &Event) -> u32 {
        match self.holder(e.p) {
            Holder::Held { m, .. } if e.a >= u32::from(SHARED_M) => m,
            _ => e.a,
        }
    }

    /// The thread in a blocking call whose processor a goroutine that is back takes for itself: its own
    /// old one, which had been taken from it (Go: exitsyscallTryGetP).
    #[must_use]
    pub fn steals_back(&self, e: &Event, m: u32) -> Option<u32> {
        match self.holder(e.p) {
            Holder::Held { m: other, syscall: true } if e.a == 1 && self.m(m).p.is_none() && other != m => Some(other),
            _ => None,
        }
    }

    /// Takes the event in, whatever it says. `m` is what [`Order::thread`] said.
    pub fn apply(&mut self, e: &Event, m: u32) {
        match e.kind {
            Kind::GoCreate => self.set(e.a, Status::Runnable),
            Kind::GoReady => self.set(e.a, Status::Runnable),
            Kind::GoStart => self.start(e, m),
            Kind::GoPark => self.leave(e.g, m, Status::Waiting(WaitReason::from_u8(e.why))),
            Kind::GoYield => self.leave(e.g, m, Status::Runnable),
            Kind::GoEnd => {
                self.unlock(e.g);
                self.leave(e.g, m, Status::Dead);
            }
            Kind::SyscallEnter => {
                self.set(e.g, Status::Syscall);
                self.in_call(m, true);
            }
            Kind::SyscallExit if e.a == 1 => {
                if self.steals_back(e, m).is_some() {
                    self.take(e.p, m);
                }
                self.set(e.g, Status::Running);
                self.in_call(m, false);
            }
            Kind::SyscallExit => self.leave(e.g, m, Status::Runnable),
            Kind::ProcStart => self.take(e.p, m),
            Kind::ProcStop => self.free(e.p),
            Kind::Retake => self.free(e.p),
            Kind::StwStart => self.stopped = true,
            Kind::StwEnd => self.stopped = false,
            Kind::LockThread => self.lock(e.g, m),
            Kind::UnlockThread if e.a == 0 => self.unlock(e.g),
            Kind::ThreadStart | Kind::ThreadEnd if e.a < u32::from(SHARED_M) => {
                if let Some(t) = place(&mut self.ms, e.a) {
                    t.started = true;
                    t.ended = e.kind == Kind::ThreadEnd;
                }
            }
            _ => {}
        }
        if m >= OWN_M && self.m(m).p.is_none() && self.m(m).g.is_none() {
            self.spare.push(m);
        }
    }

    fn set(&mut self, g: u32, status: Status) {
        if let Some(g) = place(&mut self.gs, g) {
            g.status = status;
        }
    }

    fn start(&mut self, e: &Event, m: u32) {
        if self.m(m).p.is_none() && self.holder(e.p) == Holder::Unseen {
            self.take(e.p, m);
        }
        if let Some(g) = place(&mut self.gs, e.g) {
            g.status = Status::Running;
            g.m = Some(m);
        }
        if let Some(t) = place(&mut self.ms, m) {
            t.g = Some(e.g);
        }
    }

    /// `g` leaves its thread.
    fn leave(&mut self, g: u32, m: u32, status: Status) {
        let m = self.g(g).m.unwrap_or(m);
        if let Some(g) = place(&mut self.gs, g) {
            g.status = status;
            g.m = None;
        }
        if let Some(t) = self.ms.get_mut(m as usize).filter(|t| t.g == Some(g)) {
            t.g = None;
        }
    }

    fn in_call(&mut self, m: u32, now: bool) {
        if let Some(Holder::Held { syscall, .. }) = self.m(m).p.and_then(|p| self.ps.get_mut(usize::from(p))) {
            *syscall = now;
        }
    }

    fn take(&mut self, p: u8, m: u32) {
        if p == NO_P {
            return;
        }
        self.free(p);
        if let Some(h) = place(&mut self.ps, u32::from(p)) {
            *h = Holder::Held { m, syscall: false };
        }
        if let Some(t) = place(&mut self.ms, m) {
            t.p = Some(p);
        }
    }

    fn free(&mut self, p: u8) {
        if let Holder::Held { m, .. } = self.holder(p)
            && let Some(t) = self.ms.get_mut(m as usize).filter(|t| t.p == Some(p))
        {
            t.p = None;
        }
        if let Some(h) = place(&mut self.ps, u32::from(p)) {
            *h = Holder::Idle;
        }
    }

    fn lock(&mut self, g: u32, m: u32) {
        if let Some(g) = place(&mut self.gs, g) {
            g.locked = Some(m);
        }
        if let Some(t) = place(&mut self.ms, m) {
            t.locked = Some(g);
        }
    }

    fn unlock(&mut self, g: u32) {
        if let Some(m) = self.gs.get_mut(g as usize).and_then(|g| g.locked.take())
            && let Some(t) = self.ms.get_mut(m as usize)
        {
            t.locked = None;
        }
    }
}
