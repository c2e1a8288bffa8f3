//! A handler with a time limit: four situations, five requests each, and the workers left behind.
//!
//! Answers    context-http-handler
//! Watch for  1  a query of twice the limit: always the Done arm, 504   2  capacity 0: one goroutine
//!            stays for each request   3  the client left: Canceled, no response
//! Try        --mutate no-limit, --mutate cap-one, --mutate all-504
//! Go         net/http/request.go Request.Context; context/context.go (go1.27.3)
//! Differs    the server is a function call, a client that leaves is a cancel of the request's context
use std::time::Duration;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/http-timeout",
    title: "限时的 handler：504、断开、泄漏各在什么时候",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("没有套接字：请求是一次函数调用，客户端断开是取消请求的 ctx"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "查询是限时的两倍时，每次都从 ctx.Done() 分支返回 504",
            check: |s| Verdict::eq("五次响应", s.lines()[0], "查询 2 倍于限时: 504 504 504 504 504 泄漏 0"),
        },
        Claim {
            text: "容量 0 的结果 channel 每超时一次就泄漏一个 goroutine",
            check: |s| {
                let (all, stuck) = (s.note("leaked"), s.note("stuck_in_send"));
                Verdict::new(all == 5 && stuck == 5, format!("5 个请求留下 {all} 个，其中停在 chan send 的 {stuck} 个"))
            },
        },
        Claim {
            text: "客户端断开时 Err 是 Canceled，不再写响应",
            check: |s| Verdict::eq("五次响应", s.lines()[2], "客户端先断开: 不写 不写 不写 不写 不写 泄漏 0"),
        },
    ],
    mutations: &[
        Mutation { name: "no-limit", what: "不套 WithTimeout，只等请求自己的 ctx", breaks: &[0, 1] },
        Mutation { name: "cap-one", what: "容量 0 的情形也用容量 1", breaks: &[1] },
        Mutation { name: "all-504", what: "Done 分支不分原因，一律写 504", breaks: &[2] },
    ],
    next: &[("不分原因会怎样", "bagu demo run context/http-timeout --mutate all-504")],
};

const LIMIT: Duration = ms(30);
const NEVER: Duration = secs(3600);

fn handler(req: &Ctx, query: Duration, cap: usize) -> &'static str {
    let (ctx, cancel) = if mutated("no-limit") { with_cancel(req) } else { with_timeout(req, LIMIT) };
    let ch = chan::<Option<Error>>(cap);
    let (tx, c) = (ch.clone(), ctx.clone());
    go("worker", move || {
        let result = select! {
            recv(after(query)) -> _ => None,
            recv(c.done()) -> _ => c.err(),
        };
        tx.send(result);
    });
    let status = select! {
        recv(ch) -> got => match got.flatten() {
            Some(_) => "500",
            None => "200",
        },
        recv(ctx.done()) -> _ => {
            let late = ctx.err().is_some_and(|e| e.is(&deadline_exceeded()));
            if late || mutated("all-504") { "504" } else { "不写" }
        }
    };
    cancel.call();
    status
}

/// Five requests one after the other, in a run of their own, so that what is left can be counted.
fn scene(name: &'static str, query: Duration, gone: Duration, cap: usize) {
    let cap = if mutated("cap-one") { 1 } else { cap };
    let seen = case(name, move || {
        for _ in 0..5 {
            let (req, disconnect) = with_cancel(&background());
            let leaving = disconnect.clone();
            let timer = after_func(gone, move || leaving.call());
            out!("{}", handler(&req, query, cap));
            timer.stop();
            disconnect.call();
        }
        sleep(2 * query);
    });
    out!("{name} {} 泄漏 {}", seen.out.join(" "), seen.leaked.len());
    note("leaked", seen.leaked.len() as i64);
    note("stuck_in_send", seen.leaked_for(WaitReason::ChanSend).len() as i64);
}

fn run() {
    scene("查询 2 倍于限时:", 2 * LIMIT, NEVER, 1);
    scene("查询够快:", LIMIT / 10, NEVER, 1);
    scene("客户端先断开:", 2 * LIMIT, LIMIT / 3, 1);
    scene("结果 channel 容量 0:", 2 * LIMIT, NEVER, 0);
}
