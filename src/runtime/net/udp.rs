//! Datagrams over loopback (real platform; in memory there would be nothing to lose them).
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use mio::net::UdpSocket;

use super::real::attempt;
use super::{Addr, Desc, NetError};
use crate::runtime::g;
use crate::runtime::netpoll::Side;
use crate::runtime::time::Time;

/// A datagram socket. Copies refer to the same one.
#[derive(Clone)]
pub struct Udp(Arc<(Desc, UdpSocket)>);

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
        Ok(Self(Arc::new((desc, s))))
    }

    /// Where it can be reached.
    ///
    /// # Errors
    /// What the system says.
    pub fn addr(&self) -> Result<Addr, NetError> {
        Ok(Addr(self.0.1.local_addr()?))
    }

    /// Sends one datagram.
    ///
    /// # Errors
    /// What the system says.
    pub fn send_to(&self, data: &[u8], to: &Addr) -> Result<usize, NetError> {
        self.0.0.wait_for(Side::Write, |_| attempt(|| self.0.1.send_to(data, to.0)))
    }

    /// Waits for a datagram: its length and sender.
    ///
    /// # Errors
    /// Deadline passed, or what the system says.
    pub fn recv_from(&self, into: &mut [u8]) -> Result<(usize, Addr), NetError> {
        self.0.0.wait_for(Side::Read, |_| attempt(|| self.0.1.recv_from(into))).map(|(n, a)| (n, Addr(a)))
    }

    /// `recv_from` ends with [`NetError::Deadline`] from `t` on.
    pub fn set_read_deadline(&self, t: Option<Time>) {
        self.0.0.set_deadline(Side::Read, t);
    }
}
