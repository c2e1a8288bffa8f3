//! Connections for goroutines: a call that would block parks the goroutine in the poller.
//!
//! On the real platform they are sockets of the machine, on the virtual one buffers in memory with
//! the same behaviour, so that a program with a server and its clients replays byte for byte.
//!
//! | call | parks as | comes back when |
//! |---|---|---|
//! | `accept`, `read`, `recv_from` | IO wait | something came, the peer closed, deadline, `close` |
//! | `write`, `dial` | IO wait | there is room, the peer answered, deadline, `close` |
//!
//! Only loopback addresses: this is a library to learn with, and its programs end by themselves.
//! On the `may` engine these calls block their worker.
//! Go: net/fd_posix.go, internal/poll/fd_unix.go (go1.27.3)
mod pipe;
mod real;
mod udp;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Release;

use super::g;
use super::netpoll::{PollDesc, Side, Stopped};
use super::rt::Rt;
use super::time::Time;
use super::timers::Timer;

pub(crate) use pipe::Ports;
pub use udp::Udp;

/// Why a network call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetError {
    /// Closed on this side: `use of closed network connection`.
    Closed,
    /// The deadline passed: `i/o timeout`.
    Deadline,
    /// Nobody listens there: `connection refused`.
    Refused,
    /// What the system said.
    Io(String),
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NetError::Closed => f.write_str("use of closed network connection"),
            NetError::Deadline => f.write_str("i/o timeout"),
            NetError::Refused => f.write_str("connection refused"),
            NetError::Io(e) => f.write_str(e),
        }
    }
}

impl std::error::Error for NetError {}

impl From<Stopped> for NetError {
    fn from(s: Stopped) -> Self {
        match s {
            Stopped::Closed => NetError::Closed,
            Stopped::Deadline => NetError::Deadline,
        }
    }
}

impl From<std::io::Error> for NetError {
    fn from(e: std::io::Error) -> Self {
        if e.kind() == std::io::ErrorKind::ConnectionRefused { NetError::Refused } else { NetError::Io(e.to_string()) }
    }
}

/// An answer that may have to wait.
type Try<T> = Result<Option<T>, NetError>;

/// What stands behind a connection or a listener: a socket or a buffer in memory.
trait Source: Send + Sync {
    /// `None`: would block.
    fn try_read(&self, rt: &Rt, into: &mut [u8]) -> Try<usize>;
    fn try_write(&self, rt: &Rt, from: &[u8]) -> Try<usize>;
    fn try_accept(&self, rt: &Rt) -> Try<Conn>;
    /// Tells the peer and the system.
    fn shut(&self, rt: &Rt);
}

/// The part that connections, listeners and datagram sockets share.
struct Desc {
    rt: *const Rt,
    rt_id: u64,
    poll: *const PollDesc,
    deadlines: [std::sync::OnceLock<Arc<Timer>>; 2],
}

// SAFETY: both pointers are used only by goroutines of their own run (`own_run`), which outlives
// them; descriptors are never freed within a run (N2 of `netpoll`).
#[allow(unsafe_code)]
unsafe impl Send for Desc {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for Desc {}

impl Desc {
    fn open(rt: &Rt) -> Self {
        Self { rt, rt_id: rt.id, poll: rt.net.open(), deadlines: Default::default() }
    }
    #[allow(unsafe_code)]
    fn poll(&self) -> &'static PollDesc {
        // SAFETY: N2.
        unsafe { &*self.poll }
    }
    /// The run, when the caller is a goroutine of it.
    fn own_run(&self) -> Option<&'static Rt> {
        let g = g::cur();
        if g.is_null() {
            return None;
        }
        let rt = g::me().rt();
        (std::ptr::eq(rt, self.rt) && rt.id == self.rt_id).then_some(rt)
    }
    fn rt(&self) -> &'static Rt {
        self.own_run().expect("a connection works only in the run that made it")
    }

    /// Tries until it need not wait.
    fn wait_for<T>(&self, side: Side, mut f: impl FnMut(&Rt) -> Try<T>) -> Result<T, NetError> {
        let rt = self.rt();
        super::seam::point(g::me(), super::virt::OP_NS);
        loop {
            self.poll().arm(side)?;
            if let Some(v) = f(rt)? {
                return Ok(v);
            }
            self.poll().wait(side)?;
        }
    }

    fn set_deadline(&self, side: Side, t: Option<Time>) {
        let rt = self.rt();
        let poll = self.poll();
        let late = poll.late(side);
        let timer = self.deadlines[usize::from(side == Side::Write)]
            .get_or_init(|| Timer::new(rt, false, move |rt, _, _| rt.net.expire(rt, poll, side)));
        timer.stop(rt);
        late.store(false, Release);
        match t {
            Some(t) if t.0 <= rt.now() => rt.net.expire(rt, poll, side),
            Some(t) => _ = timer.set(rt, t.0, 0),
            None => {}
        }
    }

    fn close(&self) {
        let rt = self.rt();
        for t in self.deadlines.iter().filter_map(std::sync::OnceLock::get) {
            t.stop(rt);
        }
        rt.net.close(rt, self.poll());
    }
}

impl Drop for Desc {
    fn drop(&mut self) {
        // Nobody can wait on it any more.
        if let Some(rt) = self.own_run() {
            rt.net.recycle(self.poll());
        }
    }
}

struct Inner {
    desc: Desc,
    source: Box<dyn Source>,
    closed: std::sync::atomic::AtomicBool,
}

impl Inner {
    fn close(&self) -> Result<(), NetError> {
        if self.closed.swap(true, std::sync::atomic::Ordering::AcqRel) {
            return Err(NetError::Closed);
        }
        // First our side, so that who waits is told "closed" and not what the system says then.
        self.desc.close();
        self.source.shut(self.desc.rt());
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.desc.own_run().is_some() {
            let _ = self.close();
        }
    }
}

/// Where somebody listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addr(pub(crate) SocketAddr);

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A byte stream to a peer. Copies refer to the same connection.
#[derive(Clone)]
pub struct Conn(Arc<Inner>);

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Conn")
    }
}

impl Conn {
    /// Reads what is there, at least one byte; 0 when the peer has closed.
    ///
    /// # Errors
    /// Closed on this side, deadline passed, or what the system says.
    pub fn read(&self, into: &mut [u8]) -> Result<usize, NetError> {
        self.0.desc.wait_for(Side::Read, |rt| self.0.source.try_read(rt, into))
    }

    /// Fills `into`; `false` when the peer closed before.
    ///
    /// # Errors
    /// As [`Conn::read`].
    pub fn read_full(&self, into: &mut [u8]) -> Result<bool, NetError> {
        let mut at = 0;
        while at < into.len() {
            match self.read(&mut into[at..])? {
                0 => return Ok(false),
                n => at += n,
            }
        }
        Ok(true)
    }

    /// Writes all of `from`.
    ///
    /// # Errors
    /// As [`Conn::read`]; `Io` when the peer is gone.
    pub fn write(&self, from: &[u8]) -> Result<usize, NetError> {
        let mut at = 0;
        while at < from.len() {
            at += self.0.desc.wait_for(Side::Write, |rt| self.0.source.try_write(rt, &from[at..]))?;
        }
        Ok(at)
    }

    /// Reads and waits end with [`NetError::Deadline`] from `t` on; `None` lifts it.
    pub fn set_read_deadline(&self, t: Option<Time>) {
        self.0.desc.set_deadline(Side::Read, t);
    }
    /// As [`Conn::set_read_deadline`], for writes.
    pub fn set_write_deadline(&self, t: Option<Time>) {
        self.0.desc.set_deadline(Side::Write, t);
    }

    /// Closes it; who waits on it comes back with [`NetError::Closed`].
    ///
    /// # Errors
    /// When it was closed before.
    pub fn close(&self) -> Result<(), NetError> {
        self.0.close()
    }
}

/// Takes connections.
#[derive(Clone)]
pub struct Listener(Arc<Inner>, Addr);

impl Listener {
    /// Waits for the next connection.
    ///
    /// # Errors
    /// Closed, deadline passed, or what the system says.
    pub fn accept(&self) -> Result<Conn, NetError> {
        self.0.desc.wait_for(Side::Read, |rt| self.0.source.try_accept(rt))
    }
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> Addr {
        self.1
    }
    /// `accept` ends with [`NetError::Deadline`] from `t` on.
    pub fn set_deadline(&self, t: Option<Time>) {
        self.0.desc.set_deadline(Side::Read, t);
    }
    /// Closes it; who waits in `accept` comes back with [`NetError::Closed`].
    ///
    /// # Errors
    /// When it was closed before.
    pub fn close(&self) -> Result<(), NetError> {
        self.0.close()
    }
}

fn inner(desc: Desc, source: Box<dyn Source>) -> Arc<Inner> {
    Arc::new(Inner { desc, source, closed: std::sync::atomic::AtomicBool::new(false) })
}

/// Listens on a free loopback port.
///
/// # Errors
/// What the system says.
pub fn listen() -> Result<Listener, NetError> {
    let rt = g::me().rt();
    if rt.virt.is_some() { Ok(pipe::listen(rt)) } else { real::listen(rt) }
}

/// Connects to a listener.
///
/// # Errors
/// [`NetError::Refused`] when nobody listens; what the system says.
pub fn dial(to: &Addr) -> Result<Conn, NetError> {
    let rt = g::me().rt();
    super::seam::point(g::me(), super::virt::OP_NS);
    if rt.virt.is_some() { pipe::dial(rt, *to) } else { real::dial(rt, *to) }
}
