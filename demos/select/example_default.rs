//! Two senders that are late, a timeout, and a default that wins at once.
//!
//! Answers    select-example-default-output
//! Watch for  1  the default line at virtual time 0   2  with a main that stays, both senders are stuck
//! Try        --predict, --mutate no-default, --mutate buffered
//! Go         runtime/select.go selectgo, block == false (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/example-default",
    title: "两个迟到的发送者、一个超时和一个 default",
    setup: Setup { real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "进入 select 时没有分支可行，立即走 default",
            check: |s| {
                let waited = s.note("waited_us");
                Verdict::eq("输出", s.lines(), vec!["非阻塞模式，暂无就绪通道", "程序结束"])
                    .and(Verdict::new(waited < 1_000, format!("等了 {waited} µs")))
            },
        },
        Claim {
            text: "main 不退出的话，两个发送者都会泄漏",
            check: |s| Verdict::eq("5 秒后卡在 chan send 的 goroutine", s.note("leaked"), 2),
        },
    ],
    mutations: &[
        Mutation { name: "no-default", what: "删掉 default", breaks: &[0] },
        Mutation { name: "buffered", what: "两个 channel 容量改为 1", breaks: &[1] },
    ],
    next: &[("删掉 default 的那一题", "bagu demo run select/example-block --predict")],
};

fn run() {
    program();
    let s = case("main 再活 5 秒", || {
        program();
        sleep(secs(5));
    });
    note("leaked", s.leaked_for(WaitReason::ChanSend).len() as i64);
}

fn program() {
    let capacity = usize::from(mutated("buffered"));
    let (ch1, ch2) = (named("ch1", capacity), named("ch2", capacity));
    let (c1, c2) = (ch1.clone(), ch2.clone());
    go("sender1", move || {
        sleep(secs(1));
        c1.send("来自通道1的消息");
    });
    go("sender2", move || {
        sleep(secs(2));
        c2.send("来自通道2的消息");
    });
    let start = now();
    if mutated("no-default") {
        select! {
            recv(ch1) -> msg => { out!("收到： {}", msg.unwrap_or("")) }
            recv(ch2) -> msg => { out!("收到： {}", msg.unwrap_or("")) }
            recv(after(ms(1500))) -> _t => { out!("超时") }
        }
    } else {
        select! {
            recv(ch1) -> msg => { out!("收到： {}", msg.unwrap_or("")) }
            recv(ch2) -> msg => { out!("收到： {}", msg.unwrap_or("")) }
            recv(after(ms(1500))) -> _t => { out!("超时") }
            default => { out!("非阻塞模式，暂无就绪通道") }
        }
    }
    note("waited_us", (now() - start).as_micros() as i64);
    out!("程序结束");
}
