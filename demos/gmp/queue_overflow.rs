//! Three hundred goroutines on one processor: the 258th makes the local queue spill.
//!
//! Answers    gmp-queues
//! Watch for  1  one batch of 129 goes to the global queue   2  it runs after the local queue, but
//!            for the one or two that the 1-in-61 look takes out early
//! Try        --mutate no-runnext (the 257th spills), --mutate fewer (nothing spills)
//! Go         runtime/proc.go runqput, runqputslow, globrunqgetbatch (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/queue-overflow",
    title: "本地队列溢出：第 258 次创建转走 129 个",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "第 258 次创建把本地队头 128 个连同放不下的那个，一共 129 个转到全局队列",
            check: |s| {
                let (seq, batch) = s.recording.of(Kind::GlobalPut).find(|(_, e)| e.a > 1).expect("a batch was put");
                let made = s.recording.of(Kind::GoCreate).filter(|(at, e)| *at < seq && e.g == 1).count();
                Verdict::eq("第几次创建、转走几个", (made, batch.a), (258, 129))
            },
        },
        Claim {
            text: "转走的那一批要等本地队列跑空才成批搬回",
            check: |s| {
                let order = s.notes("ran");
                let last_local = order.iter().position(|n| *n == 298).expect("the last of the local ring ran");
                let early = order[..last_local].iter().filter(|n| **n < 128).count();
                let after = order[last_local..].iter().filter(|n| **n < 128).count();
                Verdict::new(
                    early <= 5 && early + after == 128,
                    format!("提前跑的 {early} 个，其余 {after} 个在本地跑空之后"),
                )
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-runnext", what: "没有 runnext 那一格，早一个就满", breaks: &[0] },
        Mutation { name: "fewer", what: "只创建 200 个，放得下", breaks: &[0, 1] },
    ],
    next: &[("放得下的时候", "bagu demo run gmp/queue-overflow --mutate fewer")],
};

fn run() {
    let n: i64 = if mutated("fewer") { 200 } else { 300 };
    let ran = chan(n as usize);
    let wg = WaitGroup::new();
    for i in 0..n {
        let ran = ran.clone();
        wg.go("task", move || ran.send(i));
    }
    wg.wait();
    ran.close();
    let order: Vec<i64> = (&ran).into_iter().collect();
    for i in &order {
        note("ran", *i);
    }
    out!("第一个跑的：{}", order[0]);
    let half = order.len() / 2;
    let early = order[..half].iter().filter(|i| **i < 128).count();
    out!("前一半里，最早创建的 128 个只占几个：{}", early <= 5);
    out!("最后十个都是转走过的：{}", order[order.len() - 10..].iter().all(|i| *i < 128 || *i == 255 || *i == 256));
}
