//! A child may shorten its parent's deadline, never stretch it.
//!
//! Answers    context-deadline-vs-timeout
//! Watch for  1  the child that wants 400 ms ends with its parent   2  the child that wants less ends alone
//!            3  a timeout is a deadline counted from now
//! Try        --mutate longer-parent   --mutate ctx-no-propagate
//! Go         context/context.go WithDeadlineCause, WithTimeout (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/deadline-shrinks",
    title: "子的截止时间只会更早",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "子只能缩短、不能放宽父的截止时间",
            check: |s| {
                Verdict::eq("子要得更长", s.lines()[1], "子要 400 ms：截止时间与父相同=true").and(Verdict::eq(
                    "子要得更短",
                    s.lines()[3],
                    "子要 5 ms：子=context deadline exceeded 父=<nil>",
                ))
            },
        },
        Claim {
            text: "到点一起取消",
            check: |s| Verdict::eq("父到期时的子", s.lines()[2], "父到期：子=context deadline exceeded"),
        },
        Claim {
            text: "WithTimeout(p, d) 等于 WithDeadline(p, time.Now().Add(d))",
            check: |s| Verdict::eq("两种写法", s.lines()[0], "两种写法截止时间相差不到 10 ms：true"),
        },
    ],
    mutations: &[
        Mutation { name: "longer-parent", what: "父的截止时间比子还晚", breaks: &[0] },
        Mutation { name: "ctx-no-propagate", what: "取消不传给子 context", breaks: &[1] },
        Mutation { name: "deadline-from-later", what: "绝对时刻多加 50 ms", breaks: &[2] },
    ],
    next: &[("定时器在里面做什么", "bagu demo run context/timer-inside")],
};

fn err(ctx: &Ctx) -> String {
    ctx.err().map_or_else(|| "<nil>".to_string(), |e| e.to_string())
}

fn run() {
    let bg = background();
    let (a, stop_a) = with_timeout(&bg, ms(30));
    let (b, stop_b) = with_deadline(&bg, now() + ms(if mutated("deadline-from-later") { 80 } else { 30 }));
    let close = match (a.deadline(), b.deadline()) {
        (Some(a), Some(b)) => b - a < ms(10),
        _ => false,
    };
    out!("两种写法截止时间相差不到 10 ms：{close}");
    stop_a.call();
    stop_b.call();

    let (parent, stop) = with_timeout(&bg, ms(if mutated("longer-parent") { 600 } else { 20 }));
    let (child, cancel) = with_timeout(&parent, ms(400));
    out!("子要 400 ms：截止时间与父相同={}", child.deadline() == parent.deadline());
    parent.done().recv();
    sleep(ms(1)); // the parent's Done closes just before the child is told
    out!("父到期：子={}", err(&child));
    cancel.call();
    stop.call();

    let (parent, stop) = with_timeout(&bg, secs(60));
    let (child, cancel) = with_timeout(&parent, ms(5));
    child.done().recv();
    out!("子要 5 ms：子={} 父={}", err(&child), err(&parent));
    cancel.call();
    stop.call();
}
