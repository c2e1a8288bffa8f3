//! Three workers compute: one never looks at its context, one each round, one every fourth.
//!
//! Answers    context-forget-check
//! Watch for  1  the worker that never looks does all its rounds   2  the others stop within N rounds
//! Try        --mutate check-all, --mutate check-once
//! Go         context/context.go cancelCtx.Err (go1.27.3)
//! Differs    the Go twin has 200 rounds of 1 ms, ours 20: there the clock is the machine's
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/check-point",
    title: "不检查、每轮检查、每 4 轮检查：取消之后还跑多少",
    setup: Setup { procs: 4, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "不检查 ctx 的循环在取消后照样跑完全部任务",
            check: |s| Verdict::eq("不检查的轮数", s.note("never"), ROUNDS),
        },
        Claim {
            text: "每 N 轮检查一次，取消后最多再跑 N 轮",
            check: |s| {
                let (one, four) = (s.note("each"), s.note("fourth"));
                let text = format!("第 {CANCEL_AT} 轮中取消；N=1 跑到 {one} 轮，N=4 跑到 {four} 轮");
                Verdict::new(one - CANCEL_AT <= 1 && four - CANCEL_AT <= 4, text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "check-all", what: "不检查的那个也每轮检查", breaks: &[0] },
        Mutation { name: "check-once", what: "只在开头检查一次", breaks: &[1] },
    ],
    next: &[("只在函数开头看一次", "bagu demo run context/check-point --mutate check-once")],
};

/// Rounds of 1 ms each.
const ROUNDS: i64 = 20;
/// Rounds done when the cancel comes (at 5.5 ms).
const CANCEL_AT: i64 = 5;

/// Rounds done; looks at the context every `every` rounds, never when that is 0.
fn work(ctx: &Ctx, every: i64) -> i64 {
    let every = if mutated("check-all") { every.max(1) } else { every };
    for i in 0..ROUNDS {
        let looks = every > 0 && i % every == 0 && (i == 0 || !mutated("check-once"));
        if looks && ctx.err().is_some() {
            return i;
        }
        burn(ms(1));
    }
    ROUNDS
}

fn run() {
    let (ctx, cancel) = with_cancel(&background());
    let mut rounds = vec![];
    for (name, every) in [("never", 0), ("each", 1), ("fourth", 4)] {
        let (ctx, tx) = (ctx.clone(), chan(1));
        rounds.push((name, tx.clone()));
        go(name, move || tx.send(work(&ctx, every)));
    }
    sleep(us(5_500));
    cancel.call();
    for ((name, done), shown) in rounds.into_iter().zip(["不检查", "每轮检查", "每 4 轮检查"]) {
        let n = done.recv().unwrap_or_default();
        note(name, n);
        out!("{shown} 跑完全部 {}", n == ROUNDS);
    }
}
