//! Fifty timeouts of an hour, done at once: with and without the cancel.
//!
//! Answers    context-withtimeout
//! Watch for  1  without it fifty timers and fifty children stay   2  with it nothing stays
//!            3  cancel after the deadline changes nothing   4  no goroutine either way
//! Try        --mutate always-cancel   --mutate ctx-keeps-child
//! Go         context/context.go WithDeadlineCause, timerCtx.cancel (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/timeout-needs-cancel",
    title: "50 个一小时的超时：调用 cancel 与不调用",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "不调用 cancel，定时器会留到截止时间",
            check: |s| Verdict::eq("留在堆里的定时器", s.note("不 cancel"), 50),
        },
        Claim {
            text: "cancel 会停掉定时器，并把自己从父的 children 移除",
            check: |s| {
                Verdict::eq("定时器", s.note("都 cancel"), 0).and(Verdict::eq(
                    "登记",
                    s.lines()[1],
                    "都 cancel：父的 children=0",
                ))
            },
        },
        Claim {
            text: "到期之后再调 cancel 是空操作",
            check: |s| {
                let want = ["到期：context deadline exceeded", "再 cancel：context deadline exceeded"];
                Verdict::eq("到期前后", &s.lines()[2..4], &want)
            },
        },
        Claim {
            text: "没有多出任何 goroutine", check: |s| Verdict::eq("增量", s.lines()[4], "goroutine 增量：0")
        },
    ],
    mutations: &[
        Mutation { name: "always-cancel", what: "第一组也调用 cancel", breaks: &[0] },
        Mutation { name: "ctx-keeps-child", what: "取消时不从父的 children 删除自己", breaks: &[1] },
        Mutation { name: "forget-second", what: "第二组也忘了 cancel", breaks: &[1] },
        Mutation { name: "cancel-early", what: "到期之前就 cancel", breaks: &[2] },
        Mutation { name: "goroutine-each", what: "每个超时起一个 goroutine 等着", breaks: &[3] },
    ],
    next: &[("定时器在里面做什么", "bagu demo run context/timer-inside")],
};

fn err(ctx: &Ctx) -> String {
    ctx.err().map_or_else(|| "<nil>".to_string(), |e| e.to_string())
}

/// Fifty short jobs, each with a timeout of an hour; gives the timers that stay.
fn jobs(parent: &Ctx, call: bool) -> i64 {
    let before = timers_in_heap() as i64;
    for _ in 0..50 {
        let (ctx, cancel) = with_timeout(parent, secs(3600));
        if mutated("goroutine-each") {
            go("watcher", move || {
                ctx.done().recv();
            });
        }
        if call {
            cancel.call();
        }
    }
    timers_in_heap() as i64 - before
}

fn run() {
    let before = num_goroutine();
    let (careless, stop_careless) = with_cancel(&background());
    note("不 cancel", jobs(&careless, mutated("always-cancel")));
    out!("不 cancel：父的 children={}", careless.children());
    let (tidy, stop_tidy) = with_cancel(&background());
    note("都 cancel", jobs(&tidy, !mutated("forget-second")));
    out!("都 cancel：父的 children={}", tidy.children());

    let (ctx, cancel) = with_timeout(&background(), ms(10));
    if mutated("cancel-early") {
        cancel.call();
    }
    ctx.done().recv();
    out!("到期：{}", err(&ctx));
    cancel.call();
    out!("再 cancel：{}", err(&ctx));
    sleep(ms(5)); // the callback's own goroutine is gone
    out!("goroutine 增量：{}", num_goroutine() - before);
    stop_careless.call();
    stop_tidy.call();
}
