//! Preemption by signal: a loop without a single call is stopped every 10 to 20 ms.
//!
//! Answers    gmp-preempt-async
//! Watch for  1  asked to give way after 10 to 20 ms, and stopped by the signal   2  it goes to the
//!            tail of the global queue; the other goroutine runs first
//! Try        --mutate async-preempt-off
//! Go         runtime/signal_unix.go doSigPreempt, runtime/preempt.go asyncPreempt2 (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/preempt-async",
    title: "信号抢占：没有函数调用的循环也停得下来",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "连续计算的 G 每隔 10～20ms 被信号打断一次",
            check: |s| {
                let g = s.gid("spin");
                let ran: Vec<u64> =
                    s.recording.of(Kind::PreemptAsk).filter(|(_, e)| e.a == g && e.why == 1).map(|(_, e)| e.b).collect();
                let stopped = s.recording.of(Kind::Signal).filter(|(_, e)| e.g == g && e.why == 0).count();
                let span = |t: &u64| (10_000_000..=20_000_000).contains(t);
                let text = format!("被打断 {stopped} 次，之前各跑了 {:?} ms", ran.iter().map(|t| t / 1_000_000).collect::<Vec<_>>());
                Verdict::new(stopped >= 3 && ran.iter().all(span), text)
            },
        },
        Claim {
            text: "被抢占的 G 排到全局队列尾",
            check: |s| {
                let g = s.gid("spin");
                let events = &s.recording.events;
                let yields: Vec<usize> = (0..events.len())
                    .filter(|i| events[*i].kind == Kind::GoYield && events[*i].g == g && events[*i].why == 1)
                    .collect();
                let soon = |i: usize, kind: Kind| events[i..].iter().take(6).any(|e| e.kind == kind);
                let next = |i: usize| events[i..].iter().find(|e| e.kind == Kind::GoStart).map(|e| e.g);
                let queued = yields.iter().filter(|i| soon(**i, Kind::GlobalPut)).count();
                let others = yields.iter().filter(|i| next(**i).is_some_and(|n| n != g)).count();
                let text = format!("让出 {} 次：进全局队列 {queued} 次，接着跑的是别人 {others} 次", yields.len());
                Verdict::new(!yields.is_empty() && queued == yields.len() && others == yields.len(), text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "async-preempt-off", what: "不发信号（Go 1.13 的样子）", breaks: &[0] },
        Mutation { name: "no-preempt", what: "没有人请求抢占", breaks: &[0, 1] },
    ],
    next: &[("不发信号，别人要等到它跑完", "bagu demo run gmp/preempt-async --mutate async-preempt-off")],
};

fn run() {
    let over = Atomic::new(0);
    let done = over.clone();
    go("spin", move || {
        tight(ms(45));
        done.store(1);
    });
    let mut turns = 0;
    while over.load() == 0 {
        turns += 1;
        gosched();
    }
    note("turns", turns);
    out!("循环跑完之前 main 得到运行 3 次以上： {}", turns > 3);
}
