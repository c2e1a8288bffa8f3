//! A root that lives long, twenty requests: forget the cancel, or defer it.
//!
//! Answers    context-cancel-must-call
//! Watch for  1  the children of the root only grow   2  with a deferred cancel they are gone again
//!            3  no goroutine leaks either way
//! Try        --mutate ctx-keeps-child   --mutate waiter-each
//! Go         context/context.go propagateCancel, removeChild (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/forgotten-cancel",
    title: "长寿的根上忘了 cancel：children 只增不减",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "父的 children 只增不减",
            check: |s| {
                let n = s.notes("忘了");
                let grows = n.windows(2).all(|w| w[1] == w[0] + 1);
                Verdict::new(grows && n.last() == Some(&20), format!("每个请求之后的 children = {n:?}"))
            },
        },
        Claim {
            text: "defer cancel 之后父的 children 回到 0",
            check: |s| Verdict::eq("每个请求之后的 children", s.notes("记得"), vec![0; 20]),
        },
        Claim {
            text: "goroutine 数量不变", check: |s| Verdict::eq("增量", s.lines()[2], "goroutine 增量：0")
        },
    ],
    mutations: &[
        Mutation { name: "always-defer", what: "第一组也 defer cancel", breaks: &[0] },
        Mutation { name: "ctx-keeps-child", what: "取消时不从父的 children 删除自己", breaks: &[1] },
        Mutation { name: "waiter-each", what: "每个请求起一个只等 ctx.Done 的协程", breaks: &[2] },
    ],
    next: &[("有超时的时候", "bagu demo run context/timeout-needs-cancel")],
};

/// One request: derives from the root, works, and cancels if it is told to.
fn request(root: &Ctx, tidy: bool) {
    func(|d| {
        let (ctx, cancel) = with_cancel(root);
        if tidy {
            d.defer(move || cancel.call());
        }
        if mutated("waiter-each") {
            go("waiter", move || {
                ctx.done().recv();
            });
        }
    });
}

fn run() {
    let before = num_goroutine();
    let (careless, stop_careless) = with_cancel(&background());
    for _ in 0..20 {
        request(&careless, mutated("always-defer"));
        note("忘了", careless.children() as i64);
    }
    out!("忘了 cancel：20 个请求之后 children={}", careless.children());
    let (tidy, stop_tidy) = with_cancel(&background());
    for _ in 0..20 {
        request(&tidy, true);
        note("记得", tidy.children() as i64);
    }
    out!("defer cancel：20 个请求之后 children={}", tidy.children());
    out!("goroutine 增量：{}", num_goroutine() - before);
    stop_careless.call();
    stop_tidy.call();
}
