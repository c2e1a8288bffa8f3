//! Four processors and three kinds of goroutines: who runs, who waits, who steals.
//!
//! Answers    gmp-n-goroutines-4-cores
//! Watch for  1  never more than four run   2  a thief takes half, rounded up   3  waiting on a channel
//!            brings no thread
//! Try        --mutate steal-one, --mutate eight, --mutate blocking-wait
//! Go         runtime/proc.go runqput, findRunnable, stealWork, runqgrab (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/four-cores",
    title: "4 个 P 上的三类 goroutine：打印、计算、等 channel",
    setup: Setup { procs: 4, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "任何时刻最多 4 个 goroutine 在执行 Go 代码",
            check: |s| {
                let (mut running, mut most) = (vec![], 0);
                for e in &s.recording.events {
                    match e.kind {
                        Kind::GoStart => running.push(e.g),
                        Kind::GoPark | Kind::GoYield | Kind::GoEnd | Kind::SyscallEnter => running.retain(|g| *g != e.g),
                        _ => {}
                    }
                    most = most.max(running.len());
                }
                Verdict::eq("同时在跑的最多个数", most, 4)
            },
        },
        Claim {
            text: "偷走对方队列的一半，向上取整",
            check: |s| {
                let mut state = State::new(&s.recording);
                let mut wrong = vec![];
                let mut most = 0;
                for e in &s.recording.events {
                    if e.kind == Kind::Steal && e.why == 0 {
                        let had = state.ps[e.b as usize].queue.len();
                        most = most.max(had);
                        if e.a as usize != had.div_ceil(2) {
                            wrong.push((had, e.a));
                        }
                    }
                    state.apply(e);
                }
                let steals = s.count(Kind::Steal);
                let text = format!("窃取 {steals} 次，对方最多有 {most} 个；不是一半的（有几个，拿几个）{wrong:?}");
                Verdict::new(most >= 3 && wrong.is_empty(), text)
            },
        },
        Claim {
            text: "等 channel 的 goroutine 不增加线程",
            check: |s| {
                let more = s.note("more_threads");
                Verdict::new(more <= 1, format!("{EACH} 个在等，线程多了 {more} 个"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "eight", what: "改成 8 个 P", breaks: &[0] },
        Mutation { name: "steal-one", what: "每次只偷一个", breaks: &[1] },
        Mutation { name: "blocking-wait", what: "等 channel 换成阻塞的系统调用", breaks: &[2] },
    ],
    next: &[("每次只偷一个会怎样", "bagu demo run gmp/four-cores --mutate steal-one")],
};

const EACH: usize = 30;

fn run() {
    if mutated("eight") {
        gomaxprocs(8);
    }
    let wg = WaitGroup::new();
    let (printed, ch) = (Atomic::new(0), named::<i64>("ch", 0));
    for _ in 0..EACH {
        wg.go("compute", || burn(us(300)));
        let printed = printed.clone();
        wg.go("print", move || {
            syscall(us(2));
            printed.add(1);
        });
    }
    wg.wait();
    out!("打印 {} 次，计算 {EACH} 个", printed.load());
    let before = threads();
    for _ in 0..EACH {
        let rx = ch.clone();
        wg.go("wait", move || {
            if mutated("blocking-wait") {
                syscall(ms(1));
            } else {
                rx.recv();
            }
        });
    }
    sleep(us(500));
    note("more_threads", threads() as i64 - before as i64);
    ch.close();
    wg.wait();
    out!("等 channel 的 {EACH} 个都醒来了");
}
