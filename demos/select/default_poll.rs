//! Waiting for one signal: spinning on default, sleeping in default, and simply blocking.
//!
//! Answers    select-default
//! Watch for  1  default at once when nothing is ready, never when something is
//!            2  hundreds of turns against one   3  sleeping in default answers late
//! Try        --mutate no-nap, --mutate block-instead
//! Go         cmd/compile/internal/walk/select.go, runtime/chan.go selectnbrecv (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/default-poll",
    title: "default：立即判断；空转、睡眠与阻塞三种等法",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "没有分支可行就立即走 default",
            check: |s| Verdict::eq("第一行", s.lines()[0], "没人就绪：default"),
        },
        Claim {
            text: "有分支可行时绝不会走 default",
            check: |s| Verdict::eq("100 次里走 default", s.note("missed"), 0),
        },
        Claim {
            text: "空转循环会转很多圈，阻塞写法只转一圈",
            check: |s| {
                let (spins, turns) = (s.note("spins"), s.note("turns"));
                Verdict::new(spins > 100 && turns == 1, format!("空转 {spins} 圈，阻塞 {turns} 圈"))
            },
        },
        Claim {
            text: "在 default 里睡眠会让响应晚到",
            check: |s| {
                let late = s.note("late_us");
                Verdict::new(late > 100, format!("信号到了 {late} µs 之后才看见"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-default", what: "第一个 select 去掉 default，改等 1 ms", breaks: &[0] },
        Mutation { name: "not-ready", what: "「就绪」的 channel 其实是空的", breaks: &[1] },
        Mutation { name: "block-instead", what: "空转那一段改成阻塞接收", breaks: &[2] },
        Mutation { name: "no-nap", what: "default 里不睡，只让出", breaks: &[3] },
    ],
    next: &[("default 让超时失效", "bagu demo run select/example-default")],
};

/// A channel on which the current time arrives 1 ms from now.
fn signal() -> Chan<Time> {
    let ch = chan(1);
    let late = ch.clone();
    go("signal", move || {
        sleep(ms(1));
        late.send(now());
    });
    ch
}

fn run() {
    let (empty, ready) = (named::<i64>("empty", 0), named::<i64>("ready", 0));
    if mutated("no-default") {
        select! {
            recv(empty) -> _v => {}
            recv(after(ms(1))) -> _v => { out!("等了 1 ms") }
        }
    } else {
        select! {
            recv(empty) -> _v => {}
            default => { out!("没人就绪：default") }
        }
    }
    if !mutated("not-ready") {
        ready.close();
    }
    let mut missed = 0;
    for _ in 0..100 {
        select! {
            recv(ready) -> _v => {}
            default => { missed += 1; }
        }
    }
    note("missed", missed);
    out!("有就绪分支时走 default 的次数 {missed}");

    let (ch, mut spins, mut seen) = (signal(), 0, false);
    while !seen {
        if mutated("block-instead") {
            ch.recv();
            seen = true;
        } else {
            seen = matches!(ch.try_recv(), TryRecv::Value(_));
        }
        spins += 1;
    }
    note("spins", spins);
    out!("空转超过 100 圈： {}", spins > 100);

    let (ch, mut sent) = (signal(), None);
    while sent.is_none() {
        select! {
            recv(ch) -> at => { sent = at; }
            default => { if mutated("no-nap") { gosched() } else { sleep(ms(3)) } }
        }
    }
    let late = sent.map_or(0, |at| (now() - at).as_micros() as i64);
    note("late_us", late);
    out!("default 里睡觉，晚了： {}", late > 100);

    let (ch, mut turns, mut seen) = (signal(), 0, false);
    while !seen {
        seen = select! { recv(ch) -> at => { at.is_some() } };
        turns += 1;
    }
    note("turns", turns);
    out!("阻塞写法的圈数 {turns}");
}
