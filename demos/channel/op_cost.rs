//! What one operation costs, counted: locks taken and elements moved.
//!
//! Answers    channel-performance
//! Watch for  1  a miss takes no lock   2  a buffered send and receive: one lock and one move each
//!            3  a select locks all its channels
//! Try        --mutate chan-lock-always, --mutate unbuffered, --mutate poll-each
//! Go         runtime/chan.go chansend, chanrecv, runtime/select.go sellock (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/op-cost",
    title: "一次操作拿几次锁、拷几次值",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::None("标准库看不到 channel 的加锁和拷贝次数；耗时请用 go test -bench 量"),
    picture: Picture::Chan("buffered"),
    run,
    claims: &[
        Claim {
            text: "不阻塞的失败连锁都不用拿",
            check: |s| Verdict::eq("100 次失败的加锁次数", s.note("miss_locks"), 0),
        },
        Claim {
            text: "缓冲收发只是各加一次锁、各拷贝一次",
            check: |s| {
                Verdict::eq("100 发 100 收的加锁次数", s.note("pair_locks"), 200)
                    .and(Verdict::eq("拷贝次数", s.note("pair_copies"), 200))
            },
        },
        Claim {
            text: "select 要锁住全部分支的 channel",
            check: |s| Verdict::eq("2、8、32 个分支的加锁次数", s.notes("select_locks"), vec![2, 8, 32]),
        },
    ],
    mutations: &[
        Mutation { name: "chan-lock-always", what: "去掉无锁的快速检查", breaks: &[0] },
        Mutation { name: "unbuffered", what: "容量改成 0，由另一个 goroutine 来收", breaks: &[1] },
        Mutation { name: "poll-each", what: "不用 select，逐个试", breaks: &[2] },
    ],
    next: &[("没有快路径会怎样", "bagu demo run channel/op-cost --mutate chan-lock-always")],
};

const TIMES: usize = 100;

fn misses() {
    let ch = chan::<i64>(0);
    for _ in 0..TIMES {
        ch.try_recv();
    }
    let locks = ch.snapshot().locks;
    note("miss_locks", locks as i64);
    out!("{TIMES} 次非阻塞失败：加锁 {locks} 次");
}

fn pairs() {
    let alone = !mutated("unbuffered");
    let ch = named::<i64>("buffered", usize::from(alone));
    if alone {
        for i in 0..TIMES {
            ch.send(i as i64);
            ch.recv();
        }
    } else {
        let rx = ch.clone();
        go("receiver", move || {
            for _ in 0..TIMES {
                rx.recv();
            }
        });
        (0..TIMES).for_each(|i| ch.send(i as i64));
    }
    let s = ch.snapshot();
    note("pair_locks", s.locks as i64);
    note("pair_copies", s.copies as i64);
    out!("{TIMES} 发 {TIMES} 收：加锁 {} 次，拷贝 {} 次", s.locks, s.copies);
}

fn selects(branches: usize) {
    let chans: Vec<Chan<i64>> = (0..branches).map(|_| chan(1)).collect();
    chans[0].send(1);
    let total = |cs: &[Chan<i64>]| cs.iter().map(|c| c.snapshot().locks).sum::<u64>();
    let before = total(&chans);
    let chosen = if mutated("poll-each") {
        chans.iter().rposition(|c| matches!(c.try_recv(), TryRecv::Value(_)))
    } else {
        let mut s = Select::new();
        for c in &chans {
            s.recv(c);
        }
        Some(s.wait().index())
    };
    let locks = total(&chans) - before;
    note("select_locks", locks as i64);
    out!("{branches} 个分支的 select：选中 第 {} 个，加锁 {locks} 次", chosen.unwrap_or(0));
}

fn run() {
    misses();
    pairs();
    [2, 8, 32].into_iter().for_each(selects);
}
