//! The same select without default: it waits for whoever comes first, once.
//!
//! Answers    select-example-block-output
//! Watch for  1  channel 1 after one second   2  the timeout wins when channel 1 is later than it
//!            3  the second sender is stuck for ever
//! Try        --predict, --mutate late-ch1, --mutate buffered
//! Go         runtime/select.go selectgo (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/example-block",
    title: "没有 default：等到最先来的那一个",
    setup: Setup { real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "1 秒时命中 ch1 分支",
            check: |s| {
                Verdict::eq("输出", s.lines(), vec!["收到： 来自通道1的消息", "程序结束"]).and(Verdict::eq(
                    "等了多少毫秒",
                    s.note("waited_ms"),
                    1000,
                ))
            },
        },
        Claim {
            text: "ch1 改成 1.6 秒就由 1.5 秒的超时命中",
            check: |s| Verdict::eq("打印「超时」的毫秒数", s.note("timeout_ms"), 1500),
        },
        Claim {
            text: "ch2 的发送者会一直卡在发送上",
            check: |s| Verdict::eq("5 秒后卡在 chan send 的 goroutine", s.note("leaked"), 1),
        },
    ],
    mutations: &[
        Mutation { name: "late-ch1", what: "ch1 推迟到 3 秒", breaks: &[0] },
        Mutation { name: "long-timeout", what: "超时放宽到 1.8 秒", breaks: &[1] },
        Mutation { name: "buffered", what: "ch2 容量改为 1", breaks: &[2] },
    ],
    next: &[
        ("保留 default 的那一题", "bagu demo run select/example-default --predict"),
        ("空闲超时与总超时", "bagu demo run select/timeout"),
    ],
};

fn run() {
    note("waited_ms", program(if mutated("late-ch1") { 3000 } else { 1000 }));
    let s = case("ch1 在 1.6 秒", || note("ms", program(1600)));
    note("timeout_ms", if s.printed("超时") { s.note("ms") } else { -1 });
    let s = case("main 再活 5 秒", || {
        program(1000);
        sleep(secs(5));
    });
    note("leaked", s.leaked_for(WaitReason::ChanSend).len() as i64);
}

/// The program of the question, channel 1 after `first` ms; how many ms the select took.
fn program(first: u64) -> i64 {
    let (ch1, ch2) = (named("ch1", 0), named("ch2", usize::from(mutated("buffered"))));
    let (c1, c2) = (ch1.clone(), ch2.clone());
    go("sender1", move || {
        sleep(ms(first));
        c1.send("来自通道1的消息");
    });
    go("sender2", move || {
        sleep(secs(2));
        c2.send("来自通道2的消息");
    });
    let start = now();
    let limit = ms(if mutated("long-timeout") { 1800 } else { 1500 });
    select! {
        recv(ch1) -> msg => { out!("收到： {}", msg.unwrap_or("")) }
        recv(ch2) -> msg => { out!("收到： {}", msg.unwrap_or("")) }
        recv(after(limit)) -> _t => { out!("超时") }
    }
    let waited = (now() - start).as_millis() as i64;
    out!("程序结束");
    waited
}
