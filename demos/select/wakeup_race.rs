//! One select waits on three channels, two goroutines send: one of them is served, the other stays.
//!
//! Answers    select-wakeup-race
//! Watch for  1  one finished send a round   2  the other sender still queued on its own channel
//! Try        --procs 4, --mutate select-keeps-losers, bagu demo explore select/wakeup-race
//! Go         runtime/chan.go waitq.dequeue, g.selectDone (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/wakeup-race",
    title: "两个发送者同时碰上一个挂起的 select",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "每轮只有一个发送者完成交接",
            check: |s| {
                let done = s.notes("done");
                let ok = done.len() == ROUNDS && done.iter().all(|&n| n == 1);
                Verdict::new(ok, format!("{} 轮各完成 {done:?}", done.len()))
            },
        },
        Claim {
            text: "落败的发送者仍留在自己的队列里",
            check: |s| {
                let queued = s.notes("queued");
                let ok = queued.len() == ROUNDS && queued.iter().all(|&n| n == 1);
                Verdict::new(ok, format!("{} 轮各排着 {queued:?}", queued.len()))
            },
        },
    ],
    mutations: &[
        Mutation {
            name: "select-keeps-losers",
            what: "落选的分支留在队列里，后来的发送者把值交给了没人",
            breaks: &[0, 1],
        },
        Mutation { name: "buffered", what: "channel 容量改为 1，落败者把值放进缓冲", breaks: &[0, 1] },
    ],
    next: &[("换很多种调度次序", "bagu demo explore select/wakeup-race")],
};

const ROUNDS: usize = 20;

fn run() {
    let capacity = usize::from(mutated("buffered"));
    let (mut first, mut second) = (0, 0);
    for i in 0..ROUNDS as i64 {
        let (mut a, mut b, c) = (named("a", capacity), named("b", capacity), named::<i64>("c", 0));
        let done = Atomic::new(0);
        // every other round the second sender comes a little later, when the select is already over
        for (ch, late) in [(a.clone(), 50), (b.clone(), 50 + i % 2 * 10)] {
            let done = done.clone();
            go("sender", move || {
                sleep(us(late as u64));
                ch.send(i);
                done.add(1);
            });
        }
        let winner = select! {
            recv(a) -> _v => { 0 }
            recv(b) -> _v => { 1 }
            recv(c) -> _v => { 2 }
        };
        first += 1;
        select! {
            recv(c) -> _v => {}
            recv(after(ms(5))) -> _t => {}
        }
        note("done", done.load());
        note("queued", (a.snapshot().sendq.len() + b.snapshot().sendq.len()) as i64);
        match winner {
            0 => a = Chan::nil(),
            1 => b = Chan::nil(),
            _ => {}
        }
        select! {
            recv(a) -> _v => {}
            recv(b) -> _v => {}
        }
        second += 1;
    }
    out!("每轮第一次收到 {first} 落败者随后交出 {second}");
}
