//! The workloads on OS threads: `std::thread`, `std::sync::Mutex`, crossbeam's channels.
//!
//! WORKERS is the number of CPUs that the process may use (Linux; elsewhere all of them). A thread
//! costs what a goroutine does not, so the runner gives this peer smaller counts where the figure is
//! per operation. Stacks are 64 KiB, or 10,000 threads would reserve 20 GB.
//!
//! `select2` is here a loop of the main thread: a thread beside it would measure the same.
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bagu_peers::*;
use crossbeam_channel::{Receiver, Sender, bounded, select};

fn go<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    thread::Builder::new().stack_size(64 << 10).spawn(f).expect("a thread")
}

fn join<T>(all: impl IntoIterator<Item = JoinHandle<T>>) -> Vec<T> {
    all.into_iter().map(|h| h.join().expect("a thread's result")).collect()
}

fn spawn() {
    let n = count(1_000_000);
    let t = Instant::now();
    for _ in 0..n / 1000 {
        join((0..1000).map(|_| go(|| ())).collect::<Vec<_>>());
    }
    report("ns/op", ns(t) / n as f64);
}

fn yields() {
    let n = count(2_000_000);
    let t = Instant::now();
    join([go(move || (0..n).for_each(|_| thread::yield_now())), go(move || (0..n).for_each(|_| thread::yield_now()))]);
    report("ns/switch", ns(t) / (2 * n) as f64);
}

fn pingpong() {
    let n = count(1_000_000);
    let (to, there) = bounded(0);
    let (back, from) = bounded(0);
    go(move || there.iter().all(|v: usize| back.send(v).is_ok()));
    let t = Instant::now();
    for i in 0..n {
        to.send(i).expect("send");
        from.recv().expect("recv");
    }
    report("ns/roundtrip", ns(t) / n as f64);
}

fn chan1p1c() {
    let n = count(5_000_000);
    let (tx, rx) = bounded(128);
    let t = Instant::now();
    go(move || (0..n).try_for_each(|i| tx.send(i)));
    assert_eq!(rx.iter().sum::<usize>(), sum_below(n));
    report("ns/item", ns(t) / n as f64);
}

fn chan4p4c() {
    let n = count(4_000_000);
    let (tx, rx) = bounded::<usize>(128);
    let t = Instant::now();
    let consumers: Vec<_> = (0..4)
        .map(|_| {
            let (tx, rx) = (tx.clone(), rx.clone());
            go(move || (0..n / 4).try_for_each(|i| tx.send(i)));
            go(move || rx.iter().count())
        })
        .collect();
    drop(tx);
    assert_eq!(join(consumers).iter().sum::<usize>(), n / 4 * 4);
    report("ns/item", ns(t) / n as f64);
}

fn sieve() {
    let n = count(2000);
    let t = Instant::now();
    let (first, mut numbers) = bounded::<usize>(0);
    go(move || (2..).try_for_each(|i| first.send(i)));
    let mut prime = 0;
    for _ in 0..n {
        prime = numbers.recv().expect("a prime");
        let (to, next) = bounded(0);
        let from = std::mem::replace(&mut numbers, next);
        go(move || from.iter().filter(|i| i % prime != 0).try_for_each(|i| to.send(i)));
    }
    assert!(n != 2000 || prime == 17_389);
    report("ms", ns(t) / 1e6);
}

fn select2() {
    let n = count(3_000_000);
    let (to_a, a) = bounded(1);
    let (to_b, b) = bounded(1);
    to_a.send(0_u8).and(to_b.send(0_u8)).expect("room for one");
    let t = Instant::now();
    for _ in 0..n {
        select! {
            recv(a) -> v => to_a.send(v.expect("a value")).expect("room"),
            recv(b) -> v => to_b.send(v.expect("a value")).expect("room"),
        }
    }
    report("ns/op", ns(t) / n as f64);
}

fn select4() {
    let n = count(1_000_000) / 4 * 4;
    // A sender that ends would make its arm ready for ever: all of them wait for the end.
    let end = Arc::new(Barrier::new(5));
    let t = Instant::now();
    let feed = || {
        let (tx, rx) = bounded(0);
        let end = end.clone();
        go(move || {
            (0..n / 4).for_each(|k| tx.send(k).expect("send"));
            end.wait();
        });
        rx
    };
    let c: [Receiver<usize>; 4] = [feed(), feed(), feed(), feed()];
    let mut sum = 0;
    for _ in 0..n {
        sum += select! {
            recv(c[0]) -> v => v,
            recv(c[1]) -> v => v,
            recv(c[2]) -> v => v,
            recv(c[3]) -> v => v,
        }
        .expect("a value");
    }
    assert_eq!(sum, 4 * sum_below(n / 4));
    report("ns/item", ns(t) / n as f64);
    end.wait();
}

fn mutex8() {
    let n = count(4_000_000);
    let x = Arc::new(Mutex::new(0_usize));
    let t = Instant::now();
    let add = |x: Arc<Mutex<usize>>| move || (0..n / 8).for_each(|_| *x.lock().expect("the lock") += 1);
    join((0..8).map(|_| go(add(x.clone()))).collect::<Vec<_>>());
    assert_eq!(*x.lock().expect("the lock"), n / 8 * 8);
    report("ns/op", ns(t) / n as f64);
}

fn parked() {
    let n = count(100_000);
    let (open, gate) = bounded::<()>(0);
    let started = Arc::new(AtomicUsize::new(0));
    let before = rss();
    let t = Instant::now();
    let all: Vec<_> = (0..n)
        .map(|_| {
            let (gate, started) = (gate.clone(), started.clone());
            go(move || {
                started.fetch_add(1, Relaxed);
                gate.recv().is_err()
            })
        })
        .collect();
    while started.load(Relaxed) < n {
        thread::sleep(Duration::from_micros(100));
    }
    let created = ns(t);
    thread::sleep(Duration::from_millis(20));
    let held = rss();
    let t = Instant::now();
    drop(open);
    assert!(join(all).into_iter().all(|closed| closed));
    let woken = ns(t);
    report("B/goroutine", (held - before) / n as f64);
    report("create-ns", created / n as f64);
    report("wakeall-ns", woken / n as f64);
}

fn sky(up: &Sender<usize>, num: usize, size: usize) {
    if size == 1 {
        return up.send(num).expect("send");
    }
    let (tx, rx) = bounded(0);
    let part = size / 10;
    for i in 0..10 {
        let tx = tx.clone();
        go(move || sky(&tx, num + i * part, part));
    }
    up.send(rx.iter().take(10).sum()).expect("send");
}

fn skynet() {
    let n = count(1_000_000);
    let (tx, rx) = bounded(0);
    let t = Instant::now();
    go(move || sky(&tx, 0, n));
    assert_eq!(rx.recv(), Ok(sum_below(n)));
    report_skynet(t, n);
}

fn sleeps() {
    let t = Instant::now();
    let one = |d: Duration| {
        move || {
            let begun = Instant::now();
            thread::sleep(d);
            lateness(begun, d)
        }
    };
    let all: Vec<_> = durations(count(100_000)).map(|d| go(one(d))).collect();
    report_sleeps(t, join(all));
}

fn serve(mut c: TcpStream) {
    let mut buf = [0; 64];
    while c.read_exact(&mut buf).is_ok() && c.write_all(&buf).is_ok() {}
}

fn echo() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
    let to = listener.local_addr().expect("address");
    go(move || {
        for c in listener.incoming().flatten() {
            c.set_nodelay(true).expect("nodelay");
            go(move || serve(c));
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
    let all = join((0..CONNECTIONS).map(|_| go(client)).collect::<Vec<_>>());
    report_echo(start.elapsed().as_secs_f64(), all.concat());
}

fn fib_par(n: u32) -> u64 {
    if n <= FIB_CUT {
        return fib_seq(n);
    }
    let a = go(move || fib_par(n - 1));
    fib_par(n - 2) + a.join().expect("a half")
}

fn fib() {
    let n = count(40) as u32;
    let (alone, seq) = fib_alone(n);
    let t = Instant::now();
    assert_eq!(fib_par(n), alone);
    report_fib(t, seq);
}

/// Keeps the process (threads made later too) on the first `n` of the CPUs it may use.
#[cfg(target_os = "linux")]
fn keep_to(n: usize) {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let Ok(may) = sched_getaffinity(None) else { return };
    let mut first = CpuSet::new();
    (0..CpuSet::MAX_CPU).filter(|c| may.is_set(*c)).take(n).for_each(|c| first.set(c));
    if let Err(e) = sched_setaffinity(None, &first) {
        eprintln!("cannot choose CPUs: {e}");
        std::process::exit(1);
    }
}

#[cfg(not(target_os = "linux"))]
fn keep_to(_: usize) {}

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
    keep_to(workers);
    program();
    // Threads of the sieve and of the echo server are still there; nobody waits for them.
    std::process::exit(0);
}
