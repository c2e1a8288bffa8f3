//! A closed channel in for-select is always ready: without looking at ok the loop spins on zeros.
//!
//! Answers    select-closed-spin
//! Watch for  1  two real values, then hundreds of zeros   2  three turns when ok is looked at
//! Try        --mutate check-ok, --mutate no-ok-check
//! Go         runtime/select.go selectgo, label rclose (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/closed-spin",
    title: "for-select 里一路被关闭：看不看 ok 的差别",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("ch"),
    run,
    claims: &[
        Claim {
            text: "不看 ok 的循环会空转并收到大量零值",
            check: |s| {
                let (real, zeros) = (s.note("real"), s.note("zeros"));
                Verdict::new(real == 2 && zeros > 100, format!("真数据 {real} 个，零值 {zeros} 个"))
            },
        },
        Claim {
            text: "看 ok 的写法在读到关闭的那一圈就退出",
            check: |s| Verdict::eq("两个值加一次关闭，圈数", s.note("turns"), 3),
        },
    ],
    mutations: &[
        Mutation { name: "check-ok", what: "第一个循环也看 ok", breaks: &[0] },
        Mutation { name: "no-ok-check", what: "第二个循环不看 ok", breaks: &[1] },
    ],
    next: &[
        ("置 nil 关掉这一路", "bagu demo run select/nil-off"),
        ("break 为什么退不出循环", "bagu demo run select/break-label"),
    ],
};

fn feed(name: &'static str) -> Chan<i64> {
    let ch = named(name, 2);
    ch.send(1);
    ch.send(2);
    ch.close();
    ch
}

fn run() {
    let (ch, stop) = (feed("ch"), now() + us(300));
    let (mut real, mut zeros) = (0, 0);
    while now() < stop && zeros < 500 {
        let v = select! { recv(ch) -> v => { v } };
        if v.is_none() && mutated("check-ok") {
            break;
        }
        match v.unwrap_or_default() {
            0 => zeros += 1,
            _ => real += 1,
        }
    }
    note("real", real);
    note("zeros", zeros);
    out!("不看 ok：真数据 {real} 零值超过 100 个： {}", zeros > 100);

    let (ch, mut turns, mut open) = (feed("again"), 0, true);
    while open && turns < 50 {
        turns += 1;
        open = select! { recv(ch) -> v => { v.is_some() || mutated("no-ok-check") } };
    }
    note("turns", turns);
    out!("看 ok：共 {turns} 圈");
}
