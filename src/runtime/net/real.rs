//! Sockets of the machine.
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::{TcpListener, TcpStream};

use super::{Addr, Conn, Desc, Listener, NetError, Source, Try, inner};
use crate::runtime::lock::Locked;
use crate::runtime::netpoll::Side;
use crate::runtime::rt::Rt;

/// `WouldBlock` as "not yet", an interrupted call once more.
pub(super) fn attempt<T>(mut f: impl FnMut() -> std::io::Result<T>) -> Try<T> {
    loop {
        match f() {
            Ok(v) => return Ok(Some(v)),
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e.into()),
        }
    }
}

struct Stream(TcpStream);

impl Source for Stream {
    fn try_read(&self, _: &Rt, into: &mut [u8]) -> Try<usize> {
        attempt(|| (&self.0).read(into))
    }
    fn try_write(&self, _: &Rt, from: &[u8]) -> Try<usize> {
        attempt(|| (&self.0).write(from))
    }
    fn try_accept(&self, _: &Rt) -> Try<Conn> {
        Err(NetError::Io("accept on a connection".into()))
    }
    fn shut(&self, _: &Rt) {
        // The peer may be gone already.
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

/// Empty once closed: copies of the handle may live longer than the socket.
struct Accepts(Locked<Option<TcpListener>>);

impl Source for Accepts {
    fn try_read(&self, _: &Rt, _: &mut [u8]) -> Try<usize> {
        Err(NetError::Io("read on a listener".into()))
    }
    fn try_write(&self, _: &Rt, _: &[u8]) -> Try<usize> {
        Err(NetError::Io("write on a listener".into()))
    }
    fn try_accept(&self, rt: &Rt) -> Try<Conn> {
        let come = match &*self.0.lock() {
            Some(l) => attempt(|| l.accept())?,
            None => return Err(NetError::Closed),
        };
        come.map(|(s, _)| conn(rt, s)).transpose()
    }
    fn shut(&self, _: &Rt) {
        drop(self.0.lock().take());
    }
}

fn conn(rt: &Rt, mut s: TcpStream) -> Result<Conn, NetError> {
    // As Go does: small writes go out at once.
    s.set_nodelay(true)?;
    let desc = Desc::open(rt);
    rt.net.register(desc.poll(), &mut s)?;
    Ok(Conn(inner(desc, Box::new(Stream(s)))))
}

pub(super) fn listen(rt: &Rt) -> Result<Listener, NetError> {
    let mut l = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let addr = Addr(l.local_addr()?);
    let desc = Desc::open(rt);
    rt.net.register(desc.poll(), &mut l)?;
    Ok(Listener(inner(desc, Box::new(Accepts(Locked::new(Some(l))))), addr))
}

pub(super) fn dial(rt: &Rt, to: Addr) -> Result<Conn, NetError> {
    let mut s = TcpStream::connect(to.0)?;
    let desc = Desc::open(rt);
    rt.net.register(desc.poll(), &mut s)?;
    // Connected when it is writable and holds no error.
    desc.wait_for(Side::Write, |_| {
        if let Some(e) = s.take_error()? {
            return Err(e.into());
        }
        match s.peer_addr() {
            Ok(_) => Ok(Some(())),
            Err(e) if e.kind() == ErrorKind::NotConnected => Ok(None),
            Err(e) => Err(e.into()),
        }
    })?;
    s.set_nodelay(true)?;
    Ok(Conn(inner(desc, Box::new(Stream(s)))))
}
