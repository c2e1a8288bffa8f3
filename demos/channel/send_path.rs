//! The three ways a send ends: handed over, into the ring, parked.
//!
//! Answers    channel-send-path
//! Watch for  1  a waiting receiver: qcount and sendx do not move   2  room: sendx moves
//!            3  full: the sender stands in sendq first, then it parks
//! Try        --mutate no-direct-send, --mutate roomy
//! Go         runtime/chan.go chansend, send; runtime/proc.go gopark (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/send-path",
    title: "发送的三条路：直交、入缓冲、挂起",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("ch"),
    run,
    claims: &[
        Claim {
            text: "有等待的接收者就直接交给它",
            check: |s| Verdict::eq("第 1 次发送的走法（0 = 直交）", way(s, 0), 0),
        },
        Claim {
            text: "没有等待者而缓冲未满就写进缓冲",
            check: |s| Verdict::eq("第 2、3 次发送的走法（1 = 入缓冲）", (way(s, 1), way(s, 2)), (1, 1)),
        },
        Claim {
            text: "缓冲已满才把自己挂进 sendq 再让出",
            check: |s| {
                Verdict::eq("第 4 次发送的走法（2 = 挂起）", way(s, 3), 2).and(Verdict::eq(
                    "sendq 里的等待者",
                    s.note("sendq"),
                    1,
                ))
            },
        },
        Claim {
            text: "先入 sendq，再挂起",
            check: |s| {
                let sender = s.gid("sender");
                let at = |kind| s.recording.of(kind).find(|(_, e)| e.g == sender).map(|(seq, _)| seq);
                let (queued, parked) = (at(Kind::ChanWait), at(Kind::GoPark));
                let ok = queued.is_some() && queued < parked;
                Verdict::new(ok, format!("入队是事件 {queued:?}，挂起是事件 {parked:?}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-direct-send", what: "有接收者在等也先走一遍缓冲", breaks: &[0] },
        Mutation { name: "no-room", what: "容量改成 0", breaks: &[1] },
        Mutation { name: "roomy", what: "容量改成 3，第 4 次发送也放得下", breaks: &[2, 3] },
    ],
    next: &[("接收的一半", "bagu demo run channel/full-with-waiter")],
};

/// How the send number `n` (from 0) on `ch` ended: see [`Kind::ChanSendDone`].
fn way(s: &Seen, n: usize) -> u8 {
    s.on_chan("ch", Kind::ChanSendDone)[n].why
}

fn show(what: &str, ch: &Chan<i64>) {
    let s = ch.snapshot();
    out!("{what} qcount={} sendx={}", s.qcount, s.sendx);
}

fn run() {
    let cap = if mutated("no-room") { 0 } else { 2 + usize::from(mutated("roomy")) };
    let (ch, got) = (named("ch", cap), chan::<i64>(1));
    let (rx, reply) = (ch.receiver(), got.clone());
    go("receiver", move || reply.send(rx.recv_ok().0));
    sleep(ms(1)); // the receiver waits by now
    ch.send(1);
    show("有等待的接收者", &ch);
    got.recv();
    for v in [2, 3] {
        let tx = ch.clone();
        if mutated("no-room") {
            go("buffered", move || tx.send(v));
            sleep(ms(1));
        } else {
            tx.send(v);
        }
        show("缓冲未满", &ch);
    }
    let (tx, done) = (ch.clone(), got.clone());
    go("sender", move || {
        tx.send(4);
        done.send(4);
    });
    sleep(ms(1));
    show("缓冲已满", &ch);
    note("sendq", ch.snapshot().sendq.iter().filter(|n| *n == "sender").count() as i64);
    let stands = goroutines().into_iter().find(|g| g.name == "sender").and_then(|g| g.reason);
    out!("发送者停在 {}", stands.map_or("别处", WaitReason::text));
    let rest: Vec<String> = (0..3).filter_map(|_| ch.recv()).map(|v| v.to_string()).collect();
    got.recv(); // the fourth send is over too
    out!("依次收到 {}", rest.join(" "));
}
