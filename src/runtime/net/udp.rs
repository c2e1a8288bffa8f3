//! Datagrams over loopback (real platform; in memory there would be nothing to lose them).
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::AcqRel;

use mio::net::UdpSocket;

use super::real::attempt;
use super::{Addr, Desc, NetError};
use crate::runtime::g;
use crate::runtime::netpoll::Side;
use crate::runtime::time::Time;

/// A datagram socket. Copies refer to the same one.
#[derive(Clone)]
pub struct Udp(Arc<Inner>);

struct Inner {
    desc: Desc,
    socket: UdpSocket,
    closed: AtomicBool,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // In another run, or outside, there is nobody to tell.
        if self.desc.own_run().is_some() && !*self.closed.get_mut() {
            self.desc.close();
        }
    }
}

impl Udp {
    /// A socket on a free loopback port.
    ///
    /// # Errors
    /// What the system says; on the virtual platform, that it has none.
    pub fn bind() -> Result<Self, NetError> {
        let rt = g::me().rt();
        if rt.virt.is_some() {
            return Err(NetError::Io("the virtual platform has no datagrams".into()));
        }
        let mut s = UdpSocket::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let desc = Desc::open(rt);
        rt.net.register(desc.poll(), &mut s)?;
        Ok(Self(Arc::new(Inner { desc, socket: s, closed: AtomicBool::new(false) })))
    }

    /// Where it can be reached.
    ///
    /// # Errors
    /// What the system says.
    pub fn addr(&self) -> Result<Addr, NetError> {
        Ok(Addr(self.0.socket.local_addr()?))
    }

    /// Sends one datagram.
    ///
    /// # Errors
    /// Closed on this side, or what the system says.
    pub fn send_to(&self, data: &[u8], to: &Addr) -> Result<usize, NetError> {
        self.0.desc.wait_for(Side::Write, |_| attempt(|| self.0.socket.send_to(data, to.0)))
    }

    /// Waits for a datagram: its length and sender.
    ///
    /// # Errors
    /// Closed on this side, deadline passed, or what the system says.
    pub fn recv_from(&self, into: &mut [u8]) -> Result<(usize, Addr), NetError> {
        self.0.desc.wait_for(Side::Read, |_| attempt(|| self.0.socket.recv_from(into))).map(|(n, a)| (n, Addr(a)))
    }

    /// Closes it; who waits on it comes back with [`NetError::Closed`].
    ///
    /// # Errors
    /// When it was closed before.
    pub fn close(&self) -> Result<(), NetError> {
        if self.0.closed.swap(true, AcqRel) {
            return Err(NetError::Closed);
        }
        self.0.desc.close();
        Ok(())
    }

    /// `recv_from` ends with [`NetError::Deadline`] from `t` on.
    pub fn set_read_deadline(&self, t: Option<Time>) {
        self.0.desc.set_deadline(Side::Read, t);
    }
}
