//! Goexit runs every deferred function, is no panic, and ends one goroutine only.
//!
//! Answers    goroutine-goexit
//! Watch for  1  defers of every frame, last in first out   2  recover gives nil
//!            3  main goes on, and the next goroutine takes over the record
//! Try        --mutate plain-return, --mutate panics, --mutate exit-main, --mutate no-g-reuse
//! Go         runtime/panic.go Goexit, runtime/proc.go goexit0, gdestroy (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/goexit",
    title: "Goexit：defer 全部执行，别人照常",
    setup: Setup { procs: 1, may: false, may_fail: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "Goexit 按后进先出执行全部 defer",
            check: |s| Verdict::eq("打印的次序", &s.lines()[..2], &["defer 二：recover 得到 nil", "defer 一"]),
        },
        Claim { text: "其中 recover 得到 nil", check: |s| Verdict::eq("recover", s.note("recovered"), 0) },
        Claim {
            text: "其他 goroutine 照常运行",
            check: |s| {
                Verdict::eq("最后一行", s.lines().last().copied().unwrap_or_default(), "main 还在，另一个也做完了")
                    .and(Verdict::eq("Goexit 之后的代码执行了", s.printed("不会到这里"), false))
            },
        },
    ],
    mutations: &[
        Mutation { name: "plain-return", what: "内层函数只 return，不 Goexit", breaks: &[0, 2] },
        Mutation { name: "panics", what: "用 panic 代替 Goexit", breaks: &[0, 1] },
        Mutation { name: "swapped", what: "两个 defer 换了注册的次序", breaks: &[0] },
    ],
    next: &[("main 里调用 Goexit", "bagu demo run goroutine/main-exit")],
};

fn leave() {
    if mutated("plain-return") {
        return;
    }
    assert!(!mutated("panics"), "boom");
    goexit();
}

fn second() {
    let got = recover();
    note("recovered", i64::from(got.is_some()));
    out!("defer 二：recover 得到 {}", got.as_deref().unwrap_or("nil"));
}

fn run() {
    let wg = WaitGroup::new();
    wg.go("leaver", || {
        func(|d| {
            if mutated("swapped") {
                d.defer(second);
                d.defer(|| out!("defer 一"));
            } else {
                d.defer(|| out!("defer 一"));
                d.defer(second);
            }
            leave();
            out!("不会到这里");
        });
    });
    wg.wait();
    let other = chan(0);
    let tx = other.clone();
    go("other", move || tx.send("另一个也做完了"));
    out!("main 还在，{}", other.recv().unwrap_or_default());
}
