//! A range consumer with close, without close, and with a main that waits for it.
//!
//! Answers    channel-close-why, channel-range
//! Watch for  1  close: it finishes the rest and ends   2  no close: one goroutine left, no complaint
//!            3  no close and main waits: now everybody waits
//! Try        --mutate close-drops-buffer, --mutate no-deadlock-check
//! Go         runtime/chan.go chanrecv, runtime/proc.go checkdead (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/close-or-leak",
    title: "range 消费者：关闭就退出，不关就留下",
    setup: Setup { procs: 2, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "关闭之后 range 消费者把剩余元素处理完才退出",
            check: |s| Verdict::eq("处理了", s.notes("got"), vec![1, 2]).and(Verdict::eq("退出", s.note("ended"), 1)),
        },
        Claim {
            text: "不关闭，range 的 goroutine 就永久停在 chan receive",
            check: |s| Verdict::eq("留下的 goroutine", s.note("stuck"), 1),
        },
        Claim {
            text: "只有全部 goroutine 都阻塞时运行时才报死锁",
            check: |s| {
                Verdict::eq("main 照常返回时报死锁", s.note("dead_when_main_returns"), 0).and(Verdict::eq(
                    "main 也在等时报死锁",
                    s.note("dead_when_main_waits"),
                    1,
                ))
            },
        },
    ],
    mutations: &[
        Mutation { name: "close-drops-buffer", what: "close 时丢掉缓冲里的元素", breaks: &[0] },
        Mutation { name: "close-anyway", what: "第二段也关闭", breaks: &[1] },
        Mutation { name: "no-deadlock-check", what: "运行时不检查死锁", breaks: &[2] },
    ],
    next: &[("提前 break 的消费者", "bagu demo run channel/range-workers")],
};

/// Starts a consumer that sends what it got, in one piece, when its range ends.
fn consumer(ch: &Chan<i64>) -> Chan<Vec<i64>> {
    let (rx, done) = (ch.receiver(), chan::<Vec<i64>>(1));
    let reply = done.clone();
    go("consumer", move || reply.send(rx.iter().collect()));
    done
}

fn run() {
    let ch = chan::<i64>(2);
    ch.send(1);
    ch.send(2);
    ch.close();
    let got = consumer(&ch).recv();
    note("ended", i64::from(got.is_some()));
    let got = got.unwrap_or_default();
    for v in &got {
        note("got", *v);
    }
    let shown: Vec<String> = got.iter().map(i64::to_string).collect();
    out!("关闭：消费者收到 [{}] 然后退出", shown.join(" "));

    let left = case("不关闭，main 照常返回", || {
        let ch = chan::<i64>(0);
        consumer(&ch);
        if mutated("close-anyway") {
            ch.close();
        }
        sleep(ms(2));
    });
    let stuck = left.leaked_for(WaitReason::ChanReceive).len();
    note("stuck", stuck as i64);
    note("dead_when_main_returns", i64::from(left.end != End::Ok));
    let calm = if left.end == End::Ok { "不报死锁" } else { "报死锁" };
    out!("不关闭，main 照常返回：留下 {stuck} 个停在 chan receive 的 goroutine，{calm}");

    let waits = case("不关闭，main 等它退出", || {
        consumer(&chan(0)).recv();
    });
    let dead = matches!(waits.end, End::Deadlock(_));
    note("dead_when_main_waits", i64::from(dead));
    out!("不关闭，main 等它退出：报死锁 {dead}");
}
