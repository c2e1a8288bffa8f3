//! The world after the first `n` events: a pure fold, so a view needs nothing but a recording.
//!
//! Invariants
//!   S1  `State::new(rec)` then `apply` of events `0..n` depends on nothing else; two folds of the
//!       same events are equal (`==`), which is how stepping back is tested
//!   S2  the fold never fails: an event that makes no sense changes as little as possible. Judging
//!       is the work of `trace::validate`, which uses the same fold
//!   S3  run queues are as exact as events tell: a goroutine leaves its queue at `GoStart` at the
//!       latest, so an error in a guessed place lives no longer than that
//!
//! Not done: undoing single events. Most events forget what they overwrite (a ring slot, a wait
//! reason), so each would have to carry its past; keyframes (`trace::timeline`) cost less.
use std::collections::{BTreeMap, VecDeque};

use super::event::{Event, Kind, NO_CAUSE, NO_M, NO_P, Recording, Seq, TextId, WaitReason};
use super::rings::Chan;

/// What a goroutine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// Not created yet.
    #[default]
    Unborn,
    Runnable,
    Running,
    Waiting(WaitReason),
    /// In a blocking call: its thread is busy, its processor is free.
    Syscall,
    Dead,
}

/// A goroutine.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Goroutine {
    pub status: Status,
    /// Text id of its name.
    pub name: TextId,
    pub creator: u32,
    /// Time of the last change of `status`, ns.
    pub since: u64,
    /// Where it was born.
    pub born: Option<Seq>,
    /// What it waits on (channel or other object), meaningful while waiting.
    pub object: u32,
    /// The event that last made it runnable.
    pub woken_by: Option<Seq>,
    /// Value (text id) it offered with its last send.
    pub sending: TextId,
    /// Channels whose queues it has joined since it was last woken.
    pub joined: Vec<u32>,
}

/// A processor.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Proc {
    /// The thread that holds it.
    pub m: Option<u8>,
    pub running: Option<u32>,
    pub runnext: Option<u32>,
    pub queue: VecDeque<u32>,
    /// Number of goroutines started here.
    pub ticks: u64,
}

/// What a thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ThreadStatus {
    #[default]
    Unborn,
    Running,
    Spinning,
    Parked,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Thread {
    pub status: ThreadStatus,
    pub p: Option<u8>,
    pub g: Option<u32>,
}

/// A context.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Ctx {
    /// False for ids that were never made.
    pub made: bool,
    pub parent: u32,
    /// As [`Kind::CtxMake`] says.
    pub kind: u8,
    pub done_chan: Option<u32>,
    /// Why (0 canceled, 1 deadline) and by whom (0 = itself).
    pub cancelled: Option<(u8, u32)>,
    /// Children registered for propagation, in order of registration.
    pub children: Vec<u32>,
}

/// Everything, after some number of events.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct State {
    /// Number of events applied; the next one is `@seq`.
    pub seq: Seq,
    /// Time of the last event applied, ns.
    pub time: u64,
    /// Index = goroutine id; 0 unused.
    pub gs: Vec<Goroutine>,
    pub ps: Vec<Proc>,
    pub ms: Vec<Thread>,
    pub global: VecDeque<u32>,
    /// Index = channel id.
    pub chans: Vec<Chan>,
    /// Index = context id.
    pub ctxs: Vec<Ctx>,
    /// Timer id → due time, ns.
    pub timers: BTreeMap<u32, u64>,
    /// Lines printed so far.
    pub printed: usize,
    /// Text of the abnormal end, if it came to that.
    pub fatal: Option<TextId>,
}

/// Ids above this are not given a place of their own: a damaged file must not eat the memory.
const ID_MAX: u32 = 1 << 22;

/// Grows `items` so that index `at` exists; a default when the index is absurd.
fn place<T: Default + Clone>(items: &mut Vec<T>, at: u32) -> Option<&mut T> {
    if at >= ID_MAX {
        return None;
    }
    if items.len() <= at as usize {
        items.resize(at as usize + 1, T::default());
    }
    items.get_mut(at as usize)
}

impl State {
    /// Before the first event.
    #[must_use]
    pub fn new(rec: &Recording) -> Self {
        Self { ps: vec![Proc::default(); rec.procs.min(256) as usize], ..Self::default() }
    }

    /// The goroutine, or an unborn one.
    #[must_use]
    pub fn g(&self, id: u32) -> Goroutine {
        self.gs.get(id as usize).cloned().unwrap_or_default()
    }

    /// Its status.
    #[must_use]
    pub fn status(&self, id: u32) -> Status {
        self.gs.get(id as usize).map_or(Status::Unborn, |g| g.status)
    }

    /// Goroutines alive now.
    pub fn live(&self) -> impl Iterator<Item = (u32, &Goroutine)> {
        (0..).zip(&self.gs).filter(|(_, g)| !matches!(g.status, Status::Unborn | Status::Dead))
    }

    /// Takes the next event in.
    pub fn apply(&mut self, e: &Event) {
        let seq = self.seq;
        self.seq += 1;
        self.time = e.time;
        match e.kind {
            Kind::GoCreate
            | Kind::GoStart
            | Kind::GoPark
            | Kind::GoReady
            | Kind::GoYield
            | Kind::GoEnd
            | Kind::SyscallEnter
            | Kind::SyscallExit => self.goroutine(seq, e),
            Kind::ProcStart
            | Kind::ProcStop
            | Kind::SpinStart
            | Kind::SpinStop
            | Kind::ThreadStart
            | Kind::ThreadPark
            | Kind::ThreadWake => self.thread(e),
            Kind::Steal | Kind::GlobalGet | Kind::GlobalPut => self.queues(e),
            Kind::ChanMake
            | Kind::ChanSend
            | Kind::ChanSendDone
            | Kind::ChanRecv
            | Kind::ChanRecvDone
            | Kind::ChanWait
            | Kind::ChanUnwait
            | Kind::ChanClose
            | Kind::ChanDrain
            | Kind::SelectDone => self.channel(e),
            Kind::CtxMake | Kind::CtxDone | Kind::CtxCancel | Kind::CtxChild => self.context(e),
            Kind::TimerSet => _ = self.timers.insert(e.a, e.b),
            Kind::TimerFire | Kind::TimerStop => _ = self.timers.remove(&e.a),
            Kind::Print => self.printed += 1,
            Kind::Fatal => self.fatal = Some(e.a),
            Kind::ChanMiss
            | Kind::Select
            | Kind::SelectPoll
            | Kind::SelectLock
            | Kind::LockAcquire
            | Kind::LockRelease
            | Kind::WaitGroupAdd
            | Kind::SemAcquire
            | Kind::SemRelease
            | Kind::Note
            | Kind::Burn
            | Kind::Retake
            | Kind::Sysmon
            | Kind::PreemptAsk
            | Kind::Signal
            | Kind::NetPoll
            | Kind::NetBreak
            | Kind::StwStart
            | Kind::StwEnd
            | Kind::ProcCount
            | Kind::LockThread
            | Kind::UnlockThread
            | Kind::ThreadEnd
            | Kind::CgoCall
            | Kind::CgoCallback
            | Kind::StackGrow
            | Kind::StackShrink => {}
        }
    }

    fn set(&mut self, id: u32, status: Status) {
        let now = self.time;
        if id == 0 {
            return;
        }
        if let Some(g) = place(&mut self.gs, id) {
            g.status = status;
            g.since = now;
        }
    }

    fn goroutine(&mut self, seq: Seq, e: &Event) {
        match e.kind {
            Kind::GoCreate => {
                self.set(e.a, Status::Runnable);
                if let Some(g) = place(&mut self.gs, e.a) {
                    g.name = e.b as TextId;
                    g.creator = e.g;
                    g.born = Some(seq);
                    g.woken_by = Some(seq);
                }
                self.enqueue(e.p, e.a, true);
            }
            Kind::GoStart => {
                self.unqueue(e.g);
                self.set(e.g, Status::Running);
                if let Some(g) = place(&mut self.gs, e.g) {
                    g.born.get_or_insert(seq);
                    if e.cause != NO_CAUSE {
                        g.woken_by = Some(e.cause);
                    }
                }
                if let Some(p) = self.ps.get_mut(e.p as usize) {
                    p.running = Some(e.g);
                    p.ticks += 1;
                }
                self.hold(e.m, e.p, Some(e.g));
            }
            Kind::GoPark => {
                self.leave(e, Status::Waiting(WaitReason::from_u8(e.why)));
                if let Some(g) = place(&mut self.gs, e.g) {
                    g.object = e.a;
                }
            }
            Kind::GoReady => {
                self.set(e.a, Status::Runnable);
                if let Some(g) = place(&mut self.gs, e.a) {
                    g.woken_by = Some(seq);
                }
                self.leave_only_queue(e.a);
                self.enqueue(e.p, e.a, e.b == 1);
            }
            Kind::GoYield => {
                self.leave(e, Status::Runnable);
                self.global.push_back(e.g);
            }
            Kind::GoEnd => self.leave(e, Status::Dead),
            Kind::SyscallEnter => self.leave(e, Status::Syscall),
            _ if e.a == 1 => {
                self.set(e.g, Status::Running);
                if let Some(p) = self.ps.get_mut(e.p as usize) {
                    p.running = Some(e.g);
                }
                self.hold(e.m, e.p, Some(e.g));
            }
            _ => {
                self.set(e.g, Status::Runnable);
                self.global.push_back(e.g);
            }
        }
    }

    /// `e.g` leaves processor and thread.
    fn leave(&mut self, e: &Event, status: Status) {
        self.set(e.g, status);
        for p in &mut self.ps {
            if p.running == Some(e.g) {
                p.running = None;
            }
        }
        if let Some(m) = self.ms.get_mut(e.m as usize) {
            m.g = None;
        }
    }

    /// Thread `m` holds processor `p` and runs `g`.
    fn hold(&mut self, m: u8, p: u8, g: Option<u32>) {
        if m == NO_M {
            return;
        }
        if let Some(t) = place(&mut self.ms, u32::from(m)) {
            t.status = ThreadStatus::Running;
            t.g = g;
            t.p = (p != NO_P).then_some(p);
        }
        if let Some(p) = self.ps.get_mut(p as usize) {
            p.m = Some(m);
        }
    }

    fn enqueue(&mut self, p: u8, g: u32, next: bool) {
        self.unqueue(g);
        let Some(p) = self.ps.get_mut(p as usize) else { return self.global.push_back(g) };
        if next {
            if let Some(old) = p.runnext.replace(g) {
                p.queue.push_back(old);
            }
        } else {
            p.queue.push_back(g);
        }
    }

    fn unqueue(&mut self, g: u32) {
        for p in &mut self.ps {
            if p.runnext == Some(g) {
                p.runnext = None;
            }
            p.queue.retain(|&x| x != g);
        }
        self.global.retain(|&x| x != g);
    }

    fn thread(&mut self, e: &Event) {
        let id = if matches!(e.kind, Kind::ThreadStart | Kind::ThreadWake) { e.a } else { u32::from(e.m) };
        if id >= u32::from(NO_M) {
            return;
        }
        let Some(t) = place(&mut self.ms, id) else { return };
        match e.kind {
            Kind::SpinStart => t.status = ThreadStatus::Spinning,
            Kind::ThreadPark => t.status = ThreadStatus::Parked,
            Kind::ProcStop => {
                t.p = None;
                t.g = None;
            }
            _ => t.status = ThreadStatus::Running,
        }
        if e.kind == Kind::ProcStart {
            t.p = Some(e.p);
        }
        if let (Kind::ProcStart | Kind::ProcStop, Some(p)) = (e.kind, self.ps.get_mut(e.p as usize)) {
            p.m = (e.kind == Kind::ProcStart).then_some(e.m);
            p.running = None;
        }
    }

    fn queues(&mut self, e: &Event) {
        let n = e.a as usize;
        match e.kind {
            Kind::Steal => {
                let Some(victim) = self.ps.get_mut(e.b as usize) else { return };
                let mut taken: Vec<u32> = if e.why == 1 {
                    victim.runnext.take().into_iter().collect()
                } else {
                    let n = n.min(victim.queue.len());
                    victim.queue.drain(..n).collect()
                };
                taken.retain(|&g| g != e.g);
                if let Some(thief) = self.ps.get_mut(e.p as usize) {
                    thief.queue.extend(taken);
                }
            }
            Kind::GlobalGet => {
                let n = n.min(self.global.len());
                let taken: Vec<u32> = self.global.drain(..n).collect();
                if let Some(p) = self.ps.get_mut(e.p as usize) {
                    p.queue.extend(taken);
                }
            }
            // One goroutine that yields was put there by `GoYield`; more are an overflowing queue.
            _ => {
                let Some(p) = self.ps.get_mut(e.p as usize) else { return };
                if n > 1 {
                    let n = n.min(p.queue.len());
                    self.global.extend(p.queue.drain(..n));
                }
            }
        }
    }

    fn context(&mut self, e: &Event) {
        let Some(c) = place(&mut self.ctxs, e.a) else { return };
        match e.kind {
            Kind::CtxMake => *c = Ctx { made: true, parent: e.b as u32, kind: e.why, ..Ctx::default() },
            Kind::CtxDone => c.done_chan = Some(e.b as u32),
            Kind::CtxCancel => c.cancelled = Some((e.why, e.b as u32)),
            _ if e.why == 0 => c.children.push(e.b as u32),
            _ => c.children.retain(|&x| u64::from(x) != e.b),
        }
    }

    fn channel(&mut self, e: &Event) {
        let id = if e.kind == Kind::SelectDone { e.b as u32 } else { e.a };
        if e.kind == Kind::SelectDone && (e.a == u32::MAX || e.why == 0) {
            return;
        }
        if e.kind == Kind::ChanSend {
            if let Some(g) = place(&mut self.gs, e.g) {
                g.sending = e.b as TextId;
            }
            return;
        }
        if e.kind == Kind::ChanWait
            && let Some(g) = place(&mut self.gs, e.g)
            && !g.joined.contains(&e.a)
        {
            g.joined.push(e.a);
        }
        let sending = self.gs.get(e.g as usize).map_or(0, |g| g.sending);
        if let Some(chan) = place(&mut self.chans, id) {
            chan.apply(e, sending);
        }
    }

    /// A woken goroutine that stood in exactly one queue leaves it; one that waits in several (a
    /// select) leaves them by `ChanUnwait` and `SelectDone`.
    fn leave_only_queue(&mut self, g: u32) {
        let Some(joined) = self.gs.get_mut(g as usize).map(|g| std::mem::take(&mut g.joined)) else { return };
        let waits = |id: &&u32| self.chans.get(**id as usize).is_some_and(|c| c.waits(g));
        let mut queued = joined.iter().filter(waits);
        if let (Some(&id), None) = (queued.next(), queued.next())
            && let Some(c) = self.chans.get_mut(id as usize)
        {
            c.drop_waiter(g);
        }
    }
}
