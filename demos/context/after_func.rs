//! Two hundred callbacks on one context, beside two hundred goroutines that wait for Done.
//!
//! Answers    context-afterfunc
//! Watch for  1  registering adds no goroutine   2  after the cancel each callback runs once, in a
//!            goroutine of its own   3  the one that was stopped in time does not run
//! Try        --mutate wait-in-goroutine, --mutate twice, --mutate late-stop
//! Go         context/context.go AfterFunc, afterFuncCtx (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/after-func",
    title: "AfterFunc 取消前不占 goroutine",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "登记 200 个 AfterFunc，取消之前不多一个 goroutine",
            check: |s| {
                let (callbacks, waiters) = (s.note("extra_callbacks"), s.note("extra_waiters"));
                let text = format!("AfterFunc 多 {callbacks} 个，各等 Done 多 {waiters} 个");
                Verdict::new(callbacks == 0 && waiters == N, text)
            },
        },
        Claim {
            text: "取消后每个回调在新的 goroutine 里各执行一次",
            check: |s| {
                let (ran, most) = (s.note("ran"), s.note("most_runs"));
                let created = s.recording.of(Kind::GoCreate);
                let own = created.filter(|(_, e)| s.recording.text(e.b as u32) == "context.AfterFunc").count() as i64;
                let text = format!("{ran} 个回调执行，每个最多 {most} 次，用了 {own} 个 goroutine");
                Verdict::new(ran >= N - 1 && most == 1 && own == ran, text)
            },
        },
        Claim {
            text: "stop 在 f 开始前调用返回 true，f 不再执行",
            check: |s| {
                let stop = Verdict::eq("stop", s.lines()[2], "取消之前 stop true 再 stop false");
                stop.and(Verdict::eq("被 stop 的回调执行次数", s.note("stopped_runs"), 0))
            },
        },
    ],
    mutations: &[
        Mutation { name: "wait-in-goroutine", what: "用「起 goroutine 等 Done」代替登记", breaks: &[0, 1, 2] },
        Mutation { name: "twice", what: "每个回调登记两次", breaks: &[1, 2] },
        Mutation { name: "late-stop", what: "取消之后才 stop", breaks: &[2] },
    ],
    next: &[("自己起 goroutine 等", "bagu demo run context/after-func --mutate wait-in-goroutine")],
};

const N: i64 = 200;

fn register(ctx: &Ctx, runs: &Atomic) -> Option<StopFn> {
    let count = runs.clone();
    if mutated("wait-in-goroutine") {
        let ctx = ctx.clone();
        go("waiting", move || {
            ctx.done().recv();
            count.add(1);
        });
        return None;
    }
    Some(context_after_func(ctx, move || {
        count.add(1);
    }))
}

fn extra(f: impl FnOnce()) -> i64 {
    let before = num_goroutine();
    f();
    num_goroutine() as i64 - before as i64
}

fn run() {
    let (ctx, cancel) = with_cancel(&background());
    let runs: Vec<Atomic> = (0..N).map(|_| Atomic::new(0)).collect();
    let mut stops = vec![];
    let callbacks = extra(|| {
        for r in &runs {
            stops.push(register(&ctx, r));
            if mutated("twice") {
                register(&ctx, r);
            }
        }
    });
    out!("登记 AfterFunc 多出的 goroutine {callbacks}");

    let woken = Atomic::new(0);
    let waiters = extra(|| {
        for _ in 0..N {
            let (ctx, woken) = (ctx.clone(), woken.clone());
            go("waiter", move || {
                ctx.done().recv();
                woken.add(1);
            });
        }
    });
    out!("各等 Done 多出的 goroutine {waiters}");

    if mutated("late-stop") {
        cancel.call();
    }
    let stop = || stops[0].as_ref().is_some_and(StopFn::call);
    let (first, second) = (stop(), stop());
    out!("取消之前 stop {first} 再 stop {second}");
    cancel.call();
    sleep(ms(20));
    let ran = runs.iter().filter(|r| r.load() > 0).count();
    out!("回调执行 {ran} 等待者醒来 {}", woken.load());

    note("extra_callbacks", callbacks);
    note("extra_waiters", waiters);
    note("ran", ran as i64);
    note("most_runs", runs.iter().map(Atomic::load).max().unwrap_or(0));
    note("stopped_runs", runs[0].load());
}
