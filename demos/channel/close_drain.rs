//! A closed channel is drained first; only then come zero values.
//!
//! Answers    channel-close-semantics, channel-comma-ok
//! Watch for  1  both buffered values survive close   2  a 0 that was sent has ok true, the 0 of a closed
//!            channel has ok false
//! Try        --mutate close-drops-buffer
//! Go         runtime/chan.go closechan, chanrecv (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/close-drain",
    title: "关闭后先读完缓冲，再得到零值",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("ch"),
    run,
    claims: &[
        Claim {
            text: "关闭后缓冲里剩下的元素仍可读出",
            check: |s| Verdict::eq("关闭后先读到", &s.lines()[1..3], &["7 true", "0 true"]),
        },
        Claim {
            text: "读完之后再读立即得到零值，ok 为 false",
            check: |s| Verdict::eq("随后", &s.lines()[3..5], &["0 false", "0 false"]),
        },
        Claim {
            text: "关闭但缓冲未空时 ok 仍为 true",
            check: |s| Verdict::eq("关闭后第一次接收的 ok", s.notes("ok")[0], 1),
        },
        Claim {
            text: "len(ch) 在关闭后仍返回剩余个数", check: |s| Verdict::eq("关闭后的 len", s.note("len"), 2)
        },
    ],
    mutations: &[
        Mutation { name: "close-drops-buffer", what: "close 时丢掉缓冲里的元素", breaks: &[0, 2, 3] },
        Mutation { name: "two-more", what: "关闭之前又放进两个 5", breaks: &[1, 3] },
    ],
    next: &[("关闭时有人在等", "bagu demo run channel/close-wakes-all")],
};

fn run() {
    let ch = named("ch", 4);
    ch.send(7);
    ch.send(0);
    if mutated("two-more") {
        ch.send(5);
        ch.send(5);
    }
    ch.close();
    note("len", ch.len() as i64);
    out!("关闭后 len={}", ch.len());
    for _ in 0..4 {
        let (v, ok) = ch.recv_ok();
        note("ok", i64::from(ok));
        out!("{v} {ok}");
    }
}
