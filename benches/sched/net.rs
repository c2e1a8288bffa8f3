//! Network programs over loopback: 64 connections, one, a thousand, datagrams, short connections.
//!
//! Each stands in `benches/peers/go` too, with the same sizes: a change there belongs here.
use std::time::{Duration, Instant};

use bagu::lab::prelude::*;
use bagu::runtime::spawn;

use crate::{count, ns, percentile, report};

fn serve(listener: &Listener) {
    while let Ok(c) = listener.accept() {
        spawn(move || {
            let mut buf = [0; 64];
            while c.read_full(&mut buf) == Ok(true) && c.write(&buf).is_ok() {}
        });
    }
}

/// A server that answers with what it is sent, 64 bytes at a time.
fn server() -> Listener {
    let listener = listen().unwrap_or_else(|e| panic!("listen: {e}"));
    let l = listener.clone();
    spawn(move || serve(&l));
    listener
}

fn connect(to: &Listener) -> Conn {
    dial(&to.addr()).unwrap_or_else(|e| panic!("dial: {e}"))
}

fn ask(c: &Conn, buf: &mut [u8; 64]) {
    c.write(buf).unwrap_or_else(|e| panic!("write: {e}"));
    assert_eq!(c.read_full(buf), Ok(true));
}

/// Requests of `connections` clients for `millis`; what each took, and all of them in a second.
fn echo(connections: usize, millis: usize) {
    let listener = server();
    let wg = WaitGroup::new();
    let results = chan::<Vec<f64>>(connections);
    let start = Instant::now();
    let end = start + Duration::from_millis(millis as u64);
    for _ in 0..connections {
        let (to, results) = (listener.clone(), results.clone());
        wg.go("", move || {
            let c = connect(&to);
            let mut buf = [0; 64];
            let mut late = Vec::with_capacity(1000);
            let mut t = Instant::now();
            while t < end {
                ask(&c, &mut buf);
                let now = Instant::now();
                late.push((now - t).as_nanos() as f64 / 1000.0);
                t = now;
            }
            results.send(late);
        });
    }
    wg.wait();
    let seconds = start.elapsed().as_secs_f64();
    let _ = listener.close();
    results.close();
    let mut all: Vec<f64> = results.iter().flatten().collect();
    all.sort_by(f64::total_cmp);
    report("req/s", all.len() as f64 / seconds);
    report("p50-us", percentile(&all, 0.5));
    report("p99-us", percentile(&all, 0.99));
}

/// Sixty-four connections.
pub fn echo64() {
    echo(64, count(3000));
}

/// One connection.
pub fn tcp1() {
    echo(1, count(1000));
}

/// A thousand connections.
pub fn tcp1000() {
    echo(1000, count(2000));
}

/// Datagrams there and back between two sockets.
pub fn udp() {
    let n = count(100_000);
    let here = Udp::bind().unwrap_or_else(|e| panic!("bind: {e}"));
    let there = Udp::bind().unwrap_or_else(|e| panic!("bind: {e}"));
    let to = there.addr().unwrap_or_else(|e| panic!("address: {e}"));
    spawn(move || {
        let mut buf = [0; 64];
        while let Ok((len, from)) = there.recv_from(&mut buf) {
            if there.send_to(&buf[..len], &from).is_err() {
                return;
            }
        }
    });
    let mut buf = [0; 64];
    let t = Instant::now();
    for _ in 0..n {
        let sent = here.send_to(&buf, &to).unwrap_or_else(|e| panic!("send: {e}"));
        let (got, _) = here.recv_from(&mut buf).unwrap_or_else(|e| panic!("receive: {e}"));
        assert_eq!((sent, got), (64, 64));
    }
    report("ns/roundtrip", ns(t) / n as f64);
}

/// Connections for one request each, eight clients.
pub fn short() {
    let n = count(8000) / 8;
    let listener = server();
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..8 {
        let to = listener.clone();
        wg.go("", move || {
            let mut buf = [0; 64];
            for _ in 0..n {
                let c = connect(&to);
                ask(&c, &mut buf);
                c.close().unwrap_or_else(|e| panic!("close: {e}"));
            }
        });
    }
    wg.wait();
    report("us/connection", ns(t) / 1000.0 / (8 * n) as f64);
    let _ = listener.close();
}
