//! A worker that polls with default and Sleep, and one that blocks in select.
//!
//! Answers    context-graceful-example
//! Watch for  1  the polling worker leaves up to 100 ms late   2  the blocking one leaves at once
//!            3  a main that sleeps 30 ms after the cancel returns before the polling worker
//! Try        --mutate timer-arm, --mutate poll-both, --mutate wait-group
//! Go         time/sleep.go Sleep; context/context.go cancelCtx.cancel (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/poll-exit",
    title: "default 加 Sleep 的轮询，与阻塞的 select",
    setup: Setup { real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "default 加 Sleep 的循环最多晚一个睡眠周期才退出",
            check: |s| {
                let late = s.notes("late_us")[0];
                Verdict::new((1_000..=100_000).contains(&late), format!("取消之后 {late} µs 退出，周期 100000 µs"))
            },
        },
        Claim {
            text: "改成阻塞 select，取消的同一时刻就退出",
            check: |s| {
                let late = s.notes("late_us")[1];
                Verdict::new(late < 1_000, format!("取消之后 {late} µs 退出"))
            },
        },
        Claim {
            text: "cancel 之后只睡一会儿不算等待，worker 可能还没退出",
            check: |s| Verdict::eq("main 要返回时", s.lines()[0], "轮询版 main 要返回时 worker 已退出 false"),
        },
    ],
    mutations: &[
        Mutation { name: "timer-arm", what: "轮询版把 Sleep 换成 select 的定时器分支", breaks: &[0, 2] },
        Mutation { name: "poll-both", what: "阻塞版也改成轮询", breaks: &[1] },
        Mutation { name: "wait-group", what: "main 不睡，用等待确认退出", breaks: &[2] },
    ],
    next: &[("用等待代替睡眠", "bagu demo run context/poll-exit --mutate wait-group")],
};

fn poll(ctx: &Ctx) {
    loop {
        let stop = select! { recv(ctx.done()) -> _ => true, default => false };
        if stop {
            return;
        }
        sleep(ms(100));
    }
}

fn block(ctx: &Ctx) {
    let ticker = Ticker::new(ms(100));
    loop {
        let stop = select! { recv(ctx.done()) -> _ => true, recv(ticker.chan()) -> _ => false };
        if stop {
            break;
        }
    }
    ticker.stop();
}

fn run() {
    for name in ["轮询版", "阻塞版"] {
        let polls = if name == "轮询版" { !mutated("timer-arm") } else { mutated("poll-both") };
        let (ctx, cancel) = with_cancel(&background());
        let (left, end) = (Atomic::new(0), chan::<()>(0));
        let (c, back, closing) = (ctx.clone(), left.clone(), end.clone());
        go("worker", move || {
            if polls {
                poll(&c);
            } else {
                block(&c);
            }
            back.store(now().0 as i64);
            closing.close();
        });
        sleep(ms(140));
        let start = now();
        cancel.call();
        if mutated("wait-group") {
            end.recv();
        } else {
            sleep(ms(30)); // the sleep that main takes for a wait
        }
        out!("{name} main 要返回时 worker 已退出 {}", left.load() != 0);
        end.recv();
        let late = (left.load() - start.0 as i64) / 1_000;
        note("late_us", late);
        out!("{name} 退出延迟 {} ms", (late + 10_000) / 20_000 * 20);
    }
}
