//! How far a sender gets alone, and what a returned send means.
//!
//! Answers    channel-unbuffered-buffered
//! Watch for  1  sends done alone = capacity   2  unbuffered: the receiver is there before send returns
//!            3  a waiting receiver gets the value past the ring
//! Try        --mutate unbuffered-async, --mutate no-direct-send
//! Go         runtime/chan.go chansend (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/unbuffered-buffered",
    title: "无缓冲是会合，有缓冲是定长队列",
    setup: Setup { procs: 2, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("first"),
    run,
    claims: &[
        Claim {
            text: "无缓冲发送返回时，值已经被接收方取走",
            check: |s| Verdict::eq("发送返回时接收方已到场", s.note("came"), 1),
        },
        Claim {
            text: "缓冲未满时发送立即返回",
            check: |s| Verdict::eq("容量 2、4 各完成的发送", s.notes("done")[1..].to_vec(), vec![2, 4]),
        },
        Claim {
            text: "接收者先到时，有缓冲的发送也直接交给它",
            check: |s| {
                let sends = s.on_chan("first", Kind::ChanSendDone);
                let ring = sends.iter().filter(|e| e.why == 1).count();
                Verdict::eq("发送方式（0 = 直接交接）", sends[0].why, 0).and(Verdict::eq("写入缓冲次数", ring, 0))
            },
        },
    ],
    mutations: &[
        Mutation { name: "unbuffered-async", what: "无缓冲的发送不等接收者", breaks: &[0] },
        Mutation { name: "no-buffer", what: "三个 channel 都不给缓冲", breaks: &[1] },
        Mutation { name: "no-direct-send", what: "有接收者在等也先走一遍缓冲", breaks: &[2] },
    ],
    next: &[("容量怎么定", "bagu demo run channel/capacity-choice")],
};

fn alone(cap: usize) {
    let ch = chan::<i64>(if mutated("no-buffer") { 0 } else { cap });
    let done = Atomic::new(0);
    let (tx, count) = (ch.clone(), done.clone());
    go("sender", move || {
        for i in 0..6 {
            tx.send(i);
            count.add(1);
        }
    });
    sleep(ms(2));
    note("done", done.load());
    out!("没有人接收 cap={cap} 完成 {} 次发送", done.load());
    for _ in 0..6 {
        ch.recv();
    }
}

fn run() {
    for cap in [0, 2, 4] {
        alone(cap);
    }

    let (ch, came) = (chan::<i64>(0), Atomic::new(0));
    let (rx, there) = (ch.receiver(), came.clone());
    go("late", move || {
        sleep(ms(1));
        there.store(1);
        rx.recv();
    });
    ch.send(1);
    note("came", came.load());
    out!("无缓冲发送返回时接收方已到场 {}", came.load() == 1);

    let (first, got) = (named("first", 4), chan::<i64>(1));
    let (rx, reply) = (first.receiver(), got.clone());
    go("early", move || reply.send(rx.recv_ok().0));
    sleep(ms(1)); // the receiver waits by now
    first.send(7);
    let left = first.len();
    out!("接收者先到 发送后 len={left} 收到 {}", got.recv_ok().0);
}
