//! Stop is closed and work never runs out: how much is still done, with and without looking first.
//!
//! Answers    select-priority
//! Watch for  1  about one more piece of work a round   2  none when stop is looked at first
//!            3  an always busy high priority leaves nothing for the low one
//! Try        --mutate no-precheck, --mutate yield-sometimes
//! Go         runtime/select.go selectgo (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/priority",
    title: "停止信号优先：先看一眼再等",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "停止之后普通写法还会多处理若干条",
            check: |s| {
                let extra = s.note("extra");
                Verdict::new(extra > 0, format!("{ROUNDS} 轮共多处理 {extra} 条"))
            },
        },
        Claim {
            text: "先做一次非阻塞检查就一条也不多处理",
            check: |s| Verdict::eq("先检查的写法多处理", s.note("checked"), 0),
        },
        Claim {
            text: "高优先级一直有货时低优先级会饿死",
            check: |s| Verdict::eq("100 轮里低优先级轮到", s.note("lows"), 0),
        },
    ],
    mutations: &[
        Mutation { name: "select-first", what: "select 按书写次序取第一个就绪的", breaks: &[0] },
        Mutation { name: "no-precheck", what: "去掉前置检查", breaks: &[1] },
        Mutation { name: "yield-sometimes", what: "连续 8 条之后放行一次低优先级", breaks: &[2] },
    ],
    next: &[("放行一次低优先级", "bagu demo run select/priority --mutate yield-sometimes")],
};

const ROUNDS: i64 = 100;

/// Pieces of work done although stop is closed before the loop begins.
fn after_stop(look_first: bool) -> i64 {
    let (stop, work) = (chan::<bool>(0), chan::<i64>(0));
    stop.close();
    work.close();
    let mut done = 0;
    loop {
        let stopped = look_first && !matches!(stop.try_recv(), TryRecv::Empty);
        let over = stopped
            || select! {
                recv(stop) -> _v => { true }
                recv(work) -> _v => { false }
            };
        if over {
            return done;
        }
        done += 1;
    }
}

fn run() {
    let (mut extra, mut checked) = (0, 0);
    for _ in 0..ROUNDS {
        extra += after_stop(false);
        checked += after_stop(!mutated("no-precheck"));
    }
    note("extra", extra);
    note("checked", checked);
    out!("普通写法停止后还会多处理： {}", extra > 0);
    out!("先检查再等，多处理 {checked}");

    let (high, low) = (named::<i64>("high", 0), named::<i64>("low", 0));
    high.close();
    low.close();
    let (mut lows, mut streak) = (0, 0);
    for _ in 0..100 {
        streak += 1;
        if streak > 8 && mutated("yield-sometimes") {
            streak = 0;
        } else if !matches!(high.try_recv(), TryRecv::Empty) {
            continue;
        }
        select! {
            recv(low) -> _v => { lows += 1; }
            recv(high) -> _v => {}
        }
    }
    note("lows", lows);
    out!("高优先级一直有货，低优先级轮到 {lows}");
}
