//! Co-operative preemption: a loop with calls gives way at a call, a loop without has no such place.
//!
//! Answers    gmp-preempt-coop
//! Watch for  1  the loop with calls gives way at the first call after 10 ms   2  the loop without
//!            never does by itself   3  a signal stops it nevertheless
//! Try        --mutate async-preempt-off, --mutate no-preempt, --mutate call-in-loop
//! Go         runtime/proc.go preemptone, runtime/stack.go newstack (go1.27.3)
//! Differs    `burn` has a check at its end, `tight` has none; Go checks in function prologues
use std::time::Duration;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/preempt-coop",
    title: "检查点在函数调用处：有调用的循环会让出",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("检查点由运行时的调用点代替函数序言；有没有检查点、何时让出的规则一样"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "有函数调用的循环在下一次调用处让出",
            check: |s| {
                let g = s.gid("calls");
                let start = s.recording.of(Kind::GoStart).find(|(_, e)| e.g == g).map_or(0, |(_, e)| e.time);
                let gave = s.recording.of(Kind::GoYield).find(|(_, e)| e.g == g && e.why == 1).map(|(_, e)| e.time - start);
                let call = CALL.as_nanos() as u64;
                let ok = gave.is_some_and(|t| (10_000_000..=10_000_000 + 2 * call).contains(&t));
                Verdict::new(ok, format!("连续运行 {} µs 后让出，一次调用 {} µs", gave.unwrap_or(0) / 1000, call / 1000))
            },
        },
        Claim {
            text: "没有函数调用的循环里没有检查点",
            check: |s| {
                let (by_itself, by_signal) = gave_way(s, "loop");
                Verdict::new(by_itself == 0, format!("自己让出 {by_itself} 次，被信号打断 {by_signal} 次"))
            },
        },
        Claim {
            text: "由信号补上这个缺口",
            check: |s| {
                let (_, by_signal) = gave_way(s, "loop");
                Verdict::new(by_signal > 0, format!("被信号打断 {by_signal} 次"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-preempt", what: "没有人请求抢占（Go 1.2 之前）", breaks: &[0, 2] },
        Mutation { name: "async-preempt-off", what: "不发信号（Go 1.13 的样子）", breaks: &[2] },
        Mutation { name: "call-in-loop", what: "循环里加上函数调用", breaks: &[1] },
    ],
    next: &[("回到 Go 1.13", "bagu demo run gmp/preempt-coop --mutate async-preempt-off")],
};

const CALL: Duration = us(500);
const LOOP: Duration = ms(25);

/// How often a goroutine was preempted: at a check of its own, and by a signal.
fn gave_way(s: &Seen, name: &str) -> (usize, usize) {
    let g = s.gid(name);
    let of = |kind: Kind| s.recording.of(kind).filter(|(_, e)| e.g == g);
    let signals = of(Kind::Signal).filter(|(_, e)| e.why == 0).count();
    let yields = of(Kind::GoYield).filter(|(_, e)| e.why == 1).count();
    (yields.saturating_sub(signals), signals)
}

fn with_calls() {
    (0..LOOP.as_nanos() / CALL.as_nanos()).for_each(|_| burn(CALL));
}

/// Starts the loop and says whether main ran before it was over.
fn race(name: &str, what: &str, f: fn()) {
    let over = Atomic::new(0);
    let done = over.clone();
    go(name, move || {
        f();
        done.store(1);
    });
    gosched();
    out!("{what}没跑完，main 就得到了运行： {}", over.load() == 0);
    while over.load() == 0 {
        sleep(ms(5));
    }
}

fn run() {
    race("calls", "有调用的循环", with_calls);
    race("loop", "没有调用的循环", if mutated("call-in-loop") { with_calls } else { || tight(LOOP) });
}
