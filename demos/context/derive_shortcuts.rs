//! Three short cuts of derivation: cancelled parent, earlier parent, deadline in the past.
//!
//! Answers    context-derive
//! Watch for  1  a child of a cancelled parent is born cancelled   2  an earlier parent saves the timer
//!            3  a deadline in the past needs no timer either
//! Try        --mutate later-parent
//! Go         context/context.go propagateCancel, WithDeadlineCause (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/derive-shortcuts",
    title: "派生时的三个短路",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "派生出来的子立即处于取消状态",
            check: |s| Verdict::eq("父已取消", s.lines()[0], "父已取消：Err=context canceled"),
        },
        Claim {
            text: "父的截止时间更早：直接返回 WithCancel(parent)，不再建定时器",
            check: |s| {
                Verdict::eq("父 1h、子 5h", s.lines()[1], "父 1h、子 5h：cancelCtx，Deadline 与父相同=true")
                    .and(Verdict::eq("多出的定时器", s.note("父更早"), 0))
            },
        },
        Claim {
            text: "派生出来就是已取消的",
            check: |s| {
                Verdict::eq("截止已过", s.lines()[2], "截止已过：timerCtx，Err=context deadline exceeded")
                    .and(Verdict::eq("多出的定时器", s.note("截止已过"), 0))
            },
        },
    ],
    mutations: &[
        Mutation { name: "live-parent", what: "父没有取消", breaks: &[0] },
        Mutation { name: "later-parent", what: "父的截止时间改成更晚", breaks: &[1] },
        Mutation { name: "future-deadline", what: "截止时间改到将来", breaks: &[2] },
    ],
    next: &[("定时器在里面做什么", "bagu demo run context/timer-inside")],
};

#[derive(PartialEq, Eq)]
struct UserKey;

const HOUR: u64 = 3600;

fn err(ctx: &Ctx) -> String {
    ctx.err().map_or_else(|| "<nil>".to_string(), |e| e.to_string())
}

fn run() {
    let bg = background();
    let (parent, cancel) = with_cancel(&bg);
    if !mutated("live-parent") {
        cancel.call();
    }
    let (child, stop) = with_cancel(&parent);
    out!("父已取消：Err={}", err(&child));
    stop.call();

    let (parent, cancel) = with_timeout(&bg, secs(if mutated("later-parent") { 9 * HOUR } else { HOUR }));
    let timers = timers_in_heap() as i64;
    let (child, stop) = with_timeout(&parent, secs(5 * HOUR));
    note("父更早", timers_in_heap() as i64 - timers);
    out!("父 1h、子 5h：{}，Deadline 与父相同={}", child.kind(), child.deadline() == parent.deadline());
    stop.call();
    cancel.call();

    let timers = timers_in_heap() as i64;
    let at = if mutated("future-deadline") { now() + secs(1) } else { now() };
    let (past, stop) = with_deadline(&bg, at);
    note("截止已过", timers_in_heap() as i64 - timers);
    out!("截止已过：{}，Err={}", past.kind(), err(&past));
    stop.call();

    let (c, cancel) = with_cancel(&bg);
    let v = with_value(&c, UserKey, 7);
    let w = without_cancel(&v);
    cancel.call();
    let value = w.value::<i32>(&UserKey).unwrap_or(0);
    out!("WithoutCancel：Err={}，Value={value}；WithValue：Err={}", err(&w), err(&v));
}
