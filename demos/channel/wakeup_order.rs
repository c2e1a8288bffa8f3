//! Who waited first is served first; who was woken last runs first.
//!
//! Answers    channel-wakeup-order
//! Watch for  1  g0 gets 0, g1 gets 1, …   2  g5 prints before g0
//! Try        --mutate waitq-lifo, --mutate ready-to-tail, --procs 4
//! Go         runtime/chan.go waitq.dequeue, runtime/proc.go runqput (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/wakeup-order",
    title: "先等的先拿到值，最后被唤醒的先运行",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("ch"),
    run,
    claims: &[
        Claim {
            text: "第 i 个等待者拿到第 i 个值",
            check: |s| {
                let mut lines = s.lines();
                lines.sort_unstable();
                let paired: Vec<String> = (0..WAITERS).map(|i| format!("g{i} 拿到 {i}")).collect();
                Verdict::eq("配对", lines, paired.iter().map(String::as_str).collect())
            },
        },
        Claim {
            text: "最后被唤醒的反而先运行",
            check: |s| {
                let order: Vec<&str> = s.lines().iter().map(|l| &l[..2]).collect();
                Verdict::eq("运行次序", order, vec!["g5", "g0", "g1", "g2", "g3", "g4"])
            },
        },
    ],
    mutations: &[
        Mutation { name: "waitq-lifo", what: "等待队列改成后进先出", breaks: &[0] },
        Mutation { name: "ready-to-tail", what: "被唤醒者排到本地队尾，不用 runnext", breaks: &[1] },
    ],
    next: &[("没有 runnext 会怎样", "bagu demo run channel/wakeup-order --mutate ready-to-tail")],
};

const WAITERS: i64 = 6;

fn run() {
    let ch = named::<i64>("ch", 0);
    let wg = WaitGroup::new();
    for i in 0..WAITERS {
        let ch = ch.clone();
        wg.go(&format!("g{i}"), move || {
            let v = ch.recv_ok().0;
            out!("g{i} 拿到 {v}");
        });
        gosched(); // g<i> runs and parks before the next one exists
    }
    for v in 0..WAITERS {
        ch.send(v);
    }
    wg.wait();
}
