//! A ring of four slots, step by step: where the next value goes, where the next one comes from.
//!
//! Answers    channel-role, channel-ring-buffer, channel-hchan-layout
//! Watch for  1  the fourth send brings sendx back to 0   2  sendx == recvx twice: full, then empty
//! Try        --mutate bigger-ring, --mutate close-drops-buffer
//! Go         runtime/chan.go chansend, chanrecv, chanbuf (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/ring-walk",
    title: "环形缓冲逐步走：qcount、sendx、recvx",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("ch"),
    run,
    claims: &[
        Claim {
            text: "取出的顺序与放入的顺序一致",
            check: |s| Verdict::eq("取出", s.notes("got"), vec![1, 2, 3, 4, 5]),
        },
        Claim {
            text: "qcount 等于已入队数减已出队数",
            check: |s| Verdict::eq("每步的 qcount", s.notes("qcount"), s.notes("queued")),
        },
        Claim {
            text: "sendx 与 recvx 相等时，缓冲不是空就是满",
            check: |s| {
                let (send, recv, n) = (s.notes("sendx"), s.notes("recvx"), s.notes("qcount"));
                let mut met: Vec<i64> = (0..n.len()).filter(|&i| send[i] == recv[i]).map(|i| n[i]).collect();
                met.sort_unstable();
                met.dedup();
                Verdict::eq("两个下标相等时的 qcount（容量 4）", met, vec![0, 4])
            },
        },
        Claim {
            text: "下标走到末尾就回到 0",
            check: |s| {
                let send = s.notes("sendx");
                let wraps = send.windows(2).filter(|w| w[0] == 3 && w[1] == 0).count();
                Verdict::new(wraps == 1, format!("sendx 依次是 {send:?}，从 3 回到 0 共 {wraps} 次"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "close-drops-buffer", what: "close 时丢掉缓冲里的元素", breaks: &[0, 1] },
        Mutation {
            name: "bigger-ring", what: "容量改成 8：五次发送走不到末尾，也放不满", breaks: &[2, 3]
        },
    ],
    next: &[("满了又有发送者在等", "bagu demo run channel/full-with-waiter")],
};

fn look(ch: &Chan<i64>, queued: i64) -> ChanSnapshot {
    let s = ch.snapshot();
    note("qcount", s.qcount as i64);
    note("queued", queued);
    note("sendx", s.sendx as i64);
    note("recvx", s.recvx as i64);
    s
}

fn show(what: &str, v: i64, ch: &Chan<i64>, queued: i64) {
    let s = look(ch, queued);
    out!("{what} {v} qcount={} sendx={} recvx={}", s.qcount, s.sendx, s.recvx);
}

fn run() {
    let ch = named("ch", if mutated("bigger-ring") { 8 } else { 4 });
    for v in 1..=4 {
        ch.send(v);
        show("发送", v, &ch, v);
    }
    let (first, _) = ch.recv_ok();
    note("got", first);
    show("接收", first, &ch, 3);
    ch.send(5);
    show("发送", 5, &ch, 4);
    ch.close();
    look(&ch, 4);
    let mut queued = 4;
    for v in &ch {
        queued -= 1;
        note("got", v);
        show("接收", v, &ch, queued);
    }
}
