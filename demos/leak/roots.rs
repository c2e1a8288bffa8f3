//! The same three waiters under two sets of roots: every stack, or only those that can still run.
//!
//! Answers    leak-gc-cannot-collect
//! Watch for  1  with every stack a root nothing is garbage   2  from the runnable ones only, the local
//!            channel is out of reach   3  the global one is not, though nobody will ever send
//! Try        --mutate skip-waiters, --mutate main-keeps, --mutate forget-globals
//! Go         runtime/mgc.go isMaybeRunnable, findGoroutineLeaks; runtime/mgcmark.go markroot (go1.27.3)
//! Differs    who holds what is written down by hand; the wait states are the runtime's own
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/roots",
    title: "两种根：所有栈都算，或只算还能运行的",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model(
        "谁引用着哪个 channel 由程序自己登记，代替扫描栈；谁在等，问的是运行时。Go 对照用真正的 goroutineleak 剖析",
    ),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "把所有 goroutine 的栈都当根，谁都不会被回收",
            check: |s| Verdict::eq("够不着的", s.note("garbage_all"), 0),
        },
        Claim {
            text: "只从还能运行的 goroutine 出发，够不着的就是泄漏者",
            check: |s| {
                Verdict::eq("判为泄漏", s.lines()[1], "只从还能运行的出发：泄漏者 local").and(Verdict::eq(
                    "检测之后还在等的",
                    s.note("still_waiting"),
                    3,
                ))
            },
        },
        Claim {
            text: "挂在全局变量上的 channel 总够得着，所以会漏报",
            check: |s| {
                Verdict::eq("全局的被报告", s.note("global_reported"), 0).and(Verdict::eq(
                    "它在等",
                    s.leaked_for(WaitReason::ChanReceive).contains(&"global"),
                    true,
                ))
            },
        },
    ],
    mutations: &[
        Mutation { name: "skip-waiters", what: "第一种也不算等待者的栈", breaks: &[0] },
        Mutation { name: "main-keeps", what: "main 一直拿着局部的那个 channel", breaks: &[1] },
        Mutation { name: "forget-globals", what: "全局变量不算根", breaks: &[1, 2] },
    ],
    next: &[("一轮不够时：不动点", "bagu demo run leak/fixpoint")],
};

/// Waiters and the channel each waits for; it holds that channel too.
const WAITERS: [&str; 3] = ["global", "local", "worker"];

/// Who holds which channel besides the waiter itself.
fn other_holders() -> Vec<(&'static str, &'static str)> {
    let mut holders = vec![("全局变量", "global"), ("main", "worker")];
    if mutated("main-keeps") {
        holders.push(("main", "local"));
    }
    holders
}

/// The waiters whose channel cannot be reached from these roots.
fn out_of_reach(roots: &[&str]) -> Vec<&'static str> {
    let reached = |ch: &str| {
        roots.contains(&ch) // its own waiter's stack
            || other_holders().iter().any(|(who, held)| *held == ch && roots.contains(who))
    };
    WAITERS.into_iter().filter(|ch| !reached(ch)).collect()
}

fn run() {
    let keep: Vec<Chan<i64>> = WAITERS
        .into_iter()
        .map(|name| {
            let ch = chan::<i64>(0);
            let rx = ch.clone();
            go(name, move || _ = rx.recv());
            ch
        })
        .collect();
    sleep(ms(5));
    let live = goroutines();
    let waiting: Vec<&str> =
        live.iter().filter(|g| g.reason == Some(WaitReason::ChanReceive)).map(|g| g.name.as_str()).collect();

    let mut runnable = vec!["main"];
    if !mutated("forget-globals") {
        runnable.push("全局变量");
    }
    let mut everybody = runnable.clone();
    if !mutated("skip-waiters") {
        everybody.extend(&waiting);
    }

    let garbage = out_of_reach(&everybody);
    note("garbage_all", garbage.len() as i64);
    out!("所有栈都当根：够不着的 {} 个", garbage.len());

    let leaked = out_of_reach(&runnable);
    note("global_reported", i64::from(leaked.contains(&"global")));
    out!("只从还能运行的出发：泄漏者 {}", leaked.join("、"));

    let after = num_goroutine() - 1;
    note("still_waiting", after as i64);
    out!("检测之后还在等的：{after} 个");
    drop(keep);
}
