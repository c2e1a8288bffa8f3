//! The same two tasks, picked by virtual run time and picked in the order of the queue.
//!
//! Answers    gmp-vs-cfs
//! Watch for  1  the kernel's rule gives each task CPU time by its weight, however it cuts its turns
//!            2  Go's queue gives each a turn, whoever ran longer
//! Try        --mutate ignore-weight, --mutate long-turns-twice
//! Go         runtime/proc.go goschedImpl, schedule (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/vs-cfs",
    title: "按虚拟时间选，和按入队次序选",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("Go 那一半在我们的调度器上真跑；内核那一半只重演“挑虚拟时间最小的”这一条规则"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "内核按权重分配 CPU 时间",
            check: |s| Verdict::eq("权重 1:1、2:1、4:1 时甲的 CPU 份额（%）", s.notes("share"), vec![50, 66, 80]),
        },
        Claim {
            text: "Go 只看入队次序，不看谁跑得多",
            check: |s| {
                let (long, short) = (s.gid("long"), s.gid("short"));
                let runs: Vec<u32> =
                    s.recording.of(Kind::GoStart).map(|(_, e)| e.g).filter(|g| [long, short].contains(g)).collect();
                // Each starts once more after its last turn, to end.
                let alternate = runs.windows(2).all(|w| w[0] != w[1]);
                let cpu = |g: u32| s.recording.of(Kind::Burn).filter(|(_, e)| e.g == g).map(|(_, e)| e.b).sum::<u64>();
                let text = format!("轮到 {} 次，严格交替 {alternate}；CPU 时间 {} : {} µs", runs.len(), cpu(long) / 1000, cpu(short) / 1000);
                Verdict::new(alternate && runs.len() == 2 * (TURNS + 1) && cpu(long) == 4 * cpu(short), text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "ignore-weight", what: "虚拟时间不除以权重", breaks: &[0] },
        Mutation { name: "long-turns-twice", what: "长的每轮跑完不让出，接着再跑一轮", breaks: &[1] },
    ],
    next: &[("不除以权重会怎样", "bagu demo run gmp/vs-cfs --mutate ignore-weight")],
};

const TURNS: usize = 8;

/// Picks the task with the least virtual time; turns of 4 ms and 1 ms. Percent of the CPU that the first got.
fn by_virtual_time(weights: [u64; 2]) -> u64 {
    let (mut vruntime, mut cpu, turn) = ([0u64; 2], [0u64; 2], [4_000_000, 1_000_000]);
    for _ in 0..10_000 {
        let i = usize::from(vruntime[1] < vruntime[0]);
        cpu[i] += turn[i];
        vruntime[i] += if mutated("ignore-weight") { turn[i] } else { turn[i] * 1024 / weights[i] };
    }
    cpu[0] * 100 / (cpu[0] + cpu[1])
}

fn by_queue() {
    let order = Atomic::new(0);
    let wg = WaitGroup::new();
    for (name, letter, turn, stay) in [("long", 1, us(400), mutated("long-turns-twice")), ("short", 2, us(100), false)] {
        let order = order.clone();
        wg.go(name, move || {
            for i in 0..TURNS {
                order.store(order.load() * 10 + letter);
                burn(turn);
                if !(stay && i % 2 == 0) {
                    gosched();
                }
            }
        });
    }
    wg.wait();
    let letters = order.load().to_string();
    let (a, b) = (letters.matches('1').count(), letters.matches('2').count());
    out!("Go 的队列：长的轮到 {a} 次，短的轮到 {b} 次，一轮耗时 4 : 1");
}

fn run() {
    for w in [1, 2, 4] {
        let share = by_virtual_time([w * 1024, 1024]);
        note("share", share as i64);
        out!("按虚拟时间：权重 {w}:1，甲得到 CPU 的 {share}%");
    }
    by_queue();
}
