//! The global queue is looked at every 61st round; a relay through `runnext` does not count rounds.
//!
//! Answers    gmp-grq-fairness
//! Watch for  1  main yields behind two hundred others and is back within 61 of them
//!            2  behind two that only wake each other it waits for the 10 ms of their time slice
//! Try        --mutate no-global-poll, --mutate no-slice-inherit
//! Go         runtime/proc.go findRunnable, execute, retake (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/every-61",
    title: "每 61 次看一眼全局队列；runnext 接力不计数",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "本地队列一直不空，全局队列里的 G 也在 61 次调度之内轮到",
            check: |s| {
                let n = s.note("before_main");
                Verdict::new((1..=61).contains(&n), format!("main 让出后，先跑了 {n} 个"))
            },
        },
        Claim {
            text: "两个 G 只经 runnext 互相唤醒时 schedtick 不动，要靠 10ms 时间片抢占才轮到别人",
            check: |s| {
                let (steps, waited) = (s.note("steps"), s.note("waited_us"));
                let ok = steps > 61 && waited >= 9_000;
                Verdict::new(ok, format!("main 让出后，两个 G 接力 {steps} 步、{:.1} ms", waited as f64 / 1000.0))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-global-poll", what: "本地空了才看全局队列", breaks: &[0] },
        Mutation { name: "no-slice-inherit", what: "从 runnext 取到的也算一个新时间片", breaks: &[1] },
    ],
    next: &[("不看全局会怎样", "bagu demo run gmp/every-61 --mutate no-global-poll")],
};

const SHORT: i64 = 200;

/// Main goes to the global queue while many short goroutines wait in the local one.
fn behind_many() {
    let done = Atomic::new(0);
    let wg = WaitGroup::new();
    for _ in 0..SHORT {
        let done = done.clone();
        wg.go("short", move || {
            done.add(1);
        });
    }
    gosched();
    let n = done.load();
    wg.wait();
    note("before_main", n);
    out!("让出后先跑了不超过 61 个：{}", n <= 61);
}

/// Main goes to the global queue while two goroutines hand a ball to and fro.
fn behind_a_pair() {
    let (ping, pong, stop) = (chan::<i64>(0), chan::<i64>(0), Atomic::new(0));
    let steps = Atomic::new(0);
    let wg = WaitGroup::new();
    for (from, to, first) in [(ping.clone(), pong.clone(), false), (pong, ping, true)] {
        let (steps, stop) = (steps.clone(), stop.clone());
        wg.go("player", move || {
            if first {
                to.send(0);
            }
            while from.recv().is_some() {
                steps.add(1);
                burn(us(100));
                if stop.load() == 1 {
                    return to.close();
                }
                to.send(0);
            }
        });
    }
    let start = now();
    gosched();
    let waited = now() - start;
    stop.store(1);
    note("steps", steps.load());
    wg.wait();
    note("waited_us", waited.as_micros() as i64);
    out!("接力的一对占住 P 超过 61 步：{}", waited >= us(6_200));
}

fn run() {
    behind_many();
    behind_a_pair();
}
