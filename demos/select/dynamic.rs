//! The number of channels is known only at run time: a list of cases, or one channel for all.
//!
//! Answers    select-reflect
//! Watch for  1  case 41 of 64 is chosen   2  one select locks all 64   3  the merged channel needs no select
//! Try        --mutate subset, --mutate still-select
//! Go         reflect/value.go Select, runtime/select.go reflect_rselect (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/dynamic",
    title: "64 路才在运行时知道：动态 select 与汇入一路",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("Go 用 reflect.Select，这里用 Select 列表，进入的是同一个选择过程"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "分支数在运行时才确定也能等", check: |s| Verdict::eq("第一行", s.lines()[0], "选中 41 7 true")
        },
        Claim {
            text: "一次等待要锁住的 channel 数等于分支数",
            check: |s| Verdict::eq("一次 select 加锁的 channel", s.note("locked"), N as i64),
        },
        Claim {
            text: "汇入同一个 channel 后每次只锁一个",
            check: |s| {
                let locks = s.recording.of(Kind::SelectLock).filter(|(_, e)| e.g == 1).count();
                let extra = locks as i64 - s.note("locked");
                Verdict::eq("消费端再收一次，select 多锁的 channel", extra, 0)
            },
        },
    ],
    mutations: &[
        Mutation { name: "subset", what: "只把其中 8 路放进 select", breaks: &[0, 1] },
        Mutation { name: "still-select", what: "汇入之后仍用 64 路 select 来等", breaks: &[2] },
    ],
    next: &[("select 一次锁住全部 channel 的次序", "bagu demo run select/selectgo")],
};

const N: usize = 64;

fn run() {
    let chans: Vec<Chan<i64>> = (0..N).map(|_| chan(1)).collect();
    chans[41].send(7);
    let before: Vec<u64> = chans.iter().map(|c| c.snapshot().locks).collect();
    let (i, v) = wait_any(if mutated("subset") { &chans[38..46] } else { &chans });
    let locked = chans.iter().zip(&before).filter(|(c, n)| c.snapshot().locks > **n).count();
    note("locked", locked as i64);
    out!("选中 {i} {} {}", v.unwrap_or(0), v.is_some());

    let merged = named("merged", 0);
    for (i, ch) in chans.iter().enumerate() {
        let (input, output) = (ch.clone(), merged.clone());
        go("forwarder", move || {
            for v in &input {
                output.send(i as i64 * 100 + v);
            }
        });
    }
    chans[12].send(5);
    if mutated("still-select") {
        let mut lots = chans.clone();
        lots.push(merged);
        let (_, v) = wait_any(&lots);
        out!("汇入后收到 {}", v.unwrap_or(0));
    } else {
        out!("汇入后收到 {}", merged.recv().unwrap_or(0));
    }
}

/// Waits on a list of channels: which one, and what came.
fn wait_any(chans: &[Chan<i64>]) -> (usize, Option<i64>) {
    let mut s = Select::new();
    for ch in chans {
        s.recv(ch);
    }
    let got = s.wait();
    (got.index(), got.value::<i64>())
}
