//! Random choice is fair over rounds, not over time: sources that are full, slow, and never meeting.
//!
//! Answers    select-starvation
//! Watch for  1  about a third each when all are ready   2  a slow source is served as often as it comes
//!            3  two sides that only try never meet
//! Try        --mutate select-first, --mutate same-speed, --mutate one-waits
//! Go         runtime/select.go selectgo, runtime/chan.go chansend with block == false (go1.27.3)
use crate::lab::prelude::*;
use std::time::Duration;

pub const DEMO: Demo = Demo {
    id: "select/starvation",
    title: "随机只是概率上的公平",
    setup: Setup { real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Pattern,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "各路一直有货时各占约三分之一",
            check: |s| {
                let got = s.notes("full");
                let fair = got.len() == 3 && got.iter().all(|n| (59..=141).contains(n));
                Verdict::new(fair, format!("300 轮各 {got:?}"))
            },
        },
        Claim {
            text: "慢的一路只在它就绪的那些轮里有机会",
            check: |s| {
                let (fast, slow) = (s.note("fast"), s.note("slow"));
                Verdict::new(fast > 4 * slow && slow > 0, format!("到达速率 10:1，选中 {fast}:{slow}"))
            },
        },
        Claim {
            text: "双方都只用 default 试探无缓冲 channel，永远碰不上",
            check: |s| Verdict::eq("各试 100 次，碰上", s.note("met"), 0),
        },
    ],
    mutations: &[
        Mutation { name: "select-first", what: "select 按书写次序取第一个就绪的", breaks: &[0] },
        Mutation { name: "same-speed", what: "两路一样快", breaks: &[1] },
        Mutation { name: "one-waits", what: "接收方改成阻塞等待", breaks: &[2] },
    ],
    next: &[("优先检查怎样饿死低优先级", "bagu demo run select/priority")],
};

fn every(gap: Duration) -> Chan<i64> {
    let ch = chan(0);
    let output = ch.clone();
    go("source", move || {
        loop {
            sleep(gap);
            output.send(1);
        }
    });
    ch
}

fn run() {
    let full = named::<i64>("full", 0);
    full.close();
    let mut n = [0; 3];
    for _ in 0..300 {
        let i = select! {
            recv(full) -> _v => { 0 }
            recv(full) -> _v => { 1 }
            recv(full) -> _v => { 2 }
        };
        n[i] += 1;
    }
    for count in n {
        note("full", count);
    }
    out!("一直有货 {} {} {}", n[0], n[1], n[2]);

    let slow_gap = ms(if mutated("same-speed") { 1 } else { 10 });
    let (fast, slow) = (every(ms(1)), every(slow_gap));
    let (mut nf, mut ns) = (0, 0);
    while nf + ns < 66 {
        select! {
            recv(fast) -> _v => { nf += 1; }
            recv(slow) -> _v => { ns += 1; }
        }
    }
    note("fast", nf);
    note("slow", ns);
    out!("快的远多于慢的： {} 慢的也有： {}", nf > 4 * ns, ns > 0);

    let met = never_meet();
    note("met", met);
    out!("双方都只试探，碰上 {met}");
}

/// A sender and a receiver that only ever try, 100 times each; how often they met.
fn never_meet() -> i64 {
    let (ch, done) = (named("ch", 0), chan(1));
    let (output, end) = (ch.clone(), done.clone());
    go("trier", move || {
        let mut met = 0;
        for _ in 0..100 {
            met += i64::from(output.try_send(1));
            sleep(us(10));
        }
        end.send(met);
        output.close();
    });
    for _ in 0..100 {
        if mutated("one-waits") {
            ch.recv();
        } else {
            ch.try_recv();
        }
        sleep(us(10));
    }
    done.recv().unwrap_or(-1)
}
