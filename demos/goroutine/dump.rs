//! A program that is stuck: who waits for what, one by one and grouped.
//!
//! Answers    goroutine-debug-toolbox
//! Watch for  1  every goroutine has a wait reason   2  grouped, the crowd stands out
//! Try        --mutate one-spins, --mutate no-crowd
//! Go         runtime/traceback.go goroutineheader; runtime/pprof writeGoroutine (go1.27.3)
use std::collections::BTreeMap;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/dump",
    title: "卡住的程序：谁在等什么",
    setup: Setup { real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "转储里每个 goroutine 都写着等待原因",
            check: |s| {
                Verdict::eq("没有写等待原因的", s.note("without"), 0).and(Verdict::eq(
                    "各自的原因",
                    &s.lines()[..6],
                    EXPECTED.as_slice(),
                ))
            },
        },
        Claim {
            text: "聚合之后一眼看出多数人卡在哪里",
            check: |s| {
                Verdict::eq("最大的一组", s.lines()[6], "最多的一组：reader [chan receive] 20 个").and(Verdict::eq(
                    "占",
                    s.note("crowd"),
                    CROWD,
                ))
            },
        },
    ],
    mutations: &[
        Mutation { name: "one-spins", what: "取锁的改成空转重试", breaks: &[0] },
        Mutation { name: "no-crowd", what: "读者只有一个", breaks: &[0, 1] },
    ],
    next: &[("用两次快照找泄漏", "bagu demo run leak/snapshot-diff")],
};

const CROWD: i64 = 20;
const EXPECTED: [&str; 6] = [
    "joiner [sync.WaitGroup.Wait] 1 个",
    "locker [sync.Mutex.Lock] 1 个",
    "reader [chan receive] 20 个",
    "selector [select] 1 个",
    "sleeper [sleep] 1 个",
    "writer [chan send] 1 个",
];

/// Six kinds of goroutine, all of them stuck.
fn stuck() {
    let (empty, full) = (chan::<()>(0), chan::<()>(0));
    for _ in 0..if mutated("no-crowd") { 1 } else { CROWD } {
        let rx = empty.clone();
        go("reader", move || _ = rx.recv());
    }
    go("writer", move || full.send(()));
    let lock = Mutex::new();
    lock.lock();
    go("locker", move || {
        while mutated("one-spins") && !lock.try_lock() {
            gosched();
        }
        lock.lock();
    });
    let never = WaitGroup::new();
    never.add(1);
    go("joiner", move || never.wait());
    let (a, b) = (chan::<()>(0), chan::<()>(0));
    go("selector", move || {
        select! {
            recv(a) -> _ => {}
            recv(b) -> _ => {}
        }
    });
    go("sleeper", || sleep(secs(3600)));
    sleep(ms(1));
}

fn run() {
    stuck();
    let mut groups: BTreeMap<(String, &str), i64> = BTreeMap::new();
    let mut without = 0;
    for g in goroutines().into_iter().filter(|g| g.id != 1) {
        without += i64::from(g.reason.is_none());
        *groups.entry((g.name, g.reason.map_or("runnable", WaitReason::text))).or_default() += 1;
    }
    note("without", without);
    for ((name, reason), n) in &groups {
        out!("{name} [{reason}] {n} 个");
    }
    if let Some(((name, reason), n)) = groups.iter().max_by_key(|(_, n)| **n) {
        note("crowd", *n);
        out!("最多的一组：{name} [{reason}] {n} 个");
    }
}
