//! What the four methods answer, before and after the cancel, for five kinds of context.
//!
//! Answers    context-interface
//! Watch for  1  Background and WithoutCancel have no Done at all   2  Err is nil until Done closes
//!            3  a context cancelled by hand stays "canceled" when its deadline passes later
//! Try        --mutate let-expire
//! Go         context/context.go type Context, cancelCtx.Err (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/four-methods",
    title: "五种 context 的 Deadline、Done、Err、Value",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "Done 没有关闭时 Err 返回 nil",
            check: |s| {
                let rows = s.lines()[..5].iter().filter(|l| l.contains("Err=<nil>")).count();
                Verdict::eq("取消之前 Err 为 nil 的行", rows, 5)
            },
        },
        Claim {
            text: "取消后 Err 返回非 nil 且不再改变",
            check: |s| {
                let want = ["取消后：Err=context canceled", "过了截止时间：Err=context canceled"];
                Verdict::eq("先后两次", &s.lines()[5..7], &want)
            },
        },
        Claim {
            text: "Background 的 Done 返回 nil",
            check: |s| Verdict::new(s.lines()[0].contains("Done=nil"), s.lines()[0]),
        },
    ],
    mutations: &[
        Mutation { name: "cancel-first", what: "打印之前就取消", breaks: &[0] },
        Mutation { name: "let-expire", what: "不取消，等它到期", breaks: &[1] },
        Mutation { name: "cancellable-root", what: "根换成可取消的 context", breaks: &[2] },
    ],
    next: &[("内部是哪几种类型", "bagu demo run context/impl-types")],
};

#[derive(PartialEq, Eq)]
struct UserKey;

fn err(ctx: &Ctx) -> String {
    ctx.err().map_or_else(|| "<nil>".to_string(), |e| e.to_string())
}

fn row(name: &str, ctx: &Ctx) {
    let deadline = ctx.deadline().is_some();
    let done = if ctx.done().is_nil() { "nil" } else { "chan" };
    let value = ctx.value::<i32>(&UserKey).map_or_else(|| "<nil>".to_string(), |v| v.to_string());
    out!("{name}：Deadline={deadline} Done={done} Err={} Value={value}", err(ctx));
}

fn run() {
    let mut root = background();
    if mutated("cancellable-root") {
        root = with_cancel(&root).0;
    }
    let (c, stop) = with_cancel(&root);
    let (t, cancel) = with_timeout(&root, ms(20));
    let v = with_value(&c, UserKey, 7);
    let w = without_cancel(&v);
    if mutated("cancel-first") {
        stop.call();
    }
    row("Background", &root);
    row("WithCancel", &c);
    row("WithTimeout", &t);
    row("WithValue", &v);
    row("WithoutCancel", &w);
    if !mutated("let-expire") {
        cancel.call();
    }
    out!("取消后：Err={}", err(&t));
    sleep(ms(40));
    out!("过了截止时间：Err={}", err(&t));
    stop.call();
    out!("父取消后：WithValue Err={}，WithoutCancel Err={}", err(&v), err(&w));
}
