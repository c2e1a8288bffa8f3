//! Three operations in five states, fifteen fresh runs: done, blocked, or panic.
//!
//! Answers    channel-panic-table, channel-nil
//! Watch for  1  exactly three panics, none of them by a receive   2  nil blocks, closed never does
//! Try        --mutate send-to-closed-ignored, --mutate nil-chan-returns
//! Go         runtime/chan.go chansend, chanrecv, closechan (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/panic-table",
    title: "三种操作 × 五种状态的结果表",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "会 panic 的只有三格：向已关闭发送、重复关闭、关闭 nil",
            check: |s| {
                let panics: Vec<&str> = s.lines().into_iter().filter(|l| l.contains("panic")).collect();
                let want = [
                    "发送 已关闭：panic send on closed channel",
                    "关闭 nil：panic close of nil channel",
                    "关闭 已关闭：panic close of closed channel",
                ];
                Verdict::eq("panic 的格子", panics.as_slice(), want.as_slice())
            },
        },
        Claim {
            text: "接收永远不会 panic",
            check: |s| {
                let bad = s.lines().into_iter().filter(|l| l.starts_with("接收") && l.contains("panic")).count();
                Verdict::eq("接收五格里的 panic", bad, 0)
            },
        },
        Claim {
            text: "nil 上收发永久阻塞",
            check: |s| {
                let blocked = ["接收 nil：阻塞", "发送 nil：阻塞"].map(|l| s.lines().contains(&l));
                Verdict::eq("接收、发送 nil 阻塞", blocked, [true, true])
            },
        },
        Claim {
            text: "已关闭上接收立即返回",
            check: |s| Verdict::eq("第五格", s.lines()[4], "接收 已关闭：得到 0 false"),
        },
    ],
    mutations: &[
        Mutation { name: "send-to-closed-ignored", what: "向已关闭发送被悄悄丢弃", breaks: &[0] },
        Mutation { name: "unwrap", what: "接收方写成「没有值就 panic」", breaks: &[1, 3] },
        Mutation { name: "nil-chan-returns", what: "nil 上的操作立即返回", breaks: &[0, 2] },
    ],
    next: &[("nil 的用处", "bagu demo run channel/nil-ops")],
};

const OPS: [&str; 3] = ["接收", "发送", "关闭"];
const STATES: [&str; 5] = ["nil", "空", "非空", "满", "已关闭"];

fn in_state(state: &str) -> Chan<i64> {
    if state == "nil" {
        return Chan::nil();
    }
    let ch = chan(2);
    let filled = match state {
        "非空" => 1,
        "满" => 2,
        _ => 0,
    };
    (1..=filled).for_each(|v| ch.send(v));
    if state == "已关闭" {
        ch.close();
    }
    ch
}

fn operate(op: &str, ch: &Chan<i64>) {
    match op {
        "接收" => {
            let (v, ok) = ch.recv_ok();
            assert!(ok || !mutated("unwrap"), "no value");
            out!("得到 {v} {ok}");
        }
        "发送" => {
            ch.send(9);
            out!("成功");
        }
        _ => {
            ch.close();
            out!("成功");
        }
    }
}

fn run() {
    for op in OPS {
        for state in STATES {
            let cell = case(state, move || operate(op, &in_state(state)));
            let result = match &cell.end {
                End::Ok => cell.out.concat(),
                End::Deadlock(_) => "阻塞".to_owned(),
                End::Panic(text) | End::Fatal(text) | End::Limit(text) => format!("panic {text}"),
            };
            out!("{op} {state}：{result}");
        }
    }
}
