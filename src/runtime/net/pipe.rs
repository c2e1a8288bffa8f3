//! Connections in memory, for the virtual platform.
//!
//! Each direction is a bounded buffer. A write tells the poller that the other end is readable, a read
//! from a full buffer that it is writable: readiness reaches the goroutine the same way as from a
//! system, through a thread that asks the poller.
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};

use super::{Addr, Conn, Desc, Listener, NetError, Source, Try, inner};
use crate::runtime::lock::Locked;
use crate::runtime::netpoll::{PollDesc, Side};
use crate::runtime::rt::Rt;

/// Bytes on their way in one direction.
const BUFFER: usize = 64 << 10;
/// Connections that nobody has accepted yet.
const BACKLOG: usize = 128;
/// The first port handed out.
pub(super) const FIRST_PORT: u16 = 40_000;

/// Who listens where. Ports count up.
#[derive(Default)]
pub(crate) struct Ports {
    listeners: Locked<Vec<Option<Arc<Backlog>>>>,
    pub(super) mailboxes: super::udp::Mailboxes,
}

struct Backlog {
    waiting: Locked<VecDeque<Conn>>,
    poll: End,
}

/// A descriptor to tell.
pub(super) struct End(*const PollDesc);
// SAFETY: descriptors are never freed within their run (N2 of `netpoll`).
#[allow(unsafe_code)]
unsafe impl Send for End {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for End {}
impl End {
    pub(super) fn of(desc: &Desc) -> Self {
        Self(desc.poll())
    }
    #[allow(unsafe_code)]
    pub(super) fn get(&self) -> &PollDesc {
        // SAFETY: as above.
        unsafe { &*self.0 }
    }
}

#[derive(Default)]
struct Half {
    bytes: Locked<VecDeque<u8>>,
    closed: AtomicBool,
}

struct Pipe {
    from: Arc<Half>,
    to: Arc<Half>,
    peer: End,
}

impl Source for Pipe {
    fn try_read(&self, rt: &Rt, into: &mut [u8]) -> Try<usize> {
        let mut b = self.from.bytes.lock();
        let n = into.len().min(b.len());
        if n == 0 {
            return Ok(self.from.closed.load(Acquire).then_some(0));
        }
        let was_full = b.len() == BUFFER;
        for (to, from) in into.iter_mut().zip(b.drain(..n)) {
            *to = from;
        }
        drop(b);
        if was_full {
            rt.net.tell(rt, self.peer.get(), Side::Write);
        }
        Ok(Some(n))
    }

    fn try_write(&self, rt: &Rt, from: &[u8]) -> Try<usize> {
        if self.to.closed.load(Acquire) || self.from.closed.load(Acquire) {
            return Err(NetError::Io("broken pipe".into()));
        }
        let mut b = self.to.bytes.lock();
        let n = from.len().min(BUFFER - b.len());
        if n == 0 && !from.is_empty() {
            return Ok(None);
        }
        b.extend(&from[..n]);
        drop(b);
        rt.net.tell(rt, self.peer.get(), Side::Read);
        Ok(Some(n))
    }

    fn try_accept(&self, _: &Rt) -> Try<Conn> {
        Err(NetError::Io("accept on a connection".into()))
    }

    fn shut(&self, rt: &Rt) {
        self.from.closed.store(true, Release);
        self.to.closed.store(true, Release);
        rt.net.tell(rt, self.peer.get(), Side::Read);
        rt.net.tell(rt, self.peer.get(), Side::Write);
    }
}

struct Accepts(Arc<Backlog>, u16);

impl Source for Accepts {
    fn try_read(&self, _: &Rt, _: &mut [u8]) -> Try<usize> {
        Err(NetError::Io("read on a listener".into()))
    }
    fn try_write(&self, _: &Rt, _: &[u8]) -> Try<usize> {
        Err(NetError::Io("write on a listener".into()))
    }
    fn try_accept(&self, _: &Rt) -> Try<Conn> {
        Ok(self.0.waiting.lock().pop_front())
    }
    fn shut(&self, rt: &Rt) {
        rt.net.ports.listeners.lock()[usize::from(self.1 - FIRST_PORT)] = None;
        let left: Vec<Conn> = self.0.waiting.lock().drain(..).collect();
        for c in left {
            let _ = c.close();
        }
    }
}

pub(super) fn listen(rt: &Rt) -> Listener {
    let desc = Desc::open(rt);
    let b = Arc::new(Backlog { waiting: Locked::new(VecDeque::new()), poll: End::of(&desc) });
    let port = {
        let mut ports = rt.net.ports.listeners.lock();
        ports.push(Some(Arc::clone(&b)));
        FIRST_PORT + ports.len() as u16 - 1
    };
    let addr = Addr(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    Listener(inner(desc, Box::new(Accepts(b, port))), addr)
}

pub(super) fn dial(rt: &Rt, to: Addr) -> Result<Conn, NetError> {
    let at = usize::from(to.0.port().wrapping_sub(FIRST_PORT));
    let Some(b) = rt.net.ports.listeners.lock().get(at).and_then(Clone::clone) else { return Err(NetError::Refused) };
    if b.waiting.lock().len() >= BACKLOG {
        return Err(NetError::Refused);
    }
    let (ours, theirs) = (Desc::open(rt), Desc::open(rt));
    let (up, down) = (Arc::new(Half::default()), Arc::new(Half::default()));
    let (our_end, their_end) = (End(ours.poll()), End(theirs.poll()));
    let client = Pipe { from: Arc::clone(&down), to: Arc::clone(&up), peer: their_end };
    let server = Pipe { from: up, to: down, peer: our_end };
    b.waiting.lock().push_back(Conn(inner(theirs, Box::new(server))));
    rt.net.tell(rt, b.poll.get(), Side::Read);
    Ok(Conn(inner(ours, Box::new(client))))
}
