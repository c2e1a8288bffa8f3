//! Threads and processors in the fold: who holds what, and blocking calls.
//!
//! A goroutine that enters a blocking call keeps its thread, and the thread keeps its processor
//! until somebody retakes it (Go from 1.26 on). A runtime that gives the processor up at once says
//! so with `ProcStop`; both are read.
use super::{Event, Kind, Seat, State, Status, ThreadStatus, place};
use crate::trace::event::{NO_M, NO_P};

/// Threads followed at most.
const THREADS_MAX: u32 = 1 << 16;
/// Processors at most, as ids of one byte tell them apart.
const PROCS_MAX: usize = 255;

impl State {
    /// Thread `m` holds processor `p` and runs `g`.
    pub(super) fn hold(&mut self, m: u8, p: u8, g: Option<u32>) {
        if m == NO_M {
            return;
        }
        if let Some(t) = place(&mut self.ms, u32::from(m)) {
            t.status = ThreadStatus::Running;
            t.g = g;
            t.p = (p != NO_P).then_some(p);
        }
        let now = self.time;
        if let Some(p) = self.ps.get_mut(p as usize) {
            if p.m != Some(m) {
                p.since = now;
            }
            p.m = Some(m);
        }
    }

    pub(super) fn thread(&mut self, e: &Event) {
        let named = matches!(e.kind, Kind::ThreadStart | Kind::ThreadWake | Kind::ThreadEnd);
        let id = if named { e.a } else { u32::from(e.m) };
        if (!named && e.m == NO_M) || id >= THREADS_MAX {
            return;
        }
        let Some(t) = place(&mut self.ms, id) else { return };
        match e.kind {
            Kind::SpinStart => t.status = ThreadStatus::Spinning,
            Kind::ThreadPark => {
                t.status = if e.why == 1 { ThreadStatus::Polling } else { ThreadStatus::Parked };
                t.until = e.b;
                t.g = None;
                if e.why == 3 {
                    t.locked = None;
                }
            }
            Kind::ThreadEnd => {
                t.status = ThreadStatus::Ended;
                (t.g, t.p, t.locked) = (None, None, None);
            }
            Kind::LockThread => t.locked = Some(e.g),
            Kind::UnlockThread if e.a == 0 => t.locked = None,
            Kind::UnlockThread => {}
            _ => t.status = ThreadStatus::Running,
        }
        if let (Kind::LockThread | Kind::UnlockThread, Some(g)) = (e.kind, self.gs.get_mut(e.g as usize)) {
            g.locked = (e.kind == Kind::LockThread || e.a > 0).then_some(e.m);
        }
    }

    pub(super) fn processor(&mut self, e: &Event) {
        let now = self.time;
        match e.kind {
            Kind::ProcCount => self.resize(e.a as usize),
            Kind::Retake => {
                if let Some(t) = self.ms.get_mut(e.a as usize) {
                    t.p = None;
                }
                if let Some(p) = self.ps.get_mut(e.p as usize) {
                    (p.m, p.syscall, p.running, p.since) = (None, None, None, now);
                    p.syscalls += 1;
                }
            }
            started => {
                let started = started == Kind::ProcStart;
                if e.m != NO_M
                    && let Some(t) = place(&mut self.ms, u32::from(e.m))
                {
                    t.p = started.then_some(e.p);
                    if started {
                        t.status = ThreadStatus::Running;
                    } else if t.status != ThreadStatus::Syscall {
                        t.g = None;
                    }
                }
                if let Some(p) = self.ps.get_mut(e.p as usize) {
                    p.m = started.then_some(e.m);
                    (p.running, p.syscall, p.since) = (None, None, now);
                }
            }
        }
    }

    /// There are `n` processors from now on; the queues of those that go are the world's.
    fn resize(&mut self, n: usize) {
        let n = n.clamp(1, PROCS_MAX);
        while self.ps.len() > n {
            let Some(gone) = self.ps.pop() else { break };
            for g in gone.runnext.into_iter().chain(gone.queue) {
                if let Some(me) = self.gs.get_mut(g as usize) {
                    me.seat = Seat::Global;
                    self.global.push_back(g);
                }
            }
            self.gfree = self.gfree.saturating_add(gone.gfree);
        }
        let now = self.time;
        self.ps.resize_with(n, || super::Proc { since: now, ..super::Proc::default() });
    }

    /// `e.g` enters a blocking call: the thread goes with it.
    pub(super) fn enter_call(&mut self, e: &Event) {
        self.leave(e, Status::Syscall);
        if let Some(p) = self.ps.get_mut(e.p as usize) {
            p.syscall = Some(e.g);
        }
        if e.m != NO_M
            && let Some(t) = place(&mut self.ms, u32::from(e.m))
        {
            t.status = ThreadStatus::Syscall;
            t.g = Some(e.g);
        }
    }

    /// `e.g` is back: it goes on, or queues up for a processor.
    pub(super) fn exit_call(&mut self, e: &Event) {
        self.ps.iter_mut().filter(|p| p.syscall == Some(e.g)).for_each(|p| p.syscall = None);
        if e.a == 1 {
            self.unqueue(e.g);
            self.set(e.g, Status::Running);
            if let Some(p) = self.ps.get_mut(e.p as usize) {
                p.running = Some(e.g);
                p.syscalls += 1;
                p.slice = e.time;
                if e.why != 0 {
                    p.ticks += 1;
                }
            }
            if let Some(g) = self.gs.get_mut(e.g as usize) {
                g.last_p = e.p;
            }
            self.hold(e.m, e.p, Some(e.g));
            return;
        }
        self.set(e.g, Status::Runnable);
        self.enqueue_global(e.g);
        if let Some(t) = self.ms.get_mut(e.m as usize) {
            t.status = ThreadStatus::Running;
            t.g = None;
        }
    }
}
