//! A test in a bubble of its own: the clock jumps, and whoever is left behind fails it.
//!
//! Answers    leak-test
//! Watch for  1  an hour passes at once   2  one goroutine left: the test fails
//!            3  everybody waits and no timer to jump to: the test fails
//! Try        --mutate half-an-hour, --mutate told-to-stop, --mutate no-deadlock-check
//! Go         testing/synctest; runtime/synctest.go (go1.27.3)
//! Differs    a fresh run of ours stands for the bubble; it looks at who is left when main has returned
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/bubble",
    title: "气泡里的测试：虚拟时间，残留就失败",
    setup: Setup { real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model(
        "用一次全新的运行当气泡；synctest 在主函数返回后等其他 goroutine 静下来再判断，这里在返回前留 1 ms",
    ),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "一小时的 Sleep 瞬间完成",
            check: |s| {
                Verdict::eq("气泡里过了", s.note("virtual_s"), 3600).and(Verdict::eq(
                    "真实时间不到一秒",
                    s.note("at_once"),
                    1,
                ))
            },
        },
        Claim {
            text: "还有 goroutine 没退出，测试就失败",
            check: |s| Verdict::eq("残留", s.lines()[1], "起了不收：失败，还有 goroutine 没退出"),
        },
        Claim {
            text: "没有定时器可跳，就报 deadlock: all goroutines in bubble are blocked",
            check: |s| Verdict::eq("全员等待", s.lines()[2], "自己等没人发的 channel：失败，全员等待"),
        },
    ],
    mutations: &[
        Mutation { name: "half-an-hour", what: "只睡半小时", breaks: &[0] },
        Mutation { name: "told-to-stop", what: "返回前先通知它退出", breaks: &[1] },
        Mutation { name: "no-deadlock-check", what: "运行时不检查死锁", breaks: &[2] },
    ],
    next: &[("怎样保证一个不剩", "bagu demo run leak/structured")],
};

/// Runs a test and judges it as synctest does.
fn bubble(name: &str, test: fn()) -> Seen {
    let seen = case(name, test);
    let verdict = match &seen.end {
        End::Ok if seen.leaked.is_empty() => "通过",
        End::Ok => "失败，还有 goroutine 没退出",
        End::Deadlock(_) => "失败，全员等待",
        _ => "没有结论",
    };
    out!("{name}：{verdict}");
    seen
}

fn run() {
    let start = std::time::Instant::now();
    let slept = bubble("睡一小时", || {
        let minutes = if mutated("half-an-hour") { 30 } else { 60 };
        sleep(secs(minutes * 60));
    });
    note("at_once", i64::from(start.elapsed().as_secs() < 1));
    note("virtual_s", (slept.elapsed_ns / 1_000_000_000) as i64);

    bubble("起了不收", || {
        let stop = chan::<()>(0);
        let rx = stop.clone();
        go("worker", move || _ = rx.recv());
        if mutated("told-to-stop") {
            stop.close();
        }
        sleep(ms(1));
    });
    bubble("自己等没人发的 channel", || {
        chan::<()>(0).recv();
    });
}
