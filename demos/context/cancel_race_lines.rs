//! The classic example: a worker that sleeps in `default`, a main that sleeps three periods. How many lines?
//!
//! Answers    context-withcancel-example
//! Watch for  1  three lines when main wakes first   2  four when the worker does
//!            3  and no message at all when main leaves before the worker looks again
//!            4  with a ticker case and a WaitGroup the message is always there
//! Try        --mutate worker-late   --mutate no-wait
//! Go         runtime/time.go, runtime/select.go selectgo (go1.27.3)
//! Differs    the order of two timers due together is not left to chance: each case delays one of them
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/cancel-race-lines",
    title: "三次睡眠之后取消：三行还是四行？",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Model(
        "两个定时器同时到期时的先后由程序指定（让一方晚醒 15 或 30 ms），真实 Go 中由定时器与调度决定",
    ),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "此刻还没取消，select 走 default，于是多打印一行",
            check: |s| {
                Verdict::eq("main 先醒", s.lines()[0], "main 先醒：3 行，看到取消=true").and(Verdict::eq(
                    "worker 先醒",
                    s.lines()[1],
                    "worker 先醒：4 行，看到取消=true",
                ))
            },
        },
        Claim {
            text: "worker 来不及打印取消信息",
            check: |s| Verdict::eq("worker 再晚一点", s.lines()[2], "worker 先醒、又睡过头：4 行，看到取消=false"),
        },
        Claim {
            text: "去掉 default、等 worker 退出之后，取消信息一定会打印",
            check: |s| Verdict::eq("修好之后", s.lines()[3], "修复版：3 行，看到取消=true"),
        },
    ],
    mutations: &[
        Mutation { name: "worker-late", what: "worker 的第三次睡眠总是更晚", breaks: &[0, 1] },
        Mutation { name: "main-waits", what: "main 退出前多等 40 ms", breaks: &[1] },
        Mutation { name: "no-wait", what: "修复版不等 worker 退出", breaks: &[2] },
    ],
    next: &[("取消之后协程真的停了吗", "bagu demo run context/request-tree")],
};

/// One period of the worker; a second in the question, 40 ms here.
const UNIT: u64 = 40;

/// The version of the question. `late` = how late main's long sleep, the worker's third and its
/// fourth sleep wake up, in ms. Gives the lines printed, and whether the cancel was seen, at the
/// moment main would return.
fn racy(late: (u64, u64, u64)) -> (i64, bool) {
    let (lines, seen) = (Atomic::new(0), Atomic::new(0));
    let (ctx, cancel) = with_cancel(&background());
    let (l, s) = (lines.clone(), seen.clone());
    go("worker", move || {
        loop {
            select! {
                recv(ctx.done()) -> _ => {
                    s.store(1);
                    return;
                }
                default => {
                    let extra = match l.add(1) {
                        3 if mutated("worker-late") => 30,
                        3 => late.1,
                        4 => late.2,
                        _ => 0,
                    };
                    sleep(ms(UNIT + extra));
                }
            }
        }
    });
    sleep(ms(3 * UNIT + late.0));
    cancel.call();
    sleep(ms(UNIT + if mutated("main-waits") { 40 } else { 0 }));
    (lines.load(), seen.load() == 1)
}

/// A ticker case instead of `default`, a cancel between two ticks, and a main that waits.
fn mended() -> (i64, bool) {
    let (lines, seen) = (Atomic::new(0), Atomic::new(0));
    let (ctx, cancel) = with_cancel(&background());
    let wg = WaitGroup::new();
    let (l, s) = (lines.clone(), seen.clone());
    wg.go("worker", move || {
        let tick = Ticker::new(ms(UNIT));
        loop {
            l.add(1);
            select! {
                recv(ctx.done()) -> _ => {
                    sleep(ms(5)); // tidying up takes a moment
                    s.store(1);
                    break;
                }
                recv(tick.chan()) -> _ => {}
            }
        }
        tick.stop();
    });
    sleep(ms(2 * UNIT + UNIT / 2));
    cancel.call();
    if !mutated("no-wait") {
        wg.wait();
    }
    (lines.load(), seen.load() == 1)
}

fn run() {
    let show = |name: &str, (lines, seen): (i64, bool)| out!("{name}：{lines} 行，看到取消={seen}");
    show("main 先醒", racy((0, 15, 0)));
    show("worker 先醒", racy((15, 0, 0)));
    show("worker 先醒、又睡过头", racy((15, 0, 30)));
    show("修复版", mended());
}
