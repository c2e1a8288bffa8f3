//! What calls into foreign code cost: the books of each call, a thread for each that blocks, and what
//! they do not cost: the others go on.
//!
//! Answers    cgo-cost-sched
//! Watch for  1  as many blocking-call entries as calls, none for plain calls   2  twelve blocked calls,
//!            twelve threads   3  the counting goroutine goes on meanwhile
//! Try        --mutate batch, --mutate one-at-a-time, --mutate syscall-keeps-p
//! Go         runtime/cgocall.go cgocall; runtime/proc.go reentersyscall, retake (go1.27.3)
//! Differs    runs on real threads whatever the platform; foreign code is Rust on the thread's stack
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Instant;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "cgo/cost",
    title: "cgo 的代价：每次记账，阻塞的一个占一个线程",
    setup: Setup { may: false, real: false, wall: true, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("没有真的 C：外部代码是一段在线程自己的栈上、按系统调用记账跑的代码"),
    go: GoMatch::Pattern,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "每次 cgo 调用都要走一遍进入和退出系统调用的记账",
            check: |s| {
                let (enters, exits, plain) = (s.note("enters"), s.note("exits"), s.note("plain_enters"));
                let text = format!("{CALLS} 次调用：进入 {enters} 次，退出 {exits} 次；普通调用 {plain} 次");
                Verdict::new((enters, exits, plain) == (CALLS, CALLS, 0), text)
            },
        },
        Claim {
            text: "阻塞在 C 里的调用一个占一个线程",
            check: |s| {
                let more = s.note("more_threads");
                Verdict::new(more >= BLOCKED - 2, format!("{BLOCKED} 个阻塞在 C 里，线程多了 {more} 个"))
            },
        },
        Claim {
            text: "阻塞在 C 里不会拖住别的 goroutine",
            check: |s| {
                let steps = s.note("meanwhile");
                Verdict::new(steps > 0, format!("一个卡在 C 里的时候，别的 goroutine 推进 {steps} 步"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "batch", what: "合并成一次调用", breaks: &[0] },
        Mutation { name: "one-at-a-time", what: "用锁限流，一次只放一个进 C", breaks: &[1] },
        Mutation { name: "syscall-keeps-p", what: "P 跟着线程卡在 C 里", breaks: &[2] },
    ],
    next: &[("合并成一次调用", "bagu demo run cgo/cost --mutate batch")],
};

const CALLS: i64 = 200;
const BLOCKED: i64 = 12;

fn calls() -> Seen {
    on_threads(1, || {
        let one = || std::hint::black_box(1i64);
        let start = Instant::now();
        if mutated("batch") {
            cgo(|| (0..CALLS).map(|_| one()).sum::<i64>());
        } else {
            (0..CALLS).for_each(|_| _ = cgo(one));
        }
        note("ns", start.elapsed().as_nanos() as i64 / CALLS);
    })
}

fn plain() -> Seen {
    on_threads(1, || {
        let start = Instant::now();
        (0..CALLS).for_each(|_| _ = std::hint::black_box(std::hint::black_box(|| 1i64)()));
        note("ns", start.elapsed().as_nanos() as i64 / CALLS);
    })
}

/// How long foreign code waits at most for what it waits for.
const PATIENCE: std::time::Duration = ms(500);

/// Waits in foreign code, without the scheduler, until `over` or out of patience.
fn wait_in_c(over: impl Fn() -> bool) {
    let begun = Instant::now();
    while !over() && begun.elapsed() < PATIENCE {
        std::thread::sleep(us(200));
    }
}

/// Each call stays in C until all are there.
fn blocked() -> Seen {
    on_threads(2, || {
        let (gate, inside, wg) = (Semaphore::new(1), Arc::new(AtomicI64::new(0)), WaitGroup::new());
        let limited = mutated("one-at-a-time");
        for _ in 0..BLOCKED {
            let (gate, inside) = (gate.clone(), inside.clone());
            wg.go("c", move || {
                if limited {
                    gate.acquire();
                    cgo(|| std::thread::sleep(ms(2)));
                    gate.release();
                } else {
                    cgo(|| {
                        inside.fetch_add(1, Relaxed);
                        wait_in_c(|| inside.load(Relaxed) >= BLOCKED);
                        inside.fetch_add(BLOCKED, Relaxed); // out of patience: the others need not wait
                    });
                }
            });
        }
        wg.wait();
    })
}

/// One stays in C until another has made a step.
fn meanwhile() -> Seen {
    on_threads(1, || {
        let steps = Arc::new(AtomicI64::new(0));
        let counted = steps.clone();
        go("counter", move || {
            for _ in 0..1000 {
                counted.fetch_add(1, Relaxed);
                gosched();
            }
        });
        cgo(|| wait_in_c(|| steps.load(Relaxed) > 0));
        note("steps", steps.load(Relaxed));
    })
}

fn run() {
    let (calls, plain, blocked, other) = (calls(), plain(), blocked(), meanwhile());
    note("enters", calls.count(Kind::SyscallEnter) as i64);
    note("exits", calls.count(Kind::SyscallExit) as i64);
    note("plain_enters", plain.count(Kind::SyscallEnter) as i64);
    note("more_threads", blocked.threads as i64 - 1);
    note("meanwhile", other.note("steps"));
    out!("一次 C 调用 {} ns，一次普通调用 {} ns", calls.note("ns"), plain.note("ns"));
    out!("{BLOCKED} 个阻塞在 C 里，线程多了 {} 个", blocked.threads - 1);
    out!("一个卡在 C 里的时候，别的 goroutine 还在跑： {}", other.note("steps") > 0);
}
