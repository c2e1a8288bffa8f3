//! The states of one goroutine, read off what happened to it.
//!
//! Answers    gmp-g-lifecycle
//! Watch for  1  made, run, waiting, runnable, running, dead   2  preempted: from running straight
//!            to runnable, and no waker
//! Try        --mutate no-block, --mutate no-preempt
//! Go         runtime/proc.go newproc1, execute, park_m, ready, goschedImpl, gdestroy (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/g-life",
    title: "一个 goroutine 的一生：状态的每一次变化",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::None("标准库看不到每一次状态变化；GODEBUG=scheddetail=1 只给抽样"),
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "创建后可运行，运行中阻塞变等待，被唤醒回到可运行，退出后变死亡",
            check: |s| {
                let want = vec!["可运行", "运行中", "等待", "可运行", "运行中", "死亡"];
                Verdict::eq("hero 的状态", states(s, "hero"), want)
            },
        },
        Claim {
            text: "被抢占只是回到可运行，不经过等待",
            check: |s| {
                let seen = states(s, "greedy");
                let preempted = s.recording.of(Kind::GoYield).any(|(_, e)| e.g == s.gid("greedy") && e.why == 1);
                let ok = preempted && seen.windows(2).any(|w| w == ["运行中", "可运行"]) && !seen.contains(&"等待");
                Verdict::new(ok, format!("greedy 的状态 {}", seen.join(" → ")))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-block", what: "要收的值已经在缓冲里，不用等", breaks: &[0] },
        Mutation { name: "no-preempt", what: "没有抢占：谁也不会被要求让出", breaks: &[1] },
    ],
    next: &[("没有抢占", "bagu demo run gmp/g-life --mutate no-preempt")],
};

/// The states the named goroutine went through.
fn states(s: &Seen, name: &str) -> Vec<&'static str> {
    let g = s.gid(name);
    let state = |e: &Event| match e.kind {
        Kind::GoCreate | Kind::GoReady if e.a == g => Some("可运行"),
        Kind::GoYield if e.g == g => Some("可运行"),
        Kind::GoStart if e.g == g => Some("运行中"),
        Kind::GoPark if e.g == g => Some("等待"),
        Kind::GoEnd if e.g == g => Some("死亡"),
        _ => None,
    };
    s.recording.events.iter().filter_map(state).collect()
}

fn run() {
    let ch = chan::<i64>(1);
    let rx = ch.clone();
    let wg = WaitGroup::new();
    if mutated("no-block") {
        ch.send(7);
    }
    wg.go("hero", move || {
        out!("hero 收到 {}", rx.recv_ok().0);
    });
    gosched(); // hero waits by now
    if !mutated("no-block") {
        ch.send(7);
    }
    wg.wait();
    wg.go("greedy", || {
        for _ in 0..25 {
            burn(ms(1));
        }
        out!("greedy 算完了");
    });
    wg.go("patient", || out!("patient 也轮到了"));
    wg.wait();
}
