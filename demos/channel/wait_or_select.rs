//! Wait lasts as long as the slowest; a channel of completions can be given up on.
//!
//! Answers    channel-signal-vs-waitgroup
//! Watch for  1  Wait returns after 60 ms, the slowest task   2  the select leaves at 30 ms with one open
//! Try        --mutate wg-ignores-add, --mutate no-timeout
//! Go         sync/waitgroup.go Wait, runtime/select.go (go1.27.3)
use std::time::Duration;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/wait-or-select",
    title: "Wait 等最慢的，select 到点就走",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "Wait 要等到最慢的那个才返回",
            check: |s| {
                let waited = s.note("wait_us");
                Verdict::new(waited >= 60_000, format!("最慢 60 ms，Wait 用了 {waited} µs"))
            },
        },
        Claim {
            text: "channel 能放进 select，到点就走",
            check: |s| {
                let waited = s.note("select_us");
                Verdict::eq("离开时", s.out.last().map(String::as_str), Some("到点了，还差 1"))
                    .and(Verdict::new((30_000..60_000).contains(&waited), format!("等了 {waited} µs")))
            },
        },
    ],
    mutations: &[
        Mutation { name: "wg-ignores-add", what: "Add 不计数", breaks: &[0] },
        Mutation { name: "no-timeout", what: "定时器分支换成 nil channel", breaks: &[1] },
    ],
    next: &[("没有超时分支会怎样", "bagu demo run channel/wait-or-select --mutate no-timeout")],
};

const TASKS: [Duration; 3] = [ms(5), ms(10), ms(60)];

fn run() {
    let (wg, start) = (WaitGroup::new(), now());
    for d in TASKS {
        wg.go("task", move || sleep(d));
    }
    wg.wait();
    let took = now() - start;
    note("wait_us", took.as_micros() as i64);
    out!("Wait 等到最慢的那个： {}", took >= ms(60));

    let (done, start) = (named::<usize>("done", TASKS.len()), now());
    for (i, d) in TASKS.into_iter().enumerate() {
        let done = done.clone();
        go("task", move || {
            sleep(d);
            done.send(i);
        });
    }
    let late = if mutated("no-timeout") { Chan::nil() } else { after(ms(30)) };
    let mut left = TASKS.len();
    while left > 0 {
        let more = select! {
            recv(done) -> i => {
                left -= 1;
                out!("完成 {}", i.unwrap_or(0));
                true
            }
            recv(late) -> _t => {
                out!("到点了，还差 {left}");
                false
            }
        };
        if !more {
            break;
        }
    }
    note("select_us", (now() - start).as_micros() as i64);
}
