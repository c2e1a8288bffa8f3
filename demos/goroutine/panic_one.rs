//! A panic nobody recovers ends everybody; a recover at the goroutine's entry ends nobody else.
//!
//! Answers    goroutine-panic
//! Watch for  1  main's recover never gets a chance   2  only the culprit's defers run
//!            3  with a recover at the entry the others finish
//! Try        --mutate always-recover, --mutate late-panic, --mutate never-recover
//! Go         runtime/panic.go gopanic, fatalpanic (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/panic-one",
    title: "一个 goroutine panic：谁的 defer 执行，谁接得住",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "未被 recover 的 panic 结束整个进程",
            check: |s| {
                Verdict::eq("结局", s.lines()[0], "没人接：panic: boom").and(Verdict::eq(
                    "main 的 recover 接到",
                    s.note("main_recovered"),
                    0,
                ))
            },
        },
        Claim {
            text: "只有出事的 goroutine 自己的 defer 会执行",
            check: |s| Verdict::eq("执行过的 defer", s.lines()[1], "没人接时执行的 defer：出事者的清理"),
        },
        Claim {
            text: "在 goroutine 入口 recover，其他 goroutine 不受影响",
            check: |s| {
                Verdict::eq("结局", s.lines()[2], "入口接住 boom：正常结束").and(Verdict::eq(
                    "做完的其他 goroutine",
                    s.note("finished"),
                    3,
                ))
            },
        },
    ],
    mutations: &[
        Mutation { name: "always-recover", what: "两个版本都在入口 recover", breaks: &[0, 1] },
        Mutation { name: "late-panic", what: "别人都做完、清理完之后才 panic", breaks: &[1] },
        Mutation { name: "never-recover", what: "入口也不 recover", breaks: &[2] },
    ],
    next: &[("Goexit 与 panic 的差别", "bagu demo run goroutine/goexit")],
};

/// Three bystanders with a defer each, and one that panics after a millisecond.
fn program(entry_recovers: bool) {
    func(|main| {
        main.defer(|| {
            if recover().is_some() {
                out!("main 接住");
            }
        });
        let wg = WaitGroup::new();
        for _ in 0..3 {
            wg.go("bystander", || {
                func(|d| {
                    d.defer(|| out!("旁人的清理"));
                    sleep(ms(10));
                });
            });
        }
        wg.add(1);
        let done = wg.clone();
        go("culprit", move || {
            func::<()>(|d| {
                d.defer(move || {
                    if entry_recovers && let Some(text) = recover() {
                        out!("入口接住 {text}");
                    }
                });
                d.defer(|| out!("出事者的清理"));
                sleep(if mutated("late-panic") { ms(50) } else { ms(1) });
                panic!("boom");
            });
            done.done();
        });
        wg.wait();
    });
}

fn end_of(seen: &Seen) -> String {
    match &seen.end {
        End::Ok => "正常结束".to_owned(),
        End::Panic(text) => format!("panic: {text}"),
        other => format!("{other:?}"),
    }
}

fn run() {
    let bare = case("没人接", || program(mutated("always-recover")));
    note("main_recovered", i64::from(bare.printed("main 接住")));
    out!("没人接：{}", end_of(&bare));
    out!("没人接时执行的 defer：{}", bare.lines().join("，"));

    let caught = case("入口接住", || program(!mutated("never-recover")));
    let text = caught.lines().into_iter().find(|l| l.starts_with("入口接住")).unwrap_or("没接住").to_owned();
    note("finished", caught.lines().iter().filter(|l| **l == "旁人的清理").count() as i64);
    out!("{text}：{}", end_of(&caught));
}
