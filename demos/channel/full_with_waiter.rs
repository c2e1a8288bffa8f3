//! A full ring and one more sender in the queue: what a single receive does.
//!
//! Answers    channel-ring-buffer, channel-recv-path, channel-direct-send
//! Watch for  1  the receive takes the head, not the waiting value   2  len stays 2 all the same
//! Try        --mutate recv-skips-buffer
//! Go         runtime/chan.go chanrecv, recv: the branch with dataqsiz != 0 (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/full-with-waiter",
    title: "缓冲满、还有发送者在等：一次接收做两件事",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("ch"),
    run,
    claims: &[
        Claim {
            text: "满缓冲且有等待发送者时，一次接收取走队首，再把发送者的值补进同一个槽",
            check: |s| {
                let swaps = s.on_chan("ch", Kind::ChanRecvDone).iter().filter(|e| e.why == 4).count();
                Verdict::eq("取走队首并补槽的接收次数", swaps, 1).and(Verdict::eq("第一次收到", s.notes("got")[0], 1))
            },
        },
        Claim {
            text: "这次接收之后 qcount 不变",
            check: |s| Verdict::eq("接收前后的 qcount", (s.note("before"), s.note("after")), (2, 2)),
        },
        Claim {
            text: "值的先后仍然是 FIFO", check: |s| Verdict::eq("依次收到", s.notes("got"), vec![1, 2, 3])
        },
    ],
    mutations: &[
        Mutation {
            name: "recv-skips-buffer", what: "接收者越过缓冲，先拿等待发送者的值", breaks: &[0, 2]
        },
        Mutation { name: "no-waiter", what: "没有发送者在等", breaks: &[0, 1] },
    ],
    next: &[("接收者先等的另一半", "bagu demo run channel/direct-send")],
};

fn run() {
    let ch = named("ch", 2);
    ch.send(1);
    ch.send(2);
    let waiter = !mutated("no-waiter");
    if waiter {
        let tx = ch.clone();
        go("sender", move || tx.send(3));
    }
    sleep(ms(1)); // the sender waits by now
    out!("满 len={}", ch.len());
    note("before", ch.snapshot().qcount as i64);
    for round in 0..if waiter { 3 } else { 2 } {
        let (v, _) = ch.recv_ok();
        if round == 0 {
            note("after", ch.snapshot().qcount as i64);
        }
        note("got", v);
        out!("接收 {v} len={}", ch.len());
    }
    sleep(ms(1)); // the sender, woken by the first receive, comes to its end
}
