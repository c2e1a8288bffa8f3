//! The workloads on `may` (stackful coroutines, work stealing) with WORKERS workers.
//!
//! What `may` has not, built from what it has:
//! - Its channels are unbounded. A bounded one is here its semaphore beside its `mpmc`; capacity 1
//!   stands for Go's unbuffered channel.
//! - Its `select!` starts one coroutine per arm on every call, so `select2` wants a small N. `select4` is
//!   the library's own form of a loop, one queue of events with four coroutines that stay.
//! - A receiver is woken by a value, not by closing: `parked` sends one to each.
//!
//! It cannot hold 100,000 coroutines with the usual limit on memory mappings (each stack has a guard
//! page): the runner gives `parked` and `sleep` 30,000 and `skynet` 10,000. The stack size is the
//! library's own, because that is what a user gets.
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use bagu_peers::*;
use may::coroutine::{JoinHandle, sleep, yield_now};
use may::go;
use may::net::{TcpListener, TcpStream};
use may::sync::{Mutex, Semphore, mpmc, mpsc};

/// A bounded channel: the semaphore counts the free places.
struct Chan<T> {
    free: Arc<Semphore>,
    tx: mpmc::Sender<T>,
    rx: mpmc::Receiver<T>,
}

impl<T> Clone for Chan<T> {
    fn clone(&self) -> Self {
        Self { free: self.free.clone(), tx: self.tx.clone(), rx: self.rx.clone() }
    }
}

impl<T> Chan<T> {
    fn new(cap: usize) -> Self {
        let (tx, rx) = mpmc::channel();
        Self { free: Arc::new(Semphore::new(cap)), tx, rx }
    }

    fn send(&self, v: T) {
        self.free.wait();
        assert!(self.tx.send(v).is_ok(), "the receiver is here");
    }

    /// The next value; waits for ever when nobody sends, for this handle is a sender too.
    fn recv(&self) -> T {
        let v = self.rx.recv().expect("the sender is here");
        self.free.post();
        v
    }
}

fn join<T>(all: impl IntoIterator<Item = JoinHandle<T>>) -> Vec<T> {
    all.into_iter().map(|h| h.join().expect("a coroutine's result")).collect()
}

fn spawn() {
    let n = count(1_000_000);
    let mut batch = Vec::with_capacity(1000);
    let t = Instant::now();
    for _ in 0..n / 1000 {
        batch.extend((0..1000).map(|_| go!(|| ())));
        for h in batch.drain(..) {
            h.join().expect("a coroutine");
        }
    }
    report("ns/op", ns(t) / n as f64);
}

fn yields() {
    let n = count(2_000_000);
    let t = Instant::now();
    join((0..2).map(|_| go!(move || (0..n).for_each(|_| yield_now()))).collect::<Vec<_>>());
    report("ns/switch", ns(t) / (2 * n) as f64);
}

fn pingpong() {
    let n = count(1_000_000);
    let (there, back) = (Chan::new(1), Chan::new(1));
    let (from, to) = (there.clone(), back.clone());
    go!(move || (0..n).for_each(|_| to.send(from.recv())));
    let t = Instant::now();
    for i in 0..n {
        there.send(i);
        back.recv();
    }
    report("ns/roundtrip", ns(t) / n as f64);
}

fn chan1p1c() {
    let n = count(5_000_000);
    let c = Chan::new(128);
    let t = Instant::now();
    let tx = c.clone();
    go!(move || (0..n).for_each(|i| tx.send(i)));
    assert_eq!((0..n).map(|_| c.recv()).sum::<usize>(), sum_below(n));
    report("ns/item", ns(t) / n as f64);
}

fn chan4p4c() {
    let n = count(4_000_000);
    let c = Chan::new(128);
    let t = Instant::now();
    let mut consumers = vec![];
    for _ in 0..4 {
        let (tx, rx) = (c.clone(), c.clone());
        go!(move || (0..n / 4).for_each(|i| tx.send(i)));
        consumers.push(go!(move || (0..n / 4).map(|_| rx.recv()).sum::<usize>()));
    }
    assert_eq!(join(consumers).iter().sum::<usize>(), 4 * sum_below(n / 4));
    report("ns/item", ns(t) / n as f64);
}

fn sieve() {
    let n = count(2000);
    let t = Instant::now();
    let mut numbers = Chan::new(1);
    let first = numbers.clone();
    go!(move || {
        let mut i = 2_usize;
        loop {
            first.send(i);
            i += 1;
        }
    });
    let mut prime = 0;
    for _ in 0..n {
        prime = numbers.recv();
        let next = Chan::new(1);
        let (from, to) = (numbers, next.clone());
        go!(move || {
            loop {
                let i = from.recv();
                if i % prime != 0 {
                    to.send(i);
                }
            }
        });
        numbers = next;
    }
    assert!(n != 2000 || prime == 17_389);
    report("ms", ns(t) / 1e6);
}

/// One `select!`; a function of its own, for the macro returns from where it stands.
fn either(a: &Arms, b: &Arms) -> usize {
    may::select!(
        v = a.1.recv() => a.0.send(v.expect("a value")).expect("send"),
        v = b.1.recv() => b.0.send(v.expect("a value")).expect("send")
    )
}

type Arms = (mpmc::Sender<u8>, mpmc::Receiver<u8>);

fn select2() {
    let n = count(3_000_000);
    let (a, b): (Arms, Arms) = (mpmc::channel(), mpmc::channel());
    a.0.send(0).and(b.0.send(0)).expect("send");
    let t = Instant::now();
    let turns = go!(move || {
        for _ in 0..n {
            either(&a, &b);
            // An arm that lost may have been stopped with the value in its hand: both are ready again.
            for c in [&a, &b] {
                if c.0.pressure() == 0 {
                    c.0.send(0).expect("send");
                }
            }
        }
    });
    join([turns]);
    report("ns/op", ns(t) / n as f64);
}

fn select4() {
    let n = count(1_000_000) / 4 * 4;
    let arms: Vec<Chan<usize>> = (0..4).map(|_| Chan::new(1)).collect();
    let t = Instant::now();
    for tx in arms.clone() {
        go!(move || (0..n / 4).for_each(|k| tx.send(k)));
    }
    let turns = go!(move || {
        let sum = &AtomicUsize::new(0);
        may::cqueue::scope(|queue| {
            for (i, rx) in arms.iter().enumerate() {
                go!(queue, i, move |events| {
                    for _ in 0..n / 4 {
                        sum.fetch_add(rx.recv(), Relaxed);
                        events.send(events.get_token());
                    }
                });
            }
            (0..n).for_each(|_| assert!(queue.poll(None).is_ok(), "an event for each value"));
        });
        sum.load(Relaxed)
    });
    assert_eq!(join([turns]), [4 * sum_below(n / 4)]);
    report("ns/item", ns(t) / n as f64);
}

fn mutex8() {
    let n = count(4_000_000);
    let x = Arc::new(Mutex::new(0_usize));
    let t = Instant::now();
    let add = |x: Arc<Mutex<usize>>| move || (0..n / 8).for_each(|_| *x.lock().expect("the lock") += 1);
    join((0..8).map(|_| go!(add(x.clone()))).collect::<Vec<_>>());
    assert_eq!(*x.lock().expect("the lock"), n / 8 * 8);
    report("ns/op", ns(t) / n as f64);
}

fn parked() {
    let n = count(100_000);
    let (open, gate) = mpmc::channel::<()>();
    let started = Arc::new(AtomicUsize::new(0));
    let mut all = Vec::with_capacity(n);
    let before = rss();
    let t = Instant::now();
    for _ in 0..n {
        let (gate, started) = (gate.clone(), started.clone());
        all.push(go!(move || {
            started.fetch_add(1, Relaxed);
            gate.recv().is_ok()
        }));
    }
    while started.load(Relaxed) < n {
        sleep(Duration::from_micros(100));
    }
    let created = ns(t);
    sleep(Duration::from_millis(20));
    let held = rss();
    let t = Instant::now();
    (0..n).for_each(|_| open.send(()).expect("send"));
    assert!(join(all).into_iter().all(|woken| woken));
    let woken = ns(t);
    report("B/goroutine", (held - before) / n as f64);
    report("create-ns", created / n as f64);
    report("wakeall-ns", woken / n as f64);
}

fn sky(up: &Chan<usize>, num: usize, size: usize) {
    if size == 1 {
        return up.send(num);
    }
    let c = Chan::new(1);
    let part = size / 10;
    for i in 0..10 {
        let c = c.clone();
        go!(move || sky(&c, num + i * part, part));
    }
    up.send((0..10).map(|_| c.recv()).sum());
}

fn skynet() {
    let n = count(1_000_000);
    let c = Chan::new(1);
    let t = Instant::now();
    let root = c.clone();
    go!(move || sky(&root, 0, n));
    assert_eq!(c.recv(), sum_below(n));
    report_skynet(t, n);
}

fn sleeps() {
    let (tx, rx) = mpsc::channel();
    let t = Instant::now();
    for d in durations(count(100_000)) {
        let tx = tx.clone();
        go!(move || {
            let begun = Instant::now();
            sleep(d);
            tx.send(lateness(begun, d)).expect("send");
        });
    }
    drop(tx);
    report_sleeps(t, rx.iter().collect());
}

fn serve(mut c: TcpStream) {
    let mut buf = [0; 64];
    while c.read_exact(&mut buf).is_ok() && c.write_all(&buf).is_ok() {}
}

fn echo() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
    let to = listener.local_addr().expect("address");
    go!(move || {
        for c in listener.incoming().flatten() {
            c.set_nodelay(true).expect("nodelay");
            go!(move || serve(c));
        }
    });
    let start = Instant::now();
    let end = echo_end(start);
    let client = move || {
        let mut c = TcpStream::connect(to).expect("dial");
        c.set_nodelay(true).expect("nodelay");
        let (mut buf, mut late) = ([0; 64], Latencies::start());
        while late.before(end) {
            c.write_all(&buf).expect("write");
            c.read_exact(&mut buf).expect("read");
            late.answered();
        }
        late.take()
    };
    let clients: Vec<_> = (0..CONNECTIONS).map(|_| go!(client)).collect();
    let all = join(clients);
    report_echo(start.elapsed().as_secs_f64(), all.concat());
}

fn fib_par(n: u32) -> u64 {
    if n <= FIB_CUT {
        return fib_seq(n);
    }
    let a = go!(move || fib_par(n - 1));
    fib_par(n - 2) + a.join().expect("a half")
}

fn fib() {
    let n = count(40) as u32;
    let (alone, seq) = fib_alone(n);
    let t = Instant::now();
    assert_eq!(fib_par(n), alone);
    report_fib(t, seq);
}

const WORKLOADS: &[Workload<fn()>] = &[
    ("spawn", spawn),
    ("yield", yields),
    ("pingpong", pingpong),
    ("chan1p1c", chan1p1c),
    ("chan4p4c", chan4p4c),
    ("sieve", sieve),
    ("select2", select2),
    ("select4", select4),
    ("mutex8", mutex8),
    ("parked", parked),
    ("skynet", skynet),
    ("sleep", sleeps),
    ("echo", echo),
    ("fib", fib),
];

fn main() {
    let (program, workers) = arguments(WORKLOADS);
    may::config().set_workers(workers);
    // The body is a coroutine, as Go's `main` is a goroutine.
    if go!(program).join().is_err() {
        std::process::exit(1);
    }
    // Coroutines of the sieve and of the echo server are still there; nobody waits for them.
    std::process::exit(0);
}
