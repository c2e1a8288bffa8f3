//! Where a thread looks for its next goroutine: runnext, local queue, global queue, then the others'.
//!
//! Answers    gmp-schedule-loop
//! Watch for  1  next, local, then main, which had yielded into the global queue
//!            2  with a second processor: it has nothing of its own and takes from the first
//! Try        --mutate no-runnext, --mutate no-steal
//! Go         runtime/proc.go findRunnable, runqget, globrunqgetbatch, stealWork (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/pick-order",
    title: "先 runnext，再本地，再全局，最后去偷",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "先 runnext，再本地队列，再全局队列",
            check: |s| {
                Verdict::eq("运行次序", s.lines()[..4].to_vec(), vec!["runnext 里的", "本地一", "本地二", "全局里的"])
            },
        },
        Claim {
            text: "本地和全局都空了，才去别的 P 偷",
            check: |s| {
                let from = s.note("second_from") as u64;
                let phase = || s.recording.events.iter().filter(|e| e.time >= from);
                let home = phase().find(|e| e.kind == Kind::GoCreate).map_or(0, |e| e.p);
                let away: Vec<&Event> = phase().filter(|e| e.p != home).collect();
                let first = away.iter().position(|e| e.kind == Kind::GoStart);
                let before = &away[..first.expect("the other processor ran something")];
                let stole = before.iter().any(|e| e.kind == Kind::Steal);
                let global = before.iter().any(|e| e.kind == Kind::GlobalGet);
                Verdict::new(stole && !global, format!("另一个 P 的第一个 G：偷来的 {stole}，从全局取的 {global}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-runnext", what: "没有 runnext 那一格", breaks: &[0] },
        Mutation { name: "no-steal", what: "没有工作窃取", breaks: &[1] },
    ],
    next: &[("没有窃取，第二个 P 闲着", "bagu demo run gmp/pick-order --mutate no-steal")],
};

/// One processor: a goroutine leaves three others behind while main stands in the global queue.
fn alone() {
    let wg = WaitGroup::new();
    let inner = wg.clone();
    wg.go("maker", move || {
        for what in ["本地一", "本地二", "runnext 里的"] {
            inner.go(what, move || out!("{what}"));
        }
    });
    gosched(); // main goes to the global queue
    out!("全局里的");
    wg.wait();
}

/// Two processors: the second one starts with nothing.
fn together() {
    gomaxprocs(2);
    note("second_from", now().0 as i64);
    let wg = WaitGroup::new();
    for _ in 0..8 {
        wg.go("task", || burn(us(200)));
    }
    wg.wait();
    out!("八个任务做完");
}

fn run() {
    alone();
    together();
}
