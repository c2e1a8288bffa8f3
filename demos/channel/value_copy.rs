//! A sent value is a copy; a sent pointer is the same thing twice. And how often bytes move.
//!
//! Answers    channel-value-copy
//! Watch for  1  99 is not seen by value   2  it is by pointer   3  one move with a waiting receiver,
//!            two through the ring
//! Try        --mutate no-direct-send
//! Go         runtime/chan.go sendDirect, chansend, chanrecv (go1.27.3). A pointer is a shared `Var` here.
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/value-copy",
    title: "发送后改原变量：按值看不到，指针看得到",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("moves"),
    run,
    claims: &[
        Claim {
            text: "按值发送后再改原变量，接收方拿到的仍是旧值",
            check: |s| Verdict::eq("接收方，原变量", (s.note("by_value"), s.note("original")), (1, 99)),
        },
        Claim {
            text: "发送指针则双方看到同一份数据", check: |s| Verdict::eq("接收方", s.note("by_pointer"), 99)
        },
        Claim { text: "直接交接搬运 1 次", check: |s| Verdict::eq("搬运次数", s.note("direct_moves"), 1) },
        Claim { text: "经缓冲搬运 2 次", check: |s| Verdict::eq("搬运次数", s.note("ring_moves"), 2) },
    ],
    mutations: &[
        Mutation { name: "change-first", what: "先改成 99 再发送", breaks: &[0] },
        Mutation { name: "pointer-to-copy", what: "发送的指针指向一份副本", breaks: &[1] },
        Mutation { name: "no-direct-send", what: "有接收者在等也先走一遍缓冲", breaks: &[2] },
        Mutation { name: "receiver-first", what: "测缓冲那一段时接收者已经在等", breaks: &[3] },
    ],
    next: &[("直接交接之后谁先运行", "bagu demo run channel/direct-send")],
};

#[derive(Clone, Copy, Default, Debug)]
struct Point {
    x: i64,
}

fn by_value() {
    let ch = chan::<Point>(1);
    let mut p = Point { x: 1 };
    if mutated("change-first") {
        p.x = 99;
    }
    ch.send(p);
    p.x = 99;
    let (got, _) = ch.recv_ok();
    note("by_value", got.x);
    note("original", p.x);
    out!("按值 收到 {} 原变量 {}", got.x, p.x);
}

fn by_pointer() {
    let (ch, q) = (chan::<Var<i64>>(1), Var::new(1));
    ch.send(if mutated("pointer-to-copy") { Var::new(q.get()) } else { q.clone() });
    q.set(99);
    let got = ch.recv().map_or(0, |shared| shared.get());
    note("by_pointer", got);
    out!("指针 收到 {got} 原变量 {}", q.get());
}

/// Moves that one value needs to get across.
fn moves(ch: &Chan<i64>, receiver_waits: bool) -> i64 {
    let done = chan::<()>(1);
    if receiver_waits {
        let (rx, reply) = (ch.receiver(), done.clone());
        go("receiver", move || {
            rx.recv();
            reply.send(());
        });
        sleep(ms(1));
        ch.send(5);
        done.recv();
    } else {
        ch.send(5);
        ch.recv();
    }
    ch.snapshot().copies as i64
}

fn run() {
    by_value();
    by_pointer();
    note("direct_moves", moves(&named("moves", 1), true));
    note("ring_moves", moves(&chan(1), mutated("receiver-first")));
}
