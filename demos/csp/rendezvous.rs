//! An unbuffered send is done only when a receiver has come; that alone makes two goroutines alternate.
//!
//! Answers    csp-model
//! Watch for  1  the sender waits the 5 ms its receiver is late   2  1 A 2 B 3 C with no shared variable
//! Try        --mutate unbuffered-async, --mutate no-token
//! Go         runtime/chan.go chansend, chanrecv (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "csp/rendezvous",
    title: "会合：发送等到接收方到场，只靠通信就能交替",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "无缓冲发送要等接收方到场才完成",
            check: |s| {
                let waited = s.note("waited_us");
                Verdict::new(waited >= 5_000, format!("接收方晚到 5000 µs，发送等了 {waited} µs"))
            },
        },
        Claim {
            text: "两个 goroutine 只靠通信就能严格交替",
            check: |s| Verdict::eq("打印次序", &s.lines()[1..], &["1", "A", "2", "B", "3", "C"]),
        },
    ],
    mutations: &[
        Mutation { name: "unbuffered-async", what: "无缓冲发送不等接收方", breaks: &[0] },
        Mutation { name: "no-token", what: "打印数字前不等令牌", breaks: &[1] },
    ],
    next: &[
        ("四个处理器也一样", "bagu demo run csp/rendezvous --procs 4"),
        ("容量固定的缓冲怎样变成背压", "bagu demo run csp/backpressure"),
    ],
};

fn run() {
    let ch = named("ch", 0);
    let late = ch.clone();
    go("receiver", move || {
        sleep(ms(5));
        late.recv();
    });
    let start = now();
    ch.send(1);
    let waited = now() - start;
    note("waited_us", waited.as_micros() as i64);
    out!("发送等到接收方到场： {}", waited >= ms(5));

    let (digit, letter, done) = (named("digit", 0), named("letter", 0), chan::<()>(0));
    let free = mutated("no-token");
    let (d, l) = (digit.clone(), letter.clone());
    go("digits", move || {
        for i in 1..=3 {
            if !free {
                d.recv();
            }
            out!("{i}");
            if !free {
                l.send(true);
            }
        }
        for _ in 0..if free { 3 } else { 0 } {
            l.send(true);
        }
    });
    let (d, end) = (digit.clone(), done.clone());
    go("letters", move || {
        for c in ['A', 'B', 'C'] {
            letter.recv();
            out!("{c}");
            if c < 'C' && !free {
                d.send(true);
            }
        }
        end.close();
    });
    if !free {
        digit.send(true);
    }
    done.recv();
}
