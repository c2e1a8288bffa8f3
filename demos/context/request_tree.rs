//! One request, six workers (three of them nested): one cancel tells them all, and waits for none.
//!
//! Answers    context-what
//! Watch for  1  cancel returns while all six still clean up   2  later all six are gone
//!            3  the seventh never looks at Done and runs on
//! Try        --mutate ctx-no-propagate   --mutate check-done
//! Go         context/context.go WithCancel, cancelCtx.cancel (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/request-tree",
    title: "一个请求派生的 6 个协程，一次取消全部收到；不检查 Done 的照跑不误",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "一次 cancel 会通知由它派生出的所有 context",
            check: |s| Verdict::eq("稍后", s.lines()[1], "稍后已退出：6"),
        },
        Claim {
            text: "cancel 不等待 goroutine 退出",
            check: |s| Verdict::eq("当时", s.lines()[0], "cancel 返回时已退出：0"),
        },
        Claim {
            text: "协程必须自己检查 Done 才会退出",
            check: |s| Verdict::eq("第七个", s.lines()[2], "没检查 Done 的还在跑：true"),
        },
    ],
    mutations: &[
        Mutation { name: "ctx-no-propagate", what: "取消不传给子 context", breaks: &[0] },
        Mutation { name: "wait-after-cancel", what: "cancel 之后先等 40 ms 再看", breaks: &[1] },
        Mutation { name: "check-done", what: "第七个协程每轮检查 ctx.Err()", breaks: &[2] },
    ],
    next: &[("取消是怎样走下去的", "bagu demo run context/cancel-walk")],
};

/// Works until told to stop, then cleans up for 20 ms.
fn worker(ctx: &Ctx, exited: &Atomic) {
    ctx.done().recv();
    sleep(ms(20));
    exited.add(1);
}

fn run() {
    let (exited, ticks) = (Atomic::new(0), Atomic::new(0));
    let (root, cancel) = with_cancel(&background());
    for _ in 0..3 {
        let (ctx, n) = (root.clone(), exited.clone());
        go("worker", move || {
            let (sub, stop) = with_cancel(&ctx);
            let m = n.clone();
            go("sub-worker", move || {
                worker(&sub, &m);
                stop.call(); // whoever owns the work cancels its context
            });
            worker(&ctx, &n);
        });
    }
    let (ctx, t) = (root.clone(), ticks.clone());
    go("stubborn", move || {
        loop {
            if mutated("check-done") && ctx.err().is_some() {
                return;
            }
            t.add(1);
            sleep(ms(5));
        }
    });
    sleep(ms(10)); // everyone is at work
    cancel.call();
    if mutated("wait-after-cancel") {
        sleep(ms(40));
    }
    out!("cancel 返回时已退出：{}", exited.load());
    sleep(ms(60));
    out!("稍后已退出：{}", exited.load());
    let before = ticks.load();
    sleep(ms(20));
    out!("没检查 Done 的还在跑：{}", ticks.load() > before);
}
