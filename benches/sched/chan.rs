//! More channel and `select` programs: shapes that servers and pipelines are made of.
//!
//! Each stands in `benches/peers/go/chan.go` too, with the same sizes: a change there belongs here.
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Instant;

use bagu::lab::prelude::*;
use bagu::runtime::spawn;

use crate::{count, ns, report, sum_below};

/// Eight producers into one unbuffered channel.
pub fn fan_in() {
    let n = count(1_000_000) / 8;
    let c = chan::<usize>(0);
    let t = Instant::now();
    for _ in 0..8 {
        let tx = c.clone();
        spawn(move || (0..n).for_each(|i| tx.send(i)));
    }
    let mut sum = 0;
    for _ in 0..8 * n {
        sum += c.recv().unwrap_or(0);
    }
    assert_eq!(sum, 8 * sum_below(n));
    report("ns/item", ns(t) / (8 * n) as f64);
}

/// Eight workers between a channel of jobs and one of results, both with 128 places.
pub fn pool() {
    let n = count(1_000_000);
    let (jobs, results) = (chan::<usize>(128), chan::<usize>(128));
    let t = Instant::now();
    let workers = WaitGroup::new();
    for _ in 0..8 {
        let (jobs, results) = (jobs.clone(), results.clone());
        workers.go("", move || {
            for j in &jobs {
                results.send(2 * j);
            }
        });
    }
    spawn(move || {
        (0..n).for_each(|i| jobs.send(i));
        jobs.close();
    });
    let all = results.clone();
    spawn(move || {
        workers.wait();
        all.close();
    });
    assert_eq!(results.iter().sum::<usize>(), 2 * sum_below(n));
    report("ns/item", ns(t) / n as f64);
}

fn pipeline(n: usize, places: usize) {
    let t = Instant::now();
    let first = chan::<usize>(places);
    let mut from = first.clone();
    for _ in 0..10 {
        let to = chan::<usize>(places);
        let (rx, tx) = (from, to.clone());
        spawn(move || {
            for v in &rx {
                tx.send(v + 1);
            }
            tx.close();
        });
        from = to;
    }
    spawn(move || {
        (0..n).for_each(|i| first.send(i));
        first.close();
    });
    assert_eq!(from.iter().sum::<usize>(), sum_below(n) + 10 * n);
    report("ns/item", ns(t) / n as f64);
}

/// Ten stages joined by channels with one place.
pub fn pipe1() {
    pipeline(count(200_000), 1);
}

/// Ten stages joined by channels with 64 places.
pub fn pipe64() {
    pipeline(count(400_000), 64);
}

/// A token goes round through 1,000 goroutines.
pub fn ring() {
    const MEMBERS: usize = 1000;
    let laps = count(1_000_000) / MEMBERS;
    let first = chan::<usize>(0);
    let mut from = first.clone();
    for _ in 0..MEMBERS {
        let to = chan::<usize>(0);
        let (rx, tx) = (from, to.clone());
        spawn(move || {
            for v in &rx {
                tx.send(v + 1);
            }
            tx.close();
        });
        from = to;
    }
    let t = Instant::now();
    let mut token = 0;
    for _ in 0..laps {
        first.send(token);
        token = from.recv().unwrap_or(0);
    }
    assert_eq!(token, laps * MEMBERS);
    report("ns/hop", ns(t) / (laps * MEMBERS) as f64);
    first.close();
}

/// Sixteen goroutines behind a channel of four places, as a semaphore.
pub fn sem_chan() {
    let n = count(2_000_000) / 16;
    let places = chan::<()>(4);
    let inside = Arc::new(AtomicI64::new(0));
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..16 {
        let (places, inside) = (places.clone(), Arc::clone(&inside));
        wg.go("", move || {
            for _ in 0..n {
                places.send(());
                inside.fetch_add(1, SeqCst);
                places.recv();
            }
        });
    }
    wg.wait();
    assert_eq!(inside.load(SeqCst), 16 * n as i64);
    report("ns/op", ns(t) / (16 * n) as f64);
}

/// 10,000 goroutines wait on a channel that is closed; thirty times.
pub fn close_all() {
    let n = count(10_000);
    let (mut woken, mut whole) = (0.0, 0.0);
    for _ in 0..30 {
        let t = Instant::now();
        let gate = chan::<()>(0);
        let (ready, done) = (WaitGroup::new(), WaitGroup::new());
        ready.add(n as i64);
        done.add(n as i64);
        for _ in 0..n {
            let (gate, ready, done) = (gate.clone(), ready.clone(), done.clone());
            spawn(move || {
                ready.done();
                gate.recv();
                done.done();
            });
        }
        ready.wait();
        let close = Instant::now();
        gate.close();
        done.wait();
        woken += ns(close);
        whole += ns(t);
    }
    report("ns/goroutine", whole / (30 * n) as f64);
    report("wake-ns", woken / (30 * n) as f64);
}

/// Values of 128 bytes through a channel of 128 places.
pub fn large() {
    let n = count(3_000_000);
    let c = chan::<[u64; 16]>(128);
    let t = Instant::now();
    let tx = c.clone();
    spawn(move || {
        (0..n).for_each(|i| tx.send([i as u64; 16]));
        tx.close();
    });
    assert_eq!(c.iter().map(|v| v[15] as usize).sum::<usize>(), sum_below(n));
    report("ns/item", ns(t) / n as f64);
}

/// `select` with `default`: nothing there, then one value in and out.
pub fn try_select() {
    let n = count(20_000_000);
    let (empty, one) = (chan::<usize>(0), chan::<usize>(1));
    let mut missed = 0;
    let t = Instant::now();
    for _ in 0..n {
        select! {
            recv(empty) -> _ => {}
            default => { missed += 1; }
        }
    }
    report("empty-ns", ns(t) / n as f64);
    let t = Instant::now();
    let mut sum = 0;
    for i in 0..n / 4 {
        select! {
            send(one, i) => {}
            default => { missed += 1; }
        }
        select! {
            recv(one) -> v => { sum += v.unwrap_or(0); }
            default => { missed += 1; }
        }
    }
    assert_eq!((missed, sum), (n, sum_below(n / 4)));
    report("ready-ns", ns(t) / (n / 4 * 2) as f64);
}

/// One goroutine selects over eight fed, unbuffered channels.
pub fn select8() {
    let n = count(1_000_000) / 8;
    let c: [Chan<usize>; 8] = std::array::from_fn(|_| chan(0));
    let t = Instant::now();
    for tx in c.clone() {
        spawn(move || (0..n).for_each(|k| tx.send(k)));
    }
    let mut sum = 0;
    for _ in 0..8 * n {
        sum += select! {
            recv(c[0]) -> v => { v }
            recv(c[1]) -> v => { v }
            recv(c[2]) -> v => { v }
            recv(c[3]) -> v => { v }
            recv(c[4]) -> v => { v }
            recv(c[5]) -> v => { v }
            recv(c[6]) -> v => { v }
            recv(c[7]) -> v => { v }
        }
        .unwrap_or(0);
    }
    assert_eq!(sum, 8 * sum_below(n));
    report("ns/item", ns(t) / (8 * n) as f64);
}

/// The loop of most servers: a value or the end, from a channel of 128 places.
pub fn select_loop() {
    let n = count(3_000_000);
    let (input, quit, sums) = (chan::<usize>(128), chan::<()>(0), chan::<usize>(0));
    let (rx, end, out) = (input.clone(), quit.clone(), sums.clone());
    let t = Instant::now();
    spawn(move || {
        let mut sum = 0;
        let mut got = 0;
        while got < n {
            select! {
                recv(end) -> _ => { break; }
                recv(rx) -> v => {
                    sum += v.unwrap_or(0);
                    got += 1;
                }
            }
        }
        out.send(sum);
    });
    (0..n).for_each(|i| input.send(i));
    assert_eq!(sums.recv(), Some(sum_below(n)));
    quit.close();
    report("ns/item", ns(t) / n as f64);
}

/// Four clients ask one server, each request with its own channel for the answer.
pub fn actor() {
    let n = count(1_000_000) / 4;
    let asks = chan::<(usize, Chan<usize>)>(0);
    let clients = WaitGroup::new();
    let t = Instant::now();
    let server = asks.clone();
    spawn(move || {
        for (v, answer) in &server {
            answer.send(v + 1);
        }
    });
    for _ in 0..4 {
        let asks = asks.clone();
        clients.go("", move || {
            for i in 0..n {
                let answer = chan(1);
                asks.send((i, answer.clone()));
                assert_eq!(answer.recv(), Some(i + 1));
            }
        });
    }
    clients.wait();
    report("ns/op", ns(t) / (4 * n) as f64);
    asks.close();
}

/// A goroutine that computes one value, and the channel it comes by.
pub fn future() {
    let n = count(1_000_000);
    let t = Instant::now();
    let mut sum = 0;
    for i in 0..n {
        let c = chan::<usize>(1);
        let tx = c.clone();
        spawn(move || tx.send(i));
        sum += c.recv().unwrap_or(0);
    }
    assert_eq!(sum, sum_below(n));
    report("ns/op", ns(t) / n as f64);
}

fn grow(depth: u32, up: &Chan<usize>) {
    if depth == 0 {
        return up.send(1);
    }
    let down = chan::<usize>(2);
    for _ in 0..2 {
        let down = down.clone();
        spawn(move || grow(depth - 1, &down));
    }
    up.send((0..2).filter_map(|_| down.recv()).sum::<usize>() + 1);
}

/// Goroutines that start goroutines: a binary tree of 2^19 - 1.
pub fn tree() {
    let n = count(1 << 19);
    let depth = n.ilog2() - 1;
    let up = chan::<usize>(1);
    let t = Instant::now();
    grow(depth, &up);
    let made = up.recv().unwrap_or(0);
    assert_eq!(made, (1 << (depth + 1)) - 1);
    report("ns/goroutine", ns(t) / made as f64);
}

/// `depth` frames of 256 bytes and a bit.
fn descend(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 32]);
    if depth == 0 { frame[31] } else { descend(depth - 1) + frame[depth as usize % 32] }
}

/// Goroutines that use 16 KB of stack.
pub fn deep() {
    let n = count(200_000);
    let wg = WaitGroup::new();
    let sum = Arc::new(AtomicI64::new(0));
    let t = Instant::now();
    for _ in 0..n / 100 {
        for _ in 0..100 {
            let sum = Arc::clone(&sum);
            wg.go("", move || {
                sum.fetch_add(descend(48) as i64, SeqCst);
            });
        }
        wg.wait();
    }
    assert_eq!(sum.load(SeqCst), (n / 100 * 100) as i64 * (48 * 49 / 2));
    report("ns/goroutine", ns(t) / (n / 100 * 100) as f64);
}
