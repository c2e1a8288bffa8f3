//! One event is one thing that happened to a goroutine, a thread, a processor or a channel.
//!
//! Invariants
//!   E1  an event is 32 bytes of plain numbers; names and shown values live in the side table
//!   E2  `cause` names an earlier event (or none): the one that made this one possible
//!   E3  time never goes back within one recording
//!
//! `a` and `b` mean what [`Kind`] says for each kind. State is a pure fold over events
//! (`trace::state`), so a view never needs the runtime that made them.

/// Sequence number of an event: its index in the recording.
pub type Seq = u32;
/// "No event" in [`Event::cause`].
pub const NO_CAUSE: Seq = u32::MAX;
/// "No processor" in [`Event::p`].
pub const NO_P: u8 = u8::MAX;
/// "No thread" in [`Event::m`].
pub const NO_M: u8 = u8::MAX;

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Event {
    /// Nanoseconds since the start of the run (virtual or monotonic).
    pub time: u64,
    /// Second argument, see [`Kind`].
    pub b: u64,
    /// The goroutine that did it, 0 if none (a thread looking for work, a timer).
    pub g: u32,
    /// First argument, see [`Kind`].
    pub a: u32,
    pub cause: Seq,
    /// The processor it happened on, [`NO_P`] if none.
    pub p: u8,
    /// The thread it happened on, 255 if none or above.
    pub m: u8,
    pub kind: Kind,
    /// A [`WaitReason`] for parks, else a small detail, see [`Kind`].
    pub why: u8,
}

/// Index into [`Recording::texts`] used by events that carry a shown value; 0 is "no text".
pub type TextId = u32;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What happened. The comment gives the meaning of `a`, `b` and `why`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind { $($(#[$doc])* $name,)* }
        impl Kind {
            /// Every kind, in numeric order.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];
            /// The stable name used in text and JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$name => $text,)* }
            }
        }
    };
}

kinds! {
    // ── scheduler ──
    /// `a` = new goroutine, `b` = text id of its name. `g` = creator. `why` = where its record came
    /// from: 0 new, 1 the processor's free list, 2 the global free list.
    GoCreate = "go-create",
    /// `g` starts or goes on running on `p`, `m`. cause = what made it runnable.
    GoStart = "go-start",
    /// `g` left the processor to wait; `why` = wait reason, `a` = channel or other object id.
    GoPark = "go-park",
    /// `a` = goroutine made runnable by `g` (0: by a timer). `b` = 1 when put into runnext.
    GoReady = "go-ready",
    /// `g` gave the processor up and stays runnable. `why` = 0 Gosched, 1 preempted.
    GoYield = "go-yield",
    /// `g` is done. `why` = 0 returned, 1 Goexit, 2 panicked.
    GoEnd = "go-end",
    /// `m` took processor `p`.
    ProcStart = "proc-start",
    /// `m` gave processor `p` up and goes idle.
    ProcStop = "proc-stop",
    /// `p` took `a` goroutines from processor `b`'s queue; `g` = the one it will run. `why` = 1 if runnext was taken.
    Steal = "steal",
    /// `m` started spinning (looking for work with a processor but no goroutine).
    SpinStart = "spin-start",
    /// `m` stopped spinning; `a` = 1 if it found work.
    SpinStop = "spin-stop",
    /// A thread was created: `a` = its id. `why` = 1: a record for a thread that is not the runtime's.
    ThreadStart = "thread-start",
    /// Thread `m` sleeps: `why` = 0 without work, 1 in the poller until `b`, 2 until its locked goroutine is
    /// runnable, 3 for good (the first thread, whose locked goroutine has ended).
    ThreadPark = "thread-park",
    /// Thread `a` was woken by `m`.
    ThreadWake = "thread-wake",
    /// `a` goroutines were taken from the global queue by `p`; `why` = 1 for the 1-in-61 poll.
    GlobalGet = "global-get",
    /// `a` goroutines were put into the global queue.
    GlobalPut = "global-put",
    /// `g` enters a blocking call; its thread goes with it, its processor does not.
    SyscallEnter = "syscall-enter",
    /// `g` is back from a blocking call; `a` = 1 if it goes on at once. `why` = 0 on its old
    /// processor, 1 on an idle one, 2 through the global queue.
    SyscallExit = "syscall-exit",
    /// Processor `p` was taken from thread `a`, which is in a blocking call: `why` = 0 the caller
    /// knew it would block, 1 sysmon, 2 stop-the-world. `b` = ns the call had lasted.
    Retake = "retake",
    /// sysmon sleeps for `a` µs between its looks from now on; `b` = looks since it last said so.
    Sysmon = "sysmon",
    /// sysmon asks for a collection: none has ended for `b` ns.
    GcForced = "gc-forced",
    /// Goroutine `a` on `p` is asked to give way; `why` = 0 by the flag, 1 by the flag and a signal.
    /// `b` = ns it has run.
    PreemptAsk = "preempt-ask",
    /// `m` took a preemption signal while `g` ran; `why` = 0 it gives way, 1 the interrupted code is
    /// not preemptible, 2 the runtime is busy, 3 nobody wants it any more.
    Signal = "signal",
    /// The poller was asked: `a` = goroutines made ready. `why` = 0 a look, 1 the last idle thread
    /// slept in it (`b` = until when), 2 by sysmon.
    NetPoll = "netpoll",
    /// A thread asleep in the poller was broken out of it.
    NetBreak = "net-break",
    /// The world is stopped for `why` (0 gomaxprocs, 1 garbage collection, 2 a dump).
    StwStart = "stw-start",
    /// The world goes on; `b` = ns it stood.
    StwEnd = "stw-end",
    /// There are `a` processors now.
    ProcCount = "proc-count",
    /// `g` is locked to `m`; `a` = nesting depth.
    LockThread = "lock-thread",
    /// `g` lets `m` go; `a` = nesting depth left.
    UnlockThread = "unlock-thread",
    /// Thread `a` ended.
    ThreadEnd = "thread-end",
    /// `g` calls foreign code on the thread's own stack; back with `why` = 1.
    CgoCall = "cgo-call",
    /// Foreign code calls back into goroutine code; `why` = 1 from a thread the runtime did not make, with
    /// `a` = the thread record it uses, `b` = 1 when it was borrowed for this.
    CgoCallback = "cgo-callback",
    // ── stacks (the contiguous-stack machine) ── `a` = old size, `b` = new size in bytes
    /// Copied to double size; `why` = pointers adjusted, at most 255.
    StackGrow = "stack-grow",
    /// Halved at a collection.
    StackShrink = "stack-shrink",
    // ── timers ──
    /// Timer `a` set to fire at `b` ns.
    TimerSet = "timer-set",
    /// Timer `a` fired; `b` = how late in ns.
    TimerFire = "timer-fire",
    /// Timer `a` stopped before firing.
    TimerStop = "timer-stop",
    // ── channels ── `a` = channel id throughout
    /// Channel made; `b` = capacity; `why` low byte unused. Name in [`Recording::chan_names`].
    ChanMake = "chan-make",
    /// `g` tries to send; `b` = text id of the value.
    ChanSend = "chan-send",
    /// The send is done; `why` = 0 direct to a waiting receiver, 1 into the ring, 2 after parking.
    /// `b` = receiver's goroutine for 0 and 2 (0 if unknown), ring slot for 1.
    ChanSendDone = "chan-send-done",
    /// `g` tries to receive.
    ChanRecv = "chan-recv",
    /// The receive is done; `why` = 0 straight from a waiting sender, 1 from the ring, 2 after
    /// parking, 3 closed (zero value), 4 from the ring with a waiting sender's value put in its slot.
    /// `b` = text id of the value.
    ChanRecvDone = "chan-recv-done",
    /// `g` joins the send queue (`why` = 0) or the receive queue (`why` = 1); `b` = text id of the value to send.
    ChanWait = "chan-wait",
    /// `b` = goroutine that left the send (`why` = 0) or receive (`why` = 1) queue without being
    /// served: its select was won by another case.
    ChanUnwait = "chan-unwait",
    /// Closed by `g`; `b` = number of waiters woken.
    ChanClose = "chan-close",
    /// A non-blocking operation found nothing to do; `why` = 0 send, 1 receive; `b` = 1 if the lock was not taken.
    ChanMiss = "chan-miss",
    /// The ring was emptied because its timer was stopped or set again (no stale ticks, Go 1.23).
    ChanDrain = "chan-drain",
    // ── select ──
    /// `g` enters a select: `a` = number of cases, `b` = number of nil channels among them, `why` = 1 with default.
    Select = "select",
    /// Case at source position `a` was looked at in poll order; `b` = channel id (or `u32::MAX` for nil).
    SelectPoll = "select-poll",
    /// Channel `a` was locked as number `b` in lock order.
    SelectLock = "select-lock",
    /// The select chose case `a` (source position; `u32::MAX` = default); `b` = channel id; `why` = 1 after parking.
    SelectDone = "select-done",
    // ── sync ── `a` = object id
    /// `why` = 0 fast, 1 after waiting, 2 in starvation mode by hand-off.
    LockAcquire = "lock-acquire",
    LockRelease = "lock-release",
    /// `b` = new counter value.
    WaitGroupAdd = "wg-add",
    /// Semaphore acquired; `b` = permits left.
    SemAcquire = "sem-acquire",
    SemRelease = "sem-release",
    // ── context ── `a` = context id
    /// `b` = parent context id (0 = none); `why` = 0 background 1 todo 2 cancel 3 timer 4 value 5 without-cancel 6 after-func.
    CtxMake = "ctx-make",
    /// Done channel made lazily; `b` = channel id.
    CtxDone = "ctx-done",
    /// Cancelled; `why` = 0 Canceled, 1 DeadlineExceeded; `b` = context id that passed it on (0 = itself).
    CtxCancel = "ctx-cancel",
    /// Child `b` was added to (`why` = 0) or removed from (`why` = 1) the children of `a`.
    CtxChild = "ctx-child",
    // ── program ──
    /// The program printed a line: `a` = text id.
    Print = "print",
    /// A number was noted: `a` = text id of its name, `b` = value as i64 bits.
    Note = "note",
    /// A stretch of computing time `b` ns by `g`.
    Burn = "burn",
    /// The run ended abnormally: `why` = 0 deadlock, 1 panic, 2 fatal, 3 limit; `a` = text id.
    Fatal = "fatal",
}

macro_rules! reasons {
    ($($name:ident = $text:literal,)*) => {
        /// Why a goroutine waits: Go's own words (runtime/runtime2.go waitReasonStrings, go1.27.3).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
        #[repr(u8)]
        pub enum WaitReason { #[default] $($name,)* }
        impl WaitReason {
            pub const ALL: &'static [WaitReason] = &[$(WaitReason::$name,)*];
            /// As a goroutine dump prints it.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(WaitReason::$name => $text,)* }
            }
            /// From [`Event::why`]; unknown numbers give `Zero`.
            #[must_use]
            pub fn from_u8(n: u8) -> Self {
                Self::ALL.get(n as usize).copied().unwrap_or_default()
            }
        }
    };
}

reasons! {
    Zero = "",
    ChanReceive = "chan receive",
    ChanSend = "chan send",
    ChanReceiveNil = "chan receive (nil chan)",
    ChanSendNil = "chan send (nil chan)",
    Select = "select",
    SelectNoCases = "select (no cases)",
    Sleep = "sleep",
    MutexLock = "sync.Mutex.Lock",
    RWMutexRLock = "sync.RWMutex.RLock",
    RWMutexLock = "sync.RWMutex.Lock",
    WaitGroupWait = "sync.WaitGroup.Wait",
    CondWait = "sync.Cond.Wait",
    SemAcquire = "semacquire",
    IoWait = "IO wait",
    Preempted = "preempted",
    Syscall = "syscall",
}

/// Everything one run left behind: events and the side table. Serialisable, replayable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    pub events: Vec<Event>,
    /// Index 0 is the empty string.
    pub texts: Vec<String>,
    /// Name of channel `i` (index = id), empty when it was given none.
    pub chan_names: Vec<String>,
    /// Number of processors of the run.
    pub procs: u16,
    pub seed: u64,
    /// True when the bound on events was reached and later ones were dropped.
    pub truncated: bool,
}

impl Recording {
    /// The text behind an id, empty when there is none.
    #[must_use]
    pub fn text(&self, id: TextId) -> &str {
        self.texts.get(id as usize).map_or("", String::as_str)
    }
    /// Events of one kind, with their sequence numbers.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = (Seq, &Event)> {
        self.events.iter().enumerate().filter(move |(_, e)| e.kind == kind).map(|(i, e)| (i as Seq, e))
    }
    /// Display name of a channel: its given name, else `ch<N>`.
    #[must_use]
    pub fn chan(&self, id: u32) -> String {
        match self.chan_names.get(id as usize) {
            Some(n) if !n.is_empty() => n.clone(),
            _ => format!("ch{id}"),
        }
    }
}

const _: () = assert!(size_of::<Event>() == 32);
