//! A select that waits stands in the queue of every channel, and leaves the others when one fires.
//!
//! Answers    channel-sudog
//! Watch for  1  three receive queues hold the same goroutine   2  after b fires, a and c are empty again
//! Try        --mutate select-keeps-losers, --mutate only-b
//! Go         runtime/select.go selectgo pass 2 and 3, runtime/runtime2.go sudog (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/sudog",
    title: "一个 select 在三个等待队列里各有一条记录",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("a"),
    run,
    claims: &[
        Claim {
            text: "阻塞的 select 在每个 channel 的等待队列里各挂一个 sudog",
            check: |s| Verdict::eq("等待时三个 recvq 的长度", s.notes("waiting"), vec![1, 1, 1]),
        },
        Claim {
            text: "被唤醒后其余队列里的 sudog 会被摘掉",
            check: |s| {
                let nobody = ["a 还有人等：false", "b 还有人等：false", "c 还有人等：false"];
                Verdict::eq("醒来后三个 recvq 的长度", s.notes("left"), vec![0, 0, 0])
                    .and(Verdict::eq("随后的非阻塞发送", &s.lines()[1..], &nobody))
            },
        },
    ],
    mutations: &[
        Mutation { name: "only-b", what: "不用 select，只在 b 上接收", breaks: &[0] },
        Mutation { name: "select-keeps-losers", what: "select 醒来后不摘除落选的记录", breaks: &[1] },
    ],
    next: &[("落选的记录不摘会怎样", "bagu demo run channel/sudog --mutate select-keeps-losers")],
};

fn run() {
    let (a, b, c) = (named::<i64>("a", 0), named::<i64>("b", 0), named::<i64>("c", 0));
    let done = chan::<()>(0);
    let (on_a, on_b, on_c, end) = (a.clone(), b.clone(), c.clone(), done.clone());
    go("waiter", move || {
        if mutated("only-b") {
            out!("b 收到 {}", on_b.recv_ok().0);
        } else {
            select! {
                recv(on_a) -> v => { out!("a 收到 {}", v.unwrap_or(0)); }
                recv(on_b) -> v => { out!("b 收到 {}", v.unwrap_or(0)); }
                recv(on_c) -> v => { out!("c 收到 {}", v.unwrap_or(0)); }
            }
        }
        end.close();
    });
    sleep(ms(10)); // let it park on all three
    for ch in [&a, &b, &c] {
        note("waiting", ch.snapshot().recvq.iter().filter(|g| *g == "waiter").count() as i64);
    }
    b.send(7);
    done.recv();
    for (name, ch) in [("a", &a), ("b", &b), ("c", &c)] {
        note("left", ch.snapshot().recvq.len() as i64);
        out!("{name} 还有人等：{}", ch.try_send(1));
    }
}
