//! Entering a select evaluates every channel and every value to send, once, in written order.
//!
//! Answers    select-eval-order
//! Watch for  1  four lines before the choice   2  the cases not chosen are among them
//!            3  the target of the receive comes after the choice
//! Try        --predict, --mutate reversed, --mutate lazy
//! Go         go.dev/ref/spec#Select_statements (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/eval-order",
    title: "进入 select 时谁被求值，按什么次序",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "channel 表达式和发送值按书写次序各求值一次",
            check: |s| {
                let want = ["chan nil", "val 1", "chan ready", "chan idle"];
                Verdict::eq("前四行", &s.lines()[..4], &want)
            },
        },
        Claim {
            text: "没选中的分支也已经求过值", check: |s| Verdict::eq("三个分支共求值", s.note("calls"), 4)
        },
        Claim {
            text: "接收的赋值目标只在选中后求值",
            check: |s| {
                let at = s.lines().iter().position(|l| *l == "target");
                Verdict::eq("target 排在第几行（从 0 数）", at, Some(4))
            },
        },
    ],
    mutations: &[
        Mutation { name: "reversed", what: "三个 case 倒过来写", breaks: &[0] },
        Mutation { name: "lazy", what: "只对就绪的分支求值", breaks: &[0, 1] },
        Mutation { name: "target-first", what: "在 select 之前就求值赋值目标", breaks: &[2] },
    ],
    next: &[("循环里的 time.After 因此每圈新建", "bagu demo run select/time-after")],
};

fn ch(name: &str, calls: &Var<i64>, c: Chan<i64>) -> Chan<i64> {
    out!("chan {name}");
    calls.set(calls.get() + 1);
    c
}

fn val(calls: &Var<i64>, v: i64) -> i64 {
    out!("val {v}");
    calls.set(calls.get() + 1);
    v
}

fn target(place: &mut [i64]) -> &mut i64 {
    out!("target");
    &mut place[0]
}

fn run() {
    let ready = named("ready", 1);
    ready.send(42);
    let (n, idle) = (Var::new(0), named("idle", 0));
    let mut place = [0];
    if mutated("target-first") {
        target(&mut place);
    }
    if mutated("reversed") {
        select! {
            recv(ch("idle", &n, idle)) -> _v => {}
            recv(ch("ready", &n, ready)) -> v => { *target(&mut place) = v.unwrap_or(0); }
            send(ch("nil", &n, Chan::nil()), val(&n, 1)) => {}
        }
    } else if mutated("lazy") {
        let v = ch("ready", &n, ready).recv();
        *target(&mut place) = v.unwrap_or(0);
    } else {
        select! {
            send(ch("nil", &n, Chan::nil()), val(&n, 1)) => {}
            recv(ch("ready", &n, ready)) -> v => { *target(&mut place) = v.unwrap_or(0); }
            recv(ch("idle", &n, idle)) -> _v => {}
        }
    }
    out!("选中 ready {}", place[0]);
    note("calls", n.get());
    out!("求值次数 {}", n.get());
}
