//! The timer behind a timeout: when it is made, who fires it, when it goes.
//!
//! Answers    context-timer-inside
//! Watch for  1  the deadline is carried out by the timer's goroutine, not by main   2  an early cancel
//!            empties the timer heap   3  an earlier parent or a past deadline makes no timer
//! Try        --mutate later-parent   --mutate forget-cancel
//! Go         context/context.go WithDeadlineCause, timerCtx.cancel; time/sleep.go AfterFunc (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/timer-inside",
    title: "超时里面的定时器：何时建、谁触发、何时走",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "到期由定时器回调触发取消",
            check: |s| {
                let by: Vec<u32> = s.recording.of(Kind::CtxCancel).take(1).map(|(_, e)| e.g).collect();
                Verdict::eq("到期", s.lines()[0], "到期：不早于 20 ms=true Err=context deadline exceeded")
                    .and(Verdict::new(by.len() == 1 && by[0] != 1, format!("执行取消的 goroutine = {by:?}，main 是 1")))
            },
        },
        Claim {
            text: "提前 cancel 会停掉定时器",
            check: |s| {
                Verdict::eq("提前取消", s.lines()[1], "提前取消：不到 20 ms=true Err=context canceled")
                    .and(Verdict::eq("堆里的定时器（建好、取消后）", s.notes("提前取消"), vec![1, 0]))
            },
        },
        Claim {
            text: "父的截止时间更早时不建定时器",
            check: |s| {
                Verdict::eq("父更早", s.lines()[2], "父更早：cancelCtx").and(Verdict::eq(
                    "新建的定时器",
                    s.note("父更早"),
                    0,
                ))
            },
        },
    ],
    mutations: &[
        Mutation { name: "cancel-by-hand", what: "不等到期，main 自己取消", breaks: &[0] },
        Mutation { name: "forget-cancel", what: "提前做完却不 cancel", breaks: &[1] },
        Mutation { name: "later-parent", what: "父的截止时间改成更晚", breaks: &[2] },
    ],
    next: &[("不调用 cancel 会留下什么", "bagu demo run context/timeout-needs-cancel")],
};

fn err(ctx: &Ctx) -> String {
    ctx.err().map_or_else(|| "<nil>".to_string(), |e| e.to_string())
}

fn timers() -> i64 {
    timers_in_heap() as i64
}

fn run() {
    let bg = background();
    let start = now();
    let (ctx, cancel) = with_timeout(&bg, ms(20));
    if mutated("cancel-by-hand") {
        cancel.call();
    }
    ctx.done().recv();
    out!("到期：不早于 20 ms={} Err={}", now() - start >= ms(20), err(&ctx));
    cancel.call();

    let (start, rest) = (now(), timers());
    let (ctx, cancel) = with_timeout(&bg, ms(20));
    note("提前取消", timers() - rest);
    if !mutated("forget-cancel") {
        cancel.call();
    }
    note("提前取消", timers() - rest);
    out!("提前取消：不到 20 ms={} Err={}", now() - start < ms(20), err(&ctx));
    cancel.call();

    let (parent, stop) = with_timeout(&bg, if mutated("later-parent") { secs(9) } else { ms(20) });
    let rest = timers();
    let (child, cancel) = with_timeout(&parent, secs(5));
    note("父更早", timers() - rest);
    out!("父更早：{}", child.kind());
    cancel.call();
    stop.call();

    let (past, cancel) = with_timeout(&bg, ms(0));
    out!("截止已过：{} Err={}", past.kind(), err(&past));
    cancel.call();
}
