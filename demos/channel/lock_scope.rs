//! When the channel's lock is taken: never for a poll that finds nothing, always for a value.
//!
//! Answers    channel-lock-scope, channel-fast-path
//! Watch for  1  100 empty polls, 0 locks   2  the next poll after a send succeeds
//!            3  40 values from 4 to 4 goroutines: at least 80 locks, none lost, none twice
//! Try        --mutate chan-lock-always, --procs 4
//! Go         runtime/chan.go chansend, chanrecv: fast path, full, empty (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/lock-scope",
    title: "什么时候拿 channel 的锁",
    setup: Setup { procs: 2, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("work"),
    run,
    claims: &[
        Claim {
            text: "空轮询一次锁都不拿", check: |s| Verdict::eq("100 次空轮询拿锁", s.note("poll_locks"), 0)
        },
        Claim {
            text: "投递之后下一次轮询就能收到", check: |s| Verdict::eq("下一次轮询收到", s.note("delivered"), 7)
        },
        Claim {
            text: "每次真正传值的收发都要拿锁",
            check: |s| {
                let (locks, ops) = (s.note("locks"), s.note("ops"));
                Verdict::new(ops > 0 && locks >= ops, format!("收发共 {ops} 次，拿锁 {locks} 次"))
            },
        },
        Claim {
            text: "并发收发不丢也不重",
            check: |s| Verdict::eq("收到、不同的", (s.note("received"), s.note("different")), (40, 40)),
        },
    ],
    mutations: &[
        Mutation { name: "chan-lock-always", what: "没有快路径，轮询也拿锁", breaks: &[0] },
        Mutation { name: "never-sent", what: "没有人投递", breaks: &[1] },
        Mutation { name: "count-polls", what: "把落空的轮询也算作收发", breaks: &[2] },
        Mutation { name: "close-drops-buffer", what: "close 时丢掉缓冲里的元素", breaks: &[3] },
    ],
    next: &[("发送的三条路", "bagu demo run channel/send-path")],
};

fn poll() {
    let ch = chan::<i64>(1);
    let before = ch.snapshot().locks;
    let hits = (0..100).filter(|_| matches!(ch.try_recv(), TryRecv::Value(_))).count();
    note("poll_locks", (ch.snapshot().locks - before) as i64);
    out!("空轮询 100 次 收到 {hits} 次");
    if !mutated("never-sent") {
        ch.send(7);
    }
    match ch.try_recv() {
        TryRecv::Value(v) => {
            note("delivered", v);
            out!("投递之后下一次轮询 收到 {v}");
        }
        _ => out!("投递之后下一次轮询 落空"),
    }
}

/// Four senders of ten values each, and four receivers.
fn crowd(work: &Chan<i64>, seen: &Chan<i64>) {
    let (senders, receivers) = (WaitGroup::new(), WaitGroup::new());
    for s in 0..4 {
        let tx = work.sender();
        senders.go(&format!("sender{s}"), move || (0..10).for_each(|i| tx.send(s * 10 + i)));
        let (rx, log) = (work.receiver(), seen.clone());
        receivers.go(&format!("receiver{s}"), move || {
            for v in &rx {
                log.send(v);
                sleep(us(50)); // slower than the senders: the ring is not empty when it is closed
            }
        });
    }
    senders.wait();
    work.close();
    receivers.wait();
}

fn run() {
    poll();
    let (work, seen) = (named("work", 2), chan::<i64>(40));
    let mut ops = 0;
    if mutated("count-polls") {
        ops = (0..1000).filter(|_| matches!(work.try_recv(), TryRecv::Empty)).count();
    }
    crowd(&work, &seen);
    let mut got = vec![];
    while let TryRecv::Value(v) = seen.try_recv() {
        got.push(v);
    }
    let received = got.len();
    got.sort_unstable();
    got.dedup();
    note("ops", (ops + 40 + received) as i64);
    note("locks", work.snapshot().locks as i64);
    note("received", received as i64);
    note("different", got.len() as i64);
    out!("发出 40 个 收到 {received} 个 不同的 {} 个", got.len());
}
