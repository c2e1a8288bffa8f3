//! Scheduler workloads, written as a user of the library would write them.
//!
//! `cargo bench --bench sched -- WORKLOAD WORKERS` prints `R metric value` lines; `N` in the
//! environment changes the count; called without arguments it names its workloads. `ENGINE=may` runs
//! them on the second engine. Here stand the workloads that have goals, in the modules further ones of
//! the same kind, so that no single program is what the scheduler was tuned to.
mod chan;
mod look;
mod net;
mod sync;
mod timing;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Instant;

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, Engine, Platform, spawn};

fn count(default: usize) -> usize {
    std::env::var("N").ok().and_then(|s| s.parse().ok()).unwrap_or(default)
}

fn report(metric: &str, value: f64) {
    println!("R {metric} {value:.4}");
}

fn ns(t: Instant) -> f64 {
    t.elapsed().as_nanos() as f64
}

fn rss() -> f64 {
    let s = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    s.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) * 4096.0
}

fn sum_below(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

fn spawn_join() {
    let n = count(1_000_000);
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..n / 1000 {
        wg.add(1000);
        for _ in 0..1000 {
            let wg = wg.clone();
            spawn(move || wg.done());
        }
        wg.wait();
    }
    report("ns/op", ns(t) / n as f64);
}

fn yields() {
    let n = count(2_000_000);
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..2 {
        wg.go("", move || (0..n).for_each(|_| gosched()));
    }
    wg.wait();
    report("ns/switch", ns(t) / (2 * n) as f64);
}

fn pingpong() {
    let n = count(1_000_000);
    let (a, b) = (chan::<usize>(0), chan::<usize>(0));
    let (a2, b2) = (a.clone(), b.clone());
    spawn(move || {
        for v in &a2 {
            b2.send(v);
        }
    });
    let t = Instant::now();
    for i in 0..n {
        a.send(i);
        b.recv();
    }
    report("ns/roundtrip", ns(t) / n as f64);
}

fn chan1p1c() {
    let n = count(5_000_000);
    let c = chan::<usize>(128);
    let t = Instant::now();
    let tx = c.clone();
    spawn(move || {
        (0..n).for_each(|i| tx.send(i));
        tx.close();
    });
    assert_eq!(c.iter().sum::<usize>(), n * (n - 1) / 2);
    report("ns/item", ns(t) / n as f64);
}

fn chan4p4c() {
    let n = count(4_000_000);
    let c = chan::<usize>(128);
    let (wp, wc) = (WaitGroup::new(), WaitGroup::new());
    let total = Arc::new(AtomicI64::new(0));
    let t = Instant::now();
    for _ in 0..4 {
        let tx = c.clone();
        wp.go("", move || (0..n / 4).for_each(|i| tx.send(i)));
        let (rx, total) = (c.clone(), Arc::clone(&total));
        wc.go("", move || {
            total.fetch_add(rx.iter().count() as i64, SeqCst);
        });
    }
    wp.wait();
    c.close();
    wc.wait();
    assert_eq!(total.load(SeqCst), n as i64);
    report("ns/item", ns(t) / n as f64);
}

fn sieve() {
    let n = count(2000);
    let t = Instant::now();
    let mut ch = chan::<usize>(0);
    let first = ch.clone();
    spawn(move || {
        let mut i = 2;
        loop {
            first.send(i);
            i += 1;
        }
    });
    let mut prime = 0;
    for _ in 0..n {
        prime = ch.recv().unwrap_or(0);
        let next = chan::<usize>(0);
        let (from, to) = (ch, next.clone());
        spawn(move || from.iter().filter(|i| i % prime != 0).for_each(|i| to.send(i)));
        ch = next;
    }
    assert!(n != 2000 || prime == 17_389);
    report("ms", ns(t) / 1e6);
}

fn select2() {
    let n = count(3_000_000);
    let (a, b) = (chan::<u8>(1), chan::<u8>(1));
    a.send(0);
    b.send(0);
    let done = chan::<()>(0);
    let t = Instant::now();
    let d = done.clone();
    spawn(move || {
        for _ in 0..n {
            select! {
                recv(a) -> _ => { a.send(0); }
                recv(b) -> _ => { b.send(0); }
            }
        }
        d.send(());
    });
    done.recv();
    report("ns/op", ns(t) / n as f64);
}

fn select4() {
    let n = count(1_000_000);
    let c: Vec<Chan<usize>> = (0..4).map(|_| chan(0)).collect();
    let t = Instant::now();
    for ch in &c {
        let tx = ch.clone();
        spawn(move || (0..n / 4).for_each(|k| tx.send(k)));
    }
    let done = chan::<()>(0);
    let d = done.clone();
    spawn(move || {
        let mut sum = 0;
        for _ in 0..n {
            sum += select! {
                recv(c[0]) -> v => { v }
                recv(c[1]) -> v => { v }
                recv(c[2]) -> v => { v }
                recv(c[3]) -> v => { v }
            }
            .unwrap_or(0);
        }
        assert_eq!(sum, 4 * (n / 4) * (n / 4 - 1) / 2);
        d.send(());
    });
    done.recv();
    report("ns/item", ns(t) / n as f64);
}

fn mutex8() {
    let n = count(4_000_000);
    let mu = Mutex::new();
    let x = Arc::new(AtomicI64::new(0));
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..8 {
        let (mu, x) = (mu.clone(), Arc::clone(&x));
        wg.go("", move || {
            for _ in 0..n / 8 {
                mu.lock();
                x.store(x.load(Relaxed) + 1, Relaxed);
                mu.unlock();
            }
        });
    }
    wg.wait();
    assert_eq!(x.load(SeqCst), (n / 8 * 8) as i64);
    report("ns/op", ns(t) / n as f64);
}

fn parked() {
    let n = count(100_000);
    let ch = chan::<()>(0);
    let started = Arc::new(AtomicI64::new(0));
    let wg = WaitGroup::new();
    wg.add(n as i64);
    let before = rss();
    let t = Instant::now();
    for _ in 0..n {
        let (ch, started, wg) = (ch.clone(), Arc::clone(&started), wg.clone());
        spawn(move || {
            started.fetch_add(1, SeqCst);
            ch.recv();
            wg.done();
        });
    }
    while started.load(SeqCst) < n as i64 {
        sleep(us(100));
    }
    let created = ns(t);
    sleep(ms(20));
    let held = rss();
    let t = Instant::now();
    ch.close();
    wg.wait();
    report("B/goroutine", (held - before) / n as f64);
    report("create-ns", created / n as f64);
    report("wakeall-ns", ns(t) / n as f64);
}

fn sky(c: &Chan<usize>, num: usize, size: usize) {
    if size == 1 {
        return c.send(num);
    }
    let rc = chan::<usize>(0);
    let sub = size / 10;
    for i in 0..10 {
        let rc = rc.clone();
        spawn(move || sky(&rc, num + i * sub, sub));
    }
    c.send((0..10).filter_map(|_| rc.recv()).sum());
}

fn skynet() {
    let n = count(1_000_000);
    let c = chan::<usize>(0);
    let t = Instant::now();
    let root = c.clone();
    spawn(move || sky(&root, 0, n));
    assert_eq!(c.recv(), Some(n * (n - 1) / 2));
    report("ms", ns(t) / 1e6);
    report("ns/task", ns(t) / (n as f64 * 1.11111));
}

fn fib_seq(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { std::hint::black_box(fib_seq)(n - 1) + std::hint::black_box(fib_seq)(n - 2) }
}

fn fib_par(n: u32, cut: u32) -> u64 {
    if n <= cut {
        return fib_seq(n);
    }
    let c = chan::<u64>(1);
    let tx = c.clone();
    spawn(move || tx.send(fib_par(n - 1, cut)));
    let b = fib_par(n - 2, cut);
    c.recv().unwrap_or(0) + b
}

fn fib() {
    let n = count(40) as u32;
    let t = Instant::now();
    let seq = fib_seq(n);
    let seq_ns = ns(t);
    let t = Instant::now();
    assert_eq!(fib_par(n, 25), seq);
    report("ms", ns(t) / 1e6);
    report("speedup", seq_ns / ns(t));
}

fn percentile(sorted: &[f64], p: f64) -> f64 {
    sorted.get(((sorted.len() as f64 - 1.0) * p) as usize).copied().unwrap_or(0.0)
}

/// A small generator, so that the durations are the same in every run.
fn xorshift(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn sleeps() {
    let n = count(100_000);
    let late = Arc::new((0..n).map(|_| AtomicI64::new(0)).collect::<Vec<_>>());
    let wg = WaitGroup::new();
    wg.add(n as i64);
    let mut seed = 12_345;
    let t = Instant::now();
    for i in 0..n {
        let d = std::time::Duration::from_nanos(1_000_000 + xorshift(&mut seed) % 99_000_000);
        let (late, wg) = (Arc::clone(&late), wg.clone());
        spawn(move || {
            let begun = Instant::now();
            sleep(d);
            late[i].store(begun.elapsed().saturating_sub(d).as_nanos() as i64, Relaxed);
            wg.done();
        });
    }
    wg.wait();
    report("total-ms", ns(t) / 1e6);
    let mut all: Vec<f64> = late.iter().map(|l| l.load(Relaxed) as f64 / 1000.0).collect();
    all.sort_by(f64::total_cmp);
    report("late-p50-us", percentile(&all, 0.5));
    report("late-p99-us", percentile(&all, 0.99));
    report("late-max-us", percentile(&all, 1.0));
}

/// Workloads that run as the main goroutine of one run.
const WORKLOADS: &[(&str, fn())] = &[
    ("spawn", spawn_join),
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
    ("echo", net::echo64),
    ("fib", fib),
    ("fanin", chan::fan_in),
    ("pool", chan::pool),
    ("pipe1", chan::pipe1),
    ("pipe64", chan::pipe64),
    ("ring", chan::ring),
    ("semchan", chan::sem_chan),
    ("closeall", chan::close_all),
    ("large", chan::large),
    ("tryselect", chan::try_select),
    ("select8", chan::select8),
    ("selectloop", chan::select_loop),
    ("actor", chan::actor),
    ("future", chan::future),
    ("tree", chan::tree),
    ("deep", chan::deep),
    ("fanout", sync::fan_out),
    ("rwmutex", sync::rwmutex),
    ("mutex1", sync::mutex1),
    ("once", sync::once),
    ("cond", sync::cond),
    ("mutex64", sync::mutex64),
    ("atomic", sync::atomic),
    ("ctxtree", sync::ctx_tree),
    ("ctxrequest", sync::ctx_request),
    ("ctxwait", sync::ctx_wait),
    ("calls", sync::calls),
    ("timeout", timing::timeout),
    ("newstop", timing::new_stop),
    ("reset", timing::reset),
    ("afterfunc", timing::after_funcs),
    ("tickers", timing::tickers),
    ("naps", timing::naps),
    ("tcp1", net::tcp1),
    ("tcp1000", net::tcp1000),
    ("udp", net::udp),
    ("short", net::short),
    ("switch", look::switch),
];

type OfRuns = (&'static str, fn(u16));

/// Those that start runs of their own, and get the number of workers.
const OF_RUNS: &[OfRuns] = &[("events", look::events), ("stepback", look::stepback)];

fn usage() -> ! {
    let names: Vec<&str> = WORKLOADS.iter().map(|w| w.0).chain(OF_RUNS.iter().map(|w| w.0)).collect();
    eprintln!("usage: cargo bench --bench sched -- WORKLOAD WORKERS\nworkloads: {}", names.join(" "));
    std::process::exit(2);
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let (Some(name), Some(procs)) = (args.first(), args.get(1).and_then(|w| w.parse::<u16>().ok())) else { usage() };
    if let Some((_, program)) = OF_RUNS.iter().find(|(n, _)| n == name) {
        return program(procs);
    }
    let Some((_, program)) = WORKLOADS.iter().find(|(n, _)| n == name) else { usage() };
    let engine = if std::env::var("ENGINE").is_ok_and(|e| e == "may") { Engine::May } else { Engine::Gmp };
    let r = runtime::run(Config { engine, platform: Platform::Real, procs, ..Config::default() }, program);
    if r.end != End::Ok {
        eprintln!("ended with {:?}", r.end);
        std::process::exit(1);
    }
}
