//! Err says how it ended, Cause says why.
//!
//! Answers    context-err-cause
//! Watch for  1  WithTimeoutCause keeps its cause for the deadline alone   2  a child inherits the parent's
//!            cause, unless it was cancelled before
//! Try        --mutate let-expire   --mutate parent-first
//! Go         context/context.go Cause, WithCancelCause, WithDeadlineCause (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/err-cause",
    title: "Err 说怎样结束的，Cause 说为什么",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "没给原因时等于 Err()",
            check: |s| Verdict::eq("手动取消", s.lines()[1], "手动取消：Err=context canceled Cause=context canceled"),
        },
        Claim {
            text: "提前调用 cancel 不会使用这个原因",
            check: |s| {
                let want = [
                    "到期：Err=context deadline exceeded Cause=数据库太慢",
                    "到期前取消：Err=context canceled Cause=context canceled",
                ];
                Verdict::eq("到期与提前", &s.lines()[3..5], &want)
            },
        },
        Claim {
            text: "子被父取消时继承父的原因",
            check: |s| Verdict::eq("子", s.lines()[5], "父带原因取消，子：Err=context canceled Cause=库存不足"),
        },
        Claim {
            text: "子先自己取消，就保留自己的",
            check: |s| Verdict::eq("先取消的子", s.lines()[6], "子先取消：Cause(子)=不要了 Cause(父)=库存不足"),
        },
    ],
    mutations: &[
        Mutation { name: "give-cause", what: "手动取消时也带上原因", breaks: &[0] },
        Mutation { name: "let-expire", what: "不提前取消，等它到期", breaks: &[1] },
        Mutation { name: "ctx-no-propagate", what: "取消不传给子 context", breaks: &[2] },
        Mutation { name: "parent-first", what: "父先取消，子后取消", breaks: &[3] },
    ],
    next: &[("定时器在里面做什么", "bagu demo run context/timer-inside")],
};

fn show(name: &str, ctx: &Ctx) {
    let text = |e: Option<Error>| e.map_or_else(|| "<nil>".to_string(), |e| e.to_string());
    out!("{name}：Err={} Cause={}", text(ctx.err()), text(cause(ctx)));
}

fn cause_of(ctx: &Ctx) -> String {
    cause(ctx).map_or_else(|| "<nil>".to_string(), |e| e.to_string())
}

fn run() {
    let bg = background();
    let (c, cancel) = with_cancel_cause(&bg);
    show("未取消", &c);
    cancel.call(if mutated("give-cause") { Some(error("有原因")) } else { None });
    show("手动取消", &c);

    let (c, cancel) = with_cancel_cause(&bg);
    cancel.call(Some(error("库存不足")));
    show("带原因取消", &c);

    let (c, cancel) = with_timeout_cause(&bg, ms(10), &error("数据库太慢"));
    c.done().recv();
    show("到期", &c);
    cancel.call();

    let (c, cancel) = with_timeout_cause(&bg, ms(10), &error("数据库太慢"));
    if mutated("let-expire") {
        sleep(ms(20));
    }
    cancel.call();
    show("到期前取消", &c);

    let (parent, cancel_parent) = with_cancel_cause(&bg);
    let (child, stop) = with_cancel(&parent);
    cancel_parent.call(Some(error("库存不足")));
    show("父带原因取消，子", &child);
    stop.call();

    let (parent, cancel_parent) = with_cancel_cause(&bg);
    let (child, cancel_child) = with_cancel_cause(&parent);
    if mutated("parent-first") {
        cancel_parent.call(Some(error("库存不足")));
    }
    cancel_child.call(Some(error("不要了")));
    cancel_parent.call(Some(error("库存不足")));
    out!("子先取消：Cause(子)={} Cause(父)={}", cause_of(&child), cause_of(&parent));
}
