//! Go's execution trace, for `go tool trace`, gotraceui, and Go's own validator.
//!
//! Every event that Go has a word for is told with it, in the order it happened, on the thread it
//! happened on, with the sequence numbers Go wants; prints, channel operations and the like become
//! user annotations, stretches of computing become regions. Nothing is repaired: a recording that
//! breaks a rule gives a file that Go's reader refuses, which is what makes it a judge of our
//! scheduler. Every prefix of a valid trace is valid, so a recording cut short ends at the cut.
//!
//! Decisions
//!   - Format 1.22: the oldest of the present family, read by every `go tool trace` since. From 1.25
//!     on the format wants the time of day, which a virtual clock does not have.
//!   - Time is the run's own, in ns; two events of one moment are 1 ns apart, since Go's reader does
//!     the same to those that are not.
//!   - A goroutine created outside every processor (main) is introduced by its status.
//!   - Source lines are unknown here: a frame names the event of its first use, `recording:118`.
//!
//! Go's reader repairs times that go back (it trusts sequence numbers more); that lie is kept visible
//! in the bytes and found by the developer's check, which looks at the batches before the reader does.
//! Source: internal/trace/order.go, runtime/traceruntime.go (go1.27.3)
mod wire;
mod words;

use std::collections::HashMap;

use crate::trace::event::{Event, Kind, NO_CAUSE, NO_P, Recording, Seq, WaitReason};
use crate::trace::order::{Holder, Order, is_act};
use crate::trace::state::Status;
use wire::{Ev, G_RUNNABLE, P_IDLE, P_RUNNING, TIME_ZERO, Wire};

/// Why a recording cannot be written as a Go trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It tells nothing of a scheduler: nobody was started on a processor.
    NoSchedule,
    /// More processors than an event can number.
    TooManyProcs,
}

/// Most processors that events can tell apart.
const PROCS_MAX: u16 = 254;

/// The whole file.
///
/// # Errors
/// See [`Refused`]. A recording that breaks rules is no error.
pub fn trace(rec: &Recording) -> Result<Vec<u8>, Refused> {
    if rec.procs > PROCS_MAX {
        return Err(Refused::TooManyProcs);
    }
    if rec.of(Kind::GoStart).next().is_none() {
        return Err(Refused::NoSchedule);
    }
    let mut t = Teller::new(rec);
    for (seq, e) in (0..).zip(&rec.events) {
        t.tell(seq, e);
    }
    Ok(t.wire.finish("recording"))
}

struct Teller<'a> {
    rec: &'a Recording,
    wire: Wire,
    /// What holds before the event that is told.
    order: Order,
    /// Time of the last event in the recording, and as written.
    true_time: u64,
    now: u64,
    /// Address and thread of the event that is told.
    seq: Seq,
    m: u32,
    g_seq: HashMap<u32, u64>,
    p_seq: HashMap<u8, u64>,
    names: HashMap<u32, String>,
    /// Goroutines that compute, with the name of the region.
    burning: HashMap<u32, u64>,
    /// The number of processors has been told.
    procs_told: bool,
    /// Goroutine whose stop of the world was told.
    stopper: Option<u32>,
    /// A goroutine that goes on when its thread has another processor.
    between: Option<u32>,
}

impl<'a> Teller<'a> {
    fn new(rec: &'a Recording) -> Self {
        Self {
            rec,
            wire: Wire::default(),
            order: Order::new(rec),
            true_time: 0,
            now: TIME_ZERO,
            seq: 0,
            m: 0,
            g_seq: HashMap::new(),
            p_seq: HashMap::new(),
            names: HashMap::new(),
            burning: HashMap::new(),
            procs_told: false,
            stopper: None,
            between: None,
        }
    }

    fn tell(&mut self, seq: Seq, e: &Event) {
        self.m = self.order.thread(e);
        self.seq = seq;
        let at = TIME_ZERO.saturating_add(e.time);
        if e.time < self.true_time {
            self.now = at; // a lie, kept as one
        }
        self.true_time = e.time;
        self.now = self.now.max(at - 1);
        if is_act(e.kind) && e.kind != Kind::GoYield {
            self.end_burning(e);
        }
        self.schedule(e);
        self.order.apply(e, self.m);
        if e.kind == Kind::GoStart && !self.procs_told {
            self.procs_told = true;
            self.put(Ev::ProcsChange, &[u64::from(self.rec.procs), 0]);
        }
        self.annotate(e);
    }

    /// Writes an event on the present thread, 1 ns after the last one or at its own time.
    fn put(&mut self, ev: Ev, args: &[u64]) {
        self.now = self.now.saturating_add(1);
        self.wire.event(self.m, self.now, ev, args);
    }

    fn next_g(&mut self, g: u32) -> u64 {
        let n = self.g_seq.entry(g).or_default();
        *n += 1;
        *n
    }

    fn next_p(&mut self, p: u8) -> u64 {
        let n = self.p_seq.entry(p).or_default();
        *n += 1;
        *n
    }

    /// The stack of a goroutine that does `what`.
    fn stack(&mut self, what: &str, g: u32) -> u64 {
        let root = if g == 0 { String::new() } else { self.name(g) };
        self.wire.stack(&[what, &root], u64::from(self.seq))
    }

    fn name(&self, g: u32) -> String {
        self.names.get(&g).cloned().unwrap_or_else(|| if g == 1 { "main.main".into() } else { format!("G{g}") })
    }

    fn schedule(&mut self, e: &Event) {
        match e.kind {
            Kind::GoCreate => self.create(e),
            Kind::GoStart => {
                self.introduce(e.p, P_RUNNING);
                let n = self.next_g(e.g);
                self.put(Ev::GoStart, &[u64::from(e.g), n]);
            }
            Kind::GoPark => {
                let reason = self.wire.string(words::block_reason(WaitReason::from_u8(e.why)));
                let stack = self.stack(&words::blocking(self.rec, e), e.g);
                self.put(Ev::GoBlock, &[reason, stack]);
            }
            Kind::GoReady => self.ready(e),
            Kind::GoYield => {
                let reason = self.wire.string(words::stop_reason(e.why));
                let stack = self.stack(words::stop_reason(e.why), e.g);
                self.put(Ev::GoStop, &[reason, stack]);
            }
            Kind::GoEnd => self.put(Ev::GoDestroy, &[]),
            Kind::SyscallEnter => {
                let n = self.order.held(self.m).map_or(0, |p| self.next_p(p));
                let stack = self.stack("syscall", e.g);
                self.put(Ev::GoSyscallBegin, &[n, stack]);
            }
            Kind::SyscallExit => self.exit(e),
            Kind::ProcStart => {
                self.introduce(e.p, P_IDLE);
                let n = self.next_p(e.p);
                self.put(Ev::ProcStart, &[u64::from(e.p), n]);
                if let Some(g) = self.between.take_if(|g| self.order.on(self.m) == Some(*g)) {
                    let n = self.next_g(g);
                    self.put(Ev::GoStart, &[u64::from(g), n]);
                }
            }
            Kind::ProcStop => self.stop_proc(),
            Kind::Retake => {
                let n = self.next_p(e.p);
                let from = u64::from(self.order.robbed(e));
                self.put(Ev::ProcSteal, &[u64::from(e.p), n, from]);
            }
            Kind::StwStart | Kind::StwEnd => self.world(e),
            Kind::ProcCount => {
                if let Some(g) = self.runner() {
                    let stack = self.stack("runtime.GOMAXPROCS", g);
                    self.put(Ev::ProcsChange, &[u64::from(e.a), stack]);
                }
            }
            _ => {}
        }
    }

    /// Tells the status of a processor that is named for the first time.
    fn introduce(&mut self, p: u8, status: u64) {
        let new = p != NO_P && self.order.holder(p) == Holder::Unseen;
        if new && (status == P_IDLE || self.order.held(self.m).is_none()) {
            self.put(Ev::ProcStatus, &[u64::from(p), status]);
        }
    }

    fn create(&mut self, e: &Event) {
        let name = match self.rec.text(e.b as u32) {
            _ if e.a == 1 => "main.main".to_owned(),
            "" => format!("{}.func", self.name(e.g)),
            name => name.to_owned(),
        };
        self.names.insert(e.a, name.clone());
        if self.order.held(self.m).is_none() {
            return self.put(Ev::GoStatus, &[u64::from(e.a), u64::MAX, G_RUNNABLE]);
        }
        let own = self.wire.stack(&[&name], u64::from(self.seq));
        let stack = if e.g == 0 { 0 } else { self.stack(&format!("go {name}"), e.g) };
        self.put(Ev::GoCreate, &[u64::from(e.a), own, stack]);
    }

    fn ready(&mut self, e: &Event) {
        let rec = self.rec;
        let cause = rec.events.get(e.cause as usize).filter(|_| e.cause != NO_CAUSE);
        let stack = self.stack(&words::waking(rec, cause), e.g);
        let n = self.next_g(e.a);
        self.put(Ev::GoUnblock, &[u64::from(e.a), n, stack]);
    }

    /// A processor is given up. Whoever changes the number of processors may lose its own while it runs;
    /// Go tells that as a goroutine that makes room and starts again on another.
    fn stop_proc(&mut self) {
        if let (Some(g), Some(_)) = (self.runner(), self.stopper) {
            let reason = self.wire.string(words::stop_reason(0));
            let stack = self.stack("runtime.GOMAXPROCS", g);
            self.put(Ev::GoStop, &[reason, stack]);
            self.between = Some(g);
        }
        self.put(Ev::ProcStop, &[]);
    }

    /// A call that kept its processor just ends; one that lost it leaves its goroutine runnable, which
    /// then starts here if there is another processor, be it taken back out of another's call.
    fn exit(&mut self, e: &Event) {
        let kept = self.order.held(self.m).map(|p| self.order.holder(p));
        if e.a == 1 && matches!(kept, Some(Holder::Held { syscall: true, .. })) {
            return self.put(Ev::GoSyscallEnd, &[]);
        }
        if let Some(other) = self.order.steals_back(e, self.m) {
            let n = self.next_p(e.p);
            self.put(Ev::ProcSteal, &[u64::from(e.p), n, u64::from(other)]);
            let n = self.next_p(e.p);
            self.put(Ev::ProcStart, &[u64::from(e.p), n]);
        }
        self.put(Ev::GoSyscallEndBlocked, &[]);
        if e.a == 1 {
            let n = self.next_g(e.g);
            self.put(Ev::GoStart, &[u64::from(e.g), n]);
        }
    }

    /// The world stops and goes on. In Go this belongs to a goroutine; nobody else's is told.
    fn world(&mut self, e: &Event) {
        let Some(g) = self.runner() else { return };
        if e.kind == Kind::StwStart {
            self.stopper = Some(g);
            let kind = self.wire.string(words::stw_reason(e.why));
            let stack = self.stack("stop the world", g);
            self.put(Ev::StwBegin, &[kind, stack]);
        } else {
            self.stopper = None;
            self.put(Ev::StwEnd, &[]);
        }
    }

    /// The goroutine that runs on the present thread, even while it does so on the thread's own stack
    /// (events then name no goroutine).
    fn runner(&self) -> Option<u32> {
        self.order.on(self.m).filter(|&g| self.runs(g))
    }

    /// `g` runs on the present thread, with a processor, outside blocking calls: only then may it be
    /// annotated.
    fn runs(&self, g: u32) -> bool {
        g != 0
            && self.order.on(self.m) == Some(g)
            && self.order.status(g) == Status::Running
            && self.order.held(self.m).is_some()
    }

    fn annotate(&mut self, e: &Event) {
        if !self.runs(e.g) {
            return;
        }
        if e.kind == Kind::Burn {
            let name = self.wire.string(&words::burning(e.b));
            let stack = self.stack("burn", e.g);
            self.burning.insert(e.g, name);
            return self.put(Ev::UserRegionBegin, &[0, name, stack]);
        }
        if let Some((category, message)) = words::annotation(self.rec, e) {
            let (key, value) = (self.wire.string(category), self.wire.string(&message));
            let stack = self.stack(&words::doing(self.rec, e), e.g);
            self.put(Ev::UserLog, &[0, key, value, stack]);
        }
    }

    /// What a goroutine does next ends its stretch of computing.
    fn end_burning(&mut self, e: &Event) {
        if self.runs(e.g)
            && let Some(name) = self.burning.remove(&e.g)
        {
            let stack = self.stack("burn", e.g);
            self.put(Ev::UserRegionEnd, &[0, name, stack]);
        }
    }
}
