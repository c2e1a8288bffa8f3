//! A timer inside the loop measures idleness, one outside measures the whole; and who is left behind.
//!
//! Answers    select-timeout
//! Watch for  1  messages every 5 ms keep the 50 ms idle timer from firing   2  the total fires at 60 ms
//!            3  a late result leaks its sender unless the channel holds one
//! Try        --mutate timer-in-loop, --mutate unbuffered
//! Go         time/sleep.go After, runtime/select.go selectgo (go1.27.3)
use crate::lab::prelude::*;
use std::time::Duration;

pub const DEMO: Demo = Demo {
    id: "select/timeout",
    title: "空闲超时、总超时，以及超时之后留下的人",
    setup: Setup { real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "持续有消息时空闲超时不触发",
            check: |s| {
                let (got, idle) = (s.note("messages"), s.note("idle"));
                Verdict::new(got == 15 && idle == 0, format!("{got} 条消息里触发 {idle} 次"))
            },
        },
        Claim {
            text: "总超时到点就触发",
            check: |s| {
                let at = s.note("total_ms");
                Verdict::new((60..65).contains(&at), format!("{at} ms 时触发"))
            },
        },
        Claim {
            text: "容量为 1 的结果 channel 不会泄漏发送者",
            check: |s| Verdict::eq("容量 0 与 1 各泄漏", s.notes("leaked"), vec![1, 0]),
        },
    ],
    mutations: &[
        Mutation { name: "slow-messages", what: "消息改成每 80 ms 一条", breaks: &[0] },
        Mutation { name: "timer-in-loop", what: "总超时的定时器写进循环", breaks: &[1] },
        Mutation { name: "unbuffered", what: "第二次的结果 channel 也不带缓冲", breaks: &[2] },
    ],
    next: &[("每圈新建的定时器去了哪里", "bagu demo run select/time-after")],
};

fn stream(every: Duration, quit: &Chan<bool>) -> Chan<i64> {
    let ch = named("stream", 0);
    let (output, quit) = (ch.clone(), quit.clone());
    go("stream", move || {
        loop {
            sleep(every);
            let over = select! {
                send(output, 1) => { false }
                recv(quit) -> _v => { true }
            };
            if over {
                return;
            }
        }
    });
    ch
}

/// Waits 5 ms for a result that takes 20 ms.
fn slow(capacity: usize) {
    let ch = named("result", capacity);
    let output = ch.clone();
    go("slow", move || {
        sleep(ms(20));
        output.send(1);
    });
    select! {
        recv(ch) -> _v => {}
        recv(after(ms(5))) -> _t => {}
    }
}

fn run() {
    let quit = chan(0);
    let ch = stream(ms(if mutated("slow-messages") { 80 } else { 5 }), &quit);
    let (mut messages, mut idle) = (0, false);
    while messages < 15 && !idle {
        select! {
            recv(ch) -> _v => { messages += 1; }
            recv(after(ms(50))) -> _t => { idle = true; }
        }
    }
    note("messages", messages);
    note("idle", i64::from(idle));
    out!("15 条消息里空闲超时触发： {idle}");

    let (start, mut total, mut fired, mut turns) = (now(), after(ms(60)), false, 0);
    while !fired && turns < 40 {
        turns += 1;
        fired = select! {
            recv(ch) -> _v => { false }
            recv(total) -> _t => { true }
        };
        if mutated("timer-in-loop") {
            total = after(ms(60));
        }
    }
    note("total_ms", (now() - start).as_millis() as i64);
    out!("总超时触发： {fired}");
    quit.close();
    sleep(ms(100));

    for capacity in [0, 1] {
        let before = num_goroutine();
        slow(if mutated("unbuffered") { 0 } else { capacity });
        sleep(ms(30));
        let leaked = num_goroutine() - before;
        note("leaked", leaked as i64);
        out!("容量 {capacity} 泄漏 {leaked}");
    }
}
