//! A handler starts background tasks with three different contexts and returns at once.
//!
//! Answers    context-withoutcancel
//! Watch for  1  the request's own context ends the task   2  `WithoutCancel` lets it finish and
//!            keeps the trace id   3  `Background` lets it finish without one
//! Try        --mutate handler-waits, --mutate plain-child, --mutate keep-trace
//! Go         context/context.go WithoutCancel; net/http/request.go Request.Context (go1.27.3)
//! Differs    the request is a function call; returning from it cancels its context, as net/http does
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/detached-task",
    title: "handler 返回之后的后台任务：三种 ctx 的下场",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("没有套接字：handler 是一次函数调用，返回时取消请求的 ctx，与 net/http 一样"),
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "直接用 r.Context()，handler 一返回后台任务就收到 Canceled",
            check: |s| Verdict::eq("任务结果", s.lines()[1], "r.Context(): context canceled trace=abc"),
        },
        Claim {
            text: "WithoutCancel 保留值，去掉取消和截止",
            check: |s| {
                let shape = Verdict::eq("形状", s.lines()[0], "WithoutCancel 的 Done 为 nil true 有截止 false");
                shape.and(Verdict::eq("任务结果", s.lines()[2], "WithoutCancel: 完成 trace=abc"))
            },
        },
        Claim {
            text: "换成 Background 任务能做完，但取不到 trace id",
            check: |s| Verdict::eq("任务结果", s.lines()[3], "Background: 完成 trace=<nil>"),
        },
    ],
    mutations: &[
        Mutation { name: "handler-waits", what: "handler 等任务做完才返回", breaks: &[0] },
        Mutation { name: "plain-child", what: "WithoutCancel 换成 WithCancel", breaks: &[1] },
        Mutation { name: "keep-trace", what: "Background 上重新放一次 trace id", breaks: &[2] },
    ],
    next: &[("普通的子节点会跟着取消", "bagu demo run context/detached-task --mutate plain-child")],
};

#[derive(PartialEq, Eq)]
struct Trace;

fn audit(ctx: &Ctx) -> String {
    let end = select! {
        recv(after(ms(20))) -> _ => "完成".to_owned(),
        recv(ctx.done()) -> _ => ctx.err().map_or_else(String::new, |e| e.to_string()),
    };
    format!("{end} trace={}", ctx.value::<&str>(&Trace).unwrap_or("<nil>"))
}

/// Starts the three tasks and returns; the channels bring their results.
fn handler() -> Vec<Chan<String>> {
    let (req, cancel) = with_timeout(&with_value(&background(), Trace, "abc"), secs(1));
    let free = if mutated("plain-child") { with_cancel(&req).0 } else { without_cancel(&req) };
    let fresh = if mutated("keep-trace") { with_value(&background(), Trace, "abc") } else { background() };
    out!("WithoutCancel 的 Done 为 nil {} 有截止 {}", free.done().is_nil(), free.deadline().is_some());
    let mut ends = vec![];
    for ctx in [req, free, fresh] {
        let end = chan(1);
        ends.push(end.clone());
        go("audit", move || end.send(audit(&ctx)));
    }
    if mutated("handler-waits") {
        sleep(ms(30));
    }
    cancel.call(); // net/http cancels when ServeHTTP returns
    ends
}

fn run() {
    let ends = handler();
    for (name, end) in ["r.Context():", "WithoutCancel:", "Background:"].into_iter().zip(&ends) {
        out!("{name} {}", end.recv().unwrap_or_default());
    }
}
