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
                let (one, four) = (s.note("each after"), s.note("fourth after"));
                let text = format!("取消之后又做完：N=1 {one} 轮，N=4 {four} 轮");
                Verdict::new(one <= 1 && four <= 4, text)
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

/// Counts its rounds; looks at the context every `every` of them, never when that is 0.
fn work(ctx: &Ctx, every: i64, done: &Atomic) {
    let every = if mutated("check-all") { every.max(1) } else { every };
    for i in 0..ROUNDS {
        let looks = every > 0 && i % every == 0 && (i == 0 || !mutated("check-once"));
        if looks && ctx.err().is_some() {
            return;
        }
        burn(ms(1));
        done.add(1);
    }
}

fn run() {
    let (ctx, cancel) = with_cancel(&background());
    let wg = WaitGroup::new();
    let mut rounds = vec![];
    for (name, every) in [("never", 0), ("each", 1), ("fourth", 4)] {
        let (ctx, done) = (ctx.clone(), Atomic::new(0));
        rounds.push((name, done.clone()));
        wg.go(name, move || work(&ctx, every, &done));
    }
    sleep(us(5_500));
    let at_cancel: Vec<i64> = rounds.iter().map(|(_, done)| done.load()).collect();
    cancel.call();
    wg.wait();
    for (((name, done), before), shown) in rounds.iter().zip(at_cancel).zip(["不检查", "每轮检查", "每 4 轮检查"])
    {
        note(name, done.load());
        note(&format!("{name} after"), done.load() - before);
        out!("{shown} 跑完全部 {}", done.load() == ROUNDS);
    }
}
