//! The record of a goroutine outlives it and serves the next one, under a new number.
//!
//! Answers    gmp-g-reuse
//! Watch for  1  the second round makes no new record   2  no number comes twice
//! Try        --mutate no-g-reuse, --mutate overlap (the second round comes before the first is over)
//! Go         runtime/proc.go gfput, gfget, newproc1, gdestroy (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/g-reuse",
    title: "第二轮 goroutine 用的是第一轮留下的记录",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::None("标准库看不到 g 是新分配的还是复用的；runtime/metrics 里只有总数"),
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "第二轮创建不再分配新的 g",
            check: |s| {
                let (first, second) = rounds(s);
                let fresh = |round: &[Event]| round.iter().filter(|e| e.why == 0).count();
                Verdict::eq("新分配的 g：第一轮、第二轮", (fresh(&first), fresh(&second)), (ROUND, 0))
            },
        },
        Claim {
            text: "复用的是 g 结构体，goid 每次都是新的",
            check: |s| {
                let (first, second) = rounds(s);
                let reused = second.iter().filter(|e| e.why > 0).count();
                let mut ids: Vec<u32> = first.iter().chain(&second).map(|e| e.a).collect();
                ids.sort_unstable();
                ids.dedup();
                let ok = reused == ROUND && ids.len() == 2 * ROUND;
                Verdict::new(ok, format!("第二轮复用 {reused} 个，两轮共有 {} 个不同的编号", ids.len()))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-g-reuse", what: "结束的 goroutine 的记录不再复用", breaks: &[0, 1] },
        Mutation { name: "overlap", what: "第一轮还没结束就开始第二轮", breaks: &[0, 1] },
    ],
    next: &[("两轮重叠，就得新分配", "bagu demo run gmp/g-reuse --mutate overlap")],
};

/// Goroutines of a round: more than the 64 at which a processor passes some on to everybody.
const ROUND: usize = 100;

/// The creations of the two rounds.
fn rounds(s: &Seen) -> (Vec<Event>, Vec<Event>) {
    let of = |name: &str| {
        let named = |e: &&Event| s.recording.text(e.b as u32) == name;
        s.recording.of(Kind::GoCreate).map(|(_, e)| e).filter(named).copied().collect()
    };
    (of("first"), of("second"))
}

fn start(name: &'static str, gate: &Chan<()>, wg: &WaitGroup) {
    for _ in 0..ROUND {
        let gate = gate.clone();
        wg.go(name, move || {
            gate.recv();
        });
    }
}

fn run() {
    let wg = WaitGroup::new();
    let gate = chan::<()>(0);
    start("first", &gate, &wg);
    if !mutated("overlap") {
        gate.close();
        wg.wait();
        out!("第一轮 {ROUND} 个都结束了");
    }
    let second = chan::<()>(0);
    start("second", &second, &wg);
    second.close();
    if mutated("overlap") {
        gate.close();
    }
    wg.wait();
    out!("第二轮 {ROUND} 个都结束了");
}
