//! Datagrams over loopback: sockets of the machine, or mailboxes in memory on the virtual platform.
//!
//! A datagram arrives whole, cut to the reader's buffer, or not at all: one for a port that nobody has,
//! or for a full mailbox, is lost without a word, on both platforms.
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::AcqRel;

use mio::net::UdpSocket;

use super::pipe::{End, FIRST_PORT};
use super::real::attempt;
use super::{Addr, Desc, NetError, Try};
use crate::runtime::g;
use crate::runtime::lock::Locked;
use crate::runtime::netpoll::Side;
use crate::runtime::rt::Rt;
use crate::runtime::time::Time;

/// The longest datagram: 65,535 less the headers of IPv4 and UDP.
const LONGEST: usize = 65_507;
/// Bytes that a mailbox holds (Linux: net.core.rmem_default).
const MAILBOX: usize = 212_992;

/// A datagram socket. Copies refer to the same one.
#[derive(Clone)]
pub struct Udp(Arc<Inner>);

struct Inner {
    desc: Desc,
    way: Way,
    closed: AtomicBool,
}

enum Way {
    Socket(UdpSocket),
    Memory(Arc<Mailbox>, Addr),
}

/// What has come for one port and was not read yet.
pub(crate) struct Mailbox {
    waiting: Locked<VecDeque<(Vec<u8>, Addr)>>,
    poll: End,
}

/// Mailboxes by port. Ports count up.
pub(crate) type Mailboxes = Locked<Vec<Option<Arc<Mailbox>>>>;

impl Mailbox {
    fn open(rt: &Rt, desc: &Desc) -> Way {
        let b = Arc::new(Self { waiting: Locked::default(), poll: End::of(desc) });
        let mut all = rt.net.ports.mailboxes.lock();
        all.push(Some(Arc::clone(&b)));
        let port = FIRST_PORT + all.len() as u16 - 1;
        Way::Memory(b, Addr(SocketAddr::from((Ipv4Addr::LOCALHOST, port))))
    }

    fn send(rt: &Rt, data: &[u8], from: Addr, to: Addr) -> Try<usize> {
        if data.len() > LONGEST {
            return Err(NetError::Io("message too long".into()));
        }
        let at = usize::from(to.0.port().wrapping_sub(FIRST_PORT));
        let Some(b) = rt.net.ports.mailboxes.lock().get(at).and_then(Clone::clone) else {
            return Ok(Some(data.len()));
        };
        let mut waiting = b.waiting.lock();
        if waiting.iter().map(|(d, _)| d.len()).sum::<usize>() + data.len() <= MAILBOX {
            waiting.push_back((data.to_vec(), from));
            drop(waiting);
            rt.net.tell(rt, b.poll.get(), Side::Read);
        }
        Ok(Some(data.len()))
    }

    fn take(&self, into: &mut [u8]) -> Option<(usize, Addr)> {
        let (data, from) = self.waiting.lock().pop_front()?;
        let n = data.len().min(into.len());
        into[..n].copy_from_slice(&data[..n]);
        Some((n, from))
    }
}

impl Udp {
    /// A socket on a free loopback port.
    ///
    /// # Errors
    /// What the system says.
    pub fn bind() -> Result<Self, NetError> {
        let rt = g::me().rt();
        let desc = Desc::open(rt);
        let way = if rt.virt.is_some() {
            Mailbox::open(rt, &desc)
        } else {
            let mut s = UdpSocket::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
            rt.net.register(desc.poll(), &mut s)?;
            Way::Socket(s)
        };
        Ok(Self(Arc::new(Inner { desc, way, closed: AtomicBool::new(false) })))
    }

    /// Where it can be reached.
    ///
    /// # Errors
    /// What the system says.
    pub fn addr(&self) -> Result<Addr, NetError> {
        match &self.0.way {
            Way::Socket(s) => Ok(Addr(s.local_addr()?)),
            Way::Memory(_, addr) => Ok(*addr),
        }
    }

    /// Sends one datagram.
    ///
    /// # Errors
    /// Closed on this side, or what the system says.
    pub fn send_to(&self, data: &[u8], to: &Addr) -> Result<usize, NetError> {
        self.0.desc.wait_for(Side::Write, |rt| match &self.0.way {
            Way::Socket(s) => attempt(|| s.send_to(data, to.0)),
            Way::Memory(_, from) => Mailbox::send(rt, data, *from, *to),
        })
    }

    /// Waits for a datagram: its length and sender. What does not fit is lost.
    ///
    /// # Errors
    /// Closed on this side, deadline passed, or what the system says.
    pub fn recv_from(&self, into: &mut [u8]) -> Result<(usize, Addr), NetError> {
        self.0.desc.wait_for(Side::Read, |_| match &self.0.way {
            Way::Socket(s) => attempt(|| s.recv_from(into)).map(|got| got.map(|(n, from)| (n, Addr(from)))),
            Way::Memory(b, _) => Ok(b.take(into)),
        })
    }

    /// Closes it; who waits on it comes back with [`NetError::Closed`].
    ///
    /// # Errors
    /// When it was closed before.
    pub fn close(&self) -> Result<(), NetError> {
        self.0.close()
    }

    /// `recv_from` ends with [`NetError::Deadline`] from `t` on; `None` lifts it.
    pub fn set_read_deadline(&self, t: Option<Time>) {
        self.0.desc.set_deadline(Side::Read, t);
    }
}

impl Inner {
    fn close(&self) -> Result<(), NetError> {
        if self.closed.swap(true, AcqRel) {
            return Err(NetError::Closed);
        }
        if let Way::Memory(_, addr) = &self.way {
            let at = usize::from(addr.0.port() - FIRST_PORT);
            self.desc.rt().net.ports.mailboxes.lock()[at] = None;
        }
        self.desc.close();
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // In another run, or outside, there is nobody to tell.
        if self.desc.own_run().is_some() {
            let _ = self.close();
        }
    }
}
