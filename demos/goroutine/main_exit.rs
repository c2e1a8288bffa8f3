//! What becomes of the others when main returns, and of main when it calls Goexit.
//!
//! Answers    goroutine-main-exit
//! Watch for  1  nobody's defers run when main returns   2  they do when main waits
//!            3  a defer belongs to its function: inner first   4  Goexit in main ends in a fatal error
//! Try        --mutate main-sleeps, --mutate no-wait, --mutate outer-defer, --mutate no-deadlock-check
//! Go         runtime/proc.go main, runtime/panic.go Goexit (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/main-exit",
    title: "main 返回、等待、Goexit：别人的 defer 执行了几个",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "main 返回时，其他 goroutine 的 defer 不会执行",
            check: |s| {
                Verdict::eq("直接返回时执行的 defer", s.notes("defers")[0], 0)
                    .and(Verdict::new(s.notes("alive")[0] > 0, format!("返回时还有 {} 个活着", s.notes("alive")[0])))
            },
        },
        Claim {
            text: "WaitGroup 等完再返回，defer 一个不少",
            check: |s| Verdict::eq("等完再返回时执行的 defer", s.notes("defers")[1], 3),
        },
        Claim {
            text: "inner 返回时它的 defer 就执行",
            check: |s| Verdict::eq("次序", s.lines()[2], "次序：inner done，goroutine done"),
        },
        Claim {
            text: "no goroutines (main called runtime.Goexit) - deadlock!",
            check: |s| {
                Verdict::eq(
                    "最后一行",
                    s.lines()[3],
                    "main 调用 Goexit：别人先做完，然后 fatal error: no goroutines (main called runtime.Goexit) - deadlock!",
                )
            },
        },
    ],
    mutations: &[
        Mutation { name: "main-sleeps", what: "main 返回之前先睡够", breaks: &[0] },
        Mutation { name: "no-wait", what: "不等就返回", breaks: &[1] },
        Mutation { name: "outer-defer", what: "把 inner 的 defer 注册到外层函数上", breaks: &[2] },
        Mutation { name: "no-deadlock-check", what: "运行时不检查死锁", breaks: &[3] },
    ],
    next: &[("panic 时谁的 defer 会执行", "bagu demo run goroutine/panic-one")],
};

/// Starts three goroutines that defer a line and work for 5 ms.
fn three(wg: &WaitGroup) {
    for _ in 0..3 {
        wg.go("worker", || {
            func(|d| {
                d.defer(|| out!("defer"));
                sleep(ms(5));
            });
        });
    }
}

fn defers(name: &str, program: fn()) -> usize {
    let seen = case(name, program);
    note("defers", seen.out.len() as i64);
    note("alive", seen.leaked.len() as i64);
    seen.out.len()
}

fn run() {
    let n = defers("直接返回", || {
        three(&WaitGroup::new());
        if mutated("main-sleeps") {
            sleep(ms(50));
        }
    });
    out!("main 直接返回：执行了 {n} 个 defer");

    let n = defers("先等再返回", || {
        let wg = WaitGroup::new();
        three(&wg);
        if !mutated("no-wait") {
            wg.wait();
        }
    });
    out!("main 先 wg.Wait：执行了 {n} 个 defer");

    let order = case("inner", || {
        let wg = WaitGroup::new();
        wg.go("outer", || {
            func(|d| {
                d.defer(|| out!("goroutine done"));
                if mutated("outer-defer") {
                    d.defer(|| out!("inner done too late"));
                } else {
                    func(|inner| inner.defer(|| out!("inner done")));
                }
            });
        });
        wg.wait();
    });
    out!("次序：{}", order.lines().join("，"));

    let gone = case("Goexit", || {
        go("other", || {
            sleep(ms(5));
            out!("别人先做完");
        });
        goexit();
    });
    let how = match &gone.end {
        End::Deadlock(text) => text.lines().next().unwrap_or_default().to_owned(),
        other => format!("{other:?}"),
    };
    out!("main 调用 Goexit：{}，然后 {how}", gone.lines().join("，"));
}
