//! The poller: goroutines that wait for the network cost no thread.
//!
//! ```text
//!   goroutine  read → would block → park (IO wait) with its descriptor
//!   a thread   asks the system which descriptors are ready → makes their goroutines runnable
//!     without waiting: when its own and the global queue are empty; sysmon, when nobody did for 10 ms
//!     sleeping:        the last idle thread, until the next timer; broken out of it when it is needed
//! ```
//!
//! Readiness is edge-triggered: it is told once, and remembered in the descriptor (`READY`) until
//! somebody uses it.
//!
//! Invariants
//!   N1  each side of a descriptor is NONE, READY or one waiting goroutine; see `pollstate`
//!   N2  descriptors are recycled, never freed, within a run; a sequence number in the event tells a
//!       late event of an earlier use apart
//!   N3  `waiters` counts parked goroutines; while it is not 0 there is no deadlock report
//!   N5  one thread at a time sleeps in the poller, from [`Net::enter`] to the end of [`Net::sleep`] (`bell`)
//!
//! On the virtual platform there is no system to ask: a peer's write puts the descriptor into a list,
//! and the same points of the scheduler take it from there.
//!
//! Go: runtime/netpoll.go netpollblock, netpollunblock, netpollready; netpoll_epoll.go (go1.27.3)
#![allow(unsafe_code)]
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};

use mio::{Interest, Registry, Token};

use super::bell::Bell;
use super::g::{self, G};
use super::lock::Locked;
use super::pollstate::Word;
use super::rt::Rt;
use super::{sched, seam};
use crate::trace::event::NO_CAUSE;
use crate::trace::{Kind, WaitReason};

/// Events taken from the system at once.
const EVENTS: usize = 256;
const BREAK: usize = usize::MAX;

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Read,
    Write,
}

/// What the poller knows of one connection.
#[derive(Default)]
pub(crate) struct PollDesc {
    read: Word,
    write: Word,
    /// Bumped when it is closed: wakes come back with an error, late events are dropped (N2).
    seq: AtomicU32,
    pub(crate) read_late: AtomicBool,
    pub(crate) write_late: AtomicBool,
    closing: AtomicBool,
    index: u32,
}

/// Why a wait ended without readiness.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stopped {
    Closed,
    Deadline,
}

struct System {
    /// Keeps the system's object open; on Linux it is asked by its descriptor.
    #[cfg_attr(target_os = "linux", allow(dead_code))]
    poll: Locked<mio::Poll>,
    #[cfg(target_os = "linux")]
    fd: std::os::fd::RawFd,
    registry: Registry,
    #[cfg(target_os = "linux")]
    wire: Wire,
    #[cfg(not(target_os = "linux"))]
    waker: mio::Waker,
}

/// What the poller watches for a break.
#[cfg(target_os = "linux")]
struct Wire(std::os::fd::OwnedFd);

#[cfg(target_os = "linux")]
impl Wire {
    fn new(poller: std::os::fd::RawFd) -> io::Result<Self> {
        use std::os::fd::FromRawFd;
        // SAFETY: makes a descriptor that nobody else has, and tells the poller about it.
        unsafe {
            let fd = libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC);
            if fd < 0 {
                return Err(io::Error::last_os_error());
            }
            let own = std::os::fd::OwnedFd::from_raw_fd(fd);
            let mut e = libc::epoll_event { events: libc::EPOLLIN as u32, u64: BREAK as u64 };
            if libc::epoll_ctl(poller, libc::EPOLL_CTL_ADD, fd, &raw mut e) < 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(Self(own))
        }
    }
    fn write(&self) {
        use std::os::fd::AsRawFd;
        // SAFETY: eight bytes of our own, as an eventfd wants them. It cannot be full: one ring at a time.
        unsafe { libc::write(self.0.as_raw_fd(), (&raw const ONE).cast(), 8) };
    }
    fn read(&self) {
        use std::os::fd::AsRawFd;
        let mut n = 0u64;
        // SAFETY: as above.
        unsafe { libc::read(self.0.as_raw_fd(), (&raw mut n).cast(), 8) };
    }
}

#[cfg(target_os = "linux")]
static ONE: u64 = 1;

/// The poller of one run.
#[derive(Default)]
pub(crate) struct Net {
    system: OnceLock<System>,
    waiters: AtomicUsize,
    #[allow(clippy::vec_box)] // N2: events hold indices, goroutines hold references
    descs: Locked<Vec<Box<PollDesc>>>,
    free: Locked<Vec<u32>>,
    /// Virtual platform: sides that became ready and were not asked for yet.
    told: Locked<Vec<(u32, Side)>>,
    bell: Bell,
    /// Virtual platform: who listens.
    pub(crate) ports: super::net::Ports,
}

impl Net {
    /// Goroutines that wait in the poller.
    #[inline]
    pub(crate) fn waiters(&self) -> usize {
        self.waiters.load(Acquire)
    }

    fn system(&self) -> io::Result<&System> {
        if let Some(s) = self.system.get() {
            return Ok(s);
        }
        let poll = mio::Poll::new()?;
        let registry = poll.registry().try_clone()?;
        #[cfg(target_os = "linux")]
        let fd = std::os::fd::AsRawFd::as_raw_fd(&poll);
        let made = System {
            poll: Locked::new(poll),
            #[cfg(target_os = "linux")]
            fd,
            #[cfg(target_os = "linux")]
            wire: Wire::new(fd)?,
            #[cfg(not(target_os = "linux"))]
            waker: mio::Waker::new(&registry, Token(BREAK))?,
            registry,
        };
        Ok(self.system.get_or_init(|| made))
    }

    /// A descriptor for a new connection.
    pub(crate) fn open(&self) -> &PollDesc {
        let recycled = self.free.lock().pop();
        let mut all = self.descs.lock();
        let i = recycled.unwrap_or_else(|| {
            let index = all.len() as u32;
            all.push(Box::new(PollDesc { index, ..PollDesc::default() }));
            index
        });
        let d: *const PollDesc = &raw const *all[i as usize];
        drop(all);
        // SAFETY: N2: boxed and never freed before the run.
        let d = unsafe { &*d };
        for flag in [&d.closing, &d.read_late, &d.write_late] {
            flag.store(false, Release);
        }
        d.read.reset();
        d.write.reset();
        d
    }

    /// Tells the system to report this connection's readiness.
    pub(crate) fn register(&self, d: &PollDesc, source: &mut impl mio::event::Source) -> io::Result<()> {
        let token = Token((d.seq.load(Relaxed) as usize) << 32 | d.index as usize);
        self.system()?.registry.register(source, token, Interest::READABLE | Interest::WRITABLE)
    }

    /// The connection is closed: whoever waits is woken with an error.
    pub(crate) fn close(&self, rt: &Rt, d: &PollDesc) {
        d.seq.fetch_add(1, AcqRel);
        for side in [Side::Read, Side::Write] {
            if let Some(g) = d.side(side).stop(&d.closing) {
                self.waiters.fetch_sub(1, AcqRel);
                seam::ready(g, rt.event(Kind::NetPoll, 1, 0, 0, NO_CAUSE));
            }
        }
    }
    /// It may be used again (N2).
    pub(crate) fn recycle(&self, d: &PollDesc) {
        self.free.lock().push(d.index);
    }

    /// A deadline passed: whoever waits on this side is woken with an error.
    pub(crate) fn expire(&self, rt: &Rt, d: &PollDesc, side: Side) {
        if let Some(g) = d.side(side).stop(d.late(side)) {
            self.waiters.fetch_sub(1, AcqRel);
            seam::ready(g, rt.event(Kind::NetPoll, 1, 0, 0, NO_CAUSE));
        }
    }

    /// Virtual platform: the peer made this side ready.
    pub(crate) fn tell(&self, rt: &Rt, d: &PollDesc, side: Side) {
        self.told.lock().push((d.index, side));
        rt.sched.wakep(rt);
    }

    /// Asks without waiting; `why` as in `Kind::NetPoll`. True when goroutines became runnable.
    #[inline]
    pub(crate) fn poll_now(&self, rt: &Rt, why: u8) -> bool {
        self.waiters() > 0 && self.poll_slow(rt, why)
    }

    fn poll_slow(&self, rt: &Rt, why: u8) -> bool {
        let mut ready = Batch::new();
        if rt.virt.is_some() {
            self.take_told(&mut ready);
        } else {
            self.ask_system(0, &mut ready);
        }
        let last = &rt.sched.last_poll;
        if last.load(Relaxed) != 0 {
            last.store(rt.now().max(1), Release);
        }
        Self::hand_out(rt, &ready, why, 0)
    }

    /// Becomes the thread that may [`Net::sleep`], unless another still is (N5).
    pub(crate) fn enter(&self) -> bool {
        self.bell.enter()
    }

    /// It does not sleep after all.
    pub(crate) fn leave(&self) {
        self.bell.leave();
    }

    /// Sleeps in the poller until `until`, an event or [`Net::break_sleep`], and leaves it. The thread has no
    /// processor, and has looked round since it entered.
    pub(crate) fn sleep(&self, rt: &Rt, until: u64) {
        let mut ready = Batch::new();
        rt.sched.last_poll.store(0, Release);
        let left = rt.wall(until.saturating_sub(rt.now())).as_nanos();
        let ns = if until == u64::MAX { -1 } else { i64::try_from(left).unwrap_or(i64::MAX) };
        self.ask_system(ns, &mut ready);
        self.bell.leave();
        rt.sched.last_poll.store(rt.now().max(1), Release);
        Self::hand_out(rt, &ready, 1, until);
    }

    /// Brings a thread that sleeps in the poller back.
    pub(crate) fn break_sleep(&self) {
        if let Some(s) = self.system.get() {
            #[cfg(target_os = "linux")]
            self.bell.ring(|| s.wire.write());
            #[cfg(not(target_os = "linux"))]
            let _ = s.waker.wake(); // one that is pending already is enough
        }
    }

    fn take_told(&self, ready: &mut Batch) {
        let told = std::mem::take(&mut *self.told.lock());
        for (i, side) in told {
            let d: *const PollDesc = &raw const *self.descs.lock()[i as usize];
            // SAFETY: N2.
            if let Some(g) = unsafe { (*d).side(side).told() } {
                self.waiters.fetch_sub(1, AcqRel);
                ready.push(g);
            }
        }
    }

    fn told_to(&self, token: usize, read: bool, write: bool, ready: &mut Batch) {
        if token == BREAK {
            return;
        }
        let d: *const PollDesc = match self.descs.lock().get(token & 0xFFFF_FFFF) {
            Some(d) => &raw const **d,
            None => return,
        };
        // SAFETY: N2.
        let d = unsafe { &*d };
        if d.seq.load(Acquire) as usize != token >> 32 {
            return;
        }
        for (on, side) in [(read, Side::Read), (write, Side::Write)] {
            if on && let Some(g) = d.side(side).told() {
                self.waiters.fetch_sub(1, AcqRel);
                ready.push(g);
            }
        }
    }

    /// `ns` < 0: waits without limit.
    #[cfg(target_os = "linux")]
    fn ask_system(&self, ns: i64, ready: &mut Batch) {
        let Some(s) = self.system.get() else { return };
        // SAFETY: zeroed events are valid; the kernel fills as many as it says.
        unsafe {
            let mut events: [libc::epoll_event; EVENTS] = std::mem::zeroed();
            let limit = libc::timespec { tv_sec: ns.max(0) / 1_000_000_000, tv_nsec: ns.max(0) % 1_000_000_000 };
            let n = if ns == 0 {
                libc::epoll_wait(s.fd, events.as_mut_ptr(), EVENTS as i32, 0)
            } else {
                let limit = if ns < 0 { std::ptr::null() } else { &raw const limit };
                let no_mask: *const libc::sigset_t = std::ptr::null();
                libc::syscall(libc::SYS_epoll_pwait2, s.fd, events.as_mut_ptr(), EVENTS as i32, limit, no_mask, 0)
                    as i32
            };
            // -1 is an interrupted wait: the caller looks round and comes back.
            for e in &events[..n.max(0) as usize] {
                let (bits, token) = (e.events as i32, e.u64 as usize);
                if token == BREAK {
                    if ns != 0 {
                        self.bell.silence(|| s.wire.read());
                    }
                    continue;
                }
                let broken = bits & (libc::EPOLLERR | libc::EPOLLHUP) != 0;
                let read = broken || bits & (libc::EPOLLIN | libc::EPOLLRDHUP) != 0;
                self.told_to(token, read, broken || bits & libc::EPOLLOUT != 0, ready);
            }
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn ask_system(&self, ns: i64, ready: &mut Batch) {
        let Some(s) = self.system.get() else { return };
        if ns == 0 && self.bell.occupied() {
            return; // here only one thread may ask at a time
        }
        let limit = (ns >= 0).then(|| std::time::Duration::from_nanos(ns as u64));
        let mut events = mio::Events::with_capacity(EVENTS);
        // An interrupted wait: the caller looks round and comes back.
        if s.poll.lock().poll(&mut events, limit).is_err() {
            return;
        }
        for e in &events {
            let broken = e.is_error();
            self.told_to(
                e.token().0,
                broken || e.is_readable() || e.is_read_closed(),
                broken || e.is_writable(),
                ready,
            );
        }
    }

    fn hand_out(rt: &Rt, ready: &Batch, why: u8, until: u64) -> bool {
        if ready.len == 0 && why == 0 {
            return false;
        }
        let seq = rt.event(Kind::NetPoll, ready.len as u32, until, why, NO_CAUSE);
        sched::ready_many(rt, &ready.gs[..ready.len], seq);
        ready.len > 0
    }
}

/// Goroutines of one answer of the system: two sides an event at most.
struct Batch {
    gs: [*const G; 2 * EVENTS],
    len: usize,
}

impl Batch {
    fn new() -> Self {
        Self { gs: [std::ptr::null(); 2 * EVENTS], len: 0 }
    }
    fn push(&mut self, g: *const G) {
        if self.len < self.gs.len() {
            self.gs[self.len] = g;
            self.len += 1;
        } else {
            seam::ready(g, NO_CAUSE);
        }
    }
}

impl PollDesc {
    fn side(&self, side: Side) -> &Word {
        if side == Side::Read { &self.read } else { &self.write }
    }
    pub(crate) fn late(&self, side: Side) -> &AtomicBool {
        if side == Side::Read { &self.read_late } else { &self.write_late }
    }

    fn stopped(&self, side: Side) -> Option<Stopped> {
        if self.closing.load(Acquire) {
            return Some(Stopped::Closed);
        }
        self.late(side).load(Acquire).then_some(Stopped::Deadline)
    }

    /// Forgets readiness told before the last try.
    pub(crate) fn arm(&self, side: Side) -> Result<(), Stopped> {
        self.side(side).arm();
        self.stopped(side).map_or(Ok(()), Err)
    }

    /// Waits until the side is ready.
    pub(crate) fn wait(&self, side: Side) -> Result<(), Stopped> {
        unsafe fn commit(arg: *const ()) {
            // SAFETY: `arg` points into the parked goroutine's frame, which lives until it is woken;
            // copied out before the swap publishes it.
            let (d, side, g) = unsafe { *arg.cast::<(*const PollDesc, Side, *const G)>() };
            // SAFETY: N2, G1.
            let (d, rt) = unsafe { (&*d, (*g).rt()) };
            rt.net.waiters.fetch_add(1, AcqRel);
            if !d.side(side).commit(g, || d.stopped(side).is_some()) {
                // Ready, closed, or too late, before the wait (N1, N4).
                rt.net.waiters.fetch_sub(1, AcqRel);
                seam::ready(g, NO_CAUSE);
            }
        }
        if let Some(why) = self.stopped(side) {
            return Err(why);
        }
        let g = g::me();
        let arg = (std::ptr::from_ref(self), side, std::ptr::from_ref(g));
        // SAFETY: the argument lives in this frame, which outlives the wait.
        unsafe { seam::park(g, WaitReason::IoWait, self.index, Some((commit, (&raw const arg).cast()))) };
        self.stopped(side).map_or(Ok(()), Err)
    }
}
