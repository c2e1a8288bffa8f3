//! Four hops of 40 ms under a budget of 100 ms: one deadline for all, or a fresh one for each hop.
//!
//! Answers    context-deadline-propagation
//! Watch for  1  with one deadline the time left goes 100, 60, 20 and the fourth hop never starts
//!            2  with a fresh one each hop, two hops work for a caller who is gone
//! Try        --mutate fresh-each-hop, --mutate pass-on
//! Go         context/context.go WithDeadlineCause (go1.27.3)
use std::time::Duration;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/deadline-budget",
    title: "四跳共用一个截止，与每跳各自计时",
    setup: Setup { real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("一跳是一次函数调用；各自计时的一跳相当于不带剩余时间的远程调用"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "沿用同一个截止，每一跳看到的剩余时间只减不增",
            check: |s| {
                let left = s.notes("沿用截止");
                Verdict::new(left.len() > 1 && left.is_sorted_by(|a, b| a > b), format!("各跳剩余 {left:?} ms"))
            },
        },
        Claim {
            text: "每跳各设限时，入口放弃之后末端还在计算",
            check: |s| {
                let late = s.note("late");
                Verdict::new(late > 0, format!("入口 100 ms 放弃，之后又做完 {late} 跳"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "fresh-each-hop", what: "沿用版也每跳从 Background 重新计时", breaks: &[0] },
        Mutation { name: "pass-on", what: "各自计时版也沿用上游的 ctx", breaks: &[1] },
    ],
    next: &[("每跳重新计时", "bagu demo run context/deadline-budget --mutate fresh-each-hop")],
};

const BUDGET: Duration = ms(100);
const WORK: Duration = ms(40);
const STEP: u128 = 20;

/// One hop and those behind it; `done` collects when each finished its work.
fn hop(mode: &'static str, fresh: bool, n: i64, ctx: &Ctx, done: &Chan<Time>) {
    if n > 4 || ctx.err().is_some() {
        return;
    }
    let (mine, cancel) = if fresh { with_timeout(&background(), BUDGET) } else { with_cancel(ctx) };
    let left = mine.deadline().map_or(0, |d| (d - now()).as_millis());
    let left = (left + STEP / 2) / STEP * STEP;
    note(mode, left as i64);
    out!("{mode} 第 {n} 跳 剩余 {left} ms");
    let worked = select! {
        recv(after(WORK)) -> _ => true,
        recv(mine.done()) -> _ => false,
    };
    if worked {
        done.send(now());
        let next = if fresh { background() } else { ctx.clone() };
        hop(mode, fresh, n + 1, &next, done);
    }
    cancel.call();
}

fn run() {
    for mode in ["沿用截止", "各自计时"] {
        let fresh = if mode == "沿用截止" { mutated("fresh-each-hop") } else { !mutated("pass-on") };
        let (ctx, cancel) = with_timeout(&background(), BUDGET);
        let done = chan(4);
        let (c, d) = (ctx.clone(), done.clone());
        go("hops", move || {
            hop(mode, fresh, 1, &c, &d);
            d.close();
        });
        ctx.done().recv();
        let gave_up = now();
        cancel.call();
        let late = done.iter().filter(|t| *t > gave_up).count();
        note("late", late as i64);
        out!("{mode} 入口放弃之后又做完 {late} 跳");
    }
}
