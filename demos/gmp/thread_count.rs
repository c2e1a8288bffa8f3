//! Which waits cost a thread: locks, channels, timers and the network none, blocking calls one each.
//!
//! Answers    gmp-thread-count
//! Watch for  1  eighty waiters, no new thread   2  twenty blocking calls, twenty threads more
//! Try        --mutate raw-read, --mutate syscall-keeps-p
//! Go         runtime/proc.go startm, newm, handoffp (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/thread-count",
    title: "哪些等待占线程：锁、channel、定时器、网络不占，系统调用占",
    setup: Setup { may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "等锁、等 channel、等定时器、等网络都不增加线程",
            check: |s| {
                let (waiting, more) = (s.note("waiting"), s.note("more_for_waits"));
                Verdict::new(waiting == 4 * EACH as i64 && more <= 1, format!("{waiting} 个在等，线程多了 {more} 个"))
            },
        },
        Claim {
            text: "阻塞的系统调用一个占一个线程",
            check: |s| {
                let more = s.note("more_for_calls");
                Verdict::new((more - EACH as i64).abs() <= 2, format!("{EACH} 个阻塞的系统调用，线程多了 {more} 个"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "raw-read", what: "网络读改成阻塞的系统调用", breaks: &[0] },
        Mutation { name: "syscall-keeps-p", what: "P 跟着线程卡在调用里", breaks: &[1] },
    ],
    next: &[("网络读不走 netpoller 会怎样", "bagu demo run gmp/thread-count --mutate raw-read")],
};

const EACH: usize = 20;

fn waits(lock: &Mutex, ch: &Chan<i64>, listener: &Listener) -> Vec<Conn> {
    let mut kept = vec![];
    for _ in 0..EACH {
        let (lock, ch) = (lock.clone(), ch.clone());
        go("locker", move || {
            lock.lock();
            lock.unlock();
        });
        go("receiver", move || _ = ch.recv());
        go("sleeper", || sleep(ms(50)));
        let (Ok(near), Ok(far)) = (dial(&listener.addr()), listener.accept()) else { continue };
        kept.push(near);
        go("reader", move || {
            if mutated("raw-read") {
                syscall(ms(50));
            } else {
                _ = far.read(&mut [0]);
            }
        });
    }
    kept
}

fn run() {
    let (lock, ch) = (Mutex::new(), chan::<i64>(0));
    let Ok(listener) = listen() else { return };
    lock.lock();
    sleep(us(100));
    let before = threads();
    let conns = waits(&lock, &ch, &listener);
    sleep(ms(2));
    note("waiting", num_goroutine() as i64 - 1);
    let more = threads() - before;
    note("more_for_waits", more as i64);
    out!("等锁、channel、定时器、网络各 {EACH} 个，线程增加不到 5 个： {}", more < 5);
    let before = threads();
    for _ in 0..EACH {
        go("caller", || syscall(ms(5)));
    }
    sleep(ms(3));
    let more = threads() - before;
    note("more_for_calls", more as i64);
    out!("{EACH} 个阻塞的系统调用，线程增加 15 个以上： {}", more >= 15);
    lock.unlock();
    ch.close();
    drop(conns);
}
