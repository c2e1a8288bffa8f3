//! Locks, counters, conditions and cancellation.
//!
//! Each stands in `benches/peers/go/sync.go` too, with the same sizes: a change there belongs here.
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Instant;

use bagu::lab::prelude::*;
use bagu::runtime::{run_blocking, spawn};

use crate::{count, ns, report};

/// A hundred small tasks and a wait for all of them, again and again.
pub fn fan_out() {
    let n = count(1_000_000);
    let sum = Arc::new(AtomicI64::new(0));
    let t = Instant::now();
    for _ in 0..n / 100 {
        let wg = WaitGroup::new();
        for i in 0..100 {
            let sum = Arc::clone(&sum);
            wg.go("", move || {
                sum.fetch_add(i, Relaxed);
            });
        }
        wg.wait();
    }
    assert_eq!(sum.load(SeqCst), (n / 100 * 4950) as i64);
    report("ns/task", ns(t) / (n / 100 * 100) as f64);
}

/// Eight goroutines read under a lock that each takes for writing once in a thousand times.
pub fn rwmutex() {
    let n = count(4_000_000) / 8;
    let mu = RWMutex::new();
    let x = Arc::new(AtomicI64::new(0));
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..8 {
        let (mu, x) = (mu.clone(), Arc::clone(&x));
        wg.go("", move || {
            let mut seen = 0;
            for i in 0..n {
                if i % 1000 == 0 {
                    mu.lock();
                    x.store(x.load(Relaxed) + 1, Relaxed);
                    mu.unlock();
                } else {
                    mu.rlock();
                    seen += x.load(Relaxed);
                    mu.runlock();
                }
            }
            std::hint::black_box(seen);
        });
    }
    wg.wait();
    assert_eq!(x.load(SeqCst), 8 * n.div_ceil(1000) as i64);
    report("ns/op", ns(t) / (8 * n) as f64);
}

/// A mutex that nobody else wants.
pub fn mutex1() {
    let n = count(30_000_000);
    let mu = Mutex::new();
    let mut x = 0;
    let t = Instant::now();
    for _ in 0..n {
        mu.lock();
        x = std::hint::black_box(x + 1);
        mu.unlock();
    }
    assert_eq!(x, n);
    report("ns/op", ns(t) / n as f64);
}

/// A `Once` that has been done.
pub fn once() {
    let n = count(100_000_000);
    let once = Once::new();
    let mut x = 0;
    let t = Instant::now();
    for _ in 0..n {
        once.do_(|| x += 1);
    }
    assert_eq!(x, 1);
    report("ns/op", ns(t) / n as f64);
}

/// A hundred goroutines meet at a barrier made of a condition.
pub fn cond() {
    const MEMBERS: i64 = 100;
    let rounds = count(500_000) as i64 / MEMBERS;
    let mu = Mutex::new();
    let c = Cond::new(&mu);
    let state = Arc::new((AtomicI64::new(0), AtomicI64::new(0)));
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..MEMBERS {
        let (mu, c, state) = (mu.clone(), c.clone(), Arc::clone(&state));
        wg.go("", move || {
            let (here, round) = &*state;
            for _ in 0..rounds {
                mu.lock();
                let mine = round.load(Relaxed);
                here.store(here.load(Relaxed) + 1, Relaxed);
                if here.load(Relaxed) == MEMBERS {
                    here.store(0, Relaxed);
                    round.store(mine + 1, Relaxed);
                    c.broadcast();
                }
                while round.load(Relaxed) == mine {
                    c.wait();
                }
                mu.unlock();
            }
        });
    }
    wg.wait();
    assert_eq!(state.1.load(SeqCst), rounds);
    report("ns/wake", ns(t) / (rounds * MEMBERS) as f64);
}

/// Sixty-four goroutines and one mutex.
pub fn mutex64() {
    let n = count(4_000_000) / 64;
    let mu = Mutex::new();
    let x = Arc::new(AtomicI64::new(0));
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..64 {
        let (mu, x) = (mu.clone(), Arc::clone(&x));
        wg.go("", move || {
            for _ in 0..n {
                mu.lock();
                x.store(x.load(Relaxed) + 1, Relaxed);
                mu.unlock();
            }
        });
    }
    wg.wait();
    assert_eq!(x.load(SeqCst), 64 * n as i64);
    report("ns/op", ns(t) / (64 * n) as f64);
}

/// Eight goroutines count on one atomic.
pub fn atomic() {
    let n = count(20_000_000) / 8;
    let x = Atomic::new(0);
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..8 {
        let x = x.clone();
        wg.go("", move || {
            for _ in 0..n {
                x.add(1);
            }
        });
    }
    wg.wait();
    assert_eq!(x.load(), 8 * n as i64);
    report("ns/op", ns(t) / (8 * n) as f64);
}

/// A thousand contexts under one that is cancelled, again and again.
pub fn ctx_tree() {
    const CHILDREN: usize = 1000;
    let rounds = count(500_000) / CHILDREN;
    let mut cancelled = 0;
    let t = Instant::now();
    for _ in 0..rounds {
        let (root, cancel) = with_cancel(&background());
        let children: Vec<(Ctx, Cancel)> = (0..CHILDREN).map(|_| with_cancel(&root)).collect();
        cancel.call();
        cancelled += children.iter().filter(|(c, _)| c.err().is_some()).count();
    }
    assert_eq!(cancelled, rounds * CHILDREN);
    report("ns/context", ns(t) / (rounds * CHILDREN) as f64);
}

/// A request: its context with a timeout, a goroutine that waits for either, the answer, the end.
pub fn ctx_request() {
    let n = count(300_000);
    let (root, stop) = with_cancel(&background());
    let t = Instant::now();
    for i in 0..n {
        let (ctx, cancel) = with_timeout(&root, secs(5));
        let answer = chan::<usize>(1);
        let tx = answer.clone();
        spawn(move || tx.send(i));
        select! {
            recv(ctx.done()) -> _ => { panic!("too late") }
            recv(answer) -> v => { assert_eq!(v, Some(i)); }
        }
        cancel.call();
    }
    report("ns/op", ns(t) / n as f64);
    stop.call();
}

/// A thousand goroutines wait for the end of their contexts.
pub fn ctx_wait() {
    const WAITING: usize = 1000;
    let rounds = count(200_000) / WAITING;
    let t = Instant::now();
    for _ in 0..rounds {
        let (root, cancel) = with_cancel(&background());
        let wg = WaitGroup::new();
        let never = chan::<()>(0);
        for _ in 0..WAITING {
            let (ctx, _) = with_cancel(&root);
            let never = never.clone();
            wg.go("", move || {
                select! {
                    recv(ctx.done()) -> _ => {}
                    recv(never) -> _ => { panic!("nobody sends") }
                }
            });
        }
        gosched();
        cancel.call();
        wg.wait();
    }
    report("ns/goroutine", ns(t) / (rounds * WAITING) as f64);
}

/// Short system calls through the door for calls that may block, four goroutines.
pub fn calls() {
    let n = count(2_000_000) / 4;
    let wg = WaitGroup::new();
    let t = Instant::now();
    for _ in 0..4 {
        wg.go("", move || {
            for _ in 0..n {
                assert!(run_blocking(std::os::unix::process::parent_id) > 0);
            }
        });
    }
    wg.wait();
    report("ns/call", ns(t) / (4 * n) as f64);
}
