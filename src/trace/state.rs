//! The world after the first `n` events: a pure fold, so a view needs nothing but a recording.
//!
//! Invariants
//!   S1  `State::new(rec)` then `apply` of events `0..n` depends on nothing else; two folds of the
//!       same events are equal (`==`), which is how stepping back is tested
//!   S2  the fold never fails: an event that makes no sense changes as little as possible. Judging
//!       is the work of `trace::validate`, which uses the same fold
//!   S3  run queues are as exact as events tell: a goroutine leaves its queue at `GoStart` at the
//!       latest, so an error in a guessed place lives no longer than that
//!   S4  an event costs the same whatever the number of goroutines: each knows the queue it stands
//!       in ([`Seat`]), so nothing is searched but the front of that queue
//!
//! `state::queues` keeps the run queues, `state::threads` threads, processors and blocking calls.
//!
//! Not done: undoing single events. Most events forget what they overwrite (a ring slot, a wait
//! reason), so each would have to carry its past; keyframes (`trace::timeline`) cost less.
use std::collections::{BTreeMap, VecDeque};

use smallvec::SmallVec;

use super::event::{Event, Kind, NO_CAUSE, Recording, Seq, TextId, WaitReason};
use super::rings::Chan;

mod queues;
mod threads;

/// What a goroutine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// Not created yet.
    #[default]
    Unborn,
    Runnable,
    Running,
    Waiting(WaitReason),
    /// In a blocking call: its thread is busy, its processor may be taken.
    Syscall,
    Dead,
}

/// The run queue a goroutine stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Seat {
    #[default]
    None,
    /// `runnext` of a processor.
    Next(u8),
    /// The queue of a processor.
    Queue(u8),
    Global,
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
    pub joined: SmallVec<[u32; 2]>,
    /// Why it waited last; stays when it runs again, as Go keeps it.
    pub reason: WaitReason,
    pub seat: Seat,
    /// The processor it ran on last (0 before it ran).
    pub last_p: u8,
    /// The thread it is locked to.
    pub locked: Option<u8>,
    /// The event that asked it to give way, until it does.
    pub asked: Option<Seq>,
    /// Size of its stack in bytes, 0 when nothing was told.
    pub stack: u64,
    /// It is in foreign code.
    pub foreign: bool,
}

/// A processor.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Proc {
    /// The thread that holds it.
    pub m: Option<u8>,
    pub running: Option<u32>,
    pub runnext: Option<u32>,
    pub queue: VecDeque<u32>,
    /// Time slices begun here: a goroutine taken from `runnext` goes on in its waker's slice.
    pub ticks: u64,
    /// When the present time slice began, ns.
    pub slice: u64,
    /// The goroutine in a blocking call whose thread has not lost this processor yet.
    pub syscall: Option<u32>,
    /// Blocking calls that ended here or lost this processor.
    pub syscalls: u64,
    /// Records of ended goroutines kept for the next ones.
    pub gfree: u32,
    /// When it last changed hands, ns.
    pub since: u64,
}

/// What a thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ThreadStatus {
    #[default]
    Unborn,
    Running,
    Spinning,
    /// Asleep until it is woken with a processor.
    Parked,
    /// The one idle thread that sleeps in the poller, until the next timer at most.
    Polling,
    /// In a blocking call together with its goroutine.
    Syscall,
    Ended,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Thread {
    pub status: ThreadStatus,
    pub p: Option<u8>,
    pub g: Option<u32>,
    /// The goroutine that alone may run on it.
    pub locked: Option<u32>,
    /// When the sleep in the poller ends, ns.
    pub until: u64,
}

/// A timer that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    /// ns on the clock of the run.
    pub due: u64,
    /// The processor whose heap it is in.
    pub p: u8,
    /// Who set it.
    pub by: u32,
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
    pub timers: BTreeMap<u32, Timer>,
    /// Lines printed so far.
    pub printed: usize,
    /// Text of the abnormal end, if it came to that.
    pub fatal: Option<TextId>,
    /// sysmon's next sleep in µs, once it was seen.
    pub sysmon: Option<u32>,
    /// The world stands: why ([`Kind::StwStart`]) and since when.
    pub stopped: Option<(u8, u64)>,
    /// When the poller was last asked, ns.
    pub polled: Option<u64>,
    /// Records of ended goroutines in the common list.
    pub gfree: u32,
    /// Goroutines now waiting in the poller.
    pub in_poller: u32,
}

/// Ids above this are not given a place of their own: a damaged file must not eat the memory.
const ID_MAX: u32 = 1 << 22;

/// Grows `items` so that index `at` exists; a default when the index is absurd.
pub(super) fn place<T: Default + Clone>(items: &mut Vec<T>, at: u32) -> Option<&mut T> {
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

    /// Roughly how many records a copy of this state holds.
    #[must_use]
    pub fn weight(&self) -> usize {
        let queued: usize = self.ps.iter().map(|p| p.queue.len()).sum();
        let ringed: usize = self.chans.iter().map(|c| 2 + c.ring.len() / 8).sum();
        self.gs.len() + (queued + self.global.len()) / 16 + self.timers.len() + ringed + self.ctxs.len()
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
            Kind::ProcStart | Kind::ProcStop | Kind::Retake | Kind::ProcCount => self.processor(e),
            Kind::SpinStart
            | Kind::SpinStop
            | Kind::ThreadStart
            | Kind::ThreadPark
            | Kind::ThreadWake
            | Kind::ThreadEnd
            | Kind::LockThread
            | Kind::UnlockThread => self.thread(e),
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
            Kind::TimerSet => _ = self.timers.insert(e.a, Timer { due: e.b, p: e.p, by: e.g }),
            Kind::TimerFire | Kind::TimerStop => _ = self.timers.remove(&e.a),
            Kind::Print => self.printed += 1,
            Kind::Fatal => self.fatal = Some(e.a),
            Kind::Sysmon => self.sysmon = Some(e.a),
            Kind::NetPoll => self.polled = Some(e.time),
            Kind::StwStart => self.stopped = Some((e.why, e.time)),
            Kind::StwEnd => self.stopped = None,
            Kind::PreemptAsk | Kind::CgoCall | Kind::StackGrow | Kind::StackShrink => self.mark(seq, e),
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
            | Kind::Signal
            | Kind::NetBreak
            | Kind::GcForced
            | Kind::CgoCallback => {}
        }
    }

    fn set(&mut self, id: u32, status: Status) {
        let now = self.time;
        if id == 0 {
            return;
        }
        let Some(g) = place(&mut self.gs, id) else { return };
        let polled = |s: Status| s == Status::Waiting(WaitReason::IoWait);
        match (polled(g.status), polled(status)) {
            (false, true) => self.in_poller += 1,
            (true, false) => self.in_poller = self.in_poller.saturating_sub(1),
            _ => {}
        }
        g.status = status;
        g.since = now;
    }

    /// What an event tells about a goroutine besides its status.
    fn mark(&mut self, seq: Seq, e: &Event) {
        let id = if e.kind == Kind::PreemptAsk { e.a } else { e.g };
        let Some(g) = self.gs.get_mut(id as usize) else { return };
        match e.kind {
            Kind::PreemptAsk => g.asked = Some(seq),
            Kind::CgoCall => g.foreign = e.why == 0,
            _ => g.stack = e.b,
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
                self.reuse(e);
                self.enqueue(e.p, e.a, true);
            }
            Kind::GoStart => self.start(seq, e),
            Kind::GoPark => {
                self.leave(e, Status::Waiting(WaitReason::from_u8(e.why)));
                if let Some(g) = self.gs.get_mut(e.g as usize) {
                    g.object = e.a;
                    g.reason = WaitReason::from_u8(e.why);
                }
            }
            Kind::GoReady => {
                self.set(e.a, Status::Runnable);
                if let Some(g) = self.gs.get_mut(e.a as usize) {
                    g.woken_by = Some(seq);
                }
                self.leave_only_queue(e.a);
                self.enqueue(e.p, e.a, e.b == 1);
            }
            Kind::GoYield => {
                self.leave(e, Status::Runnable);
                self.enqueue_global(e.g);
            }
            Kind::GoEnd => {
                self.leave(e, Status::Dead);
                self.unqueue(e.g);
                self.keep_record(e.p);
            }
            Kind::SyscallEnter => self.enter_call(e),
            _ => self.exit_call(e),
        }
    }

    fn start(&mut self, seq: Seq, e: &Event) {
        let inherits = self.gs.get(e.g as usize).is_some_and(|g| g.seat == Seat::Next(e.p));
        self.unqueue(e.g);
        self.set(e.g, Status::Running);
        if let Some(g) = place(&mut self.gs, e.g) {
            g.born.get_or_insert(seq);
            if e.cause != NO_CAUSE {
                g.woken_by = Some(e.cause);
            }
            g.last_p = e.p;
            g.asked = None;
        }
        if let Some(p) = self.ps.get_mut(e.p as usize) {
            p.running = Some(e.g);
            p.syscall = None;
            if !inherits {
                p.ticks += 1;
                p.slice = e.time;
            }
        }
        self.hold(e.m, e.p, Some(e.g));
    }

    /// `e.g` leaves processor and thread.
    fn leave(&mut self, e: &Event, status: Status) {
        self.set(e.g, status);
        if let Some(g) = self.gs.get_mut(e.g as usize) {
            g.asked = None;
        }
        match self.ps.get_mut(e.p as usize) {
            Some(p) if p.running == Some(e.g) => p.running = None,
            _ => self.ps.iter_mut().filter(|p| p.running == Some(e.g)).for_each(|p| p.running = None),
        }
        if let Some(m) = self.ms.get_mut(e.m as usize) {
            m.g = None;
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
        let me = self.gs.get(e.g as usize);
        let sending = me.map_or(0, |g| g.sending);
        let selects = me.is_none_or(|g| !matches!(g.reason, WaitReason::ChanSend | WaitReason::ChanReceive));
        let served = place(&mut self.chans, id).and_then(|chan| chan.apply(e, sending, selects));
        if let Some(g) = served.and_then(|g| self.gs.get_mut(g as usize)) {
            g.joined.retain(|c| *c != id);
        }
    }

    /// A woken goroutine that stood in exactly one queue leaves it; one that waits in several (a
    /// select) leaves them by `ChanUnwait` and `SelectDone`.
    fn leave_only_queue(&mut self, g: u32) {
        let Some(me) = self.gs.get_mut(g as usize) else { return };
        let joined = std::mem::take(&mut me.joined);
        if matches!(me.reason, WaitReason::ChanSend | WaitReason::ChanReceive) {
            if let Some(c) = joined.last().and_then(|&id| self.chans.get_mut(id as usize)) {
                c.drop_one(g);
            }
            return;
        }
        let waits = |id: &&u32| self.chans.get(**id as usize).is_some_and(|c| c.waits(g));
        let mut queued = joined.iter().filter(waits);
        if let (Some(&id), None) = (queued.next(), queued.next())
            && let Some(c) = self.chans.get_mut(id as usize)
        {
            c.drop_waiter(g);
        }
    }
}
