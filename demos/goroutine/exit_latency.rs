//! How long a worker takes to notice the cancel: polling with default and Sleep, or waiting in select.
//!
//! Answers    goroutine-graceful-exit
//! Watch for  1  the poller sleeps its round out   2  the select leaves at once
//!            3  cancel returns before anybody has left, Wait after everybody has
//! Try        --mutate never-poll, --mutate always-poll, --mutate no-wait
//! Go         context/context.go, runtime/select.go selectgo (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/exit-latency",
    title: "取消之后多久退出：轮询与 select",
    setup: Setup { procs: 1, real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "default 加 Sleep 的轮询，最坏要等一整轮才退出",
            check: |s| {
                let late = s.notes("ms")[0];
                Verdict::new((90..=102).contains(&late), format!("一轮 100 ms，取消后 {late} ms 退出"))
            },
        },
        Claim {
            text: "把等待放进 select，收到取消立刻退出",
            check: |s| {
                let late = s.notes("ms")[1];
                Verdict::new(late <= 2, format!("收尾 1 ms，取消后 {late} ms 退出"))
            },
        },
        Claim {
            text: "cancel 返回时收尾还没做完，Wait 之后才都退出",
            check: |s| {
                Verdict::eq("cancel 返回时没做完的", s.notes("after_cancel"), vec![3, 3]).and(Verdict::eq(
                    "Wait 返回时没做完的",
                    s.notes("after_wait"),
                    vec![0, 0],
                ))
            },
        },
    ],
    mutations: &[
        Mutation { name: "never-poll", what: "两个版本都把等待放进 select", breaks: &[0] },
        Mutation { name: "always-poll", what: "两个版本都用 default 加 Sleep", breaks: &[1] },
        Mutation { name: "no-wait", what: "只 cancel，不 Wait", breaks: &[0, 2] },
    ],
    next: &[("退出前怎样对待手头的任务", "bagu demo run context/graceful-exit")],
};

/// Length of a round.
const ROUND: u64 = 100;

fn poller(ctx: &Ctx) {
    let done = ctx.done();
    loop {
        select! {
            recv(done) -> _ => return,
            default => {}
        }
        sleep(ms(ROUND));
    }
}

fn waiter(ctx: &Ctx) {
    let (done, tick) = (ctx.done(), Ticker::new(ms(ROUND)));
    let ticks = tick.chan();
    loop {
        select! {
            recv(done) -> _ => break,
            recv(ticks) -> _ => {}
        }
    }
    tick.stop();
}

fn measure(name: &str, worker: fn(&Ctx)) {
    let (ctx, cancel) = with_cancel(&background());
    let (wg, alive) = (WaitGroup::new(), Atomic::new(3));
    for _ in 0..3 {
        let (ctx, alive) = (ctx.clone(), alive.clone());
        wg.go("worker", move || {
            worker(&ctx);
            sleep(ms(1)); // tidies up
            alive.add(-1);
        });
    }
    sleep(ms(ROUND * 2 + 5));
    let start = now();
    cancel.call();
    note("after_cancel", alive.load());
    if !mutated("no-wait") {
        wg.wait();
    }
    note("after_wait", alive.load());
    let late = (now() - start).as_millis();
    note("ms", late as i64);
    let how = if late >= 50 { "等完这一轮才退出" } else { "立刻退出" };
    out!("{name}：{how}");
}

fn run() {
    measure("default 加 Sleep", if mutated("never-poll") { waiter } else { poller });
    measure("放进 select", if mutated("always-poll") { poller } else { waiter });
}
