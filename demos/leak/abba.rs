//! Two locks taken crosswise, the same two in one order, and the ways one goroutine waits for itself.
//!
//! Answers    leak-deadlock-vs-leak
//! Watch for  1  a ring of two in the wait graph, and main returns   2  one order: no ring
//!            3  Lock twice: it waits for itself   4  RLock twice with a writer between
//! Try        --mutate same-order, --mutate always-crossed, --mutate unlock-first, --mutate no-writer
//! Go         internal/sync/mutex.go lockSlow; sync/rwmutex.go RLock (go1.27.3)
use std::collections::HashMap;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/abba",
    title: "交叉持锁的环、固定顺序、等自己",
    setup: Setup { may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "两把锁交叉持有，双方永远等下去，main 照常返回",
            check: |s| {
                Verdict::eq("交叉", s.lines()[0], "交叉加锁：main 照常返回，2 个永远等锁").and(Verdict::eq(
                    "等待图里环的长度",
                    s.notes("ring")[0],
                    2,
                ))
            },
        },
        Claim {
            text: "固定加锁顺序，环就不存在",
            check: |s| {
                Verdict::eq("同序", s.lines()[1], "固定顺序：main 照常返回，0 个永远等锁").and(Verdict::eq(
                    "等待图里环的长度",
                    s.notes("ring")[1],
                    0,
                ))
            },
        },
        Claim {
            text: "同一个 goroutine 重复 Lock，等的是自己",
            check: |s| {
                Verdict::eq("重复 Lock", s.lines()[2], "重复 Lock：报死锁，停在 sync.Mutex.Lock").and(Verdict::eq(
                    "等待图里环的长度",
                    s.notes("ring")[2],
                    1,
                ))
            },
        },
        Claim {
            text: "RWMutex 不能递归读锁",
            check: |s| Verdict::eq("递归读锁", s.lines()[3], "递归 RLock：报死锁，停在 sync.RWMutex.RLock"),
        },
    ],
    mutations: &[
        Mutation { name: "same-order", what: "两边都先锁 a", breaks: &[0] },
        Mutation { name: "always-crossed", what: "固定顺序的那一版也交叉", breaks: &[1] },
        Mutation { name: "unlock-first", what: "第二次 Lock 之前先解锁", breaks: &[2] },
        Mutation { name: "no-writer", what: "两次 RLock 之间没有写者", breaks: &[3] },
    ],
    next: &[("运行时什么时候才报死锁", "bagu demo run leak/blind-spots")],
};

fn two_locks(crossed: bool) {
    let (a, b) = (Mutex::new(), Mutex::new());
    let other = if crossed { (b.clone(), a.clone()) } else { (a.clone(), b.clone()) };
    for (first, second) in [(a, b), other] {
        go("transfer", move || {
            first.lock();
            sleep(us(100));
            second.lock();
            second.unlock();
            first.unlock();
        });
    }
    sleep(ms(1));
}

fn lock_twice() {
    let lock = Mutex::new();
    lock.lock();
    if mutated("unlock-first") {
        lock.unlock();
    }
    lock.lock();
}

fn read_twice() {
    let lock = RWMutex::new();
    lock.rlock();
    if !mutated("no-writer") {
        let writer = lock.clone();
        go("writer", move || writer.lock());
        sleep(us(100));
    }
    lock.rlock();
}

/// Length of the ring in the wait graph of the recording's end, 0 when there is none. Every waiter
/// waits for one lock, every lock has one holder, so following both finds it.
fn ring(seen: &Seen) -> i64 {
    let (mut holder, mut wants) = (HashMap::new(), HashMap::new());
    for e in &seen.recording.events {
        match e.kind {
            Kind::LockAcquire => {
                holder.insert(e.a, e.g);
                wants.remove(&e.g);
            }
            Kind::LockRelease => _ = holder.remove(&e.a),
            Kind::GoPark if WaitReason::from_u8(e.why) == WaitReason::MutexLock => _ = wants.insert(e.g, e.a),
            _ => {}
        }
    }
    let next = |g: &u32| wants.get(g).and_then(|lock| holder.get(lock)).copied();
    let length = |start: u32| {
        let mut at = start;
        (1..=wants.len() as i64).find(|_| match next(&at) {
            Some(g) => {
                at = g;
                at == start
            }
            None => false,
        })
    };
    wants.keys().find_map(|g| length(*g)).unwrap_or(0)
}

fn show(name: &str, program: fn()) {
    let seen = case(name, program);
    note("ring", ring(&seen));
    match &seen.end {
        End::Ok => out!("{name}：main 照常返回，{} 个永远等锁", seen.leaked_for(WaitReason::MutexLock).len()),
        End::Deadlock(text) => {
            let at = text.split("goroutine 1 [").nth(1).and_then(|t| t.split(']').next());
            out!("{name}：报死锁，停在 {}", at.unwrap_or("？"));
        }
        other => out!("{name}：{other:?}"),
    }
}

fn run() {
    show("交叉加锁", || two_locks(!mutated("same-order")));
    show("固定顺序", || two_locks(mutated("always-crossed")));
    show("重复 Lock", lock_twice);
    show("递归 RLock", read_twice);
}
