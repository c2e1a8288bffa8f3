//! Four tasks of 5 ms on one processor and on four; and a lost update on one processor.
//!
//! Answers    goroutine-parallel-vs-concurrent
//! Watch for  1  one P: never two at once, yet all get on   2  four P: all at once   3  one P loses updates too
//! Try        --mutate two-procs, --mutate stay-on-one, --mutate with-lock
//! Go         runtime/debug.go GOMAXPROCS (go1.27.3)
use std::collections::HashSet;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/parallel",
    title: "一个 P 与四个 P：交替与同时",
    setup: Setup { procs: 4, real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Pattern,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "GOMAXPROCS=1 时同一时刻最多一个 goroutine 在执行 Go 代码",
            check: |s| {
                Verdict::eq("同时执行的最多", s.notes("most")[0], 1)
                    .and(Verdict::new(s.notes("switches")[0] > 4, format!("其间切换 {} 次", s.notes("switches")[0])))
            },
        },
        Claim {
            text: "4 个各算 5 ms 的任务，一个 P 要 20 ms，四个 P（核够用时）只要 5 ms",
            check: |s| {
                Verdict::eq("耗时 ms", s.notes("ms"), vec![20, 5]).and(Verdict::eq(
                    "四个 P 同时执行的最多",
                    s.notes("most")[1],
                    4,
                ))
            },
        },
        Claim {
            text: "单核同样会丢更新",
            check: |s| {
                let n = s.note("count");
                Verdict::new(n < 200, format!("两个各加 100 次，结果 {n}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "two-procs", what: "第一种其实给了两个 P", breaks: &[0, 1] },
        Mutation { name: "stay-on-one", what: "第二种也只有一个 P", breaks: &[1] },
        Mutation { name: "with-lock", what: "读改写用锁包住", breaks: &[2] },
    ],
    next: &[("切成几份才够", "bagu demo run goroutine/cpu-bound")],
};

/// Four tasks of 5 ms, in steps of 1 ms with a chance to switch in between.
fn four_tasks(procs: u16) -> Seen {
    case("tasks", move || {
        gomaxprocs(procs);
        let (wg, start) = (WaitGroup::new(), now());
        for _ in 0..4 {
            wg.go("task", || {
                for _ in 0..5 {
                    burn(ms(1));
                    gosched();
                }
            });
        }
        wg.wait();
        note("ms", ((now() - start).as_micros() as i64 + 500) / 1000);
    })
}

/// Most tasks that ran at the same moment.
fn most_at_once(seen: &Seen) -> i64 {
    let (mut running, mut most) = (HashSet::new(), 0);
    for e in seen.recording.events.iter().filter(|e| e.g > 1) {
        match e.kind {
            Kind::GoStart => _ = running.insert(e.g),
            Kind::GoPark | Kind::GoYield | Kind::GoEnd => _ = running.remove(&e.g),
            _ => {}
        }
        most = most.max(running.len());
    }
    most as i64
}

fn lost_updates() -> i64 {
    let seen = case("count", || {
        gomaxprocs(1);
        let (count, lock, wg) = (Var::new(0_i64), Mutex::new(), WaitGroup::new());
        for _ in 0..2 {
            let (count, lock) = (count.clone(), lock.clone());
            wg.go("adder", move || {
                for _ in 0..100 {
                    if mutated("with-lock") {
                        lock.lock();
                    }
                    let old = count.get();
                    gosched(); // a preemption may come just here
                    count.set(old + 1);
                    if mutated("with-lock") {
                        lock.unlock();
                    }
                }
            });
        }
        wg.wait();
        note("count", count.get());
    });
    seen.note("count")
}

fn run() {
    let (few, many) = (if mutated("two-procs") { 2 } else { 1 }, if mutated("stay-on-one") { 1 } else { 4 });
    for procs in [few, many] {
        let seen = four_tasks(procs);
        note("ms", seen.note("ms"));
        note("most", most_at_once(&seen));
        note("switches", seen.count(Kind::GoStart) as i64);
        out!("{procs} 个 P：4 个任务各算 5 ms，一共 {} ms", seen.note("ms"));
    }
    let count = lost_updates();
    note("count", count);
    out!("1 个 P，没有加锁，丢了更新：{}", count < 200);
}
