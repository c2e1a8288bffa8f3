//! A hundred goroutines share one context; eight cancel it at once, each with its own reason.
//!
//! Answers    context-threadsafe
//! Watch for  1  everybody who saw Done sees the write made before the cancel
//!            2  one of the eight reasons stays, the others change nothing
//! Try        --mutate write-after-cancel, --mutate last-wins
//! Go         context/context.go cancelCtx.cancel, Cause (go1.27.3)
use std::collections::BTreeSet;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/shared-by-many",
    title: "100 个 goroutine 共用一个 ctx，8 个同时取消它",
    setup: Setup { procs: 4, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "cancel 之前的写，收到 Done 之后一定看得到",
            check: |s| Verdict::eq("收到 Done 后看到标记的 goroutine", s.note("saw"), WATCHERS),
        },
        Claim {
            text: "多个 goroutine 同时 cancel，只有第一次生效",
            check: |s| {
                let kinds = Verdict::eq("看到的原因种数", s.note("kinds"), 1);
                kinds.and(Verdict::eq("生效的取消", s.count(Kind::CtxCancel), 1))
            },
        },
    ],
    mutations: &[
        Mutation { name: "write-after-cancel", what: "先 cancel，1 ms 之后才写标记", breaks: &[0] },
        Mutation { name: "last-wins", what: "原因另存一个变量，后到的覆盖先到的", breaks: &[1] },
    ],
    next: &[("换一个取消的次序", "bagu demo run context/shared-by-many --seed 7")],
};

const WATCHERS: i64 = 100;

fn run() {
    let (ctx, cancel) = with_cancel_cause(&background());
    let (mark, saw, reason) = (Var::new(0i64), Atomic::new(0), Var::new(String::new()));
    let (watchers, cancellers) = (WaitGroup::new(), WaitGroup::new());
    for _ in 0..WATCHERS {
        let (ctx, mark, saw) = (ctx.clone(), mark.clone(), saw.clone());
        watchers.go("watcher", move || {
            ctx.done().recv();
            if mark.get() == 1 {
                saw.add(1);
            }
        });
    }
    if !mutated("write-after-cancel") {
        mark.set(1); // an ordinary write before the cancel
    }
    let reasons = chan(8);
    for i in 0..8 {
        let (ctx, cancel, reason, tx) = (ctx.clone(), cancel.clone(), reason.clone(), reasons.clone());
        cancellers.go("canceller", move || {
            let mine = format!("原因 {i}");
            cancel.call(Some(error(&mine)));
            reason.set(mine);
            let seen = if mutated("last-wins") {
                reason.get()
            } else {
                cause(&ctx).map_or_else(String::new, |e| e.to_string())
            };
            tx.send(seen);
        });
    }
    cancellers.wait();
    sleep(ms(1));
    mark.set(1);
    watchers.wait();
    reasons.close();
    let kinds: BTreeSet<String> = reasons.iter().collect();
    note("saw", saw.load());
    note("kinds", kinds.len() as i64);
    out!("收到 Done 后看到标记的 {}", saw.load());
    out!("8 次 cancel 之后看到的原因种数 {}", kinds.len());
}
