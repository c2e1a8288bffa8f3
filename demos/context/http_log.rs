//! The log lines of a handler with a limit of 1 s and a query of 2 s.
//!
//! Answers    context-http-handler-output
//! Watch for  1  the response is 504, the line of a result never appears   2  the lines about the
//!            timeout appear at 1 s   3  with another seed the two goroutines' lines mix differently
//! Try        --seed 3, --mutate fast-query, --mutate deaf-worker
//! Go         runtime/chan.go closechan; context/context.go cancelCtx.cancel (go1.27.3)
//! Differs    the request is a function call, not a connection
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/http-log",
    title: "限时 1 秒、查询 2 秒：日志有哪些行",
    setup: Setup { real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("没有套接字：请求是一次函数调用"),
    go: GoMatch::Set,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "响应恒为 504，日志里不会出现收到结果这一行",
            check: |s| {
                let verdict = Verdict::eq("收到结果的行", s.printed("收到结果"), false);
                verdict.and(Verdict::eq("响应", s.note("status"), 504))
            },
        },
        Claim {
            text: "超时相关的日志都在 1 秒时出现",
            check: |s| {
                let (h, w) = (s.note("handler_us"), s.note("worker_us"));
                let at_limit = |us: i64| (1_000_000..1_001_000).contains(&us);
                Verdict::new(at_limit(h) && at_limit(w), format!("handler {h} µs，worker {w} µs"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "fast-query", what: "查询只要 0.5 秒", breaks: &[0, 1] },
        Mutation { name: "deaf-worker", what: "worker 不看 ctx", breaks: &[1] },
    ],
    next: &[
        ("看有哪些交错", "bagu demo explore context/http-log"),
        ("换一个交错", "bagu demo run context/http-log --seed 3"),
    ],
};

fn query(ctx: &Ctx) {
    out!("worker 开始查询");
    let took = if mutated("fast-query") { ms(500) } else { secs(2) };
    let done = if mutated("deaf-worker") { Chan::nil() } else { ctx.done() };
    select! {
        recv(after(took)) -> _ => out!("worker 查询完成"),
        recv(done) -> _ => out!("worker 查询取消: {}", text(ctx)),
    }
    note("worker_us", (now().0 / 1_000) as i64);
}

fn text(ctx: &Ctx) -> String {
    ctx.err().map_or_else(String::new, |e| e.to_string())
}

fn handler(req: &Ctx, wg: &WaitGroup) -> i64 {
    out!("handler 收到请求");
    let (ctx, cancel) = with_timeout(req, secs(1));
    let ch = chan(1);
    let (c, tx) = (ctx.clone(), ch.clone());
    wg.go("worker", move || {
        out!("worker 启动");
        query(&c);
        if c.err().is_none() {
            tx.send(1);
        }
    });
    out!("handler 等待 worker");
    let status = select! {
        recv(ch) -> _ => {
            out!("handler 收到结果");
            200
        }
        recv(ctx.done()) -> _ => {
            out!("handler 超时: {}", text(&ctx));
            note("handler_us", (now().0 / 1_000) as i64);
            504
        }
    };
    out!("handler 结束");
    cancel.call();
    status
}

fn run() {
    let wg = WaitGroup::new();
    let status = handler(&background(), &wg);
    note("status", status);
    out!("客户端收到 {status}");
    wg.wait();
}
